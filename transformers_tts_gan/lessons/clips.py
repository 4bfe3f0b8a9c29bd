"""What was spoken of a lesson: a sentence with its sound, its words' times and its languages."""

from dataclasses import dataclass

import numpy as np

from ..inference.times import TimedWord


@dataclass(frozen=True)
class Run:
    """A part of a clip in one language.

    Args:
        text: Its words.
        language: `en` or `zh`.
        first: Its first sample in the clip.
        last: One past its last sample.
    """

    text: str
    language: str
    first: int
    last: int


@dataclass(frozen=True)
class Clip:
    """A sentence as it was spoken.

    Args:
        text: The sentence.
        role: Who speaks it.
        audio: `(S,)` samples, float32 in [-1, 1].
        sampling_rate: In Hz.
        words: With their times from the start of the clip.
        runs: One a language.
        slow: Whether it is the slow one.
    """

    text: str
    role: str
    audio: np.ndarray
    sampling_rate: int
    words: list[TimedWord]
    runs: list[Run]
    slow: bool

    @property
    def seconds(self) -> float:
        return len(self.audio) / self.sampling_rate
