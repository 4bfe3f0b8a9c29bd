"""ISBN, MAC and IPv6 addresses, UUIDs, hashes, chemical formulas, and signs of two characters such as `->`.

They are looked for before anything else is, because their parts look like times, ranges and words.
"""

import ipaddress
import re

from ..spoken import Spoken
from .numerals import cardinal, digits
from .units import PER


_HEX = "[0-9A-Fa-f]"
_CODE = re.compile(
    rf"""
    (?P<mac>{_HEX}{{2}}(?P<sep>[:-])(?:{_HEX}{{2}}(?P=sep)){{4}}{_HEX}{{2}}(?![\w:-])
      |{_HEX}{{4}}(?:\.{_HEX}{{4}}){{2}}(?![\w.]))
  | (?P<uuid>{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?!\w))
  | (?P<ip>(?=[0-9A-Fa-f]{{0,4}}:)[0-9A-Fa-f:]{{2,39}}(?:(?<=[0-9A-Fa-f])|(?<=::))(?![\w:]|\.\d))
  | (?P<hex>0x{_HEX}{{1,16}}(?!\w)
      |(?=[0-9a-f]{{7,64}}(?!\w))(?:\d{{1,64}}[a-f]{{1,64}}\d|[a-f]{{1,64}}\d{{1,64}}[a-f])[0-9a-f]*)
    """,
    re.X | re.A,
)
_BOOK = re.compile(r"(?:97[89][ -]?)?(?:\d[ -]?){9}[\dXx](?!\w)|\d{4}-\d{3}[\dXx](?!\w)", re.A)
_BOOK_AHEAD = re.compile(r"IS[BS]N(?:-1[03])?:? ?$")
_ELEMENT = (
    "(?:A[glrsu]|B[aeir]?|C[adloru]?|F[er]?|G[ae]|H[eg]?|I|K|Li|M[gno]|N[aei]?|O|P[bt]?|S[ein]?|Ti|V|W|Xe|Z[nr])"
)
_COUNT = "[0-9₀-₉]{0,2}"
_FORMULA = re.compile(rf"(?:{_ELEMENT}{_COUNT}|\((?:{_ELEMENT}{_COUNT}){{1,4}}\){_COUNT}){{2,8}}(?!\w)", re.A)
_SYMBOL = re.compile(f"({_ELEMENT})|([0-9₀-₉]+)")
_PLAIN_DIGIT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ARROW = re.compile(r"(?:--?|==?)>(?=\s)")
# `7 days/wk`, `60 beats/min`: the unit's short name after a thing that is counted.
_STROKE = re.compile(r"/(sec|min|hr|wk|mo|yr)(?![\w/])")
_COUNTED_THINGS = re.compile(r"(?<![\w.])\d[\d,.]{0,9} [a-z]{2,15}$")
_COMPARISONS = {
    ">=": "greater than or equal to", "<=": "less than or equal to", "!=": "is not equal to", "==": "equals",
}  # fmt: skip


def read_code(plain: str, start: int, out: list[Spoken]) -> int | None:
    """Read what has a name's letters and digits; the position after it, or None."""
    char = plain[start]
    before = plain[start - 1 : start] if start else " "
    if char in "-=" and out and before.isspace() and (arrow := _ARROW.match(plain, start)):
        return _say("to", arrow.span(), out)
    if (
        char in "<>=!"
        and (words := _COMPARISONS.get(plain[start : start + 2]))
        and plain[start + 2 : start + 3] not in ("=", ">")
    ):
        return _say(words, (start, start + 2), out)
    if (
        char == "/"
        and (match := _STROKE.match(plain, start))
        and _COUNTED_THINGS.search(plain[max(0, start - 30) : start])
    ):
        return _say(f"per {PER[match[1]]}", match.span(), out)
    if not (char.isalnum() or char == ":") or before.isalnum() or before in ":#_":
        return None
    if char.isdigit() and (book := _book(plain, start)):
        return _say(*book, out)
    if char in "0123456789abcdefABCDEF:" and (match := _CODE.match(plain, start)) and _is_code(match):
        return _say(_spelled(match[0]), match.span(), out)
    if char.isupper() and (match := _FORMULA.match(plain, start)) and _is_formula(match[0]):
        return _say(_formula(match[0]), match.span(), out)
    return None


def _say(words: str, span: tuple[int, int], out: list[Spoken]) -> int:
    out += [Spoken(word, span, "en") for word in words.split()]
    return span[1]


def _book(plain: str, start: int) -> tuple[str, tuple[int, int]] | None:
    """An ISBN or ISSN after its name."""
    if not _BOOK_AHEAD.search(plain[max(0, start - 10) : start]):
        return None
    match = _BOOK.match(plain, start)
    return (_spelled(match[0].replace("-", "")), match.span()) if match else None


def _spelled(code: str) -> str:
    """Digit by digit and letter by letter; of the signs only `:` is said, in an IPv6 address."""
    colon = " colon " if "::" in code or code.count(":") == 7 else " "
    parts = (
        colon if char == ":" else digits(char) if char.isdigit() else f"{char.upper()}."
        for char in code
        if char.isalnum() or char == ":"
    )
    return " ".join(parts)


def _is_code(match: re.Match) -> bool:
    code = match[0]
    if match["ip"]:
        try:
            ipaddress.IPv6Address(code)
        except ValueError:
            return False
        return any(map(str.isdigit, code))  # `a::b` is a name in a program
    if match["hex"]:
        return not re.fullmatch(r"\d+e\d+", code)  # 1e1000
    return not code.replace("-", "").isdigit() and not re.fullmatch(r"[\d.]+", code)


def _is_formula(text: str) -> bool:
    """`CO2`, `NaHCO3`, but not `COP26`, `PIN2` or `B2B`."""
    parts = _SYMBOL.findall(text)
    elements = {element for element, _ in parts if element}
    counts = [int(count.translate(_PLAIN_DIGIT)) for _, count in parts if count]
    most = 99 if {"C", "H"} <= elements else 9
    if len(elements) < 2 or not counts or min(counts) < 2 or max(counts) > most:
        return False
    letters = text[:-1]
    if len(letters) < 3 or not letters.isalpha() or not letters.isupper():
        return True
    return len(letters) == 3 and letters[2] == "O" and letters[1] not in "IOU"  # HNO3; not PIN2, ICON2


def _formula(text: str) -> str:
    """Element by element, their letters one by one: `H. two S.O. four`."""
    words, letters = [], ""
    for element, count in _SYMBOL.findall(text):
        letters += "".join(f"{letter.upper()}." for letter in element)
        if count:
            words += [letters, cardinal(int(count.translate(_PLAIN_DIGIT)))]
            letters = ""
    return " ".join([*words, letters])
