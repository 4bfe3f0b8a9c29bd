"""Raw text to words as spoken, each with the characters of the original text that it comes from.

Enters: any text and the code of its language. Leaves: a list of [`Spoken`]: words, Chinese characters, and pauses, in
the order they are spoken. A character without a reading is a ValueError with its position and name.
"""

from . import languages
from .cldr import number_reader
from .plain import WORD_OR_NUMBER, read_plain
from .spoken import Spoken


def normalize(text: str, language: str = "en", emoji: str = "drop", numbers: bool = False) -> list[Spoken]:
    """Say `text` in words.

    Args:
        text: Any text.
        language: A code such as `en`.
        emoji: `drop` passes over emoji, `name` says their Unicode names.
        numbers: In a language without rules, a number in digits is a word, and so is a word with apostrophes: for
            espeak-ng, which reads both. Otherwise CLDR's rules say its numbers.

    Raises:
        ValueError: A character has no reading; the message names it and its position.

    Example:

    >>> [spoken.text for spoken in normalize("Dr. Lee paid $25.")]
    ['Doctor', 'Lee', 'paid', 'twenty', 'five', 'dollars', '.']
    """
    if emoji not in ("drop", "name"):
        raise ValueError(f"`emoji` is {emoji!r}, but `drop` or `name` is needed.")
    rules = languages.find(language)
    if rules.normalize is not None:
        return rules.normalize(text, emoji)
    if numbers:
        return read_plain(text, language=rules.code, word=WORD_OR_NUMBER)
    return read_plain(text, language=rules.code, match_number=number_reader(rules.code))
