"""What a European language calls currencies, months, hours and signs, and how it writes ordinals and dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Currency:
    """What a currency is called after a number.

    Args:
        one: The name after one.
        many: The name after other numbers.
        cent: A hundredth.
        cents: Several of them.
        feminine: Its name is feminine.
    """

    one: str
    many: str
    cent: str = ""
    cents: str = ""
    feminine: bool = False


@dataclass(frozen=True, kw_only=True)
class Wording:
    """How a language says what stands around digits.

    Args:
        code: Of the language.
        currencies: By sign and by code, such as `€` and `EUR`.
        ordinals: CLDR's rule set by what stands right after digits, as in `{"er": "spellout-ordinal-masculine"}`.
        months: Twelve names, in small letters.
        date: The order of `{day}`, `{month}` and `{year}`.
        first: CLDR's rule set for the first day of a month; empty where it is a cardinal.
        time: The order of `{hours}` and `{minutes}`; `{hour}` is the word for hours.
        hour: One hour, and several.
        hour_signs: What may stand between hours and minutes, or after them.
        masculine: CLDR's rule set for a number before a masculine noun.
        feminine: And before a feminine one.
        cents: The order of `{whole}`, `{cents}` and `{cent}`, the name of the hundredth.
        millions_of: Said between a round million and a currency that begins with a consonant, or with a vowel.
        to: Said between the two numbers of a range.
        signs: Words for signs; an empty one is passed over.
        abbreviations: Words for abbreviations.
        years: Whether four digits from 1100 to 1999 are said in hundreds, by CLDR's rules for years.
        ordinal_dot: A full stop after digits may make an ordinal, as in German.
        roman: Roman digits with an ending of an ordinal are read, as in `XXe`.
    """

    code: str
    currencies: Mapping[str, Currency]
    ordinals: Mapping[str, str]
    months: tuple[str, ...]
    date: str
    time: str
    hour: tuple[str, str]
    hour_signs: tuple[str, ...]
    to: str
    masculine: str = "spellout-cardinal-masculine"
    feminine: str = "spellout-cardinal-feminine"
    first: str = ""
    cents: str = "{whole} {cents}"
    millions_of: tuple[str, str] = ("", "")
    signs: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    years: bool = False
    ordinal_dot: bool = False
    roman: bool = False
