"""Speed of synthesis: seconds of computing for a second of sound."""

from collections.abc import Iterable

import numpy as np


def real_time_factors(computing: Iterable[float], sound: Iterable[float]) -> tuple[float, float]:
    """Real-time factors, seconds of computing for a second of sound: of all sentences together, and their median.

    A sentence without sound has an infinite factor, and its time counts. The first number is infinite if no sentence
    has sound.

    Args:
        computing: Seconds that each sentence took.
        sound: Seconds of sound of each.

    Raises:
        ValueError: There is no sentence, the lists differ in length, or a time is negative or not finite.

    Example:
        >>> real_time_factors([0.1, 0.3], [1.0, 1.0])
        (0.2, 0.2)
    """
    pairs = np.array([*zip(computing, sound, strict=True)], dtype=np.float64).reshape(-1, 2)
    if not len(pairs) or not (np.isfinite(pairs) & (pairs >= 0)).all():
        raise ValueError(f"Got times of {len(pairs)} sentences; needs at least one, all finite and not below 0 s.")
    spent, seconds = pairs.T
    factors = np.divide(spent, seconds, out=np.full(len(pairs), np.inf), where=seconds > 0)
    return float(spent.sum() / seconds.sum()) if seconds.sum() else float("inf"), float(np.median(factors))
