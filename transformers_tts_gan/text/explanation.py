"""A table of what becomes of a text, for people who wonder why something is said the way it is.

Enters: an utterance, and the tokenizer of a text encoder where there is one. Leaves: lines of aligned columns.
"""

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from . import languages
from .frontend import TextFrontend
from .phoneset import BOUNDARY, PAUSES
from .prosody import PhoneProsody
from .token_alignment import token_ranges
from .utterance import Utterance, Word


def rows(utterance: Utterance, tokenizer=None) -> list[list[str]]:
    """Columns `text` as written, `normalized` as spoken, `words`, `phones`, and `tokens` and `prosody` if there are.

    The first row has their names. Words that read the same characters, such as `twenty` and `five` for 25, share a
    row.
    """
    lines = _lines(utterance)
    headers = ["text", "normalized", "words", "phones"]
    cells = [[_written(utterance, line), _spoken(line), _words(line), " ".join(line["phones"])] for line in lines]
    if tokenizer is not None:
        headers.append("tokens")
        for row, tokens in zip(
            cells, _tokens(utterance.plain, [line["plain"] for line in lines], tokenizer), strict=True
        ):
            row.append(" ".join(tokens))
    if utterance.prosody:
        headers.append("prosody")
        for row, line in zip(cells, lines, strict=True):
            row.append(_prosody(line["prosody"]))
    return [headers, *cells]


def table(utterance: Utterance, tokenizer=None) -> str:
    """The [`rows`] as aligned columns."""
    return _aligned(rows(utterance, tokenizer))


def display_width(text: str) -> int:
    """Columns of a terminal: two for a wide character, none for one that joins the one before.

    >>> display_width("我ok")
    4
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _lines(utterance: Utterance) -> list[dict]:
    """Runs of words that share characters, and pauses."""
    lines: list[dict] = []
    words, position = iter(utterance.words), 0
    while position < len(utterance.phones):
        phone = utterance.phones[position]
        if phone == BOUNDARY:
            position += 1
            continue
        word = None if phone in PAUSES else next(words)
        end = position + (1 if word is None else len(word.phones))
        spans, plain = utterance.spans[position:end], utterance.plain_spans[position:end]
        line = {
            "span": (min(a for a, _ in spans), max(b for _, b in spans)),
            "plain": (min(a for a, _ in plain), max(b for _, b in plain)),
            "words": [] if word is None else [word],
            "phones": list(utterance.phones[position:end]),
            "prosody": utterance.prosody[position:end],
        }
        if word is not None and lines and lines[-1]["words"] and line["span"][0] < lines[-1]["span"][1]:
            _join(lines[-1], line)
        else:
            lines.append(line)
        position = end
    return lines


def _join(line: dict, more: dict) -> None:
    for key in ("span", "plain"):
        line[key] = (min(line[key][0], more[key][0]), max(line[key][1], more[key][1]))
    line["words"] += more["words"]
    line["phones"] += ["|", *more["phones"]]


def _written(utterance: Utterance, line: dict) -> str:
    return " ".join(utterance.text[slice(*line["span"])].split())


def _spoken(line: dict) -> str:
    words: list[Word] = line["words"]
    if not words:
        return line["phones"][0]
    return languages.find(words[0].language).separator.join(word.text for word in words)


def _words(line: dict) -> str:
    return " | ".join(word.text for word in line["words"])


def _tokens(plain: str, spans: list[tuple[int, int]], tokenizer) -> list[list[str]]:
    """The characters of each span's tokens; the unknown token by its name."""
    if not tokenizer.is_fast:
        raise ValueError(
            f"`{type(tokenizer).__name__}` does not tell which characters its tokens are: take a fast one."
        )
    encoded = tokenizer(plain, return_offsets_mapping=True, truncation=False, verbose=False)
    names = [
        tokenizer.unk_token if number == tokenizer.unk_token_id else plain[slice(*offset)].strip()
        for number, offset in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
    ]
    return [names[slice(*part)] for part in token_ranges(spans, encoded["offset_mapping"])]


def _prosody(phones: tuple[PhoneProsody, ...]) -> str:
    first = phones[0]
    shown = [f"{first.pause_seconds:g} s"] if first.pause_seconds is not None else []
    shown += [f"rate {first.rate:g}"] if first.rate != 1 else []
    shown += [f"{first.pitch_shift:+g} st"] if first.pitch_shift else []
    return ", ".join(shown + ([f"{first.gain_db:+g} dB"] if first.gain_db else []))


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(display_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    padded = [
        "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([padded[0], "  ".join("-" * width for width in widths), *padded[1:]])


def explain(
    text: str,
    language: str = "en",
    lexicon: Mapping[str, str | list[str]] | str | Path | None = None,
    user_dict: list[str] | str | Path | None = None,
    tokenizer=None,
    phonemes: str = "letters",
) -> str:
    """A table of what becomes of `text`: as spoken, words, phones, and tokens where there is a `tokenizer`.

    Args:
        text: Plain text or SSML.
        language: Of the text, such as `en`.
        lexicon: Words and their phones, or a file of them, as [`TextFrontend`] takes it.
        user_dict: Chinese words to keep whole, or a file of them.
        tokenizer: Of a text encoder; a fast one.
        phonemes: `letters` or `espeak`.

    Raises:
        ValueError: For text that cannot be spoken, and for a tokenizer that does not tell where its tokens come from.

    Example:

    >>> print(explain("Mr. Lee").splitlines()[2].split())
    ['Mr.', 'Mister', 'Mister', 'M', 'IH1', 'S', 'T', 'ER0']
    """
    return table(TextFrontend(language, lexicon, user_dict, phonemes=phonemes)(text), tokenizer)
