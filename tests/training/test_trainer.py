"""The alternating trainer: who moves when, what a checkpoint holds, and that nothing depends on when one stops."""

import logging
import math

import pytest
import torch
from helpers.training import (
    TEXTS,
    Watch,
    assert_same,
    make_trainer,
    prepared_rows,
    tiny_model,
    tiny_processor,
    unmoved,
    weights,
)
from transformers import set_seed

from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.models.discriminators import TTSGanDiscriminator
from transformers_tts_gan.models.modeling_tts_gan import TTSGanModel
from transformers_tts_gan.models.processing_tts_gan import TTSGanProcessor


def watched(folder, what: str, **arguments):
    """A trainer whose voice's, text encoder's or discriminators' weights are kept after each step."""
    watch = Watch()
    trainer = make_trainer(folder, callbacks=[watch], **arguments)
    watch.module = trainer.discriminator if what == "discriminator" else getattr(trainer.model, what)
    return trainer, watch


def moves(watch, before) -> list[bool]:
    """For each step whether any weight moved."""
    states = [before, *watch.steps]
    return [any(not torch.equal(a[n], b[n]) for n in a) for a, b in zip(states, states[1:], strict=False)]


@pytest.mark.parametrize("accumulation", [1, 2])
def test_every_weight_of_the_voice_and_of_the_discriminators_moves(accumulation, tmp_path):
    """A part that no loss reaches, or an optimizer that a window of several batches silently stops, shows here."""
    arguments = {"with_text_encoder": True, "gradient_accumulation_steps": accumulation, "max_steps": 4}
    trainer = make_trainer(tmp_path, **arguments)
    voice, discriminators = weights(trainer.model), weights(trainer.discriminator)
    trainer.train()
    assert unmoved(voice, trainer.model) == []
    still = unmoved(
        discriminators, trainer.discriminator
    )  # of an output's bias, real and fake pull alike while none convinces
    assert [name for name in still if not name.endswith("output.bias")] == []


def test_the_discriminators_gradients_stay_free_of_the_voices(tmp_path):
    """What the voice's backward pass left in the discriminators would be applied at their next step."""
    trainer = make_trainer(tmp_path, max_steps=2)
    trainer.train()
    gradients = [parameter.grad for parameter in trainer.discriminator.parameters()]
    assert all(gradient is None or not gradient.any() for gradient in gradients)
    assert all(parameter.requires_grad for parameter in trainer.discriminator.parameters())


def test_the_discriminators_join_at_gan_start_and_not_before(tmp_path):
    trainer, watch = watched(tmp_path, "discriminator", discriminator_start_ratio=0.5, max_steps=4)
    before = weights(trainer.discriminator)
    trainer.train()
    assert moves(watch, before) == [False, False, True, True]
    logs = [log for log in trainer.state.log_history if "loss" in log]
    assert ["adversarial" in log for log in logs] == [False, False, True, True]


def test_gan_start_1_means_no_discriminators_ever(tmp_path):
    trainer = make_trainer(tmp_path, discriminator_start_ratio=1.0, max_steps=2)
    before = weights(trainer.discriminator)
    trainer.train()
    assert_same(weights(trainer.discriminator), before)


def test_the_vocoder_joins_at_vocoder_start(tmp_path):
    """Before it, steps cost only what the acoustic model costs."""
    trainer, watch = watched(tmp_path, "vocoder", vocoder_start_ratio=0.5, discriminator_start_ratio=1.0, max_steps=4)
    before = weights(trainer.model.vocoder)
    trainer.train()
    assert moves(watch, before) == [False, False, True, True]


def test_at_first_only_the_alignment_is_learned(tmp_path):
    """Nothing else can learn from timings that are still random."""
    trainer, watch = watched(tmp_path, "acoustic", alignment_warmup_ratio=0.5, max_steps=2)
    before = weights(trainer.model.acoustic)
    trainer.train()
    moved = {name.split(".")[0] for name, tensor in watch.steps[0].items() if not torch.equal(tensor, before[name])}
    assert moved == {"aligner", "phone_embedding", "speaker_embedding", "language_embedding"}
    assert unmoved(before, trainer.model.acoustic) == []


def test_the_text_encoder_moves_only_once_it_is_thawed(tmp_path):
    """Gradients of an acoustic model that knows nothing yet would spoil what the encoder has learned."""
    arguments = {"with_text_encoder": True, "text_encoder_freeze_ratio": 0.5, "max_steps": 4}
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
    names = (
        "mel",
        "duration",
        "prosody",
        "f0",
        "alignment",
        "waveform_mel",
        "waveform_stft",
        "adversarial",
        "feature_matching",
    )
    assert log["loss"] == pytest.approx(sum(log[name] for name in names), abs=2e-3)
    assert 0.5 < log["discriminator_loss"] < 4


def test_a_saved_voice_has_all_its_parts(tmp_path):
    trainer = make_trainer(tmp_path, with_text_encoder=True, max_steps=1)
    trainer.train()
    trainer.save_model()
    expected = ["config.json", "model.safetensors", "processor_config.json", "tokenizer.json", "text_tokenizer"]
    assert all((tmp_path / name).exists() for name in expected)
    discriminators = TTSGanDiscriminator.from_pretrained(tmp_path / "discriminator")
    assert_same(weights(discriminators), weights(trainer.discriminator))
    voice, processor = TTSGanModel.from_pretrained(tmp_path), TTSGanProcessor.from_pretrained(tmp_path)
    assert_same(dict(voice.named_parameters()), trainer.average.averages)
    with torch.no_grad():
        assert voice.eval()(**processor(TEXTS[1])).waveform.shape[0] == 1


def test_evaluating_twice_gives_the_same_loss(tmp_path):
    trainer = make_trainer(tmp_path)
    assert trainer.evaluate()["eval_loss"] == trainer.evaluate()["eval_loss"]


def test_the_clock_ends_training_and_saves(tmp_path):
    """`max_train_minutes` is a promise; what has been learned by then must be on the disk."""
    trainer = make_trainer(tmp_path, max_train_minutes=0.02, max_steps=-1, save_strategy="steps", save_steps=10_000)
    trainer.train()
    steps = trainer.state.global_step
    assert 1 <= steps < 10_000
    assert trainer.clock.progress == 1.0
    assert (tmp_path / f"checkpoint-{steps}" / "model.safetensors").exists()
    assert trainer.lr_scheduler.get_last_lr()[0] < 0.1 * trainer.args.learning_rate  # the schedule followed the clock


def test_a_schedule_that_follows_the_evaluation_is_refused(tmp_path):
    arguments = {"lr_scheduler_type": "reduce_lr_on_plateau", "eval_strategy": "steps", "eval_steps": 1}
    with pytest.raises(ValueError, match="has no number for the discriminators: take `cosine`"):
        make_trainer(tmp_path, max_train_minutes=1.0, **arguments)


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
    voice = tiny_model()
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


@pytest.mark.parametrize("accumulation", [1, 2])
def test_while_the_discriminators_warm_up_the_voice_stands_still(accumulation, tmp_path):
    """Neither momentum nor weight decay may move a pretrained voice before the discriminators know anything."""
    arguments = {
        "discriminator_start_ratio": 0.25,
        "discriminator_warmup_ratio": 0.5,
        "max_steps": 4,
        "weight_decay": 0.1,
    }
    discriminators, voice = Watch(), Watch()
    trainer = make_trainer(
        tmp_path, callbacks=[voice, discriminators], gradient_accumulation_steps=accumulation, **arguments
    )
    discriminators.module, voice.module = trainer.discriminator, trainer.model
    before, critics_before = weights(trainer.model), weights(trainer.discriminator)
    trainer.train()
    assert moves(voice, before) == [True, False, False, True]
    assert moves(discriminators, critics_before) == [False, True, True, True]
    assert trainer.average.updates == 2
    logs = [log for log in trainer.state.log_history if "loss" in log]
    assert [log["grad_norm"] > 0 for log in logs] == [True, False, False, True]
    assert all(log["waveform_mel"] > 0 for log in logs)
    assert ["discriminator_grad_norm" in log for log in logs] == [False, True, True, True]


def test_the_discriminators_rate_goes_down_with_the_voices(tmp_path):
    """By a count of their own updates, discriminators that join half-way would end half-way down."""
    trainer = make_trainer(tmp_path, discriminator_start_ratio=0.5, max_steps=6, segment_frames=4)
    trainer.train()
    logs = [log for log in trainer.state.log_history if "discriminator_loss" in log]
    shares = [log["discriminator_learning_rate"] / trainer.args.discriminator_learning_rate for log in logs]
    assert shares == pytest.approx([log["learning_rate"] / trainer.args.learning_rate for log in logs])
    assert len(shares) == 3
    assert shares[-1] < 0.1


def test_each_side_is_clipped_by_its_own_norm(tmp_path):
    """The norms in the log are those before clipping; a limit near 0 leaves plain SGD where it is."""
    arguments = {"max_grad_norm": 1e-12, "discriminator_max_grad_norm": 1e-12, "optim": "sgd", "weight_decay": 0.0}
    trainer = make_trainer(tmp_path, max_steps=1, **arguments)
    before = weights(trainer.model)
    trainer.train()
    log = trainer.state.log_history[0]
    assert log["grad_norm"] > 1e-3
    assert log["discriminator_grad_norm"] > 1e-3
    largest = max((tensor - before[name]).abs().max() for name, tensor in trainer.model.state_dict().items())
    assert largest < 1e-8


def scaled(trainer, scale: float):
    """Train as with fp16 on a GPU: losses scaled up, gradients down again, by one `GradScaler` for both sides."""
    accelerator = trainer.accelerator
    accelerator.scaler = scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_interval=10**6)

    def unscale_gradients(optimizer=None):
        for each in accelerator._optimizers if optimizer is None else [optimizer]:
            scaler.unscale_(getattr(each, "optimizer", each))

    accelerator.unscale_gradients = unscale_gradients
    return scaler


@pytest.mark.parametrize("accumulation", [1, 2])
def test_scaled_losses_give_the_same_weights(accumulation, tmp_path):
    """Gradients that are scaled back twice are 4096 times too small, and nobody sees it."""
    arguments = {"max_steps": 2, "gradient_accumulation_steps": accumulation}
    plain, half = make_trainer(tmp_path, **arguments), make_trainer(tmp_path, **arguments)
    scaled(half, 4096.0)
    plain.train()
    half.train()
    for module in ("model", "discriminator"):
        assert_same(weights(getattr(half, module)), weights(getattr(plain, module)))
    norms = [[log["grad_norm"] for log in t.state.log_history if "loss" in log] for t in (plain, half)]
    assert norms[0] == pytest.approx(norms[1])


@pytest.mark.parametrize("which", ["model", "discriminator", "recording"])
def test_with_scaled_losses_an_overflow_costs_one_step_and_lowers_the_scale(which, tmp_path):
    collator = Poison(tiny_processor()) if which == "recording" else SpeechCollator(tiny_processor())
    trainer = make_trainer(tmp_path, max_steps=3, data_collator=collator)
    scaler, calls = scaled(trainer, 4096.0), []
    module = getattr(trainer, which, trainer.model)
    if which != "recording":
        next(module.parameters()).register_hook(lambda g: calls.append(1) or (g * math.inf if len(calls) == 1 else g))
    before = weights(module)
    trainer.train()
    assert all(torch.isfinite(tensor).all() for tensor in module.state_dict().values())
    assert len(unmoved(before, module)) < len(before)
    assert scaler.get_scale() == (4096.0 if which == "recording" else 2048.0)
