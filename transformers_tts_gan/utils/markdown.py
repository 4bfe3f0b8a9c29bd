"""Tables that read as well in a terminal as on a page."""

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
