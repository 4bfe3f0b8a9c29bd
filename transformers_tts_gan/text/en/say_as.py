"""What `<say-as>` of SSML says in English.

Enters: a text, `interpret-as` and `format`. Leaves: words that the normalization reads as they are.
"""

import re

from ..ssml.values import date_parts
from .numbers import MONTHS, cardinal, digits, number, ordinal


def say_as(text: str, kind: str, style: str) -> str:
    """Words for `text`.

    Args:
        text: What stands inside of the element.
        kind: Its `interpret-as`.
        style: Its `format`; empty for none.

    >>> say_as("1999", "cardinal", ""), say_as("1/2/2020", "date", "dmy")
    ('one thousand nine hundred ninety nine', 'February 1, 2020')
    """
    text = text.strip()
    if kind in ("cardinal", "number"):
        return _signed(text.replace(",", "").replace("−", "-"))
    if kind == "ordinal":
        return ordinal(int(re.sub(r"\D", "", text)))
    if kind in ("digits", "telephone"):
        return _digits(text, kind)
    if kind in ("characters", "spell-out"):
        return _characters(text)
    if kind == "fraction":
        return "/".join(str(int(part)) for part in text.split("/"))
    return _date(text, style) if kind == "date" and style else text


def _signed(plain: str) -> str:
    value = plain.lstrip("+-")
    return ("minus " if plain[0] == "-" else "") + (number(value) if "." in value else cardinal(int(value)))


def _digits(text: str, kind: str) -> str:
    """Digit by digit; a telephone number pauses where it is grouped."""
    spoken = [digits(group) for group in re.findall(r"\d+", text)]
    return ("plus " if text.startswith("+") else "") + (", " if kind == "telephone" else " ").join(spoken)


def _characters(text: str) -> str:
    parts = []
    for run in re.findall(r"[A-Za-z]+|\d+|\S", text):
        if run[0].isascii() and run[0].isalpha():
            parts.append("".join(f"{letter.upper()}." for letter in run))
        else:
            parts.append(digits(run) if run[0].isdigit() else run)
    return " ".join(parts)


def _date(text: str, style: str) -> str:
    date = date_parts(text, style)
    month = MONTHS[date["m"] - 1] if "m" in date else ""
    day = (f" {date['d']}" if month else ordinal(date["d"])) if "d" in date else ""
    year = f"{', ' if day and month else ' '}{date['y']}" if "y" in date else ""
    return f"{month}{day}{year}".strip()
