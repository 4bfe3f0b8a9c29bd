"""How fast speech is made: seconds of computing for a second of sound."""

from collections.abc import Iterable

import numpy as np


def real_time_factors(computing: Iterable[float], sound: Iterable[float]) -> tuple[float, float]:
    """Seconds of computing for a second of sound: of all sentences together, and the median of each.

    A sentence without sound has an infinite factor, and its time counts; infinite together where nothing has sound.

    Args:
        computing: Seconds that each sentence took.
        sound: Seconds of sound of each.

    Raises:
        ValueError: no sentence, not as many of both, or something that is no time.
    """
    pairs = np.array([*zip(computing, sound, strict=True)], dtype=np.float64).reshape(-1, 2)
    if not len(pairs) or not (np.isfinite(pairs) & (pairs >= 0)).all():
        raise ValueError(f"Got times of {len(pairs)} sentences; needs at least one, all finite and not below 0 s.")
    spent, seconds = pairs.T
    factors = np.divide(spent, seconds, out=np.full(len(pairs), np.inf), where=seconds > 0)
    return float(spent.sum() / seconds.sum()) if seconds.sum() else float("inf"), float(np.median(factors))
