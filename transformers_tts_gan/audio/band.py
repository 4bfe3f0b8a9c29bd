"""Highs for recordings that have none, because their sampling rate is lower than the model's.

Enters: a waveform `(S,)` that was resampled from a lower rate. Leaves: the same, and above its highs a mirror image of
them. A vocoder that was trained on full spectra never met frames whose upper bands are empty, and copies them badly.
Consonants and breath are noise there, whose fine structure nobody hears; its loudness over time is that of the highs
below, which is all that the mirror image must bring (spectral folding: Makhoul and Berouti, 1979, "High-frequency
regeneration in speech coding systems").
"""

import numpy as np

from .resample import PASS


def mirror_band(waveform: np.ndarray, sampling_rate: int, recorded_rate: int) -> np.ndarray:
    """Fill what a waveform from a lower sampling rate lacks with the mirror image of what lies below.

    The image begins as loud as what it mirrors and falls by 6 dB an octave. What lies below the gap stays as it is.

    Args:
        waveform: Floats `(S,)`.
        sampling_rate: Of `waveform`, in Hz.
        recorded_rate: That it was recorded at, in Hz. From `sampling_rate` on, nothing is changed.

    Example:
        >>> mirror_band(np.zeros(24_000, np.float32), 24_000, 16_000).shape
        (24000,)
    """
    if recorded_rate >= sampling_rate or len(waveform) == 0:
        return waveform
    spectrum = np.fft.rfft(waveform)
    edge = round(PASS * recorded_rate / 2 / sampling_rate * len(waveform))  # the first bin that lacks something
    lacking = np.arange(edge + 1, len(spectrum))
    mirrored = 2 * edge - lacking  # negative ones stand for their conjugates, of which there are as many below
    found = spectrum[np.abs(mirrored)]
    spectrum[lacking] = np.where(mirrored < 0, found, found.conj()) * edge / lacking
    return np.fft.irfft(spectrum, len(waveform)).astype(np.float32)
