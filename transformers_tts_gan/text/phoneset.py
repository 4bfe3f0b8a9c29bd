"""The phones that a voice can be trained on, and the language of letters that no dictionary covers.

English phones are ARPAbet with stress digits, Chinese ones pinyin initials and toned finals; a letter of any other
language is itself in angle brackets (`<ß>`). Punctuation phones are pauses; a space is the boundary between words.
"""

import unicodedata

from .en.language import ENGLISH
from .zh.language import CHINESE


PAUSES = (",", ".", "?", "!")
BOUNDARY = " "
BASE_PHONES: tuple[str, ...] = (
    BOUNDARY,
    *PAUSES,
    *ENGLISH.phones,
    *CHINESE.phones,
)


def letter_phones(word: str) -> tuple[str, ...]:
    """A language without a dictionary: each letter, in lower case, is a phone.

    >>> letter_phones("Maß")
    ('<m>', '<a>', '<ß>')
    """
    return tuple(f"<{char}>" for char in unicodedata.normalize("NFC", word.lower()) if char not in "'’.-")
