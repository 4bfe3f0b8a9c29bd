"""Arguments of the Transformers `Trainer` that a GAN cannot be trained with, refused by name.

Without this they would do nothing, without a word, or break far from their cause. What is not named here works.
"""

from transformers import Trainer, TrainingArguments

from ..models.discriminators import TTSGanDiscriminator
from .losses import GAN_LOSSES


# Argument, and what to do instead. Each is refused at any value but that of `TrainingArguments`.
UNWORKABLE = {
    "label_smoothing_factor": "it is for classes, and a voice has none: leave it out",
    "use_liger_kernel": "there are no such kernels for these models: leave it out, or try `torch_compile`",
    "optim_target_modules": "it belongs to optimizers that cannot be used here: leave it out",
    "torch_empty_cache_steps": "the alternating step does not look at it: lower `per_device_train_batch_size` or "
    "`segment_frames`, or take `activation_checkpointing`",
    "include_for_metrics": "it is for `compute_metrics`, which is not called: give the trainer `speech_metrics`",
    "batch_eval_metrics": "it is for `compute_metrics`, which is not called: give the trainer `speech_metrics`",
    "train_sampling_strategy": "batches are of like lengths anyway, in an order that can be resumed: leave it out",
    "parallelism_config": "a voice is small and fits on one device: start several processes with `accelerate launch`",
}
# These share the optimizer out to single layers, work inside the backward pass, which the discriminators use as well,
# or want to be told by each step that it trains.
UNWORKABLE_OPTIMIZERS = ("galore", "apollo", "lomo", "adalomo", "schedule_free")
# These follow the evaluation; the discriminators, which have a schedule of the same kind, have no such number.
UNWORKABLE_SCHEDULES = ("reduce_lr_on_plateau", "greedy")
UNUSED_BY_TRAINER = {
    "compute_metrics": "it needs predictions that all have one shape: give `speech_metrics` instead",
    "preprocess_logits_for_metrics": "there are no logits: give `speech_metrics` instead",
    "compute_loss_func": "the losses are weighted by `mel_loss_weight` and so on: give your own as `losses`",
}


def refuse_unworkable(args: TrainingArguments):
    """`ValueError` for arguments that cannot work here; `NotImplementedError` for ways to share a model out."""
    if args.deepspeed or args.fsdp:
        raise NotImplementedError(
            "The GAN trainer runs on one process or under DDP; leave `deepspeed` and `fsdp` out."
        )
    fields = TrainingArguments.__dataclass_fields__
    for name, advice in UNWORKABLE.items():
        value, usual = getattr(args, name), fields[name].default
        if value != usual and value not in (None, [], "random"):
            raise ValueError(f"`{name}` is {value!r}, which the GAN trainer cannot follow: {advice}.")
    if args.remove_unused_columns:
        raise ValueError("`remove_unused_columns` is True, but the collator needs all columns: leave it out.")
    if str(getattr(args.optim, "value", args.optim)).startswith(UNWORKABLE_OPTIMIZERS):
        raise ValueError(f"`optim` is `{args.optim}`, which two optimizers at once cannot be: take `adamw_torch`.")
    if (schedule := getattr(args.lr_scheduler_type, "value", args.lr_scheduler_type)) in UNWORKABLE_SCHEDULES:
        raise ValueError(
            f"`lr_scheduler_type` is `{schedule}`, which follows the evaluation, and that has no "
            "number for the discriminators: take `cosine`, `linear` or `constant`."
        )
    if args.gan_loss not in GAN_LOSSES:
        raise ValueError(f"`gan_loss` is `{args.gan_loss}`; take one of {list(GAN_LOSSES)}.")
    strategy = getattr(args.hub_strategy, "value", args.hub_strategy)
    if args.push_to_hub and not args.push_discriminator and strategy in ("checkpoint", "all_checkpoints"):
        raise ValueError(
            f"`hub_strategy` is `{strategy}`, which pushes all that resuming needs, but `push_discriminator` is not "
            "set: take `every_save` or `end`, or let the discriminators be pushed."
        )


def refuse_unused(arguments: dict):
    """`ValueError` for arguments of `Trainer` that the alternating step would never look at."""
    for name, advice in UNUSED_BY_TRAINER.items():
        if arguments.get(name) is not None:
            raise ValueError(f"The GAN trainer does not use `{name}`: {advice}.")


def refuse_launch(trainer: Trainer):
    """`NotImplementedError` or `ValueError` for ways to start a training that only show once it has been started."""
    args = trainer.args
    if trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled:
        raise NotImplementedError(
            "`accelerate launch` has set up FSDP or DeepSpeed, but the GAN trainer runs on one process or under DDP: "
            "a voice fits on one device. Launch with `--multi_gpu`, or run `accelerate config` again."
        )
    if args.n_gpu > 1:
        raise ValueError(
            f"One process has {args.n_gpu} GPUs, but each needs a process of its own: take `accelerate launch "
            f"--multi_gpu --num_processes {args.n_gpu}`, or show it one GPU with `CUDA_VISIBLE_DEVICES=0`."
        )
    if args.auto_find_batch_size and args.world_size > 1:
        raise ValueError(
            "`auto_find_batch_size` works on one process only: one of several that runs out of memory would start "
            "again without the others. Find the size on one, then give it as `per_device_train_batch_size`."
        )


def refuse_blind(discriminator: TTSGanDiscriminator, speaks: bool):
    """`ValueError` for discriminators of mel frames where a vocoder alone is trained, which predicts none."""
    if not speaks and not discriminator.waveform_discriminators:
        raise ValueError(
            "The discriminators see mel frames alone, but a vocoder is trained, which has waveforms to show: give "
            "discriminators with `periods` or `resolutions`."
        )
