"""Scales that the sound depends on: units, powers and floors that a model would otherwise learn to live without."""

import pytest
import torch

from transformers_tts_gan import ProsodyControls, TTSGanVocoder, TTSGanVocoderConfig
from transformers_tts_gan.models.aligner import Aligner
from transformers_tts_gan.models.discriminators import compressed_spectrum
from transformers_tts_gan.models.excitation import pulse_train
from transformers_tts_gan.models.losses import waveform_losses
from transformers_tts_gan.models.prosody import Prosody, apply_prosody_controls, measure_prosody


def test_twelve_semitones_are_an_octave():
    mask, zeros = torch.ones(1, 1, 1), torch.zeros(1, 1)
    controls = ProsodyControls(pitch_shift=12.0)
    shifted, _, _ = apply_prosody_controls(Prosody(zeros + 1, zeros, zeros + 1, zeros), mask, controls)
    low, high = (measure_prosody(torch.tensor([[4]]), torch.full((1, 4), hz), torch.zeros(1, 4)) for hz in (150, 300))
    assert shifted.pitch.item() == pytest.approx((high.pitch - low.pitch).item(), abs=1e-5)


def test_phones_and_frames_that_say_nothing_are_aligned_along_the_diagonal():
    ones = torch.ones
    scores = Aligner(8, 10, 8)(torch.zeros(1, 5, 8), torch.zeros(1, 20, 10), ones(1, 5, 1), ones(1, 20, 1))[0]
    assert scores[0].argmax() == 0 and scores[-1].argmax() == 4
    assert scores[5, 1] > scores[5, 4] + 1


def test_the_spectrograms_of_discriminators_are_compressed():
    quiet = 0.1 * torch.randn(1, 4096, generator=torch.Generator().manual_seed(0))
    power = [compressed_spectrum(wave, 256).square().mean().sqrt() for wave in (quiet, 100 * quiet)]
    assert (power[1] / power[0]).item() == pytest.approx(100**0.3, rel=0.02)


@pytest.mark.parametrize("hz", [80.0, 200.0, 400.0])
def test_pulses_have_power_one(hz):
    assert pulse_train(torch.full((1, 100), hz), 256, 16_000).square().mean().item() == pytest.approx(1.0, rel=0.05)


def test_a_new_vocoder_is_as_soft_as_speech():
    torch.manual_seed(0)
    vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny")).eval()
    with torch.no_grad():
        level = vocoder(torch.randn(1, 50, vocoder.config.num_mel_bins) - 5).waveform.square().mean().sqrt()
    assert 0.003 < level < 0.2


def test_the_target_of_the_f0_predictor_is_blurred_over_its_neighbors():
    """Logits of the right blur cost less than sharper and wider ones."""
    predictor = TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny")).f0_predictor
    bins = torch.arange(180.0)
    f0 = torch.full((1, 1), 55.0 * (520 / 55) ** (90 / 179))
    costs = []
    for blur in (0.75, 1.5, 3.0):
        logits = torch.cat([-0.5 * ((bins - 90) / blur).square(), torch.zeros(1)])
        costs.append(predictor.loss(logits.view(1, 1, -1), f0).item())
    assert costs[1] == min(costs)


def test_what_nobody_could_hear_costs_nothing_in_the_spectrogram_loss():
    noise = 1e-7 * torch.randn(1, 8192, generator=torch.Generator().manual_seed(0))
    assert waveform_losses(noise, torch.zeros(1, 8192), 16_000)["waveform_stft"] < 0.1


def test_new_phones_start_far_apart(new_model):
    table = new_model(lively=False).acoustic.phone_embedding.weight[1:]
    assert table.std().item() == pytest.approx(0.3, rel=0.2)
