"""Speech that is heard while it is made: chunks of a waveform with their places in it."""

from dataclasses import dataclass

import numpy as np

from .times import TimedWord


@dataclass(frozen=True)
class SpeechChunk:
    """The next part of a waveform. All chunks of a text, joined, are what the pipeline says at once.

    A chunk is a sentence and the silence after it today. Rely on `start` alone: a sentence may come in parts one day.

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
