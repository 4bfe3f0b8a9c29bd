"""Pauses, signs and emoji, and the pieces that all of the normalization is made of.

Enters: one character and its neighbors. Leaves: what is said there, as [`Spoken`], or a ValueError that names it.
"""

import re
import unicodedata
from dataclasses import dataclass

from .en.numbers import cardinal, digits
from .han import is_han
from .zh.numbers import cardinal as chinese_cardinal


@dataclass(frozen=True)
class Spoken:
    """One word, one reading in Chinese characters, or one pause.

    `text` of a pause is one of `, . ? !`; letters to be spelled are written `U.S.`. `span` counts characters of the
    original text, end excluded. `language` is `en`, `zh`, another code, or empty for a pause.
    """

    text: str
    span: tuple[int, int]
    language: str


# Written wide, or in another typographic form, but the same to a reader; the full-width comma never groups digits.
SAME = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFF0C}
SAME |= {
    0x3000: 0x20,
    0x2019: 0x27,
    0x02BC: 0x27,
    0xFFE5: 0xA5,
    0xFFE1: 0xA3,
    0xFFE0: 0xA2,
    0x2010: 0x2D,
    0x2011: 0x2D,
    0x03BC: 0xB5,
}
# Mathematical letters and digits (bold, script, double-struck) are the plain ones.
SAME |= {
    code: ord(plain)
    for code in range(0x1D400, 0x1D800)
    if (plain := unicodedata.normalize("NFKC", chr(code))).isascii() and plain.isalnum()
}
PAUSES = (
    dict.fromkeys(",，、､،;؛:—–…‥⋯()[]{}【】〔〕|·\n", ",")
    | dict.fromkeys(".。｡।", ".")
    | {"?": "?", "؟": "?", "!": "!"}
)
SILENT = frozenset("\"'“”‘‚„‹›«»〈〉《》「」『』`´*_~-•●■◆▪\u200b\u200c\u200d\u200e\u200f\u00ad\ufeff\u2060\ufe0e")
SILENT |= frozenset("\ufe0f\u20e3")  # after a digit they make a keycap
_STRENGTH = {",": 0, ".": 1, "!": 2, "?": 3}
_RAISED = {n: ("⁰¹²³⁴⁵⁶⁷⁸⁹"[n], "零一二三四五六七八九"[n]) for n in (0, 1, 4, 5, 6, 7, 8, 9)}
SYMBOLS = {
    "&": ("and", "和"), "+": ("plus", "加"), "=": ("equals", "等于"), "%": ("percent", "百分号"), "@": ("at", "艾特"),
    "#": ("hash", "井号"), "/": ("slash", "斜杠"), "<": ("less than", "小于"), ">": ("greater than", "大于"),
    "×": ("times", "乘"),
    "÷": ("divided by", "除以"), "±": ("plus or minus", "正负"), "≈": ("is approximately", "约等于"),
    "≠": ("is not equal to", "不等于"),
    "≤": ("less than or equal to", "小于等于"), "≥": ("greater than or equal to", "大于等于"), "°": ("degrees", "度"),
    "℃": ("degrees celsius", "摄氏度"),
    "$": ("dollars", "美元"), "€": ("euros", "欧元"), "£": ("pounds", "英镑"), "¥": ("yen", "元"),
    "§": ("section", "第"),
    "→": ("to", "到"), "−": ("minus", "减"), "^": ("caret", "次方"), "\\": ("backslash", "反斜杠"),
    "¢": ("cents", "美分"),
    "½": ("one half", "二分之一"), "¼": ("one quarter", "四分之一"), "¾": ("three quarters", "四分之三"),
    "²": ("squared", "的平方"), "³": ("cubed", "的立方"), "√": ("square root of", "根号"), "π": ("pi", "派"),
    "µ": ("mu", "微"), "©": ("copyright", "版权"), "®": ("registered", "注册商标"), "™": ("trademark", "商标"),
    "‰": ("per mille", "千分号"), "〇": ("zero", "零"), "№": ("number", "号"),
    "∞": ("infinity", "无穷大"), "↑": ("up", "上升"), "↓": ("down", "下降"),
    "∑": ("sum", "求和"), "∫": ("integral", "积分"),
    "∆": ("delta", "德尔塔"), "α": ("alpha", "阿尔法"), "β": ("beta", "贝塔"),
    "γ": ("gamma", "伽马"), "δ": ("delta", "德尔塔"),
    "Δ": ("delta", "德尔塔"), "ε": ("epsilon", "艾普西龙"), "θ": ("theta", "西塔"), "λ": ("lambda", "拉姆达"),
    "σ": ("sigma", "西格玛"), "Σ": ("sigma", "西格玛"), "φ": ("phi", "斐"), "ω": ("omega", "欧米伽"),
    "Ω": ("omega", "欧米伽"),
    "₹": ("rupees", "卢比"), "₩": ("won", "韩元"), "₽": ("rubles", "卢布"), "₿": ("bitcoin", "比特币"),
    "℉": ("degrees fahrenheit", "华氏度"), "′": ("prime", "撇"), "″": ("double prime", "两撇"), "⁻": ("minus", "负"),
    "㎏": ("kilograms", "公斤"), "㎜": ("millimeters", "毫米"), "㎝": ("centimeters", "厘米"),
    "㎞": ("kilometers", "公里"), "㎡": ("square meters", "平方米"), "㎥": ("cubic meters", "立方米"),
}  # fmt: skip
SYMBOLS |= {char: (f"to the power of {cardinal(n)}", f"的{zh}次方") for n, (char, zh) in _RAISED.items()}
SYMBOLS |= {chr(0x2080 + n): (cardinal(n), zh) for n, zh in enumerate("零一二三四五六七八九")}
SYMBOLS |= {
    chr(code): (cardinal(int(unicodedata.numeric(chr(code)))), chinese_cardinal(int(unicodedata.numeric(chr(code)))))
    for code in (*range(0x2160, 0x2180), *range(0x2460, 0x2474), *range(0x2776, 0x2780))  # Ⅷ ① ❶
}
_FRACTIONS = frozenset(chr(code) for code in range(0x2150, 0x215F))  # ⅐ to ⅞


def _fraction(char: str) -> tuple[str, str]:
    """`one third` and 三分之一 for `⅓`."""
    above, below = map(int, unicodedata.normalize("NFKC", char).split("\u2044"))
    english = unicodedata.name(char).lower().removeprefix("vulgar fraction ")
    return english, f"{chinese_cardinal(below)}分之{chinese_cardinal(above)}"


SYMBOLS |= {char: _fraction(char) for char in _FRACTIONS}
# Pictures: drawn once or joined by U+200D, with skin tones U+1F3FB to U+1F3FF, flags of two letters.
EMOJI = re.compile("[\U0001f000-\U0001faff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u2190-\u21ff〰〽㊗㊙]")
_INVISIBLE = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u200d\ufe0e\ufe0f\u20e3]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_PER = frozenset("second minute hour day week month year night person".split())
_AFTER_STROKE = re.compile("[a-z]{2,20}")


def say(words: str, span: tuple[int, int], language: str, out: list[Spoken]) -> None:
    out += [Spoken(words, span, "zh")] if language == "zh" else [Spoken(word, span, "en") for word in words.split()]


def read_symbol(text: str, plain: str, start: int, language: str, out: list[Spoken], emoji: str = "drop") -> int:
    """A pause, sign or emoji; the position after it. ValueError for what has no reading."""
    char = plain[start]
    before, after = plain[start - 1 : start] if start else " ", plain[start + 1 : start + 2] or " "
    if char == "-" and (before == "-" or after == "-" or before.isspace() and after.isspace()):
        pause(",", start, out)
    elif words := _between(plain, start, char, before, after, language):
        say(words, (start, start + 1), language, out)
    elif char in SILENT or char == "/" and _joins_words(plain, start):
        pass
    elif char in PAUSES:
        pause(PAUSES[char], start, out)
    elif char in SYMBOLS and not (char.isalpha() and _in_a_word(before, after)):
        say(SYMBOLS[char][language == "zh"], (start, start + 1), language, out)
    elif is_picture(char):
        return start + 1 if emoji == "drop" else _emoji_name(plain, start, language, out)
    else:
        unreadable(text, start, language)
    return start + 1


def _in_a_word(before: str, after: str) -> bool:
    """Whether a letter such as `α` stands in a word of its own alphabet, not beside Latin or Chinese."""
    return (before + after).strip().isalpha() and not before.isascii() and not is_han(before)


def is_picture(char: str) -> bool:
    """Whether `char` is an emoji or a part of one."""
    return EMOJI.match(char) is not None or _INVISIBLE.match(char) is not None


def _between(plain: str, start: int, char: str, before: str, after: str, language: str) -> str | None:
    """Signs whose reading depends on both neighbors."""
    if char == "." and before.isascii() and after.isascii() and before.isalnum() and after.isalnum():
        return "点" if language == "zh" else "dot"
    if char == "^" and before.isalnum() and after.isalnum() and language != "zh":
        return "to the power of"
    if char in _FRACTIONS and before.isdigit() and language == "zh":
        return "又" + SYMBOLS[char][1]
    if char == "#" and after.isdigit() and language != "zh":
        return "number"
    if char == "/" and (match := _AFTER_STROKE.match(plain, start + 1)) and match[0] in _PER and language != "zh":
        return "per"
    if char in "*/" and (char == "*" or before == after == " "):
        left, right = plain[max(0, start - 2) : start].rstrip()[-1:], plain[start + 1 : start + 3].lstrip()[:1]
        if left.isdigit() and right.isdigit():
            return {"*": ("times", "乘"), "/": ("divided by", "除以")}[char][language == "zh"]
    return None


def _joins_words(plain: str, start: int) -> bool:
    """The stroke of and/or, not the one of A/B."""
    before = plain[max(0, start - 2) : start]
    return len(before) == 2 and before.isalpha() and before[1].islower() and plain[start + 1 : start + 3].isalpha()


def _emoji_name(plain: str, start: int, language: str, out: list[Spoken]) -> int:
    """The Unicode name of the picture in small letters; its joiners and skin tones say nothing."""
    if flag := _FLAG.match(plain, start):
        letters = "".join(chr(ord(char) - 0x1F1E6 + ord("A")) for char in flag[0])
        say("flag", flag.span(), "en", out)
        out.append(Spoken(".".join(letters) + ".", flag.span(), "en"))
        return flag.end()
    if not _INVISIBLE.match(plain[start]):
        name = unicodedata.name(plain[start], "picture").lower().replace("-", " ")
        words = [word.upper() + "." if len(word) == 1 and word != "a" else word for word in name.split()]
        say(" ".join(digits(word) if word.isdigit() else word for word in words), (start, start + 1), "en", out)
    return start + 1


def pause(mark: str, start: int, out: list[Spoken]) -> None:
    """Add a pause; of several in a row the strongest stays, and nothing is paused before the first word."""
    if out and out[-1].language:
        out.append(Spoken(mark, (start, start + 1), ""))
    elif out and _STRENGTH[mark] > _STRENGTH[out[-1].text]:
        out[-1] = Spoken(mark, (start, start + 1), "")


def unreadable(text: str, position: int, language: str) -> None:
    name = unicodedata.name(text[position], f"U+{ord(text[position]):04X}")
    raise ValueError(
        f"Cannot read `{text[position]}` ({name}) at position {position} of the text in language `{language}`: "
        "remove it or write it out in words."
    )
