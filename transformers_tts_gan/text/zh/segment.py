"""Chinese words by jieba, with words of the user that stay whole.

Enters: an unbroken run of Chinese characters. Leaves: its words; readings and tone changes depend on them.
"""

import functools
import logging
import math
import re
from collections.abc import Collection, Iterable
from pathlib import Path


_JIEBA_BLOCK = re.compile(r"[\u4e00-\u9fd5]+")  # what jieba itself reads as one block, not all Chinese characters
_BEFORE = {"B": ("S", "E"), "M": ("M", "B"), "E": ("M", "B"), "S": ("S", "E")}  # states that a state may follow
_NEVER = -3.14e100  # jieba's logarithm of no chance
_MOST_AT_ONCE = 500  # characters: twice as many unknown ones cost jieba four times as much


@functools.lru_cache(maxsize=1)
def _tokenizer():
    import jieba  # here: a voice without Chinese need not wait 0.7 s for the dictionary

    tokenizer = jieba.Tokenizer()
    logger = logging.getLogger("jieba")
    level = logger.level
    logger.setLevel(logging.WARNING)  # it reports the loading of its dictionary; restored below
    try:
        tokenizer.initialize()
    finally:
        logger.setLevel(level)
    return tokenizer


class Segmenter:
    """Chinese words by jieba, with words of your own that always stay whole, the longest first.

    Args:
        user_dict: A file of lines `word [frequency] [tag]` as jieba reads them (UTF-8), or the words themselves.
            Frequencies and tags are read over: a word of yours is never split.

    >>> Segmenter(["重阳子涵"])("他叫重阳子涵")
    ['他', '叫', '重阳子涵']
    """

    def __init__(self, user_dict: str | Path | Iterable[str] = ()):
        words = read_user_dict(user_dict) if isinstance(user_dict, str | Path) else list(user_dict)
        self.words = frozenset(word for word in words if word)

    def __call__(self, text: str, lexicon: Collection[str] = frozenset()) -> list[str]:
        """Words of `text`; entries of `lexicon` stay whole too."""
        return segment(text, self.words.union(lexicon) if lexicon else self.words)


def read_user_dict(path: str | Path) -> list[str]:
    """The words of a file of lines `word [frequency] [tag]`. ValueError names a line that is none."""
    path, words = Path(path), []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        fields = line.split()
        if not fields or line.startswith("#"):
            continue
        if len(fields) > 3 or len(fields) == 3 and not fields[1].isdigit():
            raise ValueError(f"`{path.name}` line {number} is {line[:40]!r}; write `word`, `word 10` or `word 10 n`.")
        words.append(fields[0])
    return words


def segment(text: str, lexicon: Collection[str] = frozenset()) -> list[str]:
    """Split Chinese text into words; entries of `lexicon` stay whole, the longest first.

    >>> segment("我们明天去银行")
    ['我们', '明天', '去', '银行']
    """
    if not lexicon:
        return _cut(text)
    sizes = _sizes(frozenset(lexicon))
    words, gap, index = [], 0, 0
    while index < len(text):
        size = next((n for n in sizes.get(text[index], ()) if text[index : index + n] in lexicon), 0)
        if size:
            words += (_cut(text[gap:index]) if gap < index else []) + [text[index : index + size]]
            gap = index + size
        index += size or 1
    return words + (_cut(text[gap:]) if gap < len(text) else [])


@functools.lru_cache(maxsize=64)
def _sizes(lexicon: frozenset[str]) -> dict[str, tuple[int, ...]]:
    """How long the entries are that start with each character, the longest first."""
    sizes: dict[str, set[int]] = {}
    for word in lexicon:
        sizes.setdefault(word[:1], set()).add(len(word))
    return {char: tuple(sorted(lengths, reverse=True)) for char, lengths in sizes.items()}


def _cut(text: str) -> list[str]:
    """jieba in windows: the last word of a full window, which the window may have cut, starts the next one."""
    words, start = [], 0
    while len(text) - start > _MOST_AT_ONCE:
        window = _cut_window(text[start : start + _MOST_AT_ONCE])
        words += window[:-1] or window
        start += sum(map(len, window[:-1] or window))
    return words + _cut_window(text[start:] if start else text)


def _cut_window(text: str) -> list[str]:
    """What `jieba.lcut` answers, at a third of its time: the likeliest words of the dictionary, then unknown ones."""
    if not _JIEBA_BLOCK.fullmatch(text):
        return _tokenizer().lcut(text)
    words: list[str] = []
    single, start, ends = 0, 0, _likeliest(text)  # `single` begins the characters that are no word yet
    while start < len(text):
        end = ends[start]
        if end - start > 1:
            words += _unknown(text[single:start]) if single < start else ()
            words.append(text[start:end])
            single = end
        start = end
    return words + list(_unknown(text[single:]) if single < start else ())


def _likeliest(text: str) -> list[int]:
    """Where the word that begins at each character ends, in the likeliest words of all characters from there on."""
    weights, size = _weights(), len(text)
    scores, ends = [0.0] * (size + 1), [0] * size
    for start in range(size - 1, -1, -1):
        best, best_end, end = None, start + 1, start + 1
        part = text[start]
        while (weight := weights.get(part)) is not None:
            if weight and (best is None or weight + scores[end] >= best):
                best, best_end = weight + scores[end], end
            if end == size:
                break
            end += 1
            part = text[start:end]
        scores[start] = weights[""] + scores[start + 1] if best is None else best
        ends[start] = best_end
    return ends


@functools.lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    """Logarithm of each word's frequency, 0 for what only begins one; that of an unknown character under no word."""
    frequencies, total = _tokenizer().FREQ, math.log(_tokenizer().total)
    logs = {count: math.log(count) - total if count else 0.0 for count in set(frequencies.values())}
    weights = {word: logs[count] for word, count in frequencies.items()}
    return weights | {"": -total}


@functools.lru_cache(maxsize=16384)
def _unknown(chars: str) -> tuple[str, ...]:
    """Characters in a row that are no words together, as words by jieba's model of new words.

    A hidden Markov model: each character begins a word (B), stands inside (M), ends it (E), or is one by itself (S).
    """
    if len(chars) == 1 or word_frequency(chars):
        return tuple(chars)
    from jieba.finalseg import emit_P, start_P, trans_P

    scores = {state: start_P[state] + emit_P[state].get(chars[0], _NEVER) for state in "BMES"}
    paths = []
    for char in chars[1:]:
        path, following = {}, {}
        for state, (one, other) in _BEFORE.items():
            emitted = emit_P[state].get(char, _NEVER)
            by_one = scores[one] + trans_P[one][state] + emitted
            by_other = scores[other] + trans_P[other][state] + emitted
            path[state], following[state] = (one, by_one) if by_one >= by_other else (other, by_other)
        paths.append(path)
        scores = following
    state, words, end = "S" if scores["S"] >= scores["E"] else "E", [], len(chars)
    for place in range(len(chars) - 1, -1, -1):
        if state in "BS":
            words.append(chars[place:end])
            end = place
        state = paths[place - 1][state] if place else ""
    return tuple(words[::-1])


def word_frequency(word: str) -> int:
    """How often jieba's dictionary counts `word`; 0 for none of its words."""
    return _tokenizer().FREQ.get(word) or 0
