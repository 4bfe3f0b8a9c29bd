"""The pitch of speech: F0 in Hz of each frame, 0 where it is unvoiced, and a line through those gaps.

Enter: `(B, S)` floats in [-1, 1]; leave: `(B, F)` with `F = S // hop_length`, the n-th in the middle of the n-th hop.
After Boersma (1993, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
sampled sound", sections 3 to 5): peaks of the normalized autocorrelation are candidates, and the cheapest path through
them is the pitch. A frame alone is wrong by an octave too often.
"""

import math

import torch
import torch.nn.functional as F

from .mel import hann_window


LOWEST_F0, HIGHEST_F0 = 60.0, 500.0  # Hz
WINDOW_SECONDS = 0.032  # short, to follow a glide
CANDIDATES = 8
UNVOICED = 0.3  # a voice correlates better than that
SILENCE = 0.03  # of the loudest frame's level
OCTAVE_PRICE = 0.02  # of an octave down: or the pitch falls to half
JUMP_PRICE, VOICING_PRICE = 0.56, 0.22  # of an octave between frames 10 ms apart, and of voice beginning or ending
UNKNOWN_F0 = 150.0  # of a recording without any voice


def fundamental_frequency(
    waveform: torch.Tensor, sampling_rate: int, hop_length: int, unvoiced: float = UNVOICED
) -> torch.Tensor:
    """F0 in Hz, `(B, F)`, from 60 to 500; 0 where unvoiced.

    Args:
        unvoiced: Autocorrelation at one period, from 0 to 1, below which a frame is unvoiced. Synthesis wants a pitch
            wherever there may be one; measurements ask for more.
    """
    frames = waveform.shape[-1] // hop_length
    if frames == 0:
        return waveform.new_zeros(len(waveform), 0)
    correlation, level = autocorrelation(waveform.float(), sampling_rate, hop_length)  # (B, F, lags), (B, F)
    f0, strength = candidates(correlation, sampling_rate)  # (B, F, C)
    quiet = (SILENCE - level / level.amax(-1, keepdim=True).clamp(min=1e-5)).clamp(min=0) / SILENCE
    strength = torch.cat([strength, (unvoiced + quiet)[..., None]], dim=-1)  # the last: no voice
    path = cheapest_path(strength, f0, 0.01 * sampling_rate / hop_length)
    return F.pad(f0, (0, 1)).gather(-1, path[..., None])[..., 0]


def autocorrelation(waveform: torch.Tensor, sampling_rate: int, hop_length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Of each frame, by lag from 0 to that of the lowest pitch, 1 at lag 0; and the level of each frame."""
    width, longest = round(WINDOW_SECONDS * sampling_rate), math.ceil(sampling_rate / LOWEST_F0) + 1
    pad = (width - hop_length) // 2  # cuts where hops are longer than windows
    window = hann_window(width, str(waveform.device))
    pieces = F.pad(waveform, (pad, width)).unfold(-1, width, hop_length)[:, : waveform.shape[-1] // hop_length]
    pieces = (pieces - pieces.mean(-1, keepdim=True)) * window  # (B, F, W)
    size = 2 ** (2 * width - 1).bit_length()
    both = torch.cat([pieces.flatten(0, 1), window[None]])
    correlation = torch.fft.irfft(torch.fft.rfft(both, size).abs().square(), size)[:, : longest + 1]
    correlation = correlation / correlation[:, :1].clamp(min=1e-9)
    frames, taper = correlation[:-1].unflatten(0, pieces.shape[:2]), correlation[-1]
    return frames / taper.clamp(min=0.02), pieces.square().mean(-1).sqrt()


def candidates(correlation: torch.Tensor, sampling_rate: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The highest peaks of `(B, F, lags)`: their frequencies in Hz and strengths, both `(B, F, C)`."""
    shortest = int(sampling_rate / HIGHEST_F0)
    lags = torch.arange(correlation.shape[-1], device=correlation.device)
    priced = correlation - OCTAVE_PRICE * torch.log2(lags.clamp(min=1) / shortest)
    left, middle, right = (priced[..., shortest + step : priced.shape[-1] - 1 + step] for step in (-1, 0, 1))
    peaks = torch.where((middle >= left) & (middle >= right), middle, -10.0)
    strength, best = peaks.topk(CANDIDATES, dim=-1)
    best = best + shortest
    left, middle, right = (correlation.gather(-1, best + step) for step in (-1, 0, 1))
    shift = (0.5 * (left - right) / (left - 2 * middle + right).clamp(max=-1e-6)).clamp(-0.5, 0.5)
    return (sampling_rate / (best + shift)).clamp(LOWEST_F0, HIGHEST_F0), strength


def cheapest_path(strength: torch.Tensor, f0: torch.Tensor, rate: float) -> torch.Tensor:
    """The index `(B, F)` of one of `(B, F, C + 1)` strengths in each frame: the last is no voice.

    Args:
        strength: What each candidate earns.
        f0: `(B, F, C)` in Hz; a jump costs by octaves.
        rate: Frames per 10 ms: frames that are further apart may differ more.
    """
    octaves = f0.log2()
    jumps = JUMP_PRICE * rate * (octaves[:, 1:, None, :] - octaves[:, :-1, :, None]).abs()  # (B, F - 1, from, to)
    costs = F.pad(jumps, (0, 1, 0, 1), value=VOICING_PRICE * rate)
    costs[..., -1, -1] = 0
    total, came_from = strength[:, 0], []
    for frame in range(1, strength.shape[1]):
        total, best = (total[:, :, None] - costs[:, frame - 1]).max(dim=1)
        total = total + strength[:, frame]
        came_from.append(best)
    path = [total.argmax(dim=-1)]
    for best in reversed(came_from):
        path.append(best.gather(-1, path[-1][:, None])[:, 0])
    return torch.stack(path[::-1], dim=-1)


def fill_gaps(f0: torch.Tensor) -> torch.Tensor:
    """`(B, F)` Hz with straight lines where it is 0, and level ends: pulses need a pitch at all times."""
    place = torch.arange(f0.shape[1], device=f0.device).expand_as(f0)
    voiced = f0 > 0
    before = torch.where(voiced, place, -1).cummax(dim=1).values
    after = torch.where(voiced, place, f0.shape[1]).flip(1).cummin(dim=1).values.flip(1)
    left = torch.where(before < 0, after, before).clamp(max=f0.shape[1] - 1)
    right = torch.where(after == f0.shape[1], left, after)
    share = (place - left) / (right - left).clamp(min=1)
    start, end = f0.gather(1, left), f0.gather(1, right)
    line = start + (end - start) * share.clamp(0, 1).to(f0.dtype)
    return torch.where(line > 0, line, UNKNOWN_F0)
