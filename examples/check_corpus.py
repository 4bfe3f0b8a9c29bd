"""Find what should not be trained on, before training: a table, a picture, and a metadata file without it.

    python examples/check_corpus.py my_corpus
    python examples/check_corpus.py my_corpus --recognizer Systran/faster-whisper-base --model examples/voices/en

OUTPUT (by default CORPUS/corpus_check) then holds `report.md`, `report.json`, `report.png` (where matplotlib is
installed), `metadata_clean.jsonl`, which is the dataset to name in a recipe, and `dropped.jsonl`, the other rows with
the reasons. Nothing is deleted. What each fault means and what to do about it: `docs/corpus.md`.
"""

import argparse
import json
from pathlib import Path

from transformers_tts_gan.data.quality.check import KINDS
from transformers_tts_gan.data.quality.planted import score_planted
from transformers_tts_gan.data.quality.report import check_speech, listing


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="folder, metadata file or Hub id")
    parser.add_argument("--split", help="check this split only (default: all rows)")
    parser.add_argument("--language", default="en", help="of rows that name none")
    parser.add_argument("--recognizer", help="folder or Hub id of a speech recognizer that checks the texts")
    parser.add_argument("--model", help="folder or Hub id of a voice of this language, whose aligner checks them too")
    parser.add_argument("--output", help="where to write (default: CORPUS/corpus_check)")
    parser.add_argument("--drop", nargs="*", choices=list(KINDS), default=list(KINDS), help="only these faults")
    parser.add_argument("--planted", type=Path, help="planted.json of a corpus with known faults: count those found")
    parser.add_argument("--device", default="cpu", help="of the recognizer: cpu or cuda")
    options = vars(parser.parse_args(arguments))
    planted = options.pop("planted")
    try:
        report, files = check_speech(**options)
    except (OSError, ImportError, ValueError) as error:
        raise SystemExit(str(error)) from error
    names = ", ".join(file.name for file in files)
    print(report, *listing(report, 10), f"wrote {names} to {files[0].parent}", sep="\n\n")
    if planted:
        print("", score_planted(report, json.loads(planted.read_text(encoding="utf-8"))), sep="\n")


if __name__ == "__main__":
    main()
