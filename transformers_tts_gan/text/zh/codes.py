"""Codes that are read sign by sign: book numbers, addresses of machines and networks, ports, identifiers."""

import re

from ..spoken import Spoken
from .numerals import digits


_HEX = "[0-9A-Fa-f]"
_CODE = re.compile(
    rf"""
    (?P<plain>(?:{_HEX}{{2}}:){{5}}{_HEX}{{2}}|(?:{_HEX}{{2}}-){{5}}{_HEX}{{2}}
      |{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}})(?![0-9A-Za-z:-])
  | (?P<signs>(?=[0-9A-Fa-f:]{{0,40}}::|(?:{_HEX}{{1,4}}:){{7}})
      (?:{_HEX}{{1,4}}|:)(?:{_HEX}{{0,4}}:){{1,7}}{_HEX}{{0,4}}
      |\d{{1,3}}(?:\.\d{{1,3}}){{3}}:\d{{1,5}})(?![0-9A-Za-z:.]|/\d*[A-Za-z])
  | (?P<book>(?:ISBN|ISSN)(?:-1[03](?=\D))?)(?![A-Za-z])
    """,
    re.X | re.A,
)
_BOOK_NUMBER = re.compile(r"\d(?:[- ]?\d){6,12}[- ]?[\dXx](?![0-9A-Za-z])")
_BOOK = re.compile(r"IS[BS]N(?:-1[03])?\s?:?\s?$")
_PORT = re.compile(r":(\d{2,5})(?![\d.:])")
_HOST = re.compile(r"(?:localhost|[A-Za-z0-9]\.[a-z]{2,6})$")
_PART = re.compile(r"[A-Za-z]+|\d+|[:.]")
_NAMES = {":": "冒号", ".": "点"}


def read_code(plain: str, start: int, out: list[Spoken]) -> int | None:
    """Say the code that begins at `start` of Chinese text into `out`; its end, or None where there is none.

    >>> out = []
    >>> read_code("fe80::1", 0, out), "".join(spoken.text for spoken in out)
    (7, 'F.E.八零冒号冒号一')
    """
    if plain[start] == ":" and not plain.startswith("::", start):
        return _port(plain, start, out)
    if plain[start].isdigit() and _BOOK.search(plain[max(0, start - 12) : start]):
        match = _BOOK_NUMBER.match(plain, start)
    elif start and plain[start - 1].isascii() and plain[start - 1].isalnum():
        return None
    else:
        match = _CODE.match(plain, start)
    if match is None:
        return None
    _spell(match, out, signs=bool(match.groupdict().get("signs")))
    return match.end()


def _port(plain: str, start: int, out: list[Spoken]) -> int | None:
    """`:8080` after the name of a computer."""
    match = _PORT.match(plain, start)
    if match is None or not _HOST.search(plain[max(0, start - 12) : start]):
        return None
    out.append(Spoken("冒号" + digits(match[1]), match.span(), "zh"))
    return match.end()


def _spell(match: re.Match, out: list[Spoken], signs: bool) -> None:
    """Letters by their names, digits one by one, and `:` and `.` if they are part of what people say."""
    for part in _PART.finditer(match.string, *match.span()):
        if part[0].isalpha():
            out.append(Spoken(".".join(part[0].upper()) + ".", part.span(), "en"))
        elif part[0].isdigit():
            out.append(Spoken(digits(part[0]), part.span(), "zh"))
        elif signs:
            out.append(Spoken(_NAMES[part[0]], part.span(), "zh"))
