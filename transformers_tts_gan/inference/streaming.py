"""Speech that is heard while it is made: chunks of a waveform with their places in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .pieces import Piece
from .times import TimedWord


LATER_FRAMES = 1024  # at a time, of all sentences but the first: by then there is sound to hear


@dataclass(frozen=True)
class SpeechChunk:
    """The next part of a waveform. All chunks of a text, joined, are what is said at once, within rounding.

    The first sentence comes in short parts, so that there is sound early; a later one mostly in one, with the silence
    after it by itself. Rely on `start` alone.

    Args:
        audio: `(S,)` samples, float32 in [-1, 1].
        sampling_rate: In Hz.
        start: Sample of the whole waveform at which it begins.
        words: The words that begin in it; their times count from the start of the whole waveform.

    Example:

    ```python
    for chunk in speak.stream("Good morning. The train leaves at 9:45."):
        player.write(chunk.audio)
    ```
    """

    audio: np.ndarray
    sampling_rate: int
    start: int
    words: list[TimedWord]


def speech_chunks(
    piece: Piece,
    samples: Iterable[np.ndarray],
    durations: np.ndarray,
    hop_length: int,
    sampling_rate: int,
    start: int,
    with_words: bool = True,
) -> Iterator[SpeechChunk]:
    """The chunks of a sentence that begins at sample `start`, as its sound comes.

    Args:
        piece: The sentence.
        samples: Its sound in parts `(S,)`.
        durations: `(T,)` frames of its phones.
        hop_length: Samples per frame.
        sampling_rate: In Hz.
        start: Sample of the whole waveform at which it begins.
        with_words: `False` leaves the words out.
    """
    words = piece.words(durations, hop_length, sampling_rate, start) if with_words else []
    for part in piece.finish_chunks(samples, durations, hop_length):
        end = start + len(part)
        begun = [word for word in words if round(word.start * sampling_rate) < end]
        words = words[len(begun) :]
        if len(part):
            yield SpeechChunk(part, sampling_rate, start, begun)
        start = end
