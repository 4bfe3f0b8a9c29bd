"""How far speech is from a recording of the same words: spectrum, melody, voicing and length, after time alignment.

Enter: waveforms `(S,)`, floats in [-1, 1], synthetic and recorded. Leaves: mel-cepstral distortion (dB), F0 error
(cents), voicing error (share of frames), duration error (share of the recording's length). These compare one reading
with another, so that a good voice with a melody of its own scores worse than its sound deserves: use them to compare
versions of a voice, beside what a recognizer understands.
"""

import functools
from dataclasses import dataclass

import numpy as np
import torch

from ..audio.mel import mel_spectrogram
from ..audio.pitch import fundamental_frequency
from ..audio.trim import trim_silence
from ..audio.waveform import SILENCE_PEAK, as_waveform, check_sampling_rate


CEPSTRA = 13  # beside the first, which is the level
MEL_BANDS = 80
HOP_SECONDS = 0.01
WINDOW_SECONDS = 0.064
LOWEST_RATE = 8_000  # Hz; below, speech has no consonants to compare
UNVOICED = 0.65  # strict: breath that a vocoder makes of pulses correlates better than breath
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

    Raises:
        ValueError: one of them is silent, not finite, or shorter than an analysis window. `compare_with_silence`
            counts such a waveform.
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
    """What counts for a waveform that says nothing where it should say what a recording `(R,)` does.

    A flat spectrum all along for `mcd`, as far as white noise (12 dB where our English voice has 3.5), an octave for
    `f0_rmse`, every voiced frame for `voicing_error`, and the whole length for `duration_error` (-1).

    Raises:
        ValueError: the recording is silent, not finite, or shorter than an analysis window.
    """
    sampling_rate = check_sampling_rate(sampling_rate, LOWEST_RATE)
    cepstra, f0 = _analyze(_speech(recording, sampling_rate, "recording"), sampling_rate)
    distance = np.linalg.norm(cepstra, axis=1)
    return Comparison(float(DECIBELS * distance.mean()), _no_pitch(f0), float(np.mean(f0 > 0)), -1.0)


def time_warping_path(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pairs of frames `(P, 2)` that belong together, of `(N, D)` and `(M, D)` vectors, from the first to the last.

    The path of least summed Euclidean distance whose steps go on by one frame in either or both (Sakoe and Chiba,
    1978, "Dynamic programming algorithm optimization for spoken word recognition").
    """
    if not len(first) or not len(second) or first.shape[1:] != second.shape[1:]:
        raise ValueError(
            f"Got vectors {first.shape} and {second.shape}; needs at least one of each, of the same size."
        )
    cost = np.sqrt(np.maximum((first**2).sum(1)[:, None] + (second**2).sum(1) - 2 * first @ second.T, 0))  # (N, M)
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(2, rows + columns + 1):  # all cells of one diagonal at once
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        before = np.minimum(total[i - 1, j - 1], np.minimum(total[i - 1, j], total[i, j - 1]))
        total[i, j] = cost[i - 1, j - 1] + before
    path, i, j = [], rows, columns
    while i and j:
        path.append((i - 1, j - 1))
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda cell: total[cell])
    return np.array(path[::-1])


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
