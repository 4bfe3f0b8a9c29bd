"""What the words around an English number say about it: a code, a room, a house, a date, a year, or an amount.

Every pattern looks at a bounded piece of text before the number or right after it.
"""

import re


# Words before a number that is read digit by digit: any number, and long ones only.
_CUE = "account|acct|pin|code|id|ssn|mrn|routing|passcode|password|digits|serial|tracking|confirmation|zip"
_CUE += "|licen[cs]e|ext|extension|port"
_BIG_CUE = r"call|dial|text|ticket|order|invoice|policy|case|card|member|reference|ref|number|no"
_NAMED = r"(?:[. ]+(?:number|no\.?|code|id))?"
_ZIP_STATES = "AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM"
_ZIP_STATES += "|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY"
_IS_CODE = re.compile(
    rf"(?<![A-Za-z])(?:(?i:{_CUE}){_NAMED}[.:,#]?(?:[ ](?:is|are|of))?[ ]?"
    rf"|(?i:{_BIG_CUE})(?:[. ]+(?:number|no\.?|code|id|ID|#)[.:]?[ ]?|[ ]?#[ ]?|[ ]ending[ ](?:in[ ]|with[ ])?)"
    rf"|(?i:ending[ ]in)[ ]|(?:{_ZIP_STATES})[ ](?=\Z))$"
)
_IS_BIG_CODE = re.compile(rf"(?<![a-z])(?:{_BIG_CUE}){_NAMED}[.:,]?[ ](?:is[ ])?$", re.I)
IS_NAME = re.compile(
    r"(?<![a-z])(?:room|rm\.?|suite|ste\.?|apt\.?|apartment|flight|highway|hwy\.?|route|rte\.?|interstate|box|form"
    r"|boeing|gate|bus|building|bldg\.?|unit)[ ]$|(?<![a-z])(?-i:RTX|GTX|RX)[ ]?$",
    re.I,
)
STREET = re.compile(
    r"[A-Z]?[ ](?:[NSEW]\.?[ ])?(?:[A-Z0-9][A-Za-z0-9'.]{0,20}[ ]){1,3}(?:St|Street|Avenue|Ave|Road|Rd|Boulevard|Blvd"
    r"|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Parkway|Pkwy|Circle|Terrace|Square|Sq|Highway|Hwy|Expressway|Expy"
    r"|Freeway|Fwy|Turnpike|Tpke)\b"
)
IS_DATE = re.compile(r"(?<![a-z])(?:on|by|until|till|from|due|dated|since|date|deadline|before|after):?[ ]$", re.I)
IS_YEAR = re.compile(r"(?<![a-z])(?:in|since|until|during|year|the|circa|early|late)[ ]$", re.I)
COUNTED = re.compile(
    r"[ ](?:people|men|women|children|students|copies|soldiers|[a-z]{2,20}(?<!ou)(?<!thi)(?<!hi)(?<!wa)(?<![aeiou]i)"
    r"(?<!s)(?<!ha)(?<!doe)(?<!alway)(?<!it)(?<!plu)s)\b"
)
PREPOSITION = re.compile(r"(?<![a-z])(?:in|for|of|since|from|by|during|to|until|through|than|after|before)[ ]$", re.I)
ARTICLE = re.compile(r"(?<![A-Za-z])[Aa]n?[ ]$")
NOUN_AHEAD = re.compile(
    r"[ ](?!(?:a|an|and|as|at|but|by|for|from|if|in|is|of|on|or|per|so|than|the|then|to|was|with)\b)[a-z]"
)


_EMERGENCY = frozenset("911 999 112 000 988 110 111 119 101 211 311 411 511 611 711 811".split())
_DIALED = re.compile(r"(?<![a-z])(?:call|dial|phone|ring|text)[ ](?:\d{3}(?:,[ ]|,?[ ](?:or|and)[ ])){0,4}$", re.I)
_COMPANY = re.compile(r"M(?:'s\b|[ ](?:Company|Corporation|Corp|Co|Inc|tape|Tape|product|stock|share)s?\b)")
_A_RACE = re.compile(r"(?<![a-z])(?:an?|the|this|my|our|first|annual|charity|ran|run)[ ]$", re.I)
_RACE_AHEAD = re.compile(r"[ ](?:race|run|walk|runner|fun|course|charity|event|time)|[.,!?;)]|$", re.I)


def is_company(text: str, end: int) -> bool:
    """Whether the `M` at `end` is a part of the name `3M`, not a million."""
    return text[end - 1 : end] == "3" and _COMPANY.match(text, end) is not None


def is_race(written: str, before: str, text: str, end: int) -> bool:
    """Whether `5K` or `10K`, which ends at `end`, is a race, not thousands."""
    return written in ("5K", "10K") and bool(_A_RACE.search(before)) and _RACE_AHEAD.match(text, end) is not None


def is_code(before: str, value: str) -> bool:
    """Whether the number `value` after the text `before` is read digit by digit."""
    if _IS_CODE.search(before) or value in _EMERGENCY and _DIALED.search(before):
        return True
    return (len(value) >= 5 or value in _EMERGENCY) and bool(_IS_BIG_CODE.search(before))
