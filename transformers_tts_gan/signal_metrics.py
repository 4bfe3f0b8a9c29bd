"""How far speech is from a recording of the same words: spectrum, melody, voicing and length, after time alignment.

Enter: waveforms `(S,)`, floats in [-1, 1], synthetic and recorded. Leaves: mel-cepstral distortion (dB), F0 error
(cents), voicing error (share of frames), duration error (share of the recording's length). These compare one reading
with another, so that a good voice with a melody of its own scores worse than its sound deserves: use them to compare
versions of a voice, beside what a recogniser understands.
"""

import functools
from dataclasses import dataclass

import numpy as np
import torch

from .audio import trim_silence
from .features import mel_spectrogram
from .pitch import fundamental_frequency


try:
    import datasets
    import evaluate
except ImportError as error:
    raise ImportError(
        f"Judging a voice needs `{error.name}`, which is not installed: `pip install transformers-tts-gan[eval]`."
    ) from error

CEPSTRA = 13  # beside the first, which is the level
MEL_BANDS = 80
HOP_SECONDS = 0.01
WINDOW_SECONDS = 0.064
DECIBELS = 20 / np.log(10) / np.sqrt(MEL_BANDS)  # of the root mean square over bands of natural-log magnitudes


@dataclass(frozen=True)
class Comparison:
    """Distances between a waveform and the recording of the same words.

    Args:
        mcd: Mel-cepstral distortion in dB.
        f0_rmse: Root mean square of the F0 difference in cents, over frames voiced in both; NaN where there are none.
        voicing_error: Share of aligned frames that are voiced in one only.
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
        ValueError: one of them is silent, not finite, or shorter than an analysis window.
    """
    sounds = [_speech(wave, sampling_rate, name) for wave, name in ((waveform, "waveform"), (recording, "recording"))]
    (cepstra, f0), (other_cepstra, other_f0) = (_analyse(sound, sampling_rate) for sound in sounds)
    path = time_warping_path(cepstra, other_cepstra)
    distance = np.linalg.norm(cepstra[path[:, 0]] - other_cepstra[path[:, 1]], axis=1)
    f0, other_f0 = f0[path[:, 0]], other_f0[path[:, 1]]
    both = (f0 > 0) & (other_f0 > 0)
    cents = 1200 * np.log2(f0[both] / other_f0[both])
    return Comparison(
        mcd=float(DECIBELS * distance.mean()),
        f0_rmse=float(np.sqrt(np.mean(cents**2))) if both.any() else float("nan"),
        voicing_error=float(np.mean((f0 > 0) != (other_f0 > 0))),
        duration_error=len(sounds[0]) / len(sounds[1]) - 1,
    )


def time_warping_path(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pairs of frames `(P, 2)` that belong together, of `(N, D)` and `(M, D)` vectors, from the first to the last.

    The path of least summed Euclidean distance whose steps go on by one frame in either or both (Sakoe and Chiba,
    1978, "Dynamic programming algorithm optimization for spoken word recognition").
    """
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
    wave = np.asarray(wave, dtype=np.float32)
    if not np.isfinite(wave).all():
        raise ValueError(f"The {name} is not finite: there is nothing to compare.")
    wave = trim_silence(wave, sampling_rate) if len(wave) else wave
    if len(wave) < WINDOW_SECONDS * sampling_rate or not np.abs(wave).max():
        raise ValueError(f"The {name} holds {len(wave)} samples of speech: too few to compare.")
    return wave / np.sqrt(np.mean(wave**2))


def _analyse(wave: np.ndarray, sampling_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Cepstra `(F, 13)` and F0 `(F,)` in Hz, 0 where unvoiced."""
    hop, window = round(HOP_SECONDS * sampling_rate), 2 * round(WINDOW_SECONDS * sampling_rate / 2)
    samples = torch.from_numpy(np.ascontiguousarray(wave[: len(wave) // hop * hop]))[None]
    log_mel = mel_spectrogram(samples, sampling_rate, window, hop, MEL_BANDS, 0.0, sampling_rate / 2)[0].numpy()
    f0 = fundamental_frequency(samples, sampling_rate, hop)[0].numpy()
    frames = min(len(log_mel), len(f0))
    return log_mel[:frames] @ _cosines(), f0[:frames]


@functools.cache
def _cosines() -> np.ndarray:
    """The orthonormal cosine transform `(80, 13)` from log-mel bands to cepstra 1 to 13."""
    bands, orders = np.arange(MEL_BANDS) + 0.5, np.arange(1, CEPSTRA + 1)
    return np.sqrt(2 / MEL_BANDS) * np.cos(np.pi / MEL_BANDS * bands[:, None] * orders)


class SignalMetric(evaluate.Metric):
    """Base of the metrics that compare waveforms with recordings: `compute(predictions=waves, references=recordings)`.

    Besides the mean under the metric's own name, `compute` returns `values`, one for each pair (NaN where a pair
    cannot be compared), and `failed`, how many of those there are.
    """

    name = "mcd"

    def __init__(self, sampling_rate: int = 16_000, **kwargs):
        super().__init__(config_name=str(sampling_rate), **kwargs)

    def _info(self):
        samples = datasets.Sequence(datasets.Value("float32"))
        return evaluate.MetricInfo(
            description=self.__doc__,
            citation="",
            inputs_description="`predictions` and `references`: lists of waveforms, floats in [-1, 1].",
            features=datasets.Features({"predictions": samples, "references": samples}),
        )

    def _compute(self, predictions, references):
        values = [self.measure(*pair) for pair in zip(predictions, references, strict=True)]
        heard = [value for value in values if np.isfinite(value)]
        mean = float(np.mean(heard)) if heard else float("nan")
        return {self.name: mean, "values": values, "failed": len(values) - len(heard)}

    def measure(self, waveform, recording) -> float:
        try:
            comparison = compare_waveforms(np.asarray(waveform), np.asarray(recording), int(self.config_name))
        except ValueError:
            return float("nan")
        return abs(getattr(comparison, self.name))


class MelCepstralDistortion(SignalMetric):
    """Mel-cepstral distortion along the time-warped path, in dB: `mcd` (Kubichek, 1993)."""


class F0Error(SignalMetric):
    """Root mean square difference of F0 in cents, where both are voiced: `f0_rmse`."""

    name = "f0_rmse"


class VoicingError(SignalMetric):
    """Share of aligned frames that are voiced in one of the two only: `voicing_error`."""

    name = "voicing_error"


class DurationError(SignalMetric):
    """Absolute difference of lengths as a share of the recording's: `duration_error`."""

    name = "duration_error"
