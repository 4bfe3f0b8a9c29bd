"""Phones as people write them (ARPAbet, pinyin, IPA), and files of words with their phones.

Enters: `K AE1 T`, `yin2 hang2`, `kæt`, or a lexicon file with a word and its phones on each line. Leaves: phones of
`BASE_PHONES`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from . import languages
from .en.g2p import CONSONANTS, VOWELS
from .ipa import ipa_phones
from .phoneset import BASE_PHONES, BOUNDARY, PAUSES
from .zh.g2p import syllable_phones


ALPHABETS = {
    "cmu": "cmu",
    "arpabet": "cmu",
    "x-cmu": "cmu",
    "x-arpabet": "cmu",
    "pinyin": "pinyin",
    "x-pinyin": "pinyin",
    "ipa": "ipa",
}
_PHONES = frozenset(BASE_PHONES) - {BOUNDARY, *PAUSES}
_ARPABET = frozenset(CONSONANTS) | {vowel + stress for vowel in VOWELS for stress in "012"}
_SYLLABLE = re.compile(r"[A-Za-züÜ:]+[1-5]")
_LETTER = re.compile(r"<[\w\u0300-\u036f\u02e5-\u02e9]>")  # also combining marks and tones of IPA


def read_phones(spelling: str, alphabet: str | None = None) -> tuple[str, ...]:
    """Phones of one word.

    Args:
        spelling: `K AE1 T`, `yin2 hang2` or `kæt`; letters of other languages as `<ß>`, phones of a language that
            `languages.add` made known as they are.
        alphabet: A key of `ALPHABETS`; by what the spelling is where left out.

    Raises:
        ValueError: Names what is no phone, and what a phone of that alphabet looks like.

    >>> read_phones("K AE1 T"), read_phones("yin2 hang2"), read_phones("kæt")
    (('K', 'AE1', 'T'), ('in2', 'h', 'ang2'), ('K', 'AE1', 'T'))
    """
    if alphabet is not None and alphabet not in ALPHABETS:
        known = ", ".join(f"`{name}`" for name in ALPHABETS)
        raise ValueError(f"`{alphabet}` is no alphabet of phones; known are {known}.")
    if not (items := spelling.split()):
        raise ValueError("There are no phones; write them like `K AE1 T` or `yin2 hang2`.")
    if alphabet is None and _are_of_another_language(items):
        return tuple(items)
    kind = ALPHABETS.get(alphabet or "") or _alphabet_of(items)
    if kind == "ipa":
        return ipa_phones(spelling)
    if kind == "cmu":
        return tuple(_arpabet(item) for item in items)
    return tuple(phone for item in items for phone in _pinyin(item))


def syllables(phones: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Cut pinyin phones after each final, the phone with a tone.

    >>> syllables(("in2", "h", "ang2"))
    [('in2',), ('h', 'ang2')]
    """
    out, current = [], []
    for phone in phones:
        current.append(phone)
        if phone[-1].isdigit():
            out.append(tuple(current))
            current = []
    return out + ([tuple(current)] if current else [])


def _are_of_another_language(items: list[str]) -> bool:
    """Whether all items are phones, and some of them only of a language that `languages.add` made known."""
    added = {phone for language in languages.known().values() for phone in language.phones} - _PHONES
    return any(item in added for item in items) and all(item in added or item in _PHONES for item in items)


def _alphabet_of(items: list[str]) -> str:
    if items[0][0] == "/" or any(not char.isascii() and char not in "üÜ" for item in items for char in item):
        return "pinyin" if all(_LETTER.fullmatch(item) or item in _PHONES for item in items) else "ipa"
    return "cmu" if any(item in _ARPABET for item in items) or items[0].isupper() else "pinyin"


def _arpabet(item: str) -> str:
    phone = item.upper()
    if phone in _ARPABET:
        return phone
    if item in _PHONES or _LETTER.fullmatch(item):
        return item
    hint = f": a vowel needs its stress, such as `{phone}1`" if phone in VOWELS else ", such as `K`, `AE1` or `T`"
    raise ValueError(f"`{item}` is no ARPAbet phone{hint}.")


def _pinyin(item: str) -> tuple[str, ...]:
    if item in _PHONES or _LETTER.fullmatch(item):
        return (item,)
    parts = _SYLLABLE.findall(item)
    try:
        if "".join(parts) == item:
            return tuple(phone for part in parts for phone in syllable_phones(part))
    except ValueError:
        pass
    raise ValueError(f"`{item}` is no pinyin syllable with its tone, such as `zhong4`, no other phone and no IPA.")


def read_lexicon(source: "str | Path | Mapping[str, str | list[str]]") -> dict[str, str]:
    """Words and their phones, separated by spaces, from a file or a `dict` in any alphabet.

    A line of the file is `word<TAB>phones`; lines that begin with `#` and empty ones say nothing.

    Raises:
        ValueError: Names the file and the line, or the word of the `dict`, and what is wrong with it.
        FileNotFoundError: If there is no such file.
    """
    if isinstance(source, Mapping):
        return dict(_entry(word, phones, f"`lexicon` at `{word}`") for word, phones in source.items())
    lexicon: dict[str, str] = {}
    for place, line in _lines(source):
        word, tab, phones = line.partition("\t")
        if not tab:
            raise ValueError(f"{place}: got `{line[:60]}`, but a word, a tab and its phones are needed.")
        word, spelled = _entry(word.strip(), phones, place)
        if word in lexicon:
            raise ValueError(f"{place}: `{word}` has an entry already; leave one of the two out.")
        lexicon[word] = spelled
    return lexicon


def check_saved_words(settings: Mapping, voice: str | Path) -> None:
    """Refuse a saved voice whose settings name files of words: they would be opened on the machine that loads it.

    Args:
        settings: What `processor_config.json` holds.
        voice: Folder or Hub id of the voice, for the message.

    Raises:
        ValueError: Where `lexicon` is no `dict` or `user_dict` is no list.
    """
    for name, kind in (("lexicon", dict), ("user_dict", list)):
        if not isinstance(settings.get(name, kind()), kind):
            raise ValueError(
                f"`{name}` of `{voice}` is {settings[name]!r}, but a saved voice holds its words itself: give a file "
                "of your own to `TTSGanProcessor` or to `add_words`."
            )


def _lines(path: str | Path):
    """Lines with something to say, each with its place for messages."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"`{path}` is not UTF-8 text (byte {error.start}): save it as UTF-8.") from None
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            yield f"`{path}`, line {number}", line.rstrip("\r")


def _entry(word: str, phones: str | list[str] | tuple[str, ...], place: str) -> tuple[str, str]:
    if not word or any(char.isspace() for char in word):
        raise ValueError(f"{place}: `{word}` is not one word; give each word its own entry.")
    try:
        return word, " ".join(read_phones(phones if isinstance(phones, str) else " ".join(phones)))
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
