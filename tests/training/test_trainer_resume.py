"""Killed and resumed equals never having stopped, to the last bit, wherever and whenever the process dies."""

import os
import signal

import pytest
import torch
from helpers.training import assert_same, everything, exit_code, make_trainer, prepared_rows, start_process
from transformers import TrainerCallback, set_seed
from transformers.trainer_utils import get_last_checkpoint

from transformers_tts_gan.training import checkpoints
from transformers_tts_gan.training.trainer import TTSGanTrainer


STEPS = {"max_steps": 5, "save_strategy": "steps", "save_steps": 1, "logging_steps": 2, "warmup_steps": 2}
EVALUATION = {"eval_strategy": "steps", "eval_steps": 2}
CASES = {
    # stops in the first epoch, at its end and in the second; dropout and random pieces are on
    "plain": (True, (2, 3, 4), {**EVALUATION, "discriminator_start_ratio": 0.2, "text_encoder_freeze_ratio": 0.4}),
    "a short last window, discriminators that stay alone at first": (
        False,
        (3,),
        {
            "gradient_accumulation_steps": 2,
            "discriminator_start_ratio": 0.4,
            "discriminator_warmup_ratio": 0.3,
            **EVALUATION,
        },
    ),
    "workers and bf16": (False, (2,), {"dataloader_num_workers": 1, "bf16": True, "max_steps": 4}),
    "no average, least squares": (False, (1,), {"ema_decay": 0.0, "gan_loss": "least_squares", "max_steps": 3}),
}


@pytest.mark.parametrize("case", CASES)
def test_resuming_equals_never_having_stopped(case, tmp_path):
    with_text_encoder, stops, arguments = CASES[case]
    arguments = {**STEPS, **arguments}
    whole = make_trainer(tmp_path, with_text_encoder, **arguments)
    whole.train()
    expected = everything(whole)
    for stop in stops:
        again = make_trainer(tmp_path / "again", with_text_encoder, **{**arguments, "save_strategy": "no"})
        set_seed(1234 + stop)
        again.train(resume_from_checkpoint=str(tmp_path / f"checkpoint-{stop}"))
        assert_same(everything(again), expected, f"stopped after {stop}")
        saved = torch.load(tmp_path / f"checkpoint-{stop}" / "gan_state.pt", weights_only=True)
        assert again.clock.seconds > saved["seconds"] > 0


def test_a_stream_is_resumed_where_it_was_left(tmp_path):
    """Nobody knows how long a stream is: it is read again up to that place, here in its second pass."""
    stream = prepared_rows(12).to_iterable_dataset().shuffle(seed=3, buffer_size=6)
    arguments = {**STEPS, "train_dataset": stream}
    whole = make_trainer(tmp_path, **arguments)
    whole.train()
    again = make_trainer(tmp_path / "again", **arguments)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert_same(everything(again), everything(whole))


def test_evaluating_does_not_change_the_training(tmp_path):
    """Evaluation draws random pieces, too; training must go on with the random numbers it would have had."""

    class Draw(TrainerCallback):
        def on_evaluate(self, *args, **kwargs):
            set_seed(99)

    plain = make_trainer(tmp_path / "plain", max_steps=2)
    plain.train()
    evaluated = make_trainer(tmp_path / "evaluated", max_steps=2, eval_strategy="steps", eval_steps=1)
    evaluated.add_callback(Draw())
    evaluated.train()
    first, second = everything(evaluated), everything(plain)
    losses = [log for log in first.pop("logs") if "eval_loss" in log]
    second.pop("logs")
    assert_same(first, second)
    assert len(losses) == 2


# ---- A real process, really killed ----

KILLED = {
    **STEPS,
    **EVALUATION,
    "gradient_accumulation_steps": 2,
    "discriminator_start_ratio": 0.2,
    "max_steps": 4,
    "save_total_limit": 2,
    "discriminator_warmup_ratio": 0.2,
}


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class DieWithin(TrainerCallback):
    """Kills the process between the two batches of step 3."""

    def on_substep_end(self, args, state, control, **kwargs):
        if state.global_step == 2:
            die()


def train_and_die(folder: str, where: str):
    """Trains until something kills the process at step 3."""
    trainer = make_trainer(folder, callbacks=[DieWithin()] if where == "within a step" else None, **KILLED)
    if where == "while saving":
        save = TTSGanTrainer._save_optimizer_and_scheduler

        def half(self, output_dir):
            if self.state.global_step == 3:
                with open(os.path.join(output_dir, "optimizer.pt"), "wb") as file:
                    file.write(b"half")
                die()
            save(self, output_dir)

        TTSGanTrainer._save_optimizer_and_scheduler = half
    rename = os.rename

    def deadly(source, target, **kwargs):
        if where == "before a checkpoint is in place" and str(target).endswith(f"{folder}/checkpoint-3"):
            die()
        rename(source, target, **kwargs)
        if where == "while deleting an old checkpoint" and str(target).endswith("deleted-checkpoint-1"):
            os.remove(os.path.join(target, "model.safetensors"))
            die()

    checkpoints.os.rename = deadly
    trainer.train()


def train_to_the_end(folder: str, resume: bool, result: str):
    trainer = make_trainer(folder, **KILLED)
    trainer.train(resume_from_checkpoint=True if resume else None)
    torch.save(everything(trainer), result)


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    assert exit_code(start_process(train_to_the_end, str(folder), False, str(folder / "result.pt"))) == 0
    return torch.load(folder / "result.pt", weights_only=False)


PLACES = {  # and the checkpoint that is the newest whole one then
    "within a step": 2,
    "while saving": 2,
    "before a checkpoint is in place": 2,
    "while deleting an old checkpoint": 3,
}


@pytest.mark.parametrize("where", PLACES)
def test_a_killed_process_leaves_a_whole_checkpoint_and_ends_with_the_same_bits(where, never_killed, tmp_path):
    """SIGKILL cannot be caught: what is on the disk at that moment is all that is left."""
    assert exit_code(start_process(train_and_die, str(tmp_path), where)) == -signal.SIGKILL
    assert get_last_checkpoint(str(tmp_path)) == str(tmp_path / f"checkpoint-{PLACES[where]}")
    assert exit_code(start_process(train_to_the_end, str(tmp_path), True, str(tmp_path / "result.pt"))) == 0
    assert_same(torch.load(tmp_path / "result.pt", weights_only=False), never_killed)
    left = sorted(path.name for path in tmp_path.iterdir() if path.is_dir() and any(path.iterdir()))
    assert left == ["checkpoint-3", "checkpoint-4"]
