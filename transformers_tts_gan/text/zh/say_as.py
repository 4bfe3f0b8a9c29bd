"""What `<say-as>` of SSML says in Chinese.

Enters: a text, `interpret-as` and `format`. Leaves: words that the normalization reads as they are.
"""

import re

from ..ssml.values import date_parts
from .numbers import cardinal, digits, number


def say_as(text: str, kind: str, style: str) -> str:
    """Words for `text`.

    Args:
        text: What stands inside of the element.
        kind: Its `interpret-as`.
        style: Its `format`; empty for none.

    >>> say_as("1999", "cardinal", ""), say_as("1/2/2020", "date", "dmy")
    ('一千九百九十九', '二零二零年二月一日')
    """
    text = text.strip()
    if kind in ("cardinal", "number"):
        return _signed(text.replace(",", "").replace("−", "-"))
    if kind == "ordinal":
        return "第" + cardinal(int(re.sub(r"\D", "", text)))
    if kind in ("digits", "telephone"):
        return _digits(text, kind)
    if kind in ("characters", "spell-out"):
        return _characters(text)
    if kind == "fraction":
        above, below = (int(part) for part in text.split("/"))
        return f"{cardinal(below)}分之{cardinal(above)}"
    return _date(text, style) if kind == "date" and style else text


def _signed(plain: str) -> str:
    value = plain.lstrip("+-")
    return ("负" if plain[0] == "-" else "") + (number(value) if "." in value else cardinal(int(value)))


def _digits(text: str, kind: str) -> str:
    """Digit by digit; a telephone number says 幺 for one and pauses where it is grouped."""
    telephone = kind == "telephone"
    spoken = [digits(group, "幺" if telephone else "一") for group in re.findall(r"\d+", text)]
    return ("加" if text.startswith("+") else "") + ("，" if telephone else "").join(spoken)


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
    read = {
        "y": f"{digits(str(date.get('y', '')))}年",
        "m": f"{cardinal(date.get('m', 0))}月",
        "d": f"{cardinal(date.get('d', 0))}日",
    }
    return "".join(words for key, words in read.items() if key in date)
