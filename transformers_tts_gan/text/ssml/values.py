"""What the attributes of markup mean: seconds of a break, speed, pitch and loudness, and how to say a number.

Enters: attributes and the text they are about. Leaves: numbers, and words that the normalizer reads as they are.
"""

import math
import re
from dataclasses import dataclass

from ..en.numbers import cardinal as english_cardinal
from ..en.numbers import digits as english_digits
from ..en.numbers import number as english_number
from ..en.numbers import ordinal as english_ordinal
from ..han import HAN_RANGES
from ..zh.numbers import cardinal as chinese_cardinal
from ..zh.numbers import digits as chinese_digits
from ..zh.numbers import number as chinese_number


BREAK_SECONDS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.2}
MAX_BREAK_SECONDS = 10.0
RATES = {"x-slow": 0.5, "slow": 0.8, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6}
PITCHES = {"x-low": -6.0, "low": -3.0, "medium": 0.0, "default": 0.0, "high": 3.0, "x-high": 6.0}
SILENT_DB = -100.0
VOLUMES = {
    "silent": SILENT_DB,
    "x-soft": -12.0,
    "soft": -6.0,
    "medium": 0.0,
    "default": 0.0,
    "loud": 3.0,
    "x-loud": 6.0,
}
LEAST_RATE, MOST_RATE, MOST_SEMITONES, MOST_DB = 0.2, 5.0, 24.0, 24.0
MONTHS = "January February March April May June July August September October November December".split()
# What `interpret-as` may say, and what its text has to look like.
_CARDINAL = re.compile(r"[-+−]?\d+(?:,\d{3})*(?:\.\d+)?")
SAY_AS = {
    "cardinal": _CARDINAL,
    "number": _CARDINAL,
    "ordinal": re.compile(r"\d+(?:,\d{3})*(?:st|nd|rd|th)?"),
    "digits": re.compile(r"[\d\s.,-]*\d[\d\s.,-]*"),
    "telephone": re.compile(r"\+?[\d\s().-]*\d[\d\s().-]*"),
    "characters": re.compile(r"(?s).*\S.*"),
    "spell-out": re.compile(r"(?s).*\S.*"),
    "date": re.compile(rf"(?s).*[\d{HAN_RANGES}].*"),
    "time": re.compile(rf"(?s).*[\d{HAN_RANGES}].*"),
    "currency": re.compile(rf"(?s).*[\d{HAN_RANGES}].*"),
    "unit": re.compile(rf"(?s).*[\d{HAN_RANGES}].*"),
    "fraction": re.compile(r"\d+\s*/\s*\d+"),
}
DATE_FORMATS = ("mdy", "dmy", "ymd", "md", "dm", "ym", "my", "y", "m", "d")
_SIZE = re.compile(r"([-+]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z%]*)")


class ElementError(ValueError):
    """An attribute or its text says nothing that can be done."""


@dataclass(frozen=True)
class Manner:
    """How a stretch is spoken: `rate` 2.0 is twice as fast, `pitch` in semitones, `volume` in dB."""

    rate: float = 1.0
    pitch: float = 0.0
    volume: float = 0.0

    def attributes(self) -> str:
        """As those of `<prosody>`."""
        rate = f' rate="{self.rate!r}"' if self.rate != 1 else ""
        pitch = f' pitch="{self.pitch:+}st"' if self.pitch else ""
        return rate + pitch + (f' volume="{self.volume:+}dB"' if self.volume else "")


def pause_seconds(time: str | None, strength: str | None) -> float:
    """Seconds of a break: its time, else its strength's, else a medium one's.

    >>> pause_seconds("500ms", None), pause_seconds(None, "weak")
    (0.5, 0.25)
    """
    if time is None:
        if strength not in (None, *BREAK_SECONDS):
            raise ElementError(f"`strength` is `{strength}`; it is one of {_names(BREAK_SECONDS)}.")
        return BREAK_SECONDS[strength or "medium"]
    sign, value, unit = _size(time)
    seconds = value / 1000 if unit == "ms" else value
    if sign == "-" or unit not in ("ms", "s") or seconds > MAX_BREAK_SECONDS:
        raise ElementError(f"`time` is `{time}`; write `500ms` or `1.5s`, {MAX_BREAK_SECONDS:g} seconds at most.")
    return round(seconds, 4)


def manner_within(around: Manner, attributes: dict[str, str]) -> Manner:
    """`<prosody>` inside of another: rates multiply, semitones and decibels add."""
    if not attributes:
        raise ElementError("`<prosody>` needs `rate`, `pitch` or `volume`.")
    manner = Manner(
        round(around.rate * (_rate(attributes["rate"]) if "rate" in attributes else 1.0), 4),
        round(around.pitch + (_pitch(attributes["pitch"]) if "pitch" in attributes else 0.0), 4),
        round(max(SILENT_DB, around.volume + (_volume(attributes["volume"]) if "volume" in attributes else 0.0)), 4),
    )
    if not LEAST_RATE <= manner.rate <= MOST_RATE:
        raise ElementError(f"`rate` comes to {manner.rate:g}; {LEAST_RATE:g} to {MOST_RATE:g} can be spoken.")
    if abs(manner.pitch) > MOST_SEMITONES:
        raise ElementError(f"`pitch` comes to {manner.pitch:+g} semitones; at most {MOST_SEMITONES:g} can be sung.")
    if manner.volume > MOST_DB:
        raise ElementError(f"`volume` comes to {manner.volume:+g} dB; {MOST_DB:g} at most can be added.")
    return manner


def _rate(text: str) -> float:
    if text in RATES:
        return RATES[text]
    sign, value, unit = _size(text)
    if unit == "%":
        return 1 + value / 100 * (1 if sign == "+" else -1) if sign else value / 100
    if unit or sign:
        raise ElementError(f"`rate` is `{text}`; write `80%`, `+20%`, `1.2` or one of {_names(RATES)}.")
    return value


def _pitch(text: str) -> float:
    if text in PITCHES:
        return PITCHES[text]
    sign, value, unit = _size(text)
    value = -value if sign == "-" else value
    if unit == "%" and sign and value > -100:
        return 12 * math.log2(1 + value / 100)
    if unit != "st":
        raise ElementError(f"`pitch` is `{text}`; write `+2st`, `-10%` or one of {_names(PITCHES)}.")
    return value


def _volume(text: str) -> float:
    if text in VOLUMES:
        return VOLUMES[text]
    sign, value, unit = _size(text)
    if unit.lower() != "db":
        raise ElementError(f"`volume` is `{text}`; write `+6dB`, `-6dB` or one of {_names(VOLUMES)}.")
    return -value if sign == "-" else value


def _size(text: str) -> tuple[str, float, str]:
    """Sign, number and unit; the unit is `?` for what is no such thing."""
    match = _SIZE.fullmatch(text)
    return (match[1], float(match[2]), match[3]) if match else ("", 0.0, "?")


def _names(known) -> str:
    return ", ".join(f"`{name}`" for name in known)


def say_as_kind(attributes: dict[str, str], text: str) -> tuple[str, str]:
    """`interpret-as` and `format`, if `text` can be said so."""
    kind, style = attributes["interpret-as"], attributes.get("format", "")
    if kind not in SAY_AS:
        raise ElementError(f"`interpret-as` is `{kind}`; it is one of {_names(SAY_AS)}.")
    if not SAY_AS[kind].fullmatch(text.strip()):
        raise ElementError(f"`{text.strip()[:40]}` cannot be said as `{kind}`; give it the form of one.")
    if kind == "date" and style:
        _date_parts(text, style)
    return kind, style


def say_as(text: str, kind: str, style: str, language: str) -> str:
    """Words for `text` in `language` (`en` or `zh`), for the normalizer to read.

    >>> say_as("1999", "cardinal", "", "en"), say_as("1/2/2020", "date", "dmy", "en")
    ('one thousand nine hundred ninety nine', 'February 1, 2020')
    """
    text, chinese = text.strip(), language == "zh"
    plain = text.replace(",", "").replace("−", "-")
    if kind in ("cardinal", "number"):
        return _signed(plain, chinese)
    if kind == "ordinal":
        value = int(re.match(r"\d+", plain)[0])
        return "第" + chinese_cardinal(value) if chinese else english_ordinal(value)
    if kind in ("digits", "telephone"):
        return _digits(text, kind, chinese)
    if kind in ("characters", "spell-out"):
        return _characters(text, chinese)
    if kind == "fraction":
        above, below = (int(part) for part in text.split("/"))
        return f"{chinese_cardinal(below)}分之{chinese_cardinal(above)}" if chinese else f"{above}/{below}"
    return _date(text, style, chinese) if kind == "date" and style else text


def _signed(plain: str, chinese: bool) -> str:
    minus = ("负" if chinese else "minus ") if plain[0] == "-" else ""
    value = plain.lstrip("+-")
    if "." in value:
        return minus + (chinese_number if chinese else english_number)(value)
    return minus + (chinese_cardinal if chinese else english_cardinal)(int(value))


def _digits(text: str, kind: str, chinese: bool) -> str:
    """Digit by digit; a telephone number pauses where it is grouped."""
    groups = re.findall(r"\d+", text)
    one = "幺" if kind == "telephone" else "一"
    spoken = [chinese_digits(group, one) if chinese else english_digits(group) for group in groups]
    plus = ("加" if chinese else "plus ") if text.startswith("+") else ""
    return plus + (("，" if chinese else ", ") if kind == "telephone" else "" if chinese else " ").join(spoken)


def _characters(text: str, chinese: bool) -> str:
    parts = []
    for run in re.finditer(r"[A-Za-z]+|\d+|\S", text):
        if run[0][0].isascii() and run[0][0].isalpha():
            parts.append("".join(f"{letter.upper()}." for letter in run[0]))
        elif run[0][0].isdigit():
            parts.append(chinese_digits(run[0]) if chinese else english_digits(run[0]))
        else:
            parts.append(run[0])
    return " ".join(parts)


def _date_parts(text: str, style: str) -> dict[str, int]:
    parts = re.findall(r"\d+", text)
    if style not in DATE_FORMATS:
        raise ElementError(f"`format` is `{style}`; it is one of {_names(DATE_FORMATS)}.")
    if len(parts) != len(style):
        raise ElementError(f"`{text.strip()[:40]}` has {len(parts)} numbers, but `format` `{style}` has {len(style)}.")
    date = dict(zip(style, map(int, parts), strict=True))
    if not 1 <= date.get("m", 1) <= 12 or not 1 <= date.get("d", 1) <= 31:
        raise ElementError(f"`{text.strip()[:40]}` is no date in the `format` `{style}`.")
    return date


def _date(text: str, style: str, chinese: bool) -> str:
    date = _date_parts(text, style)
    if chinese:
        marks = {"y": "年", "m": "月", "d": "日"}
        read = {"y": lambda year: chinese_digits(str(year)), "m": chinese_cardinal, "d": chinese_cardinal}
        return "".join(read[key](date[key]) + mark for key, mark in marks.items() if key in date)
    month = MONTHS[date["m"] - 1] if "m" in date else ""
    day = (f" {date['d']}" if month else english_ordinal(date["d"])) if "d" in date else ""
    year = f"{', ' if day and month else ' '}{date['y']}" if "y" in date else ""
    return f"{month}{day}{year}".strip()
