"""The quiet at both ends of a recording."""

import numpy as np

from .loudness import frame_rms


def trim_silence(wave: np.ndarray, sampling_rate: int, keep_seconds: float = 0.05) -> np.ndarray:
    """Cut the quiet before the first and after the last sound; pauses inside stay.

    Quiet is what stays within 6 dB of the recording's own noise (its quietest twentieth). What lies 40 dB below the
    loudest 20 ms is always quiet, and what comes within 30 dB of them never is.

    Args:
        wave: Samples `(S,)`.
        sampling_rate: In Hz.
        keep_seconds: So much of the quiet is left on both sides, in seconds.

    Example:
        >>> len(trim_silence(np.repeat(np.float32([0, 1, 0]), 16_000), 16_000))
        17920
    """
    start, end = speech_range(wave, sampling_rate)
    keep = round(keep_seconds * sampling_rate)
    return wave[max(0, start - keep) : end + keep]


def speech_range(wave: np.ndarray, sampling_rate: int) -> tuple[int, int]:
    """The first sample of the speech in a recording and one past the last; all of it where there is only quiet.

    Args:
        wave: Samples `(S,)`.
        sampling_rate: In Hz.
    """
    hop = max(1, sampling_rate // 100)  # 10 ms
    level = frame_rms(wave, hop)
    loudest, noise = level.max(), np.quantile(level, 0.05)
    loud = np.flatnonzero(level > np.clip(2 * noise, loudest * 10 ** (-40 / 20), loudest * 10 ** (-30 / 20)))
    if len(loud) == 0:
        return 0, len(wave)
    return int(loud[0]) * hop, (int(loud[-1]) + 2) * hop
