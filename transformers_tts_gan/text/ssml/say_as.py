"""What `<say-as>` of SSML says: its kinds are the same in all languages, the words are each language's own.

Enters: a text, `interpret-as` and `format`. Leaves: words that the normalization reads as they are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .values import date_parts


@dataclass(frozen=True, kw_only=True)
class SayAs:
    """The words of one language for the kinds of `<say-as>`; called as `say_as(text, kind, style)`.

    Args:
        cardinal: Words of a whole number of 0 or more.
        number: Words of a number as it is written, with decimals.
        ordinal: Words of a place in an order.
        digits: Every digit of a text by itself.
        telephone: The same for a group of a telephone number.
        fraction: Words of `above` over `below`.
        date: Words of the year, month and day that are there, under the keys `y`, `m` and `d`.
        minus: What stands before a number below 0.
        plus: What stands before the digits of a number that begins with `+`.
        pause: What stands between the groups of a telephone number.
        space: What stands between other groups of digits.
    """

    cardinal: Callable[[int], str]
    number: Callable[[str], str]
    ordinal: Callable[[int], str]
    digits: Callable[[str], str]
    telephone: Callable[[str], str]
    fraction: Callable[[int, int], str]
    date: Callable[[dict[str, int]], str]
    minus: str
    plus: str
    pause: str
    space: str

    def __call__(self, text: str, kind: str, style: str) -> str:
        """Words for `text`.

        Args:
            text: What stands inside of the element.
            kind: Its `interpret-as`.
            style: Its `format`; empty for none.
        """
        text = text.strip()
        if kind in ("cardinal", "number"):
            return self._signed(text.replace(",", "").replace("−", "-"))
        if kind == "ordinal":
            return self.ordinal(int(re.sub(r"\D", "", text)))
        if kind in ("digits", "telephone"):
            return self._digits(text, kind == "telephone")
        if kind in ("characters", "spell-out"):
            return self._characters(text)
        if kind == "fraction":
            above, below = map(int, text.split("/"))
            return self.fraction(above, below)
        return self.date(date_parts(text, style)) if kind == "date" and style else text

    def _signed(self, plain: str) -> str:
        value = plain.lstrip("+-")
        words = self.number(value) if "." in value else self.cardinal(int(value))
        return (self.minus if plain[0] == "-" else "") + words

    def _digits(self, text: str, telephone: bool) -> str:
        """Digit by digit; a telephone number pauses where it is grouped."""
        groups = map(self.telephone if telephone else self.digits, re.findall(r"\d+", text))
        return (self.plus if text.startswith("+") else "") + (self.pause if telephone else self.space).join(groups)

    def _characters(self, text: str) -> str:
        parts = []
        for run in re.findall(r"[A-Za-z]+|\d+|\S", text):
            if run[0].isascii() and run[0].isalpha():
                parts.append("".join(f"{letter.upper()}." for letter in run))
            else:
                parts.append(self.digits(run) if run[0].isdigit() else run)
        return " ".join(parts)
