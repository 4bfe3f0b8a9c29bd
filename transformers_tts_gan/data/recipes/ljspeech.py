"""LJSpeech, and corpora laid out like it: `metadata.csv` (ID|text|normalized text) and `wavs/ID.wav`."""

from collections.abc import Iterator
from pathlib import Path

from ..files import Folder
from ..load import SpeechReport, load_speech
from .clip import Clip, Recipe, report_without_text


def ljspeech_clips(folder: Path, report: SpeechReport) -> Iterator[Clip]:
    """Yield the rows of the table; the normalized text is used where there is one.

    Args:
        folder: Holds `metadata.csv` and the recordings.
        report: Gets rows without a text or a recording, and recordings that the table does not name.

    Raises:
        ValueError, FileNotFoundError: There is no table that can be read.
    """
    files, used = Folder(folder), set()
    for index, row in enumerate(load_speech(folder, on_bad="keep", speaker="lj")):
        source = Path(row["audio"] or f"row {index}")
        used.add(source)
        if not str(row["text"] or "").strip():
            report.add_bad("empty text", str(source))
            continue
        inside = source.relative_to(files.path) if source.is_relative_to(files.path) else Path(source.name)
        name = inside.relative_to("wavs") if inside.is_relative_to("wavs") else inside
        yield Clip(name.with_suffix("").as_posix(), source, row["text"], row["speaker"], row["language"] or "en")
    report_without_text(files, used, report)


LJSPEECH = Recipe(
    ljspeech_clips,
    "The LJ Speech Dataset, Keith Ito and Linda Johnson, 2017 (https://keithito.com/LJ-Speech-Dataset). "
    "License: public domain.",
    test_every=100,
)
