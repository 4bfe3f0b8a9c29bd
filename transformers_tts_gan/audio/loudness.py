"""Loudness of a waveform `(S,)`: the level of its frames, and one level for all recordings of a corpus."""

import numpy as np


def normalize_loudness(wave: np.ndarray, target_db: float = -23.0, max_peak: float = 0.95) -> np.ndarray:
    """Scale a waveform so that the RMS of its active part has a given level.

    The active part is what lies less than 30 dB below the loudest stretch, so that pauses do not make a recording
    louder. Silence stays as it is.

    Args:
        wave: Samples `(S,)` in [-1, 1].
        target_db: Level of the active part, in dBFS.
        max_peak: The gain is less where a sample would pass this.

    Returns:
        Samples `(S,)` in float32.

    Example:
        >>> round(float(np.abs(normalize_loudness(np.ones(8_000, np.float32))).max()), 3)
        0.071
    """
    level = frame_rms(wave, hop=240)
    loudest = level.max()
    if loudest == 0:
        return wave
    active = level[level > loudest * 10 ** (-30 / 20)]
    gain = 10 ** (target_db / 20) / np.sqrt(np.mean(active**2))
    return (wave * min(gain, max_peak / np.abs(wave).max())).astype(np.float32)


def frame_rms(wave: np.ndarray, hop: int) -> np.ndarray:
    """Return the RMS of windows of two hops, one per hop, in float64; the end cuts the last ones short."""
    ends = np.concatenate([[0.0], np.cumsum(np.square(wave, dtype=np.float64))])
    start = np.arange(0, max(1, len(wave) - hop), hop)
    stop = np.minimum(start + 2 * hop, len(wave))
    return np.sqrt(np.maximum(ends[stop] - ends[start], 0.0) / np.maximum(stop - start, 1))
