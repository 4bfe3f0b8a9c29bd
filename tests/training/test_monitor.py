"""Warnings: each known failure is named once, with what to try, and a healthy run is left in peace."""

import logging
from types import SimpleNamespace

import pytest
import torch
from helpers.training import make_trainer, prepared_rows, silence, speech_like, tiny_model, tiny_processor

from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.training.monitor import (
    LEFT_OUT,
    NOT_DIAGONAL,
    SPIKE_WINDOW,
    MonitorCallback,
    diagonal_share,
    monitored_values,
)


ARGS = SimpleNamespace(alignment_warmup_ratio=0.1, binarization_start_ratio=0.1)


@pytest.fixture
def monitor():
    trainer = SimpleNamespace(
        clock=SimpleNamespace(progress_here=0.5),
        gan_step=SimpleNamespace(not_finite=False),
        is_world_process_zero=lambda: True,
        state=SimpleNamespace(global_step=7),
    )
    return MonitorCallback(trainer)


@pytest.fixture(autouse=True)
def warnings_are_kept(caplog):
    caplog.set_level(logging.WARNING, logger="transformers_tts_gan.training.monitor")


def log(monitor, **logs):
    monitor.on_log(ARGS, None, None, logs)


def watch(monitor, *values: float, name: str = "mel"):
    for value in values:
        monitor.check_losses({name: torch.tensor(value)})


@pytest.mark.parametrize(
    ("sign", "bad", "good", "advice"),
    [
        ("discriminator_loss", 0.001, 1.5, "`discriminator_learning_rate`"),
        ("level", -45.0, -0.5, "dB below the recordings"),
        ("diagonal", 0.3, 0.9, "`alignment_warmup_ratio`"),
    ],
)
def test_a_bad_sign_warns_once_until_it_has_been_good_again(sign, bad, good, advice, monitor, caplog):
    counts = []
    for value in (good, bad, bad, good, bad):
        log(monitor, **{sign: value})
        counts.append(len(caplog.records))
    assert counts == [0, 1, 1, 1, 2]
    assert advice in caplog.text and caplog.text.startswith("WARNING") and "Step 7" in caplog.text


def test_an_alignment_may_be_a_cloud_while_it_is_learned(monitor, caplog):
    monitor.trainer.clock.progress_here = 0.12
    log(monitor, diagonal=0.1)
    assert caplog.records == []


def test_a_loss_far_above_its_median_is_a_spike(monitor, caplog):
    watch(monitor, *[1.0, 1.1] * SPIKE_WINDOW)
    assert caplog.records == []
    watch(monitor, 5.0)
    assert "spike" in caplog.text and "4." in caplog.text


def test_a_phase_with_other_losses_is_no_spike(monitor, caplog):
    """When the discriminators join, the sum of the losses jumps; that is meant to be."""
    watch(monitor, *[1.0] * SPIKE_WINDOW)
    watch(monitor, *[9.0] * SPIKE_WINDOW, name="adversarial")
    assert caplog.records == []


def test_steps_left_out_in_a_row_warn_and_a_single_one_does_not(monitor, caplog):
    for broken in [True, False] * LEFT_OUT + [True] * (LEFT_OUT - 1):
        monitor.trainer.gan_step.not_finite = broken
        monitor.on_step_end(ARGS, None, None)
    assert caplog.records == []
    monitor.trainer.gan_step.not_finite = True
    monitor.on_step_end(ARGS, None, None)
    assert f"{LEFT_OUT} steps in a row" in caplog.text


def test_a_staircase_is_diagonal_and_a_cloud_and_a_collapse_are_not():
    durations = torch.tensor([[2, 3, 2, 3, 2, 0], [3, 3, 0, 0, 0, 0]])
    index = torch.tensor([[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4], [0, 0, 0, 1, 1, 1] + [5] * 6])
    staircase = 20.0 * torch.nn.functional.one_hot(index, 6)
    assert diagonal_share(staircase, durations) == pytest.approx(1.0, abs=1e-3)
    cloud = diagonal_share(torch.zeros(2, 12, 6), durations)
    collapse = diagonal_share(20.0 * torch.eye(6)[5].expand(2, 12, 6), durations)
    assert collapse < cloud < NOT_DIAGONAL


def test_the_level_is_in_decibels_by_the_recording():
    wave = torch.from_numpy(speech_like(0.6))[None]
    output = SimpleNamespace(waveform=0.01 * wave, target_waveform=wave, alignment=None)
    assert monitored_values(output)["level"].item() == pytest.approx(-40.0, abs=1e-3)
    output.waveform = torch.zeros_like(wave)
    assert monitored_values(output)["level"].isfinite()


def test_a_voice_tells_its_signs():
    rows = prepared_rows(2)
    batch = SpeechCollator(tiny_processor())([rows[0], rows[1]])
    signs = monitored_values(tiny_model()(**batch, segment_frames=12))
    assert 0 < signs["diagonal"] < 1 and signs["level"] < 0
    assert set(monitored_values(tiny_model()(**batch, align_only=True))) == {"diagonal"}


def test_a_training_run_names_what_goes_wrong_in_it(tmp_path, caplog):
    """A silenced vocoder, broken recordings: both are told at the time, and the signs stand in the log."""
    trainer = make_trainer(tmp_path, max_steps=4)
    with torch.no_grad():
        silence(trainer.model.vocoder)
    collate, calls = trainer.data_collator, []

    def broken_from_the_second_batch(rows):
        batch = collate(rows)
        calls.append(1)
        if len(calls) > 1:
            batch["labels"][0, 0] = float("nan")
        return batch

    trainer.data_collator = broken_from_the_second_batch
    trainer.train()
    first = next(entry for entry in trainer.state.log_history if "loss" in entry)
    assert first["level"] < -30 and 0 < first["diagonal"] < 1
    assert "Step 1, silence:" in caplog.text
    assert "not finite: 3 steps in a row" in caplog.text
