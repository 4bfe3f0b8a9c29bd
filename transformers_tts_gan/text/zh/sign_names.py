"""What Chinese calls signs."""

import unicodedata

from ..signs import FRACTIONS, NUMBER_SIGNS, Signs
from .numbers import match_number
from .numerals import cardinal, digits
from .signs import read_sign


NAMES = {
    "&": "和", "+": "加", "=": "等于", "%": "百分号", "@": "艾特", "#": "井号", "/": "斜杠", "<": "小于",
    ">": "大于", "×": "乘", "÷": "除以", "±": "正负", "≈": "约等于", "≠": "不等于", "≤": "小于等于", "≥": "大于等于",
    "°": "度", "℃": "摄氏度", "$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "§": "第", "→": "到", "−": "减",
    "^": "次方", "\\": "反斜杠", "¢": "美分", "½": "二分之一", "¼": "四分之一", "¾": "四分之三", "²": "的平方",
    "³": "的立方", "√": "根号", "π": "派", "µ": "微", "©": "版权", "®": "注册商标", "™": "商标", "‰": "千分号",
    "〇": "零", "№": "号", "∞": "无穷大", "↑": "上升", "↓": "下降", "∑": "求和", "∫": "积分", "∆": "德尔塔",
    "α": "阿尔法", "β": "贝塔", "γ": "伽马", "δ": "德尔塔", "Δ": "德尔塔", "ε": "艾普西龙", "θ": "西塔",
    "λ": "拉姆达", "σ": "西格玛", "Σ": "西格玛", "φ": "斐", "ω": "欧米伽", "Ω": "欧米伽", "₹": "卢比", "₩": "韩元",
    "₽": "卢布", "₿": "比特币", "℉": "华氏度", "′": "撇", "″": "两撇", "⁻": "负", "㎏": "公斤", "㎜": "毫米",
    "㎝": "厘米", "㎞": "公里", "㎡": "平方米", "㎥": "立方米",
}  # fmt: skip
NAMES |= {char: f"的{digits(str(unicodedata.digit(char)))}次方" for char in "⁰¹⁴⁵⁶⁷⁸⁹"}
NAMES |= {char: digits(str(unicodedata.digit(char))) for char in map(chr, range(0x2080, 0x208A))}  # ₀ to ₉
NAMES |= {char: cardinal(int(unicodedata.numeric(char))) for char in NUMBER_SIGNS}


def _fraction(char: str) -> str:
    """三分之一 for `⅓`."""
    above, below = map(int, unicodedata.normalize("NFKC", char).split("\u2044"))
    return f"{cardinal(below)}分之{cardinal(above)}"


NAMES |= {char: _fraction(char) for char in FRACTIONS}
ADDRESS = {".": "点", "/": "斜杠", ":": "冒号", "-": "杠", "_": "下划线", "?": "问号", "=": "等于", "#": "井号"}
CHINESE_SIGNS = Signs(
    code="zh",
    names=NAMES,
    match_number=match_number,
    digits=digits,
    to="到",
    dot="点",
    times="乘",
    divided_by="除以",
    hashtag="话题",
    at="艾特",
    underscore="下划线",
    address=ADDRESS,
    spaced=False,
    and_a_fraction="又",
    letters_are_names=True,
    pinyin=True,
    first=read_sign,
)
