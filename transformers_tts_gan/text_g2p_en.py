"""English words to ARPAbet phones with stress digits.

Enters: one word. Leaves: its phones. The readings are the data of the package `gruut-lang-en` (MIT): the Carnegie
Mellon dictionary in IPA and a CRF for unknown words, run by `python-crfsuite` (MIT). Both load at their first use.
"""

import base64
import functools
import importlib.util
import re
import sqlite3
from pathlib import Path

from .text_normalize_en import ascii_letters


CONSONANTS = tuple("B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split())
VOWELS = tuple("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())

_IPA = {
    "ə": "AH",
    "ʌ": "AH",
    "ɑ": "AA",
    "æ": "AE",
    "ɔ": "AO",
    "aʊ": "AW",
    "aɪ": "AY",
    "ɛ": "EH",
    "ɚ": "ER",
    "eɪ": "EY",
}
_IPA |= {"ɪ": "IH", "i": "IY", "oʊ": "OW", "ɔɪ": "OY", "ʊ": "UH", "u": "UW"}
_IPA_CONSONANTS = {"b": "B", "t͡ʃ": "CH", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "h": "HH", "d͡ʒ": "JH", "k": "K"}
_IPA_CONSONANTS |= {
    "l": "L",
    "m": "M",
    "n": "N",
    "ŋ": "NG",
    "p": "P",
    "ɹ": "R",
    "s": "S",
    "ʃ": "SH",
    "t": "T",
    "θ": "TH",
}
_IPA_CONSONANTS |= {"v": "V", "w": "W", "j": "Y", "z": "Z", "ʒ": "ZH"}

LETTERS = dict(
    a="EY1", b="B IY1", c="S IY1", d="D IY1", e="IY1", f="EH1 F", g="JH IY1", h="EY1 CH", i="AY1", j="JH EY1",
    k="K EY1", l="EH1 L", m="EH1 M", n="EH1 N", o="OW1", p="P IY1", q="K Y UW1", r="AA1 R", s="EH1 S", t="T IY1",
    u="Y UW1", v="V IY1", w="D AH1 B AH0 L Y UW0", x="EH1 K S", y="W AY1", z="Z IY1",
)  # fmt: skip
# In capitals these are letters although the dictionary has a word, or another reading, of that spelling.
_SPELLED = frozenset(
    "US USA UK EU UN UAE AI IT ID IQ PC TV OS CEO CPU GPU USB HIV PR HR PM AM MC DJ BBC CNN FBI CIA IBM NBA KO VIP "
    "ATM DNA DVD CD FAQ GPS LED MBA NBC OK PE PHD SUV UFO URL WTO WHO XP AD BC BCE CE AC DC PDF HTML CSS SQL".split()
)
_OVERRIDES = {
    word: tuple(phones.split())
    for word, phones in {
        "tv": "T IY2 V IY1", "ok": "OW2 K EY1", "wifi": "W AY1 F AY2", "json": "JH EY1 S AH0 N",
        "emoji": "IH0 M OW1 JH IY0",
        "tts": "T IY2 T IY2 EH1 S", "'em": "AH0 M", "miz": "M IH1 Z", "celsius": "S EH1 L S IY0 AH0 S", "to": "T UW1",
        "openai": "OW1 P AH0 N EY2 AY1", "xiaomi": "SH AW1 M IY0", "anthropic": "AE0 N TH R AA1 P IH0 K",
        "vocoder": "V OW1 K OW2 D ER0", "bitcoin": "B IH1 T K OY2 N", "whatsapp": "W AH1 T S AE2 P",
        "pytorch": "P AY1 T AO2 R CH", "kubernetes": "K UW2 B ER0 N EH1 T IY0 Z", "o'er": "AO1 R", "ne'er": "N EH1 R",
        "ma'am": "M AE1 M",
        "xray": "EH1 K S R EY2", "y'all": "Y AO1 L", "'tis": "T IH1 Z", "'twas": "T W AH1 Z", "'cause": "K AH1 Z",
        "'n": "AH0 N",
        "'til": "T IH1 L", "cafe": "K AH0 F EY1", "naive": "N AY0 IY1 V", "resume": "R IH0 Z UW1 M",
    }.items()
}  # fmt: skip
_CONTRACTIONS = {"'ll": "AH0 L", "'ve": "AH0 V", "'re": "ER0", "'d": "D", "'m": "M", "n't": "AH0 N T"}
_SUFFIXES = {
    "ing": "IH0 NG",
    "ed": "",
    "er": "ER0",
    "est": "AH0 S T",
    "y": "IY0",
    "able": "AH0 B AH0 L",
    "ish": "IH0 SH",
}
_SUFFIXES |= {
    "ly": "L IY0",
    "ness": "N AH0 S",
    "less": "L AH0 S",
    "ful": "F AH0 L",
    "ment": "M AH0 N T",
    "ism": "IH2 Z AH0 M",
}
_PREFIXES = {
    "un": "AH0 N",
    "re": "R IY0",
    "non": "N AA2 N",
    "pre": "P R IY0",
    "over": "OW2 V ER0",
    "anti": "AE2 N T IY0",
}
_PREFIXES |= {
    "hyper": "HH AY2 P ER0",
    "multi": "M AH2 L T IY0",
    "auto": "AO2 T OW0",
    "super": "S UW2 P ER0",
    "mis": "M IH0 S",
}
_BEFORE_VERB = frozenset(
    "to will would can could shall should may might must cannot can't won't don't didn't doesn't not i we you they "
    "who let's let please i'll you'll we'll they'll he'll she'll".split()
)
_BEFORE_NOUN = frozenset(
    "the a an this that these those my your his her its our their no some any of in by for with".split()
)
_BEFORE_PAST = frozenset("have has had was were been be is are having i've we've you've they've".split())
_FIXED = frozenset("a the lead bow tear use were are is have has do does did that there".split())
_VOICELESS, _SIBILANT = {"P", "T", "K", "F", "TH"}, {"S", "Z", "SH", "ZH", "CH", "JH"}


def english_phones(word: str) -> tuple[str, ...]:
    """Phones of one word in plain letters and apostrophes, or of letters to spell (`H.T.T.P.`).

    >>> english_phones("cats"), english_phones("U.S.")
    (('K', 'AE1', 'T', 'S'), ('Y', 'UW1', 'EH1', 'S'))
    """
    if "." in word:
        return spell(word)
    if len(word) > 1 and word.isupper() and word.isascii():
        spelled = word in _SPELLED or len(word) <= 6 and _known(word.lower()) is None
        if spelled:
            return spell(word)
    return word_phones(word.lower().replace("’", "'"))


def spell(word: str) -> tuple[str, ...]:
    """The names of the letters of `word`."""
    return tuple(phone for letter in word.lower() if letter in LETTERS for phone in LETTERS[letter].split())


@functools.lru_cache(maxsize=65536)
def word_phones(word: str) -> tuple[str, ...]:
    """Phones of a lower-case word: its own entry, then entry and ending, then two entries, then a guess."""
    if not word.isascii():
        word = ascii_letters(word)
    return _known(word) or _contracted(word) or _inflected(word) or _compound(word) or _guessed(word)


def _known(word: str) -> tuple[str, ...] | None:
    if word in _OVERRIDES:
        return _OVERRIDES[word]
    entry = _lexicon().get(word)
    return _from_ipa(entry.split()) if entry else None


def _contracted(word: str) -> tuple[str, ...] | None:
    """`Mary's`, `the girls'`, `that'll`: any stem, also one that has to be guessed."""
    for ending, phones in _CONTRACTIONS.items():
        if word.endswith(ending) and len(word) > len(ending):
            stem = word_phones(word.removesuffix(ending))
            return stem + (("AH0", "D") if ending == "'d" and stem[-1:] in (("T",), ("D",)) else tuple(phones.split()))
    if word.endswith("'s") and (stem := word_phones(word[:-2])):
        return stem + _plural(stem[-1])
    return word_phones(word.strip("'")) if word.strip("'") != word else None


def _inflected(word: str) -> tuple[str, ...] | None:
    """A known word with an ending or a prefix."""
    if word.endswith("s") and not word.endswith("ss"):
        for stem in (word[:-1], word.removesuffix("es"), word.removesuffix("ies") + "y"):
            if phones := _base(stem):
                return phones + _plural(phones[-1])
    for ending, sound in _SUFFIXES.items():
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        doubled = stem[:-1] if stem[-1] == stem[-2] else stem
        for candidate in (stem, stem + "e", doubled, stem[:-1] + "y" if stem[-1] == "i" else stem):
            if phones := _base(candidate):
                return phones + (tuple(sound.split()) if sound else _past(phones[-1]))
    for prefix, sound in _PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 3 and (phones := _base(rest) or _inflected(rest)):
            return tuple(sound.split()) + phones
    return None


def _base(word: str) -> tuple[str, ...] | None:
    return _known(word) if len(word) > 1 else None


def _plural(last: str) -> tuple[str, ...]:
    return ("IH0", "Z") if last in _SIBILANT else ("S",) if last in _VOICELESS else ("Z",)


def _past(last: str) -> tuple[str, ...]:
    return ("IH0", "D") if last in ("T", "D") else ("T",) if last in _VOICELESS | {"S", "SH", "CH"} else ("D",)


def _compound(word: str) -> tuple[str, ...] | None:
    for cut in sorted(range(3, min(len(word) - 2, 20)), key=lambda cut: abs(cut - len(word) / 2)):
        first, second = _known(word[:cut]), _known(word[cut:])
        if first and second and min(cut, len(word) - cut) >= 3 and len(word) >= 7:
            return first + tuple(phone.replace("1", "2") for phone in second)
    return None


def _guessed(word: str) -> tuple[str, ...]:
    letters = re.sub("[^a-z]", "", word)
    if not letters:
        return ()
    if len(letters) > 4 and letters[-1] == "s" and not letters.endswith(("ss", "us", "is", "es")):
        stem = _guessed(letters[:-1])
        return stem + _plural(stem[-1])
    if not re.search("[aeiouy]", letters):
        return spell(letters)
    labels = [base64.b64decode(label).decode() for label in _tagger().tag(_features(letters[:64]))]
    phones = _from_ipa([ipa for label in labels for ipa in label.split("|") if ipa != "_"])
    return _one_main_stress(phones) if phones else spell(letters)


def _one_main_stress(phones: tuple[str, ...]) -> tuple[str, ...]:
    """The tagger sees seven letters at a time: keep its first main stress, or give it to the first vowel."""
    if not any("1" in phone for phone in phones):
        first = next((i for i, p in enumerate(phones) if p[-1] == "2"), None)
        first = next((i for i, p in enumerate(phones) if p[-1].isdigit()), None) if first is None else first
        return tuple(p[:-1] + "1" if i == first else p for i, p in enumerate(phones))
    first = next(i for i, phone in enumerate(phones) if "1" in phone)
    return tuple(p.replace("1", "2") if i > first else p for i, p in enumerate(phones))


def _from_ipa(symbols: list[str]) -> tuple[str, ...]:
    phones = []
    for symbol in symbols:
        stress = {"ˈ": "1", "ˌ": "2"}.get(symbol[0], "0")
        plain = symbol.lstrip("ˈˌ")
        phones.append(_IPA[plain] + stress if plain in _IPA else _IPA_CONSONANTS[plain])
    return tuple(phones)


def _features(word: str) -> list[dict[str, str | float | bool]]:
    """The features that the CRF of gruut (Hansen, MIT) was trained with: three letters to either side, in base64."""
    coded = [base64.b64encode(letter.encode()).decode() for letter in word]
    features = []
    for index, code in enumerate(coded):
        feature = {"bias": 1.0, "grapheme": code}
        feature |= {f"grapheme-{j}": coded[index - j] for j in range(1, 4) if index >= j}
        feature |= {f"grapheme+{j}": coded[index + j] for j in range(1, 4) if index + j < len(coded)}
        feature |= {"begin": True} if index == 0 else {}
        feature |= {"end": True} if index == len(coded) - 1 else {}
        features.append(feature)
    return features


def _data() -> Path:
    found = importlib.util.find_spec("gruut_lang_en")
    if found is None or not found.submodule_search_locations:
        raise ImportError("English needs the package `gruut-lang-en` (its data only): `pip install gruut-lang-en`.")
    return Path(found.submodule_search_locations[0])


@functools.lru_cache(maxsize=1)
def _lexicon() -> dict[str, str]:
    """Every word with its preferred reading in IPA, separated by spaces."""
    with sqlite3.connect(f"{(_data() / 'lexicon.db').as_uri()}?mode=ro", uri=True) as connection:
        return dict(connection.execute("SELECT word, phonemes FROM word_phonemes ORDER BY pron_order DESC"))


@functools.lru_cache(maxsize=1)
def _heteronyms() -> dict[str, dict[str, str]]:
    """Words with one reading as a noun or adjective and another as a verb: word, part of speech, IPA."""
    query = "SELECT word, role, phonemes FROM word_phonemes WHERE role != '' ORDER BY pron_order DESC"
    with sqlite3.connect(f"{(_data() / 'lexicon.db').as_uri()}?mode=ro", uri=True) as connection:
        rows = connection.execute(query).fetchall()
    readings: dict[str, dict[str, str]] = {}
    for word, role, phonemes in rows:
        readings.setdefault(word, {})[role.removeprefix("gruut:")] = phonemes
    return {word: roles for word, roles in readings.items() if len(roles) > 1 and word not in _FIXED}


def heteronym_phones(word: str, before: str) -> tuple[str, ...] | None:
    """`record` after `to` is a verb, after `the` a noun; None where the word before does not tell."""
    roles = _heteronyms().get(word)
    if roles is None:
        return None
    if before in _BEFORE_PAST:
        wanted = ("VBD", "VBN")
    else:
        wanted = ("VB",) if before in _BEFORE_VERB else ("NN", "JJ") if before in _BEFORE_NOUN else ()
    entry = next((roles[role] for role in wanted if role in roles), None)
    return _from_ipa(entry.split()) if entry else None


@functools.lru_cache(maxsize=1)
def _tagger():
    from pycrfsuite import Tagger

    tagger = Tagger()
    tagger.open(str(_data() / "g2p" / "model.crf"))
    return tagger
