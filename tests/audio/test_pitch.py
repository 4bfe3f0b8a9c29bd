"""The pitch of sounds that are known: tones, glides, noise, silence; and the line through its gaps."""

import math

import pytest
import torch

from transformers_tts_gan.audio.pitch import (
    HIGHEST_F0,
    LOWEST_F0,
    UNKNOWN_F0,
    cheapest_path,
    fill_gaps,
    fundamental_frequency,
)


RATE, HOP = 16_000, 256


def harmonic_tone(f0: torch.Tensor | float, seconds: float = 1.0, rate: int = RATE) -> torch.Tensor:
    """Ten harmonics, each weaker than the last, as a voice has them, at one pitch or one for each sample; `(1, S)`."""
    phase = 2 * math.pi * (torch.full((int(seconds * rate),), 1.0, dtype=torch.double) * f0 / rate).cumsum(0)
    return 0.3 * sum(torch.sin(phase * n) / n for n in range(1, 11)).float()[None]


@pytest.mark.parametrize("samples", [0, 100, 256, 1000, 4096, 5000])
def test_there_is_one_pitch_per_hop(samples):
    assert fundamental_frequency(torch.randn(2, samples), RATE, HOP).shape == (2, samples // HOP)


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
@pytest.mark.parametrize("f0", [80.0, 200.0, 400.0])
def test_the_f0_of_a_tone_is_right_to_one_percent(f0, rate):
    heard = fundamental_frequency(harmonic_tone(f0, rate=rate), rate, rate // 80)[0, 3:-3]
    assert ((heard - f0).abs() < 0.01 * f0).all()


def test_a_glide_is_followed_without_lag():
    """An octave in a second, as in a question: a median over frames would flatten and delay it."""
    pitch = 120 * 2 ** torch.linspace(0, 1, RATE)
    heard = fundamental_frequency(harmonic_tone(pitch), RATE, HOP)[0, 3:-3]
    expected = pitch[HOP // 2 :: HOP][3 : 3 + len(heard)]
    assert (1200 * (heard / expected).log2()).abs().max() < 20  # cents


def test_hops_longer_than_the_window_are_heard_in_their_middle():
    pitch = torch.cat([torch.full((RATE,), 100.0), torch.full((RATE,), 200.0)])
    assert fundamental_frequency(harmonic_tone(pitch, 2.0), RATE, 2 * RATE // 5)[0].round().tolist() == [
        100, 100, pytest.approx(150, abs=60), 200, 200
    ]  # fmt: skip


def test_a_missing_fundamental_does_not_double_the_pitch():
    """A telephone cuts it off."""
    time = torch.arange(RATE) / RATE
    wave = 0.1 * sum(torch.sin(2 * math.pi * 120 * n * time) for n in range(3, 12))[None]
    heard = fundamental_frequency(wave, RATE, HOP)[0, 3:-3]
    assert ((heard - 120).abs() < 2).all()


def test_one_wrong_frame_does_not_break_the_path():
    """A click within a vowel: the frame alone would say anything."""
    wave = harmonic_tone(150.0)
    wave[0, 8_000:8_020] += 1.0
    heard = fundamental_frequency(wave, RATE, HOP)[0, 3:-3]
    assert ((heard - 150).abs() < 15).all()


def test_noise_has_hardly_any_f0():
    torch.manual_seed(0)
    heard = fundamental_frequency(0.1 * torch.randn(1, 4 * RATE), RATE, HOP)
    assert (heard == 0).float().mean() > 0.9


def test_silence_has_no_f0():
    assert (fundamental_frequency(torch.zeros(1, 4096), RATE, HOP) == 0).all()
    both = torch.cat([harmonic_tone(200.0), torch.zeros(1, RATE)], dim=1)
    assert (fundamental_frequency(both, RATE, HOP)[0, RATE // HOP + 2 :] == 0).all()


def test_each_item_of_a_batch_has_its_own_pitch():
    waves = torch.cat([harmonic_tone(110.0), harmonic_tone(330.0)])
    together = fundamental_frequency(waves, RATE, HOP)
    alone = torch.cat([fundamental_frequency(wave[None], RATE, HOP) for wave in waves])
    torch.testing.assert_close(together, alone)
    assert ((together == 0) | (together.clamp(LOWEST_F0, HIGHEST_F0) == together)).all()


def test_gaps_are_filled_with_lines_and_ends_are_level():
    f0 = torch.tensor([[0.0, 100.0, 0.0, 0.0, 130.0, 0.0], [0.0] * 6, [50.0] * 6])
    assert fill_gaps(f0).tolist() == [[100.0, 100.0, 110.0, 120.0, 130.0, 130.0], [UNKNOWN_F0] * 6, [50.0] * 6]


def test_a_frame_without_neighbors_can_be_filled():
    assert fill_gaps(torch.zeros(1, 1)).tolist() == [[UNKNOWN_F0]] and fill_gaps(torch.zeros(1, 0)).shape == (1, 0)


def test_a_voice_that_is_weak_for_one_frame_does_not_end():
    """To begin and to end costs more than one frame below the limit."""
    strength = torch.tensor([0.4, 0.4, 0.25, 0.4, 0.4])  # of the voice, beside 0.3 for none
    candidates = torch.stack([strength, torch.full((5,), 0.3)], dim=-1)[None]
    assert cheapest_path(candidates, torch.full((1, 5, 1), 120.0), rate=1.0).tolist() == [[0] * 5]
    assert cheapest_path(torch.tensor([[[0.1, 0.3]] * 5]), torch.full((1, 5, 1), 120.0), rate=1.0).tolist() == [
        [1] * 5
    ]
