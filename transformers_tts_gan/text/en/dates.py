"""Dates with the name of a month, in any case: `March 5, 2024`, `5 mar. 2024`, `JAN 15`, `20-Jan-2025`.

Enters: a text and a place in it. Leaves: the words of the date that begins there, and its end.
"""

import re

from .number_cues import NOUN_AHEAD
from .numerals import ordinal, year


MONTHS = ("January February March April May June July August September October November December").split()
_MONTH = {month[:3].lower(): month for month in MONTHS}
# A full stop after a short name is part of it, unless it ends the sentence.
_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
_CAPITALIZED = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
_LONG = "(?:" + "|".join(MONTHS) + r")\b"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_FIRST = re.compile(
    rf"(?P<month>(?i:{_SHORT}\.?|{_LONG}))(?:\s(?P<day>{_DAY})(?P<th>st|nd|rd|th)?\b(?![:.%,]\d)"
    rf"(?:\s?[-–]\s?(?P<until>{_DAY})(?:st|nd|rd|th)?\b(?![:.%]\d))?(?:,?\s(?P<year>[12]\d{{3}})\b(?!:))?"
    rf"|,?\s(?P<only>[12]\d{{3}})\b(?!:)|(?P<sep>[-/])(?P<day2>{_DAY})(?P=sep)(?P<year2>[12]\d{{3}})\b)",
    re.A,
)
_DAY_FIRST = re.compile(
    rf"(?P<day>{_DAY})(?P<th>st|nd|rd|th)?(?:(?P<hyphen>-)|\s)(?P<of>of\s)?"
    rf"(?P<month>(?i:{_SHORT}(?:\.(?=[,-]|\s[a-z\d]))?|{_LONG}))"
    r"(?:(?:,?\s|-)(?P<year>[12]\d{3})\b|(?(hyphen)-(?P<short>\d\d)(?![\w-])|(?!)))?",
    re.A,
)
# These are words of other meanings in small letters (`may 5 people come`) and where everybody shouts.
_MAY_BE_A_WORD = frozenset("mar march may".split())
_FROM_TO = re.compile(
    rf"(?P<first>{_CAPITALIZED}\.?|{_LONG}) ?[-–—] ?(?P<last>{_CAPITALIZED}(?:\.(?= [a-z\d]))?|{_LONG})", re.A
)
_SURELY_A_DATE = re.compile(r"(?<![a-z])(?:on|by|until|till|since|due|dated?|before|after):?\s$", re.I)
_MAYBE_A_DATE = re.compile(r"(?<![a-z])(?:from|to|of|in|through|between|next|last):?\s$", re.I)


def match_month_first(text: str, start: int) -> tuple[str, int] | None:
    """Words and end of the date that starts at `start` with a month, or None.

    >>> match_month_first("jul 4, 1976", 0), match_month_first("may 5 people", 0)
    (('July fourth nineteen seventy six', 11), None)
    """
    match = _MONTH_FIRST.match(text, start)
    if match is None:
        months = _FROM_TO.match(text, start)
        return (f"{month_name(months['first'])} to {month_name(months['last'])}", months.end()) if months else None
    year_text = match["year"] or match["only"] or match["year2"]
    if not (match["th"] or match["year"] or match["year2"] or _names_a_month(match)):
        return None
    words = month_name(match["month"])
    if day := match["day"] or match["day2"]:
        words += f" {ordinal(int(day))}" + (f" to {ordinal(int(match['until']))}" if match["until"] else "")
    return words + (f" {year(int(year_text))}" if year_text else ""), match.end()


def match_day_first(text: str, start: int) -> tuple[str, int] | None:
    """Words and end of the date that starts at `start` with a day and the name of a month, or None."""
    match = _DAY_FIRST.match(text, start)
    if match is None or not (match["of"] or match["th"] or match["year"] or match["short"] or _names_a_month(match)):
        return None
    month, day = month_name(match["month"]), ordinal(int(match["day"]))
    words = f"{day} of {month}" if match["of"] or match["th"] else f"{month} {day}"
    year_text = match["year"] or match["short"]
    return words + (f" {year(full_year(year_text))}" if year_text else ""), match.end()


def _names_a_month(match: re.Match) -> bool:
    name = match["month"]
    if name.lower() not in _MAY_BE_A_WORD or name[0].isupper() and name[1:].islower():
        return True
    before = match.string[max(0, match.start() - 12) : match.start()]
    if _SURELY_A_DATE.search(before):
        return True
    maybe = not before.strip() or _MAYBE_A_DATE.search(before)
    return bool(maybe) and not NOUN_AHEAD.match(match.string[match.end() : match.end() + 20].lower())


def month_name(text: str) -> str:
    """`September` for `sept.`."""
    return _MONTH[text[:3].lower()]


def full_year(text: str) -> int:
    """The year that four or two digits mean: two are of 1970 to 2069."""
    return int(text) + (0 if len(text) == 4 else 2000 if int(text) < 70 else 1900)


def numeric_date(month: str, day: str, year_text: str) -> str:
    """Words for a date in digits.

    >>> numeric_date("3", "14", "25")
    'March fourteenth twenty twenty five'
    """
    return f"{MONTHS[int(month) - 1]} {ordinal(int(day))} {year(full_year(year_text))}"
