"""Raw text to words as spoken, each with the characters of the original text that it comes from.

Enters: any text. Leaves: a list of [`Spoken`]: words, Chinese characters, and pauses, in the order they are spoken.
Nothing is swallowed: a character that nobody can read is a ValueError with its position and name.
"""

import re

from .addresses import read_address, read_tag
from .en.numbers import UNITS as ENGLISH_UNITS
from .en.numbers import match_number as match_english_number
from .en.words import NOT_PLAIN, read_latin
from .han import HAN, HAN_RANGES, HAN_RUN
from .symbols import PAUSES, SAME, SILENT, Spoken, is_picture, pause, read_symbol, say, unreadable
from .zh.numbers import match_number as match_chinese_number
from .zh.signs import prepare, read_sign


_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u05b0-\u05c7\u064b-\u0652\u0900-\u0dff\u0e00-\u0eff])*")
_WORD_OR_NUMBER = re.compile(rf"(?<!\w)[-−]?\d+(?:[.,:]\d+)*|\d+|{_WORD.pattern}(?:'{_WORD.pattern})*")
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
_CHINESE_BEFORE_RANGE = frozenset("年月日号点分时周")


def normalize(text: str, language: str = "en", emoji: str = "drop", numbers: bool = False) -> list[Spoken]:
    """Say `text` in words. ValueError for a character that cannot be read.

    `emoji` is `drop` (they are not spoken) or `name` (their Unicode names are). `numbers` is for a reader who knows
    other languages than English and Chinese: in those, a number in digits is a word, and so is one with apostrophes.

    >>> [spoken.text for spoken in normalize("Dr. Lee paid $25.")]
    ['Doctor', 'Lee', 'paid', 'twenty', 'five', 'dollars', '.']
    """
    if emoji not in ("drop", "name"):
        raise ValueError(f"`emoji` is {emoji!r}, but `drop` or `name` is needed.")
    plain = text if text.isascii() else text.translate(SAME)
    if language not in ("en", "zh"):
        return _other_language(text, plain, language, _WORD_OR_NUMBER if numbers else _WORD)
    if language == "zh" or HAN.search(plain):
        plain = prepare(plain)
    languages = _languages(plain, language)
    spoken: list[Spoken] = []
    position = 0
    while position < len(plain):
        if (word := _PLAIN.match(plain, position)) and word[1] not in NOT_PLAIN:
            spoken.append(Spoken(word[1], word.span(1), "en"))
            position = word.end()
            continue
        position = _step(text, plain, position, languages, spoken, emoji)
    return _closed(spoken, plain) if languages[-1:] == ["en"] else spoken


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


def _step(text: str, plain: str, start: int, languages: list[str], out: list[Spoken], emoji: str) -> int:
    """Read what starts at `start` into `out`; the position after it."""
    if run := HAN_RUN.match(plain, start):
        out += [Spoken(char, (place, place + 1), "zh") for place, char in enumerate(run[0], start)]
        return run.end()
    char, language = plain[start], languages[start]
    if language == "zh" and (end := read_sign(plain, start, out)):
        return end
    if space := _SPACES.match(plain, start):
        return space.end()
    if char in "-–—~" and _is_range(plain, start):
        say("到" if language == "zh" else "to", (start, start + 1), language, out)
        return start + 1
    code = language == "en" and char in "ACEGHJNRSUZ" and _MONEY_CODE.match(plain, start)
    if (code or char in _NUMBER_START) and (end := _number(plain, start, language, out)):
        return end
    if char in "#@" and (end := read_tag(plain, start, language, out)):
        return end
    if char.isascii() and char.isalpha() and (end := read_address(plain, start, language, out)):
        return end
    if (char.isalpha() or char == "'") and (end := read_latin(text, plain, start, language, out)):
        return end
    return read_symbol(text, plain, start, language, out, emoji)


def _is_range(plain: str, start: int) -> bool:
    before, after = plain[start - 1 : start] if start else "", plain[start + 1 : start + 2]
    if before in "mM" and plain[max(0, start - 4) : start].rstrip("mM. ").endswith(tuple("aApP")):
        before = "0"  # 9am-5pm
    return after.isdigit() and (before.isdigit() or before in _CHINESE_BEFORE_RANGE) if before else False


def _number(plain: str, start: int, language: str, out: list[Spoken]) -> int | None:
    char, following = plain[start], plain[start + 1 : start + 2]
    glued = start > 0 and plain[start - 1].isalnum() and not HAN.match(plain[start - 1])
    if char.isupper() and glued:
        return None
    if char in _SIGNS and (glued or following not in tuple("0123456789" if char in "v." else "0123456789.$£€¥₹")):
        return None
    if char == "." and language == "zh" and not following.isdigit():
        return None
    if char.isdigit() and (end := read_address(plain, start, language, out)):
        return end
    found = (match_chinese_number if language == "zh" else match_english_number)(plain, start)
    if found is None:
        return None
    words, end = found
    say(words, (start, end), language, out)
    return end


def _languages(plain: str, language: str) -> list[str]:
    """For each character, the language that its numbers and signs are read in.

    Beside Chinese that is Chinese, among the words of an English sentence English. In a Chinese text a line without
    Chinese characters is English if it has an English word.
    """
    languages = ["zh"] * len(plain)
    for between in _BETWEEN_HAN.finditer(plain):
        start, end = between.span()
        beside = plain[start - 1 : start].strip() if start else "", plain[end : end + 1].strip()
        words = _AFTER_DIGIT.sub(lambda unit: " " * len(unit[0]), between[0])  # the kg of 5kg says nothing
        needed = _A_SENTENCE if language == "zh" and any(beside) else 1
        if len(_ENGLISH_WORDS.findall(words)) >= needed:
            first, last = _ends_of_letters(words)
            first, last = start + first if beside[0] else start, start + last if beside[1] else end
            languages[first:last] = ["en"] * (last - first)
        elif not any(beside) and language == "en":
            languages[start:end] = ["en"] * (end - start)
    return languages


def _ends_of_letters(words: str) -> tuple[int, int]:
    letters = [place for place, char in enumerate(words) if char.isalpha()]
    return letters[0], letters[-1] + 1


def _other_language(text: str, plain: str, language: str, word: re.Pattern) -> list[Spoken]:
    """What is a `word` is one, punctuation is pauses; other digits and symbols have no reading here."""
    out: list[Spoken] = []
    position = 0
    while position < len(plain):
        char = plain[position]
        if match := word.match(plain, position):
            out.append(Spoken(match[0], match.span(), language))
            position = match.end()
            continue
        if char in PAUSES and char not in SILENT:
            pause(PAUSES[char], position, out)
        elif not (char.isspace() or char in SILENT or is_picture(char)):
            unreadable(text, position, language)
        position += 1
    return out
