"""Numbers, dates, times, money and measures as English words.

`match_number` reads what starts with a digit, a sign or a currency. US usage: month before day.
"""

import re
import unicodedata

from .dates import MONTHS, full_year, match_day_first, numeric_date
from .number_cues import (
    ARTICLE,
    COUNTED,
    IS_DATE,
    IS_NAME,
    IS_YEAR,
    NOUN_AHEAD,
    PREPOSITION,
    STREET,
    is_code,
    is_company,
    is_race,
)
from .number_patterns import NUMBER, VULGAR
from .numerals import cardinal, digits, house, number, ordinal, year
from .units import ANY_CASE, CURRENCIES, DOTTED_UNITS, MULTIPLES, PER, UNITS


_LIGATURES = {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "ı": "i", "ə": "e"}
_RAISED = {ord(char): plain for char, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
_SCREENS = frozenset("144 240 360 480 720 1080 1440 2160 4320".split())  # lines of `1080p`
_OPERATIONS = dict.fromkeys("-−–", "minus") | {"+": "plus", "*": "times", "×": "times", "÷": "divided by"}
_AROUND_YEAR = " '’"
_SIGNS = {"-": "minus ", "−": "minus ", "+": "plus ", "±": "plus or minus ", "~": "about ", "≈": "about "}


def ascii_letters(word: str) -> str:
    """`word` without accents and ligatures; what has no Latin base letter is left out."""
    folded = "".join(_LIGATURES.get(char, char) for char in word)
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if char.isascii())


def match_number(text: str, start: int) -> tuple[str, int] | None:
    """Words and end of the number, date, time or amount of money that starts at `start`, or None."""
    if found := match_day_first(text, start):
        return found
    match = NUMBER.match(text, start)
    if match is None:
        return None
    if match["scaled"] and _is_a_name(match):
        return _bare(match, match["cv"], match.end("cv")), match.end("cv")
    if match["uu"] and _is_no_unit(match):
        return _bare(match, match["uv"], match.end("uv")), match.end("uv")
    if match["uu"] in ('"', "″") and _closes_a_quote(text, start):
        return number(match["uv"]), match.end("uv")
    return _READERS[_kind(match)](match), match.end() + _stop_of_unit(match)


def _kind(match: re.Match) -> str:
    return next(kind for kind in _READERS if match[kind] is not None)


def _is_no_unit(m: re.Match) -> bool:
    """The `m2` of `e5m2`, and the `K` of `1600 K Street`."""
    unit = m["uu"]
    in_a_name = unit[0].isalpha() and unit != "s" and not m["ugap"] and _glued(m)
    return in_a_name or len(unit) == 1 and unit.isupper() and STREET.match(m.string, m.end("uv")) is not None


def _glued(m: re.Match) -> bool:
    return m.start() > 0 and m.string[m.start() - 1].isalnum()


def _is_a_name(m: re.Match) -> bool:
    """The letter of `B2B`, `Apt. 3B` and `4K` is no multiple."""
    before, end = _before(m), m.end("cv")
    if _glued(m) or m["scaled"] in ("4K", "8K") or IS_NAME.search(before):
        return True
    return (
        is_race(m["scaled"], before, m.string, end + 1)
        or is_company(m.string, end)
        or bool(STREET.match(m.string, end))
    )


def _closes_a_quote(text: str, start: int) -> bool:
    """Whether the `"` after a number ends a quotation: an odd number of quotes stands before it on the line."""
    line = text[max(0, start - 200) : start].rpartition("\n")[2]
    return len(re.findall(r'(?<!\d)"|\d"(?=[,.])', line)) % 2 == 1


def _stop_of_unit(m: re.Match) -> int:
    """The full stop of `5 in. of snow` belongs to the unit; the last one of a sentence does not."""
    unit = m["uu"] or m["zu"] or m["fu"] or m["ru"]
    after = m.string[m.end() : m.end() + 3]
    return int(
        ANY_CASE.get((unit or "").lower(), unit) in DOTTED_UNITS
        and after[:1] == "."
        and bool(re.match(r"\.[ ]?[a-z0-9,;:]", after))
    )


def _before(m: re.Match) -> str:
    return m.string[max(0, m.start() - 40) : m.start()]


def _clock(hour: str, minute: str | None) -> str:
    words = cardinal(int(hour))
    return words + (f" {'oh ' if int(minute) < 10 else ''}{cardinal(int(minute))}" if minute and int(minute) else "")


def _half(text: str) -> str:
    return f" {text[0].upper()}.M."


def _time(m: re.Match) -> str:
    words = _clock(m["th"], m["tm"])
    if not int(m["tm"]) and not m["tp"]:
        words += " o'clock" if 1 <= int(m["th"]) <= 12 else " hundred"
    if m["tp"]:
        words += _half(m["tp"])
    return words + (f" and {_counted(str(int(m['ts'])), 's') or 'zero seconds'}" if m["ts"] else "")


def _stamp(m: re.Match) -> str:
    """A place in a film or recording, as long as it is: `00:01:02,500`."""
    hours, minutes = int(m["xh"] or 0), int(m["xm"] or m["xm2"])
    seconds = f"{int(m['xs'] or m['xs2'])}.{m['xf']}".rstrip("0").rstrip(".")
    parts = [_counted(str(hours), "h"), _counted(str(minutes), "min"), _counted(seconds, "s")]
    return " ".join(part for part in parts if part) or "zero seconds"


def _counted(value: str, unit: str) -> str:
    return "" if value == "0" else f"{number(value)} {UNITS[unit][value != '1']}"


def _duration(m: re.Match) -> str:
    singular, units = _singular(m), {"d": ("day", "days"), "h": UNITS["h"], "m": UNITS["min"], "s": UNITS["s"]}
    parts = re.findall(r"0*(\d[\d.]*)[ ]?([dhms]?)", m["duration"])
    return " ".join(
        number(value) + (f" {units[unit][not singular and value != '1']}" if unit else "") for value, unit in parts
    )


def _sum(m: re.Match) -> str:
    """`1-2` of `1-2=5`: all terms at once, so that no hyphen means `to`."""
    words = []
    for term in re.findall(r"[-−–+*×÷]|[^ \-−–+*×÷]+", m["sum"]):
        top, _, bottom = term.partition("/")
        words.append(_OPERATIONS.get(term) or (_ratio(int(top), int(bottom)) if bottom else number(term)))
    return " ".join(words)


def _clocks(m: re.Match) -> str:
    first, second = (
        _clock(*(re.split("[:.]", text) if len(text) > 2 else (text, None))) for text in (m["c1"], m["c2"])
    )
    return f"{first} to {second}{_half(m['cp'])}"


def _military(m: re.Match) -> str:
    hour, minute = m["military"][:2], int(m["military"][2:])
    words = f"oh {cardinal(int(hour))}" if hour[0] == "0" else cardinal(int(hour))
    return f"{words} " + ("hundred" if not minute else f"{'oh ' if minute < 10 else ''}{cardinal(minute)}")


def _quarter(m: re.Match) -> str:
    """A part of a year, as companies write it: `2Q22`, `1H 2023`."""
    part = f"{ordinal(int(m['kn'][0]))} {'quarter' if m['kn'][1] == 'Q' else 'half'}"
    when = year(full_year(m["ky"].strip(_AROUND_YEAR)))
    return f"the {part} of {when}" if PREPOSITION.search(_before(m)) else f"{part} {when}"


def _money(m: re.Match) -> str:
    one, many = CURRENCIES[m["mc"]][:2]
    sign = "minus " if m["mminus"] else _SIGNS.get(m["msign"], "")
    name = one if _singular(m) else many
    per = _per(m["mper"])
    if m["mv2"] and not (m["mm"] or m["mm2"]) and "." in m["mv"] + m["mv2"]:
        return f"{sign}{_amount(m['mv'], m['mc'], name)} to {_amount(m['mv2'], m['mc'], name)}{per}"
    if m["mv2"]:
        last = m["mm2"] or ""
        first = m["mm"] if m["mm"] and _scale(m["mm"]) != _scale(last) or m["mm"] and "$" in m["money"][2:] else ""
        return f"{sign}{number(m['mv'])}{_scale(first)} to {number(m['mv2'])}{_scale(last)} {name}{per}"
    if m["mm"]:
        return f"{sign}{number(m['mv'])}{_scale(m['mm'])} {name}{per}"
    return sign + _amount(m["mv"], m["mc"], name) + per


def _amount(value: str, currency: str, name: str) -> str:
    """`three dollars and fifty cents` for `3.50`."""
    one, _, cent, cents = CURRENCIES[currency]
    whole, _, hundredths = value.replace(",", "").partition(".")
    if len(hundredths) != 2 or not cent or len(whole) > 15:
        return f"{number(value)} {one if value == '1' else name}"
    major, minor = int(whole or 0), int(hundredths)
    words = [f"{cardinal(major)} {one if major == 1 else name}"] if major or not minor else []
    words += [f"{cardinal(minor)} {cent if minor == 1 else cents}"] if minor else []
    return " and ".join(words)


def _scale(text: str) -> str:
    return f" {MULTIPLES[text.strip(' -')]}" if text else ""


def _per(text: str | None) -> str:
    return f" per {PER.get(text[1:], text[1:])}" if text else ""


def _singular(m: re.Match) -> bool:
    """`a $5 bill` and `a 10 km run` name no plural."""
    after = m.end() + _stop_of_unit(m)
    return bool(ARTICLE.search(m.string[max(0, m.start() - 4) : m.start()]) and NOUN_AHEAD.match(m.string, after))


def _measure(unit: str, singular: bool) -> str:
    name, stroke, per = (unit, "", "") if unit in UNITS else unit.partition("/")
    return UNITS[name if name in UNITS else ANY_CASE[name.lower()]][not singular] + _per(stroke + per)


def _unit(m: re.Match) -> str:
    sign, value, unit = _SIGNS.get(m["usign"], ""), m["uv"], m["uu"]
    if unit == "s" and not m["ugap"] and (_glued(m) or re.search(r"\b[A-Z]-$", _before(m))):
        return _plural(number(value))  # B52s, F-16s
    if unit:
        singular = value == "1" or m["ugap"] == "-" or _singular(m)
        return f"{sign}{number(value)} {_measure(unit, singular)}"
    return sign + (number(value) if sign or not value.isdigit() else _bare(m, value, m.end()))


def _bare(m: re.Match, value: str, end: int) -> str:
    """A whole number without a unit: a code, the name of a room or house, a year, or an amount."""
    before = _before(m)
    if len(value) == 2 and value[0] == "0" and before[-1:] in ("'", "’"):
        return f"oh {digits(value[1])}"
    if len(value) > 2 and before and is_code(before, value):
        return digits(value)
    if len(value) > 9 and not value.endswith("000"):
        return digits(value)
    if value in _SCREENS and m.string[end : end + 1] in ("p", "i"):
        return house(int(value))
    if 3 <= len(value) <= 4 and value[0] != "0" and (IS_NAME.search(before) or STREET.match(m.string, end)):
        return house(int(value))
    if len(value) == 4 and 1100 <= int(value) <= 2099:
        counted = COUNTED.match(m.string, end) and not IS_YEAR.search(before)
        return number(value) if counted else year(int(value))
    return number(value)


def _year_or_number(text: str) -> str:
    return year(int(text)) if text.isdigit() and len(text) == 4 and 1100 <= int(text) <= 2099 else number(text)


def _range(m: re.Match) -> str:
    unit = m["ru"] or m["ru1"]
    read = number if unit else _year_or_number
    return f"{read(m['r1'])} to {read(m['r2'])}" + (f" {_measure(unit, _singular(m))}" if unit else "")


def _size(m: re.Match) -> str:
    parts = [number(part) for part in (m["z1"], m["z2"] or m["z3"], m["z4"]) if part]
    return " by ".join(parts) + (f" {_measure(m['zu'], _singular(m))}" if m["zu"] else "")


def _power(m: re.Match) -> str:
    power = m["pe"] or m["pr"].translate(_RAISED)
    if power in ("2", "3"):
        return f"{number(m['pb'])} {'squared' if power == '2' else 'cubed'}"
    if not re.fullmatch(r"-?\d+", power):
        return f"{number(m['pb'])} to the power of " + digits(power)
    sign = "minus " if power[0] == "-" else ""
    return f"{number(m['pb'])} to the power of {sign}{number(power.lstrip('-'))}"


def _parts(top: int, bottom: int, whole: str = "") -> str:
    if bottom in (2, 4) and top < bottom:
        name = {2: "half", 4: "quarter"}[bottom]
        return f"{'a' if whole and top == 1 else cardinal(top)} {name}{'s' if top > 1 else ''}"
    return f"{cardinal(top)} {ordinal(bottom)}{'s' if top > 1 else ''}"


def _vulgar(m: re.Match) -> str:
    sign, whole = _SIGNS.get(m["vsign"], ""), f"{number(m['vw'])} and " if m["vw"] else ""
    unit = f" {_measure(m['vu'], not whole or _singular(m))}" if m["vu"] else ""
    top, bottom = VULGAR[m["vf"]]
    return sign + whole + _parts(top, bottom, whole) + unit


def _fraction(m: re.Match) -> str:
    top, bottom = int(m["fn"]), int(m["fd"])
    sign, whole = _SIGNS.get(m["fsign"], ""), f"{number(m['fw'])} and " if m["fw"] else ""
    unit = f" {_measure(m['fu'], not whole or _singular(m))}" if m["fu"] else ""
    padded = m["fn"][0] == "0" and top and len(m["fd"]) == 2
    date = not sign and not whole and (padded or IS_DATE.search(_before(m)))
    if date and 1 <= top <= 12 and 1 <= bottom <= 31:
        return f"{MONTHS[top - 1]} {ordinal(bottom)}"
    if date and 13 <= top <= 31 and 1 <= bottom <= 12:  # no month: the day is first
        return f"{MONTHS[bottom - 1]} {ordinal(top)}"
    if (top, bottom) in ((24, 7), (9, 11)) or top == bottom and not whole:
        return f"{sign}{cardinal(top)} {cardinal(bottom)}{unit}"
    return f"{sign}{whole}{_ratio(top, bottom, whole)}{unit}"


def _ratio(top: int, bottom: int, whole: str = "") -> str:
    if bottom < 2 or top >= bottom or bottom > 100:
        return f"{cardinal(top)} over {cardinal(bottom)}"
    return _parts(top, bottom, whole)


def _decade(m: re.Match) -> str:
    values = [int(part) for part in (m["dv"], m["dv2"]) if part]
    return " to ".join(_plural(year(value) if value >= 1000 else cardinal(value)) for value in values)


def _plural(words: str) -> str:
    return words[:-1] + "ies" if words.endswith("y") else words + ("es" if words.endswith("x") else "s")


def _phone(m: re.Match) -> str:
    """Digit by digit, but toll-free numbers start with `one eight hundred`."""
    line = m["line"] or ""
    text = m["phone"].removesuffix(line)
    free = re.match(r"\+?1[ .-]\(?800\b", text)
    rest = digits(text[free.end() :]) if free else digits(text)
    words = ("plus " if text[0] == "+" else "") + (f"one eight hundred {rest}" if free else rest).strip()
    return words + (f" extension {digits(line)}" if line else "")


def _version(m: re.Match) -> str:
    parts = [cardinal(int(part)) if len(part) < 16 else digits(part) for part in m["version"].lstrip("v").split(".")]
    return ("version " if m["version"][0] == "v" else "") + " point ".join(parts)


def _host(m: re.Match) -> str:
    words = " dot ".join(house(int(part)) for part in m["octets"].split("."))
    return words + (f" colon {digits(m['port'])}" if m["port"] else "")


_READERS = {
    "phone": _phone,
    "code": lambda m: digits(m["code"]),
    "host": _host,
    "sum": _sum,
    "iso": lambda m: numeric_date(m["im"], m["id"], m["iy"]),
    "us": lambda m: numeric_date(m["um"], m["ud"], m["uy"]),
    "eu": lambda m: numeric_date(m["em"], m["ed"], m["ey"]),
    "clocks": _clocks,
    "stamp": _stamp,
    "time": _time,
    "dotted": lambda m: _clock(m["xth"], m["xtm"]) + _half(m["xtp"]),
    "hour": lambda m: cardinal(int(m["hh"])) + _half(m["hp"]),
    "military": _military,
    "duration": _duration,
    "quarter": _quarter,
    "money": _money,
    "height": lambda m: (
        f"{number(m['hf'])} {UNITS['ft'][m['hf'] != '1']} {number(m['hi'])} {UNITS['in'][m['hi'] != '1']}"
        if m["hf"]
        else f"{number(m['hf2'])} {UNITS['ft'][m['hf2'] != '1']}"
    ),
    "plan": lambda m: f"{house(int(m['pn']))} {m['pl'].upper()}. {number(m['pd'] or '')}".strip(),
    "version": _version,
    "ordinal": lambda m: ordinal(int(m["ov"].replace(",", "")[:30])),
    "decade": _decade,
    "power": _power,
    "vulgar": _vulgar,
    "size": _size,
    "rating": lambda m: f"{number(m['q1'] or m['q3'])} out of {number(m['q2'] or m['q4'])}",
    "pressure": lambda m: (
        f"{house(int(m['b1']))} over {house(int(m['b2']))}" + (f" {UNITS['mmHg'][1]}" if m["bu"] else "")
    ),
    "range": _range,
    "fraction": _fraction,
    "score": lambda m: f"{number(m['s1'])} to {number(m['s2'])}",
    "many": lambda m: f"{number(m['mult'])} times",
    "scaled": lambda m: f"{_SIGNS.get(m['csign'], '')}{number(m['cv'])}{_scale(m['cm'])}",
    "unit": _unit,
}
