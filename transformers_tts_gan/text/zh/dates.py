"""Dates, times of the day and time stamps as Chinese reads them.

The patterns belong to `NUMBER`; each group has its reader, which takes the match, what stands before and what after.
A date of three numbers with the year last begins with the day (25.12.2023), or with the month where only that fits.
"""

import re

from .number_cues import HALF_OF_DAY
from .numerals import cardinal, digits


_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_UNTIL = "[-–—~至到]"
DATES = rf"""
    (?P<iso>(?P<iy>\d{{4}})[-/.·](?P<im>{_MONTH})[-/.·](?P<id>[0-2]?\d|3[01])(?![\d日号]|\.\d))
  | (?P<last>(?<![vV.])(?:(?P<ld>{_DAY})(?P<lsep>[-/.·])(?P<lm>{_MONTH})(?P=lsep)
      |(?P<lm2>{_MONTH})(?P<lsep2>[-/.·])(?P<ld2>{_DAY})(?P=lsep2))(?P<ly>{_YEAR})(?![\d年]|[-/.·]\d))
  | (?P<month>(?P<my>[12]\d{{3}})/(?P<mo>{_MONTH})(?![/\d])
      |(?P<my2>{_YEAR})-(?P<mo2>0[1-9]|1[0-2])(?![\d年:/%]|[-.·]\d|\s?[=个元人种名])
      |(?P<my3>{_YEAR})\.(?P<mo3>0[1-9]|1[0-2])(?=[版期]|\s?{_UNTIL}\s?(?:{_YEAR}\.\d|今))
      |(?<=\d[-–—~至到])(?P<my4>{_YEAR})\.(?P<mo4>0[1-9]|1[0-2])(?![\d.])
      |(?P<mo5>0[1-9]|1[0-2])/(?P<my5>{_YEAR})(?![/\d]))
  | (?P<years>(?P<y1>[12]\d{{3}})\s?(?P<ysep>{_UNTIL})\s?(?P<y2>[12]\d{{3}})(?=\s?(?:年|学年|财年|赛季))
      |(?P<y3>{_YEAR})(?P<ysep2>[-–—~])(?P<y4>{_YEAR})(?=$|[\s,，。、;)）]))
  | (?P<decade>(?:19|20)\d0)s(?![A-Za-z0-9])
  | (?P<quarter>{_YEAR})(?=\s?(?:Q[1-4]|H[12])(?![A-Za-z0-9]))
  | (?P<part>(?<![A-Za-z\d])(?P<pn>[1-4]Q|[12]H)(?P<py>\s?20\d\d|[0-4]\d)(?![A-Za-z0-9年]))
  | (?P<year>(?:[12]\d{{3}}|0\d|[89]\d|(?<=公元)\d{{3}})(?=\s?(?:年(?!代)|财年|学年|赛季)) | [12]\d{{3}}(?=年代|款|版))
"""
TIMES = r"""
    (?P<stamp>(?P<sh>\d\d):(?P<sm>[0-5]\d):(?P<ss>[0-5]\d)[,.](?P<sf>\d{3})(?!\d))
  | (?P<clock>(?P<ch>[01]?\d|2[0-4])(?:[:.](?P<cm>[0-5]\d)(?::(?P<cs>[0-5]\d))?)?
      \s?(?P<half_day>[aApP])(?:\.\s?[mM]\b\.?|[mM])(?![A-Za-z0-9]))
  | (?P<time>(?P<th>[01]?\d|2[0-4]):(?P<tm>[0-5]\d)(?::(?P<ts>[0-5]\d))?(?![\d:]))
"""
_HALVES_OF_DAY = {"a": "上午", "p": "下午"}
_LATER_HALF = re.compile(r"\s?[-–—~]\s?\d\d?(?:[:.]\d\d)?\s?([aApP])\.?\s?[mM](?![A-Za-z])")


def date(m: re.Match, before: str, after: str) -> str:
    """二零二四年三月一日, whichever number came first."""
    year, month = m["iy"] or m["ly"], m["im"] or m["lm"] or m["lm2"]
    return f"{digits(year)}年{cardinal(int(month))}月{cardinal(int(m['id'] or m['ld'] or m['ld2']))}日"


def month(m: re.Match, before: str, after: str) -> str:
    """二零零八年八月."""
    year = next(filter(None, (m["my"], m["my2"], m["my3"], m["my4"], m["my5"])))
    number = next(filter(None, (m["mo"], m["mo2"], m["mo3"], m["mo4"], m["mo5"])))
    return f"{digits(year)}年{cardinal(int(number))}月"


def years(m: re.Match, before: str, after: str) -> str:
    """二零零一到二零零五."""
    sign = m["ysep"] if m["ysep"] in ("至", "到") else "到"
    return f"{digits(m['y1'] or m['y3'])}{sign}{digits(m['y2'] or m['y4'])}"


def part_of_year(m: re.Match, before: str, after: str) -> str:
    """二零二二年第二季度 for 2Q22, 二零二三年上半年 for 1H23."""
    count, kind = m["pn"]
    part = f"第{cardinal(int(count))}季度" if kind == "Q" else "上半年" if count == "1" else "下半年"
    return f"{digits('20' + m['py'][-2:])}年{part}"


def time(m: re.Match, before: str, after: str) -> str:
    """八点零五分; 上午 if the end of a range (9:00-11:00 am) says so."""
    later = _LATER_HALF.match(after)
    return _half(later[1] if later else "", before) + _clock(m["th"], m["tm"], m["ts"])


def clock(m: re.Match, before: str, after: str) -> str:
    """下午三点零四分 for 03:04pm; a half of the day that the text names itself is not said twice."""
    return _half(m["half_day"], before) + _clock(m["ch"], m["cm"] or "00", m["cs"])


def _half(letter: str, before: str) -> str:
    return _HALVES_OF_DAY[letter.lower()] if letter and not HALF_OF_DAY.search(before) else ""


def _clock(hours: str, minutes: str, seconds: str | None) -> str:
    hour, minute = int(hours), int(minutes)
    words = f"{'两' if hour == 2 else cardinal(hour)}点"
    if minute or seconds:
        words += f"{'零' if minute < 10 else ''}{cardinal(minute)}分"
    return words + (f"{cardinal(int(seconds))}秒" if seconds else "")


def stamp(m: re.Match, before: str, after: str) -> str:
    """A place in a film, hours, minutes and seconds from its beginning: 一分五点二秒."""
    hours, minutes = int(m["sh"]), int(m["sm"])
    words = f"{cardinal(hours)}小时" if hours else ""
    if minutes or hours:
        words += f"{cardinal(minutes)}分"
    part = m["sf"].rstrip("0")
    if int(m["ss"]) or part or not words:
        words += cardinal(int(m["ss"])) + (f"点{digits(part)}" if part else "") + "秒"
    return words
