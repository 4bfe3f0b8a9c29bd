"""F0 curves of one sentence as several systems said it, as paths over the pictures of their spectrograms.

Enter: wavs by system. Leave: SVG paths in percent of a picture's width and height; F0 has a logarithmic scale of its
own, from the bottom to the top of the picture, the same for all systems of the sentence.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch

from ..audio.pitch import fundamental_frequency
from ..audio.trim import speech_range
from ..metrics.signal import UNVOICED


FRAMES_PER_SECOND = 80
MARGIN = 1.1  # of Hz, below and above all curves
LEAST_SPAN = 2.0  # an octave, or noise of a level voice would look like a melody


@dataclass(frozen=True)
class Contour:
    """F0 of one wav.

    Args:
        f0: `(F,)` Hz, 0 where unvoiced, clearly voiced frames only.
        seconds: Of the wav.
        start: Where speech begins, in seconds.
        end: Where it ends.
    """

    f0: np.ndarray
    seconds: float
    start: float
    end: float

    @property
    def times(self) -> np.ndarray:
        """The middle `(F,)` of each frame, in seconds."""
        return (np.arange(len(self.f0)) + 0.5) / FRAMES_PER_SECOND


@dataclass(frozen=True)
class MelodyPaths:
    """Curves over the pictures of a sentence.

    Args:
        low: Hz at the bottom of the pictures.
        high: Hz at their top.
        curves: By system, the path of its own F0.
        references: By system, the path of the recording's F0, moved and stretched to the speech of the system.
    """

    low: float
    high: float
    curves: dict[str, str]
    references: dict[str, str]


def melody_paths(wavs: dict[str, Path], recording: str = "ground_truth") -> MelodyPaths | None:
    """The F0 curves of a sentence; `None` where nobody has a voice.

    Args:
        wavs: By system, what it said.
        recording: The system that the others are compared with.
    """
    contours = {system: read_contour(wav) for system, wav in wavs.items()}
    voiced = np.concatenate([contour.f0[contour.f0 > 0] for contour in contours.values()] or [np.zeros(0)])
    if not len(voiced):
        return None
    low, high = voiced.min() / MARGIN, voiced.max() * MARGIN
    wider = max(1.0, LEAST_SPAN * low / high) ** 0.5
    low, high = low / wider, high * wider
    curves = {system: path(each, each.times, each.seconds, low, high) for system, each in contours.items()}
    references = {}
    if recording in contours:
        said = contours[recording]
        for system, each in contours.items():
            share = (said.times - said.start) / max(said.end - said.start, 1e-3)
            moved = each.start + share * (each.end - each.start)
            references[system] = path(said, moved, each.seconds, low, high) if system != recording else ""
    return MelodyPaths(low, high, curves, references)


def read_contour(wav: Path) -> Contour:
    """F0 of a wav file, and where its speech is."""
    wave, rate = soundfile.read(wav, dtype="float32")
    hop = rate // FRAMES_PER_SECOND
    wave = np.pad(wave, (0, max(0, hop - len(wave))))
    start, end = speech_range(wave, rate)
    f0 = fundamental_frequency(torch.from_numpy(wave)[None], rate, hop, UNVOICED)[0].numpy()
    return Contour(f0, len(wave) / rate, start / rate, end / rate)


def path(contour: Contour, times: np.ndarray, seconds: float, low: float, high: float) -> str:
    """An SVG path of F0 at `times` over a picture of so many `seconds`, broken where there is no voice."""
    across = 100 * times / seconds
    up = 100 * np.log(high / contour.f0.clip(min=low)) / np.log(high / low)
    drawn = (contour.f0 > 0) & (across >= 0) & (across <= 100)
    begins = drawn & ~np.concatenate([[False], drawn[:-1]])
    return "".join(f"{'M' if begins[n] else 'L'}{across[n]:.1f},{up[n]:.1f}" for n in np.flatnonzero(drawn))
