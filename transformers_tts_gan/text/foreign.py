"""Letters and signs that a language cannot read: transliterated, or passed over, with a note that says where.

Enters: a text without markup. Leaves: a text in which a language reads every character, and [`Note`]s.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from anyascii import anyascii

from . import languages
from .han import HAN_RANGES, is_han
from .normalization import normalize


_PIECE = re.compile(rf"[{HAN_RANGES}]|(?:(?![ºª{HAN_RANGES}])[^\W\d_]|[\u0300-\u036f])+|[^\t-\r\x20-\x7e]")
_KEPT_CATEGORIES = ("Zs", "Zl", "Zp")
_ALIKE = {"º": "°", "ª": "a", "\ufffd": " "}


@dataclass(frozen=True)
class Note:
    """What was not read as it is written.

    Args:
        position: In the text.
        message: What was found there and what became of it.
    """

    position: int
    message: str


@dataclass
class Notes:
    """Notes of one text; what is found many times is noted once."""

    found: dict[str, list[int]] = field(default_factory=dict)

    def add(self, position: int, message: str) -> None:
        """Note `message` at a position of the text."""
        self.found.setdefault(message, []).append(position)

    def __iter__(self) -> Iterator[Note]:
        for message, positions in self.found.items():
            more = f" (and {len(positions) - 1} more times)" if len(positions) > 1 else ""
            yield Note(positions[0], message + more)


def read_foreign(text: str, language: str, start: int, notes: Notes) -> str:
    """A text that `language` can read: what it cannot is written in Latin letters, or left out.

    Args:
        text: A text without markup.
        language: Its code.
        start: Position of its first character, for the notes.
        notes: What is changed is noted here.

    >>> notes = Notes()
    >>> read_foreign("Said привет", "en", 0, notes), [note.position for note in notes]
    ('Said privet', [5])
    """
    if text.isascii() and text.isprintable():
        return text
    out, done = [], 0
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece.isascii() and piece.isalpha() or _reads(piece, language):
            if _stands_alone(piece) and (match.start() == 0 or match.end() == len(text)):
                out += [text[done : match.start()], f" {piece} "]  # markup that is left out may have letters behind it
                done = match.end()
            continue
        read = _in_latin(piece, language)
        out += [text[done : match.start()], read]
        done = match.end()
        name = unicodedata.name(piece[0], f"U+{ord(piece[0]):04X}")
        shown = f"`{piece[:40]}`" if piece.isprintable() else "a character"
        became = f"is read as `{read[:40]}`" if read.strip() else "is passed over"
        notes.add(start + match.start(), f"{shown} ({name}) has no reading in language `{language}` and {became}.")
    return "".join([*out, text[done:]])


def _in_latin(piece: str, language: str) -> str:
    """Latin letters for a word or a sign; a space for what has none."""
    if len(piece) == 1 and not piece.isalpha() or piece in _ALIKE:
        return _sign(piece, language)
    read = "".join(
        char if _reads(f"a{char}", language) else _letters(char) for char in piece if not unicodedata.combining(char)
    )
    if read and not _reads(read, language):
        read = "".join(map(_letters, piece))
    return read if read.strip("'") and _reads(read, language) else " "


def _sign(char: str, language: str) -> str:
    """What stands for a sign: the same one in another form, its digit, or nothing; a currency's name."""
    if char in _ALIKE:
        return _ALIKE[char]
    if unicodedata.category(char) == "Sc":
        return f" {unicodedata.name(char, '').lower().removesuffix(' sign')} "
    if unicodedata.category(char) in ("Nd", "Nl", "No"):
        return anyascii(char) or " "
    read = anyascii(char) if char.isprintable() else " "
    return read if len(read) == 1 and read in ".,;:!?'\"-()" and _reads(read, language) else " "


def _letters(char: str) -> str:
    if char.isascii():
        return char
    read = "".join(letter for letter in anyascii(char) if letter.isalnum())
    return read if char.isupper() else read.lower()


def _stands_alone(piece: str) -> bool:
    """Whether letters of another script are read, such as `α`, which beside Latin ones may not be."""
    return piece.isalpha() and not is_han(piece[0]) and not unicodedata.name(piece[0], "").startswith("LATIN")


@functools.lru_cache(maxsize=16_384)
def _reads(piece: str, language: str) -> bool:
    """Whether a language reads a word or a sign that stands alone."""
    if unicodedata.category(piece[0]) in _KEPT_CATEGORIES:
        return True
    if is_han(piece):
        known = languages.find("zh").pronounce_characters
        try:
            return known is not None and bool(normalize(piece, "zh")) and bool(known(list(piece), {}))
        except ValueError:
            return False
    try:
        normalize(f"a {piece} a", language)
    except ValueError:
        return False
    return True
