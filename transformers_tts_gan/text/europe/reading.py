"""From a [`Wording`] to what a [`Language`] needs: a normalization, and transcripts that error rates compare."""

import functools
import re
from collections.abc import Callable

from ..plain import WORD_WITH_APOSTROPHES, read_plain
from ..spoken import Spoken
from .expressions import read_expression
from .wording import Wording


_WORDS = re.compile(r"[^\W_]+")


def normalizer(wording: Wording) -> Callable[[str, str], list[Spoken]]:
    """The normalization of a language; each call takes a text and what becomes of emoji."""
    return functools.partial(_normalize, wording=wording)


def transcriber(wording: Wording) -> Callable[[str], str]:
    """Words in small letters, numbers in words; a text that cannot be read keeps its digits."""
    return functools.partial(_transcribe, wording=wording)


def _normalize(text: str, emoji: str = "drop", *, wording: Wording) -> list[Spoken]:
    return read_plain(
        text,
        emoji,
        language=wording.code,
        word=WORD_WITH_APOSTROPHES,
        match_number=functools.partial(read_expression, wording=wording),
        signs=wording.signs,
        abbreviations=wording.abbreviations,
    )


def _transcribe(text: str, wording: Wording) -> str:
    try:
        text = " ".join(item.text for item in _normalize(text, wording=wording) if item.language)
    except ValueError:  # a recognizer may write anything
        pass
    return " ".join(_WORDS.findall(text.casefold()))
