"""Discriminators of predicted mel frames: they train the acoustic model, need no vocoder, and are resumed exactly."""

import pytest
import torch
from helpers.training import assert_same, everything, make_trainer, tiny_discriminator, unmoved, weights

from transformers_tts_gan import TTSGanDiscriminator, TTSGanDiscriminatorConfig, TTSGanVocoder, TTSGanVocoderConfig
from transformers_tts_gan.models.discriminators import MelDiscriminator
from transformers_tts_gan.training.losses import discriminator_hinge_loss


RUN = {"max_steps": 3, "save_strategy": "steps", "save_steps": 1, "vocoder_start_ratio": 1.0}


def of_mel(**fields) -> TTSGanDiscriminator:
    torch.manual_seed(2)
    sizes = {"mel_windows": (8, 16), "mel_channels": (4, 8), "periods": (), "resolutions": ()}
    return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("tiny", **{**sizes, **fields}))


def test_they_train_the_acoustic_model_and_leave_the_vocoder_alone(tmp_path):
    trainer = make_trainer(tmp_path, discriminator=of_mel(), **RUN)
    discriminators, vocoder = weights(trainer.discriminator), weights(trainer.model.vocoder)
    trainer.train()
    assert not unmoved(discriminators, trainer.discriminator)
    assert unmoved(vocoder, trainer.model.vocoder) == list(vocoder)
    log = trainer.state.log_history[0]
    assert log["discriminator_loss"] > 0 and log["adversarial"] > 0 and log["feature_matching"] > 0
    assert "waveform_mel" not in log


def test_their_gradient_reaches_the_frames(tmp_path):
    """Without it the frames move by the mel loss alone."""
    moved = []
    for weight in (0.0, 1.0):
        loss_weights = {"adversarial_loss_weight": weight, "feature_matching_loss_weight": weight}
        trainer = make_trainer(tmp_path / str(weight), discriminator=of_mel(), **{**RUN, **loss_weights})
        trainer.train()
        moved.append(weights(trainer.model.acoustic.to_mel)["weight"])
    assert not torch.equal(*moved)


def test_a_run_that_was_stopped_ends_with_the_same_bits(tmp_path):
    both = {"periods": (5,), "resolutions": (512,)}
    whole = make_trainer(tmp_path, discriminator=of_mel(**both), **{**RUN, "vocoder_start_ratio": 0.0})
    whole.train()
    again = make_trainer(tmp_path / "again", discriminator=of_mel(**both), **{**RUN, "vocoder_start_ratio": 0.0})
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    assert_same(everything(again), everything(whole))


def test_a_vocoder_has_no_frames_to_show_them(tmp_path):
    vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny"))
    with pytest.raises(ValueError, match="mel frames alone.*with `periods` or `resolutions`"):
        make_trainer(tmp_path, model=vocoder, discriminator=of_mel())


def test_each_sees_a_piece_of_its_own_length():
    discriminators = of_mel()
    frames = torch.randn(2, 16, 40)
    logits, features = discriminators(log_mel=frames)
    assert len(logits) == len(features) == 2 and len(logits[0]) == 2
    frames[:, :4] = 0.0  # outside the middle 8 frames
    other, _ = discriminators(log_mel=frames)
    assert torch.equal(logits[0], other[0]) and not torch.equal(logits[1], other[1])


def test_saved_ones_say_the_same(tmp_path):
    discriminators, frames = of_mel().eval(), torch.randn(2, 16, 40)
    discriminators.save_pretrained(tmp_path)
    again = TTSGanDiscriminator.from_pretrained(tmp_path).eval()
    assert_same(again(log_mel=frames)[0], discriminators(log_mel=frames)[0])
    assert not tiny_discriminator().config.mel_windows


def test_one_learns_to_tell_smeared_frames_from_sharp_ones():
    """The mean of several renditions has the right level everywhere and no texture."""
    torch.manual_seed(0)
    discriminator = MelDiscriminator(16, (8, 8), ((1, 2), (2, 2)))
    optimizer = torch.optim.AdamW(discriminator.parameters(), lr=3e-3)
    loss = torch.tensor(2.0)
    for _ in range(60):
        sharp = torch.randn(16, 16, 20) - 5
        smeared = torch.nn.functional.avg_pool1d(sharp.transpose(1, 2), 5, 1, 2).transpose(1, 2)
        logits = discriminator(torch.cat([sharp, smeared]))[0].chunk(2)
        loss = discriminator_hinge_loss([logits[0]], [logits[1]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.5
