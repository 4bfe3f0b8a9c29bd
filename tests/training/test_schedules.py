"""Learning rates: the discriminators' follows the voice's, whichever way that one is planned."""

import pytest
import torch
from torch import nn

from transformers_tts_gan.training.arguments import TTSGanTrainingArguments
from transformers_tts_gan.training.schedules import DiscriminatorSchedule, generator_schedule


def optimizer(rate: float = 1e-3):
    return torch.optim.AdamW(nn.Linear(2, 2).parameters(), rate)


def arguments(folder, **others):
    defaults = {"output_dir": str(folder), "use_cpu": True, "warmup_steps": 4, "learning_rate": 1e-3}
    return TTSGanTrainingArguments(**{**defaults, **others})


def test_discriminators_that_join_half_way_rise_and_come_down_with_the_voice(tmp_path):
    """By a count of their own they would end half-way down, at half of their peak."""
    voice, discriminators = optimizer(), optimizer()
    by_steps = generator_schedule(arguments(tmp_path), voice, 100, lambda: 0.0)
    schedule, found = DiscriminatorSchedule(discriminators, 5e-4, 4, voice), []
    for step in range(100):
        if step >= 50:
            schedule.apply()
            found.append(schedule.get_last_lr()[0] / 5e-4)
            discriminators.step()
            schedule.step()
            assert found[-1] == pytest.approx(min((step - 49) / 4, voice.param_groups[0]["lr"] / 1e-3))
        voice.step()
        by_steps.step()
    assert found[0] == pytest.approx(0.25)
    assert found[-1] < 0.01


def test_discriminators_that_are_there_from_the_start_rise_with_the_voice(tmp_path):
    voice, discriminators = optimizer(), optimizer()
    generator_schedule(arguments(tmp_path), voice, 100, lambda: 0.0)
    schedule = DiscriminatorSchedule(discriminators, 5e-4, 4, voice)
    schedule.apply()
    assert schedule.get_last_lr() == [0.0]


def test_by_the_clock_the_rate_follows_the_progress(tmp_path):
    progress, voice = [0.0], optimizer()
    args = arguments(tmp_path, max_train_minutes=1.0, warmup_steps=1, lr_scheduler_type="linear")
    by_clock = generator_schedule(args, voice, 10**7, lambda: progress[0])
    for share in (0.25, 0.5, 1.0):
        progress[0] = share
        voice.step()
        by_clock.step()
        assert by_clock.get_last_lr()[0] == pytest.approx(1e-3 * (1 - share))


def test_the_count_of_updates_is_resumed():
    voice = optimizer()
    voice.param_groups[0]["initial_lr"] = 1e-3
    first, second = (DiscriminatorSchedule(optimizer(), 1.0, 10, voice) for _ in range(2))
    for _ in range(4):
        first.step()
    second.load_state_dict(first.state_dict())
    second.apply()
    assert second.get_last_lr() == [0.5]
    second.load_state_dict({"last_epoch": 6, "base_lrs": [1.0]})  # as earlier versions saved it
    assert second.updates == 6
