"""Find what should not be trained on, before training: a table, a picture, and a metadata file without it.

    python examples/check_corpus.py my_corpus
    python examples/check_corpus.py my_corpus --recognizer Systran/faster-whisper-base --model examples/voices/en
    tts-gan train examples/recipes/my_voice.yaml --datasets my_corpus/corpus_check/metadata_clean.jsonl

OUTPUT (by default CORPUS/corpus_check) then holds `report.md`, `report.json`, `report.png` (where matplotlib is
installed), `metadata_clean.jsonl`, which `load_speech` reads where it lies, and `dropped.jsonl`, the other rows with
the reasons. Nothing is deleted. What each fault means and what to do about it: `docs/corpus.md`.
"""

import argparse
import json
import math
import os
from collections import Counter
from pathlib import Path

import numpy as np

from transformers_tts_gan import TTSGanModel, TTSGanProcessor
from transformers_tts_gan.data.load import load_speech, save_metadata
from transformers_tts_gan.data.quality.check import KINDS, CorpusReport, check_corpus
from transformers_tts_gan.data.quality.transcripts import AlignmentJudge
from transformers_tts_gan.metrics.asr import load_recognizer
from transformers_tts_gan.utils.markdown import markdown_table


# By planted kind (`examples/experiments/plant_faults.py`), the findings that name it rightly.
NAMED = {"missing words": {"transcript", "alignment", "length"}, "fast": {"speed", "length"}}
NAMED |= {"slow": {"speed", "length", "band"}, "truncated": {"length", "transcript", "alignment"}}
NAMED |= {"transcript": {"transcript", "alignment", "length"}}


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="folder, metadata file or Hub id")
    parser.add_argument("--split", help="check this split only (default: all rows)")
    parser.add_argument("--language", default="en", help="of rows that name none")
    parser.add_argument("--recognizer", help="folder or Hub id of a recognizer that hears whether texts are right")
    parser.add_argument("--model", help="folder or Hub id of a voice of this language, another judge of the texts")
    parser.add_argument("--output", type=Path, help="where to write (default: CORPUS/corpus_check)")
    parser.add_argument(
        "--drop", nargs="*", choices=list(KINDS), default=list(KINDS), metavar="KIND", help="only these"
    )
    parser.add_argument(
        "--planted", type=Path, help="planted.json of a corpus with known faults, to count those found"
    )
    parser.add_argument("--device", default="cpu", help="of the recognizer: cpu or cuda")
    args = parser.parse_args(arguments)
    if args.output is None:
        folder = Path(args.corpus) if Path(args.corpus).is_dir() else Path(args.corpus).parent
        args.output = folder / "corpus_check" if Path(args.corpus).exists() else Path("corpus_check")
    return args


def main(arguments: list[str] | None = None) -> None:
    args = parse_arguments(arguments)
    try:
        data = load_speech(args.corpus, split=args.split, language=args.language, on_bad="keep")
        language = Counter(data["language"]).most_common(1)[0][0]
        recognizer = load_recognizer(args.recognizer, language, args.device) if args.recognizer else None
        voice = voice_judge(args.model, language) if args.model else None
    except (OSError, ImportError, ValueError) as error:
        raise SystemExit(str(error)) from error
    cache = args.output / f"heard_{Path(args.recognizer or '').name}.jsonl"
    report = check_corpus(data, language, recognizer, voice, args.drop, cache=cache)
    written = write(report, data, args)
    print(report, *listing(report, 10), f"wrote {', '.join(written)} to {args.output}", sep="\n\n")
    if args.planted:
        print("", planted(report, json.loads(args.planted.read_text(encoding="utf-8"))), sep="\n")


def voice_judge(name: str, language: str) -> AlignmentJudge:
    processor = TTSGanProcessor.from_pretrained(name)
    if language not in processor.languages:
        known = ", ".join(processor.languages)
        raise ValueError(f"`--model` {name} speaks {known}, the corpus {language}: take a voice of its language.")
    return AlignmentJudge(TTSGanModel.from_pretrained(name), processor)


def listing(report: CorpusReport, most: int | None = None) -> list[str]:
    """The rows that are left out, with the reasons."""
    dropped = report.dropped
    lines = [
        f"- `{row.audio}`: {'; '.join(f'{kind}: {why}' for kind, why in row.findings.items())} ({row.text!r})"
        for row in dropped[:most]
    ]
    more = [f"- and {len(dropped) - most} more: see `report.md`"] if most and len(dropped) > most else []
    return [f"{len(dropped)} rows left out:", "\n".join(lines + more)] if dropped else []


def write(report: CorpusReport, data, args: argparse.Namespace) -> list[str]:
    """The files of the report; returns their names."""
    args.output.mkdir(parents=True, exist_ok=True)
    for old in [*args.output.glob("metadata_clean.*"), args.output / "dropped.jsonl", args.output / "report.png"]:
        old.unlink(missing_ok=True)  # what this run has no use for must not be taken for its own
    content = json.dumps(finite(report.to_dict()), ensure_ascii=False, indent=1)
    (args.output / "report.json").write_text(content + "\n", encoding="utf-8")
    judges = f"Recognizer: {args.recognizer or 'none'}. Voice: {args.model or 'none'}."
    parts = [f"# {args.corpus}", judges, str(report), *listing(report)]
    (args.output / "report.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    written = ["report.md", "report.json"]
    written += picture(report, args.output / "report.png") + clean_metadata(report, data, args.output)
    return written


def finite(value):
    """JSON has no NaN and no infinity: they become null."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def clean_metadata(report: CorpusReport, data, output: Path) -> list[str]:
    """Rows that stay, with paths that lead from `output` to the recordings; those that do not, with the reasons."""
    kept, dropped = [row.index for row in report.kept], report.dropped
    if dropped:
        reasons = [{"audio": row.audio, "text": row.text, "findings": row.findings} for row in dropped]
        save_metadata(reasons, output / "dropped.jsonl")
    if not kept:
        return ["dropped.jsonl (nothing is left)"]
    if not isinstance(data[kept[0]]["audio"], str):  # recordings inside a table, as from the Hub
        data.select(kept).to_parquet(str(output / "metadata_clean.parquet"))
        return ["metadata_clean.parquet"] + ["dropped.jsonl"] * bool(dropped)
    folder = output.resolve()
    rows = [{**data[index], "audio": Path(os.path.relpath(data[index]["audio"], folder)).as_posix()} for index in kept]
    save_metadata(rows, output / "metadata_clean.jsonl")
    return ["metadata_clean.jsonl"] + ["dropped.jsonl"] * bool(dropped)


def picture(report: CorpusReport, path: Path) -> list[str]:
    """Histograms of what was measured, the rows that are left out in another color, the bounds as lines."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("There is no picture without matplotlib: `pip install transformers-tts-gan[eval]`.")
        return []
    bounds, limits, lost = report.bounds, report.limits, {row.index for row in report.dropped}
    panels = [
        ("seconds of speech", lambda row: row.measures.speech_seconds, [bounds.min_seconds]),
        ("phones per second", lambda row: row.measures.phone_rate, []),
        ("length over the usual", lambda row: row.length_ratio, [1 / bounds.length, bounds.length]),
        ("pitch and pace over the usual", lambda row: row.speed_ratio, [1 / bounds.speed, bounds.speed]),
        ("speech over noise (dB)", lambda row: row.measures.snr_db, [bounds.min_snr_db]),
        ("bandwidth (kHz)", lambda row: row.measures.bandwidth_hz / 1000, []),
        ("wrong phones, heard", lambda row: row.hearing.phone_error if row.hearing else math.nan, ["phone_error"]),
        ("aligner's score", lambda row: row.alignment, ["alignment"]),
    ]
    figure = Figure(figsize=(12, 6), layout="constrained")
    for axes, (title, value, marks) in zip(figure.subplots(2, 4).flat, panels, strict=True):
        values = {False: [], True: []}
        for row in report.rows:
            values[row.index in lost].append(value(row))
        values = [np.array(each)[np.isfinite(each)] for each in values.values()]
        axes.set_title(title, fontsize=10)
        if not sum(map(len, values)):
            axes.text(0.5, 0.5, "not judged", ha="center", va="center", transform=axes.transAxes)
            continue
        axes.hist(values, bins=40, stacked=True, color=["#4477aa", "#ee6677"], label=["stays", "left out"])
        for mark in marks:
            if (place := limits.get(mark) if isinstance(mark, str) else mark) is not None:
                axes.axvline(place, color="black", linestyle="--", linewidth=1)
        axes.set_yscale("symlog", linthresh=10)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    figure.savefig(path, dpi=100)
    return [path.name]


def planted(report: CorpusReport, kinds: dict[str, str]) -> str:
    """How many of the planted faults were left out, and named rightly; `kinds` by the path of the recording."""
    found: dict[str, list[tuple[bool, bool]]] = {}
    for row in report.rows:
        path = Path(row.audio)
        kind = kinds.get(f"{path.parent.name}/{path.name}", "good")
        named = bool(set(row.findings) & NAMED.get(kind, {kind}))
        found.setdefault(kind, []).append((bool(set(row.findings) & set(report.drop)), named))
    table = [["planted", "rows", "left out", "named rightly"]]
    shares = {kind: np.mean(each, axis=0) for kind, each in found.items()}
    for kind in sorted(shares, key=lambda kind: (kind != "good", kind)):
        named = f"{shares[kind][1]:.2f}" if kind != "good" else ""
        table.append([kind, str(len(found[kind])), f"{shares[kind][0]:.3f}", named])
    worst = min((share[0] for kind, share in shares.items() if kind != "good"), default=math.nan)
    good = shares["good"][0] if "good" in shares else math.nan
    return markdown_table(table) + f"\n\nsummary caught_worst={worst:.3f} good_dropped={good:.3f}"


if __name__ == "__main__":
    main()
