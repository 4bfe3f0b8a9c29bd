"""What this package needs to know about a language, in one object.

A language is one [`Language`]. `text/en/language.py` and `text/zh/language.py` hold two of them; `languages.add` makes
another one known. Everything in this package that depends on the language asks this object.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .spoken import Spoken


Phones = tuple[str, ...]
CODE = re.compile("[a-z]{2,3}")


def say_as_written(text: str, kind: str, style: str) -> str:
    """What `<say-as>` says where a language has no rules of its own: characters one by one, the rest as it is.

    >>> say_as_written("42", "digits", ""), say_as_written("42", "cardinal", "")
    ('4 2', '42')
    """
    return " ".join(text.split()) if kind not in ("digits", "telephone", "characters", "spell-out") else " ".join(text)


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language: how its texts become words, how its words become phones, and how its errors are counted.

    Only `code` and `name` are needed. Without `normalize` words are read as they are written, and digits and signs are
    refused. Without `pronounce` each letter is a phone, or espeak-ng reads the words, as the user of [`TextFrontend`]
    asks for.

    Args:
        code: Two or three small letters, as in ISO 639.
        name: In English.
        aliases: Other codes and names that mean this language, in small letters.
        sample: A sentence that the card of a model shows and says.
        normalize: `normalize(text, emoji)` says a text in words. It raises ValueError for what it cannot read.
            `text.plain.read_plain` does most of it for a language with spaces between its words.
        pronounce: Phones of words that follow each other: one tuple a word, an empty one for a word without reading.
        phones: All phones that `pronounce` makes. A phone holds no white space. A letter phone such as `<ß>` need not
            be listed, because each model learns those of its corpus.
        separator: What stands between two words in writing; empty for a language without spaces.
        segment: For a language without spaces: `segment(text, whole)` cuts a text into words, and never cuts a word of
            the set `whole`.
        pronounce_characters: For a language without spaces, in place of `pronounce`: `pronounce_characters(words,
            lexicon)` has for each word the phones of each of its characters; the words of `lexicon` are not read.
        say_as: `say_as(text, kind, style)` is what `<say-as interpret-as="kind" format="style">` says, in words that
            `normalize` reads.
        language_beside: For languages that are normalized together: the code of the language in which a number beside
            these letters is read, or None.
        transcript: The text as error rates compare it: without case and punctuation, numbers in one form. By default
            Whisper's normalization for any language.
        error_units: Units of the error rates that are reported, the main one first: `word`, `character`, `tone`.

    Raises:
        ValueError: For a code, phones or functions that do not fit.

    Example:

    >>> Language(code="la", name="Latin", sample="Salve, amice.").error_units
    ('word', 'character')
    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    sample: str = ""
    normalize: Callable[[str, str], list[Spoken]] | None = None
    pronounce: Callable[[list[str]], list[Phones]] | None = None
    phones: Phones = ()
    separator: str = " "
    segment: Callable[[str, frozenset[str]], list[str]] | None = None
    pronounce_characters: Callable[[list[str], Mapping[str, Phones]], list[list[Phones]]] | None = None
    say_as: Callable[[str, str, str], str] = say_as_written
    language_beside: Callable[[str], str | None] | None = None
    transcript: Callable[[str], str] | None = None
    error_units: tuple[str, ...] = ("word", "character")

    def __post_init__(self):
        if not CODE.fullmatch(self.code):
            raise ValueError(f"`code` is {self.code!r}, but two or three small letters are needed, such as `de`.")
        if bad := [phone for phone in self.phones if not phone or any(map(str.isspace, phone))]:
            raise ValueError(f"`phones` of `{self.code}` holds {bad[0]!r}, but a phone holds no white space.")
        if (self.segment is None) != (self.pronounce_characters is None):
            raise ValueError(f"`{self.code}` needs `segment` and `pronounce_characters` both, or neither of the two.")
