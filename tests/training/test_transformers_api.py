"""What `TTSGanTrainer` overrides or calls of Transformers and Accelerate, held against the installed releases.

Most of it is private there and may change in any release. Then this file fails and names the place, before a training
goes wrong without a word. CI runs it on the oldest release that `setup.cfg` allows and on the newest one.
"""

import inspect

import pytest
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from accelerate.state import GradientState
from transformers import Trainer
from transformers.trainer_callback import CallbackHandler, DefaultFlowCallback, TrainerControl

from transformers_tts_gan.training.checkpoints import AtomicCheckpointsMixin
from transformers_tts_gan.training.gan_state import GANStateMixin
from transformers_tts_gan.training.trainer import TTSGanTrainer


EPOCH = (
    "model epoch train_dataloader steps_in_epoch num_update_steps_per_epoch trial ignore_keys_for_eval start_time "
    "resume_from_checkpoint epochs_trained steps_trained_in_current_epoch"
)
CARD = "language license tags model_name finetuned_from tasks dataset_tags dataset dataset_args"
OVERRIDDEN = {  # by name: the parameters, and what we do there
    "train": ("resume_from_checkpoint trial ignore_keys_for_eval", "lock, clean up, choose the checkpoint, stop"),
    "_inner_training_loop": ("batch_size args resume_from_checkpoint trial ignore_keys_for_eval", "start again"),
    "call_model_init": ("trial", "new discriminators for each trial of a search"),
    "_prepare_for_training": (
        "max_steps train_dataloader resume_from_checkpoint",
        "prepare the discriminators",
    ),
    "_wrap_model": ("model training dataloader", "what a batch is given to may stand around the model"),
    "create_optimizer": ("model", "groups with learning rates of their own"),
    "create_scheduler": ("num_training_steps optimizer", "learning rates by the clock"),
    "_get_train_sampler": ("train_dataset", "batches of like lengths in an order that can be resumed"),
    "_run_epoch": (EPOCH, "tell the sampler the epoch; restore the sums of the losses"),
    "get_batch_samples": ("epoch_iterator num_batches device", "the accumulation window, which begins a step"),
    "training_step": ("model inputs num_items_in_batch", "discriminators first, then the generator"),
    "_clip_grad_norm": ("model", "not where the generator stands still"),
    "_get_grad_norm": ("model grad_norm", "leave out a step that is not finite"),
    "_maybe_log_save_evaluate": (
        "tr_loss grad_norm model trial epoch ignore_keys_for_eval start_time learning_rate",
        "save and stop after a signal",
    ),
    "log": ("logs start_time", "the means of all losses"),
    "evaluate": ("eval_dataset ignore_keys metric_key_prefix", "averaged weights, random state kept"),
    "predict": ("test_dataset ignore_keys metric_key_prefix", "averaged weights, random state kept"),
    "prediction_step": ("model inputs prediction_loss_only ignore_keys", "losses without discriminators"),
    "evaluation_loop": (
        "dataloader description prediction_loss_only ignore_keys metric_key_prefix",
        "speech metrics",
    ),
    "_save_checkpoint": ("model trial", "write it elsewhere, publish it by one rename"),
    "_get_output_dir": ("trial", "where it is written"),
    "_push_from_checkpoint": ("checkpoint_folder", "only once it is whole"),
    "_save": ("output_dir state_dict", "averaged weights, discriminators, training weights"),
    "_save_optimizer_and_scheduler": ("output_dir", "those of the discriminators"),
    "_save_rng_state": ("output_dir", "the sums of the losses, one file for each process"),
    "_load_from_checkpoint": ("resume_from_checkpoint model", "discriminators and training weights"),
    "_load_best_model": ("", "its discriminators"),
    "_finalize_training": ("trial num_train_samples start_time", "a resumed training that was done"),
    "create_model_card": (CARD, "a card of text-to-speech"),
}
CALLED = {
    "_prepare_inputs": ("inputs", "tensors to the device"),
    "_move_model_to_device": ("model device", "the discriminators as well"),
    "compute_loss_context_manager": ("", "autocast"),
    "get_decay_parameter_names": ("model", "which weights decay"),
    "get_optimizer_cls_and_kwargs": ("args model", "the optimizer that `optim` names"),
    "_load_rng_state": ("checkpoint", "a resumed training that was done"),
    "remove_callback": ("callback", "its own bars and prints"),
    "is_world_process_zero": ("", "who writes"),
    "is_local_process_zero": ("", "who writes on each machine"),
}
ATTRIBUTES = {  # that the Trainer sets or reads, with a piece of its source for each
    "loss_is_scaled_for_ga": "our losses are divided by the window already",
    "model_accepts_loss_kwargs": "nobody is to count labels",
    "place_model_on_device": "whether the discriminators are to be moved",
    "_tr_loss": "the sum of the losses since the last log, which a checkpoint keeps",
    "_total_loss_scalar": "the mean at the end is of one session",
    "_globalstep_last_logged": "since when the sum is",
    "_created_lr_scheduler": "a second call of `train` makes a new schedule",
    "_train_batch_size": "`auto_find_batch_size` changes it",
    "current_gradient_accumulation_steps": "the last window of an epoch may be shorter",
}


def parameters(function) -> str:
    return " ".join(name for name in inspect.signature(function).parameters if name != "self")


@pytest.mark.parametrize(("name", "expected"), [(n, p) for n, (p, _) in (OVERRIDDEN | CALLED).items()])
def test_a_method_of_the_trainer_has_the_parameters_that_we_count_on(name, expected):
    assert parameters(getattr(Trainer, name)) == expected


def test_the_table_holds_all_that_is_overridden():
    ours = set().union(*(vars(kind) for kind in (TTSGanTrainer, GANStateMixin, AtomicCheckpointsMixin)))
    methods = {name for name in ours if callable(getattr(Trainer, name, None)) and not name.startswith("__")}
    assert methods == set(OVERRIDDEN)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_the_trainer_has_the_attributes_that_we_read_or_set(name):
    assert name in inspect.getsource(Trainer)


def test_the_loop_does_in_order_what_our_steps_count_on():
    """The window, each batch, clipping, the norm, the optimizer, callbacks, the schedule, logs and checkpoints."""
    source = inspect.getsource(Trainer._run_epoch)
    order = ["self.get_batch_samples(", "_set_sync_gradients(", "self.training_step(", "self._clip_grad_norm(",
             "self._get_grad_norm(", "self.optimizer.step()", "on_optimizer_step(", "optimizer_step_was_skipped",
             "lr_scheduler.step()", "model.zero_grad()", "global_step += 1", "on_step_end(",
             "self._maybe_log_save_evaluate("]  # fmt: skip
    places = [source.index(piece) for piece in order]
    assert places == sorted(places)


def test_a_training_begins_as_resuming_counts_on():
    """Weights are loaded before anything is prepared, optimizers after it, and no stop is left from before."""
    source = inspect.getsource(Trainer.train)
    assert source.index("self._load_from_checkpoint(") < source.index("inner_training_loop(")
    source = inspect.getsource(Trainer._inner_training_loop)
    order = ["self._prepare_for_training(", "self._tr_loss =", "on_train_begin(", "self._run_epoch("]
    assert [source.index(piece) for piece in order] == sorted(source.index(piece) for piece in order)
    source = inspect.getsource(Trainer._prepare_for_training)
    assert source.index("self.create_optimizer(") < source.index("self._load_optimizer_and_scheduler(")
    assert "control.should_training_stop = False" in inspect.getsource(CallbackHandler.on_train_begin)


ACCELERATE = {
    (Accelerator, "prepare_model"): "model device_placement evaluation_mode",
    (Accelerator, "prepare_optimizer"): "optimizer device_placement",
    (Accelerator, "backward"): "loss kwargs",
    (Accelerator, "unscale_gradients"): "optimizer",
    (GradientState, "_set_sync_gradients"): "sync_gradients",
}


@pytest.mark.parametrize(("kind", "name"), ACCELERATE)
def test_accelerate_has_what_the_discriminators_step_with(kind, name):
    assert parameters(getattr(kind, name)) == ACCELERATE[kind, name]


def test_optimizers_of_accelerate_do_nothing_within_a_window():
    """So a step of the generator is left out by saying that its gradients are not complete."""
    assert "if self.gradient_state.sync_gradients" in inspect.getsource(AcceleratedOptimizer.step)
    assert "if self.gradient_state.sync_gradients" in inspect.getsource(AcceleratedOptimizer.zero_grad)


def test_the_end_of_a_training_asks_for_a_last_checkpoint():
    assert {"should_save", "should_training_stop", "should_log", "should_evaluate"} <= set(vars(TrainerControl()))
    assert "state.global_step >= state.max_steps" in inspect.getsource(DefaultFlowCallback.on_step_end)
