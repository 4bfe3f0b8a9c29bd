"""A loss and a sub-discriminator of the user's own are trained, logged, saved and resumed with the others."""

import pytest
import torch
from helpers.training import assert_same, everything, make_trainer, tiny_discriminator, weights
from torch import nn

from transformers_tts_gan import TTSGanDiscriminator


class LevelLoss:
    """The squared difference of the levels, in bel."""

    name, weight = "level_difference", 0.5

    def __init__(self):
        self.calls = 0

    def __call__(self, outputs):
        if outputs.waveform is None:
            return None
        self.calls += 1
        fake, real = (
            (wave.float().square().mean(-1) + 1e-6).log10() for wave in (outputs.waveform, outputs.target_waveform)
        )
        return (fake - real).square().mean()


class EnvelopeDiscriminator(nn.Module):
    """Sees how loud a waveform is, 50 times a second, with a window that is not saved."""

    def __init__(self):
        super().__init__()
        self.layer, self.output = nn.Conv1d(1, 4, 5, padding=2), nn.Conv1d(4, 1, 3, padding=1)
        self.register_buffer("window", torch.hann_window(320)[None, None], persistent=False)

    def forward(self, waveform):
        loudness = nn.functional.conv1d(waveform[:, None].square(), self.window, stride=160)
        hidden = self.layer(loudness).relu()
        return self.output(hidden).flatten(1), [hidden]


def extended():
    discriminator = tiny_discriminator()
    torch.manual_seed(3)
    discriminator.add("envelope", EnvelopeDiscriminator())
    return discriminator


RUN = {"max_steps": 3, "save_strategy": "steps", "save_steps": 1, "eval_strategy": "steps", "eval_steps": 3}


def test_they_are_trained_logged_and_resumed_to_the_same_bits(tmp_path):
    loss = LevelLoss()
    trainer = make_trainer(tmp_path, discriminator=extended(), losses=[loss], **RUN)
    envelope = trainer.discriminator.extra_discriminators["envelope"]
    before = weights(envelope)
    trainer.train()
    assert not torch.equal(before["layer.weight"], envelope.layer.weight)
    log = trainer.state.log_history[0]
    assert log["level_difference"] > 0 and loss.calls > 3
    parts = ("mel", "duration", "prosody", "f0", "alignment", "waveform_mel", "waveform_stft", "adversarial",
             "feature_matching", "level_difference")  # fmt: skip
    assert log["loss"] == pytest.approx(sum(log[name] for name in parts), abs=2e-3)
    again = make_trainer(tmp_path, discriminator=extended(), losses=[LevelLoss()], **RUN)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    assert_same(everything(again), everything(trainer))


def test_a_loss_changes_what_the_generator_learns(tmp_path):
    plain = make_trainer(tmp_path / "plain", max_steps=1)
    plain.train()
    extra = make_trainer(tmp_path / "extra", max_steps=1, losses=[LevelLoss()])
    extra.train()
    assert not torch.equal(plain.model.vocoder.head.weight, extra.model.vocoder.head.weight)


def test_discriminators_are_reloaded_with_the_modules_of_the_user(tmp_path):
    discriminator = extended()
    discriminator.save_pretrained(tmp_path / "discriminator")
    waveform = torch.randn(2, 4000)
    modules = {"envelope": EnvelopeDiscriminator()}
    for again in (
        TTSGanDiscriminator.from_pretrained(tmp_path / "discriminator", extra_discriminators=modules),
        TTSGanDiscriminator.beside(tmp_path, extra_discriminators={"envelope": EnvelopeDiscriminator()}),
    ):
        assert_same(weights(again), weights(discriminator))
        assert_same(again(waveform), discriminator(waveform))
        assert len(again(waveform)[0]) == len(tiny_discriminator()(waveform)[0]) + 1


@pytest.mark.parametrize("modules", [None, {"envelope": nn.Identity(), "other": nn.Identity()}])
def test_discriminators_are_never_loaded_without_their_modules(modules, tmp_path):
    extended().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"the extra modules \['envelope'\], but .* are given"):
        TTSGanDiscriminator.from_pretrained(tmp_path, extra_discriminators=modules)


def test_names_that_are_taken_are_refused(tmp_path):
    discriminator, loss = extended(), LevelLoss()
    with pytest.raises(ValueError, match="`envelope` cannot name a discriminator"):
        discriminator.add("envelope", EnvelopeDiscriminator())
    with pytest.raises(ValueError, match="one named `level_difference`.*rename it"):
        make_trainer(tmp_path, losses=[loss, loss])
    loss.name = "mel"
    with pytest.raises(ValueError, match="one named `mel`.*rename it"):
        make_trainer(tmp_path, losses=[loss])
