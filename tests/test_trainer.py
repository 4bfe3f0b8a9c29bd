"""The alternating trainer: who moves when, what a checkpoint holds, and that nothing depends on when one stops."""

import logging
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from training_fixtures import (
    TEXTS,
    Watch,
    make_trainer,
    prepared_rows,
    tiny_processor,
    tiny_voice,
    unmoved,
    weights,
)
from transformers import set_seed

from transformers_tts_gan.batching import SpeechCollator
from transformers_tts_gan.discriminators import TTSGanDiscriminator
from transformers_tts_gan.modeling_tts_gan import TTSGanModel
from transformers_tts_gan.processing_tts_gan import TTSGanProcessor


def assert_same(first, second, where=""):
    """Equal to the last bit, through dicts and lists."""
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second), where
    elif isinstance(first, dict):
        assert first.keys() == second.keys(), where
        for name in first:
            assert_same(first[name], second[name], f"{where}/{name}")
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second), where
        for number, pair in enumerate(zip(first, second, strict=True)):
            assert_same(*pair, f"{where}/{number}")
    else:
        assert first == second, where


def everything(trainer) -> dict:
    """All that training changes."""
    return {
        "voice": weights(trainer.model),
        "critics": weights(trainer.discriminator),
        "optimizer": trainer.optimizer.state_dict(),
        "critics' optimizer": trainer.discriminator_optimizer.state_dict(),
        "rate": trainer.lr_scheduler.get_last_lr(),
        "critics' rate": trainer.discriminator_lr_scheduler.get_last_lr(),
    }


def watched(folder, what: str, **arguments):
    """A trainer whose voice's, text encoder's or critics' weights are kept after each step."""
    watch = Watch()
    trainer = make_trainer(folder, callbacks=[watch], **arguments)
    watch.module = trainer.discriminator if what == "discriminator" else getattr(trainer.model, what)
    return trainer, watch


def moves(watch, before) -> list[bool]:
    """For each step whether any weight moved."""
    states = [before, *watch.steps]
    return [any(not torch.equal(a[n], b[n]) for n in a) for a, b in zip(states, states[1:], strict=False)]


@pytest.mark.parametrize("accumulation", [1, 2])
def test_every_weight_of_the_voice_and_of_the_critics_moves(accumulation, tmp_path):
    """A part that no loss reaches, or an optimizer that a window of several batches silently stops, shows here."""
    arguments = {"with_text_encoder": True, "gradient_accumulation_steps": accumulation, "max_steps": 4}
    trainer = make_trainer(tmp_path, **arguments)
    voice, critics = weights(trainer.model), weights(trainer.discriminator)
    trainer.train()
    assert unmoved(voice, trainer.model) == []
    still = unmoved(
        critics, trainer.discriminator
    )  # of an output's bias, real and fake pull alike while none convinces
    assert [name for name in still if not name.endswith("output.bias")] == []


def test_the_critics_gradients_stay_free_of_the_voices(tmp_path):
    """What the voice's backward pass left in the critics would be applied at their next step."""
    trainer = make_trainer(tmp_path, max_steps=2)
    trainer.train()
    gradients = [parameter.grad for parameter in trainer.discriminator.parameters()]
    assert all(gradient is None or not gradient.any() for gradient in gradients)
    assert all(parameter.requires_grad for parameter in trainer.discriminator.parameters())


def test_the_critics_join_at_gan_start_and_not_before(tmp_path):
    trainer, watch = watched(tmp_path, "discriminator", gan_start=0.5, max_steps=4)
    before = weights(trainer.discriminator)
    trainer.train()
    assert moves(watch, before) == [False, False, True, True]
    logs = [log for log in trainer.state.log_history if "loss" in log]
    assert ["adversarial" in log for log in logs] == [False, False, True, True]


def test_gan_start_1_means_no_critics_ever(tmp_path):
    trainer = make_trainer(tmp_path, gan_start=1.0, max_steps=2)
    before = weights(trainer.discriminator)
    trainer.train()
    assert_same(weights(trainer.discriminator), before)


def test_the_vocoder_joins_at_vocoder_start(tmp_path):
    """Before it, steps cost only what the acoustic model costs."""
    trainer, watch = watched(tmp_path, "vocoder", vocoder_start=0.5, gan_start=1.0, max_steps=4)
    before = weights(trainer.model.vocoder)
    trainer.train()
    assert moves(watch, before) == [False, False, True, True]


def test_at_first_only_the_alignment_is_learnt(tmp_path):
    """Nothing else can learn from timings that are still random."""
    trainer, watch = watched(tmp_path, "acoustic", alignment_warmup=0.5, max_steps=2)
    before = weights(trainer.model.acoustic)
    trainer.train()
    moved = {name.split(".")[0] for name, tensor in watch.steps[0].items() if not torch.equal(tensor, before[name])}
    assert moved == {"aligner", "phone_embedding", "speaker_embedding", "language_embedding"}
    assert unmoved(before, trainer.model.acoustic) == []


def test_the_text_encoder_moves_only_once_it_is_thawed(tmp_path):
    """Gradients of an acoustic model that knows nothing yet would spoil what the encoder has learnt."""
    arguments = {"with_text_encoder": True, "text_encoder_frozen": 0.5, "max_steps": 4}
    trainer, watch = watched(tmp_path, "text_encoder", **arguments)
    before = weights(trainer.model.text_encoder)
    trainer.train()
    assert moves(watch, before) == [False, False, True, True]


def test_each_part_has_its_own_learning_rate(tmp_path):
    ratios = {"text_encoder_lr_ratio": 0.1, "vocoder_lr_ratio": 0.5}
    trainer = make_trainer(tmp_path, with_text_encoder=True, learning_rate=1e-3, **ratios)
    optimizer = trainer.create_optimizer()
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    for name, parameter in trainer.model.named_parameters():
        ratio = {"text_encoder": 0.1, "vocoder": 0.5}.get(name.split(".")[0], 1.0)
        assert rates.pop(id(parameter)) == pytest.approx(1e-3 * ratio), name
    assert rates == {}


@pytest.mark.parametrize("accumulation", [1, 2])
def test_the_logged_loss_is_the_mean_of_the_batches(accumulation, tmp_path):
    """Accumulating gradients must not make the losses in the log smaller."""
    trainer = make_trainer(tmp_path, gradient_accumulation_steps=accumulation, max_steps=2, logging_steps=2)
    returned, step = [], trainer.training_step
    trainer.training_step = lambda *args, **kwargs: returned.append(step(*args, **kwargs)) or returned[-1]
    trainer.train()
    log = next(log for log in trainer.state.log_history if "loss" in log)
    shares = {1: (1, 1), 2: (2, 2, 1)}[accumulation]  # the last window has one batch only
    mean = sum(share * loss.item() for share, loss in zip(shares, returned, strict=True)) / len(shares)
    assert log["loss"] == pytest.approx(mean, abs=1e-3)
    names = ("mel", "duration", "prosody", "f0", "alignment", "wave_mel", "adversarial", "feature_matching")
    assert log["loss"] == pytest.approx(sum(log[name] for name in names), abs=2e-3)
    assert 0.5 < log["discriminator_loss"] < 4


def test_a_saved_voice_has_all_its_parts(tmp_path):
    trainer = make_trainer(tmp_path, with_text_encoder=True, max_steps=1)
    trainer.train()
    trainer.save_model()
    expected = ["config.json", "model.safetensors", "processor_config.json", "tokenizer.json", "text_tokenizer"]
    assert all((tmp_path / name).exists() for name in expected)
    critics = TTSGanDiscriminator.from_pretrained(tmp_path / "discriminator")
    assert_same(weights(critics), weights(trainer.discriminator))
    voice, processor = TTSGanModel.from_pretrained(tmp_path), TTSGanProcessor.from_pretrained(tmp_path)
    assert_same(weights(voice), weights(trainer.model))
    with torch.no_grad():
        assert voice.eval()(**processor(TEXTS[1])).waveform.shape[0] == 1


RESUME = {"max_steps": 5, "save_strategy": "steps", "save_steps": 1, "eval_strategy": "steps", "eval_steps": 2}


@pytest.mark.parametrize(("accumulation", "stops"), [(1, (2, 3, 4)), (2, (3,))])
def test_resuming_equals_never_having_stopped(accumulation, stops, tmp_path):
    """Stops in the first epoch, at its end and in the second; dropout, random pieces and evaluation are on."""
    arguments = {**RESUME, "gradient_accumulation_steps": accumulation, "gan_start": 0.2, "text_encoder_frozen": 0.4}
    whole = make_trainer(tmp_path, True, **arguments)
    whole.train()
    expected = everything(whole)
    for stop in stops:
        again = make_trainer(tmp_path / "again", True, **{**arguments, "save_strategy": "no"})
        set_seed(1234 + stop)
        again.train(resume_from_checkpoint=str(tmp_path / f"checkpoint-{stop}"))
        assert_same(everything(again), expected, f"stopped after {stop}")
        assert again.seconds_before > 0


def test_evaluating_does_not_change_the_training(tmp_path):
    """Evaluation draws random pieces, too; training must go on with the random numbers it would have had."""
    plain = make_trainer(tmp_path / "plain", max_steps=3)
    plain.train()
    evaluated = make_trainer(tmp_path / "evaluated", max_steps=3, eval_strategy="steps", eval_steps=1)
    evaluated.train()
    assert_same(everything(evaluated), everything(plain))
    losses = [log["eval_loss"] for log in evaluated.state.log_history if "eval_loss" in log]
    assert len(losses) == 3
    assert all(math.isfinite(loss) for loss in losses)


def test_evaluating_twice_gives_the_same_loss(tmp_path):
    trainer = make_trainer(tmp_path)
    assert trainer.evaluate()["eval_loss"] == trainer.evaluate()["eval_loss"]


def test_the_clock_ends_training_and_saves(tmp_path):
    """`max_train_minutes` is a promise; what has been learnt by then must be on the disk."""
    trainer = make_trainer(tmp_path, max_train_minutes=0.02, max_steps=-1, save_strategy="steps", save_steps=10_000)
    trainer.train()
    steps = trainer.state.global_step
    assert 1 <= steps < 10_000
    assert trainer.progress == 1.0
    assert (tmp_path / f"checkpoint-{steps}" / "model.safetensors").exists()
    assert trainer.lr_scheduler.get_last_lr()[0] < 0.1 * trainer.args.learning_rate  # the schedule followed the clock


def test_a_schedule_that_cannot_follow_the_clock_is_refused(tmp_path):
    arguments = {"lr_scheduler_type": "reduce_lr_on_plateau", "eval_strategy": "steps", "eval_steps": 1}
    trainer = make_trainer(tmp_path, max_train_minutes=1.0, **arguments)
    with pytest.raises(ValueError, match="cannot follow the clock"):
        trainer.train()


class Poison(SpeechCollator):
    """Makes the second batch of training NaN."""

    calls = 0

    def __call__(self, rows):
        batch = super().__call__(rows)
        self.calls += 1
        if self.calls == 2:
            batch["labels"] = torch.full_like(batch["labels"], math.nan)
        return batch


@pytest.mark.parametrize("accumulation", [1, 2])
def test_a_loss_that_is_not_finite_costs_one_step_only(accumulation, tmp_path, caplog):
    """One broken batch in an hour of training must not turn every weight into NaN."""
    arguments = {"data_collator": Poison(tiny_processor()), "gradient_accumulation_steps": accumulation}
    trainer, watch = watched(tmp_path, "acoustic", max_steps=3, **arguments)
    before = weights(trainer.model.acoustic)
    with caplog.at_level(logging.WARNING):
        trainer.train()
    assert caplog.text.count("a recording is not finite; the step is left out") == 1
    bad = 1 if accumulation == 1 else 0  # the window with the NaN
    assert moves(watch, before) == [step != bad for step in range(3)]
    for module in (trainer.model, trainer.discriminator):
        assert all(torch.isfinite(tensor).all() for tensor in module.state_dict().values())


@pytest.mark.parametrize("which", ["model", "discriminator"])
def test_a_gradient_that_is_not_finite_costs_one_step_only(which, tmp_path):
    """A finite loss may have an infinite slope; clipping by an infinite norm would make every weight NaN."""
    trainer = make_trainer(tmp_path, max_steps=2)
    module = getattr(trainer, which)
    calls = []
    next(module.parameters()).register_hook(lambda g: calls.append(1) or (g * math.inf if len(calls) == 1 else g))
    before = weights(module)
    trainer.train()
    assert all(torch.isfinite(tensor).all() for tensor in module.state_dict().values())
    assert len(unmoved(before, module)) < len(before)


def test_a_vocoder_trains_too(tmp_path):
    """The same trainer without text: the vocoder rebuilds recordings."""
    voice = tiny_voice()
    trainer = make_trainer(tmp_path, model=voice.vocoder, data_collator=SpeechCollator(), eval_strategy="epoch")
    before = weights(trainer.model)
    trainer.train()
    assert unmoved(before, trainer.model) == []


def test_the_order_of_rows_ignores_the_global_random_state(tmp_path):
    """The sampler is the trainer's own wherever rows have a length."""
    trainer = make_trainer(tmp_path)
    set_seed(5)
    first = list(trainer._get_train_sampler())
    set_seed(6)
    assert list(trainer._get_train_sampler()) == first
    assert len(first) == len(prepared_rows())


DISTRIBUTED = """
import sys
import torch
from accelerate import debug_launcher
from training_fixtures import make_trainer, prepared_rows, tiny_processor, weights
from transformers_tts_gan.batching import SpeechCollator

folder = sys.argv[1]
prepared_rows(12), prepared_rows(2)

class Poison(SpeechCollator):
    def __init__(self, rank):
        super().__init__(tiny_processor())
        self.rank, self.calls = rank, 0

    def __call__(self, rows):
        batch = super().__call__(rows)
        self.calls += 1
        if self.rank == 1 and self.calls == 2:
            batch["labels"] = batch["labels"] * float("nan")
        return batch

def train():
    rank = torch.distributed.get_rank()
    arguments = dict(per_device_train_batch_size=2, max_steps=5, save_strategy="steps", save_steps=1, use_cpu=True,
                     disable_tqdm=False, eval_strategy="steps", eval_steps=3)
    trainer = make_trainer(folder, **arguments)
    trainer.train()
    assert trainer.args.world_size == 2
    whole = {"voice": weights(trainer.model), "critics": weights(trainer.discriminator)}
    torch.save(whole, f"{folder}/whole{rank}.pt")
    again = make_trainer(folder + "/again", **{**arguments, "save_strategy": "no"})
    again.train(resume_from_checkpoint=f"{folder}/checkpoint-4")
    resumed = {"voice": weights(again.model), "critics": weights(again.discriminator)}
    torch.save(resumed, f"{folder}/again{rank}.pt")
    window = make_trainer(folder + "/window", **{**arguments, "save_strategy": "no"}, gradient_accumulation_steps=2,
                          data_collator=Poison(rank))
    window.train()
    torch.save({"voice": weights(window.model), "critics": weights(window.discriminator)}, f"{folder}/window{rank}.pt")

debug_launcher(train, num_processes=2)
"""


@pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="two processes on a CPU need gloo")
def test_two_processes_hold_the_same_weights_and_resume_alike(tmp_path):
    """The critics are averaged by hand: processes that drift apart would train two different critics."""
    tests = Path(__file__).parent
    script = tmp_path / "distributed.py"
    script.write_text(DISTRIBUTED, encoding="utf-8")
    paths = os.pathsep.join([str(tests), str(tests.parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], env=environment, capture_output=True, text=True, timeout=600
    )
    assert result.returncode == 0, result.stderr[-3000:]
    runs = ("whole", "again", "window")
    states = {f"{run}{rank}": torch.load(tmp_path / f"{run}{rank}.pt") for run in runs for rank in (0, 1)}
    for run in runs:
        assert_same(states[f"{run}0"], states[f"{run}1"], f"the processes differ: {run}")
    assert_same(states["again0"], states["whole0"], "resumed")
    assert all(torch.isfinite(tensor).all() for tensor in states["window0"]["voice"].values())
