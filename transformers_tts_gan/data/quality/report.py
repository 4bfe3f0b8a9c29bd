"""The corpus doctor for a corpus as it lies: it is loaded and checked, and the findings are written beside it."""

import json
import logging
import math
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ...metrics.asr import load_recognizer
from ...models.modeling_tts_gan import TTSGanModel
from ...models.processing_tts_gan import TTSGanProcessor
from ...models.vits.processor import is_vits
from ..load import load_speech, save_metadata
from .check import KINDS, CorpusReport, check_corpus
from .picture import draw_report
from .transcripts import AlignmentScorer


logger = logging.getLogger(__name__)


def check_speech(
    corpus: str | Path,
    split: str | None = None,
    language: str = "en",
    recognizer: str | None = None,
    model: str | None = None,
    output: str | Path | None = None,
    drop: Iterable[str] = tuple(KINDS),
    device: str = "cpu",
) -> tuple[CorpusReport, list[Path]]:
    """Check a corpus and write what was found. Nothing of the corpus is deleted or changed.

    The output holds `report.md`, `report.json`, `report.png` (where matplotlib is installed), `metadata_clean.jsonl`,
    which `load_speech` reads where it lies, and `dropped.jsonl`, the other rows with the reasons.

    Args:
        corpus: Whatever `load_speech` takes: a folder, a metadata file or a Hub id.
        split: Only this split; all rows by default.
        language: Of rows that name none.
        recognizer: Folder or Hub id of a speech recognizer that checks the texts.
        model: Folder or Hub id of a model of the same language, whose aligner checks the texts too.
        output: The folder to write to; `CORPUS/corpus_check` by default.
        drop: Kinds of faults for which a row is left out.
        device: Of the recognizer, "cpu" or "cuda".

    Returns:
        The report, and the files that were written.

    Raises:
        FileNotFoundError, ValueError: The corpus cannot be loaded, or the model speaks another language.
        ImportError: The recognizer's package is not installed.

    Example:
        >>> report, files = check_speech("my_corpus")  # doctest: +SKIP
        >>> print(report)  # doctest: +SKIP
    """
    output = _output_folder(corpus) if output is None else Path(output)
    data = load_speech(corpus, split=split, language=language, on_bad="keep")
    language = Counter(data["language"]).most_common(1)[0][0]
    transcriber = load_recognizer(recognizer, language, device) if recognizer else None
    aligner = load_aligner(model, language) if model else None
    cache = output / f"transcripts_{Path(recognizer or '').name}.jsonl"
    report = check_corpus(data, language, transcriber, aligner, drop, cache=cache)
    sources = f"Recognizer: {recognizer or 'none'}. Model: {model or 'none'}."
    return report, write_report(report, data, output, f"# {corpus}\n\n{sources}")


def load_aligner(name: str, language: str) -> AlignmentScorer:
    """Load the aligner of a model.

    Args:
        name: A folder or a Hub id.
        language: That the model must speak.

    Raises:
        ValueError: It speaks others, or it is a VITS checkpoint.
    """
    if is_vits(name):
        raise ValueError(
            f"`{name}` is a VITS checkpoint, whose alignment depends on its own latents and is no judge of texts: "
            "name a voice of ours of this language, or a recognizer (`--recognizer`)."
        )
    processor = TTSGanProcessor.from_pretrained(name)
    if language not in processor.languages:
        known = ", ".join(processor.languages)
        raise ValueError(f"`{name}` speaks {known}, the corpus {language}: take a model of its language.")
    return AlignmentScorer(TTSGanModel.from_pretrained(name), processor)


def write_report(report: CorpusReport, data, output: Path, head: str) -> list[Path]:
    """Write the files that `check_speech` names, and remove those of an earlier run.

    Args:
        report: Of [`check_corpus`].
        data: The `datasets.Dataset` that was checked.
        output: The folder.
        head: What `report.md` begins with.

    Returns:
        The files that were written.
    """
    output.mkdir(parents=True, exist_ok=True)
    for old in [*output.glob("metadata_clean.*"), output / "dropped.jsonl", output / "report.png"]:
        old.unlink(missing_ok=True)  # what this run has no use for must not be taken for its own
    content = json.dumps(_finite(report.to_dict()), ensure_ascii=False, indent=1)
    (output / "report.json").write_text(content + "\n", encoding="utf-8")
    parts = [head, str(report), *listing(report)]
    (output / "report.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    written = ["report.md", "report.json"]
    try:
        draw_report(report, output / "report.png")
        written.append("report.png")
    except ImportError as error:
        logger.warning("There is no picture: %s", error)
    return [output / name for name in written + _write_metadata(report, data, output)]


def listing(report: CorpusReport, most: int | None = None) -> list[str]:
    """Return the rows that are left out with the reasons, up to `most`, as paragraphs of Markdown."""
    dropped = report.dropped
    lines = [
        f"- `{row.audio}`: {'; '.join(f'{kind}: {why}' for kind, why in row.findings.items())} ({row.text!r})"
        for row in dropped[:most]
    ]
    more = [f"- and {len(dropped) - most} more: see `report.md`"] if most and len(dropped) > most else []
    return [f"{len(dropped)} rows left out:", "\n".join(lines + more)] if dropped else []


def _output_folder(corpus: str | Path) -> Path:
    path = Path(corpus)
    if not path.exists():
        return Path("corpus_check")
    return (path if path.is_dir() else path.parent) / "corpus_check"


def _finite(value):
    """JSON has no NaN and no infinity: they become null."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_metadata(report: CorpusReport, data, output: Path) -> list[str]:
    """Rows that stay, with paths that lead from `output` to the recordings; those that do not, with the reasons."""
    kept, dropped = [row.index for row in report.kept], report.dropped
    if dropped:
        reasons = [{"audio": row.audio, "text": row.text, "findings": row.findings} for row in dropped]
        save_metadata(reasons, output / "dropped.jsonl")
    if not kept:
        logger.warning("No row is left of `%s`.", output)
        return ["dropped.jsonl"]
    if not isinstance(data[kept[0]]["audio"], str):  # recordings inside a table, as from the Hub
        data.select(kept).to_parquet(str(output / "metadata_clean.parquet"))
        return ["metadata_clean.parquet"] + ["dropped.jsonl"] * bool(dropped)
    folder = output.resolve()
    rows = [{**data[index], "audio": Path(os.path.relpath(data[index]["audio"], folder)).as_posix()} for index in kept]
    save_metadata(rows, output / "metadata_clean.jsonl")
    return ["metadata_clean.jsonl"] + ["dropped.jsonl"] * bool(dropped)
