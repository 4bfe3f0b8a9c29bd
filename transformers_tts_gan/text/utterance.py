"""What a text sounds like: words, phones, the characters they come from, and the prosody that the writer asks for."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, chain

from .phoneset import BOUNDARY, PAUSES
from .prosody import PhoneProsody


Span = tuple[int, int]
SENTENCE_ENDS = (".", "?", "!")


@dataclass(frozen=True)
class Word:
    """A spoken word, the characters of the original text it reads, its language and its phones."""

    text: str
    span: Span
    language: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Utterance:
    """What a text sounds like, as [`TextFrontend`] makes it.

    `phones` are those of all words with a boundary or a pause between them; `spans[i]` are the characters of the
    original text that phone i belongs to: a word's, a Chinese character's, a whole number's, a punctuation mark's, a
    tag's where it has no other, or an empty span for a boundary. `plain` is the text without markup, which text
    encoders read, and `plain_spans` are the same spans in it. `prosody` has one [`PhoneProsody`] per
    phone, or is empty where the text asks for nothing.

    Args:
        text: As it was given.
        language: Its code.
        words: The spoken words with their phones.
        phones: `(T,)` phones.
        spans: `(T,)` first character and one past the last, in `text`.
        plain: The text without markup.
        plain_spans: `(T,)` the same spans in `plain`.
        prosody: `(T,)` what markup asks for, or empty.

    Example:

    ```python
    utterance = TextFrontend("en")("Good morning.")
    print(utterance.phones, utterance.spans)
    ```
    """

    text: str
    language: str
    words: tuple[Word, ...]
    phones: tuple[str, ...]
    spans: tuple[Span, ...]
    plain: str
    plain_spans: tuple[Span, ...]
    prosody: tuple[PhoneProsody, ...] = ()

    def split(self, max_phones: int = 250) -> list["Utterance"]:
        """Its sentences, those of more than `max_phones` cut at commas or between words; `text` stays the whole."""
        sounds = [phone != BOUNDARY and phone not in PAUSES for phone in self.phones]
        counts = list(accumulate(sounds, initial=0))  # phones of words before each place
        begins = list(accumulate((len(word.phones) for word in self.words), initial=0))[:-1]
        parts, start, cut = [], 0, 0
        for end, phone in enumerate(self.phones, start=1):
            if phone in PAUSES or phone == BOUNDARY and (cut <= start or self.phones[cut - 1] == BOUNDARY):
                cut = end
            ends = phone in SENTENCE_ENDS
            if counts[end] > counts[start] and (ends or end - start >= max_phones):
                stop = end if ends or cut <= start else cut
                parts.append((start, stop))
                start = stop
        if counts[-1] == counts[start] and parts:  # nothing but pauses is left
            start = parts.pop()[0]
        parts.append((start, len(self.phones)))
        words = [slice(bisect_left(begins, counts[a]), bisect_left(begins, counts[b])) for a, b in parts]
        return [self._part(*part, self.words[chosen]) for part, chosen in zip(parts, words, strict=True)]

    def with_phones(self, others: Mapping[str, tuple[str, ...]]) -> "Utterance":
        """The same with other phones in place of some; each has the span and the prosody of the one it stands for.

        Args:
            others: For a phone those that replace it: none, one or several.
        """
        new = [others.get(phone, (phone,)) for phone in self.phones]

        def stretched(values: tuple) -> tuple:
            return tuple(value for value, phones in zip(values, new, strict=True) for _ in phones)

        return replace(
            self,
            words=tuple(
                replace(word, phones=tuple(chain.from_iterable(others.get(phone, (phone,)) for phone in word.phones)))
                for word in self.words
            ),
            phones=tuple(chain.from_iterable(new)),
            spans=stretched(self.spans),
            plain_spans=stretched(self.plain_spans),
            prosody=stretched(self.prosody) if self.prosody else (),
        )

    def _part(self, start: int, end: int, words: tuple[Word, ...]) -> "Utterance":
        while end > start + 1 and self.phones[end - 1] == BOUNDARY:
            end -= 1
        places = [span for span in self.plain_spans[start:end] if span[0] < span[1]]
        first, last = (min(a for a, _ in places), max(b for _, b in places)) if places else (0, 0)
        return replace(
            self,
            words=words,
            phones=self.phones[start:end],
            spans=self.spans[start:end],
            plain=self.plain[first:last],
            plain_spans=tuple(
                (max(min(a, last) - first, 0), max(min(b, last) - first, 0)) for a, b in self.plain_spans[start:end]
            ),
            prosody=self.prosody[start:end],
        )
