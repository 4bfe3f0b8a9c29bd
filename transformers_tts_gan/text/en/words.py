"""Words in Latin letters: dates, abbreviations, initialisms, Roman numerals, single letters.

Enters: the place where a letter stands. Leaves: the words said there, as [`Spoken`]. Letters that are read by their
names leave as `F.B.I.`; what is a word, or not known to be spelled, leaves as it was.
"""

import re
import unicodedata

from ..signs import Signs
from ..spoken import Spoken, pause, unreadable
from .dates import MONTHS, match_month_first
from .numbers import ascii_letters
from .numerals import cardinal, ordinal
from .signs import ENGLISH_SIGNS


_DAYS = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday"}
_DAYS |= {"Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday"}
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
    "Apt": "Apartment", "apt": "apartment", "Ste": "Suite", "Bldg": "Building", "Mt": "Mount", "Ft": "Fort",
    "Pt": "Point", "acct": "account", "Acct": "Account", "appt": "appointment", "Appt": "Appointment",
    "pt": "patient", "pp": "pages", "misc": "miscellaneous", "incl": "including", "excl": "excluding",
    "temp": "temperature", "Tel": "Telephone", "tel": "telephone", "wt": "weight", "ht": "height", "ext": "extension",
    "Ext": "Extension", "Esq": "Esquire", "max": "maximum", "avg": "average", "Avg": "Average",
    **_DAYS, **{month[:3]: month for month in MONTHS if month != "May"}, "Sept": "September",
}  # fmt: skip
# Words of their own, or too short to tell, unless a number follows.
_BEFORE_NUMBER = {
    "No": "Number", "no": "number", "Nos": "Numbers", "nos": "numbers", "Fig": "Figure", "fig": "figure",
    "Figs": "Figures", "figs": "figures", "Vol": "Volume", "vol": "volume", "p": "page", "pg": "page", "ch": "chapter",
    "Ch": "Chapter", "sec": "section", "Sec": "Section", "Art": "Article", "art": "article", "Eq": "Equation",
    "eq": "equation", "Max": "Maximum", "Min": "Minimum", "min": "minimum", "Rm": "Room", "rm": "room", "c": "circa",
    "Ref": "Reference", "ref": "reference",
}  # fmt: skip
# The full stop of these ends the sentence, too, when nothing or a capital follows.
_MAY_END_A_SENTENCE = frozenset(
    "etc Inc Ltd Corp Co Jr Sr Ave Blvd Rd Ln Hwy Pkwy approx dept govt Esq Bros al".split()
)
_TITLES = frozenset("Mr Mrs Ms Dr Prof MR MRS DR".split())
# Without their full stop after a name or an ordinal: `Fifth Ave`, `42nd St`, but `Ave Maria`, `Mount St Helens`.
_ROADS = {name: ABBREVIATIONS[name] for name in ("Ave", "Blvd", "Rd", "Hwy", "Pkwy")} | {"St": "Street"}
_AFTER_A_NAME = re.compile(r"(?:[A-Z][a-z]+|[0-9](?:st|nd|rd|th)) $")
_A_NAME = re.compile(r" [A-Z][a-z]")
_DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West"}
_STATES = dict(
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
# In capitals these are letters although they have a vowel; capitals without one always are.
SPELLED = frozenset(
    "USA UK EU UN UAE AI ID IQ IP OS CEO CFO COO CTO CIO CPU GPU USB HIV VIP ATM FBI CIA DNA RNA GPA MBA SUV UFO URL "
    "UPC BCE CE AC EKG ECG EEG MRI ICU IRA IRS APR APY API FAQ FDA EPA USDA UTI IUD ETA ETF IPO LED AKA IOU ISP UI UX "
    "IDE AWS UV ENT OT EMT EMS AAA IBS ESL GED NBA UCLA USC MIT UPS ABC OMG DIY NYC NY EST EDT OECD IMF EV IBM AP "
    "ADHD OCD COPD AFAIK NGO HOA PTA EPO ROI AARP TIA CEU DUI IMDB IEP IVF BMI ALS ACL UCL MIA AOL "
    "DOB AM PM TV PC CD DVD PDF HTML CSS SQL GPS LLC BBC CNN NBC FAA FCC NFL NHL MLB MVP NPR DMV ACLU ASL FY "
    "FYI".split()
)
_SPELLED_OR_WORD = frozenset("US IT WHO AD ED SAT ACT IV OB AA".split())
_NOT_SPELLED = frozenset("HMM HM SHH SH PSST BRR TSK PFFT GRR PHD NTH ZZZ MR MRS DR MS ST JR SR VS MT FT".split())
_MIXED = {"pH": "P.H.", "PhD": "P.H.D.", "PhDs": "P.H.D.s", "mRNA": "M.R.N.A.", "tRNA": "T.R.N.A.", "OKs": "OKs"}
_ROMAN = re.compile(r"(?=[MDCLXVI])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_LIKE_A_NUMERAL = re.compile(r"(?!X+L$)(?:[IVX]|[IVXL]{2,}|[IVXLCDM]{4,})")
_ROMAN_VALUES = dict(I=1, V=5, X=10, L=50, C=100, D=500, M=1000)
_NUMBERED = frozenset(
    "chapter part type stage grade class phase level section article act scene volume book title figure table "
    "appendix tier factor nerve war bowl lesson unit module group schedule exhibit".split()
)
_OF_A_KIND = re.compile(r" (?:diabet|error|cancer|tumou?r|trial|stud|diseas|hypertens|recall|device|reaction)[a-z]*")
_RULERS = frozenset(
    "Henry Louis George Edward Charles James William Elizabeth Richard Philip Pius Paul Francis Napoleon Benedict "
    "Catherine Frederick Nicholas Alexander Leopold Ferdinand Gregory".split()
)
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿﬀ-ﬆ\u0300-\u036f"
_WORD = re.compile(
    rf"(?:[A-Za-z]\.){{2,40}}(?![A-Za-z])(?:'?s\b)?|[A-Z](?:\.[A-Z]){{1,7}}(?![A-Za-z.])|Ph\.D\b\.?"
    rf"|'(?:em|tis|twas|cause|til|n)\b|[{_LATIN}]+(?:'[{_LATIN}]+)*",
    re.I,
)
_PHRASES = {"e.g.": "for example", "i.e.": "that is", "ph.d.": "P.H.D.", "ph.d": "P.H.D."}
_SLASHED = re.compile(r"(w/o|w/|c/o|b/c|n/a|y/o|h/o)(?![A-Za-z])(?!/)", re.I)
_SLASHED_WORDS = {"w/o": "without", "w/": "with", "c/o": "care of", "b/c": "because", "n/a": "N.A.", "y/o": "year old"}
_SLASHED_WORDS |= {"h/o": "history of"}
_DAY_RANGE = re.compile(rf"({'|'.join(_DAYS)}|Sun)\.?[ ]?[-–—][ ]?({'|'.join(_DAYS)}|Sun)\b\.?")
_INITIAL = re.compile(r"[A-Z]\.(?=[\s,;:])", re.A)
_ENDS = ("", "\n")

# Words of small letters that are not simply themselves.
NOT_PLAIN = frozenset(ABBREVIATIONS) | frozenset(_BEFORE_NUMBER) | frozenset(MONTHS) | {"Sun", "Ph"}
NOT_PLAIN |= {name.lower() for month in MONTHS for name in (month, month[:3])} | {"sept"}


def read_latin(text: str, plain: str, start: int, signs: Signs, out: list[Spoken]) -> int | None:
    """A date, abbreviation, initialism, numeral or word in Latin letters; the position after it, or None."""
    char = plain[start]
    if char in "JFMASONDjfmasond" and (date := match_month_first(plain, start)):
        ENGLISH_SIGNS.say(date[0], (start, date[1]), out)
        return date[1]
    if char in "MTWFS" and (match := _DAY_RANGE.match(plain, start)):
        first, second = (_DAYS.get(name, "Sunday") for name in match.groups())
        ENGLISH_SIGNS.say(f"{first} to {second}", match.span(), out)
        return match.end()
    if char in "wWcCbBnNyYhH" and (match := _SLASHED.match(plain, start)):
        ENGLISH_SIGNS.say(_SLASHED_WORDS[match[1].lower()], match.span(), out)
        return match.end()
    match = _WORD.match(plain, start)
    if match is None:
        return None
    word, end = match[0], match.end()
    if "." in word:
        return _dotted(plain, word, start, end, out)
    if plain[end : end + 1] == "." and (words := _abbreviated(plain, word, start, end, out)):
        return _abbreviation(plain, word, words, start, end, out)
    say_as = _in_capitals(plain, word, start, end, out) or _MIXED.get(word)
    if say_as is None and word in _TITLES and plain[end : end + 1] == " " and plain[end + 1 : end + 2].isupper():
        say_as = ABBREVIATIONS[word.capitalize()]
    if say_as is None and word in _ROADS:
        say_as = _road(plain, word, start, end)
    if say_as:
        ENGLISH_SIGNS.say(say_as, (start, end), out)
        return end
    if not word.isascii():
        for position in range(start, end):
            if not ascii_letters(plain[position]) and not unicodedata.combining(plain[position]):
                unreadable(text, position, "en")
    if len(word) == 1 and _INITIAL.match(plain, start) and not signs.letters_are_names:
        out.append(Spoken(word + ".", (start, end + 1), "en"))
        return end + 1
    out.append(Spoken(_as_letter(plain, word, end, out, signs), (start, end), "en"))
    if len(word) == 1 and plain[end : end + 1] == "#" and not plain[end + 1 : end + 2].isalnum():
        ENGLISH_SIGNS.say("sharp", (end, end + 1), out)
        return end + 1
    return end


def _road(plain: str, word: str, start: int, end: int) -> str | None:
    """A street without its full stop; `St` before a name is a saint."""
    if _A_NAME.match(plain, end):
        return "Saint" if word == "St" else None
    return _ROADS[word] if _AFTER_A_NAME.search(plain, max(0, start - 24), start) else None


def _dotted(plain: str, word: str, start: int, end: int, out: list[Spoken]) -> int:
    """`e.g.`, `U.S.`, `Ph.D.`: the last full stop also ends the sentence at the end of a line."""
    stops = word[-1] == "." and plain[end : end + 1] in _ENDS
    suffix = re.search(r"'?s$", word)
    letters = word[: suffix.start()] if suffix else word
    letters = _PHRASES.get(letters.lower()) or letters.upper().rstrip(".") + "."
    ENGLISH_SIGNS.say(letters + (suffix[0] if suffix else ""), (start, end - stops), out)
    if stops:
        pause(".", end - 1, out)
    return end


def _abbreviated(plain: str, word: str, start: int, end: int, out: list[Spoken]) -> str | None:
    """The words for `word` and a full stop."""
    following = plain[end + 1 : end + 3].strip()
    if word in _BEFORE_NUMBER and following[:1].isdigit():
        return _BEFORE_NUMBER[word]
    if word in _DIRECTIONS and following[:1].isupper() and plain[max(0, start - 2) : start - 1].isdigit():
        return _DIRECTIONS[word]
    last = out[-1] if out else None
    if word == "St" and last and last.language == "en" and last.text[:1].isupper() and last.span[1] == start - 1:
        return "Street"
    if word in ("max", "ext", "temp", "pt", "ht", "wt", "al") and not following:
        return None if word != "al" else "al"
    return ABBREVIATIONS.get(word) or (ABBREVIATIONS.get(word.capitalize()) if word in ("DR", "MR", "MRS") else None)


def _abbreviation(plain: str, word: str, words: str, start: int, end: int, out: list[Spoken]) -> int:
    """The full stop of `etc.` or `Inc.` also ends the sentence when nothing or a capital follows."""
    rest = plain[end + 1 : end + 6].lstrip()
    if rest[:3] in ("Ltd", "Inc", "LLC"):
        rest = rest.lower()  # Co. Ltd.
    stops = not rest or (words == "Street" or word in _MAY_END_A_SENTENCE) and rest[:1].isupper()
    ENGLISH_SIGNS.say(words, (start, end if stops else end + 1), out)
    if stops:
        pause(".", end, out)
    return end + 1


def _in_capitals(plain: str, word: str, start: int, end: int, out: list[Spoken]) -> str | None:
    """A Roman numeral, a state before its ZIP code, or letters to be spelled; None for a word."""
    if not (word[0].isupper() or word in ("x", "v")) or not word.isascii():
        return None
    if numeral := _numeral(plain, word, end, out):
        return numeral
    if len(word) < 2 or not word[1].isupper():
        return None
    comma = plain[max(0, start - 2) : start - 1] == "," or word not in _STATE_OR_WORD
    if word in _STATES and comma and re.match(r" \d{5}(?!\d)", plain[end : end + 7]):
        return _STATES[word].replace("_", " ")
    if len(word) < 4 and plain[end : end + 1] == "&" and plain[end + 1 : end + 2].isupper():
        return ".".join(word) + "."  # AT&T
    stem, apostrophe, ending = word.partition("'")
    if not apostrophe and word[-1] == "s" and len(word) > 2:
        stem, ending = word[:-1], "s"
    if ending not in ("", "s"):
        return None
    if stem in _SPELLED_OR_WORD and _shouted(plain, start, end):
        return word.lower()
    letters = initialism(stem)
    return letters and letters + apostrophe + ending


def _numeral(plain: str, word: str, end: int, out: list[Spoken]) -> str | None:
    """`Henry VIII` is the eighth, `Chapter IV` is four; a size `XL` or an `MD` is no number."""
    if not (_ROMAN.fullmatch(word.upper()) and _LIKE_A_NUMERAL.fullmatch(word.upper())):
        return None
    before = out[-1].text if out and out[-1].language == "en" else ""
    king, cue = before in _RULERS, before.lower() in _NUMBERED
    if len(word) > 1:
        numbered = cue or before[:1].isupper() and not before.endswith(".")
    else:
        numbered = cue and (word != "I" or _is_one(plain, before, end)) or king and word.upper() in "VX"
    values = [_ROMAN_VALUES[char] for char in word.upper()]
    value = sum(-now if now < later else now for now, later in zip(values, [*values[1:], 0], strict=True))
    return (f"the {ordinal(value)}" if king else cardinal(value)) if numbered else None


def _is_one(plain: str, before: str, end: int) -> bool:
    """`World War I`, `type I diabetes`, but not `the book I read`."""
    return before[0].isupper() or not plain[end : end + 2].strip().isalpha() or bool(_OF_A_KIND.match(plain, end))


def initialism(word: str) -> str | None:
    """`F.B.I.` for `FBI`; None for what is read as a word, like `NASA`.

    >>> initialism("HTTP"), initialism("NASA")
    ('H.T.T.P.', None)
    """
    spelled = word.isupper() and word.isascii() and 1 < len(word) <= 6 and word not in _NOT_SPELLED
    listed = word in SPELLED or word in _SPELLED_OR_WORD or not set("AEIOUY") & set(word)
    return ".".join(word) + "." if spelled and listed else None


def _shouted(plain: str, start: int, end: int) -> bool:
    """Whether a neighbor is in capitals, too."""
    before = re.search(r"([A-Za-z]+)\W{1,2}$", plain[max(0, start - 16) : start])
    after = re.match(r"\W{1,2}([A-Za-z]+)", plain[end : end + 16])
    return any(side and len(side[1]) > 2 and side[1].isupper() for side in (before, after))


def _as_letter(plain: str, word: str, end: int, out: list[Spoken], signs: Signs) -> str:
    """One letter is its own name (`plan B`) but for the words `a`, `I`, `O`; `A` is a word if it starts a sentence."""
    if len(word) > 1 or not word.isascii():
        return unicodedata.normalize("NFKC" if "ﬀ" <= max(word) <= "ﬆ" else "NFC", word)
    following = plain[end : end + 2]
    before = out[-1].text if out and out[-1].language == "en" else ""
    starts = not before and following[:1] == " " and following[1:].isascii() and following[1:].isalpha()
    sign = following[1:] in tuple("=≠<>≤≥+×÷≈&")
    article = word == "a" and following[:1].isspace() and before != "letter" and not sign or word == "A" and starts
    if not signs.letters_are_names and (article or word in "IO"):
        return word
    return word.upper() + "."
