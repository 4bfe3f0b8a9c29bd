"""Text to phones in one call: normalisation, words, and pronunciation, with the way back to the original characters.

`python -m transformers_tts_gan.text_frontend "text"` shows what becomes of a text.
"""

import argparse
import sys
from dataclasses import dataclass
from itertools import groupby

from .text_g2p import BASE_PHONES, BOUNDARY, PAUSES, chinese_phones, english_sequence, letter_phones, lexicon_phones
from .text_normalize import Spoken, normalize
from .text_segment import segment


__all__ = ["BASE_PHONES", "PAUSES", "TextFrontend", "Utterance", "Word"]

Span = tuple[int, int]


@dataclass(frozen=True)
class Word:
    """A spoken word, the characters of the original text it reads, its language and its phones."""

    text: str
    span: Span
    language: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Utterance:
    """What a text sounds like.

    `phones` are those of all words with a boundary or a pause between them; `spans[i]` are the characters of the
    original text that phone i belongs to: a word's, a Chinese character's, a whole number's, a punctuation mark's, or
    an empty span for a boundary.
    """

    text: str
    language: str
    words: tuple[Word, ...]
    phones: tuple[str, ...]
    spans: tuple[Span, ...]


class TextFrontend:
    """Callable from text to [`Utterance`].

    Args:
        language: Of the text as a whole: `en`, `zh` (each may hold words of the other), or another code, whose letters
            are phones.
        lexicon: Words whose phones you know better, `{"银行": ["yin2", "hang2"], "gan": ["G", "AE1", "N"]}`; it wins
            over all else. Chinese entries may be whole syllables; English ones are found in any case.
    """

    def __init__(self, language: str = "en", lexicon: dict[str, list[str]] | None = None):
        self.language = _language(language)
        self.lexicon = {word: lexicon_phones(word, entry) for word, entry in (lexicon or {}).items()}
        self._lower = {word.lower(): phones for word, phones in self.lexicon.items()}
        self._chinese = frozenset(word for word in self.lexicon if not word.isascii())

    def __call__(self, text: str, language: str | None = None) -> Utterance:
        """Phones of `text`. ValueError if there is nothing to say, or a character that cannot be read (named)."""
        if not isinstance(text, str):
            raise TypeError(f"`text` is a {type(text).__name__}, but one string is needed; call once per text.")
        language = _language(language) if language else self.language
        spoken = normalize(text, language)
        builder = _Builder()
        for kind, run in groupby(spoken, key=lambda item: item.language):
            items = list(run)
            if not kind:
                builder.pause(items[-1])
            elif kind == "zh":
                self._chinese_run(items, builder)
            else:
                self._word_run(items, builder)
        if not builder.words:
            raise ValueError(f"There is nothing to say in {text[:40]!r}: `text` needs at least one word or number.")
        return Utterance(text, language, tuple(builder.words), tuple(builder.phones), tuple(builder.spans))

    def _word_run(self, items: list[Spoken], builder: "_Builder") -> None:
        texts = [item.text for item in items]
        read = english_sequence(texts) if items[0].language == "en" else [letter_phones(text) for text in texts]
        for item, phones in zip(items, read, strict=True):
            phones = self.lexicon.get(item.text) or self._lower.get(item.text.lower()) or phones
            builder.word(Word(item.text, item.span, item.language, phones), [(phones, item.span)])

    def _chinese_run(self, items: list[Spoken], builder: "_Builder") -> None:
        spans = [item.span for item in items for _ in item.text]
        words = segment("".join(item.text for item in items), self._chinese)
        start = 0
        try:
            readings = chinese_phones(words, self.lexicon)
        except ValueError as error:
            raise ValueError(f"At position {_unknown_at(items)} of the text: {error}") from None
        for word, read in zip(words, readings, strict=True):
            places = spans[start : start + len(word)]
            start += len(word)
            span = (places[0][0], places[-1][1])
            parts = list(zip(read, places, strict=True))
            if word in self.lexicon:
                syllables = _syllables(self.lexicon[word])
                whole = [(self.lexicon[word], span)]
                parts = list(zip(syllables, places, strict=True)) if len(syllables) == len(places) else whole
            phones = tuple(phone for part, _ in parts for phone in part)
            builder.word(Word(word, span, "zh", phones), parts)


class _Builder:
    """Collects words and phones, and puts a boundary between two words that no pause separates."""

    def __init__(self):
        self.words: list[Word] = []
        self.phones: list[str] = []
        self.spans: list[Span] = []

    def word(self, word: Word, parts: list[tuple[tuple[str, ...], Span]]) -> None:
        if not word.phones:
            raise ValueError(
                f"`{word.text}` at position {word.span[0]} has no reading; give it in `lexicon` or leave it out."
            )
        if self.phones and self.phones[-1] not in PAUSES:
            self.phones.append(BOUNDARY)
            self.spans.append((word.span[0], word.span[0]))
        self.words.append(word)
        for phones, span in parts:
            self.phones += phones
            self.spans += [span] * len(phones)

    def pause(self, item: Spoken) -> None:
        if self.phones and self.phones[-1] not in PAUSES:
            self.phones.append(item.text)
            self.spans.append(item.span)


def _unknown_at(items: list[Spoken]) -> int:
    """Where the first character without a reading stands."""
    for item in items:
        try:
            chinese_phones([item.text])
        except ValueError:
            return item.span[0]
    return items[0].span[0]


def _syllables(phones: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Cut pinyin phones after each final, the phone with a tone."""
    out, current = [], []
    for phone in phones:
        current.append(phone)
        if phone[-1].isdigit():
            out.append(tuple(current))
            current = []
    return out + ([tuple(current)] if current else [])


def _language(code: str) -> str:
    """`en-US` as `en`, `zh_CN` and `cmn` as `zh`."""
    plain = code.lower().replace("_", "-").split("-")[0]
    if not plain.isalpha():
        raise ValueError(f"`language` is {code!r}, but a code such as `en`, `zh` or `de` is needed.")
    return {"cmn": "zh", "eng": "en", "zho": "zh", "english": "en", "chinese": "zh", "mandarin": "zh"}.get(
        plain, plain
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Show the words, character spans and phones of a text.")
    parser.add_argument("text")
    parser.add_argument("--language", default="en", help="`en`, `zh`, or another code whose letters are phones")
    arguments = parser.parse_args()
    utterance = TextFrontend(arguments.language)(arguments.text)
    rows = [(word.text, f"{word.span[0]}-{word.span[1]}", " ".join(word.phones)) for word in utterance.words]
    sys.stdout.write("".join(f"{text:<20} {span:<10} {phones}\n" for text, span, phones in rows))
    sys.stdout.write(f"all: {' '.join('_' if phone == BOUNDARY else phone for phone in utterance.phones)}\n")


if __name__ == "__main__":
    main()
