"""What all processes wrote becomes a corpus: `metadata.jsonl`, what was dropped, a report, a card and its origin.

The limits are applied here, so that other limits need nothing to be spoken again.
"""

import datetime
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from ... import __version__  # type: ignore[attr-defined]
from ..origin import save_origin, shown
from .arguments import DistillArguments
from .judging import reasons
from .report import DistillReport, write_report
from .teacher import Teacher
from .texts import Take


COLUMNS = (
    *("audio", "text", "speaker", "language", "split", "seed", "speaking_rate", "words", "phones", "transcript"),
    *("error", "mos", "phones_per_second", "seconds"),
)


def write_corpus(
    records: Sequence[dict], takes: Sequence[Take], held_out: set[str], arguments: DistillArguments, teacher: Teacher
) -> DistillReport:
    """Write the corpus of all takes that are kept, and the report on the others.

    Args:
        records: The lines of all processes.
        takes: All takes, which give the order; a record of another run's takes is passed over.
        held_out: Texts whose split is `test`.
        arguments: With the limits and the folder.
        teacher: Who spoke.
    """
    folder = Path(arguments.output_dir)
    by_name = {record["name"]: record for record in records}
    ordered = [by_name[take.name] for take in takes if take.name in by_name]
    why = reasons(ordered, arguments.max_error, arguments.min_mos, arguments.max_rate_deviation)
    rows, dropped = [], []
    for record, reason in zip(ordered, why, strict=True):
        split = "test" if record["text"] in held_out else "train"
        row = {name: ({**record, "split": split}).get(name) for name in COLUMNS}
        if reason:
            dropped.append({**row, "reasons": reason, "problem": record["problem"]})
        else:
            rows.append(row)
    report = DistillReport(teacher.name, rows, dropped)
    _write_lines(folder / "metadata.jsonl", rows)
    _write_lines(folder / "dropped.jsonl", dropped)
    origin = origin_of(arguments, teacher)
    save_origin(folder, origin)
    write_report(report, folder, origin)
    _write(folder / "README.md", card(report, origin))
    return report


def origin_of(arguments: DistillArguments, teacher: Teacher) -> dict:
    """Who spoke what, under which license, and with which versions and limits."""
    versions = {"transformers_tts_gan": __version__, "python": platform.python_version()}
    limits = ("max_error", "min_mos", "max_rate_deviation", "speakers", "seeds", "speaking_rates", "test_share")
    return {
        "teacher": shown(arguments.teacher) if "/" in arguments.teacher else arguments.teacher,
        "teacher_name": teacher.name,
        "license": arguments.license or teacher.license,
        "texts": [shown(source) for source in arguments.texts],
        "recognizer": [shown(name.rpartition("=")[2]) for name in arguments.recognizer],
        "settings": {name: getattr(arguments, name) for name in limits},
        "versions": {**versions, **teacher.versions()},
        "date": datetime.date.today().isoformat(),
    }


def card(report: DistillReport, origin: dict) -> str:
    """The card of the corpus, `README.md`, with its license in front."""
    license = origin["license"]
    front = f"---\nlicense: {license}\n---\n\n" if license else ""
    unknown = "The teacher does not state the license of its speech: find it out before you publish this corpus."
    parts = [
        f"# Speech of {report.teacher}",
        "This corpus is synthetic: a text-to-speech model spoke it, and what a recognizer did not understand was left "
        f"out. Texts: {', '.join(f'`{name}`' for name in origin['texts'])}, under the license of their source.",
        f"License of the speech: {license}. Keep the notice of the teacher." if license else unknown,
        str(report),
        "`report.html` shows what was dropped and why; `voice_data.json` says how the corpus was made.",
    ]
    return front + "\n\n".join(parts) + "\n"


def _write_lines(path: Path, rows: Sequence[dict]) -> None:
    _write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _write(path: Path, content: str) -> None:
    """Write a file at once: it is never there by half."""
    part = path.with_name(path.name + ".part")
    part.write_text(content, encoding="utf-8")
    os.replace(part, path)
