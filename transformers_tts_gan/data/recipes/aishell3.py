"""AISHELL-3: 85 hours of Mandarin by 218 speakers."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..files import Folder
from ..load import SpeechReport
from .clip import Clip, Recipe, numbered_lines, report_without_text


SPEAKER_LETTERS = 7  # of a file's name: SSB0005 of SSB00050001.wav


def aishell3_clips(folder: Path, report: SpeechReport, speakers: Sequence[str] = ()) -> Iterator[Clip]:
    """Yield `train/content.txt` (SSB00050001.wav, then characters and pinyin in turn) with `train/wav/SSB0005/`.

    Args:
        folder: The corpus as it was unpacked.
        report: Gets lines without characters, and recordings that no line names.
        speakers: Only these, such as "SSB0005"; all where it is empty.

    Raises:
        FileNotFoundError: The folder holds another corpus.
    """
    used = set()
    for number, line in numbered_lines(folder, "train/content.txt"):
        file, *tokens = line.split()
        speaker = file[:SPEAKER_LETTERS]
        source = Path(Folder(folder).path, "train", "wav", speaker, file)
        used.add(source)
        if speakers and speaker not in speakers:
            continue
        text = "".join(token for token in tokens if not is_pinyin(token))
        pinyin = " ".join(token for token in tokens if is_pinyin(token))
        if text:
            yield Clip(f"{speaker}/{source.stem}", source, text, speaker, "zh", pinyin)
        else:
            report.add_bad("empty text", f"train/content.txt line {number}: {line}")
    if not speakers:
        report_without_text(Folder(folder / "train" / "wav"), used, report)


AISHELL3 = Recipe(
    aishell3_clips,
    "AISHELL-3, Shi et al., 2020, arXiv:2010.11567 (https://www.openslr.org/93). License: Apache-2.0.",
    test_every=500,
    options=("speakers",),
)


def is_pinyin(token: str) -> bool:
    """Whether a token is a syllable with the number of its tone, such as "guang3"."""
    return re.fullmatch(r"[a-zü:]+[1-5]", token) is not None
