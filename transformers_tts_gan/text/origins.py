"""Where the characters of a rewritten text come from.

Enter: a text, and the same text with some of its words rewritten, as `make_readable` does. Leaves: a position in the
text for each character of the rewritten one.
"""

import re
from collections.abc import Sequence

from .han import HAN_RANGES


NEAR = (16, 128, 1_024)  # tokens in which a place is looked for from which both texts go on alike, first nearby
_TOKEN = re.compile(rf"<[^<>]*>|&#?\w+;|[{HAN_RANGES}]|[^\W{HAN_RANGES}]+|\s+|.", re.S)
_PART = re.compile(r"\s+|\S+")


def origins(rewritten: str, text: str) -> Sequence[int]:
    """For each character of `rewritten` the position in `text` that it comes from; positions never go back.

    Where the two differ, words stand for words, and letters of a word for letters in the same part of the other one.

    >>> list(origins("a cafe b", "a café b"))
    [0, 1, 2, 3, 4, 5, 6, 7]
    >>> list(origins("a Chuan b", "a 川 b"))
    [0, 1, 2, 2, 2, 2, 2, 3, 4]
    """
    if rewritten == text:
        return range(len(text))
    new, old = _TOKEN.findall(rewritten), _TOKEN.findall(text)
    places: list[int] = []
    here = there = position = 0  # a token of `new` and one of `old`, and where that one begins
    while here < len(new):
        next_here, next_there = here + 1, there + 1
        if there == len(old) or new[here] != old[there]:
            next_here, next_there = _meeting(new, here, old, there)
        source = "".join(old[there:next_there])
        places += _spread("".join(new[here:next_here]), source, position)
        here, there, position = next_here, next_there, position + len(source)
    last = max(len(text) - 1, 0)
    return [min(place, last) for place in places]


def _meeting(new: list[str], here: int, old: list[str], there: int) -> tuple[int, int]:
    """The nearest tokens from which on both texts are alike, or the ends of both."""
    for size in NEAR:
        ahead: dict[tuple[str, ...], int] = {}
        for place in range(here, min(here + size, len(new))):
            ahead.setdefault(_key(new, place), place)
        found = [
            (ahead[key] - here + place - there, ahead[key], place)
            for place in range(there, min(there + size, len(old)))
            if (key := _key(old, place)) in ahead
        ]
        if found:
            return min(found)[1:]
    return len(new), len(old)


def _key(tokens: list[str], place: int) -> tuple[str, ...]:
    """What tells a place: a word, or a sign and what follows it."""
    return tuple(tokens[place : place + (1 if tokens[place][0].isalnum() else 2)])


def _spread(new: str, old: str, start: int) -> list[int]:
    """Positions of `old`, which begins at `start`, for the characters of `new`; word by word if they are as many."""
    if new == old:
        return list(range(start, start + len(new)))
    parts, origin = _PART.findall(new), _PART.findall(old)
    if len(parts) != len(origin):
        parts, origin = [new], [old]
    places = []
    for part, source in zip(parts, origin, strict=True):
        places += [start + number * len(source) // max(len(part), 1) for number in range(len(part))]
        start += len(source)
    return places
