"""A lesson in Markdown, read into what is spoken and shown.

Enters: Markdown. Leaves: a [`Lesson`] of sections, whose blocks are explanations, dialogues, vocabulary and questions.
A line that begins with a name in bold and a colon is a turn of a dialogue, a table is vocabulary, and a list with
`[ ]` and `[x]` holds the answers to the question above it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from ..text.documents import inline_text
from ..text.sentences import split_sentences
from .cast import Part, read_part


_CHOICE = re.compile(r"\[([ xX])\]\s+")
_COLONS = ":："
_HEAD = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*\n", re.DOTALL)


@dataclass(frozen=True)
class Explanation:
    """A paragraph or an item of a list, which the narrator reads.

    Args:
        sentences: In their order.
    """

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """What one role says before another does.

    Args:
        role: The name in bold.
        sentences: In their order.
        translation: The lines below it, which are shown and not spoken; may be empty.
    """

    role: str
    sentences: tuple[str, ...]
    translation: str


@dataclass(frozen=True)
class Dialogue:
    """Turns that follow each other."""

    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Entry:
    """A row of vocabulary: a word, its meaning, and a sentence with it, which may be empty."""

    word: str
    meaning: str
    example: str


@dataclass(frozen=True)
class Vocabulary:
    """A table of words."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Question:
    """A question with answers to choose from.

    Args:
        text: The question.
        options: The answers.
        right: Place of the right one among them.
    """

    text: str
    options: tuple[str, ...]
    right: int


Block = Explanation | Dialogue | Vocabulary | Question


@dataclass(frozen=True)
class Section:
    """What stands under a heading of the second level; the title of what stands before the first is the lesson's."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Lesson:
    """A whole lesson.

    Args:
        title: The heading of the first level, or the name of the file.
        sections: At least one.
        parts: How roles and the narrator are to sound, from the `roles` of a YAML block at the beginning.
    """

    title: str
    sections: tuple[Section, ...]
    parts: dict[str, Part] = field(default_factory=dict)

    def roles(self) -> list[str]:
        """The names of who speaks in dialogues, in the order in which they speak first."""
        dialogues = [block for section in self.sections for block in section.blocks if isinstance(block, Dialogue)]
        return list(dict.fromkeys(turn.role for dialogue in dialogues for turn in dialogue.turns))


def read_lesson(path: str | Path) -> Lesson:
    """Read a lesson from a file in Markdown.

    Raises:
        ValueError: It is not in UTF-8, it holds nothing to say, a table has no two or three columns, or a question has
            no text or not one right answer; the message names the line.
        OSError: The file cannot be read.

    Example:

    ```python
    lesson = read_lesson("examples/lessons/at_the_station.md")
    print(lesson.title, lesson.roles())
    ```
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"`{path}` is not in UTF-8 (byte {error.start}): save it as UTF-8 in an editor.") from None
    lesson = parse_lesson(text, Path(path).stem)
    if not lesson.sections:
        raise ValueError(f"There is nothing to say in `{path}`.")
    return lesson


def parse_lesson(text: str, title: str) -> Lesson:
    """Read a lesson from Markdown.

    Args:
        text: The Markdown.
        title: Of a lesson without a heading of the first level.

    Raises:
        ValueError: As [`read_lesson`] raises it.

    Example:
        >>> parse_lesson("**Ann:** Good morning. Who is it?", "cats").sections[0].blocks[0].turns[0].sentences
        ('Good morning.', 'Who is it?')
    """
    sections: list[tuple[str, list[Block]]] = [("", [])]
    head = _HEAD.match(text)
    parts = _parts(head[1]) if head else {}
    if head:
        text = "\n" * head[0].count("\n") + text[head.end() :]  # lines keep their numbers
    for node in SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text)).children:
        if node.type == "heading" and node.tag == "h1":
            title = _plain(node)
        elif node.type == "heading" and node.tag == "h2":
            sections.append((_plain(node), []))
        else:
            _read(node, sections[-1][1])
    kept = [Section(name or title, tuple(blocks)) for name, blocks in sections if blocks]
    return Lesson(title, tuple(kept), parts)


def _parts(head: str) -> dict[str, Part]:
    """What the YAML at the beginning says of roles.

    Raises:
        ValueError: It cannot be read.
    """
    try:
        roles = (yaml.safe_load(head) or {}).get("roles", {})
        return {str(role): read_part(settings) for role, settings in roles.items()}
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"The lines between `---` at the beginning of the lesson cannot be read ({reason}): write `roles:` and "
            "below it lines such as `  Anna: {speaker: af_heart}`."
        ) from None


def _read(node: SyntaxTreeNode, blocks: list[Block]) -> None:
    """Add what a node of the document holds to the blocks of its section."""
    if node.type == "table":
        blocks.append(_vocabulary(node))
    elif node.type in ("bullet_list", "ordered_list") and (choices := _choices(node)):
        blocks.append(_question(choices, blocks, node))
    elif node.type in ("paragraph", "heading"):
        _read_lines(_lines(node), blocks)
    elif node.type in ("bullet_list", "ordered_list", "list_item", "blockquote"):
        for child in node.children:
            _read(child, blocks)


def _read_lines(lines: list[list[Token]], blocks: list[Block]) -> None:
    """Add a paragraph: turns, or else an explanation."""
    turns: list[tuple[str, str, list[str]]] = []
    for line in lines:
        if role := _role(line):
            turns.append((role, inline_text(line)[len(role) :].lstrip(_COLONS + " "), []))
        elif turns:
            turns[-1][2].append(inline_text(line))
    if not turns:
        said = tuple(split_sentences(" ".join(map(inline_text, lines))))
        blocks.extend([Explanation(said)] if said else [])
        return
    read = tuple(Turn(role, tuple(split_sentences(said)), " ".join(below)) for role, said, below in turns)
    read = tuple(turn for turn in read if turn.sentences)
    if blocks and isinstance(blocks[-1], Dialogue):
        read = blocks.pop().turns + read  # type: ignore[union-attr]
    blocks.extend([Dialogue(read)] if read else [])


def _role(line: list[Token]) -> str:
    """The name in bold with which a line begins, if a colon follows inside or behind it."""
    tokens = [token for token in line if token.type != "text" or token.content]
    if not tokens or tokens[0].type != "strong_open":
        return ""
    end = next(place for place, token in enumerate(tokens) if token.type == "strong_close")
    name = inline_text(tokens[:end])
    behind = inline_text(tokens[end:]).lstrip()
    return name.rstrip(_COLONS + " ") if name.endswith(tuple(_COLONS)) or behind.startswith(tuple(_COLONS)) else ""


def _vocabulary(table: SyntaxTreeNode) -> Vocabulary:
    body = next((child for child in table.children if child.type == "tbody"), None)
    rows = [[_plain(cell) for cell in row.children] for row in body.children] if body else []
    if not rows or len(rows[0]) not in (2, 3):
        raise ValueError(
            f"The table in line {_number(table)} has {len(rows)} rows{f' of {len(rows[0])} columns' if rows else ''}, "
            "but vocabulary needs rows of a word, its meaning and, if you like, an example."
        )
    return Vocabulary(tuple(Entry(*(*row, "")[:3]) for row in rows if row[0]))


def _choices(node: SyntaxTreeNode) -> list[tuple[bool, str]]:
    """The answers of a list whose items all begin with `[ ]` or `[x]`, and whether each is right."""
    items = [_plain(item) for item in node.children]
    marks = [_CHOICE.match(item) for item in items]
    if not all(marks):
        return []
    return [(mark[1] != " ", item[mark.end() :]) for mark, item in zip(marks, items, strict=True) if mark]


def _question(choices: list[tuple[bool, str]], blocks: list[Block], node: SyntaxTreeNode) -> Question:
    right = [place for place, (is_right, _) in enumerate(choices) if is_right]
    if len(right) != 1:
        raise ValueError(
            f"The list in line {_number(node)} has {len(right)} right answers, but one is needed: mark it with `[x]`."
        )
    asked = blocks.pop() if blocks else None
    if not isinstance(asked, Explanation):
        raise ValueError(f"The list in line {_number(node)} has answers: write a question as a paragraph above it.")
    return Question(" ".join(asked.sentences), tuple(text for _, text in choices), right[0])


def _lines(node: SyntaxTreeNode) -> list[list[Token]]:
    """The tokens of each line of a paragraph."""
    lines: list[list[Token]] = [[]]
    for token in _tokens(node):
        if token.type in ("softbreak", "hardbreak"):
            lines.append([])
        else:
            lines[-1].append(token)
    return lines


def _plain(node: SyntaxTreeNode) -> str:
    """All letters of a node on one line."""
    return inline_text(_tokens(node))


def _tokens(node: SyntaxTreeNode) -> list[Token]:
    inlines = [child.token for child in node.walk() if child.type == "inline" and child.token is not None]
    return [token for inline in inlines for token in inline.children or []]


def _number(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 0
