"""Arguments that cannot work are refused by name, and all others pass."""

import pytest
import torch
from helpers.training import make_trainer
from transformers import TrainingArguments

from transformers_tts_gan.training.arguments import TTSGanTrainingArguments
from transformers_tts_gan.training.unsupported import UNUSED_BY_TRAINER, UNWORKABLE, refuse_unworkable


BAD = {
    "label_smoothing_factor": 0.1,
    "use_liger_kernel": True,
    "optim_target_modules": ["attn"],
    "torch_empty_cache_steps": 4,
    "include_for_metrics": ["inputs"],
    "batch_eval_metrics": True,
    "train_sampling_strategy": "group_by_length",
    "parallelism_config": object(),
}
GOOD = {
    "neftune_noise_alpha": 5.0,
    "average_tokens_across_devices": True,
    "auto_find_batch_size": True,
    "torch_compile": True,
    "save_only_model": True,
    "full_determinism": False,
    "dataloader_num_workers": 2,
    "optim": "adamw_torch",
    "lr_scheduler_type": "warmup_stable_decay",
    "gan_loss": "least_squares",
    "bf16_full_eval": True,
}


def test_every_refused_argument_exists_and_has_a_bad_value_here():
    assert set(BAD) == set(UNWORKABLE) <= set(TrainingArguments.__dataclass_fields__)


@pytest.mark.parametrize("name", UNWORKABLE)
def test_an_argument_that_would_do_nothing_is_refused_by_name(name):
    args = TTSGanTrainingArguments(output_dir="unused", use_cpu=True)
    setattr(args, name, BAD[name])
    with pytest.raises(ValueError, match=f"`{name}` is .*cannot follow: "):
        refuse_unworkable(args)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("label_smoothing_factor", 0.1, "a voice has none"),
        ("train_sampling_strategy", "group_by_length", "of like lengths anyway"),
        ("remove_unused_columns", True, "the collator needs all columns"),
        ("optim", "galore_adamw", "take `adamw_torch`"),
        ("optim", "lomo", "take `adamw_torch`"),
        ("optim", "schedule_free_adamw", "take `adamw_torch`"),
        ("gan_loss", "wasserstein", r"take one of \['hinge', 'least_squares'\]"),
    ],
)
def test_a_value_that_cannot_work_is_refused_when_it_is_given(name, value, message):
    with pytest.raises(ValueError, match=f"`{name}`.*{message}"):
        TTSGanTrainingArguments(output_dir="unused", use_cpu=True, **{name: value})


@pytest.mark.parametrize("schedule", ["greedy", "reduce_lr_on_plateau"])
def test_a_schedule_that_follows_the_evaluation_is_refused(schedule):
    arguments = {"lr_scheduler_type": schedule, "eval_strategy": "steps", "eval_steps": 1}
    with pytest.raises(ValueError, match=f"`lr_scheduler_type` is `{schedule}`.*take `cosine`"):
        TTSGanTrainingArguments(output_dir="unused", use_cpu=True, **arguments)


def test_pushing_checkpoints_without_their_discriminators_is_refused():
    """Such a checkpoint could not be resumed from, which is what it is for."""
    arguments = {"push_to_hub": True, "push_discriminator": False, "hub_strategy": "checkpoint"}
    with pytest.raises(ValueError, match="`hub_strategy` is `checkpoint`.*take `every_save`"):
        TTSGanTrainingArguments(output_dir="unused", use_cpu=True, **arguments)


@pytest.mark.parametrize("name", GOOD)
def test_what_works_passes(name):
    assert getattr(TTSGanTrainingArguments(output_dir="unused", use_cpu=True, **{name: GOOD[name]}), name) is not None


@pytest.mark.parametrize("name", UNUSED_BY_TRAINER)
def test_a_function_that_the_trainer_would_never_call_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match=f"does not use `{name}`: .*`"):
        make_trainer(tmp_path, **{name: lambda *args: {}})


@pytest.mark.parametrize(
    "arguments",
    [
        {"neftune_noise_alpha": 1.0, "include_num_input_tokens_seen": "all"},
        {"bf16_full_eval": True, "eval_strategy": "steps", "eval_steps": 2},
        {"optim": "adafactor", "lr_scheduler_type": "inverse_sqrt"},
        {"auto_find_batch_size": True, "gan_loss": "least_squares", "full_determinism": False},
    ],
    ids=lambda arguments: next(iter(arguments)),
)
def test_what_passes_trains(arguments, tmp_path):
    trainer = make_trainer(tmp_path, max_steps=2, **arguments)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 2 and torch.tensor(losses).isfinite().all()
