"""English words to ARPAbet phones with stress digits.

Enters: one word. Leaves: its phones: those of the lexicon, of a known word and an ending, of a Chinese name, or what
the letter-to-sound model says. Compounds are left to the model: cut into known words they were right less often.
"""

import functools
import re
import unicodedata
from collections.abc import Callable

from .letter_to_sound import letter_readings
from .lexicon import CONSONANTS, VOWELS, exceptions, lexicon_reading, spelled
from .numbers import ascii_letters
from .pinyin_names import pinyin_name_phones


__all__ = ["CONSONANTS", "VOWELS", "english_phones", "unknown_word_phones", "word_phones"]

Phones = tuple[str, ...]
Known = Callable[[str], Phones | None]
Letters = Callable[[str], list[Phones]]

# In capitals these are letters although the dictionary has a word, or another reading, of that spelling.
_SPELLED = frozenset(
    "US USA UK EU UN UAE AI IT ID IQ PC TV OS CEO CPU GPU USB HIV PR HR PM AM MC DJ BBC CNN FBI CIA IBM NBA KO VIP "
    "ATM DNA DVD CD FAQ GPS LED MBA NBC OK PE PHD SUV UFO URL WTO WHO XP AD BC BCE CE AC DC PDF HTML CSS SQL "
    "RNA CFO CTO CIO IRS FDA EPA NSA NRA NFL NHL MLB UCLA IMF API ISP USDA ADHD EMT ICU MRI ECG EKG IBS NYU".split()
)
_CONTRACTIONS = {"'ll": "AH0 L", "'ve": "AH0 V", "'re": "ER0", "'d": "D", "'m": "M", "n't": "AH0 N T"}
_SUFFIXES = {
    "ing": "IH0 NG", "ed": "", "ers": "ER0 Z", "est": "IH0 S T", "able": "AH0 B AH0 L", "ish": "IH0 SH", "ly": "L IY0",
    "ness": "N AH0 S", "less": "L AH0 S", "ful": "F AH0 L", "ment": "M AH0 N T", "ism": "IH2 Z AH0 M",
    "ist": "IH0 S T", "like": "L AY2 K", "ings": "IH0 NG Z",
}  # fmt: skip
_VOICELESS, _SIBILANT = frozenset("P T K F TH".split()), frozenset("S Z SH ZH CH JH".split())
# Capitals and small letters take turns: `YouTube`, `iPhone`, `PyTorch`, `OpenAI`.
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_LETTERS_AND_S = re.compile("([A-Z]{2,6})'?s")
_LONGEST = 40
_ACCENTS = frozenset("éèêáâàíîóôúû")  # before the ending of a plural or possessive


def english_phones(word: str) -> Phones:
    """Phones of one word in letters and apostrophes, or of letters to spell (`H.T.T.P.`); ValueError if it has none.

    >>> english_phones("cats"), english_phones("U.S.")
    (('K', 'AE1', 'T', 'S'), ('Y', 'UW1', 'EH1', 'S'))
    """
    phones = english_phones_or_none(word)
    if not phones:
        raise ValueError(
            f"`{word[:40]}` has no English reading: a word of Latin letters is needed; give others in `lexicon`."
        )
    return phones


@functools.lru_cache(maxsize=65536)
def english_phones_or_none(word: str) -> Phones:
    """As [`english_phones`], but nothing where there is nothing to say."""
    word = word.replace("’", "'")
    if "." in word:
        return _initials(word)
    if "-" in word:
        parts = [english_phones_or_none(part) for part in word.split("-") if part]
        return tuple(phone for part in parts for phone in part)
    if not word.isascii():
        if len(word) > 1 and (phones := _accented(word.lower())):
            return phones
        word = ascii_letters(word)
    if plural := _LETTERS_AND_S.fullmatch(word):
        stem = english_phones_or_none(plural[1])
        return stem + _plural(stem[-1])
    if len(word) > 1 and word.isupper():
        if word in _SPELLED or len(word) <= 6 and _known(word.lower()) is None:
            return spelled(word)
    elif not word.islower() and not word.istitle() and _known(word.lower()) is None:
        return _camel(word)
    return word_phones(word.lower())


def _accented(word: str) -> Phones | None:
    """`résumé`, `cafés`, `piñata`, `garçon`: what the accents say; None where the plain letters say as much."""
    word = unicodedata.normalize("NFC", word)
    if phones := _known(word):
        return phones
    stem = re.sub("'?s$", "", word)
    if stem != word and stem[-1:] in _ACCENTS and (phones := _accented(stem) or _known(ascii_letters(stem))):
        return phones + _plural(phones[-1])
    plain = ascii_letters(word)
    phones = _known(plain)
    if re.search("ée?$", word):  # `appliqué`: a last vowel of its own
        phones = phones or word_phones(plain)
        if phones[-1:] == ("IY0",):
            phones = phones[:-1]
        return phones if phones[-1:] and phones[-1][:2] == "EY" else (*_second(phones), "EY1")
    if "ñ" in word and (not phones or ("N", "Y") not in zip(phones, phones[1:], strict=False)):
        return word_phones(ascii_letters(re.sub("ñ(?=[aeou])", "ny", word)))
    if "ç" in word and not phones:
        return word_phones(ascii_letters(word.replace("ç", "s")))
    return phones


def _initials(word: str) -> Phones:
    """`U.S.`, and its plural or possessive: `M.B.A.s`, `F.B.I.'s`."""
    ending = re.search(r"\.('?s)$", word)
    letters = word[: ending.start(1)] if ending else word
    phones = spelled(ascii_letters(letters))
    return phones + _plural(phones[-1]) if ending and phones else phones


def _camel(word: str) -> Phones:
    """The parts of `iPhone` or `YouTube` one after another; one to three capitals are letters."""
    parts = _CAMEL.findall(word)
    if not 1 < len(parts) < _LONGEST or parts[0] in ("Mc", "Mac", "Fitz") or "'" in word:
        return word_phones(word.lower())
    phones: list[str] = []
    for part in parts:
        letters = len(part) == 1 or part.isupper() and (len(part) < 4 or part in _SPELLED)
        said = spelled(part) if letters else word_phones(part.lower())
        phones += _second(said) if phones and not letters else said
    return tuple(phones)


@functools.lru_cache(maxsize=65536)
def word_phones(word: str) -> Phones:
    """Phones of a lower-case word: its own entry, or what [`unknown_word_phones`] finds; () if it has no letter."""
    return _known(word) or _spelled_in_small(word) or unknown_word_phones(word)


def _spelled_in_small(word: str) -> Phones | None:
    """`usa`, `fbi` and their plurals, as people type them: nothing but an initialism has these letters."""
    stem = re.sub("'?s$", "", word)
    if word.upper() in _SPELLED:
        return spelled(word)
    return spelled(stem) + _plural(spelled(stem)[-1]) if stem.upper() in _SPELLED else None


def _known(word: str) -> Phones | None:
    return exceptions().get(word) or lexicon_reading(word)


def unknown_word_phones(word: str, known: Known = _known, letters: Letters = letter_readings) -> Phones:
    """Phones of a lower-case word that is in no dictionary.

    `known` gives the phones of its parts or None, `letters` the likely readings of a spelling. The benchmark passes a
    `known` without the held-out tenth.
    """
    if len(word) > _LONGEST:
        pieces = [word[start : start + _LONGEST // 2] for start in range(0, len(word), _LONGEST // 2)]
        said = {piece: known(piece) or unknown_word_phones(piece, known, letters) for piece in set(pieces)}
        return tuple(phone for piece in pieces for phone in said[piece])
    if "'" in word:
        return _contracted(word, known, letters)
    plain = re.sub("[^a-z]", "", word)
    if not re.search("[aeiouy]", plain):
        return spelled(plain)
    return _inflected(word, known) or pinyin_name_phones(word) or letters(plain)[0]


def _contracted(word: str, known: Known, letters: Letters) -> Phones:
    """`Mary's`, `the girls'`, `that'll`: any stem, also one that has to be guessed."""

    def stem_phones(stem: str) -> Phones:
        return known(stem) or unknown_word_phones(stem, known, letters)

    for ending, phones in (*_CONTRACTIONS.items(), ("'s", "")):
        if word.endswith(ending) and len(word) > len(ending) and (stem := stem_phones(word.removesuffix(ending))):
            if ending == "'s":
                return stem + _plural(stem[-1])
            return stem + (("AH0", "D") if ending == "'d" and stem[-1] in ("T", "D") else tuple(phones.split()))
    return stem_phones(word.replace("'", "")) if word.strip("'") else ()


def _inflected(word: str, known: Known) -> Phones | None:
    """A known word with an ending."""
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        for stem in (word[:-1], word.removesuffix("es"), word.removesuffix("ies") + "y"):
            if 2 < len(stem) and stem != word and (phones := known(stem)):
                return phones + _plural(phones[-1])
    for ending, sound in _SUFFIXES.items():
        for stem in _stems(word, ending):
            if phones := known(stem):
                return phones + (tuple(sound.split()) if sound else _past(phones[-1]))
    return None


def _stems(word: str, ending: str) -> list[str]:
    """What may stand before `ending`: `mak(e)ing`, `run(n)ing`, `happ(y)iness`; `e` first in `spar(e)d`."""
    stem = word.removesuffix(ending)
    if stem == word or len(stem) < 3:
        return []
    stems = [stem]
    if ending[0] in "aeiy":
        stems.insert(0 if re.search("[^aeiou][aeiou][^aeiouwxy]$|[cgsuvz]$", stem) else 1, stem + "e")
    if stem[-1] == stem[-2]:
        stems.append(stem[:-1])
    if stem[-1] == "i":
        stems.append(stem[:-1] + "y")
    return stems


def _plural(last: str) -> Phones:
    return ("IH0", "Z") if last in _SIBILANT else ("S",) if last in _VOICELESS else ("Z",)


def _past(last: str) -> Phones:
    return ("IH0", "D") if last in ("T", "D") else ("T",) if last in _VOICELESS | {"S", "SH", "CH"} else ("D",)


def _second(phones: Phones) -> Phones:
    """The second part of a compound has second stress."""
    return tuple(phone.replace("1", "2") for phone in phones)
