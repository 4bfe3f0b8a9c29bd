"""Numbers, dates, times, money and measures as English words.

`match_number` reads what starts with a digit, a sign or a currency; `cardinal`, `ordinal`, `digits`, `year` and
`number` are the readings that it is made of. US usage: no `and` in whole numbers, month before day.
"""

import re
import unicodedata

from .number_cues import ARTICLE, COUNTED, IS_DATE, IS_NAME, IS_YEAR, NOUN_AHEAD, STREET, is_code
from .units import CURRENCIES, DOTTED_UNITS, MULTIPLES, PER, UNITS


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = " thousand million billion trillion quadrillion quintillion sextillion septillion octillion".split(" ")
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS |= {"twelve": "twelfth"}
MONTHS = ("January February March April May June July August September October November December").split()
_MONTH = {month[:3].lower(): month for month in MONTHS}
_LIGATURES = {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "ı": "i", "ə": "e"}
_VULGAR = {char: [*map(int, unicodedata.normalize("NFKC", char).split("⁄"))] for char in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒"}
_RAISED = {ord(char): plain for char, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
_SIGNS = {"-": "minus ", "−": "minus ", "+": "plus ", "±": "plus or minus ", "~": "about ", "≈": "about "}


def _any(words) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_NUM = r"(?:(?:\d{1,3}(?:,\d{3})++(?!\d)|\d++)(?:\.\d++)?|\.\d++)"
_MONTH_NAME = r"(?:(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?|(?:" + "|".join(MONTHS) + r")\b)"
_HALF_DAY = r"[AaPp](?:\.[ ]?[Mm]\b(?:\.(?=\s*[a-z0-9,;:]|\s+[A-Z][a-z]*day))?|[Mm]\b)"
_SCALE = r"(?:[ ]?(?:thousand|million|billion|trillion|[mbt]n|MM)\b|-(?:million|billion)\b|[kKmMbBT]\b)"
_DASH = r"[ ]?[-–—~][ ]?"
_PER_UNIT = rf"/(?:(?:{_any(PER)})(?!\w)|[a-z]{{2,12}}\b)"
# An `in` after a number is a unit where the sentence could not go on with a place or a time.
_INCH = r"in(?=[ ]?(?:[.,;:)x×\n]|$)|[ ](?:by|tall|long|wide|thick|deep|high|across|of)\b)"
_NAMES = _any(set(UNITS) - {"in", "K"}) + rf"|{_INCH}|(?<=[ ])K"
_UNIT = rf"(?:(?:{_NAMES})(?!\w)(?:{_PER_UNIT})?)"
NUMBER = re.compile(
    rf"""
    (?P<phone>\+?(?:\d{{1,3}}[ .-])?(?:\(\d{{3}}\)[ ]?|\d{{3}}[-. ])\d{{3}}[-. ]\d{{4}}(?!\d|[-.]\d)
      |\d{{3}}-\d{{4}}(?!\d|-\d)|\+\d{{1,3}}(?:[ -]\d{{2,5}}){{2,4}}(?!\d)|1-8\d\d(?=-[A-Z\d]))
  | (?P<code>\d{{3}}-\d{{2}}-\d{{4}}(?!\d)|\d{{4}}(?:[ -]\d{{4}}){{2,3}}(?!\d)|\d{{5}}-\d{{4}}(?!\d))
  | (?P<host>\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?!\d|\.\d))
  | (?P<iso>(?P<iy>\d{{4}})[-/.](?P<im>0?[1-9]|1[0-2])[-/.](?P<id>0?[1-9]|[12]\d|3[01])(?!\d))
  | (?P<us>(?P<um>0?[1-9]|1[0-2])(?P<usep>[/.-])(?P<ud>0?[1-9]|[12]\d|3[01])(?P=usep)(?P<uy>\d{{4}}|(?<=/)\d{{2}})
      (?![\d/]))
  | (?P<clocks>(?P<c1>(?:1[0-2]|0?[1-9])(?::[0-5]\d)?)(?:{_DASH}|[ ]to[ ])(?P<c2>(?:1[0-2]|0?[1-9])(?::[0-5]\d)?)[ ]?
      (?P<cp>{_HALF_DAY}))
  | (?P<time>(?P<th>[01]?\d|2[0-4]):(?P<tm>[0-5]\d)(?::(?P<ts>[0-5]\d))?(?!\d)(?:[ ]?(?P<tp>{_HALF_DAY}))?)
  | (?P<hour>(?P<hh>1[0-9]|2[0-4]|0?\d)[ ]?(?P<hp>{_HALF_DAY}))
  | (?P<military>[01]\d[0-5]\d|2[0-4][0-5]\d)(?=[ ](?:hours|hrs)\b(?![ ]of))
  | (?P<money>(?P<msign>[-−+~]?)(?P<mc>{_any(CURRENCIES)})[ ]?(?P<mminus>[-−]?)(?P<mv>{_NUM})(?P<mm>{_SCALE})?
      (?:{_DASH}(?P=mc)?(?P<mv2>{_NUM})(?P<mm2>{_SCALE})?(?![-\d]))?(?P<mper>{_PER_UNIT})?)
  | (?P<height>(?P<hf>\d{{1,2}})[ ]?['′][ ]?(?P<hi>\d{{1,2}}(?:\.\d)?(?!\d))(?:["”″]|''|(?!\w))
      |(?P<hf2>\d{{1,3}})(?:′|'(?=[ ](?:tall|wide|long|deep|high|x|by)\b)))
  | (?P<plan>(?P<pn>[1-9]0[1-9])\((?P<pl>[a-z])\)(?:\((?P<pd>\d)\))?)
  | (?P<version>v\d++(?:\.\d++)*|\d++(?:\.\d++){{2,}})
  | (?P<ordinal>(?P<ov>\d{{1,3}}(?:,\d{{3}})++|\d++)(?:st|nd|rd|th)\b)
  | (?P<decade>(?P<dv>\d{{1,3}}0)['’]?s\b)
  | (?P<power>(?P<pb>{_NUM})(?:\^(?P<pe>-?\d{{1,9}})(?!\d)|(?P<pr>[⁰¹²³⁴-⁹⁻]++)))
  | (?P<vulgar>(?P<vw>\d{{1,9}})?[ ]?(?P<vf>[{"".join(_VULGAR)}])(?:[ ]?(?P<vu>{_UNIT}))?)
  | (?P<minus>(?P<n1>{_NUM})[ ][-–][ ](?P<n2>{_NUM})(?=[ ]*=))
  | (?P<size>(?P<z1>{_NUM})(?:[ ]?(?:x|by)[ ]?(?P<z2>{_NUM})|[ ]?×[ ]?(?P<z3>{_NUM})(?=[ ]?{_UNIT}))
      (?:[ ]?[x×][ ]?(?P<z4>{_NUM}))?(?:[ ]?(?P<zu>{_UNIT}))?)
  | (?P<rating>(?P<q1>\d{{1,3}}\.\d)/(?P<q2>\d{{1,3}})(?![/\d])|(?P<q3>\d{{1,3}})/(?P<q4>100)(?![/\d]))
  | (?P<pressure>(?P<b1>[1-2]\d\d)/(?P<b2>[4-9]\d|1[0-4]\d)(?![/\d])(?:[ ]?(?P<bu>mm[ ]?Hg\b))?)
  | (?P<range>(?P<r1>{_NUM})(?P<ru1>%|°)?{_DASH}(?P<r2>{_NUM})(?:[ -]?(?P<ru>{_UNIT}))?(?![-\d]))
  | (?P<fraction>(?:(?P<fw>\d++)[ ])?(?P<fn>\d{{1,3}})/(?P<fd>\d{{1,3}})(?![/\d]|\.\d)(?:[ ](?P<fu>{_UNIT}))?)
  | (?P<score>(?P<s1>\d++):(?P<s2>\d++))
  | (?P<many>(?P<mult>{_NUM})x\b)
  | (?P<scaled>(?P<csign>[-−+±~≈]?)(?P<cv>{_NUM})(?P<cm>k|K|M|B|bn|mn)\b)
  | (?P<unit>(?P<usign>[-−+±~≈]?)(?P<uv>{_NUM})(?:(?P<ugap>[ -]?)(?P<uu>{_UNIT}))?)
    """,
    re.X | re.A,
)
DATE = re.compile(
    rf"(?P<month>{_MONTH_NAME})(?:\s(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b(?![:.%,]\d)"
    r"(?:\s?[-–]\s?(?P<until>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b(?![:.%]\d))?(?:,?\s(?P<year>[12]\d{3})\b(?!:))?"
    r"|,?\s(?P<only>[12]\d{3})\b(?!:))",
    re.A,
)
_DAY_FIRST = re.compile(
    rf"(?P<day>0?[1-9]|[12]\d|3[01])(?P<th>st|nd|rd|th)?[\s-](?P<of>of\s)?(?P<month>{_MONTH_NAME})"
    r"(?:(?:,?\s|-)(?P<year>[12]\d{3})\b)?",
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


def house(value: int) -> str:
    """Numbers of houses, rooms and flights in pairs: `two twenty one`, `two oh four`, `sixteen hundred`."""
    high, low = divmod(value, 100)
    if not 100 <= value < 10_000 or value % 1000 == 0:
        return digits(str(value)) if value >= 10_000 else cardinal(value)
    return f"{cardinal(high)} " + ("hundred" if low == 0 else f"oh {_ONES[low]}" if low < 10 else cardinal(low))


def read_date(match: re.Match) -> str:
    """Words of a match of `DATE` (`March 5, 2024`)."""
    words = _month(match["month"])
    if match["only"]:
        return f"{words} {year(int(match['only']))}"
    words += f" {ordinal(int(match['day']))}" + (f" to {ordinal(int(match['until']))}" if match["until"] else "")
    return words + (f" {year(int(match['year']))}" if match["year"] else "")


def match_number(text: str, start: int) -> tuple[str, int] | None:
    """Words and end of the number, date, time or amount of money that starts at `start`, or None."""
    if day_first := _DAY_FIRST.match(text, start):
        month, day = _month(day_first["month"]), ordinal(int(day_first["day"]))
        words = f"{day} of {month}" if day_first["of"] or day_first["th"] else f"{month} {day}"
        return words + (f" {year(int(day_first['year']))}" if day_first["year"] else ""), day_first.end()
    match = NUMBER.match(text, start)
    if match is None:
        return None
    if match["scaled"] and _is_a_name(match):
        return number(match["cv"]), match.end("cv")
    if match["uu"] in ('"', "″") and _closes_a_quote(text, start):
        return number(match["uv"]), match.end("uv")
    return _READERS[_kind(match)](match), match.end() + _stop_of_unit(match)


def _kind(match: re.Match) -> str:
    return next(kind for kind in _READERS if match[kind] is not None)


def _is_a_name(m: re.Match) -> bool:
    """The letter of `B2B`, `Apt. 3B` and `4K` is no multiple."""
    glued = m.start() and m.string[m.start() - 1].isalnum()
    return bool(glued or m["scaled"] in ("4K", "8K") or IS_NAME.search(_before(m)))


def _closes_a_quote(text: str, start: int) -> bool:
    """Whether the `"` after a number ends a quotation: an odd number of quotes stands before it on the line."""
    line = text[max(0, start - 200) : start].rpartition("\n")[2]
    return len(re.findall(r'(?<!\d)"|\d"(?=[,.])', line)) % 2 == 1


def _stop_of_unit(m: re.Match) -> int:
    """The full stop of `5 in. of snow` belongs to the unit; the last one of a sentence does not."""
    unit = m["uu"] or m["zu"] or m["fu"] or m["ru"]
    after = m.string[m.end() : m.end() + 3]
    return int(unit in DOTTED_UNITS and after[:1] == "." and bool(re.match(r"\.[ ]?[a-z0-9,;:]", after)))


def _month(text: str) -> str:
    return _MONTH[text[:3].lower()]


def _date(month: str, day: str, year_text: str) -> str:
    full = int(year_text) + (0 if len(year_text) == 4 else 2000 if int(year_text) < 70 else 1900)
    return f"{MONTHS[int(month) - 1]} {ordinal(int(day))} {year(full)}"


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
    if m["ts"]:
        words += f" and {cardinal(int(m['ts']))} seconds"
    return words + (_half(m["tp"]) if m["tp"] else "")


def _clocks(m: re.Match) -> str:
    first, second = (_clock(*(text.split(":") if ":" in text else (text, None))) for text in (m["c1"], m["c2"]))
    return f"{first} to {second}{_half(m['cp'])}"


def _military(m: re.Match) -> str:
    hour, minute = m["military"][:2], int(m["military"][2:])
    words = f"oh {cardinal(int(hour))}" if hour[0] == "0" else cardinal(int(hour))
    return f"{words} " + ("hundred" if not minute else f"{'oh ' if minute < 10 else ''}{cardinal(minute)}")


def _money(m: re.Match) -> str:
    one, many, cent, cents = CURRENCIES[m["mc"]]
    sign = "minus " if m["mminus"] else _SIGNS.get(m["msign"], "")
    name = one if _singular(m) else many
    per = _per(m["mper"])
    if m["mv2"]:
        last = m["mm2"] or ""
        first = m["mm"] if m["mm"] and _scale(m["mm"]) != _scale(last) or m["mm"] and "$" in m["money"][2:] else ""
        return f"{sign}{number(m['mv'])}{_scale(first)} to {number(m['mv2'])}{_scale(last)} {name}{per}"
    if m["mm"]:
        return f"{sign}{number(m['mv'])}{_scale(m['mm'])} {name}{per}"
    whole, _, hundredths = m["mv"].replace(",", "").partition(".")
    if len(hundredths) != 2 or not cent or len(whole) > 15:
        return f"{sign}{number(m['mv'])} {one if m['mv'] == '1' else name}{per}"
    major, minor = int(whole or 0), int(hundredths)
    words = [f"{cardinal(major)} {one if major == 1 else name}"] if major or not minor else []
    words += [f"{cardinal(minor)} {cent if minor == 1 else cents}"] if minor else []
    return sign + " and ".join(words) + per


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
    return UNITS[name][not singular] + _per(stroke + per)


def _unit(m: re.Match) -> str:
    sign, value, unit = _SIGNS.get(m["usign"], ""), m["uv"], m["uu"]
    if unit:
        singular = value == "1" or m["ugap"] == "-" or _singular(m)
        return f"{sign}{number(value)} {_measure(unit, singular)}"
    return sign + (number(value) if sign or not value.isdigit() else _bare(m, value))


def _bare(m: re.Match, value: str) -> str:
    """A whole number without a unit: a code, the name of a room or house, a year, or an amount."""
    before = _before(m)
    if len(value) == 2 and value[0] == "0" and before[-1:] in ("'", "’"):
        return f"oh {_ONES[int(value)]}"
    if len(value) > 2 and before and is_code(before, value):
        return digits(value)
    if len(value) > 9 and not value.endswith("000"):
        return digits(value)
    if 3 <= len(value) <= 4 and value[0] != "0" and (IS_NAME.search(before) or STREET.match(m.string, m.end())):
        return house(int(value))
    if len(value) == 4 and 1100 <= int(value) <= 2099:
        counted = COUNTED.match(m.string, m.end()) and not IS_YEAR.search(before)
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
    whole = f"{number(m['vw'])} and " if m["vw"] else ""
    unit = f" {_measure(m['vu'], not whole or _singular(m))}" if m["vu"] else ""
    top, bottom = _VULGAR[m["vf"]]
    return whole + _parts(top, bottom, whole) + unit


def _fraction(m: re.Match) -> str:
    top, bottom = int(m["fn"]), int(m["fd"])
    whole = f"{number(m['fw'])} and " if m["fw"] else ""
    unit = f" {_measure(m['fu'], not whole or _singular(m))}" if m["fu"] else ""
    padded = m["fn"][0] == "0" and top and len(m["fd"]) == 2
    if not whole and 1 <= top <= 12 and 1 <= bottom <= 31 and (padded or IS_DATE.search(_before(m))):
        return f"{MONTHS[top - 1]} {ordinal(bottom)}"
    if (top, bottom) in ((24, 7), (9, 11)) or top == bottom and not whole:
        return f"{cardinal(top)} {cardinal(bottom)}{unit}"
    if bottom < 2 or top >= bottom or bottom > 100:
        return f"{whole}{cardinal(top)} over {cardinal(bottom)}{unit}"
    return whole + _parts(top, bottom, whole) + unit


def _decade(m: re.Match) -> str:
    value = int(m["dv"])
    words = year(value) if value >= 1000 else cardinal(value)
    return (words[:-1] + "ies") if words.endswith("y") else words + "s"


def _phone(m: re.Match) -> str:
    """Digit by digit, but toll-free numbers start with `one eight hundred`."""
    text = m["phone"]
    free = re.match(r"\+?1[ .-]\(?800\b", text)
    rest = digits(text[free.end() :]) if free else digits(text)
    return ("plus " if text[0] == "+" else "") + (f"one eight hundred {rest}" if free else rest).strip()


def _version(m: re.Match) -> str:
    parts = [cardinal(int(part)) if len(part) < 16 else digits(part) for part in m["version"].lstrip("v").split(".")]
    return ("version " if m["version"][0] == "v" else "") + " point ".join(parts)


_READERS = {
    "phone": _phone,
    "code": lambda m: digits(m["code"]),
    "host": lambda m: " dot ".join(house(int(part)) for part in m["host"].split(".")),
    "iso": lambda m: _date(m["im"], m["id"], m["iy"]),
    "us": lambda m: _date(m["um"], m["ud"], m["uy"]),
    "clocks": _clocks,
    "time": _time,
    "hour": lambda m: cardinal(int(m["hh"])) + _half(m["hp"]),
    "military": _military,
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
    "minus": lambda m: f"{number(m['n1'])} minus {number(m['n2'])}",
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
