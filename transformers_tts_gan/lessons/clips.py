"""Sentences to sound, each once.

Enter: a [`Cast`] and sentences. Leaves: a [`Clip`] for each, at a natural or a slow rate.
"""

from dataclasses import dataclass

import numpy as np

from ..audio.loudness import normalize_loudness
from ..audio.resample import resample
from ..inference.times import TimedWord
from .cast import Cast


GAP_SECONDS = 0.06  # between a sentence's languages
END_SECONDS = 0.1  # after a sentence


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


class Speaker:
    """Speaks the sentences of a lesson, and keeps what it has spoken.

    Args:
        cast: Who speaks.
        slow_rate: Speaking rate of slow clips; 0.75 is a third longer.

    Raises:
        ValueError: The rate is not above 0 and at most 1.

    Example:

    ```python
    clip = Speaker(cast, 0.75).say("Who is it?", "Anna", slow=True)
    ```
    """

    def __init__(self, cast: Cast, slow_rate: float):
        if not 0 < slow_rate <= 1:
            raise ValueError(f"The slow rate is {slow_rate}, but a number above 0 and at most 1 is needed.")
        self.cast, self.slow_rate = cast, slow_rate
        self._said: dict[tuple[str, str, bool], Clip] = {}

    def say(self, text: str, role: str, slow: bool = False) -> Clip:
        """The clip of a sentence.

        Raises:
            ValueError: It cannot be spoken.
        """
        key = (text, role, slow)
        if key not in self._said:
            self._said[key] = self._speak(*key)
        return self._said[key]

    def clips(self) -> list[Clip]:
        """All that was spoken, each once."""
        return list(self._said.values())

    def _speak(self, text: str, role: str, slow: bool) -> Clip:
        rate = self.cast.sampling_rate
        waves: list[np.ndarray] = []
        words: list[TimedWord] = []
        runs: list[Run] = []
        reached = 0
        parts = self.cast.runs(text)
        for number, (start, end, language) in enumerate(parts):
            voice, controls = self.cast.find(role, language)
            controls["speaking_rate"] *= self.slow_rate if slow else 1.0
            silence = END_SECONDS if number + 1 == len(parts) else GAP_SECONDS
            speech = voice(text[start:end], return_timestamps=True, trailing_silence=silence, **controls)
            wave = normalize_loudness(resample(speech["audio"], speech["sampling_rate"], rate))
            words += [word.moved(reached / rate, start) for word in speech["words"]]
            runs.append(Run(text[start:end].strip(), language, reached, reached + len(wave)))
            waves.append(wave)
            reached += len(wave)
        return Clip(text, role, np.concatenate(waves).astype(np.float32), rate, words, runs, slow)
