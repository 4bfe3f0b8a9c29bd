"""What a vocoder shapes into speech: pulses at the pitch of the voice and noise, and their spectra frame by frame.

Enter: F0 in Hz, `(B, F)`. Leave: samples, and spectra of one frame per hop. Pulses carry phases that fit together,
which a network would have to learn: after the neural homomorphic vocoder (Liu, Chen and Yu, 2020, "Neural Homomorphic
Vocoder", Interspeech, sections 2 and 3).
"""

import math

import torch
import torch.nn.functional as F

from ..audio.mel import hann_window
from .frame_synthesis import NOISE_FRAMES, noise_parts


def pulse_train(f0: torch.Tensor, hop_length: int, sampling_rate: int, shift=None) -> torch.Tensor:
    """Band-limited pulses `(B, F * hop_length)` of power 1 at `f0` `(B, F)` Hz, above 0.

    The sum of all harmonics below half the sampling rate in closed form (the Dirichlet kernel); the highest fades in
    and out with its frequency, so that a gliding pitch does not click.

    Args:
        shift: `(B, F * hop_length)` radians by which the fundamental is ahead, from `fundamental_phase`; `None`: 0.
    """
    pitch = per_sample(f0, hop_length)  # (B, S)
    phase = fundamental(pitch, sampling_rate)
    phase = phase if shift is None else phase + shift
    count = sampling_rate / 2 / pitch
    whole = count.floor()
    half = torch.sin(phase / 2)
    near = half.abs() < 1e-4  # the kernel's limit at its peak
    kernel = torch.sin((whole + 0.5) * phase) / (2 * torch.where(near, 1.0, half)) - 0.5
    pulses = torch.where(near, whole, kernel) + (count - whole) * torch.cos((whole + 1) * phase)
    return pulses * 2 * (pitch / sampling_rate).sqrt()


def fundamental(pitch: torch.Tensor, sampling_rate: int) -> torch.Tensor:
    """The phase `(B, S)` in radians, from 0 to 2 pi, of a tone of `pitch` `(B, S)` Hz."""
    turns = (pitch.double() / sampling_rate).cumsum(dim=1) % 1  # double: float32 drifts within seconds
    return (2 * math.pi * turns).float()


def fundamental_phase(waveform: torch.Tensor, f0: torch.Tensor, hop_length: int, sampling_rate: int) -> torch.Tensor:
    """By how many radians the fundamental of `(B, F * hop_length)` samples is ahead of a tone of their F0 `(B, F)`.

    Pulses that are shifted by it, `(B, F * hop_length)`, stand at the same place in each period of the recording: the
    samples become nearly a function of the frames, phases included.

    Args:
        waveform: Ground truth.
        f0: Above 0, as `fill_gaps` leaves it.
    """
    phase = fundamental(per_sample(f0, hop_length), sampling_rate)
    width = 4 * hop_length
    window = hann_window(width, str(waveform.device))
    edge = (width - hop_length) // 2
    parts = []
    for wave in (phase.cos(), -phase.sin()):
        frames = F.pad(waveform * wave, (edge, width - hop_length - edge)).unfold(-1, width, hop_length)
        parts.append(frames @ window)  # (B, F)
    size = torch.hypot(*parts).clamp(min=1e-9)
    real, imaginary = (per_sample(part / size, hop_length) for part in parts)
    return torch.atan2(imaginary, real)


def per_sample(f0: torch.Tensor, hop_length: int) -> torch.Tensor:
    """`(B, F)` values, each in the middle of a hop, as `(B, F * hop_length)`: straight lines, level at both ends."""
    places = torch.arange(hop_length, dtype=torch.float64, device=f0.device) + 0.5
    shares, half = ((places / hop_length + 0.5) % 1).float(), hop_length // 2
    line = f0[..., None]  # (B, F, 1)
    before, after = torch.cat([line[:, :1], line[:, :-1]], dim=1), torch.cat([line[:, 1:], line[:, -1:]], dim=1)
    first, second = before + (line - before) * shares[:half], line + (after - line) * shares[half:]
    return torch.cat([first, second], dim=-1).flatten(1)


def noise_spectra(
    batch: int, frames: int, n_fft: int, hop_length: int, device: torch.device, fresh: bool
) -> torch.Tensor:
    """Complex spectra `(B, F, n_fft // 2 + 1)` that `inverse_stft` makes white noise of power 1 of.

    Args:
        fresh: New noise, for training; else always the same, so that a text sounds alike each time.
    """
    scale = math.sqrt(n_fft / hop_length * 3 / 8 * n_fft)  # of the squares of a Hann window
    if fresh:
        return scale * torch.randn(batch, frames, n_fft // 2 + 1, dtype=torch.complex64, device=device)
    place = torch.arange(frames, device=device) % NOISE_FRAMES
    real, imaginary = fixed_noise(n_fft // 2 + 1).to(device)[:, place]
    return scale * torch.complex(real, imaginary).expand(batch, -1, -1)


@torch.compiler.assume_constant_result
def fixed_noise(bins: int) -> torch.Tensor:
    """The table of `frame_synthesis.noise_parts`, which no compiler needs to look into."""
    return torch.from_numpy(noise_parts(bins))


def frame_spectra(samples: torch.Tensor, n_fft: int, hop_length: int) -> torch.Tensor:
    """Complex spectra `(B, F, n_fft // 2 + 1)` of `(B, F * hop_length)` samples, windowed, zeros beyond the ends."""
    edge = (n_fft - hop_length) // 2
    frames = F.pad(samples, (edge, n_fft - hop_length - edge)).unfold(-1, n_fft, hop_length)  # (B, F, n_fft)
    return torch.fft.rfft(frames * hann_window(n_fft, str(samples.device)))
