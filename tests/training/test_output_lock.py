"""One training in one folder: the other process is named, and a process that has died locks nothing."""

import json
import logging
import os
import signal
import socket
import time
from pathlib import Path

import pytest
from helpers.training import exit_code, make_trainer, start_process

from transformers_tts_gan.training.output_lock import LOCK, OutputLock


pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is no such lock on this system")


def hold(folder: str, seconds: float):
    lock = OutputLock(folder)
    lock.acquire()
    Path(folder, "held").touch()
    time.sleep(seconds)
    lock.release()


def started(folder: Path, seconds: float):
    """A process that holds the lock of `folder` by now."""
    process = start_process(hold, str(folder), seconds)
    until = time.monotonic() + 60
    while not (folder / "held").exists() and time.monotonic() < until:
        time.sleep(0.02)
    return process


def test_a_second_training_in_a_folder_is_refused_and_names_the_first(tmp_path):
    first = started(tmp_path, 600)
    trainer = make_trainer(tmp_path, max_steps=1)
    with pytest.raises(ValueError, match=f"process {first.pid} on `{socket.gethostname()}`.*Name another folder"):
        trainer.train()
    assert trainer.state.global_step == 0
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    trainer.train()
    assert trainer.state.global_step == 1 and not (tmp_path / LOCK).exists()


def test_the_lock_of_a_killed_process_is_known_to_be_stale(tmp_path, caplog):
    first = started(tmp_path, 600)
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    assert json.loads((tmp_path / LOCK).read_text())["pid"] == first.pid
    with caplog.at_level(logging.WARNING):
        OutputLock(tmp_path).acquire()
    assert f"left by process {first.pid}" in caplog.text and "has ended" in caplog.text


def test_a_lock_that_was_given_back_leaves_nothing(tmp_path):
    assert exit_code(started(tmp_path, 0)) == 0
    assert not (tmp_path / LOCK).exists()


def test_an_error_in_training_gives_the_lock_back(tmp_path):
    trainer = make_trainer(tmp_path, max_steps=1, save_strategy="steps", save_steps=1)
    with pytest.raises(ValueError, match="has no checkpoint"):
        trainer.train(resume_from_checkpoint=True)
    assert not (tmp_path / LOCK).exists()
