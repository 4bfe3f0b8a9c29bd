"""Find what should not be trained on, before training: a table, a picture, and a metadata file without it.

    tts-gan check my_corpus
    tts-gan check my_corpus --recognizer Systran/faster-whisper-base --model examples/voices/bilingual
    tts-gan train examples/recipes/my_voice.yaml --datasets my_corpus/corpus_check/metadata_clean.jsonl

OUTPUT (by default CORPUS/corpus_check) then holds `report.md`, `report.json`, `report.png` (where matplotlib is
installed), `metadata_clean.jsonl`, which is the dataset to name in a recipe, and `dropped.jsonl`, the other rows with
the reasons. Nothing is deleted. What each fault means and what to do about it: `docs/corpus.md`.
"""

import argparse
import json
from pathlib import Path

from .main import new_parser


WORST = 10  # rows that are printed; the report has all


def parser() -> argparse.ArgumentParser:
    from ..data.quality.check import KINDS

    parser = new_parser("check", __doc__)
    parser.add_argument("corpus", help="folder, metadata file or Hub id")
    parser.add_argument("--split", help="check this split only. Default: all rows")
    parser.add_argument("--language", default="en", help="language of rows that name none. Default: en")
    parser.add_argument("--recognizer", help="folder or Hub id of a speech recognizer that checks the texts")
    parser.add_argument("--model", help="folder or Hub id of a voice of this language, whose aligner checks them too")
    parser.add_argument("--output", help="folder to write. Default: CORPUS/corpus_check")
    parser.add_argument("--drop", nargs="*", choices=list(KINDS), default=list(KINDS), help="drop only these faults")
    parser.add_argument("--planted", type=Path, help="planted.json of a corpus with known faults: count those found")
    parser.add_argument("--device", default="cpu", help="device of the recognizer: cpu or cuda. Default: cpu")
    return parser


def run(arguments: list[str]) -> None:
    options = vars(parser().parse_args(arguments))
    planted = options.pop("planted")
    from ..data.quality.planted import score_planted
    from ..data.quality.report import check_speech, listing

    report, files = check_speech(**options)
    names = ", ".join(file.name for file in files)
    print(report, *listing(report, WORST), f"wrote {names} to {files[0].parent}", sep="\n\n")
    if planted:
        print("", score_planted(report, json.loads(planted.read_text(encoding="utf-8"))), sep="\n")
