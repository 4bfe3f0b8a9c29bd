"""SIGTERM and SIGINT: a last checkpoint, a message that names it, the exit status of the signal, and the same bits."""

import logging
import os
import signal

import pytest
import torch
from helpers.training import assert_same, everything, exit_code, make_trainer, start_together
from transformers import TrainerCallback

from transformers_tts_gan.training.interrupts import StopSignals


RUN = {"max_steps": 5, "save_strategy": "steps", "save_steps": 100, "logging_steps": 2}


@pytest.fixture(autouse=True)
def interruptible():
    """As in a terminal: a job in the background of a shell ignores SIGINT, and Python leaves it so."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


class Signal(TrainerCallback):
    """Sends a signal to one process at the end of step 2."""

    def __init__(self, number: signal.Signals, process: int = 0):
        self.number, self.process = number, process

    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == 2 and args.process_index == self.process:
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)], ids=["SIGTERM", "SIGINT"]
)
def test_a_signal_saves_a_checkpoint_and_says_how_to_go_on(number, error, tmp_path, caplog):
    whole = make_trainer(tmp_path / "whole", **RUN)
    whole.train()
    usual = signal.getsignal(number)
    stopped = make_trainer(tmp_path / "stopped", callbacks=[Signal(number)], **RUN)
    with caplog.at_level(logging.WARNING), pytest.raises(error) as raised:
        stopped.train()
    assert signal.getsignal(number) == usual
    if error is SystemExit:
        assert raised.value.code == 128 + number
    assert f"{number.name}: stopped after step 2" in caplog.text
    assert "checkpoint-2` is saved; go on with `--resume_from_checkpoint true`" in caplog.text
    again = make_trainer(tmp_path / "stopped", **RUN)
    again.train(resume_from_checkpoint="true")
    assert_same(everything(again), everything(whole))


def test_a_second_signal_acts_at_once():
    with StopSignals() as signals:
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.received == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_without_checkpoints_a_signal_acts_as_usual(tmp_path):
    trainer = make_trainer(tmp_path, callbacks=[Signal(signal.SIGINT)], **{**RUN, "save_strategy": "no"})
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    assert not list(tmp_path.glob("checkpoint-*"))


def train_until_told(folder: str):
    trainer = make_trainer(folder, callbacks=[Signal(signal.SIGTERM, process=1)], per_device_train_batch_size=2, **RUN)
    trainer.train()


@pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="two processes on a CPU need gloo")
def test_a_signal_to_one_process_stops_all_at_the_same_step(tmp_path):
    codes = [exit_code(job) for job in start_together(train_until_told, str(tmp_path))]
    assert codes == [128 + signal.SIGTERM] * 2
    assert (tmp_path / "checkpoint-3" / "losses_1.pt").exists()
