"""Metadata files: rows of jsonl, csv, tsv and parquet as dictionaries, with or without a header.

Enters: a path. Leaves: rows by column, or a `ValueError` that names the file and the row that cannot be read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from .files import SOUNDS, Folder, read_text


AUDIO_NAMES = ("audio", "file_name", "file", "filename", "path", "wav", "id")  # what tables call the recording
HEADER_NAMES = {*AUDIO_NAMES, "text", "sentence", "transcript", "transcription", "normalized_text", "speaker"}
HEADER_NAMES |= {"speaker_id", "client_id", "language", "split", "audio_path", "wav_path", "audio_file"}
LONGEST_FIELD = 10_000_000  # characters; csv's own limit is 131,072
LOOKED_AT = 100  # rows, to tell which column is which
LABEL = re.compile(r"[\w.\-]{1,32}")


def read_jsonl(path: Path) -> list[dict]:
    """Read one object per line.

    Raises:
        ValueError: A line is none; the message has its number.
    """
    rows = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:  # no JSON, a number of thousands of digits, brackets in brackets
            raise ValueError(f"`{path}` line {number} is not JSON ({error}): needs one object per line.") from error
        if not isinstance(row, dict):
            raise ValueError(f'`{path}` line {number} is a {type(row).__name__}; needs {{"audio": ..., "text": ...}}.')
        rows.append(row)
    return rows


def read_csv(path: Path, names: Iterable[str] = ()) -> list[dict]:
    """Read a table whose cells are separated by `|`, tabs, `;` or `,`.

    A table without a header is read where its columns can be told apart: `audio|text`, `audio|text|normalized text`
    (as LJSpeech's), `audio|speaker|text` or `audio|text|speaker`; `audio` may be an ID.

    Args:
        path: Of the file.
        names: Of columns that the caller expects, beside the usual ones.

    Raises:
        ValueError: A row has another number of cells than the header, a quote is not closed, or the columns cannot be
            told apart; the message names the row, or the header to write.
    """
    text = read_text(path)
    delimiter = _delimiter(text.lstrip().partition("\n")[0])
    table = _cells(text, delimiter, path)
    if not table:
        return []
    folder, expected = Folder(path.parent), {*HEADER_NAMES, *map(str.casefold, names)}
    if expected.isdisjoint(cell.casefold() for cell in table[0]):
        audio = _audio_column(table, folder)
        if audio is not None:
            return _rows_without_header(table, audio, folder, delimiter, path)
    header = table[0]
    for number, row in enumerate(table[1:], start=2):
        if len(row) != len(header):
            raise ValueError(f"`{path}` row {number} has {len(row)} columns, its header {len(header)}: {_short(row)}.")
    return [dict(zip(header, row, strict=True)) for row in table[1:]]


def _delimiter(first_line: str) -> str:
    for mark in "|\t":
        if mark in first_line:
            return mark
    comma, semicolon = first_line.find(","), first_line.find(";")
    return ";" if semicolon >= 0 and (comma < 0 or semicolon < comma) else ","


def _cells(text: str, delimiter: str, path: Path) -> list[list[str]]:
    """Rows of cells, without the space around them; quotes count only where `,` or `;` separates."""
    quoted = delimiter in ",;"
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=quoted,  # else a quote that is not closed takes in the rows that follow
    )
    table, begun = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                table.append([cell.strip() for cell in row])
            begun = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(
            f"`{path}` line {begun} cannot be read ({error}): close each quote, and write quotes inside a cell twice."
        ) from error
    return table


def _audio_column(table: list[list[str]], folder: Folder) -> int | None:
    """The column that names recordings in most of its rows."""
    rows = table[:LOOKED_AT]
    share: Counter[int] = Counter()
    for row in rows:
        for column, cell in enumerate(row):
            share[column] += bool(cell) and (cell.lower().endswith(SOUNDS) or folder.find_sound(cell) is not None)
    column, count = max(share.items(), key=lambda item: (item[1], -item[0]))
    return column if count > len(rows) / 2 else None


def _rows_without_header(table, audio: int, folder: Folder, delimiter: str, path: Path) -> list[dict]:
    width = Counter(map(len, table)).most_common(1)[0][0]
    if width == 2 and audio == 0 and delimiter == "|":  # the text holds the sign that separates
        table = [row if len(row) < 2 else [row[0], delimiter.join(row[1:])] for row in table]
    for number, row in enumerate(table, start=1):
        if len(row) != width:
            raise ValueError(f"`{path}` row {number} has {len(row)} columns, most have {width}: {_short(row)}.")
    names = _column_names(table[:LOOKED_AT], audio, width)
    if names is None:
        raise ValueError(
            f"`{path}` has {width} columns but no header, and which one is the text is not clear: write their names "
            f"as its first line, such as `{delimiter.join(['audio', 'text', 'speaker', 'language'][:width])}`."
        )
    rows = [dict(zip(names, row, strict=True)) for row in table]
    for row in rows:
        row["audio"] = str(folder.find_sound(row["audio"]) or row["audio"])
        row.pop("raw_text", None)
    return rows


def _column_names(rows: list[list[str]], audio: int, width: int) -> list[str] | None:
    """Names of the columns of a table without a header; `None` where they cannot be told apart."""
    others = [column for column in range(width) if column != audio]
    names = {audio: "audio"}
    if len(others) == 1:
        names[others[0]] = "text"
    elif len(others) == 2:
        first, second = ([row[column] for row in rows] for column in others)
        alike = [SequenceMatcher(None, one[:200], two[:200]).ratio() for one, two in zip(first, second, strict=True)]
        labels = [_is_label(first, second), _is_label(second, first)]
        if sum(labels) == 1:
            names |= {others[labels.index(True)]: "speaker", others[labels.index(False)]: "text"}
        elif not any(labels) and sum(alike) > 0.5 * len(alike):
            names |= {others[0]: "raw_text", others[1]: "text"}  # as it is written, and as it is read
    return [names[column] for column in range(width)] if len(names) == width else None


def _is_label(cells: list[str], others: list[str]) -> bool:
    """Whether a column names speakers: single words that come again, or single words beside sentences."""
    if not all(LABEL.fullmatch(cell) for cell in cells):
        return False
    again = len(set(cells)) <= len(cells) / 2
    sentences = sum(LABEL.fullmatch(other) is None for other in others) > len(others) / 2
    return (again and len(set(others)) > len(set(cells))) or (sentences and not again)


def _short(row: list[str]) -> str:
    text = str(row)
    return text if len(text) <= 200 else text[:200] + "..."
