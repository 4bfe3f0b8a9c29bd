"""Discriminators: any length of waveform, the batch in front, weights that survive a folder, and learning."""

import pytest
import torch
from helpers.training import RATE, speech_like, tiny_discriminator

from transformers_tts_gan.models.configuration_tts_gan import TTSGanDiscriminatorConfig
from transformers_tts_gan.models.discriminators import TTSGanDiscriminator
from transformers_tts_gan.training.losses import discriminator_hinge_loss


@pytest.mark.parametrize("samples", [2048, 3071, 4097, 5003])
def test_every_verdict_and_feature_map_has_the_batch_in_front(samples):
    """Real and fake go through together and are parted again by the first dimension."""
    logits, features = tiny_discriminator()(torch.randn(3, samples))
    assert len(logits) == len(features) == 2
    for verdict, maps in zip(logits, features, strict=True):
        assert len(verdict) == 3
        assert len(maps) == 2
        assert all(len(each) == 3 for each in maps)


def test_an_item_is_judged_alike_alone_and_in_a_batch():
    discriminators, waves = tiny_discriminator().eval(), torch.randn(3, 3001)
    with torch.no_grad():
        together, alone = discriminators(waves)[0], discriminators(waves[1:2])[0]
    for both, one in zip(together, alone, strict=True):
        torch.testing.assert_close(both[1:2], one, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("preset", ["small", "gpu", "base"])
def test_the_larger_presets_judge_a_segment_too(preset):
    discriminators = TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(preset, period_channels=(4, 8)))
    logits, _ = discriminators(torch.randn(1, 12 * 256))
    assert all(torch.isfinite(verdict).all() for verdict in logits)


def test_saved_discriminators_judge_as_before(tmp_path):
    discriminators, wave = tiny_discriminator().eval(), torch.randn(1, 3000)
    discriminators.save_pretrained(tmp_path)
    again = TTSGanDiscriminator.from_pretrained(tmp_path).eval()
    with torch.no_grad():
        for before, after in zip(discriminators(wave)[0], again(wave)[0], strict=True):
            assert torch.equal(before, after)


def test_silence_gives_finite_gradients():
    """The compressed magnitude of a spectrum has an infinite slope at zero."""
    wave = torch.zeros(1, 3000, requires_grad=True)
    sum(verdict.mean() for verdict in tiny_discriminator()(wave)[0]).backward()
    assert torch.isfinite(wave.grad).all()


def test_the_discriminators_learn_to_tell_tones_from_noise():
    """A discriminator that cannot learn this in a few steps will teach a voice nothing."""
    discriminators, random = tiny_discriminator(), torch.Generator().manual_seed(0)
    optimizer = torch.optim.AdamW(discriminators.parameters(), lr=5e-3, betas=(0.8, 0.99))
    tones = torch.stack([torch.from_numpy(speech_like(0.3, pitch)) for pitch in (110.0, 160.0, 220.0, 300.0)])
    for _ in range(30):
        noise = 0.1 * torch.randn(tones.shape, generator=random)
        verdicts = [each.chunk(2) for each in discriminators(torch.cat([tones, noise]))[0]]
        loss = discriminator_hinge_loss([real for real, _ in verdicts], [fake for _, fake in verdicts])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    new = torch.from_numpy(speech_like(0.3, 185.0, RATE))[None], 0.1 * torch.randn(1, 4800, generator=random)
    with torch.no_grad():
        tone, noise = (sum(verdict.mean() for verdict in discriminators(wave)[0]) for wave in new)
    assert loss < 1.0
    assert tone > noise + 0.5
