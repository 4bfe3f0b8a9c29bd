"""Parts of US addresses: streets, directions and states that are written short."""

import re

from .number_cues import STREET


_STREETS = {
    "St": "Street", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Hwy": "Highway",
    "Pkwy": "Parkway", "Expy": "Expressway", "Expwy": "Expressway", "Fwy": "Freeway", "Tpke": "Turnpike",
    "Ct": "Court", "Dr": "Drive", "Pl": "Place", "Sq": "Square", "Ter": "Terrace", "Cir": "Circle",
}  # fmt: skip
_NEED_A_NUMBER = frozenset("Ct Dr Pl Ter Cir".split())  # of a house before the name; else they are something else
_DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West"}
_QUARTERS = {"NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest"}
STATES = dict(
    part.split(":")
    for part in (
        "AL:Alabama AK:Alaska AZ:Arizona AR:Arkansas CA:California CO:Colorado CT:Connecticut DC:D.C. DE:Delaware "
        "FL:Florida GA:Georgia HI:Hawaii IA:Iowa ID:Idaho IL:Illinois IN:Indiana KS:Kansas KY:Kentucky LA:Louisiana "
        "MA:Massachusetts MD:Maryland ME:Maine MI:Michigan MN:Minnesota MO:Missouri MS:Mississippi MT:Montana "
        "NC:North_Carolina ND:North_Dakota NE:Nebraska NH:New_Hampshire NJ:New_Jersey NM:New_Mexico NV:Nevada "
        "NY:New_York OH:Ohio OK:Oklahoma OR:Oregon PA:Pennsylvania RI:Rhode_Island SC:South_Carolina SD:South_Dakota "
        "TN:Tennessee TX:Texas UT:Utah VA:Virginia VT:Vermont WA:Washington WI:Wisconsin WV:West_Virginia WY:Wyoming"
    ).split()
)
_STATE_OR_WORD = frozenset("ID OK IN OR ME HI MA PA AL CO OH LA MS MD".split())
_NAME = re.compile(r"(?:(?<![A-Za-z])[A-Z][A-Za-z'.]{1,30}|(?<!\w)\d{1,3}(?:st|nd|rd|th)) $")
_HOUSE = re.compile(r"(?<!\w)\d{1,5}[A-Z]? (?:[NSEW]\.? )?(?:[A-Z0-9][A-Za-z0-9'.]{0,20} ){1,3}$")
_NAME_AHEAD = re.compile(r"\.? [A-Z]")
_CITY = re.compile(r"(?<![A-Za-z])[A-Z][a-z]{2,20}, $")
_IN_A_CITY = re.compile(
    r"(?:^|(?<![a-z])(?:in|near|at|from|of|to|outside|around) |\d.{0,30})"
    r"(?:[A-Z][a-z.]{1,20} ){0,2}[A-Z][a-z]{2,20}, $"
)
_ZIP = re.compile(r" \d{5}(?!\d)")
_AFTER_A_STATE = re.compile(r"(?:[.,;:!?)]|\s*$| (?:[a-z]|USA\b|U\.S))")
STREET_WORDS = frozenset(_STREETS)
STREET_NAMES = frozenset(_STREETS.values())


def street(plain: str, word: str, start: int, end: int) -> str | None:
    """`Street` for the `St` of `Fifth St` and `12 Main St, Salem`, but not of `the St Louis team`."""
    if word not in _STREETS:
        return None
    before = plain[max(0, start - 60) : start]
    if not _NAME.search(before):
        return None
    with_stop = plain[end : end + 1] == "."
    if word == "St" and with_stop or _HOUSE.search(before):
        return _STREETS[word]
    return None if word in _NEED_A_NUMBER or _NAME_AHEAD.match(plain, end) else _STREETS[word]


def direction(plain: str, word: str, start: int, last: str) -> str | None:
    """`North` for the `N` of `12 N Main St`, `Northwest` for the `NW` after `Main St`, which was said as `last`."""
    if word in _QUARTERS and (last in STREET_NAMES or last == "Way"):
        return _QUARTERS[word]
    numbered = word in _DIRECTIONS and start > 1 and plain[start - 1] == " " and plain[start - 2].isdigit()
    return _DIRECTIONS[word] if numbered and STREET.match(plain, start - 1) else None


def state(plain: str, word: str, start: int, end: int) -> str | None:
    """`California` for the `CA` of `CA 90210` and `Salem, CA`; a state that looks like a word needs more around it."""
    if word not in STATES:
        return None
    before, name = plain[max(0, start - 60) : start], STATES[word].replace("_", " ")
    if _ZIP.match(plain, end):
        return name if before.endswith(", ") or word not in _STATE_OR_WORD else None
    if not _CITY.search(before) or not _AFTER_A_STATE.match(plain, end):
        return None
    if word in ("OK", "HI", "ME", "MD", "OR") and len(before) == start and " " not in before.strip():
        return None  # `Sure, OK`, `Lee, MD`
    return name if word not in _STATE_OR_WORD or _IN_A_CITY.search(before) else None
