"""Phones of English words that follow each other, where neighbors matter.

Enters: the words of a sentence. Leaves: the phones of each.
"""

from .g2p import Phones, english_phones_or_none
from .heteronyms import heteronyms


# Before a consonant, before a vowel.
_WEAK = {
    "the": (("DH", "AH0"), ("DH", "IY0")),
    "to": (("T", "AH0"), ("T", "UW0")),
    "a": (("AH0",), ("AH0",)),
}
_STRONG_AT_THE_END = {"for": ("F", "AO1", "R"), "of": ("AH1", "V"), "a": ("AH0",), "was": ("W", "AA1", "Z")}


def english_sequence(words: list[str]) -> list[Phones]:
    """Phones of consecutive words: `the apple`, `go to`, `to record`, `a record`. A word without a reading has none.

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
