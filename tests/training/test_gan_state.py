"""What a training carries along: averaged weights, the clock, a fresh start when the memory was too small."""

import pytest
import torch
from helpers.training import assert_same, everything, make_trainer, tiny_processor, weights
from safetensors.torch import load_file

from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.models.modeling_tts_gan import TTSGanModel


SAVE = {"save_strategy": "steps", "save_steps": 1, "eval_strategy": "steps", "eval_steps": 1}


def parameters(model) -> dict:
    return {name: weight.detach() for name, weight in model.named_parameters()}


def test_evaluated_and_published_is_the_average_and_training_goes_on_with_its_own(tmp_path):
    trainer = make_trainer(tmp_path, max_steps=2, **SAVE)
    trainer.train()
    own, average = parameters(trainer.model), trainer.average.averages
    assert all(not torch.equal(own[name], average[name]) for name in own)
    saved = load_file(tmp_path / "checkpoint-2" / "training_weights.safetensors")
    assert_same(saved, own)
    trainer.save_model()
    assert not (tmp_path / "training_weights.safetensors").exists()
    for folder in (tmp_path, tmp_path / "checkpoint-2"):
        assert_same(parameters(TTSGanModel.from_pretrained(folder)), average)
    published = make_trainer(tmp_path / "again", model=TTSGanModel.from_pretrained(tmp_path))
    evaluated = [log["eval_loss"] for log in trainer.state.log_history if "eval_loss" in log]
    assert published.evaluate()["eval_loss"] == trainer.evaluate()["eval_loss"] == evaluated[-1]
    assert_same(parameters(trainer.model), own)


def test_without_an_average_there_is_one_set_of_weights(tmp_path):
    trainer = make_trainer(tmp_path, max_steps=1, ema_decay=0.0, save_strategy="steps", save_steps=1)
    trainer.train()
    assert not (tmp_path / "checkpoint-1" / "training_weights.safetensors").exists()
    assert_same(parameters(TTSGanModel.from_pretrained(tmp_path / "checkpoint-1")), parameters(trainer.model))


def test_a_checkpoint_without_an_average_can_be_resumed_with_one(tmp_path):
    make_trainer(tmp_path, max_steps=1, ema_decay=0.0, save_strategy="steps", save_steps=1).train()
    trainer = make_trainer(tmp_path, max_steps=2)
    trainer.train(resume_from_checkpoint=str(tmp_path / "checkpoint-1"))
    assert trainer.average.updates == 1


def test_the_best_voice_in_memory_is_the_published_one(tmp_path):
    """The metric was that of the averaged weights, so these are the ones to keep."""
    arguments = {"load_best_model_at_end": True, "metric_for_best_model": "loss", "greater_is_better": True}
    trainer = make_trainer(tmp_path, max_steps=2, **SAVE, **arguments)
    trainer.train()
    best = trainer.state.best_model_checkpoint
    assert best == str(tmp_path / f"checkpoint-{trainer.state.best_global_step}")
    assert f'"best_model_checkpoint": "{best}"' in (tmp_path / "checkpoint-2" / "trainer_state.json").read_text()
    assert_same(parameters(trainer.model), parameters(TTSGanModel.from_pretrained(best)))
    trainer.save_model()
    assert_same(parameters(TTSGanModel.from_pretrained(tmp_path)), parameters(trainer.model))


class SmallMemory(SpeechCollator):
    """Has no room for 4 rows from the second batch on: by then a step has been made."""

    calls = 0

    def __call__(self, rows):
        self.calls += 1
        if len(rows) == 4 and self.calls > 1:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return super().__call__(rows)


def test_a_smaller_batch_starts_as_if_there_had_been_no_larger_one(tmp_path):
    """What the steps before the memory was full have done to either side must not remain in one of them."""
    arguments = {"max_steps": 2, "dataloader_num_workers": 0}
    small = make_trainer(tmp_path, auto_find_batch_size=True, data_collator=SmallMemory(tiny_processor()), **arguments)
    small.train()
    assert small._train_batch_size == 3
    plain = make_trainer(tmp_path, per_device_train_batch_size=3, **arguments)
    plain.train()
    assert_same(everything(small), everything(plain))


def test_a_run_by_the_clock_is_resumed_with_the_minutes_it_had_used(tmp_path):
    arguments = {"max_steps": -1, "save_strategy": "steps", "save_steps": 10**6, "eval_strategy": "steps"}
    arguments |= {"eval_steps": 10**6}
    first = make_trainer(tmp_path, max_train_minutes=0.02, **arguments)
    first.train()
    assert "eval_loss" in first.state.log_history[-2]
    used = first.clock.seconds  # a step takes seconds on a busy machine
    again = make_trainer(tmp_path, max_train_minutes=2 * used / 60 + 0.02, **arguments)
    again.train(resume_from_checkpoint=True)
    assert again.state.global_step > first.state.global_step
    assert again.clock.progress == 1.0
    before = torch.load(tmp_path / f"checkpoint-{first.state.global_step}" / "gan_state.pt", weights_only=True)
    assert again.clock.seconds > max(2 * used, before["seconds"])
    assert again.clock.seconds == again.clock.seconds  # the clock stands still after training


def test_a_checkpoint_of_weights_alone_says_what_cannot_be_resumed(tmp_path, caplog):
    arguments = {"max_steps": 1, "save_strategy": "steps", "save_steps": 1, "save_only_model": True}
    trainer = make_trainer(tmp_path, **arguments)
    trainer.train()
    assert not (tmp_path / "checkpoint-1" / "training_weights.safetensors").exists()
    again = make_trainer(tmp_path / "again", max_steps=2)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-1"))
    assert "only weights are resumed" in caplog.text
    assert_same(weights(trainer.discriminator).keys(), weights(again.discriminator).keys())


@pytest.mark.parametrize(("value", "name"), [(1.0, "ema_decay"), (-0.1, "ema_decay")])
def test_a_decay_that_keeps_all_or_nothing_is_refused(value, name, tmp_path):
    with pytest.raises(ValueError, match=f"`{name}` is {value}"):
        make_trainer(tmp_path, **{name: value})
