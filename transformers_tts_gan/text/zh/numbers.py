"""Numbers, dates, money, times and units as Chinese characters, and traditional characters as simplified ones.

`match_number` reads what starts with a digit, sign or currency and answers with characters only.
"""

import functools
import re
from collections.abc import Callable
from decimal import Decimal

from ..han import HAN_RUN, is_han
from . import dates
from .number_cues import (
    ABOUT,
    AGO,
    BACK,
    CALLED,
    CALLED_AFTER,
    CODE,
    CODED,
    DATED,
    FEAST,
    FIGURE,
    GLUED,
    GRADED,
    HOUSE,
    LENGTH,
    MODEL,
    OTHER_SIDE,
    RATIO,
    ROOM,
    ROUTE,
    SCORED,
    SERVICE,
    SERVICE_CALLED,
    SIDE,
    SPAN_OF_TIME,
    TO_CALL,
    TRAIN,
    WON,
)
from .numerals import cardinal, digits, number
from .units import CURRENCIES, CURRENCY_SIGN, MEASURES, UNITS


_BELOW_ZERO = ("℃", "°C", "℉", "°F")
_NUM = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_MULTIPLE = "[十百千万亿]"
_LETTER_MULTIPLES = {"k": 3, "m": 6, "b": 9, "bn": 9}  # as powers of ten, after an amount of money
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
NUMBER = re.compile(
    rf"""
    (?P<phone>(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}(?!\d)
      |\+(?=(?:[- ()]{{0,2}}\d){{8,15}}(?!\d))\d{{1,3}}(?:[- ]{{0,2}}\(\d{{1,4}}\))?(?:[- ]?\d{{2,4}}){{2,4}}(?!\d)
      |\(?0\d{{2,3}}(?:\)[ ]?|[- ])(?:\d{{7,8}}|\d{{3,4}}[- ]\d{{4}})(?!\d)
      |[48]00[- ]\d{{3}}[- ]\d{{4}}(?!\d))
  | {dates.DATES}
  | (?P<standard>(?<=[A-Z][ /])\d{{3,6}}-(?:19|20)\d\d(?!\d))
  | (?P<door>(?P<d1>\d{{1,3}})-(?P<d2>\d{{3,4}})(?=室|号房|房))
  | (?P<goals>(?P<g1>\d{{1,3}})[-–](?P<g2>\d{{1,3}})(?={WON}))
  | {dates.TIMES}
  | (?P<money>(?P<msign>[-−]?)(?P<mc>{CURRENCY_SIGN})[ ]?(?P<mv>{_NUM})
      (?:(?P<ml>[kK]|[ ]?(?:[mMbB]|bn))(?![A-Za-z0-9])|(?P<mm>{_MULTIPLE}*))
      (?:(?<![A-Za-z])\s?[-–—~]\s?(?P<mv2>{_NUM})(?P<mm2>{_MULTIPLE}*))?(?P<mu>元|块钱|块|美元|欧元|英镑|港元|日元)?)
  | (?P<address>\d+(?:\.\d+){{3}}(?![.\d]))
  | (?P<version>\d+(?:\.\d+){{2,}})
  | (?P<event>\d{{1,2}}·\d{{1,2}}(?!\d))
  | (?P<range>(?P<rs>[-−]?)(?P<r1>{_NUM})(?P<rm>{_MULTIPLE}*)[ ]?(?P<p1>%|{_UNIT})?\s?[-–—~]\s?
      (?P<rs2>[-−]?)(?P<r2>{_NUM})
      (?:(?P<rm2>[万亿]?)[ ]?(?P<ru>%|(?:{_UNIT})(?![A-Za-z])))?(?!\d|[-–—/:]\d|\s*=))
  | (?P<grade>(?P<a1>\d{{1,3}}\.\d{{1,2}})/(?P<a2>\d{{1,3}}(?:\.\d{{1,2}})?)(?![/\d]))
  | (?P<fraction>(?P<fsign>[-−]?)(?P<fn>\d{{1,4}})/(?P<fd>\d{{1,4}})(?![/\d]|\s?mmHg))
  | (?P<score>{_NUM}(?::{_NUM})+)
  | (?P<power>[-−]?{_NUM})[eE](?P<exponent>[-−+]?\d{{1,3}})(?![A-Za-z0-9.])
  | (?P<unit>(?P<usign>[-−+±]?)(?P<uv>{_NUM})(?:(?P<um>{_MULTIPLE}*)[ ]?(?P<uu>%|‰|(?:{_UNIT})(?![A-Za-z0-9])))?
      (?P<half>[½¼¾]?))
    """,
    re.X | re.A,
)


@functools.lru_cache(maxsize=1)
def _converter():
    """OpenCC from traditional (also Taiwan's 著 for 着) to simplified, and the characters that it may change."""
    from opencc import OpenCC  # here: only texts with Chinese need it

    convert = OpenCC("tw2s").convert
    known = [char for char in map(chr, range(0x3400, 0xFB00)) if is_han(char)]
    changed = {old for old, new in zip(known, convert("\n".join(known)).split("\n"), strict=True) if old != new}
    return convert, frozenset(changed | {"著"})


def simplify(text: str) -> str:
    """`text` with simplified for traditional characters, as long as before: dictionaries of readings know those.

    Words decide what a character becomes (乾燥 is 干燥, 乾隆 stays). The tables are OpenCC's (Apache-2.0).

    >>> simplify("銀行行長的頭髮很長")
    '银行行长的头发很长'
    """
    if text.isascii():
        return text
    convert, changed = _converter()
    return text if changed.isdisjoint(text) else HAN_RUN.sub(lambda run: _same_length(run[0], convert), text)


def _same_length(old: str, convert: Callable[[str], str]) -> str:
    """A phrase of another length (there is none in today's tables) is converted character by character."""
    new = convert(old)
    return new if len(new) == len(old) else "".join(convert(char)[:1] for char in old)


def counted(value: str, after: str) -> str:
    """A number before `after`, a unit's or measure word's first characters: 两 for 2, but 二月, 二年级.

    >>> counted("2", "个人"), counted("2", "年级"), counted("12", "个人")
    ('两', '二', '十二')
    """
    measured = after[:1] in MEASURES and after[:1] != "日" and after[:2] not in ("年级", "分之")
    return "两" if value == "2" and (measured or after[:2] in ("日元", "度电")) else number(value)


def match_number(text: str, start: int) -> tuple[str, int] | None:
    """Characters and end of the number, date, time or amount of money that starts at `start`, or None."""
    before = text[max(0, start - BACK) : start]
    if text[start].isdigit() and CODED.search(before) and (code := CODE.match(text, start)):
        return digits(code[0]), code.end()
    match = NUMBER.match(text, start)
    if match is None:
        return None
    kind = next(kind for kind in _READERS if match[kind] is not None)
    after = text[match.end() : match.end() + BACK]
    if kind == "time" and (RATIO.search(before) or SCORED.match(after)):
        return "比".join(map(number, match["time"].split(":"))), match.end()
    if kind == "range" and not match["ru"] and _is_score(before, after):
        return f"{number(match['r1'])}比{number(match['r2'])}", match.end()
    if kind == "range" and not match["ru"] and FIGURE.search(before):
        return f"{number(match['r1'])}杠{number(match['r2'])}", match.end()
    if kind == "year" and _is_span_of_time(match["year"], before, after):
        return counted(match["year"], after), match.end()
    return _READERS[kind](match, before, after), match.end()


def _is_span_of_time(year: str, before: str, after: str) -> bool:
    """Whether `2000年` counts years: 距今2000年, 2000年前, 约1500年."""
    round_number = year.endswith("00")
    return bool(
        SPAN_OF_TIME.search(before)
        and "年代" not in after
        or round_number
        and (ABOUT.search(before) or AGO.match(after) and year.endswith("000"))
    )


def _is_score(before: str, after: str) -> bool:
    """Whether `1-2` between `before` and `after` counts goals or points: 比分1-2, 中国队1-2日本队."""
    return re.search("比分.?.?$", before) is not None or bool(SIDE.search(before) and OTHER_SIDE.match(after))


def _money(m: re.Match, before: str, after: str) -> str:
    unit = m["mu"] or CURRENCIES[m["mc"]]
    if m["ml"]:
        amount = Decimal(m["mv"].replace(",", "")).scaleb(_LETTER_MULTIPLES[m["ml"].strip().lower()])
        return f"{'负' if m['msign'] else ''}{number(f'{amount.normalize():f}')}{unit}"
    first = counted(m["mv"].removesuffix(".00"), m["mm"] or "元") + m["mm"]
    second = f"到{counted(m['mv2'], m['mm2'] or '元')}{m['mm2']}" if m["mv2"] else ""
    return f"{'负' if m['msign'] else ''}{first}{second}{unit}"


def _fraction(m: re.Match, before: str, after: str) -> str:
    """三分之二 for 2/3; 五月一日 for 5/1, which is no fraction, and for 5/4 where it is a day."""
    top, bottom = int(m["fn"]), int(m["fd"])
    if (
        not m["fsign"]
        and 1 <= top <= 12
        and not RATIO.search(before)
        and (bottom == 1 or 1 <= bottom <= 31 and DATED.match(after))
    ):
        return f"{cardinal(top)}月{cardinal(bottom)}日"
    return f"{'负' if m['fsign'] else ''}{cardinal(bottom)}分之{cardinal(top)}"


def _grade(m: re.Match, before: str, after: str) -> str:
    """三点八满分四点零 for the 3.8/4.0 of 绩点3.8/4.0."""
    return f"{number(m['a1'])}{'满分' if GRADED.search(before) else '斜杠'}{number(m['a2'])}"


def _measured(sign: str, value: str, multiple: str, unit: str) -> str:
    """A number with a sign before and a unit behind: 零下五摄氏度, 百分之三."""
    words = {"-": "负", "−": "负", "+": "正", "±": "正负"}.get(sign, "")
    if unit in ("%", "‰"):
        share = "百" if value == "100" and unit == "%" else number(value)
        return f"{words}{'百' if unit == '%' else '千'}分之{share}{multiple}"
    if unit in _BELOW_ZERO:
        return f"{'零下' if words == '负' else words}{number(value)}{multiple}{UNITS[unit]}"
    return (
        f"{words}{'两' if value == '2' and multiple[:1] not in ('十', '百') else number(value)}{multiple}{UNITS[unit]}"
    )


def _power(m: re.Match, before: str, after: str) -> str:
    """一点五乘十的负六次方 for 1.5e-6."""
    signs = {"-": "负", "−": "负"}
    value, exponent = m["power"], m["exponent"]
    words = signs.get(value[0], "") + number(value.lstrip("-−"))
    return f"{words}乘十的{signs.get(exponent[0], '')}{cardinal(int(exponent.lstrip('-−+')))}次方"


def _unit(m: re.Match, before: str, after: str) -> str:
    value, sign = m["uv"], m["usign"]
    if m["uu"]:
        return _measured(sign, value, m["um"] or "", m["uu"])
    words = {"-": "负", "−": "负", "+": "正", "±": "正负"}.get(sign, "")
    if m["half"]:
        return f"{words}{number(value)}又{HALVES[m['half']]}"
    if not sign and FEAST.match(after) and re.fullmatch(r"1?\d\.\d\d?", value):  # 五一劳动节, 九一八事变
        return "十一" if value == "10.1" else digits(value)
    if value.isdigit() and not sign and (spelled := _spelled(value, before, after)):
        return spelled
    if re.match("(?:[港日美欧]?元|英镑|块)", after):
        value = value.removesuffix(".00")
    if len(value) == 2 and after[:1] == "后" and value[1] in "05" and after[:2] not in ("后天", "后的"):
        return words + digits(value)
    if len(value) == 2 and value[0] == "0" and after[:1] in tuple("月日号点时"):
        return words + cardinal(int(value))
    if value == "2" and before[-1:] == "第":
        return words + "二"
    if value == "2" and after[:1] in ("层", "栋", "座", "点", "分", "室"):
        return words + _two_where(before, after)
    if value == "2" and re.match(r"\s?[KMGT]B(?![A-Za-z])", after):
        return words + "两"
    if to := re.match(r"[到至]\d+(?=\D)", after):
        after = after[to.end() :]
    return words + counted(value, after)


def _two_where(before: str, after: str) -> str:
    """2层 is the second floor after a place and two floors else; so with buildings, and minutes after the hour."""
    if after[0] == "室":  # 两室一厅
        return "两" if after[1:2].isdigit() else "二"
    if after[0] == "层":
        return "二" if re.search(r"(?:地下|在|位于|[到第楼座厅馆区])$", before) else "两"
    if after[0] in "栋座":
        return "两" if re.match(".(?:楼|大楼|山|桥|房子|城)", after) else "二"
    if after[0] == "分":
        return "二" if before[-1:] in "点时" and before else counted("2", after)
    return "两"


def _spelled(value: str, before: str, after: str) -> str | None:
    """Numbers that are names, digit by digit: telephones, rooms, trains, models; None for an amount."""
    size = len(value)
    if size > 2 and _is_called(value, before, after) or after[:2] == "热线":
        return digits(value, one="幺")
    if size == 2 and (LENGTH.search(before) and not after[:1].isalpha() or before[-1:] == "'"):  # 1米78, Q4'23
        return digits(value)
    if glued := GLUED.search(before):
        route = ROUTE.match(after) or TRAIN.search(before)
        if glued[1] == glued[1].upper() and size > 2:
            return digits(value, one="幺" if route or ROOM.match(after) else "一")
        return digits(value) if size > 4 else None
    if size in (3, 4) and (ROOM.match(after) or HOUSE.search(before) and after[:1] not in MEASURES):
        return digits(value, one="幺")
    if size in (3, 4) and ROUTE.match(after) and (after[0] != "次" or size == 4 and after[:2] != "次"):
        return digits(value, one="幺")
    if size == 4 and before[-1:] in ("路", "街", "道") and after[:1] == "号" or MODEL.search(before):
        return digits(value)
    ordinal = before[-1:] == "第" and after[:1] != "号"
    amount = after[:1] in MEASURES or after[:1] in ("秒", "平") or value.endswith("0000") or ordinal
    return digits(value) if size >= 7 and not amount else None


def _is_called(value: str, before: str, after: str) -> bool:
    """Whether `value` is a telephone number: after 拨打, in a list of such, before 打电话, or one as known as 110."""
    if CALLED.search(before) and after[:1] not in MEASURES or TO_CALL.search(before) and CALLED_AFTER.match(after):
        return True
    return SERVICE.fullmatch(value) is not None and SERVICE_CALLED.match(after) is not None


def _range(m: re.Match, before: str, after: str) -> str:
    """Both ends with what belongs to them: 百分之五到百分之十, 零下十到零下五摄氏度, 三到五天."""
    unit, multiple = m["ru"] or m["p1"], m["rm2"] or ""
    if unit == "%":
        return f"{_measured(m['rs'], m['r1'], '', '%')}到{_measured(m['rs2'], m['r2'], '', '%')}"
    if unit:
        name = UNITS[unit]
        first, second = (_measured(m[sign], m[value], more, unit).removesuffix(name) for sign, value, more in (
            ("rs", "r1", m["rm"]), ("rs2", "r2", multiple)))  # fmt: skip
        if m["rs"] and not m["rs2"] and unit in _BELOW_ZERO and number(m["r2"]) != "零":
            second = "零上" + second
        return f"{first}{name if m['p1'] and m['ru'] and m['p1'] != m['ru'] else ''}到{second}{name}"
    signs = {"-": "负", "−": "负", "": ""}
    nouns = after if before[-1:] != "第" else ""
    first, second = counted(m["r1"], m["rm"] or nouns), counted(m["r2"], nouns)
    return f"{signs[m['rs']]}{first}{m['rm']}到{signs[m['rs2']]}{second}"


HALVES = {"½": "二分之一", "¼": "四分之一", "¾": "四分之三"}
_READERS = {
    "phone": lambda m, before, after: ("加" if m["phone"][0] == "+" else "") + digits(m["phone"], one="幺"),
    "iso": dates.date,
    "last": dates.date,
    "month": dates.month,
    "years": dates.years,
    "decade": lambda m, before, after: f"{digits(m['decade'])}年代",
    "part": dates.part_of_year,
    "quarter": lambda m, before, after: digits(m["quarter"]),
    "year": lambda m, before, after: digits(m["year"]),
    "standard": lambda m, before, after: "杠".join(map(digits, m["standard"].split("-"))),
    "door": lambda m, before, after: f"{number(m['d1'])}杠{digits(m['d2'], one='幺')}",
    "goals": lambda m, before, after: f"{number(m['g1'])}比{number(m['g2'])}",
    "stamp": dates.stamp,
    "clock": dates.clock,
    "time": dates.time,
    "money": _money,
    "address": lambda m, before, after: "点".join(map(digits, m["address"].split("."))),
    "version": lambda m, before, after: "点".join(
        number(part) if index == 0 else digits(part) for index, part in enumerate(m["version"].split("."))
    ),
    "event": lambda m, before, after: digits(m["event"]),
    "range": _range,
    "grade": _grade,
    "fraction": _fraction,
    "score": lambda m, before, after: "比".join(map(number, m["score"].split(":"))),
    "power": _power,
    "unit": _unit,
}
