"""Signs, letters and Roman numerals in Chinese text: what a hyphen, `#` or `/` means there, `B2B`, `II型`, `10⁸`.

`prepare` rewrites signs whose meaning depends on their neighbors, one character for one; `read_sign` says the rest.
"""

import re

from ..han import HAN
from ..spoken import Spoken
from .codes import read_code
from .numbers import counted, match_number, simplify
from .numerals import cardinal, number
from .units import CODES, CURRENCY_SIGN


_HAN = HAN.pattern
_NUMERALS = "零一二三四五六七八九十百千万亿"
_TERM = r"\d{1,15}(?:\.\d{1,9})?"
_FRACTION = "[½¼¾⅓⅔⅕-⅞⅐⅑⅒]"
_QUIET = "\u200b"
# What stands there, and what is read instead; the first that fits.
_REWRITTEN = {
    r"(?<=[一二三四五六日天末])[-–—~](?=周|星期|礼拜)": "到",
    r"(?:(?<=[歼轰运直强苏图卡米])|(?<=东风|巨浪|红旗|长征|嫦娥|神舟|天宫|天问|米格|伊尔|新冠|鹰击|霹雳)|(?<=阿波罗|旅行者))-(?=\d)": _QUIET,
    rf"(?<=[\d²³)])[ ]?[-−](?=[ ]?{_TERM}(?:[ ]?[-−+*/×÷][ ]?{_TERM}){{0,8}}\s?=)": "减",
    rf"(?<![\d%{_NUMERALS}])[-−](?=(?:[百千万]|[{_NUMERALS}]{{1,5}})分之|{_FRACTION})": "负",
    rf"(?<=[{_NUMERALS}])[-−–—~](?=[百千]分之|[{_NUMERALS}]{{1,5}}分之)": "到",
    r"(?<=[\w\s])-{1,2}>(?=[\w\s])": "到",
    r"(?<=\d)T(?=\d\d:\d\d)": _QUIET,
    rf"(?<={_HAN})[·・](?={_HAN})": _QUIET,
    r"[》」』”](?=[《「『“])": ",",
    r"(?<=\d)\+(?=[个人名元种家款次天年岁万亿位条])": "多",
    r"(?<=\d)#(?![\d#A-Za-z])": "号",
    r"(?<=\d)/(?=\d+\s?mmHg)": ",",
    r"(?<=\d\d)[xX](?=\d)|(?<=[1-9])[xX](?=\d)": "乘",
    r"(?<=\d[kK])[-–—~](?=\d)": "到",
    r"(?<=[°度]\d)′|(?<=[°度]\d\d)′": "分",
    r"(?<=′\d)″|(?<=′\d\d)″": "秒",
    r"(?<=\d)W(?=\+)": "万",
    r"(?<=[\d万亿元角分次米斤克升㎡A-Za-z%])/(?=(?:[㎡人分秒台个件份月年天日次斤克升米吨页户套张瓶位辆只箱]|小时|公斤|分钟|平方米|千字))": "每",
    rf"(?<={_HAN})/(?={_HAN})": ",",
}
_REWRITE = re.compile("|".join(f"({pattern})" for pattern in _REWRITTEN))
_INSTEAD = list(_REWRITTEN.values())
_TOPIC = re.compile(r"(?<![\d#A-Za-z])#([^#\n]{1,40})#(?!#)")
_TOPIC_START = re.compile(r"#(?=[^\W_])")

_TWO = re.compile(r"(?<!\d)(?!H2[OS]|N2O|D2O|K2[OS])([A-Z])2([A-Z])(?![A-Za-z0-9])")  # business to business, not water
_WAN = re.compile(r"(?<=\d)w(?![A-Za-z0-9])(?!\s?\+?的?(?:充电|快充|闪充|无线|有线|灯|功率|电|音响|插))")
_WATTS = re.compile("功率|瓦数|充电|快充|闪充|灯泡?|电源|输出")
_CURRENCY = re.compile(rf"(?:({'|'.join(CODES)})\s?(\d[\d,]*(?:\.\d+)?)([十百千万亿]*)|(?:{CURRENCY_SIGN})(?=\s?\d))")
_RENMINBI = re.compile(r"RMB(?=\s?\d)")
_LETTERS = re.compile(r"(?:[A-Z]\.)+(?=$|[\s.,?!])")
_NUMERAL = re.compile(r"(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})(?![A-Za-z0-9])")
_PRONOUN = re.compile("I(?= [a-z])")
_CAPITALS = re.compile(r"[A-Z]{1,3}(?![A-Za-z'.])")
_WORDS = frozenset("MAC SIM RAM ROM PIN BUG WIN AND THE FOR MAX TOP POP PRO NEW VAN BOX".split())
_OF_A_KIND = "型类级期"
_RULERS = re.compile(
    r"(?:亨利|路易|伊丽莎白|查理|乔治|爱德华|威廉|腓力|亚历山大|尼古拉|彼得|叶卡捷琳娜|拿破仑|保罗|本笃|理查|詹姆斯)$"
)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_POWER = re.compile(rf"([⁻]?)([{_RAISED}]+)|\^([-−]?)(\d+)")
_CIRCLED = {chr(code): code - 0x245F for code in range(0x2460, 0x2474)}
_ROMAN_SIGNS = {chr(code): (code - 0x2160) % 16 + 1 for row in (0x2160, 0x2170) for code in range(row, row + 12)}


def prepare(plain: str) -> str:
    """`plain` in simplified characters, signs that mean something in their place rewritten; as long as before.

    >>> prepare("周一-周五在銀行"), prepare("10-3=7"), prepare("#春節#好")
    ('周一到周五在银行', '10减3=7', '#春节,好')
    """
    plain = simplify(plain)
    if "#" in plain:
        plain = _TOPIC.sub(r"#\1,", plain)
    if "w" in plain:
        plain = _WAN.sub(_ten_thousands, plain)
    return _REWRITE.sub(_instead, plain)


def _ten_thousands(match: re.Match) -> str:
    """30w is 三十万, as people write it, but not where watts are spoken of."""
    return "w" if _WATTS.search(match.string, max(0, match.start() - 12), match.start()) else "万"


def _instead(match: re.Match) -> str:
    return _INSTEAD[(match.lastindex or 1) - 1].rjust(len(match[0]))


def read_sign(plain: str, start: int, out: list[Spoken]) -> int | None:
    """Say the letters or the sign at `start` of Chinese text if they have a meaning of their own there; the end."""
    char = plain[start]
    if (char.isalnum() or char == ":") and char.isascii() and (end := read_code(plain, start, out)):
        return end
    if "A" <= char <= "Z" and not (start and plain[start - 1].isascii() and plain[start - 1].isalpha()):
        return _letters(plain, start, out)
    if char == "#" and (end := _hash(plain, start, out)):
        return end
    if char == "&" and re.fullmatch("[A-Za-z]&[A-Za-z]", plain[max(0, start - 1) : start + 2]):
        out.append(Spoken("and", (start, start + 1), "en"))
        return start + 1
    if char in _ROMAN_SIGNS or char in _CIRCLED:
        out.append(Spoken(cardinal(_ROMAN_SIGNS.get(char) or _CIRCLED[char]), (start, start + 1), "zh"))
        return start + 1
    if (char in _RAISED or char in "⁻^") and (power := _POWER.match(plain, start)):
        return _power(power, out)
    return None


def _letters(plain: str, start: int, out: list[Spoken]) -> int | None:
    if match := _TWO.match(plain, start):
        for text, place in ((match[1] + ".", 0), ("to", 1), (match[2] + ".", 2)):
            out.append(Spoken(text, (start + place, start + place + 1), "en"))
        return match.end()
    if match := _CURRENCY.match(plain, start):
        words, end = match_number(plain, start) or ("", start)
        if match[1]:
            words, end = _foreign(match), match.end()
        out.append(Spoken(words, (start, end), "zh"))
        return end
    if match := _RENMINBI.match(plain, start):
        out.append(Spoken("人民币", match.span(), "zh"))
        return match.end()
    if match := _LETTERS.match(plain, start):
        out.append(Spoken(match[0], match.span(), "en"))
        return match.end()
    if (match := _NUMERAL.match(plain, start)) and _is_numeral(match):
        out.append(Spoken(cardinal(_value(match)), match.span(), "zh"))
        return match.end()
    if match := _PRONOUN.match(plain, start):
        out.append(Spoken("I", match.span(), "en"))
        return match.end()
    if (match := _CAPITALS.match(plain, start)) and match[0] not in _WORDS:
        out.append(Spoken(".".join(match[0]) + ".", match.span(), "en"))
        return match.end()
    return None


def _foreign(match: re.Match) -> str:
    return counted(match[2], match[3] or "元") + match[3] + CODES[match[1]]


def _is_numeral(match: re.Match) -> bool:
    """Whether the letters are a number: after 第 or a ruler, before 型 and the like, or two and more after a name."""
    text, start, end = match.string, match.start(), match.end()
    before, after = text[max(0, start - 5) : start], text[end : end + 1]
    if before[-1:] == "第" or _RULERS.search(before):
        return True
    if match[0] in ("V", "X", "XX", "XXX"):
        return False
    if after and after in _OF_A_KIND:
        return True
    return len(match[0]) > 1 and HAN.match(before[-1:] or " ") is not None


def _value(match: re.Match) -> int:
    ones = match[2]
    low = {"IX": 9, "IV": 4}.get(ones, 5 * ("V" in ones) + ones.count("I"))
    return 10 * len(match[1]) + low


def _hash(plain: str, start: int, out: list[Spoken]) -> int | None:
    """`#` before a topic is 话题, after the letter of a language `sharp`."""
    if re.fullmatch(r"(?:.*[^A-Za-z])?[CF]", plain[max(0, start - 2) : start], re.S):
        out.append(Spoken("sharp", (start, start + 1), "en"))
        return start + 1
    if _TOPIC_START.match(plain, start) and not plain[start + 1].isdigit():
        out.append(Spoken("话题", (start, start + 1), "zh"))
        return start + 1
    return None


def _power(match: re.Match, out: list[Spoken]) -> int:
    """10⁸ is 十的八次方; the second and third power have names."""
    raised, negative = match[2] or match[4], match[1] or match[3]
    value = "".join(str(_RAISED.index(char)) if char in _RAISED else char for char in raised)
    name = {"2": "的平方", "3": "的立方"}.get(value) if match[2] and not negative else None
    out.append(Spoken(name or f"的{'负' if negative else ''}{number(value)}次方", match.span(), "zh"))
    return match.end()
