r"""A normalization for any language that separates its words by spaces.

Enters: a text. Leaves: a list of [`Spoken`]: words as they are written, what a language says for its numbers, signs
and abbreviations, and pauses. What the language says nothing about is a ValueError with its position and name.
"""

import re
from collections.abc import Callable, Mapping

from .spoken import PAUSES, SAME, SILENT, Spoken, is_picture, pause, unreadable


_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u05b0-\u05c7\u064b-\u0652\u0900-\u0dff\u0e00-\u0eff])*"
WORD = re.compile(_WORD)
WORD_WITH_APOSTROPHES = re.compile(rf"{_WORD}(?:'{_WORD})*")
WORD_OR_NUMBER = re.compile(rf"(?<!\w)[-−]?\d+(?:[.,:]\d+)*|\d+|{_WORD}(?:'{_WORD})*")


def read_plain(
    text: str,
    emoji: str = "drop",
    *,
    language: str,
    word: re.Pattern = WORD,
    say_number: Callable[[str], str] | None = None,
    match_number: Callable[[str, int], tuple[str, int] | None] | None = None,
    decimal: str = ".",
    signs: Mapping[str, str] | None = None,
    abbreviations: Mapping[str, str] | None = None,
) -> list[Spoken]:
    """Say a text in words.

    Args:
        text: Any text.
        emoji: Accepted as every normalization does; emoji are passed over, because their names are English.
        language: Code of the language.
        word: What is a word.
        say_number: Words for a number, given as it is written: digits, perhaps with a minus sign and decimals.
        match_number: In place of `say_number`: `match_number(text, place)` is what is said for the number, date or
            amount that begins at a place of the text, and where it ends; None where none begins.
        decimal: The sign before decimals.
        signs: Words for signs, such as `{"%": "percent"}`.
        abbreviations: Words for abbreviations with their full stops, such as `{"z.B.": "zum Beispiel"}`.

    Raises:
        ValueError: A character has no reading; the message names it and its position.

    >>> [spoken.text for spoken in read_plain("10 % Maß", language="de", say_number=str, signs={"%": "Prozent"})]
    ['10', 'Prozent', 'Maß']
    """
    plain = text if text.isascii() else text.translate(SAME)
    signs, short = signs or {}, sorted(abbreviations or {}, key=len, reverse=True)
    number = re.compile(rf"(?:(?<!\w)[-−])?\d+(?:{re.escape(decimal)}\d+)?")
    out: list[Spoken] = []
    position = 0

    def say(words: str, end: int) -> int:
        out.extend(Spoken(each, (position, end), language) for each in words.split())
        return end

    while position < len(plain):
        char = plain[position]
        found = next((each for each in short if plain.startswith(each, position)), "")
        if found and not plain[max(0, position - 1) : position].isalnum():
            position = say((abbreviations or {})[found], position + len(found))
        elif match_number is not None and (number_found := match_number(plain, position)):
            position = say(*number_found)
        elif say_number is not None and (match := number.match(plain, position)):
            position = say(say_number(match[0]), match.end())
        elif match := word.match(plain, position):
            position = say(match[0], match.end())
        elif char in signs:
            position = say(signs[char], position + 1)
        else:
            if char in PAUSES and char not in SILENT:
                pause(PAUSES[char], position, out)
            elif not (char.isspace() or char in SILENT or is_picture(char)):
                unreadable(text, position, language)
            position += 1
    return out
