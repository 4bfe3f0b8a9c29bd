"""Where a long text may be cut: after sentences, at commas, before clauses, between words.

Enters: text of any length. Leaves: pieces short enough to speak in one go.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .en.abbreviations import belongs_to_a_word
from .han import HAN_RANGES
from .utterance import Utterance
from .zh.segment import segment


# A sentence ends at the mark and whatever closes after it; a full stop only before a space, a bracket or the end.
_END = re.compile(
    r"[。！？!?…]+[\"'”’」』）)\]】》〉]*|(?<!\.)\.++(?:[\"'”’)\]]+(?=\s|$)|(?=\s|$)|"
    rf"(?=[{HAN_RANGES}“‘「『（《]))|\n+"
)
# What no cut may go through: a tag, phones in brackets, a word with its apostrophes, a number with its signs.
_WHOLE = re.compile(
    r"<[^<>\n]{0,300}>|\[\[[^\[\]\n]{0,200}\]\]|\{[^{}\n]{0,100}\}"
    rf"|[^\W{HAN_RANGES}]+(?:(?:['’\-.@/_:]|,(?=\d))[^\W{HAN_RANGES}]+)*[%‰°]?"
)
_RUN = re.compile(f"[{HAN_RANGES}〇]+")  # Chinese words, the years among them
# What begins a clause, and what begins a smaller phrase: before them a reader who sees no comma pauses.
_CLAUSE = (
    r"and|but|or|nor|because|although|though|when|whenever|while|where|which|who|whom|whose|if|unless|until|since"
)
_PHRASE = (
    "that|as|than|to|of|in|on|at|by|for|from|with|without|into|about|over|under|after|before|between|through"
    "|I|he|she|it|we|you|they|there"
)
_CHINESE_CLAUSE = "但是|可是|不过|而且|并且|或者|以及|因为|所以|如果|虽然|然后|于是|因此"
_BEGINNING = re.compile(rf"\b(?:{_CLAUSE}|{_PHRASE})(?:\s(?:{_CLAUSE}|{_PHRASE}))*\b|{_CHINESE_CLAUSE}", re.IGNORECASE)
_BEGINS_CLAUSE = re.compile(rf"\b(?:{_CLAUSE})\b|{_CHINESE_CLAUSE}", re.IGNORECASE)
_COMMAS = frozenset(",;:，；：、—")
_CLOSING = frozenset("\"'”’」』）)]】》〉")


class Sentence(NamedTuple):
    """What is spoken in one go, and where it comes from.

    Args:
        text: Of a sentence, or what the frontend made of it.
        end: What ends after it: `sentence`, or what [`lines.Line`] calls the lines of a text.
        places: Where each character that it counts stands in the whole text.
    """

    text: str | Utterance
    end: str
    places: Sequence[int]


def placed_sentences(text: str, places: Sequence[int]) -> list[Sentence]:
    """The pieces of [`split_sentences`] with their places, given the `places` of the characters of `text`.

    >>> [(sentence.text, list(sentence.places)) for sentence in placed_sentences("A b. 好。", range(10, 17))]
    [('A b.', [10, 11, 12, 13]), ('好。', [15, 16])]
    """
    sentences, end = [], 0
    for part in split_sentences(text):
        start = text.index(part, end)
        end = start + len(part)
        sentences.append(Sentence(part, "sentence", places[start:end]))
    return sentences


def split_sentences(text: str, max_chars: int = 200) -> list[str]:
    """Cut `text` after sentences, and those longer than `max_chars` at commas, then before clauses, then at spaces.

    Chinese words, which no space separates, are cut between words. Joined, the pieces are the text without the white
    space at their ends and without pieces that hold no letter or digit. None is longer than `max_chars`. A word, a
    number, `<...>`, `[[...]]` or `{...}` is cut only if it alone is too long. Quotation marks and brackets that close
    stay with their sentence.

    Args:
        text: Plain text.
        max_chars: Longest piece, in characters.

    Raises:
        ValueError: If `max_chars` is below 1.

    Example:

    >>> split_sentences("Mr. Lee came. 他走了。Why?")
    ['Mr. Lee came.', '他走了。', 'Why?']
    """
    if max_chars < 1:
        raise ValueError(f"`max_chars` is {max_chars}, but a piece needs at least 1 character.")
    marked = [match.span() for match in _WHOLE.finditer(text) if match[0][0] in "<[{"]
    sentences, start, mark = [], 0, 0
    for end in _END.finditer(text):
        while mark < len(marked) and marked[mark][1] <= end.start():
            mark += 1
        if mark < len(marked) and marked[mark][0] <= end.start():
            continue
        if end[0] == "." and belongs_to_a_word(text, start, end.end()):
            continue
        sentences.append(text[start : end.end()])
        start = end.end()
    pieces = [piece for sentence in [*sentences, text[start:]] for piece in _shorten(sentence.strip(), max_chars)]
    return [piece for piece in pieces if any(char.isalnum() for char in piece)]


def _shorten(sentence: str, max_chars: int) -> list[str]:
    """Pieces of at most `max_chars`: each ends at the best place in the last three quarters of its room."""
    if len(sentence) <= max_chars:
        return [sentence]
    places = _places(sentence)
    pieces, start, first = [], 0, 0
    while len(sentence) - start > max_chars:
        while first < len(places) and places[first][0] <= start:
            first += 1
        last, best = first, (0, 0)
        while last < len(places) and places[last][0] <= start + max_chars:
            place, worth = places[last]
            if place - start > max_chars // 4 or not best[1]:
                best = max(best, (worth if place - start > max_chars // 4 else 0, place))
            last += 1
        end = best[1] or start + max_chars
        pieces.append(sentence[start:end].strip())
        start, first = end, last if best[1] == 0 else first
        start += len(sentence[start:]) - len(sentence[start:].lstrip()) if sentence[start : start + 1].isspace() else 0
    return [*pieces, sentence[start:].strip()]


def _places(sentence: str) -> list[tuple[int, int]]:
    """Where `sentence` may be cut, in order, each with its worth.

    5 after a comma, 4 before a word that begins a clause, 3 before one that begins a phrase, 2 at another space, 1
    between words that no space separates.
    """
    inside: set[int] = set()
    for match in _WHOLE.finditer(sentence):
        inside.update(range(match.start() + 1, match.end()))
    ends: set[int] = set()
    for run in _RUN.finditer(sentence):
        ends.add(run.start())
        place = run.start()
        for word in segment(run[0]):
            place += len(word)
            ends.add(place)
    begins = {match.start(): 4 if _BEGINS_CLAUSE.search(match[0]) else 3 for match in _BEGINNING.finditer(sentence)}
    places = []
    for place in range(1, len(sentence)):
        before, after = sentence[place - 1], sentence[place]
        if place in inside or after in _CLOSING or after in _COMMAS:
            continue
        if before in _COMMAS:
            places.append((place, 5))
        elif before.isspace() or after.isspace():
            places.append((place, begins.get(place + after.isspace(), 2)))
        elif place in ends:
            places.append((place, begins.get(place, 1)))
    return places
