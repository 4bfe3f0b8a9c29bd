"""Baker's Chinese Standard Mandarin Speech Corpus (BZNSYP): 12 hours of one woman."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..files import Folder
from ..load import SpeechReport
from .clip import Clip, Recipe, numbered_lines, report_without_text


LABELS = "ProsodyLabeling/000001-010000.txt"


def baker_clips(folder: Path, report: SpeechReport) -> Iterator[Clip]:
    """Yield the pairs of lines of the labels (ID and text with #1 to #4, then pinyin) with `Wave/ID.wav`.

    Args:
        folder: The corpus as it was unpacked.
        report: Gets IDs without a text, and recordings that no line names.

    Raises:
        FileNotFoundError: The folder holds another corpus.
        ValueError: A line has no ID, or the last one no pinyin.
    """
    waves, used = Folder(folder / "Wave"), set()
    lines = numbered_lines(folder, LABELS)
    if len(lines) % 2:
        raise ValueError(f"`{folder / LABELS}` line {lines[-1][0]} has no pinyin after it: the file was cut off.")
    for (_, line), (_, pinyin) in zip(lines[::2], lines[1::2], strict=True):
        name, _, text = line.partition("\t") if "\t" in line else line.partition(" ")
        source = waves.path / f"{name}.wav"
        used.add(source)
        text = re.sub(r"#\d", "", text).strip()
        if text:
            yield Clip(name, source, text, "baker", "zh", pinyin)
        else:
            report.add_bad("empty text", str(source))
    report_without_text(waves, used, report)


BAKER = Recipe(
    baker_clips,
    "Chinese Standard Mandarin Speech Corpus (BZNSYP), DataBaker, 2017. For non-commercial use only.",
    test_every=100,
)
