"""The phones that a voice can be trained on, and the language of letters that no dictionary covers.

English phones are ARPAbet with stress digits, Chinese ones pinyin initials and toned finals; a letter of any other
language is itself in angle brackets (`<ß>`). Punctuation phones are pauses; a space is the boundary between words.
"""

import unicodedata

from .en.g2p import CONSONANTS, VOWELS, english_phones, english_phones_or_none
from .en.heteronyms import heteronyms
from .zh.g2p import FINALS, INITIALS, chinese_phones, syllable_phones


PAUSES = (",", ".", "?", "!")
BOUNDARY = " "
BASE_PHONES: tuple[str, ...] = (
    BOUNDARY,
    *PAUSES,
    *CONSONANTS,
    *(vowel + stress for vowel in VOWELS for stress in "012"),
    *INITIALS,
    *(final + tone for final in FINALS for tone in "12345"),
)
_BASE = frozenset(BASE_PHONES)
# Before a consonant, before a vowel.
_WEAK = {
    "the": (("DH", "AH0"), ("DH", "IY0")),
    "to": (("T", "AH0"), ("T", "UW0")),
    "a": (("AH0",), ("AH0",)),
}
_STRONG_AT_THE_END = {"for": ("F", "AO1", "R"), "of": ("AH1", "V"), "a": ("AH0",), "was": ("W", "AA1", "Z")}

__all__ = [
    "BASE_PHONES",
    "BOUNDARY",
    "PAUSES",
    "chinese_phones",
    "english_phones",
    "english_sequence",
    "letter_phones",
]
__all__ += ["lexicon_phones"]


def english_sequence(words: list[str]) -> list[tuple[str, ...]]:
    """Phones of consecutive words, where neighbors matter: `the apple`, `go to`, `to record`, `a record`.

    A word without a reading has no phones.

    >>> english_sequence(["the", "apple"])[0], english_sequence(["the", "cat"])[0]
    (('DH', 'IY0'), ('DH', 'AH0'))
    """
    phones = [english_phones_or_none(word) for word in words]
    for index, reading in heteronyms(words).items():
        phones[index] = reading
    for index, word in enumerate(word.lower() for word in words):
        following = phones[index + 1] if index + 1 < len(words) else ()
        if word in _WEAK and following:
            phones[index] = _WEAK[word][following[0][-1].isdigit()]
        elif word in _STRONG_AT_THE_END and not following and index:
            phones[index] = _STRONG_AT_THE_END[word]
    return phones


def letter_phones(word: str) -> tuple[str, ...]:
    """A language without a dictionary: each letter, in lower case, is a phone.

    >>> letter_phones("Maß")
    ('<m>', '<a>', '<ß>')
    """
    return tuple(f"<{char}>" for char in unicodedata.normalize("NFC", word.lower()) if char not in "'’.-")


def lexicon_phones(word: str, entry: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Phones of a user's lexicon entry: pinyin syllables are split; ValueError names what is no phone."""
    phones: list[str] = []
    for item in entry:
        if item in _BASE or item[:1] == "<" and item[-1:] == ">" and len(item) == 3:
            phones.append(item)
            continue
        try:
            phones += syllable_phones(item)
        except ValueError:
            raise ValueError(
                f"`lexicon` gives `{word}` the phone `{item}`, which is not in `BASE_PHONES`, no pinyin syllable "
                "with its tone (`hang2`), and no letter like `<ß>`."
            ) from None
    return tuple(phones)
