"""Files of a corpus: finding a recording by the name that a table gives it, and reading texts in their encoding."""

import logging
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from ..audio.io import audio_name, why_no_file


logger = logging.getLogger(__name__)

SOUNDS = (".wav", ".flac", ".ogg", ".mp3")
_MARKS = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Folder:
    """The files in and below a folder, found by names that are nearly right.

    Tables are written on other systems than the one that reads them: a name may differ in case (`X.WAV`), in its
    slashes (`wavs\\\\a.wav`) or in how accents are stored (macOS decomposes them). A name that is there exactly wins.

    Args:
        path: Of the folder.

    Example:
        >>> Folder("corpus").find("wavs\\\\A.wav")  # doctest: +SKIP
        PosixPath('corpus/wavs/a.wav')
    """

    def __init__(self, path: str | Path):
        self.path = Path(os.path.abspath(path))

    def find(self, name: str) -> Path | None:
        """Return the file with this name relative to the folder; `None` where there is none, or several as near."""
        exact = self.path / name
        if not why_no_file(exact):
            return exact
        near = self._by_key.get(_key(name), [])
        return near[0] if len(near) == 1 else None

    def find_sound(self, name: str) -> Path | None:
        """Return the recording of a name or an ID: that file, or the one in `wavs/`, with or without its suffix."""
        names = [name] if name.lower().endswith(SOUNDS) else [name + suffix for suffix in SOUNDS] + [name]
        names += [f"wavs/{each}" for each in names]
        return next((found for each in names if (found := self.find(each)) is not None), None)

    def sounds(self) -> list[Path]:
        """Return all recordings, by the suffix of their names, in order."""
        return sorted(file for file in self.files if file.suffix.lower() in SOUNDS)

    @cached_property
    def files(self) -> list[Path]:
        """All files, but those whose names are no text, of which a warning tells."""
        found = [Path(folder, name) for folder, _, names in os.walk(self.path) for name in names]
        for file in found:
            if not _is_text(file):
                logger.warning("`%s` was left out: its name is not UTF-8, rename it.", audio_name(file))
        return [file for file in found if _is_text(file)]

    @cached_property
    def _by_key(self) -> dict[str, list[Path]]:
        found = defaultdict(list)
        for file in self.files:
            if not why_no_file(file):
                found[_key(file.relative_to(self.path).as_posix())].append(file)
        return found


def _is_text(path: Path) -> bool:
    """Whether a name can be written down: bytes that are no UTF-8 become surrogates."""
    return str(path).encode("utf-8", "ignore").decode() == str(path)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", os.path.normpath(name.strip().replace("\\", "/"))).casefold()


def read_text(path: str | Path) -> str:
    """Read a text file in UTF-8, or in UTF-16 or UTF-32 where it begins with their byte order mark.

    Raises:
        ValueError: It is in another encoding, or it cannot be opened; the message names the file.

    Example:
        >>> read_text("hello.txt")  # doctest: +SKIP
        'Hello.'
    """
    if reason := why_no_file(path):
        raise ValueError(f"`{path}` {reason}: check the path.")
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"`{path}` cannot be read ({error.strerror}): check its permissions.") from error
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"`{path}` is not {encoding.removesuffix('-sig').upper()} ({error.reason} at byte {error.start}): save it "
            "as UTF-8."
        ) from error
    if "\0" in text:
        raise ValueError(f"`{path}` holds a NUL at character {text.index(chr(0))}: save it as UTF-8 text.")
    return text


def read_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file that are not blank, without the space around them, and their numbers from 1.

    Raises:
        ValueError: As `read_text`.
    """
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            yield number, line.strip()
