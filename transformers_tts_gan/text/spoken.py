"""What a text becomes when it is normalized: words, readings and pauses, and the characters that all languages share.

Enters: one character. Leaves: what is said there, as [`Spoken`], or a ValueError that names the character.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Spoken:
    """One word, one reading in Chinese characters, or one pause.

    `text` of a pause is one of `, . ? !`; letters to be spelled are written `U.S.`. `span` counts characters of the
    original text, end excluded. `language` is `en`, `zh`, another code, or empty for a pause.
    """

    text: str
    span: tuple[int, int]
    language: str


# Written wide, or in another typographic form, but the same to a reader; the full-width comma never groups digits.
SAME = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFF0C}
SAME |= {
    0x3000: 0x20,
    0x2019: 0x27,
    0x02BC: 0x27,
    0xFFE5: 0xA5,
    0xFFE1: 0xA3,
    0xFFE0: 0xA2,
    0x2010: 0x2D,
    0x2011: 0x2D,
    0x03BC: 0xB5,
    0x2236: 0x3A,
}
# Mathematical letters and digits (bold, script, double-struck) are the plain ones.
SAME |= {
    code: ord(plain)
    for code in range(0x1D400, 0x1D800)
    if (plain := unicodedata.normalize("NFKC", chr(code))).isascii() and plain.isalnum()
}
PAUSES = (
    dict.fromkeys(",，、､،;؛:—–…‥⋯()[]{}【】〔〕|·\n", ",")
    | dict.fromkeys(".。｡।", ".")
    | {"?": "?", "؟": "?", "!": "!"}
)
SILENT = frozenset("\"'“”‘‚„‹›«»〈〉《》「」『』`´*_~-•●■◆▪\u200b\u200c\u200d\u200e\u200f\u00ad\ufeff\u2060\ufe0e")
SILENT |= frozenset("\ufe0f\u20e3")  # after a digit they make a keycap
_STRENGTH = {",": 0, ".": 1, "!": 2, "?": 3}
# Pictures: drawn once or joined by U+200D, with skin tones U+1F3FB to U+1F3FF, flags of two letters.
_PICTURE = re.compile(
    "[\U0001f000-\U0001faff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u2190-\u21ff〰〽㊗㊙]"
)
JOINER = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u200d\ufe0e\ufe0f\u20e3]")


def is_picture(char: str) -> bool:
    """Whether `char` is an emoji or a part of one."""
    return _PICTURE.match(char) is not None or JOINER.match(char) is not None


def pause(mark: str, start: int, out: list[Spoken]) -> None:
    """Add a pause; of several in a row the strongest stays, and nothing is paused before the first word."""
    if out and out[-1].language:
        out.append(Spoken(mark, (start, start + 1), ""))
    elif out and _STRENGTH[mark] > _STRENGTH[out[-1].text]:
        out[-1] = Spoken(mark, (start, start + 1), "")


def unreadable(text: str, position: int, language: str) -> NoReturn:
    """Refuse the character at `position` of `text`.

    Raises:
        ValueError: Always; it names the character, its position and the language.
    """
    name = unicodedata.name(text[position], f"U+{ord(text[position]):04X}")
    raise ValueError(
        f"Cannot read `{text[position]}` ({name}) at position {position} of the text in language `{language}`: "
        "remove it or write it out in words."
    )
