"""Clips on a disk while a lesson is made, so that a run that was killed need not speak them again.

Enters: a [`Clip`] and everything that decides how it sounds. Leaves: a file, whose name is a digest of that.
"""

import hashlib
import json
import os
import shutil
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..inference.times import TimedWord
from .clips import Clip, Run


class KeptClips:
    """Clips in a folder, which is made with the first of them.

    Args:
        folder: For them alone: `remove` deletes it.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.found = 0  # clips that need not be spoken

    def read(self, settings: Any) -> Clip | None:
        """The clip of these settings; `None` where it was not kept, or its file is damaged."""
        try:
            with np.load(self._path(settings), allow_pickle=False) as file:
                audio, clip = file["audio"], json.loads(str(file["clip"]))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        self.found += 1
        words = [_word(each) for each in clip.pop("words")]
        runs = [Run(**each) for each in clip.pop("runs")]
        return Clip(audio=audio, words=words, runs=runs, **clip)

    def write(self, settings: Any, clip: Clip) -> None:
        """Keep a clip; its file has its name only once it is whole.

        Raises:
            OSError: It cannot be written.
        """
        path = self._path(settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        content = asdict(clip)
        audio = content.pop("audio")
        part = path.with_name(f"{path.stem}.part.npz")
        np.savez(part, audio=audio, clip=np.array(json.dumps(content, ensure_ascii=False)))
        os.replace(part, path)

    def remove(self) -> None:
        """Delete the folder, when the lesson is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, settings: Any) -> Path:
        content = json.dumps(settings, ensure_ascii=False, sort_keys=True)
        return self.folder / f"{hashlib.sha256(content.encode()).hexdigest()[:32]}.npz"


def voice_state(name: str) -> list:
    """What tells a voice from another, and from itself after more training: its name, and its files' sizes and times.

    Args:
        name: A folder, or an id on the Hub; empty for a voice that was never saved.
    """
    files = sorted(file for file in Path(name).glob("*") if file.is_file()) if name else []
    return [name, *[[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files]]


def _word(saved: dict) -> TimedWord:
    characters = tuple((start, end) for start, end in saved.pop("characters"))
    first, last = saved.pop("span")
    return TimedWord(span=(first, last), characters=characters, **saved)
