r"""Texts as people have them, made into texts that the frontend takes: nothing is refused that can be passed over.

Enters: any text or SSML document. Leaves: a text that says the same, without elements, attributes, letters and signs
that nobody here can read, and [`foreign.Note`]s of what was changed. Writers of markup want the frontend itself, which
names each mistake.
"""

import logging
import re

from .foreign import Note, Notes, read_foreign
from .han import HAN_RANGES
from .lexicon import read_phones
from .ssml.lenient import is_document, simplify
from .ssml.parse import MarkupError, parse


logger = logging.getLogger(__name__)

MOST_NOTES = 10  # that are logged of one text
_SHORT_FORM = re.compile(r"\\(?=\[\[|\{)|\[\[(?=([^\[\]]{0,500})(\]\])?)|\{[A-Za-züÜ:0-9 \t]{0,100}\}?")
_HAN_AT_END = re.compile(f"[{HAN_RANGES}]+$")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BEFORE = 20  # characters before a reading in braces, which it may be about


def make_readable(text: str, language: str = "en") -> tuple[str, list[Note]]:
    r"""A text that the frontend takes, and what was changed.

    Args:
        text: Plain text or SSML of any kind.
        language: The language of the text.

    Returns:
        The text, and notes of what was passed over or written in another way, each with its position in `text`.

    Example:

    >>> make_readable("Is [[this]] a café?")[0]
    'Is \\[[this]] a café?'
    """
    notes = Notes()

    def say(part: str, start: int) -> str:
        return _read_plain(part, language, start, notes)

    readable = simplify(text, say, notes) if is_document(text) else say(text, 0)
    return readable, sorted(notes, key=lambda note: note.position)


def warn(notes: list[Note]) -> None:
    """Log what was changed in a text."""
    for note in notes[:MOST_NOTES]:
        logger.warning("At position %d of the text: %s", note.position, note.message)
    if len(notes) > MOST_NOTES:
        logger.warning("and %d more kinds of such places.", len(notes) - MOST_NOTES)


def _read_plain(text: str, language: str, start: int, notes: Notes) -> str:
    """A text whose short forms and characters can be read."""
    text = _SURROGATE.sub("\ufffd", text)
    out, done = [], 0
    for match in _SHORT_FORM.finditer(text):
        opening = match[0][:2] if match[0][0] == "[" else match[0][:1]
        end = max(match.end(), match.end(2))
        form = text[match.start() : end]
        about = _HAN_AT_END.search(text, max(0, match.start() - _BEFORE), match.start())
        if form == "\\" or opening == "{" and about is None:
            continue
        out.append(read_foreign(text[done : match.start()], language, start + done, notes))
        done = match.start() + len(opening)
        if match.start() > 0 and text[match.start() - 1] == "\\":  # the writer knows
            out.append(opening)
        elif _are_phones(match[1]) and match[2] if opening == "[[" else _is_reading(form, about):
            out.append(form)
            done = end
        else:
            if form != "{":
                notes.add(start + match.start(), f"`{form[:40]}` holds no phones of its own and is read as text.")
            out.append(f"\\{opening}")
    return "".join([*out, read_foreign(text[done:], language, start + done, notes)])


def _are_phones(spelling: str) -> bool:
    try:
        return bool(read_phones(spelling))
    except ValueError:
        return False


def _is_reading(form: str, about: re.Match | None) -> bool:
    """Whether braces hold a reading of the characters before them."""
    if about is None or not form.endswith("}"):
        return False
    try:
        return parse(about[0] + form)[-1].kind == "reading"
    except MarkupError:
        return False
