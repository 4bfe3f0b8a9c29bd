"""The reading of a Chinese character that has several, by the characters and the word around it.

Enters: the words of one unbroken run of Chinese characters. Leaves: per character its numbered pinyin as in a
dictionary, before any tone change. Own contexts first (`polyphones.tsv`), then pypinyin's words, then defaults; what
neither a context nor a long word decides is left to `polyphone_model.py`.
"""

import functools
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from .segment import word_frequency


_NUMERALS = str.maketrans(dict.fromkeys("零〇一二三四五六七八九十百千万亿两几", "#"))
_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}  # combining marks
_TONELESS = dict.fromkeys(map(ord, _TONES))
_ORTHODOX_IDIOM = 3  # characters from which a word that pypinyin knows is surer than a shorter context of ours


@dataclass
class Polyphone:
    """The contexts of one character: `readings[text]`, looked up around it in the `shapes` (left, right).

    The longest shape comes first.
    """

    default: str = ""
    readings: dict[str, str] = field(default_factory=dict)
    shapes: list[tuple[int, int]] = field(default_factory=list)
    counted: bool = False  # some context holds a numeral, `#`


@functools.lru_cache(maxsize=1)
def polyphones() -> dict[str, Polyphone]:
    """The table that comes with the package, by character.

    >>> polyphones()["行"].readings["银行"]
    'hang2'
    """
    table: dict[str, Polyphone] = {}
    lines = (Path(__file__).parent / "polyphones.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("# "):
            continue
        char, reading, contexts = line.split("\t")
        entry = table.setdefault(char, Polyphone())
        for context in contexts.split():
            if context == "*":
                entry.default = reading
                continue
            entry.readings[context] = reading
            entry.counted |= "#" in context
            places = [index for index, other in enumerate(context) if other == char]
            entry.shapes += [(index, len(context) - index - 1) for index in places]
    for entry in table.values():
        entry.shapes = sorted(set(entry.shapes), key=lambda shape: (-sum(shape), shape[0]))
    return table


def read_in_context(words: list[str]) -> dict[int, str]:
    """The characters of the run `words` whose reading a context decides, by their index in the run.

    The longest context counts. One that holds only a part of the character's word is none: 目的 in 项目的 is not a
    word; but a word that only jieba's model of new words has found is no word here. A longer word that pypinyin knows
    is surer than a context inside it.

    >>> read_in_context(["他", "在", "银行", "排成", "三", "行"])
    {3: 'hang2'}
    """
    table = polyphones()
    text = "".join(words)
    if table.keys().isdisjoint(text):
        return {}
    known = _phrases()
    framed = f"^{text}$"
    counted = framed.translate(_NUMERALS)
    found, start = {}, 0
    for word in words:
        end = start + len(word)
        if table.keys().isdisjoint(word):
            start = end
            continue
        surer = len(word) if len(word) >= _ORTHODOX_IDIOM and word in known else 0
        guessed = len(word) > 1 and not word_frequency(word)  # 请系 in 请系好: a context may cut it
        for index in range(start, end):
            entry = table.get(text[index])
            bounds = (index + 1, index + 2) if guessed else (start + 1, end + 1)
            if entry and (reading := _decide(entry, framed, counted, index + 1, *bounds, surer)):
                found[index] = reading
        start = end
    return found


def _decide(entry: Polyphone, framed: str, counted: str, at: int, start: int, end: int, surer: int) -> str:
    """The reading of the character `at` in `framed`, whose word is `framed[start:end]`; empty without a context."""
    for left, right in entry.shapes:
        low, high = at - left, at + right + 1
        if low < 0 or high > len(framed) or not (low <= start and high >= end or low >= start and high <= end):
            continue
        if surer and high - low < surer:
            return ""
        reading = entry.readings.get(framed[low:high])
        if reading is None and entry.counted:
            reading = entry.readings.get(counted[low:high])
        if reading:
            return reading
    return ""


@functools.lru_cache(maxsize=1)
def _phrases() -> dict:
    from pypinyin.constants import PHRASES_DICT  # here: 0.3 s that a voice for other languages need not pay

    return PHRASES_DICT


@functools.lru_cache(maxsize=65536)
def alone_with_sizes(word: str) -> tuple[tuple[str, int], ...]:
    """Numbered pinyin of a word without its sentence, and how long the word is that gave it: 1 for a default.

    The longest of pypinyin's words count, and our defaults. A character without a reading stands for itself.

    >>> alone_with_sizes("银行")
    (('yin2', 2), ('hang2', 2))
    """
    known, single, table, out, start = _phrases(), _characters(), polyphones(), [], 0
    while start < len(word):
        size, part = len(word) - start, word[start:]
        while size > 1 and part not in known:
            size, part = size - 1, part[:-1]
        entry = table.get(part)
        if entry and entry.default:
            out.append((entry.default, size))
        elif size > 1:
            out += [(_numbered(readings[0]), size) for readings in known[part]]
        else:
            out.append((_numbered(single[ord(part)].split(",")[0]) if ord(part) in single else part, size))
        start += size
    return tuple(out)


def read_alone(word: str) -> tuple[str, ...]:
    """The readings of `alone_with_sizes`."""
    return tuple(reading for reading, _ in alone_with_sizes(word))


@functools.lru_cache(maxsize=4096)
def _numbered(syllable: str) -> str:
    """`háng` as `hang2`, `lǜ` as `lv4`, `de` as `de5`."""
    marked = unicodedata.normalize("NFD", syllable)
    tone = next((tone for mark, tone in _TONES.items() if mark in marked), "5")
    plain = marked.translate(_TONELESS)
    return unicodedata.normalize("NFC", plain).replace("ü", "v") + tone


@functools.lru_cache(maxsize=1)
def _characters() -> dict[int, str]:
    from pypinyin.constants import PINYIN_DICT

    return PINYIN_DICT
