"""Markdown from what people wrote: tables that read as well in a terminal as on a page, and names that stay names."""

import json
import re


WIDEST = 40  # characters to which a column is filled up; longer cells stick out


def markdown_table(rows: list[list[str]]) -> str:
    """Rows, the first of them the head, as a Markdown table with aligned columns.

    A `|` within a cell, which would end it, is escaped.
    """
    rows = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    widths = [min(WIDEST, max(3, *map(len, column))) for column in zip(*rows, strict=True)]
    lines = [list(map(str.ljust, row, widths)) for row in rows]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def inline_code(text: str) -> str:
    """`text` on one line between backticks, more of them than it holds.

    >>> inline_code("anna"), inline_code("a`b")
    ('`anna`', '`` a`b ``')
    """
    line, longest = " ".join(text.split()), max(map(len, re.findall("`+", text)), default=0)
    return f"{'`' * (longest + 1)} {line} {'`' * (longest + 1)}" if longest else f"`{line}`"


def python_string(text: str) -> str:
    """`text` as Python code, in double quotes.

    >>> print(python_string('so-called "Anna"'))
    "so-called \\"Anna\\""
    """
    return json.dumps(text, ensure_ascii=False)
