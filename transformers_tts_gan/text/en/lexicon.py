"""The English lexicon: words and their readings in ARPAbet, and the tenth of it that nothing was trained on.

Enters: a word. Leaves: its readings. The data is that of the package `gruut-lang-en` (MIT), the Carnegie Mellon
dictionary in IPA with parts of speech for some readings. It loads at its first use.
"""

import functools
import re
import sqlite3
import zlib
from pathlib import Path

from ...utils.require import require


CONSONANTS = tuple("B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split())
VOWELS = tuple("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())

_IPA = dict(
    pair.split()
    for pair in (
        "ə AH,ʌ AH,ɑ AA,æ AE,ɔ AO,aʊ AW,aɪ AY,ɛ EH,ɚ ER,eɪ EY,ɪ IH,i IY,oʊ OW,ɔɪ OY,ʊ UH,u UW,"
        "b B,t͡ʃ CH,d D,ð DH,f F,ɡ G,h HH,d͡ʒ JH,k K,l L,m M,n N,ŋ NG,p P,ɹ R,s S,ʃ SH,t T,θ TH,v V,w W,j Y,z Z,ʒ ZH"
    ).split(",")
)
_STRESS = {"ˈ": "1", "ˌ": "2"}
# Taken off a word, again and again, to find what it is derived from; longest first.
_ENDINGS = tuple(
    "ically ations fulness lessness ingly ation izing ities ments ously ness less ings ment able ible ized izes izer "
    "ions ists isms ally edly ity ize ion ist ism ish ous ive ful ing est ers ors ies ied ier ian ial ans ly ed er or "
    "es al an ic ia ie 's s d y e i o a '".split()
)
_SHORTEST_STEM = 3


def from_ipa(entry: str) -> tuple[str, ...]:
    """Symbols separated by spaces, stress before its vowel, as ARPAbet phones.

    >>> from_ipa("k ˈæ t")
    ('K', 'AE1', 'T')
    """
    phones = []
    for symbol in entry.split():
        phone = _IPA[symbol.lstrip("ˈˌ")]
        phones.append(phone + _STRESS.get(symbol[0], "0") if phone in _VOWEL_SET else phone)
    return tuple(phones)


_VOWEL_SET = frozenset(VOWELS)


def data_folder() -> Path:
    """Where the files of `gruut-lang-en` lie; ImportError if it is missing."""
    return Path(require("gruut_lang_en", "English pronunciation", install="pip install gruut-lang-en").__path__[0])


def _rows(query: str) -> list[tuple]:
    with sqlite3.connect(f"{(data_folder() / 'lexicon.db').as_uri()}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


@functools.lru_cache(maxsize=1)
def _first_readings() -> dict[str, str]:
    return dict(_rows("SELECT word, phonemes FROM word_phonemes ORDER BY pron_order DESC"))


@functools.lru_cache(maxsize=1)
def exceptions() -> dict[str, tuple[str, ...]]:
    """Phones of lower-case words that the lexicon lacks or has wrong, from `exceptions.tsv`."""
    lines = Path(__file__).with_name("exceptions.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {word: tuple(phones.split()) for word, phones in rows}


@functools.lru_cache(maxsize=65536)
def lexicon_reading(word: str) -> tuple[str, ...] | None:
    """The preferred reading of a lower-case word, or None."""
    entry = _first_readings().get(word)
    return from_ipa(entry) if entry else None


@functools.lru_cache(maxsize=1)
def readings_by_role() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Words with several readings: (part of speech, phones) of each, the preferred one first."""
    query = "SELECT word, role, phonemes FROM word_phonemes WHERE role != '' ORDER BY pron_order"
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for word, role, entry in _rows(query):
        found.setdefault(word, []).append((role.removeprefix("gruut:"), from_ipa(entry)))
    return {word: tuple(readings) for word, readings in found.items() if len(readings) > 1}


def all_readings() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Every word with all its readings, without doubles: about 124,000 words."""
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for word, entry in _rows("SELECT word, phonemes FROM word_phonemes ORDER BY word, pron_order"):
        found.setdefault(word, {})[from_ipa(entry)] = None
    return {word: tuple(readings) for word, readings in found.items()}


@functools.lru_cache(maxsize=262144)
def stem(word: str) -> str:
    """What a family of words has in common in spelling; cut too short rather than too long.

    >>> stem("happily"), stem("happiness"), stem("running")
    ('hap', 'hap', 'run')
    """
    while True:
        shorter = next(
            (word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _SHORTEST_STEM),
            word,
        )
        if len(shorter) > _SHORTEST_STEM - 1 and shorter[-1:] == shorter[-2:-1] and len(shorter) > 3:
            shorter = shorter[:-1]
        if shorter == word:
            return word
        word = shorter


def held_out(word: str) -> bool:
    """Whether `word` belongs to the tenth that the letter-to-sound network was not trained on.

    Decided by CRC-32 of its [`stem`], so that `walk` and `walked` stay together. Papers draw words one by one, and
    other forms of a word then give its reading away.
    """
    return zlib.crc32(stem(word).encode()) % 10 == 0


def readable(word: str, readings: tuple[tuple[str, ...], ...]) -> bool:
    """Whether letters tell the sound: two or more of a-z with a vowel letter, and not read letter by letter.

    A possessive counts; other words with an apostrophe or a letter outside a-z do not.
    """
    if not re.fullmatch("[a-z]{2,}('s)?", word) or not re.search("[aeiouy]", word):
        return False
    names = without_stress(spelled(word.removesuffix("'s")))
    return not any(len(phones) > 2 * len(word) or without_stress(phones) == names for phones in readings)


def without_stress(phones: tuple[str, ...]) -> tuple[str, ...]:
    """`AE1` as `AE`."""
    return tuple(phone.rstrip("012") for phone in phones)


def held_out_words() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The words of the held-out tenth with their readings, any of which is right."""
    return {word: all_ for word, all_ in all_readings().items() if held_out(word) and readable(word, all_)}


LETTERS = dict(
    a="EY1", b="B IY1", c="S IY1", d="D IY1", e="IY1", f="EH1 F", g="JH IY1", h="EY1 CH", i="AY1", j="JH EY1",
    k="K EY1", l="EH1 L", m="EH1 M", n="EH1 N", o="OW1", p="P IY1", q="K Y UW1", r="AA1 R", s="EH1 S", t="T IY1",
    u="Y UW1", v="V IY1", w="D AH1 B AH0 L Y UW0", x="EH1 K S", y="W AY1", z="Z IY1",
)  # fmt: skip


def spelled(word: str) -> tuple[str, ...]:
    """The names of the letters a-z of `word`, one after another."""
    return tuple(phone for letter in word.lower() if letter in LETTERS for phone in LETTERS[letter].split())
