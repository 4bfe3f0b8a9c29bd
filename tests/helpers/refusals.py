"""Counting how often a property of texts met a refusal: one that passes on a mute system tests nothing.

`mostly_spoken` goes on top of `@given`; the property tells `note` of each text whether it was spoken.
"""

import functools
import re
import unicodedata
from collections.abc import Callable


LEAST = 10  # readable texts of a property, so that its share says something
MARKUP = re.compile(r"<!--.*?-->|<[^<>]*>|&#?\w+;|\[\[[A-Z0-9 ]+\]\]|(?<=[\u4e00-\u9fff])\{[a-z]+[1-5]\}")


class Count:
    readable = 0
    spoken = 0


def readable(text: str, language: str) -> bool:
    """Somebody could read it aloud: it has letters that the language knows, no others, and no broken markup."""
    if text.startswith("<speak>") and text.endswith("</speak>"):
        text = MARKUP.sub(" ", text.removeprefix("<speak>").removesuffix("</speak>"))
    letters = [char for char in text if char.isalnum()]
    if language in ("en", "zh"):
        known = all(char.isascii() or "\u4e00" <= char <= "\u9fff" for char in letters)
    else:  # letters alone: no rules for numbers
        known = all(char.isascii() and char.isalpha() for char in letters)
    others = {char for char in text if not char.isalnum()}
    broken = others & set("<>&[]{}") or any(unicodedata.category(char)[0] == "C" for char in others - set("\t\n\r"))
    return bool(letters) and known and not broken


def note(text: str, language: str, spoken: bool) -> None:
    """The property that runs has had `text` spoken, or refused."""
    if readable(text, language):
        Count.readable += 1
        Count.spoken += spoken


def mostly_spoken(test: Callable) -> Callable:
    """The property fails where fewer than half of its readable texts were spoken, or there were hardly any."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        Count.readable = Count.spoken = 0
        test(*args, **kwargs)
        assert Count.readable >= LEAST, f"only {Count.readable} of the texts were readable"
        assert 2 * Count.spoken >= Count.readable, f"{Count.spoken} of {Count.readable} readable texts were spoken"

    return run
