r"""Line breaks as typography told from line breaks as structure.

Enters: a plain text. Leaves: its [`Line`]s. The lines of a hard-wrapped paragraph are one [`Line`], with words that
were divided at a line's end put together again; headings, list items, verses and other short lines stay apart.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .en.lexicon import lexicon_reading
from .han import is_han
from .zh.segment import segment


LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
LEAST_WIDTH = 40  # columns of the shortest line that is wrapped: verses and items are shorter, pages are wider
MOST_WIDTH = 120  # columns of the longest: where lines are longer, each line is a paragraph
LONGEST_HEADING = 60
LONGEST_ITEM = 30  # columns of a line that may be one item of a list without marks

_BULLET = re.compile(r"\s*(?:[-*+•●■◆▪]\s+|\[[ xX]\]\s|[①-⑳])")
_NUMBERED = re.compile(
    r"\s*(?:[–—]\s+|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s+|\d{1,3}、|[（(]?[一二三四五六七八九十]{1,3}[)）、.])"
)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|_{3,}|~{3,})\s*")
_SENTENCE_END = re.compile(r"[.!?…:。！？：；;][\"'”’」』）)\]】》〉]*$")
_HYPHENS = "-\u2010\u00ad"
_LONGEST_WORD = 40
_FIRST_WORD = re.compile(r"\S+")
_LAST_LETTERS = re.compile(r"[^\W\d_]+$")
_LETTERS = re.compile(r"[^\W\d_]+")
_HAN_BESIDE = 8  # characters on each side of a line break, in which a word is looked for


@dataclass
class Line:
    """A stretch of text that is read without a stop at its line breaks.

    Args:
        text: Its characters, without line breaks.
        places: Where each of them stands in the original text.
        end: What it is, and so how long the pause after it is: `line`, `paragraph` or `heading`.
    """

    text: str = ""
    places: list[int] = field(default_factory=list)
    end: str = "paragraph"

    def add(self, text: str, start: int) -> None:
        """Put characters at the end, which stand together from `start` on."""
        self.text += text
        self.places += range(start, start + len(text))

    def cut(self, size: int) -> None:
        """Take `size` characters off the end."""
        self.text = self.text[:-size]
        del self.places[-size:]


def read_lines(text: str) -> list[Line]:
    r"""The paragraphs, headings, items and verses of a text.

    >>> [(line.text, line.end) for line in read_lines("Fruit\n\n- apples\n- pears that are pro-\n  duced here")]
    [('Fruit', 'heading'), ('- apples', 'line'), ('- pears that are produced here', 'paragraph')]
    """
    lines: list[Line] = []
    blocks = list(_blocks(text))
    for number, block in enumerate(blocks):
        lines += _read_block(block, number + 1 < len(blocks))
    return lines


def unwrapped(text: str) -> tuple[str, Sequence[int]]:
    r"""The lines of [`read_lines`], one a row, and where each character of them stands in `text`.

    A text without line breaks comes back as it is.

    >>> unwrapped("pro-\nducing")
    ('producing', [0, 1, 2, 5, 6, 7, 8, 9, 10])
    """
    if not LINE_BREAK.search(text):
        return text, range(len(text))
    plain: list[str] = []
    places: list[int] = []
    for line in read_lines(text):
        if places:
            places.append(places[-1] + 1)
        plain.append(line.text)
        places += line.places
    return "\n".join(plain), places


def _blocks(text: str) -> Iterator[list[tuple[str, int]]]:
    """The lines between blank ones, each with the place where it starts, without white space at its end."""
    block: list[tuple[str, int]] = []
    start = 0
    for end, following in [*((m.start(), m.end()) for m in LINE_BREAK.finditer(text)), (len(text), len(text))]:
        line = text[start:end].rstrip()
        if line:
            block.append((line, start))
        if block and (not line or text[end:following] in ("\x0c", "\u2029") or following == len(text) == end):
            yield block
            block = []
        start = following
    if block:
        yield block


@dataclass
class _Shape:
    """How the lines of a block look: columns of the longest, and whether they are verses or items."""

    width: int
    verses: bool
    items: bool

    @classmethod
    def of(cls, rows: list[str]) -> "_Shape":
        """Verses begin with capital letters, as no wrapped paragraph does; items are short and end without marks."""
        columns = [_columns(row) for row in rows]
        several = len(rows) > 2
        verses = several and all(row.lstrip("\"'“‘ ")[:1].isupper() for row in rows)
        return cls(
            max(columns), verses, several and max(columns) <= LONGEST_ITEM and all(r[-1].isalnum() for r in rows)
        )


def _read_block(block: list[tuple[str, int]], more: bool) -> list[Line]:
    rows = [row for row, _ in block]
    if len(block) == 1 and more and _is_heading(rows[0]):
        return [_new(*block[0], end="heading")]
    shape = _Shape.of(rows)
    lines = [_new(*block[0])]
    for before, (row, start) in zip(rows, block[1:], strict=False):
        last = lines[-1]
        if _UNDERLINE.fullmatch(row):
            last.end = "heading" if _columns(last.text) <= LONGEST_HEADING else "paragraph"
            continue
        if _HEADING.match(before):
            last.end = "heading"
        elif not _UNDERLINE.fullmatch(before):
            if _is_wrapped(before, row, shape, last):
                _join(last, row, start)
                continue
            last.end = "paragraph" if shape.width > MOST_WIDTH or _is_indented(row, before) else "line"
        lines.append(_new(row, start))
    if _HEADING.match(rows[-1]):
        lines[-1].end = "heading"
    return [line for line in lines if not _UNDERLINE.fullmatch(line.text)]


def _new(row: str, start: int, end: str = "paragraph") -> Line:
    mark = _HEADING.match(row)
    first = mark.end() if mark else len(row) - len(row.lstrip())
    line = Line(end=end)
    line.add(row[first:].rstrip("#").rstrip() if mark else row[first:], start + first)
    return line


def _is_heading(row: str) -> bool:
    """Whether a line that stands alone, with more text below, is a heading: it is short and no sentence."""
    marked = _HEADING.match(row) is not None
    return marked or _columns(row) <= LONGEST_HEADING and not _SENTENCE_END.search(row) and row[-1] not in ",，、-"


def _is_indented(row: str, before: str) -> bool:
    """Whether a line begins a paragraph by white space before its first word."""
    if row.startswith("\u3000"):
        return True
    indent = len(row) - len(row.lstrip())
    return indent >= 2 and indent > len(before) - len(before.lstrip()) and _SENTENCE_END.search(before) is not None


def _is_wrapped(before: str, row: str, shape: _Shape, line: Line) -> bool:
    """Whether there is a break between two lines because the first of them, the end of `line`, was full."""
    start = row.lstrip()
    first_word = _columns((_FIRST_WORD.search(row) or [""])[0])
    needed = 2 * 2 if is_han(start[0]) else 1 + first_word  # two characters: a mark is kept off a line's start
    full = MOST_WIDTH >= shape.width >= LEAST_WIDTH and _columns(before) + needed > shape.width
    ended = _SENTENCE_END.search(before) is not None
    in_item = _is_item(line.text)
    if shape.width > MOST_WIDTH or _HEADING.match(row) or _BULLET.match(row):
        return False
    if _NUMBERED.match(row) and (in_item or ended or not full):
        return False
    if row[0].isspace() and in_item:
        return True
    if _is_indented(row, before):
        return False
    if ended:
        return full and not shape.verses
    if start[0].islower():
        return not shape.items
    if is_han(before[-1]) and is_han(start[0]) and _word_goes_on(before, start):
        return True
    return full and not shape.verses


def _is_item(text: str) -> bool:
    """Whether a text begins with the mark of a list item."""
    return (_BULLET.match(text) or _NUMBERED.match(text)) is not None


def _word_goes_on(before: str, row: str) -> bool:
    """Whether a Chinese word reaches from one line into the next."""
    left, right = _han_at_end(before), _han_at_end(row[::-1])[::-1]
    place = 0
    for word in segment(left + right):
        if place < len(left) < place + len(word):
            return True
        place += len(word)
    return False


def _han_at_end(text: str) -> str:
    start = len(text)
    while start > max(0, len(text) - _HAN_BESIDE) and is_han(text[start - 1]):
        start -= 1
    return text[start:]


def _join(line: Line, row: str, start: int) -> None:
    """Add a line to the one that it goes on, with a space between words, and none in a word or between characters."""
    first = len(row) - len(row.lstrip())
    row = row[first:]
    if line.text[-1] in _HYPHENS and row[0].islower() and line.text[-2:-1].isalpha():
        if line.text[-1] == "\u00ad" or _is_one_word(line.text[-_LONGEST_WORD:-1], row[:_LONGEST_WORD]):
            line.cut(1)
    elif not (_is_wide(line.text[-1]) and _is_wide(row[0])):
        line.add(" ", start - 1)
    line.add(row, start + first)


def _is_one_word(before: str, after: str) -> bool:
    """Whether the hyphen between two halves is there for the line's end alone: `pro-ducing`, but not `well-known`."""
    head, tail = _LAST_LETTERS.search(before), _LETTERS.match(after)
    if head is None or tail is None or lexicon_reading((head[0] + tail[0]).lower()):
        return True
    return not (lexicon_reading(head[0].lower()) and lexicon_reading(tail[0].lower()))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _columns(row: str) -> int:
    """Columns of a line, without the white space before it; a Chinese character has two."""
    row = row.strip()
    return len(row) if row.isascii() else len(row) + sum(map(_is_wide, row))
