r"""Numbers, ordinals, dates, times and money as they are written in a European language, in words.

Enters: a text, the place of a digit or of a sign before one, and the [`Wording`] of a language. Leaves: words, and
where the expression ends. Decimals follow a comma; thousands are grouped by full stops, spaces or apostrophes.
"""

import functools
import re

from ..cldr import CARDINAL, spell, spell_number, split_number
from .wording import Currency, Wording


_SPACE = "[ \u00a0\u202f]?"
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d.,]\d|\d)")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_YEAR = re.compile(r"1[1-9]\d\d")
_UP_TO_9999 = re.compile(r"\d{1,4}(?!\d)")
_DOT_AND_WORD = re.compile(r"\.[ \u00a0]([^\W\d_]+)")
_ROMAN_DIGITS = re.compile(r"[IVX]{1,6}")
_BEFORE = re.compile(r"(\w+)\s+$")
_ROMAN = {"I": 1, "V": 5, "X": 10}
_STARTS = frozenset("0123456789-−€$£¥")
_GERMAN_THE = frozenset("der die das jede jeder jedes diese dieser dieses".split())
_GERMAN_ENDS_IN_N = frozenset(
    "am zum vom im beim den dem des seit bis ab zur einen einem jeden jedem diesem diesen".split()
)


def read_expression(text: str, place: int, wording: Wording) -> tuple[str, int] | None:
    """What is said for the expression with digits that begins at a place of a text, and its end.

    Args:
        text: Any text.
        place: Of its first character.
        wording: Of the language.

    Returns:
        None where no such expression begins.

    Example:

    >>> from .french import FRENCH
    >>> read_expression("21,50 €", 0, FRENCH), read_expression("1er mai", 0, FRENCH)
    (('vingt et un euros cinquante', 7), ('premier', 3))
    """
    char, before = text[place], text[max(0, place - 1) : place]
    if char in "-–" and before.isdigit() and text[place + 1 : place + 2].isdigit():
        return wording.to, place + 1
    if wording.roman and char in _ROMAN:
        return _roman(text, place, wording)
    if char not in _STARTS and not (char.isupper() and not before.isalnum() and _currency_at(text, place, wording)):
        return None
    found = None
    if char.isdigit() and not before.isdigit():
        found = _date(text, place, wording) or _time(text, place, wording) or _ordinal(text, place, wording)
    return found or _money(text, place, wording) or _number(text, place, wording)


def _date(text: str, place: int, wording: Wording) -> tuple[str, int] | None:
    if match := _DAY_FIRST.match(text, place):
        day, month, year = match[1], match[3], match[4]
    elif match := _YEAR_FIRST.match(text, place):
        year, month, day = match.groups()
    else:
        return None
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return None
    words = {"day": _day(text, place, int(day), wording), "month": wording.months[int(month) - 1]}
    return wording.date.format(**words, year=_whole(year.lstrip("0") or "0", wording)), match.end()


def _day(text: str, place: int, day: int, wording: Wording) -> str:
    if wording.ordinal_dot:
        return spell(wording.code, day, _german_ending(text, place))
    return spell(wording.code, day, wording.first if day == 1 and wording.first else CARDINAL)


def _time(text: str, place: int, wording: Wording) -> tuple[str, int] | None:
    """`14:30`, and with a sign for hours `14h30` or `14 h`."""
    match = _times(wording.hour_signs).match(text, place)
    if match is None:
        return None
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if hours > 24 or minutes > 59:
        return None
    words = spell(wording.code, hours, wording.feminine if hours else CARDINAL)
    said = {"hours": words, "hour": wording.hour[hours != 1], "minutes": spell(wording.code, minutes)}
    return (wording.time if minutes else "{hours} {hour}").format(**said), match.end()


@functools.cache
def _times(signs: tuple[str, ...]) -> re.Pattern:
    signed = "|".join(map(re.escape, signs))
    sign, hours, minutes = f"{_SPACE}(?:{signed})", r"(?P<hours>\d{1,2})", r"(?P<minutes>\d\d)(?!\d|:)"
    return re.compile(rf"{hours}(?:(?::|{sign}{_SPACE}){minutes}(?:{sign}(?!\w))?|{sign}(?!\w))")


def _ordinal(text: str, place: int, wording: Wording) -> tuple[str, int] | None:
    match = _UP_TO_9999.match(text, place)
    if match is None:
        return None
    value, end = int(match[0]), match.end()
    ending = max((each for each in wording.ordinals if text.startswith(each, end)), key=len, default="")
    if ending and not text[end + len(ending) : end + len(ending) + 1].isalnum():
        return spell(wording.code, value, wording.ordinals[ending]), end + len(ending)
    if wording.ordinal_dot and value < 1000 and _is_german_ordinal(text, place, end, wording):
        return spell(wording.code, value, _german_ending(text, place)), end + 1
    return None


def _is_german_ordinal(text: str, place: int, end: int, wording: Wording) -> bool:
    """`3. März`, and `der 2. Weltkrieg`, but not the last number of a sentence."""
    following = _DOT_AND_WORD.match(text, end)
    if following is None:
        return False
    before = _word_before(text, place)
    return following[1].lower() in wording.months or before in _GERMAN_THE | _GERMAN_ENDS_IN_N


def _german_ending(text: str, place: int) -> str:
    """CLDR's rule set for an ordinal, by the article or preposition before it."""
    before = _word_before(text, place)
    if before in _GERMAN_ENDS_IN_N:
        return "spellout-ordinal-n"
    return "spellout-ordinal" if before in _GERMAN_THE else "spellout-ordinal-r"


def _word_before(text: str, place: int) -> str:
    before = _BEFORE.search(text[max(0, place - 20) : place])
    return before[1].lower() if before else ""


def _money(text: str, place: int, wording: Wording) -> tuple[str, int] | None:
    """An amount with the sign or the code of a currency before it or after it."""
    sign = _currency_at(text, place, wording)
    start = place + len(sign)
    if sign and text[start : start + 1] in ("\u00a0", "\u202f", " "):
        start += 1
    found = split_number(text, start, "" if sign else ",")
    if found is None or sign and found[0][0] == "-":
        return None
    whole, decimals, end = found
    if not sign:
        after = end + (text[end : end + 1] in ("\u00a0", "\u202f", " "))
        sign = _currency_at(text, after, wording)
        end = after + len(sign)
    return (_amount(whole, decimals, wording.currencies[sign], wording), end) if sign else None


def _currency_at(text: str, place: int, wording: Wording) -> str:
    for size in (1, 2, 3):
        if (sign := text[place : place + size]) in wording.currencies:
            return "" if sign.isalpha() and text[place + size : place + size + 1].isalpha() else sign
    return ""


def _amount(whole: str, decimals: str, currency: Currency, wording: Wording) -> str:
    rules = wording.feminine if currency.feminine else wording.masculine
    if len(decimals) > 2 or decimals and not currency.cents:
        return f"{spell_number(wording.code, whole, decimals, rules)} {currency.many}"
    cents = int(decimals.ljust(2, "0") or 0)
    hundredths = f"{spell(wording.code, cents, wording.masculine)} {currency.cents if cents != 1 else currency.cent}"
    if int(whole) == 0 and cents:
        return hundredths
    name = currency.one if abs(int(whole)) == 1 else currency.many
    if int(whole) and int(whole) % 1_000_000 == 0:
        name = wording.millions_of[name[0] in "aeiou"] + name
    said = f"{spell_number(wording.code, whole, rules=rules)} {name}"
    if not cents:
        return said
    parts = {"whole": said, "cents": spell(wording.code, cents), "cent": hundredths.rpartition(" ")[2]}
    return wording.cents.format(**parts)


def _number(text: str, place: int, wording: Wording) -> tuple[str, int] | None:
    found = split_number(text, place, ",")
    if found is None:
        return None
    whole, decimals, end = found
    return (spell_number(wording.code, whole, decimals) if decimals else _whole(whole, wording)), end


def _whole(digits: str, wording: Wording) -> str:
    if wording.years and _YEAR.fullmatch(digits):
        return spell(wording.code, int(digits), "spellout-numbering-year")
    return spell_number(wording.code, digits)


def _roman(text: str, place: int, wording: Wording) -> tuple[str, int] | None:
    """A century in Roman digits, such as `XXe`."""
    if text[max(0, place - 1) : place].isalnum():
        return None
    match = _ROMAN_DIGITS.match(text, place)
    ending = "" if match is None else next((e for e in wording.ordinals if text.startswith(e, match.end())), "")
    if match is None or not ending or text[match.end() + len(ending) :][:1].isalnum():
        return None
    values = [_ROMAN[digit] for digit in match[0]]
    total = sum(-v if v < following else v for v, following in zip(values, [*values[1:], 0], strict=True))
    return spell(wording.code, total, wording.ordinals[ending]), match.end() + len(ending)
