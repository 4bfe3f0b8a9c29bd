"""Links, e-mail addresses, hashtags and handles as words, in English and in Chinese."""

import re

from .en.initialisms import initialism
from .en.numbers import match_number
from .en.numerals import digits
from .en.signs import ENGLISH_SIGNS
from .signs import Signs, read_symbol
from .spoken import Spoken


_ADDRESS = re.compile(
    r"(?:https?|ftp|file)://[!-~]{1,500}|localhost:\d{1,5}(?!\w)(?:/[!-~]{0,500})?"
    r"|www\.[!-~]{1,500}|[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"
    r"|[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,3}\.(?:com|org|net|edu|gov|io|cn|ai|co|uk|de|ca"
    r"|fr|eu|tv|us|info|biz|app|dev|pdf|docx?|xlsx?|txt|html?|csv|jpe?g|png|mp[34]|zip)\b"
    r"(?::\d{1,5}(?!\w))?(?:/[!-~]{0,500})?",
    re.A,
)
_TAG = re.compile(r"[#@](?=\d{0,9}[A-Za-z])[A-Za-z0-9_]{1,100}(?!\w)", re.A)
_TAG_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]{1,30}|_")
_SHORT_WORDS = frozenset(
    "com org net gov edu my the info shop help web app job jobs new now one two pay buy map art bar bus cat dog day "
    "fun go law pet top toy car bank news bob dan sam tom joe ann anna amy lee max ben kim jim tim ted roy ivy "
    "me we by on at it is to for and all".split()
)  # fmt: skip
_ALWAYS_SPELLED = frozenset("us in it is be http https www html asp aspx php pdf jpg".split())
_PINYIN = re.compile(
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])(?:a|e|u|ai|ei|ao|ou|an|en|ang|eng|ong|i|ia|ie|iao|iu|ian|in|iang|ing|iong"
    "|uo|ui|un|uan|uang|uai|ua)"
)
_ADDRESS_PART = re.compile(r"[A-Za-z]+|[0-9]|[^A-Za-z0-9]")


def read_address(plain: str, start: int, signs: Signs, out: list[Spoken]) -> int | None:
    """E-mail addresses and links: known words as words, the rest letter by letter, `.` as dot or 点."""
    inside = start > 0 and plain[start - 1].isascii() and plain[start - 1].isalnum()
    match = None if inside else _ADDRESS.match(plain, start)
    if match is None:
        return None
    link = match[0].rstrip(".,;:!?)\"'")
    for part in _ADDRESS_PART.finditer(link):
        piece, span = part[0], (start + part.start(), start + part.end())
        if piece.isalpha():
            pinyin = signs.pinyin and _PINYIN.fullmatch(piece) and piece not in _ALWAYS_SPELLED
            out.append(Spoken(piece if pinyin else _name(piece), span, "en"))
        elif piece.isdigit():
            signs.say(signs.digits(piece), span, out)
        elif piece in signs.address:
            signs.say(signs.address[piece], span, out)
        elif piece in ENGLISH_SIGNS.address:
            ENGLISH_SIGNS.say(ENGLISH_SIGNS.address[piece], span, out)
        else:
            read_symbol(plain, plain, span[0], ENGLISH_SIGNS, out)
    return start + len(link)


def _name(piece: str) -> str:
    """A part of an address is a word if it looks like one."""
    common = piece.lower() in _SHORT_WORDS or len(piece) > 3 and re.search("[aeiouy]", piece, re.I)
    spelled = piece.lower() in _ALWAYS_SPELLED or initialism(piece) or not common
    return ".".join(piece.upper()) + "." if spelled else piece if not piece.isupper() else piece.lower()


def read_tag(plain: str, start: int, signs: Signs, out: list[Spoken]) -> int | None:
    """`#MeToo` as hashtag Me Too, `@john_doe` as at john underscore doe; None where no Latin word follows the sign."""
    match = None if plain[start - 1 : start].isalnum() and start else _TAG.match(plain, start)
    if match is None:
        return None
    hashtag = plain[start] == "#"
    signs.say(signs.hashtag if hashtag else signs.at, (start, start + 1), out)
    for part in _TAG_PART.finditer(plain, start + 1, match.end()):
        piece, span = part[0], part.span()
        if piece.isdigit():
            number = match_number(piece, 0)
            ENGLISH_SIGNS.say(number[0] if number else digits(piece), span, out)
        elif piece != "_":
            letters = initialism(piece) or (piece.upper() + "." if len(piece) == 1 else piece)
            out.append(Spoken(letters, span, "en"))
        elif not hashtag:
            signs.say(signs.underscore, span, out)
    return match.end()
