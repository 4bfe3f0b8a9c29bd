"""What a vocoder shapes into speech: pulses at the pitch of the voice, noise, and the filters that color them.

Enter: F0 in Hz, `(B, F)`, and cepstra. Leave: samples and spectra of one frame per hop. Pulses carry phases that fit
together, which a network would have to learn: after the neural homomorphic vocoder (Liu, Chen and Yu, 2020, "Neural
Homomorphic Vocoder", Interspeech, sections 2 and 3).
"""

import functools
import math

import torch
import torch.nn.functional as F

from ..audio.mel import hann_window


MAX_LOG_GAIN = 6.0  # of a filter, natural logarithm
NOISE_SAMPLES = 2**17


def pulse_train(f0: torch.Tensor, hop_length: int, sampling_rate: int) -> torch.Tensor:
    """Band-limited pulses `(B, F * hop_length)` of power 1 at `f0` `(B, F)` Hz, above 0.

    The sum of all harmonics below half the sampling rate in closed form (the Dirichlet kernel); the highest fades in
    and out with its frequency, so that a gliding pitch does not click.
    """
    pitch = per_sample(f0, hop_length)  # (B, S)
    turns = (pitch.double() / sampling_rate).cumsum(dim=1) % 1  # double: float32 drifts within seconds
    phase = (2 * math.pi * turns).float()
    count = sampling_rate / 2 / pitch
    whole = count.floor()
    half = torch.sin(phase / 2)
    near = half.abs() < 1e-4  # the kernel's limit at its peak
    kernel = torch.sin((whole + 0.5) * phase) / (2 * torch.where(near, 1.0, half)) - 0.5
    pulses = torch.where(near, whole, kernel) + (count - whole) * torch.cos((whole + 1) * phase)
    return pulses * 2 * (pitch / sampling_rate).sqrt()


def per_sample(f0: torch.Tensor, hop_length: int) -> torch.Tensor:
    """`(B, F)` Hz in the middle of each hop as `(B, F * hop_length)`: straight lines, level at both ends."""
    padded = F.pad(f0[:, None], (1, 1), mode="replicate")
    line = F.interpolate(padded, scale_factor=hop_length, mode="linear", align_corners=False)[:, 0]
    return line[:, hop_length:-hop_length]


def noise(batch: int, samples: int, device: torch.device, fresh: bool) -> torch.Tensor:
    """White noise `(B, S)` of power 1: new in training, always the same where a text is to sound alike each time."""
    if fresh:
        return torch.randn(batch, samples, device=device)
    repeats = -(-samples // NOISE_SAMPLES)
    return fixed_noise(str(device)).repeat(repeats)[:samples].expand(batch, samples)


@functools.lru_cache(maxsize=4)
def fixed_noise(device: str) -> torch.Tensor:
    with torch.inference_mode(False):
        return torch.randn(NOISE_SAMPLES, generator=torch.Generator().manual_seed(0)).to(device)


def frame_spectra(samples: torch.Tensor, n_fft: int, hop_length: int) -> torch.Tensor:
    """Complex spectra `(B, F, n_fft // 2 + 1)` of `(B, F * hop_length)` samples, windowed, zeros beyond the ends."""
    edge = (n_fft - hop_length) // 2
    frames = F.pad(samples, (edge, n_fft - hop_length - edge)).unfold(-1, n_fft, hop_length)  # (B, F, n_fft)
    return torch.fft.rfft(frames * hann_window(n_fft, str(samples.device)))


def mixed_phase_filter(causal: torch.Tensor, anticausal: torch.Tensor, n_fft: int) -> torch.Tensor:
    """The complex frequency response `(B, F, n_fft // 2 + 1)` of a complex cepstrum `(B, F, C)`, `(B, F, A)`.

    `causal` are its quefrencies from 0, `anticausal` those from -1 down. With `anticausal` of zeros the filter has
    minimum phase, as a vocal tract nearly has.
    """
    middle = n_fft - causal.shape[-1] - anticausal.shape[-1]
    cepstrum = torch.cat([causal, causal.new_zeros(*causal.shape[:-1], middle), anticausal.flip(-1)], dim=-1)
    response = torch.fft.rfft(cepstrum)
    return torch.polar(response.real.clamp(max=MAX_LOG_GAIN).exp(), response.imag)


def zero_phase_filter(cepstrum: torch.Tensor, n_fft: int) -> torch.Tensor:
    """The real frequency response `(B, F, n_fft // 2 + 1)` of a cepstrum `(B, F, C)`."""
    return torch.fft.rfft(cepstrum, n_fft).real.clamp(max=MAX_LOG_GAIN).exp()
