"""Esperanto as one object: numbers, signs, phones by rule, and what its error rates compare."""

import functools

from transformers_tts_gan.text.language import Language
from transformers_tts_gan.text.plain import read_plain


_DIGITS = "nul unu du tri kvar kvin ses sep ok naŭ".split()
_SIGNS = {"%": "procentoj", "&": "kaj", "+": "plus", "=": "egalas", "€": "eŭroj"}
_VOWELS = frozenset("aeiou")
_IPA = {letter: letter for letter in "abdefghijklmnoprstuvz"}
_IPA |= {"c": "ʦ", "ĉ": "ʧ", "ĝ": "ʤ", "ĥ": "x", "ĵ": "ʒ", "ŝ": "ʃ", "ŭ": "w"}
_STRESS = "<ˈ>"


def say_number(written: str) -> str:
    """Words of a number with a decimal comma.

    >>> say_number("-1987,5")
    'minus mil naŭcent okdek sep komo kvin'
    """
    whole, comma, decimals = written.lstrip("-−").partition(",")
    words = (["minus"] if written[0] in "-−" else []) + [_cardinal(int(whole))]
    return " ".join(words + ([f"komo {' '.join(_DIGITS[int(digit)] for digit in decimals)}"] if comma else []))


def _cardinal(value: int) -> str:
    if value < 10:
        return _DIGITS[value]
    if value >= 1_000_000:
        millions, rest = divmod(value, 1_000_000)
        head = "unu miliono" if millions == 1 else f"{_cardinal(millions)} milionoj"
        return head if rest == 0 else f"{head} {_cardinal(rest)}"
    for size, name in ((1_000, "mil"), (100, "cent"), (10, "dek")):
        if value >= size:
            count, rest = divmod(value, size)
            space = " " if size == 1_000 else ""
            head = name if count == 1 else f"{_cardinal(count)}{space}{name}"
            return head if rest == 0 else f"{head} {_cardinal(rest)}"
    raise AssertionError(value)


def pronounce(words: list[str]) -> list[tuple[str, ...]]:
    """One phone a letter; the stress stands before the last vowel but one. No phones for a letter of another language.

    >>> pronounce(["ŝipo"])
    [('<ʃ>', '<ˈ>', '<i>', '<p>', '<o>')]
    """
    return [_phones(word.lower()) for word in words]


def _phones(word: str) -> tuple[str, ...]:
    if not set(word) <= set(_IPA):
        return ()
    phones = [f"<{_IPA[letter]}>" for letter in word]
    if vowels := [place for place, letter in enumerate(word) if letter in _VOWELS]:
        phones.insert(vowels[-2:][0], _STRESS)
    return tuple(phones)


def transcript(text: str) -> str:
    """Words in small letters, numbers in words."""
    return " ".join(item.text.lower() for item in normalize(text, "drop") if item.language)


normalize = functools.partial(
    read_plain, language="eo", say_number=say_number, decimal=",", signs=_SIGNS, abbreviations={"ktp.": "kaj tiel plu"}
)
ESPERANTO = Language(
    code="eo",
    name="Esperanto",
    aliases=("epo", "esperanto"),
    sample="La vetero estas bela hodiaŭ.",
    normalize=normalize,
    pronounce=pronounce,
    phones=(_STRESS, *(f"<{sound}>" for sound in _IPA.values())),
    transcript=transcript,
)
