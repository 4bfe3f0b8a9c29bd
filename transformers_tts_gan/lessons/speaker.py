"""Sentences to sound, each once.

Enter: a [`Cast`] and sentences. Leaves: a [`Clip`] for each, at a natural or a slow rate.
"""

from typing import Any, NamedTuple

import numpy as np

from ..audio.loudness import normalize_loudness
from ..inference.any_voice import Voice
from ..inference.onnx_voice import OnnxVoice
from ..inference.times import TimedWord
from .cast import Cast, language_runs
from .clips import Clip, Run
from .kept import KeptClips, voice_state


GAP_SECONDS = 0.06  # between a sentence's languages
END_SECONDS = 0.1  # after a sentence


class Passage(NamedTuple):
    """A part of a sentence, and how it is to be spoken."""

    span: tuple[int, int]
    language: str
    voice: Voice
    controls: dict[str, Any]


class Speaker:
    """Speaks the sentences of a lesson, and keeps what it has spoken.

    Args:
        cast: Who speaks.
        slow_rate: Speaking rate of slow clips; 0.75 is a third longer.
        kept: Clips of an earlier run, among which it looks before it speaks, and where it keeps what it has spoken.

    Raises:
        ValueError: The rate is not above 0 and at most 1.

    Example:

    ```python
    clip = Speaker(cast, 0.75).say("Who is it?", "Anna", slow=True)
    ```
    """

    def __init__(self, cast: Cast, slow_rate: float, kept: KeptClips | None = None):
        if not 0 < slow_rate <= 1:
            raise ValueError(f"The slow rate is {slow_rate}, but a number above 0 and at most 1 is needed.")
        self.cast, self.slow_rate, self.kept = cast, slow_rate, kept
        self._voices = {id(voice): voice_state(_name(voice)) for voice in cast.voices}
        self._said: dict[tuple[str, str, bool], Clip] = {}

    def say(self, text: str, role: str, slow: bool = False) -> Clip:
        """The clip of a sentence.

        Raises:
            ValueError: It cannot be spoken.
        """
        key = (text, role, slow)
        if key not in self._said:
            self._said[key] = self._clip(*key)
        return self._said[key]

    def clips(self) -> list[Clip]:
        """All that was spoken, each once."""
        return list(self._said.values())

    def _clip(self, text: str, role: str, slow: bool) -> Clip:
        parts = []
        for start, end, language in self.cast.runs(text, role):
            voice, controls = self.cast.find(role, language)
            controls["speaking_rate"] *= self.slow_rate if slow else 1.0
            parts.append(Passage((start, end), language, voice, controls))
        if self.kept is None:
            return self._speak(text, role, slow, parts)
        decided = [[part.span, part.language, self._voices[id(part.voice)], part.controls] for part in parts]
        settings = [text, role, slow, self.cast.sampling_rate, decided]
        clip = self.kept.read(settings)
        if clip is None:
            clip = self._speak(text, role, slow, parts)
            self.kept.write(settings, clip)
        return clip

    def _speak(self, text: str, role: str, slow: bool, parts: list[Passage]) -> Clip:
        rate = self.cast.sampling_rate
        waves: list[np.ndarray] = []
        words: list[TimedWord] = []
        runs: list[Run] = []
        reached = 0
        for number, part in enumerate(parts):
            start, end = part.span
            silence = END_SECONDS if number + 1 == len(parts) else GAP_SECONDS
            speech = part.voice(text[start:end], return_timestamps=True, trailing_silence=silence, **part.controls)
            wave = normalize_loudness(_resampled(speech["audio"], speech["sampling_rate"], rate))
            words += [word.moved(reached / rate, start) for word in speech["words"]]
            runs += _runs(text, part, speech["words"], len(wave) / rate, reached, rate)
            waves.append(wave)
            reached += len(wave)
        return Clip(text, role, np.concatenate(waves).astype(np.float32), rate, words, runs, slow)


def _name(voice: Voice) -> str:
    """The folder or the id on the Hub of a voice; empty where it was never saved."""
    return str(voice.folder if isinstance(voice, OnnxVoice) else voice.model.config.name_or_path or "")


def _resampled(audio: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    if rate == new_rate:
        return audio
    from ..audio.resample import resample  # needs torch

    return resample(audio, rate, new_rate)


def _runs(text: str, part: Passage, words: list[TimedWord], seconds: float, reached: int, rate: int) -> list[Run]:
    """The languages of a part that one speaker said, cut where the first word of the next language begins."""
    start, end = part.span
    spans = language_runs(text[start:end])
    if len(spans) == 1:
        spans = [(0, end - start, part.language)]
    begins = [next((word.start for word in words if word.span[0] >= first), seconds) for first, _, _ in spans[1:]]
    cuts = [reached + round(each * rate) for each in (0.0, *begins, seconds)]
    cut = zip(spans, cuts[:-1], cuts[1:], strict=True)
    return [Run(text[start + a : start + b].strip(), code, first, last) for (a, b, code), first, last in cut]
