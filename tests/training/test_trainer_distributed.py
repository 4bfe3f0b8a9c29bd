"""Several processes: the same step as one, everything skipped together, and an end where one of them dies."""

import logging
import os
import time
from pathlib import Path

import pytest
import torch
from helpers.training import (
    assert_same,
    everything,
    exit_code,
    make_trainer,
    prepared_rows,
    start_process,
    start_together,
    tiny_model,
    tiny_processor,
    weights,
)
from torch import nn
from transformers import TrainerCallback

from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.models import modeling_tts_gan, vocoder
from transformers_tts_gan.models.excitation import noise_spectra


pytestmark = pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="two processes on a CPU need gloo")


def states(folder: Path, name: str, count: int = 2) -> list:
    return [torch.load(folder / f"{name}{rank}.pt", weights_only=False) for rank in range(count)]


def save(folder: str, name: str, value):
    torch.save(value, f"{folder}/{name}{os.environ.get('RANK', 0)}.pt")


def both(trainer) -> dict:
    return {
        "voice": weights(trainer.model),
        "discriminators": weights(trainer.discriminator),
        "average": {name: average.clone() for name, average in trainer.average.averages.items()},
    }


# ---- One step, however it is shared out ----

# Nothing random, and an AdamW that does not turn the noise of a gradient near 0 into a step.
STILL = {"ground_truth_mel_ratio": 0.0, "adam_epsilon": 1e-3, "max_steps": 3, "prosody_loss_weight": 0.0}


class Short(SpeechCollator):
    """Loses the last row of each step: of the only batch, of the second one, or of the second process's."""

    def __init__(self, rows: int, accumulation: int):
        super().__init__(tiny_processor())
        self.whole, self.accumulation, self.calls = rows == 4, accumulation, 0

    def __call__(self, rows):
        self.calls += 1
        second = self.calls % 2 == 0 if self.accumulation == 2 else os.environ.get("RANK") == "1"
        return super().__call__(rows[:-1] if self.whole or second else rows)


def share_out(folder: str, name: str, rows: int, accumulation: int):
    voice = tiny_model()
    for module in voice.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    vocoder.noise_spectra = lambda *shape, fresh: noise_spectra(*shape, fresh=False)
    modeling_tts_gan.segment_starts = lambda lengths, count, *others: torch.zeros(count, dtype=torch.long)
    arguments = {"per_device_train_batch_size": rows, "gradient_accumulation_steps": accumulation, **STILL}
    trainer = make_trainer(f"{folder}/{name}", model=voice, data_collator=Short(rows, accumulation), **arguments)
    trainer.train()
    logs = [
        {name: log.get(name) for name in ("loss", "mel", "discriminator_loss")} for log in trainer.state.log_history
    ]
    save(folder, name, {**both(trainer), "logs": logs[:-1]})


def test_a_step_is_the_same_on_one_process_on_two_and_accumulated(tmp_path):
    """Batches differ in rows, frames and phones; a mean of their means would be another loss."""
    folder = str(tmp_path)
    jobs = [start_process(share_out, folder, "one", 4, 1), start_process(share_out, folder, "accumulated", 2, 2)]
    assert [exit_code(job) for job in jobs + start_together(share_out, folder, "two", 2, 1)] == [0] * 4
    (one,), (accumulated,), two = (
        states(tmp_path, "one", 1),
        states(tmp_path, "accumulated", 1),
        states(tmp_path, "two"),
    )
    assert_same(two[0], two[1], "the processes differ")
    for other in (accumulated, two[0]):
        for part in ("voice", "discriminators", "average"):
            for name, tensor in one[part].items():
                assert torch.allclose(other[part][name], tensor, rtol=0, atol=1e-6), f"{part}/{name}"
        for first, second in zip(one["logs"], other["logs"], strict=True):
            assert second == pytest.approx(first, abs=3e-4)


# ---- All that a run has, on two processes ----


class Log(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def poisoned(trainer, rank: int, call: int):
    """One of the losses of process `rank` is infinite at its `call`-th batch."""
    plain, calls = trainer.generator_losses, []

    def generator_losses(*args):
        losses = plain(*args)
        calls.append(1)
        if len(calls) == call and trainer.args.process_index == rank:
            losses["mel"] = losses["mel"] * torch.inf
        return losses

    trainer.generator_losses = generator_losses


class Steps(TrainerCallback):
    """Copies of the voice and the discriminators after each step."""

    def __init__(self):
        self.trainer, self.steps = None, []

    def on_step_end(self, args, state, control, **kwargs):
        self.steps.append(both(self.trainer))


RUN = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 2, "max_steps": 3, "logging_steps": 2,
       "save_strategy": "steps", "save_steps": 1, "eval_strategy": "steps", "eval_steps": 2}  # fmt: skip


def run_and_resume(folder: str):
    trainer = make_trainer(folder, **RUN)
    trainer.train()
    assert trainer.args.world_size == 2
    save(folder, "whole", everything(trainer))
    again = make_trainer(f"{folder}/again", **{**RUN, "save_strategy": "no"})
    again.train(resume_from_checkpoint=f"{folder}/checkpoint-2")
    save(folder, "again", everything(again))

    log, steps = Log(), Steps()
    logging.getLogger("transformers_tts_gan").addHandler(log)
    broken = make_trainer(f"{folder}/broken", callbacks=[steps], **{**RUN, "save_strategy": "no"})
    steps.trainer = broken
    before = {"voice": weights(broken.model), "discriminators": weights(broken.discriminator)}
    poisoned(broken, rank=1, call=2)  # the second batch of the first step
    broken.train()
    save(folder, "broken", {"before": before, "steps": steps.steps, "log": log.lines})

    stream = {"train_dataset": prepared_rows(12).to_iterable_dataset(), "per_device_train_batch_size": 2}
    streamed = make_trainer(f"{folder}/stream", max_steps=4, **stream)
    streamed.train()
    save(folder, "stream", both(streamed))

    clock = {"max_train_minutes": 0.05, "max_steps": -1, "save_strategy": "steps", "save_steps": 10**6}
    timed = make_trainer(f"{folder}/clock", **{**RUN, **clock})
    timed.train()
    save(folder, "clock", {**both(timed), "steps": timed.state.global_step, "progress": timed.clock.progress})


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ran")
    assert [exit_code(job) for job in start_together(run_and_resume, str(folder))] == [0, 0]
    return folder


@pytest.mark.parametrize("run", ["whole", "stream", "clock"])
def test_two_processes_hold_the_same_weights(run, ran):
    """Discriminators and average are kept by hand: processes that drift apart would train two different models."""
    first, second = states(ran, run)
    for part in ("voice", "discriminators", "average"):
        assert_same(first[part], second[part], part)


def test_two_processes_resume_to_the_same_bits(ran):
    for again, whole in zip(states(ran, "again"), states(ran, "whole"), strict=True):
        assert_same(again, whole)


def test_a_loss_that_is_infinite_on_one_process_costs_all_of_them_that_step(ran):
    """One that skips alone would leave the others waiting for its gradients."""
    results = states(ran, "broken")
    for result in results:
        before, first, second = result["before"], *result["steps"][:2]
        assert_same(before["voice"], first["voice"], "the voice moved")
        trained = {name: before["voice"][name] for name in first["average"]}
        assert_same(trained, first["average"], "the average moved")
        assert any(
            not torch.equal(before["discriminators"][name], first["discriminators"][name])
            for name in first["discriminators"]
        )
        assert any(not torch.equal(first["voice"][name], second["voice"][name]) for name in first["voice"])
        assert [line for line in result["log"] if "the loss is not finite on process 1" in line]
        assert sum("the step is left out" in line for line in result["log"]) == 1
    assert_same(results[0]["steps"], results[1]["steps"])


def test_the_clock_of_the_first_process_ends_all(ran):
    first, second = states(ran, "clock")
    assert first["steps"] == second["steps"] >= 1
    assert first["progress"] == second["progress"] == 1.0
    assert (ran / "clock" / f"checkpoint-{first['steps']}" / "losses_1.pt").exists()


# ---- Death ----


class Fail(TrainerCallback):
    """At the second step process 1 dies, or stands still."""

    def __init__(self, how: str):
        self.how = how

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == 1 and args.process_index == 1:
            if self.how == "dies":
                os._exit(3)
            time.sleep(600)


def train_beside_one_that_fails(folder: str, how: str):
    timeout = 600 if how == "dies" else 15
    trainer = make_trainer(folder, callbacks=[Fail(how)], per_device_train_batch_size=2, ddp_timeout=timeout)
    try:
        trainer.train()
    except RuntimeError as error:
        Path(folder, "message").write_text(str(error), encoding="utf-8")
        os._exit(1)  # as `torchrun` ends all when one has failed


@pytest.mark.parametrize("how", ["dies", "hangs"])
def test_a_process_that_fails_ends_the_others_with_a_message(how, tmp_path):
    """A job that hangs costs a night; one that ends says where to look."""
    first, second = start_together(train_beside_one_that_fails, str(tmp_path), how)
    started = time.monotonic()
    assert exit_code(first, 150) == 1
    assert time.monotonic() - started < 150
    second.kill()
    message = (tmp_path / "message").read_text()
    assert "Process 0 got no answer from another one at step 1" in message
    assert "start all of them again with `resume_from_checkpoint`" in message


def find_a_batch_size(folder: str):
    try:
        make_trainer(folder, auto_find_batch_size=True)
    except ValueError as error:
        Path(folder, f"message{os.environ['RANK']}").write_text(str(error), encoding="utf-8")


def test_a_batch_size_is_not_looked_for_on_several_processes(tmp_path):
    assert [exit_code(job) for job in start_together(find_a_batch_size, str(tmp_path))] == [0, 0]
    assert "works on one process only" in (tmp_path / "message1").read_text()
