"""Features of sounds that are known: tones, noise, silence."""

import math

import pytest
import torch

from transformers_tts_gan import TTSGanVocoderConfig
from transformers_tts_gan.audio.mel import (
    MEL_FLOOR,
    frame_level,
    log_mel,
    mel_filters,
    mel_spectrogram,
)


RATE, HOP, MELS = 24_000, 300, 100  # the defaults


def harmonic_tone(f0: float, seconds: float = 1.0) -> torch.Tensor:
    """Ten harmonics, each weaker than the last, as a voice has them; `(1, S)`."""
    time = torch.arange(int(seconds * RATE)) / RATE
    return 0.3 * sum(torch.sin(2 * math.pi * f0 * n * time) / n for n in range(1, 11))[None]


@pytest.mark.parametrize("samples", [300, 1000, 4096, 5000])
def test_there_is_one_frame_per_hop(samples):
    """A frame and its samples are cut out of an utterance together."""
    wave = torch.randn(2, samples)
    assert log_mel(wave, TTSGanVocoderConfig()).shape == (2, samples // HOP, MELS)


def test_silence_has_the_lowest_mel():
    silence = torch.zeros(1, 16 * HOP)
    expected = torch.full((1, 16, MELS), math.log(MEL_FLOOR))
    torch.testing.assert_close(log_mel(silence, TTSGanVocoderConfig()), expected)


def test_the_mel_of_a_tone_peaks_in_its_band():
    config = TTSGanVocoderConfig()
    low, high = (log_mel(harmonic_tone(f0), config)[0, 10:50].mean(0).argmax() for f0 in (200.0, 400.0))
    assert 0 < low < high < 20


def test_twice_the_amplitude_is_log_2_more():
    """So that decibels can be added to mel frames."""
    config, tone = TTSGanVocoderConfig(), harmonic_tone(200.0)
    soft, loud = (log_mel(wave, config)[0, 5:-5, :10] for wave in (tone, 2 * tone))
    difference = (loud - soft)[soft > math.log(MEL_FLOOR)]  # bands below the first harmonic are silent
    assert len(difference) > 100
    torch.testing.assert_close(difference, torch.full_like(difference, math.log(2)), atol=1e-3, rtol=0)


def test_a_louder_sound_has_a_higher_level():
    config = TTSGanVocoderConfig()
    levels = [frame_level(log_mel(gain * harmonic_tone(200.0), config)).mean() for gain in (0.01, 0.1, 1.0)]
    assert levels[0] < levels[1] < levels[2]


def test_a_frame_hears_its_own_samples():
    """The n-th frame is centered on the n-th hop: a click in hop 10 is loudest there."""
    wave = torch.zeros(1, 20 * HOP)
    wave[0, 10 * HOP + HOP // 2] = 1.0
    assert log_mel(wave, TTSGanVocoderConfig()).mean(-1)[0].argmax() == 10


def test_features_computed_in_inference_mode_first_can_be_trained_on_later():
    """Filters are kept: made while speaking, they must still serve a training step."""
    mel_filters.cache_clear()
    with torch.inference_mode():
        mel_spectrogram(torch.randn(1, 4096), 16_000, 512, 128, 40, 0.0, 8_000.0)
    waveform = torch.randn(1, 4096, requires_grad=True)
    mel_spectrogram(waveform, 16_000, 512, 128, 40, 0.0, 8_000.0).sum().backward()
    assert waveform.grad.abs().sum() > 0
