"""Your own recordings: audio files, each with a txt of the same name beside it."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ..files import SOUNDS, Folder, read_text
from ..load import SpeechReport
from .clip import Clip, Recipe


def folder_clips(folder: Path, report: SpeechReport, language: str, speaker: str = "speaker") -> Iterator[Clip]:
    """Yield the recordings in and below a folder, each with the text beside it: `hello.wav` and `hello.txt`.

    Capital letters in suffixes and the storage of accents make no difference.

    Args:
        folder: Of the recordings.
        report: Gets recordings without a text, texts without a recording, and texts that cannot be read.
        language: Of the texts, such as "en".
        speaker: A name for who speaks.
    """
    files = Folder(folder)
    sounds: defaultdict[str, list[Path]] = defaultdict(list)
    texts: defaultdict[str, list[Path]] = defaultdict(list)
    for path in sorted(files.files):
        kind = path.suffix.lower()
        if kind in SOUNDS or kind == ".txt":
            stem = unicodedata.normalize("NFC", os.path.join(path.parent, path.stem))
            (texts if kind == ".txt" else sounds)[stem].append(path)
    for stem, (transcript, *others) in texts.items():
        for other in others:
            report.add_bad("second text", f"{other}: `{transcript.name}` was taken")
        if stem not in sounds:
            report.add_bad("no recording", str(transcript))
            continue
        source, *others = sorted(sounds.pop(stem), key=lambda path: SOUNDS.index(path.suffix.lower()))
        for other in others:
            report.add_bad("second recording", f"{other}: `{source.name}` was taken")
        try:
            text = " ".join(read_text(transcript).split())
        except ValueError as error:
            report.add_bad("text", str(error))
            continue
        if text:
            name = source.relative_to(files.path).with_suffix("").as_posix()
            yield Clip(name, source, text, speaker, language)
        else:
            report.add_bad("empty text", str(transcript))
    for paths in sounds.values():
        for path in paths:
            report.add_bad("no text", str(path))


FOLDER = Recipe(folder_clips, "Your own recordings.", test_every=20, options=("language", "speaker"))
