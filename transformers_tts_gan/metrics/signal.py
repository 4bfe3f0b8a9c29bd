"""How far speech is from a recording of the same words: spectrum, F0, voicing and length, after time alignment.

Enter: waveforms `(S,)`, floats in [-1, 1], synthetic and recorded. Leaves: mel-cepstral distortion (dB), F0 error
(cents), voicing error (share of frames), duration error (share of the recording's length). These compare one reading
with another, so that a good model with another intonation scores worse than its sound deserves: use them to compare
versions of a model, beside the error rates.
"""

import functools
from dataclasses import dataclass

import numpy as np
import torch

from ..audio.mel import mel_spectrogram
from ..audio.pitch import fundamental_frequency
from ..audio.trim import trim_silence
from ..audio.waveform import SILENCE_PEAK, as_waveform, check_sampling_rate
from .dtw import time_warping_path


CEPSTRA = 13  # beside the first, which is the level
MEL_BANDS = 80
HOP_SECONDS = 0.01
WINDOW_SECONDS = 0.064
LOWEST_RATE = 8_000  # Hz; below, speech has no consonants to compare
UNVOICED = 0.65  # strict: noise that a vocoder makes of pulses correlates better than a person's
OCTAVE = 1200.0  # cents: the F0 error of what has no pitch where the recording has one; a convention
DECIBELS = 20 / np.log(10) / np.sqrt(MEL_BANDS)  # of the root mean square over bands of natural-log magnitudes


@dataclass(frozen=True)
class Comparison:
    """Distances between a waveform and the recording of the same words.

    Args:
        mcd: Mel-cepstral distortion in dB.
        f0_rmse: Root mean square of the F0 difference in cents, over frames voiced in both; an octave where there are
            none, NaN where the recording has no voiced frames.
        voicing_error: Share of aligned frames that are voiced in one only (Nakatani et al., 2008, "A method for
            fundamental frequency estimation and voicing decision", Speech Communication 50).
        duration_error: Difference of lengths without the silence around, as a share of the recording's; below 0 the
            waveform is the shorter.
    """

    mcd: float
    f0_rmse: float
    voicing_error: float
    duration_error: float


def compare_waveforms(waveform: np.ndarray, recording: np.ndarray, sampling_rate: int) -> Comparison:
    """Align `(S,)` samples with a recording `(R,)` of the same words in time, and measure what still differs.

    Mel-cepstral distortion after Kubichek (1993), "Mel-cepstral distance measure for objective speech quality
    assessment", over the path of dynamic time warping; here on the first 13 cosine coefficients of 80 log-mel bands,
    without the level, so that it is the root mean square difference of the smoothed spectra in dB.

    Args:
        waveform: `(S,)` samples.
        recording: `(R,)` samples.
        sampling_rate: Of both, in Hz; at least 8,000.

    Raises:
        ValueError: One of them is silent, not finite, or shorter than an analysis window. `compare_with_silence`
            tells what such a waveform counts.

    Example:

    ```python
    distances = compare_waveforms(waveform, recording, 16_000)
    print(distances.mcd, distances.f0_rmse)
    ```
    """
    sampling_rate = check_sampling_rate(sampling_rate, LOWEST_RATE)
    sounds = [_speech(wave, sampling_rate, name) for wave, name in ((waveform, "waveform"), (recording, "recording"))]
    (cepstra, f0), (other_cepstra, other_f0) = (_analyze(sound, sampling_rate) for sound in sounds)
    path = time_warping_path(cepstra, other_cepstra)
    distance = np.linalg.norm(cepstra[path[:, 0]] - other_cepstra[path[:, 1]], axis=1)
    f0, other_f0 = f0[path[:, 0]], other_f0[path[:, 1]]
    both = (f0 > 0) & (other_f0 > 0)
    cents = OCTAVE * np.log2(f0[both] / other_f0[both])
    return Comparison(
        mcd=float(DECIBELS * distance.mean()),
        f0_rmse=float(np.sqrt(np.mean(cents**2))) if both.any() else _no_pitch(other_f0),
        voicing_error=float(np.mean((f0 > 0) != (other_f0 > 0))),
        duration_error=len(sounds[0]) / len(sounds[1]) - 1,
    )


def compare_with_silence(recording: np.ndarray, sampling_rate: int) -> Comparison:
    """The distances of a waveform without speech from a recording `(R,)`.

    `mcd` is that of a flat spectrum, as far as white noise (12 dB, compared with 3.5 dB of our English voice),
    `f0_rmse` an octave, `voicing_error` the share of voiced frames, and `duration_error` the whole length (-1).

    Args:
        recording: `(R,)` samples.
        sampling_rate: Of the recording, in Hz; at least 8,000.

    Raises:
        ValueError: The recording is silent, not finite, or shorter than an analysis window.
    """
    sampling_rate = check_sampling_rate(sampling_rate, LOWEST_RATE)
    cepstra, f0 = _analyze(_speech(recording, sampling_rate, "recording"), sampling_rate)
    distance = np.linalg.norm(cepstra, axis=1)
    return Comparison(float(DECIBELS * distance.mean()), _no_pitch(f0), float(np.mean(f0 > 0)), -1.0)


def _speech(wave: np.ndarray, sampling_rate: int, name: str) -> np.ndarray:
    wave = as_waveform(wave, name)
    if not np.isfinite(wave).all():
        raise ValueError(f"The {name} is not finite: there is nothing to compare. Leave it out, or make it again.")
    wave = trim_silence(wave, sampling_rate) if len(wave) else wave
    least = round(WINDOW_SECONDS * sampling_rate)
    if len(wave) < least or np.abs(wave).max() < SILENCE_PEAK:
        raise ValueError(
            f"The {name} holds {len(wave)} samples of speech or silence: too few or too quiet. It needs {least} and a "
            "peak over -60 dBFS: leave it out, or make it again."
        )
    return wave / np.sqrt(np.mean(wave**2))


def _no_pitch(recorded_f0: np.ndarray) -> float:
    """The F0 error of what has no pitch: an octave, or NaN where the recording has none either."""
    return OCTAVE if (recorded_f0 > 0).any() else float("nan")


def _analyze(wave: np.ndarray, sampling_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Cepstra `(F, 13)` and F0 `(F,)` in Hz, 0 where unvoiced."""
    hop, window = round(HOP_SECONDS * sampling_rate), 2 * round(WINDOW_SECONDS * sampling_rate / 2)
    samples = torch.from_numpy(np.ascontiguousarray(wave[: len(wave) // hop * hop]))[None]
    log_mel = mel_spectrogram(samples, sampling_rate, window, hop, MEL_BANDS, 0.0, sampling_rate / 2)[0].numpy()
    f0 = fundamental_frequency(samples, sampling_rate, hop, UNVOICED)[0].numpy()
    frames = min(len(log_mel), len(f0))
    return log_mel[:frames] @ _cosines(), f0[:frames]


@functools.cache
def _cosines() -> np.ndarray:
    """The orthonormal cosine transform `(80, 13)` from log-mel bands to cepstra 1 to 13."""
    bands, orders = np.arange(MEL_BANDS) + 0.5, np.arange(1, CEPSTRA + 1)
    return np.sqrt(2 / MEL_BANDS) * np.cos(np.pi / MEL_BANDS * bands[:, None] * orders)
