"""Numbers, dates, money, times and units as Chinese characters, and traditional characters as simplified ones.

`match_number` reads what starts with a digit, sign or currency and answers with characters only.
"""

import functools
import re
from collections.abc import Callable

from ..han import HAN, HAN_RUN, is_han


_DIGITS = "零一二三四五六七八九"
_CURRENCIES = {
    "¥": "元", "$": "美元", "€": "欧元", "£": "英镑", "₹": "卢比", "HK$": "港元", "US$": "美元", "USD": "美元", "EUR": "欧元",
    "GBP": "英镑", "HKD": "港元", "JPY": "日元", "CNY": "元",
}  # fmt: skip
UNITS = {
    "km/h": "公里每小时", "m/s": "米每秒", "m/s²": "米每二次方秒", "m³/s": "立方米每秒", "km²": "平方公里", "m²": "平方米", "m³": "立方米",
    "cm²": "平方厘米", "cm³": "立方厘米", "㎡": "平方米", "㎥": "立方米", "km": "公里", "㎞": "公里", "cm": "厘米", "㎝": "厘米",
    "mm": "毫米", "㎜": "毫米", "nm": "纳米", "μm": "微米", "µm": "微米", "m": "米", "kg": "公斤", "㎏": "公斤", "mg": "毫克", "g": "克",
    "μg": "微克", "µg": "微克", "t": "吨", "ml": "毫升", "mL": "毫升", "L": "升", "mg/dL": "毫克每分升", "mmol/L": "毫摩尔每升",
    "mg/kg": "毫克每公斤", "g/L": "克每升", "mmHg": "毫米汞柱", "kPa": "千帕", "MPa": "兆帕", "Pa": "帕", "°C": "摄氏度",
    "℃": "摄氏度", "°F": "华氏度", "℉": "华氏度",
    "°": "度", "kHz": "千赫兹", "MHz": "兆赫兹", "GHz": "吉赫兹", "Hz": "赫兹", "dB": "分贝", "kWh": "千瓦时", "kW": "千瓦", "MW": "兆瓦",
    "W": "瓦", "kV": "千伏", "V": "伏", "mA": "毫安", "mAh": "毫安时", "h": "小时", "min": "分钟", "s": "秒", "ms": "毫秒",
    "kcal": "千卡", "Mbps": "兆比特每秒", "Gbps": "吉比特每秒", "rpm": "转每分", "RMB": "人民币",
}  # fmt: skip
# After these 2 is 两; 二月, 二号, 二日, 二楼 and the like keep 二.
_MEASURES = frozenset(
    "个位只条张本件次天年周秒斤克公吨米里升杯瓶碗块元台辆架艘头匹颗棵朵双对套种类门间所座栋家岁点分小句段篇首部集场届名口片页层倍组群队批份封盒包袋箱支枝把根节步遍趟回下"
    "顿名厘毫千万亿英美欧户夜枚人箱册项笔轮番例株串幅副具名枝滴粒扇盏座堵匙勺刻港日厅卫成半"
)
_BELOW_ZERO = ("℃", "°C", "℉", "°F")
_NUM = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_MULTIPLE = "[十百千万亿]"
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_WON = "战胜|击败|获胜|取胜|取得|险胜|大胜|完胜|胜|负于|领先|落后|逆转|拿下|横扫|战平|打平|闷平|的比分|的比例|[宽]?屏"
NUMBER = re.compile(
    rf"""
    (?P<phone>(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}(?!\d)
      |\(?0\d{{2,3}}(?:\)[ ]?|-)\d{{7,8}}(?!\d)|[48]00-\d{{3}}-\d{{4}}(?!\d))
  | (?P<iso>(?P<iy>\d{{4}})[-/.](?P<im>0?[1-9]|1[0-2])[-/.](?P<id>[0-2]?\d|3[01])(?![\d日号.]))
  | (?P<month>(?P<my>[12]\d{{3}})/(?P<mo>0?[1-9]|1[0-2])(?![/\d]))
  | (?P<years>(?P<y1>[12]\d{{3}})\s?(?P<ysep>[-–—~至到])\s?(?P<y2>[12]\d{{3}})(?=\s?(?:年|学年|财年|赛季))
      |(?P<y3>(?:19|20)\d\d)(?P<ysep2>[-–—~])(?P<y4>(?:19|20)\d\d)(?=$|[\s,，。、;)）]))
  | (?P<year>(?:[12]\d{{3}}|0\d|[89]\d|(?<=公元)\d{{3}})(?=\s?(?:年(?!代)|财年|学年|赛季)) | [12]\d{{3}}(?=年代|款|版))
  | (?P<door>(?P<d1>\d{{1,3}})-(?P<d2>\d{{3,4}})(?=室|号房|房))
  | (?P<goals>(?P<g1>\d{{1,3}})[-–](?P<g2>\d{{1,3}})(?={_WON}))
  | (?P<time>(?P<th>[01]?\d|2[0-4]):(?P<tm>[0-5]\d)(?::(?P<ts>[0-5]\d))?(?![\d:]))
  | (?P<money>(?P<msign>[-−]?)(?P<mc>(?:HK|US)?[¥$€£₹])[ ]?(?P<mv>{_NUM})(?P<mm>{_MULTIPLE}*)
      (?:\s?[-–—~]\s?(?P<mv2>{_NUM})(?P<mm2>{_MULTIPLE}*))?(?P<mu>元|块钱|块|美元|欧元|英镑|港元|日元)?)
  | (?P<address>\d+(?:\.\d+){{3}}(?![.\d]))
  | (?P<version>\d+(?:\.\d+){{2,}})
  | (?P<event>\d{{1,2}}·\d{{1,2}}(?!\d))
  | (?P<range>(?P<rs>[-−]?)(?P<r1>{_NUM})(?P<rm>{_MULTIPLE}*)[ ]?(?P<p1>%|{_UNIT})?\s?[-–—~]\s?
      (?P<rs2>[-−]?)(?P<r2>{_NUM})
      (?:(?P<rm2>[万亿]?)[ ]?(?P<ru>%|(?:{_UNIT})(?![A-Za-z])))?(?!\d|[-–—/:]\d|\s*=))
  | (?P<fraction>(?P<fn>\d{{1,4}})/(?P<fd>\d{{1,4}})(?![/\d]|\s?mmHg))
  | (?P<score>{_NUM}(?::{_NUM})+)
  | (?P<unit>(?P<usign>[-−+±]?)(?P<uv>{_NUM})(?:(?P<um>{_MULTIPLE}*)[ ]?(?P<uu>%|‰|(?:{_UNIT})(?![A-Za-z0-9])))?
      (?P<half>[½¼¾]?))
    """,
    re.X | re.A,
)
# What stands before a number that is no amount, at most twenty characters back.
_BACK = 20
_LINK = r"(?:号码|号|码)?(?:[是为]|[:：])?\s*[A-Za-z]{0,3}$"
_CALLED = re.compile(r"(?:电话|拨打?|致电|拨通|热线|呼叫|手机尾号|分机|传真|打|[叫按线]|\d转)" + _LINK)
_CODED = re.compile(
    r"(?:(?:证件|卡|订单|单|编|工|学|票|账|帐|户|序列|批|流水|代|车牌|(?<!手机)尾|考|学籍|合同)(?:号码|号|码)|(?:身份证|驾驶证|护照|邮政编码|邮编|QQ|微信"
    r"|密码|验证码|校验码|口令)(?:号码|号|码)?)(?:尾号)?(?:[是为]|[:：])?\s*[A-Za-z_]{0,10}$|(?:车牌号?"
    + HAN.pattern
    + r"[A-Z])\s?$"
)
_CODE = re.compile(r"\d++(?:[- ]\d++)*+(?![\d.]*[:/年月日号点])")
_SPAN_OF_TIME = re.compile(
    r"(?:距今|历时|长达|持续|相隔|经过|跨越|整整|用了|等了|过了|活了|住了|干了|有)(?:大约|约|近)?$"
)
_ABOUT = re.compile(r"(?:约|近|超过|至少|不到)$")
_AGO = re.compile(r"年(?:的?历史|以前|前(?!后))")
_RATIO = re.compile(r"(?:比分|比例尺?|配比|战胜|击败|汇率)(?:是|为|[:：])?$|[以按]$|[:：]\d{1,3}:$")
_SCORED = re.compile(_WON)
_ROOM = re.compile(r"室|房|号房|号会议室|号病房")
_HOUSE = re.compile(r"(?:单元|栋|幢|座|房间号?|房号|室)$")
_ROUTE = re.compile(
    r"路(?:公交|汽车|车|电车|$|[,，。站])|国道|省道|次(?:列车|航班|高铁|动车|城际|特快|快车|$|[,，。])"
)
_MODEL = re.compile(r"(?:波音|空客)$")
_GLUED = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,12})-?$")
_TRAIN = re.compile(
    r"(?:乘坐|列车|高铁|动车|航班|班机|乘|的)\s?[A-Z]{1,2}$|(?<![A-Za-z])(?:C[AZ]|MU|HU|3U|ZH|FM|MF|SC|HO|9C|MH|KN|GS|JD)$"
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
        return text[1:] if text.startswith("一十") else text
    scale, name = (10**8, "亿") if value >= 10**8 else (10**4, "万")
    high, low = divmod(value, scale)
    head = "两" if high == 2 else cardinal(high)
    zero = "零" if low and low < scale // 10 else ""
    if not low:
        return head + name
    return head + name + zero + (_below_ten_thousand(low) if low < 10_000 else cardinal(low))


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


def counted(value: str, after: str) -> str:
    """A number before `after`, a unit's or measure word's first characters: 两 for 2, but 二月, 二年级.

    >>> counted("2", "个人"), counted("2", "年级"), counted("12", "个人")
    ('两', '二', '十二')
    """
    measured = after[:1] in _MEASURES and after[:1] != "日" and after[:2] not in ("年级", "分之")
    return "两" if value == "2" and (measured or after[:2] in ("日元", "度电")) else number(value)


def match_number(text: str, start: int) -> tuple[str, int] | None:
    """Characters and end of the number, date, time or amount of money that starts at `start`, or None."""
    before = text[max(0, start - _BACK) : start]
    if text[start].isdigit() and _CODED.search(before) and (code := _CODE.match(text, start)):
        return digits(code[0]), code.end()
    match = NUMBER.match(text, start)
    if match is None:
        return None
    kind = next(kind for kind in _READERS if match[kind] is not None)
    after = text[match.end() : match.end() + 6]
    if kind == "time" and (_RATIO.search(before) or _SCORED.match(after)):
        return "比".join(map(number, match["time"].split(":"))), match.end()
    if kind == "range" and re.search("比分.?.?$", before) and not match["ru"]:
        return f"{number(match['r1'])}比{number(match['r2'])}", match.end()
    if kind == "year" and _is_span_of_time(match["year"], before, after):
        return counted(match["year"], after), match.end()
    return _READERS[kind](match, before, after), match.end()


def _is_span_of_time(year: str, before: str, after: str) -> bool:
    """Whether `2000年` counts years: 距今2000年, 2000年前, 约1500年."""
    round_number = year.endswith("00")
    return bool(
        _SPAN_OF_TIME.search(before)
        and "年代" not in after
        or round_number
        and (_ABOUT.search(before) or _AGO.match(after) and year.endswith("000"))
    )


def _time(m: re.Match, before: str, after: str) -> str:
    hour = "两" if int(m["th"]) == 2 else cardinal(int(m["th"]))
    minute = int(m["tm"])
    words = f"{hour}点" + (f"{'零' if minute < 10 else ''}{cardinal(minute)}分" if minute or m["ts"] else "")
    return words + (f"{cardinal(int(m['ts']))}秒" if m["ts"] else "")


def _money(m: re.Match, before: str, after: str) -> str:
    unit = m["mu"] or _CURRENCIES[m["mc"]]
    first = counted(m["mv"].removesuffix(".00"), m["mm"] or unit) + m["mm"]
    second = f"到{counted(m['mv2'], m['mm2'] or unit)}{m['mm2']}" if m["mv2"] else ""
    return f"{'负' if m['msign'] else ''}{first}{second}{unit}"


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


def _unit(m: re.Match, before: str, after: str) -> str:
    value, sign = m["uv"], m["usign"]
    if m["uu"]:
        return _measured(sign, value, m["um"] or "", m["uu"])
    words = {"-": "负", "−": "负", "+": "正", "±": "正负"}.get(sign, "")
    if m["half"]:
        return f"{words}{number(value)}又{HALVES[m['half']]}"
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
    if size > 2 and _CALLED.search(before) and after[:1] not in _MEASURES or after[:2] == "热线":
        return digits(value, one="幺")
    if glued := _GLUED.search(before):
        route = _ROUTE.match(after) or _TRAIN.search(before)
        if glued[1] == glued[1].upper() and size > 2:
            return digits(value, one="幺" if route or _ROOM.match(after) else "一")
        return digits(value) if size > 4 else None
    if size in (3, 4) and (_ROOM.match(after) or _HOUSE.search(before) and after[:1] not in _MEASURES):
        return digits(value, one="幺")
    if size in (3, 4) and _ROUTE.match(after) and (after[0] != "次" or size == 4 and after[:2] != "次"):
        return digits(value, one="幺")
    if size == 4 and before[-1:] in ("路", "街", "道") and after[:1] == "号" or _MODEL.search(before):
        return digits(value)
    amount = after[:1] in _MEASURES or after[:1] in ("秒", "平") or value.endswith("0000")
    return digits(value) if size >= 7 and not amount else None


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
    "phone": lambda m, before, after: digits(m["phone"], one="幺"),
    "iso": lambda m, before, after: f"{digits(m['iy'])}年{cardinal(int(m['im']))}月{cardinal(int(m['id']))}日",
    "month": lambda m, before, after: f"{digits(m['my'])}年{cardinal(int(m['mo']))}月",
    "years": lambda m, before, after: (
        f"{digits(m['y1'] or m['y3'])}{m['ysep'] if m['ysep'] in ('至', '到') else '到'}{digits(m['y2'] or m['y4'])}"
    ),
    "year": lambda m, before, after: digits(m["year"]),
    "door": lambda m, before, after: f"{number(m['d1'])}杠{digits(m['d2'], one='幺')}",
    "goals": lambda m, before, after: f"{number(m['g1'])}比{number(m['g2'])}",
    "time": _time,
    "money": _money,
    "address": lambda m, before, after: "点".join(map(digits, m["address"].split("."))),
    "version": lambda m, before, after: "点".join(
        number(part) if index == 0 else digits(part) for index, part in enumerate(m["version"].split("."))
    ),
    "event": lambda m, before, after: digits(m["event"]),
    "range": _range,
    "fraction": lambda m, before, after: f"{cardinal(int(m['fd']))}分之{cardinal(int(m['fn']))}",
    "score": lambda m, before, after: "比".join(map(number, m["score"].split(":"))),
    "unit": _unit,
}
