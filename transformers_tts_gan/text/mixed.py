"""The normalization of English and Chinese, which stand together in one text.

Enters: a text in one of the two, which may hold words of the other. Leaves: a list of [`Spoken`]: English words,
Chinese characters, and pauses, in the order they are spoken. Each number and sign is read in the language around it.
Nothing is swallowed: a character without a reading is a ValueError with its position and name.
"""

import re

from .addresses import read_address, read_tag
from .en.numbers import UNITS as ENGLISH_UNITS
from .en.signs import ENGLISH_SIGNS
from .en.words import NOT_PLAIN, read_latin
from .han import HAN, HAN_RANGES, HAN_RUN
from .signs import Signs, read_symbol
from .spoken import SAME, Spoken
from .zh.sign_names import CHINESE_SIGNS
from .zh.signs import prepare


_AFTER_DIGIT = re.compile(
    r"(?<=[0-9])(?:\s?(?:"
    + "|".join(sorted(map(re.escape, ENGLISH_UNITS), key=len, reverse=True))
    + r")|[A-Za-z]{1,2})(?![A-Za-z])"
)
_NUMBER_START = frozenset("0123456789$£€¥₹₩₽₿+-−±~≈(v.½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒")
_SIGNS = frozenset("+-−±~≈v.")
_MONEY_CODE = re.compile(r"(?:[A-Z]{1,2}[$¥]|[A-Z]{3} ?)(?=\d)")
# Most of a text: a word that is only itself, with nothing after it that could make it part of something else.
_PLAIN = re.compile(r" *+([A-Za-z][a-z]++(?:'[a-z]++)?)(?=[ ,?!;\n]|[.:](?:[ \n]|$)|$)")
_SPACES = re.compile(r"[^\S\n]+")
_BETWEEN_HAN = re.compile(rf"[^\n{HAN_RANGES}]+")
_ENGLISH_WORDS = re.compile(r"""(?:^|(?<=[\s"'(,]))(?!to [A-Z]\.)[A-Za-z][A-Za-z']*[a-z]""")
_A_SENTENCE = 4  # English words in a row inside a Chinese text that make the numbers among them English
# Beside Chinese, an English number all the same: 3 dogs after an English word, 25 years old; not iPhone 15 plus.
_ENGLISH_COUNT = re.compile(
    r"(?:[A-Za-z]['A-Za-z]{0,30},? (\d{1,15}(?:[.,]\d{1,15}){0,5}) (?:(?!plus|series|class)[a-z]{2,20}s|o'clock)"
    r"|(?<![A-Za-z0-9.,])(\d{1,15}) (?:years?|months?|weeks?|days?) old)(?![A-Za-z])"
)
_SENTENCE_END = re.compile(r"[^.!?\n]{0,40}\d[.!?](?=\s)")
_CHINESE_BEFORE_RANGE = frozenset("年月日号点分时周")


def normalize_english(text: str, emoji: str = "drop") -> list[Spoken]:
    """Say an English text in words; it may hold Chinese ones.

    Args:
        text: Any text.
        emoji: `drop` passes over emoji, `name` says their Unicode names.

    Raises:
        ValueError: A character has no reading.

    >>> [spoken.text for spoken in normalize_english("Dr. Lee paid $25.")]
    ['Doctor', 'Lee', 'paid', 'twenty', 'five', 'dollars', '.']
    """
    return _normalize(text, ENGLISH_SIGNS, emoji)


def normalize_chinese(text: str, emoji: str = "drop") -> list[Spoken]:
    """Say a Chinese text in words; it may hold English ones. Arguments and errors as for English.

    >>> "".join(spoken.text for spoken in normalize_chinese("花了25元"))
    '花了二十五元'
    """
    return _normalize(text, CHINESE_SIGNS, emoji)


def language_beside(letters: str) -> str | None:
    """The language in which a number beside `letters` is read; None without letters.

    >>> language_beside("a银"), language_beside("a"), language_beside("")
    ('zh', 'en', None)
    """
    return "zh" if HAN.search(letters) else "en" if letters else None


def _normalize(text: str, main: Signs, emoji: str) -> list[Spoken]:
    plain = text if text.isascii() else text.translate(SAME)
    if main is CHINESE_SIGNS or HAN.search(plain):
        plain = prepare(plain)
    languages = _languages(plain, main)
    spoken: list[Spoken] = []
    position = 0
    while position < len(plain):
        if (word := _PLAIN.match(plain, position)) and word[1] not in NOT_PLAIN:
            spoken.append(Spoken(word[1], word.span(1), "en"))
            position = word.end()
            continue
        position = _step(text, plain, position, languages, spoken, emoji)
    return _closed(spoken, plain) if languages[-1:] == [ENGLISH_SIGNS] else spoken


def _closed(spoken: list[Spoken], plain: str) -> list[Spoken]:
    """After a last `U.S.` a pause, as if its full stop were the sentence's; no pause for a last bracket."""
    if spoken and spoken[-1].text == "," and plain[spoken[-1].span[0]] in ")]}":
        spoken.pop()
    if spoken and spoken[-1].language == "en":
        last = spoken[-1]
        if last.text in ("a", "A"):
            last = spoken[-1] = Spoken("A.", last.span, "en")
        if last.text.endswith("."):
            spoken.append(Spoken(".", last.span, ""))
    return spoken


def _step(text: str, plain: str, start: int, languages: list[Signs], out: list[Spoken], emoji: str) -> int:
    """Read what starts at `start` into `out`; the position after it."""
    if run := HAN_RUN.match(plain, start):
        out += [Spoken(char, (place, place + 1), "zh") for place, char in enumerate(run[0], start)]
        return run.end()
    char, signs = plain[start], languages[start]
    if signs.first is not None and (end := signs.first(plain, start, out)):
        return end
    if space := _SPACES.match(plain, start):
        return space.end()
    if char in "-–—~" and _is_range(plain, start):
        signs.say(signs.to, (start, start + 1), out)
        return start + 1
    code = signs.money_codes and char in "ABCDEGHIJKMNRSTUZ" and _MONEY_CODE.match(plain, start)
    if (code or char in _NUMBER_START) and (end := _number(plain, start, signs, out)):
        return end
    if char in "#@" and (end := read_tag(plain, start, signs, out)):
        return end
    if char.isascii() and char.isalpha() and (end := read_address(plain, start, signs, out)):
        return end
    if (char.isalpha() or char == "'") and (end := read_latin(text, plain, start, signs, out)):
        return end
    return read_symbol(text, plain, start, signs, out, emoji)


def _is_range(plain: str, start: int) -> bool:
    before, after = plain[start - 1 : start] if start else "", plain[start + 1 : start + 2]
    if before in "mM" and plain[max(0, start - 4) : start].rstrip("mM. ").endswith(tuple("aApP")):
        before = "0"  # 9am-5pm
    return after.isdigit() and (before.isdigit() or before in _CHINESE_BEFORE_RANGE) if before else False


def _number(plain: str, start: int, signs: Signs, out: list[Spoken]) -> int | None:
    char, following = plain[start], plain[start + 1 : start + 2]
    glued = start > 0 and plain[start - 1].isalnum() and not HAN.match(plain[start - 1])
    if char.isupper() and glued:
        return None
    if char in _SIGNS and (
        glued or following not in ("0123456789" if char in "v." else "0123456789.$£€¥₹½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒")
    ):
        return None
    if char.isdigit() and (end := read_address(plain, start, signs, out)):
        return end
    found = signs.match_number(plain, start)
    if found is None:
        return None
    words, end = found
    signs.say(words, (start, end), out)
    return end


def _languages(plain: str, main: Signs) -> list[Signs]:
    """The language that numbers and signs are read in, for each character.

    Beside Chinese that is Chinese, among the words of an English sentence English. In a Chinese text a line without
    Chinese characters is English if it has an English word.
    """
    languages = [CHINESE_SIGNS] * len(plain)
    for between in _BETWEEN_HAN.finditer(plain):
        start, end = between.span()
        beside = plain[start - 1 : start].strip() if start else "", plain[end : end + 1].strip()
        words = _AFTER_DIGIT.sub(lambda unit: " " * len(unit[0]), between[0])  # the kg of 5kg says nothing
        needed = _A_SENTENCE if main is CHINESE_SIGNS and any(beside) else 1
        if len(_ENGLISH_WORDS.findall(words)) >= needed:
            first, last = _ends_of_letters(words)
            first, last = start + first if beside[0] else start, start + last if beside[1] else end
            if beside[1] and (tail := _SENTENCE_END.match(plain, last, end)):  # on 2024-03-15. 请准时
                last = tail.end()
            languages[first:last] = [ENGLISH_SIGNS] * (last - first)
        elif any(beside):
            for count in _ENGLISH_COUNT.finditer(plain, start, end):
                first, last = count.span(count.lastindex or 0)
                languages[first:last] = [ENGLISH_SIGNS] * (last - first)
        elif main is ENGLISH_SIGNS:
            languages[start:end] = [ENGLISH_SIGNS] * (end - start)
    return languages


def _ends_of_letters(words: str) -> tuple[int, int]:
    letters = [place for place, char in enumerate(words) if char.isalpha()]
    return letters[0], letters[-1] + 1
