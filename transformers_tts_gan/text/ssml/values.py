"""What the attributes of markup mean: seconds of a break, speed, pitch and loudness, and how to say a number.

Enters: attributes and the text they are about. Leaves: numbers, and words that the normalizer reads as they are.
"""

import math
import re

from ..han import HAN_RANGES
from ..prosody import ProsodyControls


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


def prosody_within(around: ProsodyControls, attributes: dict[str, str]) -> ProsodyControls:
    """Controls of a `<prosody>` inside of another one: rates multiply, semitones and decibels add.

    Raises:
        ElementError: An attribute has no such value, or the result is out of the range that can be spoken.

    >>> prosody_within(ProsodyControls(rate=0.5), {"rate": "80%", "pitch": "+2st"})
    ProsodyControls(rate=0.4, pitch_shift=2.0, gain_db=0.0)
    """
    if not attributes:
        raise ElementError("`<prosody>` needs `rate`, `pitch` or `volume`.")
    rate = around.rate * (_rate(attributes["rate"]) if "rate" in attributes else 1.0)
    pitch_shift = around.pitch_shift + (_pitch(attributes["pitch"]) if "pitch" in attributes else 0.0)
    gain_db = around.gain_db + (_volume(attributes["volume"]) if "volume" in attributes else 0.0)
    inner = ProsodyControls(round(rate, 4), round(pitch_shift, 4), round(max(SILENT_DB, gain_db), 4))
    if not LEAST_RATE <= inner.rate <= MOST_RATE:
        raise ElementError(f"`rate` comes to {inner.rate:g}, but {LEAST_RATE:g} to {MOST_RATE:g} is needed.")
    if abs(inner.pitch_shift) > MOST_SEMITONES:
        limits = f"-{MOST_SEMITONES:g} to +{MOST_SEMITONES:g}"
        raise ElementError(f"`pitch` comes to {inner.pitch_shift:+g} semitones, but {limits} is needed.")
    if inner.gain_db > MOST_DB:
        raise ElementError(f"`volume` comes to {inner.gain_db:+g} dB, but {MOST_DB:+g} or less is needed.")
    return inner


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
        date_parts(text, style)
    return kind, style


def date_parts(text: str, style: str) -> dict[str, int]:
    """Year, month and day of a date by their letters in `style`; ElementError for what is no date of that form.

    >>> date_parts("1/2/2020", "dmy")
    {'d': 1, 'm': 2, 'y': 2020}
    """
    parts = re.findall(r"\d+", text)
    if style not in DATE_FORMATS:
        raise ElementError(f"`format` is `{style}`; it is one of {_names(DATE_FORMATS)}.")
    if len(parts) != len(style):
        raise ElementError(f"`{text.strip()[:40]}` has {len(parts)} numbers, but `format` `{style}` has {len(style)}.")
    date = dict(zip(style, map(int, parts), strict=True))
    if not 1 <= date.get("m", 1) <= 12 or not 1 <= date.get("d", 1) <= 31:
        raise ElementError(f"`{text.strip()[:40]}` is no date in the `format` `{style}`.")
    return date
