"""Which sentences of a corpus are held out: always the same, whenever and wherever the corpus is made."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ..text.han import HAN_RANGES
from .recipes.clip import Clip


DIGEST = re.compile(r"[0-9a-f]{16}")
MAX_WORDS = 40  # or characters, in Chinese: held-out sentences stay under 20 s, as training's default does


FEW = 30  # an error rate of fewer sentences says little
MANY = 300  # clips, of which so many can be spared


def choose_held_out(clips: Iterable[Clip], test_every: int, min_words: int, at_least: int = 0) -> set[str]:
    """Return the names of every Nth clip by sorted name.

    Only clips of a sentence's length count, and none whose text another clip has too.

    Args:
        clips: Of the corpus.
        test_every: N.
        min_words: A held-out text has at least so many words (characters, in Chinese).
        at_least: N becomes smaller, but not under 2, where it would hold out fewer clips.
    """
    words = {clip.name: words_of(clip.text) for clip in clips}
    times = Counter(words.values())
    names = sorted(name for name, said in words.items() if min_words <= len(said) <= MAX_WORDS and times[said] == 1)
    if len(names) // test_every < at_least:
        test_every = min(test_every, max(2, len(names) // at_least))
    return set(names[test_every - 1 :: test_every])


def fewest_held_out(clips: int) -> int:
    """How many sentences a corpus of so many clips should hold out: 30 of 300 clips or more, and a tenth of fewer.

    >>> fewest_held_out(356), fewest_held_out(80)
    (30, 8)
    """
    return FEW if clips >= MANY else clips // 10


def find_held_out(clips: Sequence[Clip], lines: Iterable[str]) -> tuple[set[str], int]:
    """Find the clips that say one of some texts.

    Args:
        clips: Of the corpus.
        lines: Texts, or the [`text_digest`] of each.

    Returns:
        The names of the clips, and how many of the texts no clip says.

    Raises:
        ValueError: No clip says any of them.
    """
    wanted = {line if DIGEST.fullmatch(line) else text_digest(line) for line in map(str.strip, lines) if line}
    said = {clip.name: text_digest(clip.text) for clip in clips}
    missing = len(wanted.difference(said.values()))
    if missing == len(wanted):
        raise ValueError(
            f"none of the {len(wanted)} texts to hold out is in this corpus: check the file of the texts."
        )
    return {name for name, text in said.items() if text in wanted}, missing


def text_digest(text: str) -> str:
    """Return 16 hexadecimal digits that tell texts apart, to list them where they may not be published.

    >>> text_digest("Good morning!") == text_digest("good morning")
    True
    """
    return hashlib.sha256(" ".join(words_of(text)).encode()).hexdigest()[:16]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, or its Chinese characters, without case and punctuation.

    >>> words_of("Good morning, 北京!")
    ('good', 'morning', '北', '京')
    """
    return tuple(re.findall(rf"[{HAN_RANGES}]|[^\W_{HAN_RANGES}]+", text.lower()))
