"""Folders that are whole or absent; what a run does with them is in `test_trainer_resume.py`."""

import logging
import os

from transformers.trainer_utils import get_last_checkpoint

from transformers_tts_gan.training.checkpoints import UNFINISHED, keep_newest, publish, remove_unfinished


def checkpoint(folder, text="whole"):
    folder.mkdir(parents=True)
    (folder / "trainer_state.json").write_text(text)
    return folder


def test_a_checkpoint_takes_the_place_of_one_of_an_earlier_run(tmp_path):
    checkpoint(tmp_path / "checkpoint-3", "old")
    publish(checkpoint(tmp_path / UNFINISHED / "checkpoint-3", "new"), tmp_path / "checkpoint-3")
    assert (tmp_path / "checkpoint-3" / "trainer_state.json").read_text() == "new"
    assert list((tmp_path / UNFINISHED).iterdir()) == []


def test_nothing_unfinished_is_taken_for_a_checkpoint(tmp_path):
    checkpoint(tmp_path / UNFINISHED / "checkpoint-9")
    checkpoint(tmp_path / "checkpoint-3")
    assert get_last_checkpoint(str(tmp_path)) == str(tmp_path / "checkpoint-3")


def test_what_a_killed_process_left_is_removed_and_named(tmp_path, caplog):
    checkpoint(tmp_path / UNFINISHED / "checkpoint-9")
    checkpoint(tmp_path / "checkpoint-3")
    (tmp_path / "checkpoint-4").mkdir()  # of a program that wrote it in its place
    (tmp_path / "checkpoint-best").mkdir()  # somebody's own
    with caplog.at_level(logging.WARNING):
        remove_unfinished(tmp_path)
    assert "['checkpoint-9'], which a killed process left: removed" in caplog.text
    assert "never finished: now `broken-checkpoint-4`" in caplog.text
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["broken-checkpoint-4", "checkpoint-3", "checkpoint-best"]


def test_the_oldest_go_first_but_never_the_best_or_the_newest(tmp_path):
    for step in range(1, 6):
        os.utime(checkpoint(tmp_path / f"checkpoint-{step}"), (step, step))
    keep_newest(tmp_path, 3, {str(tmp_path / "checkpoint-1"), str(tmp_path / "checkpoint-5")})
    assert sorted(path.name for path in tmp_path.glob("checkpoint-*")) == [f"checkpoint-{n}" for n in (1, 4, 5)]
    keep_newest(tmp_path, 1, {str(tmp_path / "checkpoint-1"), str(tmp_path / "checkpoint-5")})
    assert sorted(path.name for path in tmp_path.glob("checkpoint-*")) == ["checkpoint-1", "checkpoint-5"]
