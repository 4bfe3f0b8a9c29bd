"""Samples in memory: what counts as a waveform, in which layouts it may come, and how channels become one."""

import logging

import numpy as np


logger = logging.getLogger(__name__)

SILENCE_PEAK = 10 ** (-60 / 20)  # a recording that never leaves -60 dBFS holds no speech
MAX_PEAK = 32.0  # 30 dB over full scale; beyond this the samples are integers that nobody scaled
LOWEST_RATE, HIGHEST_RATE = 1_000, 1_000_000  # Hz; a header that says another rate is wrong
OPPOSITE = -0.5  # a channel that correlates less than this with the loudest one has the opposite polarity


def as_waveform(samples, name: str = "wave") -> np.ndarray:
    """Return samples as float32 mono `(S,)`. Silence and NaN stay as they are.

    Args:
        samples: An array, a tensor on the CPU or a list: `(S,)`, `(channels, S)` or `(S, channels)`. Integers of 16
            bits are scaled to [-1, 1]. Channels are averaged.
        name: What the message of an error calls the samples.

    Raises:
        ValueError: These are no samples, or they are integers that nobody scaled.

    Example:
        >>> as_waveform(np.zeros((2, 8_000))).shape
        (8000,)
    """
    try:
        wave = to_mono(to_float(samples), name)
    except (TypeError, ValueError):
        raise ValueError(
            f"`{name}` is {type(samples).__name__}; needs samples `(S,)`: `read_audio` makes an array of a file."
        ) from None
    peak = float(np.abs(wave, where=np.isfinite(wave), out=np.zeros_like(wave)).max(initial=0.0))
    if peak > MAX_PEAK:
        raise ValueError(f"`{name}` has samples up to {peak:,.0f}; needs [-1, 1]: divide 16 bit samples by 32768.")
    return wave


def check_sampling_rate(sampling_rate, lowest: int = LOWEST_RATE, name: str = "sampling_rate") -> int:
    """Return a sampling rate as an `int`.

    Args:
        sampling_rate: In Hz.
        lowest: The least rate that will do, in Hz.
        name: What the message of an error calls the rate.

    Raises:
        ValueError: It is no whole number from `lowest` to 1,000,000.

    Example:
        >>> check_sampling_rate(16_000.0)
        16000
    """
    whole = isinstance(sampling_rate, (int, float, np.number)) and float(sampling_rate).is_integer()
    if not whole or not lowest <= sampling_rate <= HIGHEST_RATE:
        raise ValueError(
            f"`{name}` is `{sampling_rate!r}`; needs a whole number of Hz, at least {lowest} and at most "
            f"{HIGHEST_RATE}: pass the rate that the samples were recorded at, such as 16000."
        )
    return int(sampling_rate)


def to_float(samples) -> np.ndarray:
    """Return samples as float32, `(S,)` or `(S, channels)`; integers of 8, 16 and 32 bits are scaled to [-1, 1].

    Raises:
        ValueError, TypeError: These are no samples.
    """
    array = np.asarray(samples)
    if array.ndim not in (1, 2):
        raise ValueError(f"shape {array.shape}; needs `(S,)` or `(channels, S)`")
    if array.ndim == 2 and array.shape[0] < array.shape[1]:  # (channels, S), as torchaudio and `datasets` have it
        array = array.T
    if array.dtype == np.uint8:
        return array.astype(np.float32) / 2**7 - 1
    if array.dtype in (np.int16, np.int32):
        return array.astype(np.float32) / 2 ** (8 * array.dtype.itemsize - 1)
    return array.astype(np.float32)


def to_mono(samples: np.ndarray, name: str) -> np.ndarray:
    """Average the channels of `(S, channels)` to `(S,)`.

    A channel whose polarity is opposite to that of the loudest one is turned over first, with a warning: the mean of
    two such channels is silence.
    """
    if samples.ndim == 1:
        return samples
    if samples.size == 0:
        return np.zeros(0, dtype=np.float32)
    if samples.shape[1] == 1:
        return samples[:, 0]
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinite samples are refused elsewhere
        products = samples.T @ samples  # (channels, channels)
        power = np.diag(products)
        loudest = int(power.argmax())
        opposite = products[loudest] < OPPOSITE * np.sqrt(power * power[loudest])
    if opposite.any():
        which = ", ".join(str(number + 1) for number in np.flatnonzero(opposite))
        logger.warning("`%s`: channel %s has the opposite polarity and was turned over.", name, which)
        samples = np.where(opposite, -samples, samples)
    return np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32))
