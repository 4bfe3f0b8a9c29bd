"""The forms that numbers, dates, times, money and measures take in English text: one pattern, a named group each.

Every repetition is bounded or possessive, so that a match takes time in proportion to what it takes in.
"""

import re
import unicodedata

from .units import ANY_CASE, CURRENCIES, PER, UNITS


VULGAR = {char: [*map(int, unicodedata.normalize("NFKC", char).split("⁄"))] for char in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒"}


def _any(words) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_NUM = r"(?:(?:\d{1,3}(?:,\d{3})++(?!\d)|\d++)(?:\.\d++)?|\.\d++)"
_ZONES = "Eastern|Pacific|Central|Mountain|GMT|UTC|[ECMP][SD]?T"
_HALF_DAY = rf"[AaPp](?:\.[ ]?[Mm]\b(?:\.(?=[\"'`”’)\]]*\s*[a-z0-9,;:]|\s+(?:[A-Z][a-z]*day|{_ZONES})\b))?|[Mm]\b)"
_SCALE = r"(?:[ ]?(?:thousand|million|billion|trillion|[mbt]n|MM)\b|-(?:million|billion)\b|[kKmMbBT]\b)"
# Only after money: `$30 m`, but not `$5 a) or b)`, `$5 M&Ms` and `$5 B. Jones`.
_SPACED_SCALE = r"[ ](?:[bm]\b|[BM]\b(?!\.[ ][A-Z]))(?![&)'’-])"
_DASH = r"[ ]?[-–—~][ ]?"
_PER_UNIT = rf"/(?:(?:{_any(PER)})(?!\w)|[a-z]{{2,12}}\b)"
# An `in` after a number is a unit where the sentence could not go on with a place or a time.
_INCH = r"in(?=[ ]?(?:[.,;:)x×\n]|$)|[ ](?:by|tall|long|wide|thick|deep|high|across|of)\b)"
_NAMES = _any(set(UNITS) - {"in", "K", "v", "w"}) + rf"|{_INCH}|(?<=[ ])K|(?<=\d)[vw]|(?i:{_any(ANY_CASE)})"
_UNIT = rf"(?:(?:{_NAMES})(?!\w)(?:{_PER_UNIT})?)"
_HOUR12 = r"(?:1[0-2]|0?[1-9])(?:[:.][0-5]\d)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_TERM = rf"(?:\d{{1,3}}/\d{{1,3}}(?![\d/])|{_NUM})"
_TERMS = rf"{_TERM}(?:[ ]?[-−–+*×÷][ ]?{_TERM}){{1,8}}"
_HOURS, _MINUTES, _SECONDS = (
    rf"\d{{1,4}}(?:\.\d{{1,3}})?[ ]?(?:{names})(?![A-Za-z])" for names in ("h|hrs?", "m|mins?", "s|secs?")
)
NUMBER = re.compile(
    rf"""
    (?P<phone>\+?(?:\d{{1,3}}[ .-])?(?:\(\d{{3}}\)[ -]?|\d{{3}}[-. ])\d{{3}}[-. ]\d{{4}}(?:-\d{{1,4}})?(?!\d|[-.]\d)
      (?P<line>[ ]?x\d{{1,5}}(?!\w))?
      |\d{{3}}-\d{{4}}(?!\d|-\d)|\+\d{{1,3}}(?:[ -]\d{{2,5}}){{2,4}}(?!\d)|\+\d{{8,15}}(?!\d)|1-8\d\d(?=-[A-Z\d])
      |\+\d{{1,3}}[ ]\d(?:[ ]\d\d){{4}}(?!\d)|0\d(?:[ ]\d\d){{4}}(?!\d)
      |\+\d{{1,3}}[ ]?\(\d{{1,4}}\)[ -]?\d{{2,8}}(?:[ -]\d{{2,5}}){{0,3}}(?!\d)
      |\(?0\d{{2,4}}\)?[ -]\d{{3,4}}[ -]\d{{3,4}}(?!\d|[-.]\d)|\(0\d{{2,4}}\)[ -]?\d{{5,8}}(?!\d)
      |0\d{{4}}[ ]\d{{6}}(?!\d))
  | (?P<code>\d{{3}}-\d{{2}}-\d{{4}}(?!\d)|\d{{4}}(?:[ -]\d{{4}}){{2,3}}(?!\d)|\d{{5}}-\d{{4}}(?!\d))
  | (?P<host>(?P<octets>\d{{1,3}}(?:\.\d{{1,3}}){{3}})(?!\d|\.\d)(?::(?P<port>\d{{1,5}})(?!\d))?)
  | (?P<sum>[-−]?{_TERMS}(?=[ ]?=)|(?:(?<=\d=)|(?<=\d=[ ])|(?<=\d[ ]=[ ])){_TERMS})
  | (?P<iso>(?P<iy>\d{{4}})[-/.](?P<im>{_MONTH})[-/.](?P<id>{_DAY})(?!\d)(?:T(?=\d\d:))?)
  | (?P<us>(?P<um>{_MONTH})(?P<usep>[/.-])(?P<ud>{_DAY})(?P=usep)(?P<uy>\d{{4}}|(?<=/)\d\d|(?<=\d\d-\d\d-)\d\d)
      (?!\d|/|[-.]\d))
  | (?P<eu>(?P<ed>1[3-9]|2\d|3[01])(?P<esep>[/.-])(?P<em>{_MONTH})(?P=esep)
      (?P<ey>\d{{4}}|(?<=/)\d\d|(?<=-\d\d-)\d\d)(?!\d|/|[-.]\d))
  | (?P<clocks>(?P<c1>{_HOUR12})(?:{_DASH}|[ ]to[ ])(?P<c2>{_HOUR12})[ ]?(?P<cp>{_HALF_DAY}))
  | (?P<stamp>(?:(?P<xh>\d\d):(?P<xm>[0-5]\d):(?P<xs>[0-5]\d)[.,]|(?P<xm2>[0-5]\d):(?P<xs2>[0-5]\d)\.)(?P<xf>\d{{3}})
      (?!\d))
  | (?P<time>(?P<th>[01]?\d|2[0-4]):(?P<tm>[0-5]\d)(?::(?P<ts>[0-5]\d))?(?!\d)(?:[ ]?(?P<tp>{_HALF_DAY}))?)
  | (?P<dotted>(?P<xth>1[0-9]|2[0-4]|0?\d)\.(?P<xtm>[0-5]\d)[ ]?(?P<xtp>{_HALF_DAY}))
  | (?P<hour>(?P<hh>1[0-9]|2[0-4]|0?\d)[ ]?(?P<hp>{_HALF_DAY}))
  | (?P<military>[01]\d[0-5]\d|2[0-4][0-5]\d)(?=[ ](?:hours|hrs)\b(?![ ]of))
  | (?P<duration>(?:\d{{1,4}}[ ]?d[ ]?)?{_HOURS}[ ]?{_MINUTES}(?:[ ]?{_SECONDS})?|\d{{1,4}}[ ]?d[ ]?{_HOURS}
      |{_MINUTES}[ ]?{_SECONDS}|\d{{1,2}}h[0-5]\d(?!\w))
  | (?P<quarter>(?<![A-Za-z\d])(?P<kn>[1-4]Q|[12]H)(?P<ky>[ ]?20\d\d|['’]?[0-4]\d)(?!\w))
  | (?P<money>(?P<msign>[-−+~]?)(?P<mc>{_any(CURRENCIES)})[ ]?(?P<mminus>[-−]?)(?P<mv>{_NUM})
      (?P<mm>{_SCALE}|{_SPACED_SCALE})?
      (?:{_DASH}(?P=mc)?(?P<mv2>{_NUM})(?P<mm2>{_SCALE})?(?![-\d]))?(?P<mper>{_PER_UNIT})?)
  | (?P<height>(?<![A-Za-z])(?P<hf>\d{{1,2}})[ ]?['′][ ]?(?P<hi>(?:1[01]|0?\d)(?:\.\d)?(?!\d))(?:["”″]|''|(?!\w))
      |(?P<hf2>\d{{1,3}})(?:′|'(?=[ ](?:tall|wide|long|deep|high|x|by)\b)))
  | (?P<plan>(?P<pn>[1-9]0[1-9])\((?P<pl>[a-z])\)(?:\((?P<pd>\d)\))?)
  | (?P<version>v\d++(?:\.\d++)*|\d++(?:\.\d++){{2,}})
  | (?P<ordinal>(?P<ov>\d{{1,3}}(?:,\d{{3}})++|\d++)(?:(?:st|nd|rd|th)|(?:ST|ND|RD|TH))\b)
  | (?P<decade>(?P<dv>\d{{1,3}}0)['’]?s\b(?:[-–—]['’]?(?P<dv2>\d{{1,3}}0)['’]?s\b)?)
  | (?P<power>(?P<pb>{_NUM})(?:\^(?P<pe>-?\d{{1,9}})(?!\d)|(?P<pr>[⁰¹²³⁴-⁹⁻]++)))
  | (?P<vulgar>(?P<vsign>[-−+]?)(?P<vw>\d{{1,9}})?[ ]?(?P<vf>[{"".join(VULGAR)}])(?:[ ]?(?P<vu>{_UNIT}))?)
  | (?P<size>(?P<z1>{_NUM})(?:[ ]?(?:x|by)[ ]?(?P<z2>{_NUM})|[ ]?×[ ]?(?P<z3>{_NUM})(?=[ ]?{_UNIT}))
      (?:[ ]?[x×][ ]?(?P<z4>{_NUM}))?(?:[ ]?(?P<zu>{_UNIT}))?)
  | (?P<rating>(?P<q1>\d{{1,3}}\.\d)/(?P<q2>\d{{1,3}}(?:\.\d)?)(?![/\d]|\.\d)|(?P<q3>\d{{1,3}})/(?P<q4>100)(?![/\d]))
  | (?P<pressure>(?P<b1>[1-2]\d\d)/(?P<b2>[4-9]\d|1[0-4]\d)(?![/\d])(?:[ ]?(?P<bu>mm[ ]?Hg\b))?)
  | (?P<range>(?P<r1>{_NUM})(?P<ru1>%|°)?{_DASH}(?P<r2>{_NUM})(?:[ -]?(?P<ru>{_UNIT}))?(?![-\d]))
  | (?P<fraction>(?P<fsign>[-−+]?)(?:(?P<fw>\d++)[ ])?(?P<fn>\d{{1,3}})/(?P<fd>\d{{1,3}})
      (?:(?:(?:st|nd|rd|th)s?|(?:ST|ND|RD|TH)S?)\b)?(?![/\d]|\.\d)(?:[ ](?P<fu>{_UNIT}))?)
  | (?P<score>(?P<s1>\d++):(?P<s2>\d++))
  | (?P<many>(?P<mult>{_NUM})x\b)
  | (?P<scaled>(?P<csign>[-−+±~≈]?)(?P<cv>{_NUM})(?P<cm>k|K|M|B|bn|mn)\b)
  | (?P<unit>(?P<usign>[-−+±~≈]?)(?P<uv>{_NUM})(?:(?P<ugap>[ -]?)(?P<uu>{_UNIT}))?)
    """,
    re.X | re.A,
)
