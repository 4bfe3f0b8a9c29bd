"""Tables that read as well in a terminal as on a page."""


def markdown_table(rows: list[list[str]]) -> str:
    """Rows, the first of them the head, as a Markdown table.

    Columns are aligned, but for the last one, which may be long; a `|` within a cell, which would end it, is escaped.
    """
    rows = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    widths = [max(3, *(len(cell) for cell in column)) for column in list(zip(*rows, strict=True))[:-1]]
    lines = [[*map(str.ljust, row, widths), row[-1]] for row in rows]
    lines.insert(1, ["-" * width for width in (*widths, 3)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
