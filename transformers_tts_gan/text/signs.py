"""Signs and emoji, read in the language around them.

Enters: a text, the place of a sign, and the [`Signs`] of a language. Leaves: what is said there, as [`Spoken`], or a
ValueError that names the character.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .han import is_han
from .spoken import JOINER, PAUSES, SILENT, Spoken, is_picture, pause, unreadable


_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_DIGIT_NAMES = "zero one two three four five six seven eight nine".split()
_PER = frozenset("second minute hour day week month year night person".split())
_AFTER_STROKE = re.compile("[a-z]{2,20}")

FRACTIONS = frozenset(map(chr, range(0x2150, 0x215F)))  # ⅐ to ⅞
NUMBER_SIGNS = tuple(map(chr, (*range(0x2160, 0x2180), *range(0x2460, 0x2474), *range(0x2776, 0x2780))))  # Ⅷ ① ❶


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What a language calls signs, numbers and the parts of an address.

    Args:
        code: Of the language.
        names: What each sign is called where it stands alone.
        match_number: What is said for the number that begins at a place of a text, and its end; None for no number.
        digits: Digits one by one, in words.
        to: Said between the two numbers of a range.
        dot: Said for the full stop between two letters or digits.
        times: Said for `*` between two numbers.
        divided_by: Said for `/` between two numbers.
        hashtag: Said for `#` before a word.
        at: Said for `@` before a name.
        underscore: Said for `_` inside of a name.
        address: Names of the signs inside of an address.
        spaced: Words are separated by spaces.
        to_the_power: Said for `^` between two letters or digits; empty where `names` decides.
        number_sign: Said for `#` before a digit; empty where `names` decides.
        per: Said for the stroke before a unit; empty where `names` decides.
        and_a_fraction: Said between a number and a fraction such as `⅓`; empty where `match_number` reads both.
        letters_are_names: A single Latin letter is always read by its name, so that `I` and `a` are no words.
        pinyin: Parts of an address that are pinyin syllables are words.
        money_codes: A number may begin with the code of a currency, as in `USD 5`.
        first: Reads what has a meaning of its own in this language, before anything else does; its end, or None.
    """

    code: str
    names: Mapping[str, str]
    match_number: Callable[[str, int], tuple[str, int] | None]
    digits: Callable[[str], str]
    to: str
    dot: str
    times: str
    divided_by: str
    hashtag: str
    at: str
    underscore: str
    address: Mapping[str, str] = field(default_factory=dict)
    spaced: bool = True
    to_the_power: str = ""
    number_sign: str = ""
    per: str = ""
    and_a_fraction: str = ""
    letters_are_names: bool = False
    pinyin: bool = False
    money_codes: bool = False
    first: Callable[[str, int, list[Spoken]], int | None] | None = None

    def say(self, words: str, span: tuple[int, int], out: list[Spoken]) -> None:
        """Add `words` of this language; all of them read the characters of `span`."""
        out += [Spoken(word, span, self.code) for word in (words.split() if self.spaced else [words])]


def read_symbol(text: str, plain: str, start: int, signs: Signs, out: list[Spoken], emoji: str = "drop") -> int:
    """Read a pause, a sign or an emoji.

    Args:
        text: The text as it was written, for error messages.
        plain: The same text with signs in one form, as long as `text`.
        start: Place of the sign.
        signs: Names of signs in the language around it.
        out: What is said is added here.
        emoji: `drop` passes over emoji, `name` says their names.

    Returns:
        The place after the sign.

    Raises:
        ValueError: The character has no reading.
    """
    char = plain[start]
    before, after = plain[start - 1 : start] if start else " ", plain[start + 1 : start + 2] or " "
    if char == "-" and (before == "-" or after == "-" or before.isspace() and after.isspace()):
        pause(",", start, out)
    elif words := _between(plain, start, char, before, after, signs):
        signs.say(words, (start, start + 1), out)
    elif char in SILENT or char == "/" and _joins_words(plain, start):
        pass
    elif char in PAUSES:
        pause(PAUSES[char], start, out)
    elif char in signs.names and not (char.isalpha() and _in_a_word(before, after)):
        signs.say(signs.names[char], (start, start + 1), out)
    elif is_picture(char):
        return start + 1 if emoji == "drop" else _emoji_name(plain, start, out)
    else:
        unreadable(text, start, signs.code)
    return start + 1


def _in_a_word(before: str, after: str) -> bool:
    """Whether a letter such as `α` stands in a word of its own alphabet, not beside Latin or Chinese."""
    return (before + after).strip().isalpha() and not before.isascii() and not is_han(before)


def _between(plain: str, start: int, char: str, before: str, after: str, signs: Signs) -> str:
    """What is said for a sign whose reading depends on both neighbors."""
    if char == "." and before.isascii() and after.isascii() and before.isalnum() and after.isalnum():
        return signs.dot
    if char == "^" and before.isalnum() and after.isalnum():
        return signs.to_the_power
    if char == "#" and after.isdigit():
        return signs.number_sign
    if char in FRACTIONS and before.isdigit() and signs.and_a_fraction:
        return signs.and_a_fraction + signs.names[char]
    if char == "/" and signs.per and (match := _AFTER_STROKE.match(plain, start + 1)) and match[0] in _PER:
        return signs.per
    if char == "*" or char == "/" and before == after == " ":
        left, right = plain[max(0, start - 2) : start].rstrip()[-1:], plain[start + 1 : start + 3].lstrip()[:1]
        if left.isdigit() and right.isdigit():
            return signs.times if char == "*" else signs.divided_by
    return ""


def _joins_words(plain: str, start: int) -> bool:
    """Whether a stroke is the one of and/or, not the one of A/B."""
    before = plain[max(0, start - 2) : start]
    return len(before) == 2 and before.isalpha() and before[1].islower() and plain[start + 1 : start + 3].isalpha()


def _emoji_name(plain: str, start: int, out: list[Spoken]) -> int:
    """Say the Unicode name of a picture, which is English; its joiners and skin tones say nothing."""
    if flag := _FLAG.match(plain, start):
        letters = "".join(chr(ord(char) - 0x1F1E6 + ord("A")) for char in flag[0])
        out += [Spoken("flag", flag.span(), "en"), Spoken(".".join(letters) + ".", flag.span(), "en")]
        return flag.end()
    if not JOINER.match(plain[start]):
        name = unicodedata.name(plain[start], "picture").lower().replace("-", " ")
        for word in name.split():
            words = [word.upper() + "." if len(word) == 1 and word != "a" else word]
            if word.isdigit():
                words = [_DIGIT_NAMES[int(digit)] for digit in word]
            out += [Spoken(each, (start, start + 1), "en") for each in words]
    return start + 1
