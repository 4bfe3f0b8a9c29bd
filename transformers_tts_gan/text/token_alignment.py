"""Which tokens of a text encoder belong to which characters, and how a text of any length goes through it.

Enters: spans of characters and the tokens' offsets. Leaves: ranges of tokens, and tokens in windows that an encoder
can read, one after the other.
"""

from dataclasses import dataclass


Span = tuple[int, int]


@dataclass(frozen=True)
class Windows:
    """Token ids of all windows in a row, the tokens in each, and the ranges that stand for the ranges that came in."""

    ids: list[int]
    sizes: list[int]
    ranges: list[Span]


def token_ranges(spans: list[Span] | tuple[Span, ...], offsets: list[Span]) -> list[Span]:
    """For each span the first token whose characters overlap it and one past the last; (0, 0) where none does.

    >>> token_ranges([(0, 5), (5, 5), (6, 9)], [(0, 0), (0, 3), (3, 5), (6, 9), (0, 0)])
    [(1, 3), (0, 0), (3, 4)]
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for token, (start, end) in enumerate(offsets):
        for char in range(start, end):
            first.setdefault(char, token)
            last[char] = token
    known: dict[Span, Span] = {}
    for span in spans:
        if span not in known:
            hits = [char for char in range(*span) if char in first]
            known[span] = (min(first[c] for c in hits), max(last[c] for c in hits) + 1) if hits else (0, 0)
    return [known[span] for span in spans]


def windows(ids: list[int], special: list[int], ranges: list[Span], limit: int) -> Windows:
    """Tokens as windows of at most `limit` tokens, each with the special tokens around it.

    Two windows share half of their tokens. Each range goes to the window in which its neighbors reach farthest, so
    that it has at least a quarter of a window on both sides; what is longer than a window keeps the part inside of it.

    Args:
        ids: Of a whole text, special tokens at both ends included.
        special: 1 for special tokens.
        ranges: Of tokens, end excluded; (0, 0) for none.
        limit: Tokens that the encoder reads at once.
    """
    if len(ids) <= limit:
        return Windows(ids, [len(ids)], ranges)
    before = next((number for number, mark in enumerate(special) if not mark), len(ids))
    after = next((number for number, mark in enumerate(reversed(special)) if not mark), 0)
    room, count = limit - before - after, len(ids) - before - after
    if room < 4:
        raise ValueError(f"The text encoder reads {limit} tokens at once; it needs {before + after + 4} or more.")
    step = room // 2
    starts = [*range(0, count - room, step), count - room]
    texts = ids[before : len(ids) - after]
    rows = [ids[:before] + texts[start : start + room] + ids[len(ids) - after :] for start in starts]
    moved = []
    for first, end in ranges:
        if first == end:
            moved.append((0, 0))
            continue
        number = _window((first + end - room) / 2 - before, step, starts)
        shift = number * limit - starts[number]
        inside = (number * limit + before, number * limit + before + room)
        moved.append((max(first + shift, inside[0]), min(end + shift, inside[1])))
    return Windows([number for row in rows for number in row], [limit] * len(rows), moved)


def _window(start: float, step: int, starts: list[int]) -> int:
    """The window that begins nearest to `start`; the last one ends with the text, out of step."""
    near = min(max(int(start / step), 0), len(starts) - 1)
    return min(range(near, min(near + 3, len(starts))), key=lambda number: abs(starts[number] - start))
