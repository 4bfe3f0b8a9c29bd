"""What a person sees and hears of a training run."""

import logging

import numpy as np
import pytest
import torch
from helpers.training import make_trainer

from transformers_tts_gan.training.pictures import picture


def test_a_picture_runs_from_0_to_1_with_time_to_the_right_and_low_bands_at_the_bottom():
    """An upside-down spectrogram looks plausible, which is why it needs a test."""
    values = torch.zeros(5, 3)  # 5 frames, 3 bands
    values[4, 0] = 2.0  # the last frame, the lowest band
    values[0, 2] = -2.0  # the first frame, the highest band
    image = picture(values)
    assert image.shape == (1, 3, 5)
    assert (image.min(), image.max()) == (pytest.approx(0.0), pytest.approx(1.0))
    assert np.unravel_index(image[0].argmax(), image[0].shape) == (2, 4)
    assert np.unravel_index(image[0].argmin(), image[0].shape) == (0, 0)


def test_a_picture_of_one_value_everywhere_is_finite():
    assert np.isfinite(picture(torch.ones(4, 3))).all()


def test_tensorboard_gets_losses_sounds_and_pictures(tmp_path):
    """Losses alone do not tell whether a voice can be understood; one must hear it while it trains."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    arguments = {"max_steps": 2, "eval_strategy": "steps", "eval_steps": 2, "log_samples": 1}
    trainer = make_trainer(tmp_path, report_to=["tensorboard"], **arguments)
    trainer.train()
    (file,) = tmp_path.rglob("events.out.tfevents.*")
    events = accumulator.EventAccumulator(str(file), size_guidance={"audio": 0, "images": 0, "scalars": 0})
    tags = events.Reload().Tags()
    assert {"tts/0", "ground_truth/0"} <= set(tags["audio"])
    assert {"mel/0", "alignment/0"} <= set(tags["images"])
    assert {"train/loss", "train/mel", "train/discriminator_loss", "eval/loss"} <= set(tags["scalars"])
    sound = events.Audio("ground_truth/0")[0]
    assert sound.step == 2
    assert sound.sample_rate == trainer.model.config.sampling_rate


def test_the_table_shows_each_log_and_the_held_out_loss(tmp_path, capsys):
    trainer = make_trainer(tmp_path, disable_tqdm=False, max_steps=2, eval_strategy="steps", eval_steps=2)
    trainer.train()
    printed = capsys.readouterr()
    assert "discriminator" in printed.out
    assert "held out: loss" in printed.out
    assert len([line for line in printed.out.splitlines() if line.strip().startswith(("1 ", "2 "))]) == 3
    assert "Training" in printed.err


def test_a_run_that_may_show_nothing_shows_nothing(tmp_path, capsys, caplog):
    with caplog.at_level(logging.WARNING):
        make_trainer(tmp_path, max_steps=1).train()
    assert capsys.readouterr().out == ""
