"""Losses at values that can be told without computing, and what their gradients reach."""

import pytest
import torch

from transformers_tts_gan import TTSGanTrainingArguments
from transformers_tts_gan.training.generator_losses import waveform_losses
from transformers_tts_gan.training.losses import (
    GAN_LOSSES,
    discriminator_hinge_loss,
    discriminator_least_squares_loss,
    feature_matching_loss,
    generator_hinge_loss,
    generator_least_squares_loss,
)


@pytest.mark.parametrize(
    ("real", "fake", "loss"), [(1.0, -1.0, 0.0), (5.0, -5.0, 0.0), (0.0, 0.0, 2.0), (-1.0, 1.0, 4.0)]
)
def test_the_discriminators_hinge_loss_at_known_verdicts(real, fake, loss):
    logits = [torch.full((2, 5), real), torch.full((2, 3), real)], [torch.full((2, 5), fake), torch.full((2, 3), fake)]
    assert discriminator_hinge_loss(*logits).item() == pytest.approx(loss)


@pytest.mark.parametrize(("fake", "loss"), [(1.0, 0.0), (3.0, 0.0), (0.0, 1.0), (-1.0, 2.0)])
def test_the_voices_hinge_loss_at_known_verdicts(fake, loss):
    assert generator_hinge_loss([torch.full((2, 5), fake), torch.full((2, 3), fake)]).item() == pytest.approx(loss)


@pytest.mark.parametrize(
    ("real", "fake", "loss"), [(1.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.0, 1.0, 2.0), (2.0, 0.0, 1.0)]
)
def test_the_discriminators_least_squares_loss_at_known_verdicts(real, fake, loss):
    logits = [torch.full((2, 5), real), torch.full((2, 3), real)], [torch.full((2, 5), fake), torch.full((2, 3), fake)]
    assert discriminator_least_squares_loss(*logits).item() == pytest.approx(loss)


@pytest.mark.parametrize(("fake", "loss"), [(1.0, 0.0), (0.0, 1.0), (3.0, 4.0)])
def test_the_voices_least_squares_loss_at_known_verdicts(fake, loss):
    assert generator_least_squares_loss([torch.full((2, 5), fake)]).item() == pytest.approx(loss)


@pytest.mark.parametrize("name", GAN_LOSSES)
def test_discriminators_and_voice_pull_a_verdict_in_opposite_directions(name):
    """Of the same doubtful verdict, the discriminators' gradient lowers what the voice's raises."""
    discriminators, voice = GAN_LOSSES[name]
    doubtful = torch.full((2, 5), 0.4, requires_grad=True)
    (down,) = torch.autograd.grad(discriminators([torch.ones(2, 5)], [doubtful]), doubtful)
    (up,) = torch.autograd.grad(voice([doubtful]), doubtful)
    assert (down > 0).all() and (up < 0).all()


def test_feature_matching_is_zero_for_equal_features_and_pulls_only_the_fake_side():
    """A gradient into the real side would train the discriminator to see nothing."""
    real = [[torch.ones(1, 2, 3, requires_grad=True)], [torch.ones(1, 4, requires_grad=True)]]
    fake = [[torch.zeros(1, 2, 3, requires_grad=True)], [torch.zeros(1, 4, requires_grad=True)]]
    assert feature_matching_loss(real, real).item() == 0
    loss = feature_matching_loss(real, fake)
    loss.backward()
    assert loss.item() == pytest.approx(1.0)
    assert all(maps.grad is None for discriminator in real for maps in discriminator)
    assert all(maps.grad.abs().sum() > 0 for discriminator in fake for maps in discriminator)


def test_the_phase_loss_is_left_out_where_it_has_no_weight():
    """Which is the default: nothing is spent on its gradient."""
    plain = dict.fromkeys(("waveform_mel", "waveform_stft", "phase"), torch.tensor(2.0))
    share = {"items": 1.0}
    without = waveform_losses(plain, TTSGanTrainingArguments(output_dir="unused"), share)
    with_it = waveform_losses(plain, TTSGanTrainingArguments(output_dir="unused", phase_loss_weight=0.5), share)
    assert without.keys() == {"waveform_mel", "waveform_stft"} and with_it["phase"].item() == 1.0
