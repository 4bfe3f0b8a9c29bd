"""What every recipe yields: one recording with its text; and what a recipe is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..files import Folder, read_lines
from ..load import SpeechReport


@dataclass(frozen=True)
class Clip:
    """One recording and what is said in it.

    Args:
        name: Of the wav that is made, without its suffix, relative to `wavs/`.
        source: The recording as it was published.
        text: What is said.
        speaker: Who says it.
        language: In which language, such as "en".
        pinyin: Readings of the characters, where the corpus has them.
    """

    name: str
    source: Path
    text: str
    speaker: str
    language: str
    pinyin: str | None = None


@dataclass(frozen=True)
class Recipe:
    """How a corpus is read.

    Args:
        clips: Called with the folder of the corpus, a [`SpeechReport`] that gets what is left out, and the options of
            the recipe.
        about: Where the corpus comes from and its license.
        test_every: Every so manieth sentence is held out, where nothing else is asked for.
        options: Names of the options that `clips` takes.
    """

    clips: Callable[..., Iterator[Clip]]
    about: str
    test_every: int
    options: tuple[str, ...] = ()


def numbered_lines(folder: Path, name: str) -> list[tuple[int, str]]:
    """Return the lines of a file that a corpus must have, with their numbers.

    Raises:
        FileNotFoundError: The file is not there: the folder holds another corpus.
        ValueError: It is no UTF-8.
    """
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(f"`{path}` does not exist: give the folder that holds `{name}`.")
    return list(read_lines(path))


def report_without_text(folder: Folder, used: set[Path], report: SpeechReport) -> None:
    """Add to the report the recordings of a folder that no text belongs to."""
    for path in folder.sounds():
        if path not in used:
            report.add_bad("no text", str(path))
