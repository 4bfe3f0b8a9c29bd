"""Numbers, dates, money, times and units as Chinese characters.

`match_number` reads what starts with a digit, sign or currency and answers with characters only.
"""

import re


_DIGITS = "零一二三四五六七八九"
_CURRENCIES = {"¥": "元", "$": "美元", "€": "欧元", "£": "英镑", "₹": "卢比"}
UNITS = {
    "km/h": "公里每小时", "m/s": "米每秒", "km²": "平方公里", "m²": "平方米", "m³": "立方米", "㎡": "平方米", "km": "公里", "cm": "厘米",
    "mm": "毫米", "nm": "纳米", "m": "米", "kg": "公斤", "mg": "毫克", "g": "克", "t": "吨", "ml": "毫升", "mL": "毫升", "L": "升",
    "°C": "摄氏度", "℃": "摄氏度", "°F": "华氏度", "℉": "华氏度", "°": "度", "kHz": "千赫兹", "MHz": "兆赫兹", "GHz": "吉赫兹", "Hz": "赫兹",
    "dB": "分贝", "kWh": "千瓦时", "kW": "千瓦", "W": "瓦", "V": "伏", "h": "小时", "min": "分钟", "s": "秒", "ms": "毫秒",
}  # fmt: skip
# After these 2 is 两; 二月, 二号, 二日, 二楼 and the like keep 二.
_MEASURES = (
    "个位只条张本件次天年周秒斤克公吨米里升杯瓶碗块元台辆架艘头匹颗棵朵双对套种类门间所座栋家岁点分小句段篇首部集场届名口片页层倍组群队批份封盒包袋箱支枝把根节步遍趟回下"
    "顿名厘毫千万亿英美欧"
)
_NUM = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
NUMBER = re.compile(
    rf"""
    (?P<phone>(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}(?!\d)
      |0\d{{2,3}}-\d{{7,8}}(?!\d)|[48]00-\d{{3}}-\d{{4}}(?!\d))
  | (?P<iso>(?P<iy>\d{{4}})[-/.](?P<im>0?[1-9]|1[0-2])[-/.](?P<id>[0-2]?\d|3[01])(?![\d日号]))
  | (?P<years>(?P<y1>[12]\d{{3}})\s?[-–—~至到]\s?(?P<y2>[12]\d{{3}})(?=\s?年))
  | (?P<year>(?:[12]\d{{3}}(?<!000)|[89]\d)(?=\s?年(?!代)))
  | (?P<time>(?P<th>[01]?\d|2[0-4]):(?P<tm>[0-5]\d)(?::(?P<ts>[0-5]\d))?(?!\d))
  | (?P<money>(?P<msign>[-−]?)(?P<mc>[¥$€£₹])[ ]?(?P<mv>{_NUM})(?P<mm>[十百千万亿]*)(?P<mu>元|块钱|块|美元|欧元|英镑)?)
  | (?P<version>v?\d+(?:\.\d+){{2,}})
  | (?P<range>(?P<r1>{_NUM})(?P<p1>%?)\s?[-–—~]\s?(?P<r2>{_NUM})(?:[ ]?(?P<ru>%|(?:{_UNIT})(?![A-Za-z]))?)(?![-\d]))
  | (?P<fraction>(?P<fn>\d{{1,4}})/(?P<fd>\d{{1,4}})(?![/\d]))
  | (?P<score>(?P<s1>\d+):(?P<s2>\d+))
  | (?P<unit>(?P<usign>[-−+±]?)(?P<uv>{_NUM})(?:[ ]?(?P<uu>%|‰|(?:{_UNIT})(?![A-Za-z])))?)
    """,
    re.X | re.A,
)


def digits(text: str, one: str = "一") -> str:
    """Every digit of `text` by itself: 二零二四; telephone numbers say 幺 for one."""
    return "".join(_DIGITS[int(char)] for char in text if char.isdigit()).replace("一", one)


def cardinal(value: int) -> str:
    """A whole number below 10**16; longer ones digit by digit.

    >>> cardinal(10_203), cardinal(15), cardinal(2_000)
    ('一万零二百零三', '十五', '两千')
    """
    if value >= 10**16:
        return digits(str(value))
    if value < 10_000:
        text = _below_ten_thousand(value)
    else:
        scale, name = (10**8, "亿") if value >= 10**8 else (10**4, "万")
        high, low = divmod(value, scale)
        head = "两" if high == 2 else cardinal(high)
        zero = "零" if low and low < scale // 10 else ""
        text = head + name + (zero + (_below_ten_thousand(low) if low < 10_000 else cardinal(low)) if low else "")
        return text
    return text[1:] if text.startswith("一十") else text


def _below_ten_thousand(value: int) -> str:
    text, zero = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, scale)
        if digit:
            text += ("零" if zero else "") + ("两" if digit == 2 and scale == 1000 else _DIGITS[digit]) + name
        zero = bool(text) and digit == 0
    return text or "零"


def number(text: str) -> str:
    """A number as written: `1,024` `3.14` `007`; a leading zero or more than 15 digits are read digit by digit."""
    whole, _, decimals = text.replace(",", "").partition(".")
    head = digits(whole) if len(whole) > 15 or len(whole) > 1 and whole[0] == "0" else cardinal(int(whole))
    return head + (f"点{digits(decimals)}" if decimals else "")


def match_number(text: str, start: int) -> tuple[str, int] | None:
    """Characters and end of the number, date, time or amount of money that starts at `start`, or None."""
    match = NUMBER.match(text, start)
    if match is None:
        return None
    kind = next(kind for kind in _READERS if match[kind] is not None)
    return _READERS[kind](match), match.end()


def _time(m: re.Match) -> str:
    hour = "两" if int(m["th"]) == 2 else cardinal(int(m["th"]))
    minute = int(m["tm"])
    words = f"{hour}点" + (f"{'零' if minute < 10 else ''}{cardinal(minute)}分" if minute or m["ts"] else "")
    return words + (f"{cardinal(int(m['ts']))}秒" if m["ts"] else "")


def _money(m: re.Match) -> str:
    sign = "负" if m["msign"] else ""
    value = "两" if m["mv"] == "2" else number(m["mv"])
    return f"{sign}{value}{m['mm']}{m['mu'] or _CURRENCIES[m['mc']]}"


def _unit(m: re.Match) -> str:
    sign = {"-": "负", "−": "负", "+": "正", "±": "正负"}.get(m["usign"], "")
    value, unit = m["uv"], m["uu"]
    if unit in ("%", "‰"):
        return f"{sign}{'百分之' if unit == '%' else '千分之'}{number(value)}"
    if unit:
        return f"{sign}{'两' if value == '2' else number(value)}{UNITS[unit]}"
    after = m.string[m.end() : m.end() + 1]
    before = m.string[m.start() - 1 : m.start()] if m.start() else ""
    if value == "2" and not sign and before != "第" and after and after in _MEASURES:
        return "两"
    counted = after and after in _MEASURES + "人元"
    if value.isdigit() and len(value) >= 7 and not counted and not value.endswith("0000"):
        return sign + digits(value)
    if value.isdigit() and before and before in "打拨叫按话线" and not counted:
        return digits(value, one="幺")
    return sign + number(value)


def _range(m: re.Match) -> str:
    unit = m["ru"] or m["p1"]
    if unit == "%":
        return f"百分之{number(m['r1'])}到百分之{number(m['r2'])}"
    return f"{number(m['r1'])}到{number(m['r2'])}{UNITS[unit] if unit else ''}"


_READERS = {
    "phone": lambda m: digits(m["phone"], one="幺"),
    "iso": lambda m: f"{digits(m['iy'])}年{cardinal(int(m['im']))}月{cardinal(int(m['id']))}日",
    "years": lambda m: f"{digits(m['y1'])}到{digits(m['y2'])}",
    "year": lambda m: digits(m["year"]),
    "time": _time,
    "money": _money,
    "version": lambda m: "点".join(number(part) for part in m["version"].lstrip("v").split(".")),
    "range": _range,
    "fraction": lambda m: f"{cardinal(int(m['fd']))}分之{cardinal(int(m['fn']))}",
    "score": lambda m: f"{number(m['s1'])}比{number(m['s2'])}",
    "unit": _unit,
}
