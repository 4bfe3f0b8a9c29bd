"""VITS on several processes, and killed: the same step as one process makes, and the same bits after a resumption."""

import os
import signal
from pathlib import Path

import pytest
import torch
from helpers.training import assert_same, everything, exit_code, start_process, start_together, weights
from helpers.vits import make_vits_trainer, tiny_vits
from torch import nn
from transformers import TrainerCallback

from transformers_tts_gan.models.vits import training as vits_training


pytestmark = pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="two processes on a CPU need gloo")


def save(folder: str, name: str, value):
    torch.save(value, f"{folder}/{name}{os.environ.get('RANK', 0)}.pt")


def load(folder: Path, name: str, rank: int = 0):
    return torch.load(folder / f"{name}{rank}.pt", weights_only=False)


def share_out(folder: str, name: str, rows: int, accumulation: int):
    """Nothing random, and an AdamW that does not turn the noise of a gradient near 0 into a step."""
    model = tiny_vits()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    for layer in model.text_encoder.encoder.layers:
        layer.attention.dropout = 0.0
    trainer = make_vits_trainer(
        f"{folder}/{name}",
        model=model,
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=accumulation,
        adam_epsilon=1e-3,
        max_steps=3,
    )
    vits_training.segment_starts = lambda lengths, count, *others: torch.zeros(count, dtype=torch.long)
    plain_randn, torch.randn_like = torch.randn, torch.zeros_like
    torch.randn = lambda *shape, **options: 0 * plain_randn(*shape, **options)
    trainer.train()
    logs = [{name: log.get(name) for name in ("loss", "kl", "duration")} for log in trainer.state.log_history]
    save(folder, name, {**weights(trainer.model), **weights(trainer.discriminator), "logs": logs[:-1]})


RUN = {"per_device_train_batch_size": 2, "max_steps": 4, "logging_steps": 2, "save_strategy": "steps", "save_steps": 1}


def resume_on_two(folder: str):
    trainer = make_vits_trainer(folder, 2, **RUN)
    trainer.train()
    assert trainer.args.world_size == 2
    save(folder, "whole", everything(trainer))
    again = make_vits_trainer(f"{folder}/again", 2, **RUN | {"save_strategy": "no"})
    again.train(resume_from_checkpoint=f"{folder}/checkpoint-2")
    save(folder, "again", everything(again))


def test_a_step_is_the_same_on_one_process_on_two_and_accumulated(tmp_path):
    """Recordings differ in frames and letters, by which divergence and durations are means."""
    folder = str(tmp_path)
    jobs = [start_process(share_out, folder, "one", 4, 1), start_process(share_out, folder, "accumulated", 2, 2)]
    assert [exit_code(job) for job in jobs + start_together(share_out, folder, "two", 2, 1)] == [0] * 4
    one, two = load(tmp_path, "one"), load(tmp_path, "two")
    assert_same(two, load(tmp_path, "two", 1), "the processes differ")
    for other in (load(tmp_path, "accumulated"), two):
        for name, value in one.items():
            if name == "logs":
                for first, second in zip(value, other[name], strict=True):
                    assert second == pytest.approx(first, rel=1e-4)
            else:
                assert torch.allclose(other[name], value, rtol=0, atol=1e-6), name


def test_two_processes_hold_the_same_weights_and_resume_to_the_same_bits(tmp_path):
    assert [exit_code(job) for job in start_together(resume_on_two, str(tmp_path))] == [0, 0]
    for part in ("voice", "discriminators", "average"):
        assert_same(load(tmp_path, "whole")[part], load(tmp_path, "whole", 1)[part], part)
    for rank in (0, 1):
        assert_same(load(tmp_path, "again", rank), load(tmp_path, "whole", rank))


class KillItself(TrainerCallback):
    """Dies as a process does whose machine fails, in the midst of a step."""

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == 2:
            os.kill(os.getpid(), signal.SIGKILL)


def train_until_killed(folder: str):
    make_vits_trainer(folder, callbacks=[KillItself()], **RUN).train()


def train_to_the_end(folder: str, name: str):
    trainer = make_vits_trainer(f"{folder}/{name}", **RUN)
    trainer.train(resume_from_checkpoint="true" if name == "killed" else None)
    save(folder, name, everything(trainer))


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_training_goes_on_as_if_it_had_not_been_killed(tmp_path):
    assert exit_code(start_process(train_until_killed, str(tmp_path / "killed"))) == -signal.SIGKILL
    jobs = [start_process(train_to_the_end, str(tmp_path), name) for name in ("whole", "killed")]
    assert [exit_code(job) for job in jobs] == [0, 0]
    assert_same(load(tmp_path, "killed"), load(tmp_path, "whole"))
