"""Words of a corpus that jieba does not know, for a user dictionary: names, products, jargon.

Strings that come often, whose parts stick together (pointwise mutual information, Church and Hanks, Word Association
Norms, Mutual Information, and Lexicography, 1990) and whose neighbors vary on both sides (branching entropy, Jin and
Tanaka-Ishii, Unsupervised Segmentation of Chinese Text by Use of Branching Entropy, 2006).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..han import HAN_RUN
from .segment import segment, word_frequency


_EDGE = "\0"  # the neighbor at the start or the end of a run: each one counts as another neighbor
# Characters of grammar: a string that begins or ends with one is a piece of a sentence.
_GRAMMAR = frozenset(
    "的了着过吗呢吧啊是在和与就都也还又很不没有我你他她它们这那个"
    "一二三四五六七八九十两几上下里被把给对从到说要会能可以之其"
)


def new_words(
    texts: Iterable[str], min_count: int = 5, max_chars: int = 5, min_cohesion: float = 4.0, min_entropy: float = 1.0
) -> dict[str, int]:
    """Words of 2 to `max_chars` characters that jieba does not know, with their counts, the most frequent first.

    Args:
        texts: Sentences or documents; only runs of Chinese characters count.
        min_count: Occurrences that a word needs at least.
        max_chars: Longest word; memory and time grow in proportion.
        min_cohesion: Bits of mutual information between the two parts of a word at its weakest point.
        min_entropy: Bits of uncertainty about the character before it, and about the one after it.

    Raises:
        ValueError: If `min_count` is below 2 or `max_chars` below 2.

    Example:

    >>> new_words(["今天天气很好。"])
    {}
    """
    if min_count < 2 or max_chars < 2:
        raise ValueError(f"`min_count` is {min_count} and `max_chars` {max_chars}, but both need to be 2 or more.")
    runs = [run[0] for text in texts for run in HAN_RUN.finditer(text)]
    counts = Counter(run[i : i + n] for n in range(1, max_chars + 1) for run in runs for i in range(len(run) - n + 1))
    total = sum(map(len, runs))
    candidates = {
        word
        for word, count in counts.items()
        if len(word) > 1 and count >= min_count and not _GRAMMAR & {word[0], word[-1]} and not word_frequency(word)
    }
    candidates = {word for word in candidates if _cohesion(word, counts, total) >= min_cohesion}
    free = _free_words(runs, candidates, max_chars, min_entropy)
    found = {word: counts[word] for word in free if not _known_parts(word)}
    # 阳子涵 in 重阳子涵 is no word if it seldom comes alone
    whole = {
        word: count
        for word, count in found.items()
        if not any(word in other and len(other) > len(word) and counts[other] > 0.8 * count for other in found)
    }
    return dict(sorted(whole.items(), key=lambda item: (-item[1], item[0])))


def write_user_dict(path: str | Path, words: Mapping[str, int]) -> None:
    """Write lines of `word count`, which `user_dict` of [`TextFrontend`] and jieba read.

    Args:
        path: File to write.
        words: Counts by word, as `new_words` finds them.

    Example:

    ```python
    write_user_dict("words.txt", new_words(texts))
    ```
    """
    Path(path).write_text("".join(f"{word} {count}\n" for word, count in words.items()), encoding="utf-8")


def _cohesion(word: str, counts: Counter, total: int) -> float:
    """Bits that the weakest split of `word` has more than chance."""
    return min(
        math.log2(counts[word] * total / (counts[word[:cut]] * counts[word[cut:]])) for cut in range(1, len(word))
    )


def _free_words(runs: list[str], candidates: set[str], max_chars: int, min_entropy: float) -> list[str]:
    """The candidates with enough different neighbors on each side."""
    before: defaultdict[str, Counter] = defaultdict(Counter)
    after: defaultdict[str, Counter] = defaultdict(Counter)
    for number, run in enumerate(runs):
        for start in range(len(run)):
            for size in range(2, min(max_chars, len(run) - start) + 1):
                word = run[start : start + size]
                if word in candidates:
                    before[word][run[start - 1] if start else (_EDGE, number)] += 1
                    end = start + size
                    after[word][run[end] if end < len(run) else (_EDGE, number)] += 1
    return [word for word in candidates if min(_entropy(before[word]), _entropy(after[word])) >= min_entropy]


def _entropy(neighbors: Counter) -> float:
    total = sum(neighbors.values())
    return -sum(count / total * math.log2(count / total) for count in neighbors.values())


def _known_parts(word: str) -> bool:
    """Whether `word` is a phrase of longer words that jieba knows (天气预报 is, 子涵 is not)."""
    parts = segment(word)
    return len(parts) > 1 and all(len(part) > 1 for part in parts)
