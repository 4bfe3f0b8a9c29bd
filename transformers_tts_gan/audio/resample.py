"""One sharp resampler for every rate: whatever reads or measures sound comes through here.

Enter: samples `(..., S)` and two rates in whole Hz. Leave: samples `(..., ceil(S * to_rate / from_rate))`.

The samples are cut into blocks that last a whole number of periods of both rates, so that `n * from_rate / g` samples
become exactly `n * to_rate / g` samples (`g` is the greatest common divisor of the rates). Each block is transformed,
filtered, and transformed back with the other length: the cost hardly depends on the ratio of the rates. The filter is
flat up to 95 % of the lower Nyquist frequency (7.6 kHz on the way to 16 kHz), 100 dB down at that frequency, and falls
as a Gaussian integral, so that its impulse response (a sinc under a Gaussian window) is short. Neighboring blocks
overlap by that response (overlap-save; Oppenheim and Schafer, Discrete-Time Signal Processing, 1989, section 8.7).
"""

import math
from typing import TypeVar

import numpy as np
import torch

from .waveform import check_sampling_rate


PASS = 0.95  # of the lower Nyquist frequency: flat up to here, and nothing is left at the Nyquist frequency
_DEVIATIONS = 4.3  # of the Gaussian from the middle of the slope to its ends: erfc(4.3 / sqrt(2)) / 2 is 1e-5
_BLOCK_SECONDS = 2.0  # of a block without its overlap, at least

Waveform = TypeVar("Waveform", np.ndarray, torch.Tensor)


def resample(waveform: Waveform, from_rate: int, to_rate: int) -> Waveform:
    """Convert samples from one sampling rate to another.

    Any two rates work, in far less than real time and with a bounded amount of memory beside the samples themselves.

    Args:
        waveform: Floats `(..., S)`, an array or a tensor on any device. Gradients pass through a tensor.
        from_rate: Sampling rate of `waveform`, in Hz, from 1,000 to 1,000,000.
        to_rate: Sampling rate of the result, in Hz, from 1,000 to 1,000,000.

    Returns:
        Samples `(..., ceil(S * to_rate / from_rate))` in float32, an array for an array and a tensor for a tensor.

    Raises:
        ValueError: A rate is no whole number or outside its limits.

    Example:
        >>> resample(np.zeros(24_000), 24_000, 16_000).shape
        (16000,)
    """
    from_rate = check_sampling_rate(from_rate, name="from_rate")
    to_rate = check_sampling_rate(to_rate, name="to_rate")
    if isinstance(waveform, torch.Tensor):
        return _resample(waveform.float(), from_rate, to_rate)
    samples = torch.from_numpy(np.ascontiguousarray(waveform, dtype=np.float32))
    return _resample(samples, from_rate, to_rate).numpy()


def _resample(waveform: torch.Tensor, from_rate: int, to_rate: int) -> torch.Tensor:
    length = waveform.shape[-1]
    if from_rate == to_rate or length == 0:
        return waveform
    divisor = math.gcd(from_rate, to_rate)
    read, written = from_rate // divisor, to_rate // divisor  # samples of one period of both rates
    overlap = math.ceil(_response_seconds(min(from_rate, to_rate)) * divisor)  # periods
    periods = min(math.ceil(_BLOCK_SECONDS * divisor), -(-length // read))  # of a block, without the overlap
    gain = _filter(periods + 2 * overlap, from_rate, to_rate, divisor).to(waveform.device)
    blocks = []
    for start in range(-overlap * read, length - overlap * read, periods * read):
        stop = start + (periods + 2 * overlap) * read
        block = waveform[..., max(0, start) : stop]
        block = torch.nn.functional.pad(block, (max(0, -start), max(0, stop - length)))
        spectrum = torch.fft.rfft(block)[..., : len(gain)] * gain
        block = torch.fft.irfft(spectrum, n=(periods + 2 * overlap) * written)
        blocks.append(block[..., overlap * written : (overlap + periods) * written])
    return torch.cat(blocks, dim=-1)[..., : -(-length * to_rate // from_rate)]


def _response_seconds(lower_rate: int) -> float:
    """Half the length of the filter's impulse response: beyond it, less than 1e-5 of its peak is left."""
    return _DEVIATIONS * 1.2 / (2 * math.pi * _slope_deviation(lower_rate))


def _slope_deviation(lower_rate: int) -> float:
    """Standard deviation, in Hz, of the Gaussian whose integral is the slope of the filter."""
    return (1 - PASS) * lower_rate / 4 / _DEVIATIONS


def _filter(periods: int, from_rate: int, to_rate: int, divisor: int) -> torch.Tensor:
    """Gain `(bins,)` of the lowest bins of a block; bins beyond the lower Nyquist frequency are left out."""
    lower = min(from_rate, to_rate)
    hertz = torch.arange(periods * (lower // divisor) // 2 + 1, dtype=torch.float64) * (divisor / periods)
    middle = (1 + PASS) * lower / 4
    slope = torch.erfc((hertz - middle) / (math.sqrt(2) * _slope_deviation(lower))) / 2
    return (slope * (to_rate / from_rate)).float()
