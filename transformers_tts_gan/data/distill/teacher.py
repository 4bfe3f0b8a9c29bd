"""What speaks a corpus: the interface of a teacher, and a Python function as one."""

import importlib
import importlib.metadata
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...audio.waveform import as_waveform


class Teacher:
    """A pretrained TTS that speaks texts; its subclasses know how.

    Args:
        name: What reports and cards call it.
        license: Of what it says; empty where it is not known.
        speakers: That it knows; the first one is the default.
        languages: That it speaks; empty where it does not say.
        seeded: Whether another seed gives another recording.
        packages: Distributions whose versions decide what it says.
    """

    def __init__(
        self,
        name: str,
        license: str = "",
        speakers: tuple[str, ...] = ("speaker",),
        languages: tuple[str, ...] = (),
        seeded: bool = True,
        packages: tuple[str, ...] = (),
    ):
        self.name, self.license, self.speakers, self.languages = name, license, speakers, languages
        self.seeded, self.packages = seeded, packages

    def speak(
        self, text: str, language: str, speaker: str, seed: int = 0, speaking_rate: float = 1.0
    ) -> tuple[np.ndarray, int]:
        """Samples `(S,)` in [-1, 1], and their rate in Hz.

        Args:
            text: One sentence or a few.
            language: Its code.
            speaker: One of `speakers`.
            seed: Of what is drawn.
            speaking_rate: 2.0 speaks in half the time.

        Raises:
            ValueError: The text cannot be spoken.
        """
        raise NotImplementedError

    def versions(self) -> dict[str, str]:
        """The version of each package that decides what it says."""
        return {name: importlib.metadata.version(name) for name in self.packages}


class FunctionTeacher(Teacher):
    """A Python function `text -> (samples, sampling_rate)`; it gets those of the other arguments that it names.

    Args:
        function: The function, or `module:function`, whose module is found as `python` finds it.

    Raises:
        ValueError: There is no such function.

    Example:

    >>> teacher = FunctionTeacher(lambda text, seed: (np.zeros(8_000), 16_000))
    >>> teacher.speak("Hello.", "en", "speaker")[1]
    16000
    """

    def __init__(self, function: str | Callable[..., Any]):
        name = function if isinstance(function, str) else getattr(function, "__qualname__", "function")
        self.function = _find_function(function) if isinstance(function, str) else function
        self.takes = frozenset(inspect.signature(self.function).parameters)
        super().__init__(name, seeded="seed" in self.takes)

    def speak(
        self, text: str, language: str, speaker: str, seed: int = 0, speaking_rate: float = 1.0
    ) -> tuple[np.ndarray, int]:
        given = {"language": language, "speaker": speaker, "seed": seed, "speaking_rate": speaking_rate}
        if speaking_rate != 1.0 and "speaking_rate" not in self.takes:
            raise ValueError(f"`{self.name}` has no argument `speaking_rate`: leave `speaking_rates` at 1.")
        return as_speech(self.function(text, **{name: given[name] for name in given.keys() & self.takes}), self.name)


def as_speech(said: Any, name: str) -> tuple[np.ndarray, int]:
    """What a teacher returned as samples and their rate: a pair, or `{"audio", "sampling_rate"}`.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(said, Mapping):
        said = said.get("audio"), said.get("sampling_rate")
    if not isinstance(said, tuple) or len(said) != 2 or not isinstance(said[1], int):
        raise TypeError(f"`{name}` returned {type(said).__name__}, but samples and their rate in Hz are needed.")
    return as_waveform(np.squeeze(np.asarray(said[0], dtype=np.float32))), said[1]


def _find_function(spec: str) -> Callable[..., Any]:
    module, _, name = spec.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(
            f"There is no function `{spec}` ({error}): check the name, or the folder you are in."
        ) from None
