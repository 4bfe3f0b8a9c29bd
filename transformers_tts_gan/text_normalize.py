"""Raw text to words as spoken, each with the characters of the original text that it comes from.

Enters: any text. Leaves: a list of [`Spoken`]: words, Chinese characters, and pauses, in the order they are spoken.
Nothing is swallowed: a character that nobody can read is a ValueError with its position and name.
"""

import re
import unicodedata
from dataclasses import dataclass

from .text_normalize_en import (
    ABBREVIATIONS,
    DATE,
    MAY_END_A_SENTENCE,
    ROMAN,
    RULERS,
    ascii_letters,
    cardinal,
    ordinal,
    read_date,
)
from .text_normalize_en import UNITS as ENGLISH_UNITS
from .text_normalize_en import match_number as match_english_number
from .text_normalize_zh import match_number as match_chinese_number


@dataclass(frozen=True)
class Spoken:
    """One word, one reading in Chinese characters, or one pause.

    `text` of a pause is one of `, . ? !`; letters to be spelled are written `U.S.`. `span` counts characters of the
    original text, end excluded. `language` is `en`, `zh`, another code, or empty for a pause.
    """

    text: str
    span: tuple[int, int]
    language: str


# Written wide, or in another typographic form, but the same to a reader; the full-width comma never groups digits.
_SAME = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFF0C}
_SAME |= {
    0x3000: 0x20,
    0x2019: 0x27,
    0x02BC: 0x27,
    0xFFE5: 0xA5,
    0xFFE1: 0xA3,
    0xFFE0: 0xA2,
    0x2010: 0x2D,
    0x2011: 0x2D,
}
_PAUSES = (
    dict.fromkeys(",，、､،;؛:—–…‥⋯()[]{}【】〔〕|·\n", ",")
    | dict.fromkeys(".。｡।", ".")
    | {"?": "?", "؟": "?", "!": "!"}
)
_SILENT = frozenset("\"'“”‘‚„‹›«»〈〉《》「」『』`´*_~-•●■◆▪\u200b\u200c\u200d\u200e\u200f\u00ad\ufeff\u2060")
_STRENGTH = {",": 0, ".": 1, "!": 2, "?": 3}
_SYMBOLS = {
    "&": ("and", "和"), "+": ("plus", "加"), "=": ("equals", "等于"), "%": ("percent", "百分号"), "@": ("at", "艾特"),
    "#": ("hash", "井号"), "/": ("slash", "斜杠"), "<": ("less than", "小于"), ">": ("greater than", "大于"),
    "×": ("times", "乘"),
    "÷": ("divided by", "除以"), "±": ("plus or minus", "正负"), "≈": ("about", "约等于"),
    "≠": ("is not equal to", "不等于"),
    "≤": ("at most", "小于等于"), "≥": ("at least", "大于等于"), "°": ("degrees", "度"),
    "℃": ("degrees celsius", "摄氏度"),
    "$": ("dollars", "美元"), "€": ("euros", "欧元"), "£": ("pounds", "英镑"), "¥": ("yuan", "元"),
    "§": ("section", "第"),
    "→": ("to", "到"), "−": ("minus", "减"), "^": ("caret", "次方"), "\\": ("backslash", "反斜杠"),
    "¢": ("cents", "美分"),
    "½": ("one half", "二分之一"), "¼": ("one quarter", "四分之一"), "¾": ("three quarters", "四分之三"),
    "²": ("squared", "的平方"), "³": ("cubed", "的立方"), "√": ("square root of", "根号"), "π": ("pi", "派"),
    "µ": ("micro", "微"), "©": ("copyright", "版权"), "®": ("registered", "注册商标"), "™": ("trademark", "商标"),
    "‰": ("per mille", "千分号"), "〇": ("zero", "零"), "№": ("number", "号"),
}  # fmt: skip
_ADDRESS = re.compile(
    r"https?://[!-~]{1,500}|www\.[!-~]{1,500}|[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"
    r"|[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,3}\.(?:com|org|net|edu|gov|io|cn|ai|co|uk|de)\b(?:/[!-~]{0,500})?",
    re.A,
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u05b0-\u05c7\u064b-\u0652\u0900-\u0dff\u0e00-\u0eff])*")
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f"
_ENGLISH_WORD = re.compile(
    rf"(?:[A-Za-z]\.){{2,}}(?![A-Za-z])|Ph\.D\b\.?|'(?:em|tis|twas|cause|til|n)\b|[{_LATIN}]+(?:'[{_LATIN}]+)*", re.I
)
_PHRASES = {"e.g.": "for example", "i.e.": "that is", "ph.d.": "P.H.D.", "ph.d": "P.H.D."}
_AFTER_DIGIT = re.compile(
    r"(?<=[0-9])(?:\s?(?:"
    + "|".join(sorted(map(re.escape, ENGLISH_UNITS), key=len, reverse=True))
    + r")|[A-Za-z]{1,2})(?![A-Za-z])"
)
_NUMBER_START = frozenset("0123456789$£€¥₹+-−±(v.")
_CHINESE_BEFORE_RANGE = frozenset("年月日号点分时周")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_ADDRESS_PART = re.compile(r"[A-Za-z]+|[0-9]|[^A-Za-z0-9]")
_CHINESE_ADDRESS_WORDS = {
    ".": "点",
    "/": "斜杠",
    ":": "冒号",
    "-": "杠",
    "_": "下划线",
    "?": "问号",
    "=": "等于",
    "#": "井号",
}
_ADDRESS_WORDS = {
    ".": "dot",
    "@": "at",
    "/": "slash",
    ":": "colon",
    "-": "dash",
    "_": "underscore",
    "?": "question mark",
}
_ADDRESS_WORDS |= {"=": "equals", "&": "and", "#": "hash", "%": "percent", "+": "plus", "~": "tilde"}


def normalize(text: str, language: str = "en") -> list[Spoken]:
    """Say `text` in words. ValueError for a character that cannot be read.

    >>> [spoken.text for spoken in normalize("Dr. Lee paid $25.")]
    ['Doctor', 'Lee', 'paid', 'twenty', 'five', 'dollars', '.']
    """
    plain = text.translate(_SAME)
    if language not in ("en", "zh"):
        return _other_language(text, plain, language)
    languages = _number_languages(plain, language)
    spoken: list[Spoken] = []
    position = 0
    while position < len(plain):
        position = _step(text, plain, position, languages, spoken)
    return spoken


def is_chinese(char: str) -> bool:
    """Whether `char` is a Chinese character."""
    return _HAN.match(char) is not None


def _step(text: str, plain: str, start: int, languages: list[str], out: list[Spoken]) -> int:
    """Read what starts at `start` into `out`; the position after it."""
    char, language, around = plain[start], languages[start], languages[max(0, start - 1)]
    if _HAN.match(char):
        out.append(Spoken(text[start], (start, start + 1), "zh"))
        return start + 1
    if char.isspace() and char != "\n":
        return start + 1
    if char in "-–—~" and _is_range(plain, start):
        _say("到" if language == "zh" else "to", (start, start + 1), language, out)
        return start + 1
    if char in _NUMBER_START and (end := _number(plain, start, language, out)):
        return end
    if char.isascii() and char.isalpha() and (end := _address(plain, start, around, out)):
        return end
    if (char.isalpha() or char == "'") and (end := _english(text, plain, start, around, out)):
        return end
    return _symbol(text, plain, start, language, out)


def _is_range(plain: str, start: int) -> bool:
    before, after = plain[start - 1 : start] if start else "", plain[start + 1 : start + 2]
    return after.isdigit() and (before.isdigit() or before in _CHINESE_BEFORE_RANGE) if before else False


def _number(plain: str, start: int, language: str, out: list[Spoken]) -> int | None:
    char, following = plain[start], plain[start + 1 : start + 2]
    glued = start > 0 and plain[start - 1].isalnum() and not _HAN.match(plain[start - 1])
    if char in "+-−±v." and (glued or following not in tuple("0123456789" if char in "v." else "0123456789.$£€¥₹")):
        return None
    if char == "." and language == "zh" and not following.isdigit():
        return None
    if char.isdigit() and (end := _address(plain, start, language, out)):
        return end
    found = (match_chinese_number if language == "zh" else match_english_number)(plain, start)
    if found is None:
        return None
    words, end = found
    _say(words, (start, end), language, out)
    return end


def _say(words: str, span: tuple[int, int], language: str, out: list[Spoken]) -> None:
    out += [Spoken(words, span, "zh")] if language == "zh" else [Spoken(word, span, "en") for word in words.split()]


def _address(plain: str, start: int, language: str, out: list[Spoken]) -> int | None:
    """E-mail addresses and links: known words as words, the rest letter by letter, `.` as dot or 点."""
    inside = start > 0 and plain[start - 1].isascii() and plain[start - 1].isalnum()
    match = None if inside else _ADDRESS.match(plain, start)
    if match is None:
        return None
    link = match[0].rstrip(".,;:!?)\"'")
    for part in _ADDRESS_PART.finditer(link):
        piece, span = part[0], (start + part.start(), start + part.end())
        if piece.isalpha():
            short = len(piece) <= 3 and piece.lower() not in ("com", "org", "net", "gov", "edu")
            spelled = short or not re.search("[aeiouy]", piece, re.I)
            out.append(Spoken(".".join(piece.upper()) + "." if spelled else piece, span, "en"))
        elif piece.isdigit():
            _say(match_english_number(piece, 0)[0], span, "en", out)
        elif language == "zh" and piece in _CHINESE_ADDRESS_WORDS:
            _say(_CHINESE_ADDRESS_WORDS[piece], span, "zh", out)
        elif piece in _ADDRESS_WORDS:
            _say(_ADDRESS_WORDS[piece], span, "en", out)
        else:
            _symbol(plain, plain, span[0], "en", out)
    return start + len(link)


def _english(text: str, plain: str, start: int, language: str, out: list[Spoken]) -> int | None:
    """A date, abbreviation, initialism, numeral or word in Latin letters."""
    if match := DATE.match(plain, start):
        _say(read_date(match), match.span(), "en", out)
        return match.end()
    match = _ENGLISH_WORD.match(plain, start)
    if match is None:
        return None
    word, end = match[0], match.end()
    if "." in word:
        stops = word[-1] == "." and plain[end : end + 1] in ("", "\n")
        _say(_PHRASES.get(word.lower(), word), (start, end - stops), "en", out)
        if stops:
            _pause(".", end - 1, out)
        return end
    if plain[end : end + 1] == "." and (
        word in ABBREVIATIONS or word == "No" and plain[end + 1 : end + 3].strip().isdigit()
    ):
        return _abbreviation(plain, word, start, end, out)
    before = out[-1].text if out and out[-1].language == "en" else ""
    if word in ROMAN and before[:1].isupper():
        words = f"the {ordinal(ROMAN[word])}" if before in RULERS else cardinal(ROMAN[word])
        _say(words, (start, end), "en", out)
        return end
    for position in range(start, end):
        if not ascii_letters(plain[position]) and not unicodedata.combining(plain[position]):
            _unreadable(text, position, "en")
    out.append(Spoken(_as_letter(plain, word, end, before, language), (start, end), "en"))
    return end


def _as_letter(plain: str, word: str, end: int, before: str, language: str) -> str:
    """One letter is its own name (`plan B`) but for the words `a`, `I`, `O`; `A` is a word if it starts a sentence."""
    if len(word) > 1 or not word.isascii():
        return unicodedata.normalize("NFC", word)
    following = plain[end : end + 2]
    starts = not before and following[:1] == " " and following[1:].isascii() and following[1:].isalpha()
    article = word == "a" or word == "A" and starts
    if language != "zh" and (article and not following[:1].isdigit() or word in "IO"):
        return word
    return word.upper() + "."


def _abbreviation(plain: str, word: str, start: int, end: int, out: list[Spoken]) -> int:
    """The full stop of `etc.` or `Inc.` also ends the sentence when nothing or a capital follows."""
    last = out[-1] if out else None
    street = word == "St" and last and last.language == "en" and last.text[:1].isupper() and last.span[1] == start - 1
    rest = plain[end + 1 : end + 4].lstrip()
    stops = not rest or (street or word in MAY_END_A_SENTENCE) and rest[:1].isupper()
    words = "Street" if street else "Number" if word == "No" else ABBREVIATIONS[word]
    _say(words, (start, end if stops else end + 1), "en", out)
    if stops:
        _pause(".", end, out)
    return end + 1


def _symbol(text: str, plain: str, start: int, language: str, out: list[Spoken]) -> int:
    char = plain[start]
    around = plain[start - 1 : start] if start else " ", plain[start + 1 : start + 2] or " "
    if char == "-" and (around[0] == "-" or around[1] == "-" or around[0].isspace() and around[1].isspace()):
        _pause(",", start, out)
    elif char == "." and all(side.isascii() and side.isalnum() for side in around):
        _say("点" if language == "zh" else "dot", (start, start + 1), language, out)
    elif (
        char == "*"
        and plain[max(0, start - 2) : start].rstrip()[-1:].isdigit()
        and plain[start + 1 : start + 3].lstrip()[:1].isdigit()
    ):
        _say("乘" if language == "zh" else "times", (start, start + 1), language, out)
    elif char in _SILENT:
        pass
    elif char in _PAUSES:
        _pause(_PAUSES[char], start, out)
    elif char in _SYMBOLS:
        _say(_SYMBOLS[char][language == "zh"], (start, start + 1), language, out)
    else:
        _unreadable(text, start, language)
    return start + 1


def _pause(mark: str, start: int, out: list[Spoken]) -> None:
    """Add a pause; of several in a row the strongest stays, and nothing is paused before the first word."""
    if out and out[-1].language:
        out.append(Spoken(mark, (start, start + 1), ""))
    elif out and _STRENGTH[mark] > _STRENGTH[out[-1].text]:
        out[-1] = Spoken(mark, (start, start + 1), "")


def _number_languages(plain: str, language: str) -> list[str]:
    """For each character, the language of a number there: Chinese beside Chinese, English among English only."""
    masked = _AFTER_DIGIT.sub(lambda unit: " " * len(unit[0]), plain)  # the kg of 5kg says nothing
    before, after = _nearest_letters(masked), _nearest_letters(masked[::-1])[::-1]
    if "zh" not in before:
        return ["en" if "en" in before else language] * len(plain)
    return ["zh" if "zh" in pair else "en" if "en" in pair else language for pair in zip(before, after, strict=True)]


def _nearest_letters(chars: str) -> list[str]:
    """For each position the language of the last letter up to there; a new line forgets it."""
    seen, out = "", []
    for char in chars:
        seen = "zh" if _HAN.match(char) else "en" if char.isalpha() else "" if char == "\n" else seen
        out.append(seen)
    return out


def _other_language(text: str, plain: str, language: str) -> list[Spoken]:
    """Letters are words, punctuation is pauses; digits and symbols have no reading here."""
    out: list[Spoken] = []
    position = 0
    while position < len(plain):
        char = plain[position]
        if match := _WORD.match(plain, position):
            out.append(Spoken(match[0], match.span(), language))
            position = match.end()
            continue
        if char in _PAUSES and char not in _SILENT:
            _pause(_PAUSES[char], position, out)
        elif not (char.isspace() or char in _SILENT):
            _unreadable(text, position, language)
        position += 1
    return out


def _unreadable(text: str, position: int, language: str) -> None:
    name = unicodedata.name(text[position], f"U+{ord(text[position]):04X}")
    raise ValueError(
        f"Cannot read `{text[position]}` ({name}) at position {position} of the text in language `{language}`: "
        "remove it or write it out in words."
    )
