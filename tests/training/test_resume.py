"""Which checkpoint is resumed: words of the command line, damaged files, a training that was already done."""

import logging
import shutil

import pytest
from helpers.training import assert_same, everything, make_trainer

from transformers_tts_gan.training.resume import MANIFEST, checkpoint_to_resume, faults, write_manifest


SAVE = {"save_strategy": "steps", "save_steps": 1, "max_steps": 3}


def checkpoint(folder, number: int):
    path = folder / f"checkpoint-{number}"
    (path / "discriminator").mkdir(parents=True)
    (path / "model.safetensors").write_bytes(b"weights" * 9)
    (path / "discriminator" / "model.safetensors").write_bytes(b"others")
    write_manifest(path)
    return path


@pytest.mark.parametrize("word", [True, "true", "True", "1", "last"])
def test_the_newest_checkpoint_is_meant_by_each_word_for_it(word, tmp_path):
    for number in (2, 10, 9):
        checkpoint(tmp_path, number)
    assert checkpoint_to_resume(word, tmp_path) == str(tmp_path / "checkpoint-10")
    assert checkpoint_to_resume(str(tmp_path / "checkpoint-2"), tmp_path) == str(tmp_path / "checkpoint-2")


@pytest.mark.parametrize("word", [None, False, "false", "False", "0", "no"])
def test_a_training_starts_at_the_beginning_unless_it_is_told_otherwise(word, tmp_path):
    checkpoint(tmp_path, 1)
    assert checkpoint_to_resume(word, tmp_path) is None


def test_where_there_is_no_checkpoint_the_message_says_so(tmp_path):
    with pytest.raises(ValueError, match="has no checkpoint: leave it out to start at the beginning"):
        checkpoint_to_resume("true", tmp_path)
    with pytest.raises(ValueError, match="there is no such folder"):
        checkpoint_to_resume("outputs/checkpoint-7", tmp_path)


def spoil(path, how: str):
    if how == "missing":
        path.unlink()
    elif how == "cut short":
        path.write_bytes(path.read_bytes()[:-5])
    else:
        path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("how", ["missing", "cut short", "zeros"])
@pytest.mark.parametrize("name", ["model.safetensors", "discriminator/model.safetensors", MANIFEST])
def test_a_damaged_checkpoint_is_named_and_the_one_before_it_is_taken_or_offered(name, how, tmp_path, caplog):
    older, newer = checkpoint(tmp_path, 3), checkpoint(tmp_path, 4)
    spoil(newer / name, how)
    with caplog.at_level(logging.WARNING):
        assert checkpoint_to_resume("true", tmp_path) == str(older)
    assert f"`{newer}` is not whole" in caplog.text and f"`{name}`" in caplog.text
    with pytest.raises(ValueError, match=f"{name}.*newest whole one is `.*checkpoint-3`"):
        checkpoint_to_resume(newer, tmp_path)
    spoil(older / name, how)
    with pytest.raises(ValueError, match="None of the 2 checkpoints"):
        checkpoint_to_resume("true", tmp_path)


def test_every_file_of_a_training_is_needed(tmp_path):
    """Without `training_weights.safetensors` or the discriminators a run would go on silently with other weights."""
    make_trainer(tmp_path, **{**SAVE, "max_steps": 1}).train()
    saved = tmp_path / "checkpoint-1"
    assert faults(saved) == []
    names = {"training_weights.safetensors", "optimizer.pt", "gan_state.pt", "losses.pt", "rng_state.pth"}
    names |= {"model.safetensors", "trainer_state.json", "discriminator/model.safetensors", "scheduler.pt"}
    for name in names:
        kept = (saved / name).read_bytes()
        (saved / name).unlink()
        assert faults(saved) == [f"`{name}` is missing"]
        (saved / name).write_bytes(kept)


def test_a_damaged_newest_checkpoint_ends_with_the_same_bits(tmp_path):
    whole = make_trainer(tmp_path, **SAVE)
    whole.train()
    expected = everything(whole)
    shutil.rmtree(tmp_path / "checkpoint-3")
    (tmp_path / "checkpoint-2" / "training_weights.safetensors").unlink()
    again = make_trainer(tmp_path, **SAVE)
    again.train(resume_from_checkpoint="true")
    assert_same(everything(again), expected)


ENDS = {  # 3 batches are an epoch
    "within an epoch": {"max_steps": 4, "save_strategy": "steps", "save_steps": 2},
    "at the end of an epoch": {"max_steps": 3, "save_strategy": "steps", "save_steps": 3},
    "within an epoch, saved after it": {"max_steps": 4, "save_strategy": "epoch", "eval_strategy": "epoch"},
    "evaluated after the last step": {"max_steps": 4, "save_strategy": "steps", "eval_strategy": "epoch"},
}


@pytest.mark.parametrize("end", ENDS)
def test_a_training_that_was_done_trains_no_further(end, tmp_path, caplog):
    """A run killed after its last checkpoint had trained past `max_steps`, and published other weights."""
    whole = make_trainer(tmp_path, **ENDS[end])
    whole.train()
    expected = everything(whole)
    for _ in range(2):
        again = make_trainer(tmp_path, **ENDS[end])
        again.train(resume_from_checkpoint="last")
        assert again.state.global_step == ENDS[end]["max_steps"]
        assert_same(everything(again), expected)
    assert "nothing is left to train" in caplog.text


def test_a_training_whose_minutes_are_over_trains_no_further(tmp_path):
    arguments = {"max_train_minutes": 0.02, "max_steps": -1, "save_strategy": "steps", "save_steps": 10**6}
    first = make_trainer(tmp_path, **arguments)
    first.train()
    again = make_trainer(tmp_path, **arguments)
    again.train(resume_from_checkpoint=True)
    assert again.state.global_step == first.state.global_step


def test_a_finished_training_can_be_made_longer(tmp_path):
    make_trainer(tmp_path, **SAVE).train()
    longer = make_trainer(tmp_path, **{**SAVE, "max_steps": 5})
    longer.train(resume_from_checkpoint="true")
    assert longer.state.global_step == 5
