"""When each word and each character is spoken.

Enter: what the frontend made of a sentence, and when its phones begin and end. Leave: [`TimedWord`]s.

The model tells how many frames a phone lasts, and the frontend which characters it reads. The phones of a Chinese
character are its own; those of an English word belong to the whole word, whose letters share its time evenly. The
boundary between two words is no silence: the later word begins in it, as recognizers hear it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..text import languages
from ..text.phoneset import BOUNDARY, PAUSES
from ..text.utterance import Span, Utterance, Word


@dataclass(frozen=True)
class TimedWord:
    """Characters that are read together, and when.

    Args:
        text: As it is written, such as `$25`.
        spoken: As it is said, such as `twenty five dollars`.
        span: Its first character in the text, and one past the last.
        start: When it begins, in seconds from the start of the audio.
        end: When it ends, in seconds.
        characters: `(start, end)` of each character of `text`, in seconds.

    Example:

    ```python
    speech = speak("It costs $25.", return_timestamps=True)
    for word in speech["words"]:
        print(f"{word.start:.2f} {word.text}")
    ```
    """

    text: str
    spoken: str
    span: Span
    start: float
    end: float
    characters: tuple[tuple[float, float], ...]

    def moved(self, seconds: float, place: int) -> "TimedWord":
        """The word where its sentence begins later in a sound, and further on in a text, by so many characters."""
        if not seconds and not place:
            return self
        characters = tuple((start + seconds, end + seconds) for start, end in self.characters)
        span = (self.span[0] + place, self.span[1] + place)
        return TimedWord(self.text, self.spoken, span, self.start + seconds, self.end + seconds, characters)


@dataclass(frozen=True)
class Source:
    """Where a sentence comes from.

    Args:
        text: The whole text, as it was given.
        utterance: What the frontend made of the sentence.
        places: The position in `text` of each character that the utterance's spans count.
    """

    text: str
    utterance: Utterance
    places: Sequence[int]

    def span(self, span: Span) -> Span:
        """Characters of the whole text; they never are none."""
        first = self.places[min(span[0], len(self.places) - 1)]
        return first, max(self.places[min(max(span[1] - 1, span[0]), len(self.places) - 1)], first) + 1

    def words(self, starts: np.ndarray, ends: np.ndarray) -> list[TimedWord]:
        """The words, given when the phones of the utterance `(T,)` start and end in seconds.

        Words that read the same characters, such as `twenty` and `five` for 25, are one.
        """
        groups: list[list[tuple[Word, slice]]] = []
        reached = 0  # in the whole text, the end of the last group
        for word, phones in _words(self.utterance):
            if groups and self.span(word.span)[0] < reached:
                groups[-1].append((word, phones))
            else:
                groups.append([(word, phones)])
            reached = max(reached, self.span(word.span)[1])
        return [self._timed(group, starts, ends) for group in groups]

    def _timed(self, group: list[tuple[Word, slice]], starts: np.ndarray, ends: np.ndarray) -> TimedWord:
        spans = [self.span(word.span) for word, _ in group]
        first, last = min(start for start, _ in spans), max(end for _, end in spans)
        begin, finish = float(starts[group[0][1].start]), float(ends[group[-1][1].stop - 1])
        phones = [phone for _, part in group for phone in range(part.start, part.stop)]
        read: dict[Span, tuple[float, float]] = {}
        for phone in phones:
            number = phone + (self.utterance.phones[phone] == BOUNDARY)
            span = self.span(self.utterance.spans[number])
            read[span] = (read.get(span, (float(starts[phone]), 0.0))[0], float(ends[phone]))
        spoken = languages.find(group[0][0].language).separator.join(word.text for word, _ in group)
        times = _characters((first, last), read, begin, finish)
        return TimedWord(self.text[first:last], spoken, (first, last), begin, finish, times)


def _words(utterance: Utterance) -> list[tuple[Word, slice]]:
    """The words and their phones, with the boundary before them."""
    found, position, words = [], 0, iter(utterance.words)
    while position < len(utterance.phones):
        if utterance.phones[position] in PAUSES or utterance.phones[position] == BOUNDARY:
            position += 1
            continue
        word = next(words)
        begin = position - 1 if position and utterance.phones[position - 1] == BOUNDARY else position
        position += len(word.phones)
        found.append((word, slice(begin, position)))
    return found


def _characters(
    whole: Span, read: dict[Span, tuple[float, float]], start: float, end: float
) -> tuple[tuple[float, float], ...]:
    """Times of the characters `whole`; those that are read together share their time evenly."""
    times = np.full((whole[1] - whole[0], 2), np.nan)
    for span in sorted(read, key=lambda span: span[0] - span[1]):  # the shortest, which tell the most, come last
        edges = np.linspace(*read[span], span[1] - span[0] + 1)
        times[span[0] - whole[0] : span[1] - whole[0]] = np.stack([edges[:-1], edges[1:]], axis=1)
    before = start
    for row in times:
        if np.isnan(row[0]):  # a character that is not read
            row[:] = before
        row[:] = np.clip(row, before, end)  # the end of what is read first is where the next begins, at the earliest
        before = row[1]
    return tuple((float(a), float(b)) for a, b in times)
