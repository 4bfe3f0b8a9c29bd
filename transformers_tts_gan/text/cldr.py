"""Numbers in words, by the rules that Unicode's CLDR has for some 80 languages (the package `unicode-rbnf`).

Enters: a number as it is written and the code of a language. Leaves: words, with spaces where the rules have hyphens.
"""

import functools
import re
from collections.abc import Callable


CARDINAL = "spellout-numbering"
MAX_DIGITS = 15  # a longer number is said digit by digit
_NUMBER = re.compile(r"((?<!\w)[-−])?(\d{1,3}(?:([ \u00a0\u202f.,'’])\d{3})(?:\3\d{3})*(?!\d)|\d+)([.,]\d+)?")


@functools.cache
def _engine(language: str):
    """The rules of a language; None where CLDR has none for words."""
    from unicode_rbnf import RbnfEngine  # here: English and Chinese do without

    try:
        engine = RbnfEngine.for_language({"nb": "no"}.get(language, language))
    except ValueError:
        return None
    return engine if CARDINAL in engine.rulesets else None


def has_numbers(language: str) -> bool:
    """Whether CLDR has words for the numbers of a language.

    >>> has_numbers("sv"), has_numbers("xx")
    (True, False)
    """
    return _engine(language) is not None


@functools.lru_cache(maxsize=65536)
def spell(language: str, value: int, rules: str = CARDINAL) -> str:
    """A whole number in words.

    Args:
        language: A code that [`has_numbers`].
        value: Any whole number of at most 15 digits.
        rules: The name of CLDR's rule set; without a rule for the number its digits are said.

    Example:

    >>> spell("fr", 21), spell("de", 1984, "spellout-numbering-year"), spell("es", 3, "spellout-ordinal-feminine")
    ('vingt et un', 'neunzehnhundertvierundachtzig', 'tercera')
    """
    from unicode_rbnf.engine import RbnfError

    try:
        words = _engine(language).format_number(value, ruleset_names=[rules]).text
    except RbnfError:  # the rules of some languages have no minus, or end at a million
        return "" if value < 0 else " ".join(spell(language, int(digit)) for digit in str(value))
    return words.replace("-", " ").replace("\u200b", "")


def spell_number(language: str, whole: str, decimals: str = "", rules: str = CARDINAL) -> str:
    """A number in words; one that begins with 0 or has more than 15 digits digit by digit.

    Args:
        language: A code that [`has_numbers`].
        whole: Digits, perhaps after a minus.
        decimals: Digits after the decimal sign; they are said one by one.
        rules: Of the whole number.

    Example:

    >>> spell_number("fr", "-21", "50"), spell_number("fr", "007")
    ('moins vingt et un virgule cinq zéro', 'zéro zéro sept')
    """
    digits = whole.removeprefix("-")
    if len(digits) > MAX_DIGITS or digits[0] == "0" and len(digits) > 1:
        words = " ".join(spell(language, int(digit)) for digit in digits)
    else:
        words = spell(language, int(digits), rules)
    if whole[0] == "-":
        words = f"{spell(language, -1).removesuffix(spell(language, 1))} {words}"
    if decimals:
        words += f" {_comma(language)} " + " ".join(spell(language, int(digit)) for digit in decimals)
    return " ".join(words.split())


@functools.cache
def _comma(language: str) -> str:
    """What is said before decimals: the word between the two numbers of the rule for them."""
    from unicode_rbnf.engine import RbnfSpecialRule, TextRulePart

    for rules in _engine(language).rulesets.values():
        rule = rules.special_rules.get(RbnfSpecialRule.IMPROPER_FRACTION)
        parts = [] if rule is None else rule.parts
        if len(parts) == 3 and isinstance(parts[1], TextRulePart):
            return parts[1].text.strip()
    return ""


def split_number(text: str, place: int, decimal: str = "") -> tuple[str, str, int] | None:
    """The number that is written at a place of a text.

    Args:
        text: Any text.
        place: Of the number's first character, which may be a minus.
        decimal: `,` or `.`, the sign before decimals; where it is empty either is, unless three digits follow it.

    Returns:
        Its whole digits with their minus, its decimals, and where it ends; None where no number begins.

    Example:

    >>> split_number("-1.234,50 €", 0, ","), split_number("3.14", 0, ","), split_number("1.234", 0)
    (('-1234', '50', 9), ('3', '14', 4), ('1234', '', 5))
    """
    match = _NUMBER.match(text, place)
    if match is None:
        return None
    whole, separator, decimals, end = match[2], match[3], match[4] or "", match.end()
    if separator and separator == decimal:  # 1,234 where decimals follow a comma
        whole, decimals = whole.split(separator)[:2]
        end = match.start(2) + len(whole) + 1 + len(decimals)
        decimals = separator + decimals
    return ("-" if match[1] else "") + re.sub(r"\D", "", whole), decimals[1:], end


def number_reader(language: str) -> Callable[[str, int], tuple[str, int] | None] | None:
    """What says the numbers of a language of which nothing else is known; None where CLDR has no words for them.

    >>> number_reader("sv")("3,5 %", 0)
    ('tre komma fem', 3)
    """
    if not has_numbers(language):
        return None

    def read(text: str, place: int) -> tuple[str, int] | None:
        found = split_number(text, place)
        return None if found is None else (spell_number(language, *found[:2]), found[2])

    return read
