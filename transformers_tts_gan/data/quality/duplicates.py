"""Recordings with the same sound, whatever its loudness, coding and silence around it.

Enter: fingerprints of [`Measures`] and the recordings. Leave: groups of two or more. Fingerprints tell which
recordings look alike. These are compared sample by sample, each with a few of the others at most: the time grows with
the number of recordings also where all of them look alike.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch

from ...audio.io import read_audio


RATE = 4_000  # Hz, at which recordings are compared
MOST_COMPARED = 16  # earlier recordings that one is compared with, those that look most alike
LAST_READ = 4 * MOST_COMPARED  # recordings that are kept in memory
ROWS_AT_ONCE = 1_000


def same_sound(
    fingerprints: np.ndarray, audio: Callable[[int], object], same_fingerprint: float, same_wave: float
) -> list[list[int]]:
    """Group the recordings that hold the same sound.

    Args:
        fingerprints: `(N, 384)`, each of length 1.
        audio: Gives the recording of an index, as `read_audio` takes it.
        same_fingerprint: Likeness of two fingerprints from which their recordings are compared.
        same_wave: Their correlation from which they are one.

    Returns:
        The indices of each group of two or more.
    """
    wave = lru_cache(LAST_READ)(lambda number: torch.from_numpy(read_audio(audio(number), RATE)))
    group = list(range(len(fingerprints)))
    for start in range(0, len(group), ROWS_AT_ONCE):
        likeness = fingerprints[start : start + ROWS_AT_ONCE] @ fingerprints.T
        for number, row in enumerate(likeness, start):
            for other in most_alike(row[:number], same_fingerprint):
                old, new = group[number], group[other]
                if old != new and correlation(wave(other), wave(number)) > same_wave:
                    group = [new if each == old else each for each in group]
    members = defaultdict(list)
    for number, first in enumerate(group):
        members[first].append(number)
    return [found for found in members.values() if len(found) > 1]


def most_alike(likeness: np.ndarray, least: float) -> list[int]:
    """Indices of the greatest values of `(N,)` over `least`; of those as great, the first, which copies share."""
    found = np.flatnonzero(likeness > least)
    return found[np.argsort(-likeness[found].round(3), kind="stable")[:MOST_COMPARED]].tolist()


def correlation(first: torch.Tensor, second: torch.Tensor) -> float:
    """The greatest correlation of two waveforms `(S,)` over all shifts; 1 for the same sound."""
    waves = [wave - wave.mean() for wave in (first, second)]
    size = 2 ** (sum(map(len, waves)) - 1).bit_length()
    one, two = (torch.fft.rfft(wave, size) for wave in waves)
    scale = torch.stack([wave.norm() for wave in waves]).prod()
    return float(torch.fft.irfft(one * two.conj(), size).abs().max() / scale.clamp(min=1e-9))
