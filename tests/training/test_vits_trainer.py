"""Training `transformers.VitsModel`: exact as that of our own model, and what is saved is a stock folder."""

import shutil

import numpy as np
import pytest
import torch
from helpers.training import assert_same, everything, unmoved, weights
from helpers.vits import NAMES, make_vits_trainer, tiny_vits
from safetensors.torch import load_file, save_file
from transformers import VitsModel, VitsTokenizer, pipeline, set_seed

from transformers_tts_gan import TTSGanTrainingArguments
from transformers_tts_gan.models.discriminators import TTSGanDiscriminator
from transformers_tts_gan.models.vits.processor import VitsProcessor


CHECKPOINTING = "activation_checkpointing"  # or, in older Transformers, as below
if CHECKPOINTING not in TTSGanTrainingArguments.__dataclass_fields__:
    CHECKPOINTING = "gradient_checkpointing"
STEPS = {"max_steps": 4, "save_strategy": "steps", "save_steps": 1, "logging_steps": 2, "warmup_steps": 2}
CASES = {
    "stochastic durations, evaluated": (1, {"eval_strategy": "steps", "eval_steps": 2}),
    "speakers, accumulation, discriminators alone at first": (
        2,
        {"gradient_accumulation_steps": 2, "per_device_train_batch_size": 2, "discriminator_warmup_ratio": 0.3},
    ),
    "bf16 and activation checkpointing": (1, {"bf16": True, CHECKPOINTING: True}),
}


@pytest.mark.parametrize("case", CASES)
def test_resuming_equals_never_having_stopped(case, tmp_path):
    speakers, arguments = CASES[case]
    whole = make_vits_trainer(tmp_path, speakers, **STEPS | arguments)
    whole.train()
    expected = everything(whole)
    again = make_vits_trainer(tmp_path / "again", speakers, **STEPS | arguments | {"save_strategy": "no"})
    set_seed(77)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-3"))
    assert_same(everything(again), expected)


def test_all_weights_of_both_sides_move(tmp_path):
    trainer = make_vits_trainer(tmp_path, 2, max_steps=2)
    before = weights(trainer.model), weights(trainer.discriminator)
    trainer.train()
    assert unmoved(before[0], trainer.model) == []
    assert unmoved(before[1], trainer.discriminator) == []
    logged = next(log for log in trainer.state.log_history if "loss" in log)
    names = ("kl", "duration", "waveform_mel", "adversarial", "feature_matching")
    assert logged["loss"] == pytest.approx(sum(logged[name] for name in names), rel=1e-3)
    assert logged["discriminator_loss"] > 0


def test_the_loss_falls(tmp_path):
    trainer = make_vits_trainer(tmp_path, max_steps=60, learning_rate=4e-3, discriminator_start_ratio=1.0)
    trainer.train()
    losses = [log["loss"] for log in trainer.state.log_history if "loss" in log]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])


def test_a_loss_that_is_not_finite_leaves_the_step_out(tmp_path):
    trainer = make_vits_trainer(tmp_path, max_steps=1)
    plain = trainer.family.losses
    trainer.family.losses = lambda *args: {name: loss * torch.nan for name, loss in plain(*args).items()}
    before = weights(trainer.model)
    trainer.train()
    assert unmoved(before, trainer.model) == list(before)


def test_what_is_saved_is_a_stock_folder_that_the_stock_pipeline_speaks_with(tmp_path):
    trainer = make_vits_trainer(tmp_path, 2, max_steps=2, ema_decay=0.0)
    trainer.train()
    trainer.save_model()
    model, info = VitsModel.from_pretrained(tmp_path, output_loading_info=True)
    assert type(trainer.model) is VitsModel and not any(info.values())
    assert_same(weights(model), weights(trainer.model))
    assert isinstance(VitsTokenizer.from_pretrained(tmp_path), VitsTokenizer)
    assert VitsProcessor.from_pretrained(tmp_path).speakers == list(NAMES[:2])
    discriminators = TTSGanDiscriminator.beside(str(tmp_path))
    assert_same(weights(discriminators), weights(trainer.discriminator))
    set_seed(0)
    speech = pipeline("text-to-speech", model=str(tmp_path))("hello", forward_params={"speaker_id": 1})
    assert speech["sampling_rate"] == 16_000 and np.isfinite(speech["audio"]).all() and speech["audio"].size > 0


def test_an_average_of_the_weights_is_published(tmp_path):
    trainer = make_vits_trainer(tmp_path, max_steps=3, ema_decay=0.9)
    trainer.train()
    trainer.save_model()
    saved = dict(VitsModel.from_pretrained(tmp_path).named_parameters())
    for name, average in trainer.average.averages.items():
        assert torch.equal(saved[name], average), name


def test_a_training_can_be_begun_twice(tmp_path):
    trainer = make_vits_trainer(tmp_path, max_steps=1)
    trainer.train()
    middle = weights(trainer.model)
    trainer.train()
    assert unmoved(middle, trainer.model) == []


def test_only_the_discriminators_learn_at_first(tmp_path):
    trainer = make_vits_trainer(tmp_path, max_steps=1, discriminator_warmup_ratio=0.9, model=tiny_vits())
    before = weights(trainer.model), weights(trainer.discriminator)
    trainer.train()
    assert unmoved(before[0], trainer.model) == list(before[0])
    assert unmoved(before[1], trainer.discriminator) == []


def test_a_checkpoint_with_the_old_names_of_normalized_weights_is_trained_and_resumed(tmp_path):
    """The published ones have `weight_g` and `weight_v`, which Transformers renames and, saving, names so again."""
    tiny_vits().save_pretrained(tmp_path / "new")
    old = tmp_path / "old"
    shutil.copytree(tmp_path / "new", old)
    names = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
    saved = {}
    for name, weight in load_file(old / "model.safetensors").items():
        for new, former in names.items():
            name = name.replace(new, former)
        saved[name] = weight
    assert any(name.endswith("weight_g") for name in saved)
    save_file(saved, old / "model.safetensors", metadata={"format": "pt"})
    arguments = {"max_steps": 2, "save_strategy": "steps", "save_steps": 1, "ema_decay": 0.0}
    whole = make_vits_trainer(tmp_path / "run", model=VitsModel.from_pretrained(old), **arguments)
    assert_same(weights(whole.model), weights(tiny_vits()))
    whole.train()
    again = make_vits_trainer(tmp_path / "again", model=VitsModel.from_pretrained(old), **arguments)
    again.train(resume_from_checkpoint=str(tmp_path / "run" / "checkpoint-1"))
    assert_same(weights(again.model), weights(whole.model))
