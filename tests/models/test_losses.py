"""Losses that need no discriminator, at values that can be told without computing, and how much each counts."""

import pytest
import torch
from helpers.training import RATE, speech_like

from transformers_tts_gan.models.losses import (
    masked_l1,
    masked_mse,
    multi_resolution_mel_loss,
    multi_resolution_stft_loss,
)


def test_masked_l1_counts_neither_the_padding_nor_its_share_of_the_mean():
    prediction = torch.zeros(2, 3, 4)
    target = torch.full((2, 3, 4), 2.0)
    target[1, 1:] = 1e6
    mask = torch.tensor([[1, 1, 1], [1, 0, 0]])[..., None]
    assert masked_l1(prediction, target, mask).item() == pytest.approx(2.0)


def test_masked_mse_counts_neither_the_padding_nor_its_share_of_the_mean():
    target = torch.tensor([[3.0, 3.0], [3.0, 1e6]])
    assert masked_mse(torch.zeros(2, 2), target, torch.tensor([[1, 1], [1, 0]])).item() == pytest.approx(9.0)


def test_an_empty_mask_gives_zero_and_no_nan():
    """A batch of voiceless phones has no pitch to compare."""
    assert masked_mse(torch.ones(1, 2), torch.zeros(1, 2), torch.zeros(1, 2)).item() == 0
    assert masked_l1(torch.ones(1, 2, 3), torch.zeros(1, 2, 3), torch.zeros(1, 2, 1)).item() == 0


def test_the_mel_loss_is_zero_for_equal_waves_and_grows_with_the_difference():
    wave = torch.from_numpy(speech_like(0.6))[None]
    noise = torch.randn(wave.shape, generator=torch.Generator().manual_seed(0))
    little, much = (multi_resolution_mel_loss(wave + scale * noise, wave, RATE) for scale in (0.001, 0.1))
    assert multi_resolution_mel_loss(wave, wave, RATE).item() == 0
    assert 0 < little < much


def test_the_mel_loss_hears_pieces_shorter_than_its_longest_window():
    """Segments may be short; a window of 2048 samples must not fail on 1024."""
    assert torch.isfinite(multi_resolution_mel_loss(torch.zeros(2, 1024), torch.full((2, 1024), 0.1), RATE))


def test_the_stft_loss_tells_pulses_from_noise_where_mel_bands_are_wide():
    """Harmonics 100 Hz apart around 6 kHz: noise of the same band costs more than the same pulses a little later."""
    time = torch.arange(RATE) / RATE
    pulses = sum(torch.sin(2 * torch.pi * (100 * n * time + n * n / 40)) for n in range(50, 70))[None] * 0.02
    spectrum = torch.fft.rfft(torch.randn(1, RATE, generator=torch.Generator().manual_seed(0)))
    spectrum[:, :5000], spectrum[:, 7000:] = 0, 0
    noise = torch.fft.irfft(spectrum)
    noise = noise * pulses.square().mean().sqrt() / noise.square().mean().sqrt()
    shifted = pulses.roll(37, dims=-1)
    assert multi_resolution_stft_loss(pulses, pulses).item() == 0
    assert multi_resolution_stft_loss(noise, pulses) > 3 * multi_resolution_stft_loss(shifted, pulses)


def test_the_stft_loss_stands_silence():
    wave = torch.zeros(2, 1024, requires_grad=True)
    multi_resolution_stft_loss(wave, torch.full((2, 1024), 0.1)).backward()
    assert torch.isfinite(wave.grad).all()
