"""English abbreviations that are written with a full stop, and whether that stop ends the sentence, too."""

import re

from .dates import MONTHS


DAYS = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday"}
DAYS |= {"Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday"}
ABBREVIATIONS = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "St": "Saint", "Jr": "Junior",
    "Sr": "Senior", "Gen": "General", "Col": "Colonel", "Capt": "Captain", "Lt": "Lieutenant", "Sgt": "Sergeant",
    "Cpl": "Corporal", "Maj": "Major", "Cmdr": "Commander", "Rev": "Reverend", "Fr": "Father", "Hon": "Honorable",
    "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Pres": "President", "Messrs": "Messieurs",
    "vs": "versus", "etc": "et cetera", "al": "al", "cf": "compare", "viz": "namely", "ca": "circa",
    "Inc": "Incorporated", "Ltd": "Limited", "Corp": "Corporation", "Co": "Company", "Bros": "Brothers",
    "Assn": "Association", "Univ": "University", "Dept": "Department", "dept": "department", "govt": "government",
    "Govt": "Government", "approx": "approximately", "Approx": "Approximately", "est": "established",
    "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Hwy": "Highway", "Pkwy": "Parkway",
    "Expy": "Expressway", "Fwy": "Freeway",
    "Apt": "Apartment", "apt": "apartment", "Ste": "Suite", "Bldg": "Building", "Mt": "Mount", "Ft": "Fort",
    "Pt": "Point", "acct": "account", "Acct": "Account", "appt": "appointment", "Appt": "Appointment",
    "pt": "patient", "pp": "pages", "misc": "miscellaneous", "incl": "including", "excl": "excluding",
    "temp": "temperature", "Tel": "Telephone", "tel": "telephone", "wt": "weight", "ht": "height", "ext": "extension",
    "Ext": "Extension", "Esq": "Esquire", "max": "maximum", "avg": "average", "Avg": "Average",
    **DAYS, **{month[:3]: month for month in MONTHS if month != "May"}, "Sept": "September",
    **{month[:3].lower(): month for month in MONTHS if month not in ("March", "May")}, "sept": "September",
    "mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor",
}  # fmt: skip
# Words of their own, or too short to tell, unless a number follows.
BEFORE_NUMBER = {
    "No": "Number", "no": "number", "Nos": "Numbers", "nos": "numbers", "Fig": "Figure", "fig": "figure",
    "Figs": "Figures", "figs": "figures", "Vol": "Volume", "vol": "volume", "p": "page", "pg": "page", "ch": "chapter",
    "Ch": "Chapter", "sec": "section", "Sec": "Section", "Art": "Article", "art": "article", "Eq": "Equation",
    "eq": "equation", "Max": "Maximum", "Min": "Minimum", "min": "minimum", "Rm": "Room", "rm": "room", "c": "circa",
    "Ref": "Reference", "ref": "reference",
}  # fmt: skip
_NEVER_LAST = frozenset(
    "Mr Mrs Ms Dr Prof Gen Col Capt Lt Sgt Rev Mt Gov Sen Rep Hon vs cf viz e.g. i.e. eg ie".split()
)
# The full stop of these ends the sentence, too, when nothing or a capital follows.
MAY_END_A_SENTENCE = frozenset(
    "etc Inc Ltd Corp Co Jr Sr Ave Blvd Rd Ln Hwy Pkwy approx dept govt Esq Bros al".split()
)
# Words that begin a sentence far more often than they follow an abbreviation as a part of its name.
_STARTERS = frozenset(
    "The This That These Those He She It We You They There Here But And Or So Then When While If As At In On After "
    "Before However His Her Its Our Their Your My What Who Why How Where Not No Yes Some Many Most All Both Each "
    "Every For From With To By Although Because Since Until During Meanwhile Also Now Today I An".split()
)
_SURNAMES = frozenset("He So An No My In On By To At I".split())  # as in `J. He`
_FIRST_WORD = re.compile(r"[\"'”’)\]]*\s+[\"'“‘(\[]*([A-Za-z]{1,12})(?![A-Za-z.])")
_LAST_TOKEN = re.compile(r"(?<![\w.])((?:[A-Za-z]\.){2,20}|[A-Za-z]{1,6}\.)$")
_SMALL_OR_NUMBER = re.compile(r"[\"'”’)\]]*\s+[a-z0-9(]|[,;:)]")
_NUMBER_AHEAD = re.compile(r"\s+(?:\d|[IVXLC]+\b)")


def starts_a_sentence(text: str, end: int, after_an_initial: bool = False) -> bool:
    """Whether a word that begins sentences follows at `end`; after an initial it must not be a name, too.

    >>> starts_a_sentence("the U.S. He left", 8), starts_a_sentence("the U.S. Army", 8)
    (True, False)
    """
    match = _FIRST_WORD.match(text, end)
    if match is not None and match[1] == "A":
        return text[match.end() : match.end() + 1] == " " and text[match.end() + 1 : match.end() + 2].islower()
    return match is not None and match[1] in (_STARTERS - _SURNAMES if after_an_initial else _STARTERS)


def belongs_to_a_word(text: str, start: int, end: int) -> bool:
    """Whether the full stop before `end` is one of an abbreviation inside of the sentence that begins at `start`.

    >>> belongs_to_a_word("see p. 55", 0, 6), belongs_to_a_word("Acme Co. It grew", 0, 8)
    (True, False)
    """
    match = _LAST_TOKEN.search(text, max(start, end - 42), end)
    if match is None:
        return False
    token, word = match[1], match[1][:-1]
    if word in _NEVER_LAST or token.lower() in _NEVER_LAST:
        return True
    if word in BEFORE_NUMBER:
        return _NUMBER_AHEAD.match(text, end) is not None
    if len(word) == 1:
        return word.isupper() and not starts_a_sentence(text, end, after_an_initial=True)
    if "." in word:
        return not starts_a_sentence(text, end)
    if word in ABBREVIATIONS:
        stays = word not in MAY_END_A_SENTENCE and not starts_a_sentence(text, end)
        return stays or _SMALL_OR_NUMBER.match(text, end) is not None
    return False
