"""Words in Latin letters: dates, abbreviations, initialisms, Roman numerals, single letters.

Enters: the place where a letter stands. Leaves: the words said there, as [`Spoken`]. Letters that are read by their
names leave as `F.B.I.`; what is a word, or not known to be spelled, leaves as it was.
"""

import re
import unicodedata

from ..signs import Signs
from ..spoken import Spoken, pause, unreadable
from .abbreviations import ABBREVIATIONS, BEFORE_NUMBER, DAYS, MAY_END_A_SENTENCE, starts_a_sentence
from .dates import MONTHS, match_month_first
from .initialisms import SMALL_LETTERS, initialism, is_shouted, is_shouted_word, small_initialism
from .numbers import ascii_letters
from .numerals import cardinal, ordinal
from .postal import STREET_NAMES, STREET_WORDS, direction, state, street
from .signs import ENGLISH_SIGNS


_TITLES = frozenset("Mr Mrs Ms Dr Prof MR MRS DR St Mt Ft Lt Sgt Capt".split())  # also without a full stop
_BARE = frozenset("Apt Ste Bldg Rm Vol Fig Figs Ch Eq Hwy".split())  # before a number also without a full stop
_MIXED = {"pH": "P.H.", "PhD": "P.H.D.", "PhDs": "P.H.D.s", "mRNA": "M.R.N.A.", "tRNA": "T.R.N.A.", "OKs": "OKs"}
_ROMAN = re.compile(r"(?=[MDCLXVI])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_LIKE_A_NUMERAL = re.compile(r"(?!X+L$)(?:[IVX]|[IVXL]{2,}|[IVXLCDM]{4,})")
_ROMAN_AHEAD = re.compile(r"\. [IVXL]{1,6}\b")
_BARE_AHEAD = re.compile(r" #?\d")  # `Apt 4`
_DATE_AHEAD = re.compile(rf",? (?:\d{{1,2}}(?:st|nd|rd|th)? )?(?:{'|'.join(month[:3] for month in MONTHS)})[a-z]*\b")
_SIGN_AHEAD = re.compile(" (?:[=≠<>≤≥+×÷≈&]|!=|--?>)")
_TIME_AHEAD = re.compile(r",? \d")
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
# After `st.` in small letters; `St.` is a saint unless it is a street.
_SAINT_AHEAD = re.compile(
    r"\.? (?:a(?:gnes|lbans|ndrews?|nne?|nthony|ugustine)|b(?:arts|asil|enedict|ernard)|c(?:atharines|atherine"
    r"|ecilia|harles|lair|lare|loud|roix)|d(?:avid|enis)|elmo|francis|g(?:allen|eorge|ermain)|helen[as]?|ives"
    r"|j(?:ames|ohn|oseph|ude)|kitts|l(?:awrence|ouis|ucia|uke)|m(?:ark|artin|ary|atthew|ichael|oritz)|nicholas"
    r"|p(?:ancras|atrick|aul|eter|etersburg)|s(?:imon|tephen)|t(?:homas|ropez)|v(?:alentine|incent))(?:'?s)?\b"
)
_PHRASES = {"e.g.": "for example", "i.e.": "that is", "ph.d.": "P.H.D.", "ph.d": "P.H.D."}
_SLASHED = re.compile(r"(w/o|w/|c/o|b/c|n/a|y/o|h/o)(?![A-Za-z])(?!/)", re.I)
_SLASHED_WORDS = {"w/o": "without", "w/": "with", "c/o": "care of", "b/c": "because", "n/a": "N.A.", "y/o": "year old"}
_SLASHED_WORDS |= {"h/o": "history of"}
_DAY_RANGE = re.compile(rf"({'|'.join(DAYS)}|Sun)\.?[ ]?[-–—][ ]?({'|'.join(DAYS)}|Sun)\b\.?")
_INITIAL = re.compile(r"[A-Z]\.(?=[\s,;:])", re.A)
_LETTERED = frozenset("plan vitamin type grade hepatitis option section group class letter team part point".split())
_ENDS = ("", "\n")

# Words of small letters that are not simply themselves.
NOT_PLAIN = frozenset(ABBREVIATIONS) | frozenset(BEFORE_NUMBER) | frozenset(MONTHS) | {"Sun", "Ph", "st"}
NOT_PLAIN |= {name.lower() for month in MONTHS for name in (month, month[:3])} | STREET_WORDS | SMALL_LETTERS


def read_latin(text: str, plain: str, start: int, signs: Signs, out: list[Spoken]) -> int | None:
    """A date, abbreviation, initialism, numeral or word in Latin letters; the position after it, or None."""
    char = plain[start]
    if char in "JFMASONDjfmasond" and (date := match_month_first(plain, start)):
        ENGLISH_SIGNS.say(date[0], (start, date[1]), out)
        return date[1]
    if char in "MTWFS" and (match := _DAY_RANGE.match(plain, start)):
        first, second = (DAYS.get(name, "Sunday") for name in match.groups())
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
    say_as = street(plain, word, start, end) or _in_capitals(plain, word, start, end, out) or _MIXED.get(word)
    if say_as is None and word in SMALL_LETTERS:
        say_as = small_initialism(word)
    if say_as is None and word in _TITLES and plain[end : end + 1] == " " and plain[end + 1 : end + 2].isupper():
        say_as = ABBREVIATIONS[word.capitalize()]
    if say_as is None and word == "st" and _SAINT_AHEAD.match(plain, end):
        say_as = "saint"
    if say_as is None and word in _BARE and _BARE_AHEAD.match(plain, end):
        say_as = ABBREVIATIONS.get(word) or BEFORE_NUMBER[word]
    if say_as is None and (word in DAYS or word == "Sun"):
        day = _DATE_AHEAD.match(plain, end) or word not in ("Sat", "Sun") and _TIME_AHEAD.match(plain, end)
        say_as = DAYS.get(word, "Sunday") if day else None
    if say_as:
        ENGLISH_SIGNS.say(say_as, (start, end), out)
        return end
    if not word.isascii():
        for position in range(start, end):
            if not ascii_letters(plain[position]) and not unicodedata.combining(plain[position]):
                unreadable(text, position, "en")
    if len(word) == 1 and _INITIAL.match(plain, start) and not signs.letters_are_names:
        stops = starts_a_sentence(plain, end + 1, after_an_initial=True)
        out.append(Spoken(word + ".", (start, end + (not stops)), "en"))
        if stops:
            pause(".", end, out)
        return end + 1
    out.append(Spoken(_as_letter(plain, word, start, out, signs), (start, end), "en"))
    if len(word) == 1 and plain[end : end + 1] == "#" and not plain[end + 1 : end + 2].isalnum():
        ENGLISH_SIGNS.say("sharp", (end, end + 1), out)
        return end + 1
    return end


_I_AHEAD = re.compile(r"\s+I\b")


def _dotted(plain: str, word: str, start: int, end: int, out: list[Spoken]) -> int:
    """`e.g.`, `U.S.`, `Ph.D.`: the last full stop also ends the sentence at the end of a line."""
    last = plain[end : end + 1] in _ENDS or word.lower() not in ("e.g.", "i.e.") and starts_a_sentence(plain, end)
    last = last and not _I_AHEAD.match(plain, end)  # `the U.S. I know`, and `HTTP I`, of which the dots are ours
    stops = word[-1] == "." and last
    suffix = re.search(r"'?s$", word)
    letters = word[: suffix.start()] if suffix else word
    letters = _PHRASES.get(letters.lower()) or letters.upper().rstrip(".") + "."
    ENGLISH_SIGNS.say(letters + (suffix[0] if suffix else ""), (start, end - stops), out)
    if stops:
        pause(".", end - 1, out)
    return end


def _abbreviated(plain: str, word: str, start: int, end: int, out: list[Spoken]) -> str | None:
    """The words for `word` and a full stop."""
    if word == "st" and _SAINT_AHEAD.match(plain, end):
        return "saint"
    following = plain[end + 1 : end + 3].strip()
    if word in BEFORE_NUMBER and (following[:1].isdigit() or _ROMAN_AHEAD.match(plain, end)):
        return BEFORE_NUMBER[word]
    if words := direction(plain, word, start, "") or street(plain, word, start, end):
        return words
    if word in ("max", "ext", "temp", "pt", "ht", "wt", "al") and not following:
        return None if word != "al" else "al"
    return ABBREVIATIONS.get(word) or (ABBREVIATIONS.get(word.capitalize()) if word in ("DR", "MR", "MRS") else None)


def _abbreviation(plain: str, word: str, words: str, start: int, end: int, out: list[Spoken]) -> int:
    """The full stop of `etc.` or `Inc.` also ends the sentence when nothing or a capital follows."""
    rest = plain[end + 1 : end + 6].lstrip()
    if rest[:3] in ("Ltd", "Inc", "LLC"):
        rest = rest.lower()  # Co. Ltd.
    stops = not rest or (words in STREET_NAMES or word in MAY_END_A_SENTENCE) and rest[:1].isupper()
    ENGLISH_SIGNS.say(words, (start, end if stops else end + 1), out)
    if stops:
        pause(".", end, out)
    return end + 1


def _in_capitals(plain: str, word: str, start: int, end: int, out: list[Spoken]) -> str | None:
    """A Roman numeral, a state before its ZIP code, or letters to be spelled; None for a word."""
    if not (word[0].isupper() or word in ("x", "v")) or not word.isascii():
        return None
    if numeral := _numeral(plain, word, end, out) or (len(word) == 1 and direction(plain, word, start, "")):
        return numeral
    if len(word) < 2 or not word[1].isupper():
        return None
    last = out[-1].text if out else ""
    if place := state(plain, word, start, end) or direction(plain, word, start, last):
        return place
    if len(word) < 4 and plain[end : end + 1] == "&" and plain[end + 1 : end + 2].isupper():
        return ".".join(word) + "."  # AT&T
    stem, apostrophe, ending = word.partition("'")
    if stem in ("WWI", "WWII") or word == "WW" and plain[end : end + 1] in ("1", "2"):
        return "World War" + {"WWI": " one", "WWII": " two"}.get(stem, "") + apostrophe + ending
    if not apostrophe and word[-1] == "s" and len(word) > 2:
        stem, ending = word[:-1], "s"
    if ending not in ("", "s"):
        return None
    if is_shouted_word(plain, stem, start, end):
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
        numbered = cue or before[:1].isupper() and not before.endswith(".") and before not in ("A", "AN", "THE")
    else:
        numbered = cue and (word != "I" or _is_one(plain, before, end)) or king and word.upper() in "VX"
    values = [_ROMAN_VALUES[char] for char in word.upper()]
    value = sum(-now if now < later else now for now, later in zip(values, [*values[1:], 0], strict=True))
    return (f"the {ordinal(value)}" if king else cardinal(value)) if numbered else None


def _is_one(plain: str, before: str, end: int) -> bool:
    """`World War I`, `type I diabetes`, but not `the book I read`."""
    return before[0].isupper() or not plain[end : end + 2].strip().isalpha() or bool(_OF_A_KIND.match(plain, end))


def _as_letter(plain: str, word: str, start: int, out: list[Spoken], signs: Signs) -> str:
    """One letter is its own name (`plan B`) but for the words `a`, `I`, `O`; `A` is a word if it starts a sentence."""
    if len(word) > 1 or not word.isascii():
        return unicodedata.normalize("NFKC" if "ﬀ" <= max(word) <= "ﬆ" else "NFC", word)
    end = start + 1
    following = plain[end : end + 2]
    before = out[-1].text if out and out[-1].language == "en" else ""
    if word == "A" and following[:1] == " " and not signs.letters_are_names:
        shouted = before.lower() not in _LETTERED and is_shouted(plain, start, end)
        if shouted or before and plain[start - 2 : start] == ". " and re.match(" [a-z]", following):  # e.g. A cat
            return "a"
    starts = not before and following[:1] == " " and following[1:].isascii() and following[1:].isalpha()
    sign = _SIGN_AHEAD.match(plain, end) is not None
    article = word == "a" and following[:1].isspace() and before != "letter" and not sign or word == "A" and starts
    if not signs.letters_are_names and (article or word in "IO"):
        return word
    return word.upper() + "."
