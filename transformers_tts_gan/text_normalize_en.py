"""Numbers, dates, money, times, units and abbreviations as English words.

`NUMBER` matches what starts with a digit, sign or currency; `read_number` turns such a match into words.
"""

import re
import unicodedata


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = " thousand million billion trillion quadrillion quintillion sextillion septillion octillion".split(" ")
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS |= {"twelve": "twelfth"}
MONTHS = ("January February March April May June July August September October November December").split()
_MONTH = {month[:3].lower(): month for month in MONTHS} | {"sept": "September"}
_CURRENCIES = {
    "$": ("dollar", "cent"),
    "£": ("pound", "pence"),
    "€": ("euro", "cent"),
    "¥": ("yuan", ""),
    "₹": ("rupee", "paisa"),
}
_MULTIPLES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "tn": "trillion"}
UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour"), "m/s": ("meter per second", "meters per second"),
    "mph": ("mile per hour", "miles per hour"), "km²": ("square kilometer", "square kilometers"),
    "m²": ("square meter", "square meters"), "m³": ("cubic meter", "cubic meters"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "km": ("kilometer", "kilometers"), "cm": ("centimeter", "centimeters"), "mm": ("millimeter", "millimeters"),
    "m": ("meter", "meters"), "kg": ("kilogram", "kilograms"), "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "lbs": ("pound", "pounds"), "lb": ("pound", "pounds"), "oz": ("ounce", "ounces"), "ft": ("foot", "feet"),
    "ml": ("milliliter", "milliliters"), "mL": ("milliliter", "milliliters"), "L": ("liter", "liters"),
    "°C": ("degree celsius", "degrees celsius"), "°F": ("degree fahrenheit", "degrees fahrenheit"),
    "℃": ("degree celsius", "degrees celsius"), "℉": ("degree fahrenheit", "degrees fahrenheit"),
    "°": ("degree", "degrees"),
    "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
    "Hz": ("hertz", "hertz"), "dB": ("decibel", "decibels"), "KB": ("kilobyte", "kilobytes"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"), "GB": ("gigabyte", "gigabytes"), "TB": ("terabyte", "terabytes"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"), "V": ("volt", "volts"), "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"), "min": ("minute", "minutes"), "h": ("hour", "hours"), "hrs": ("hour", "hours"),
}  # fmt: skip
ABBREVIATIONS = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "St": "Saint", "Jr": "Junior",
    "Sr": "Senior", "Gen": "General", "Col": "Colonel", "Capt": "Captain", "Lt": "Lieutenant", "Sgt": "Sergeant",
    "Rev": "Reverend", "Hon": "Honorable", "Gov": "Governor", "Sen": "Senator", "Rep": "Representative",
    "vs": "versus",
    "etc": "et cetera", "Inc": "Incorporated", "Ltd": "Limited", "Corp": "Corporation", "Co": "Company",
    "approx": "approximately",
    "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Mt": "Mount", "Ft": "Fort", "dept": "department",
    "Dept": "Department",
    "est": "established", "Fig": "Figure", "fig": "figure", "Vol": "Volume", "vol": "volume", "pp": "pages",
    "Messrs": "Messieurs",
    **{month[:3]: month for month in MONTHS if month != "May"}, "Sept": "September",
}  # fmt: skip
# The full stop of these ends the sentence, too, when nothing or a capital follows.
MAY_END_A_SENTENCE = frozenset("etc Inc Ltd Corp Co Jr Sr Ave Blvd Rd approx".split())
ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12, "XIII": 13, "XIV": 14}
ROMAN |= {"XV": 15, "XVI": 16, "XVII": 17, "XVIII": 18, "XIX": 19, "XX": 20, "XXI": 21}
RULERS = frozenset(
    "Henry Louis George Edward Charles James William Elizabeth Richard Philip Pius Paul Francis Napoleon".split()
)
_LIGATURES = {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "ı": "i", "ə": "e"}
_NUM = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_NUM = f"(?:{_NUM})"
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
NUMBER = re.compile(
    rf"""
    (?P<phone>\+?(?:\d{{1,3}}[ -])?(?:\(\d{{3}}\)[ ]?|\d{{3}}[-. ])\d{{3}}[-. ]\d{{4}}(?!\d)|\d{{3}}-\d{{4}}(?!\d))
  | (?P<iso>(?P<iy>\d{{4}})[-/.](?P<im>0?[1-9]|1[0-2])[-/.](?P<id>[0-2]?\d|3[01])(?!\d))
  | (?P<us>(?P<um>0?[1-9]|1[0-2])/(?P<ud>[0-2]?\d|3[01])/(?P<uy>\d{{4}}|\d{{2}})(?!\d))
  | (?P<time>(?P<th>[01]?\d|2[0-4]):(?P<tm>[0-5]\d)(?::(?P<ts>[0-5]\d))?(?!\d)
      (?:[ ]?(?P<tp>[AaPp])\.?[Mm]\b(?:\.(?=\s*[a-z,;]))?)?)
  | (?P<hour>(?P<hh>\d{{1,2}})[ ]?(?P<hp>[AaPp])(?:\.[Mm]\b(?:\.(?=\s*[a-z,;]))?|[Mm]\b))
  | (?P<money>[-−]?(?P<mc>[$£€¥₹])[ ]?[-−]?(?P<mv>{_NUM})
      (?:[ ]?(?P<mm>thousand|million|billion|trillion|[kKmMbB]|[mbt]n)\b)?)
  | (?P<version>v?\d+(?:\.\d+){{2,}})
  | (?P<ordinal>(?P<ov>\d{{1,3}}(?:,\d{{3}})+|\d+)(?:st|nd|rd|th)\b)
  | (?P<decade>['’]?(?P<dv>\d{{1,3}}0)['’]?s\b)
  | (?P<range>(?P<r1>{_NUM})(?P<p1>%?)[ ]?[-–—~][ ]?(?P<r2>{_NUM})(?:[ ]?(?P<ru>%|(?:{_UNIT})(?!\w)))?(?![-\d]))
  | (?P<fraction>(?:(?P<fw>\d+)[ ])?(?P<fn>\d{{1,3}})/(?P<fd>\d{{1,3}})(?![/\d]))
  | (?P<score>(?P<s1>\d+):(?P<s2>\d+))
  | (?P<unit>(?P<usign>[-−+±]?)(?P<uv>{_NUM})(?:[ ]?(?P<uu>%|‰|(?:{_UNIT})(?!\w)))?)
    """,
    re.X | re.A,
)
DATE = re.compile(
    r"(?P<month>(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?|(?:" + "|".join(MONTHS) + r")\b)"
    r"\s(?P<day>[0-2]?\d|3[01])(?:st|nd|rd|th)?\b(?!:)(?:,?\s(?P<year>[12]\d{3})\b(?!:))?",
    re.A,
)
_DAY_FIRST = re.compile(
    r"(?P<day>[0-2]?\d|3[01])(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>"
    + "|".join(MONTHS)
    + r")\b(?:,?\s(?P<year>[12]\d{3})\b)?",
    re.A,
)


def cardinal(value: int) -> str:
    """Words of a whole number below 10**30; longer ones digit by digit.

    >>> cardinal(1_205)
    'one thousand two hundred five'
    """
    if value >= 10**30:
        return digits(str(value))
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        return f"{_ONES[value // 100]} hundred" + (f" {cardinal(value % 100)}" if value % 100 else "")
    parts, scale = [], 0
    while value:
        value, group = divmod(value, 1000)
        if group:
            parts.append(f"{cardinal(group)} {_SCALES[scale]}".strip())
        scale += 1
    return " ".join(reversed(parts))


def ordinal(value: int) -> str:
    """`twenty first` for 21."""
    *rest, last = cardinal(value).split()
    last = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join([*rest, last])


def digits(text: str) -> str:
    """Every digit of `text` by itself."""
    return " ".join(_ONES[int(char)] for char in text if char.isdigit())


def year(value: int) -> str:
    """`nineteen oh five`, `two thousand six`, `twenty twenty four`."""
    high, low = divmod(value, 100)
    if value < 1000 or high % 10 == 0 and low < 10 or value >= 10_000:
        return cardinal(value)
    return f"{cardinal(high)} " + ("hundred" if low == 0 else f"oh {_ONES[low]}" if low < 10 else cardinal(low))


def number(text: str) -> str:
    """A number as written: `1,024` `3.14` `007`; a leading zero or more than 15 digits are read digit by digit."""
    whole, _, decimals = text.replace(",", "").partition(".")
    spelled = len(whole) > 15 or len(whole) > 1 and whole[0] == "0"
    head = "" if not whole else digits(whole) if spelled else cardinal(int(whole))
    return (head + (f" point {digits(decimals)}" if decimals else "")).strip()


def ascii_letters(word: str) -> str:
    """`word` without accents and ligatures; what has no Latin base letter is left out."""
    folded = "".join(_LIGATURES.get(char, char) for char in word)
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if char.isascii())


def read_date(match: re.Match) -> str:
    """Words of a match of `DATE` (`March 5, 2024`)."""
    month = match["month"].rstrip(".")
    words = f"{_MONTH.get(month[:4].lower(), _MONTH[month[:3].lower()])} {ordinal(int(match['day']))}"
    return words + (f" {year(int(match['year']))}" if match["year"] else "")


def match_number(text: str, start: int) -> tuple[str, int] | None:
    """Words and end of the number, date, time or amount of money that starts at `start`, or None."""
    if day_first := _DAY_FIRST.match(text, start):
        words = f"{ordinal(int(day_first['day']))} of {day_first['month']}"
        return words + (f" {year(int(day_first['year']))}" if day_first["year"] else ""), day_first.end()
    match = NUMBER.match(text, start)
    if match is None:
        return None
    return _READERS[_kind(match)](match), match.end()


def _kind(match: re.Match) -> str:
    return next(kind for kind in _READERS if match[kind] is not None)


def _date(month: str, day: str, year_text: str) -> str:
    full = int(year_text) + (0 if len(year_text) == 4 else 2000 if int(year_text) < 70 else 1900)
    return f"{MONTHS[int(month) - 1]} {ordinal(int(day))} {year(full)}"


def _time(m: re.Match) -> str:
    minute = int(m["tm"])
    words = cardinal(int(m["th"]))
    if minute:
        words += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not m["tp"]:
        words += " o'clock" if 1 <= int(m["th"]) <= 12 else " hundred"
    if m["ts"]:
        words += f" and {cardinal(int(m['ts']))} seconds"
    return words + (f" {m['tp'].upper()}.M." if m["tp"] else "")


def _money(m: re.Match) -> str:
    major, minor = _CURRENCIES[m["mc"]]
    value, scale = m["mv"], m["mm"]
    sign = "minus " if re.match(r".?[-−]", m["money"]) else ""
    if scale:
        return f"{sign}{number(value)} {_MULTIPLES.get(scale.lower(), scale)} {_plural(major, 2)}"
    whole, _, cents = value.replace(",", "").partition(".")
    if len(cents) != 2 or not minor:
        return f"{sign}{number(value)} {_plural(major, 1 if value == '1' else 2)}"
    words = [f"{cardinal(int(whole))} {_plural(major, int(whole))}"] if int(whole) or not int(cents) else []
    words += [f"{cardinal(int(cents))} {_plural(minor, int(cents))}"] if int(cents) else []
    return sign + " and ".join(words)


def _plural(name: str, count: int) -> str:
    return name if count == 1 or name in ("pence", "yuan") else name + "s"


def _unit(m: re.Match) -> str:
    sign = {"-": "minus ", "−": "minus ", "+": "plus ", "±": "plus or minus "}.get(m["usign"], "")
    value, unit = m["uv"], m["uu"]
    if unit in ("%", "‰"):
        return f"{sign}{number(value)} {'percent' if unit == '%' else 'per mille'}"
    if unit:
        return f"{sign}{number(value)} {UNITS[unit][value != '1']}"
    if value.isdigit() and len(value) == 4 and 1100 <= int(value) <= 2099 and not sign:
        return year(int(value))
    spelled = value.isdigit() and len(value) > 9 and not value.endswith("000")
    return sign + (digits(value) if spelled else number(value))


def _range(m: re.Match) -> str:
    unit = m["ru"] or m["p1"]
    tail = " percent" if unit == "%" else f" {UNITS[unit][1]}" if unit else ""
    ends = [
        year(int(v)) if v.isdigit() and len(v) == 4 and 1100 <= int(v) <= 2099 and not unit else number(v)
        for v in (m["r1"], m["r2"])
    ]
    return f"{ends[0]} to {ends[1]}{tail}"


def _fraction(m: re.Match) -> str:
    top, bottom = int(m["fn"]), int(m["fd"])
    whole = f"{number(m['fw'])} and " if m["fw"] else ""
    if bottom in (2, 4) and top < bottom:
        name = {2: "half", 4: "quarter"}[bottom]
        return f"{whole}{'a' if whole and top == 1 else cardinal(top)} {name}{'s' if top > 1 else ''}"
    if top == bottom and not whole:
        return f"{cardinal(top)} {cardinal(bottom)}"
    if bottom < 2 or top >= bottom or bottom > 100:
        return f"{whole}{cardinal(top)} over {cardinal(bottom)}"
    return f"{whole}{cardinal(top)} {ordinal(bottom)}{'s' if top > 1 else ''}"


def _decade(m: re.Match) -> str:
    value = int(m["dv"])
    words = year(value) if value >= 1000 else cardinal(value)
    return (words[:-1] + "ies") if words.endswith("y") else words + "s"


_READERS = {
    "phone": lambda m: digits(m["phone"]),
    "iso": lambda m: _date(m["im"], m["id"], m["iy"]),
    "us": lambda m: _date(m["um"], m["ud"], m["uy"]),
    "time": _time,
    "hour": lambda m: f"{cardinal(int(m['hh']))} {m['hp'].upper()}.M.",
    "money": _money,
    "version": lambda m: " point ".join(
        cardinal(int(p)) if len(p) < 16 else digits(p) for p in m["version"].lstrip("v").split(".")
    ),
    "ordinal": lambda m: ordinal(int(m["ov"].replace(",", "")[:30])),
    "decade": _decade,
    "range": _range,
    "fraction": _fraction,
    "score": lambda m: f"{number(m['s1'])} to {number(m['s2'])}",
    "unit": _unit,
}
