"""Learning rates: the generator's by the steps or by the clock, the discriminators' by the generator's."""

from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import LambdaLR
from transformers import get_scheduler

from .arguments import TTSGanTrainingArguments


SCHEDULE_STEPS = 10_000


def generator_schedule(args: TTSGanTrainingArguments, optimizer, steps: int, progress: Callable[[], float]):
    """The schedule that `lr_scheduler_type` names, over the steps or else over `max_train_minutes`.

    Raises:
        ValueError: For a schedule that cannot follow the clock.
    """
    if args.max_train_minutes is None:
        return get_scheduler(
            args.lr_scheduler_type, optimizer, args.get_warmup_steps(steps), steps, args.lr_scheduler_kwargs
        )
    shape = get_scheduler(args.lr_scheduler_type, optimizer, 0, SCHEDULE_STEPS, args.lr_scheduler_kwargs)
    if not isinstance(shape, LambdaLR):
        raise ValueError(
            f"`lr_scheduler_type` is `{args.lr_scheduler_type}`, which cannot follow the clock: take `cosine`, "
            "`linear` or `constant`, or give `max_steps` instead of `max_train_minutes`."
        )
    shape, warmup = shape.lr_lambdas[0], clock_warmup(args)

    def rate(step: int) -> float:
        return min(1, (step + 1) / warmup) * shape(int(progress() * SCHEDULE_STEPS))

    return LambdaLR(optimizer, rate)


def discriminator_warmup(args: TTSGanTrainingArguments, steps: int) -> int:
    """Updates of the discriminators to their peak: as many as the generator has."""
    return args.get_warmup_steps(steps) if args.max_train_minutes is None else clock_warmup(args)


def clock_warmup(args: TTSGanTrainingArguments) -> int:
    """Steps to the peak; a share is of 1000 steps where nobody knows how many there will be."""
    return max(1, args.get_warmup_steps(1000))


class DiscriminatorSchedule:
    """Rises over `warmup` updates of the discriminators, but never above the share of its peak that the generator has.

    Discriminators that join half-way begin where the generator's rate is falling, and both reach the end together.

    Args:
        optimizer: Of the discriminators.
        peak: Their highest learning rate.
        warmup: Updates until the peak.
        generator_optimizer: Its first group has the learning rate to follow.
    """

    def __init__(
        self, optimizer: torch.optim.Optimizer, peak: float, warmup: int, generator_optimizer: torch.optim.Optimizer
    ):
        self.optimizer, self.peak, self.warmup = optimizer, peak, max(1, warmup)
        self.generator_optimizer, self.updates = generator_optimizer, 0

    def apply(self):
        """Set the rate of the update that comes now."""
        group = self.generator_optimizer.param_groups[0]
        share = group["lr"] / group["initial_lr"] if group["initial_lr"] else 1.0
        for each in self.optimizer.param_groups:
            each["lr"] = self.peak * min(share, (self.updates + 1) / self.warmup)

    def step(self):
        """Count an update that was made."""
        self.updates += 1

    def get_last_lr(self) -> list[float]:
        """The rates of the last update."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict:
        return {"updates": self.updates}

    def load_state_dict(self, state: dict):
        self.updates = state.get("updates", state.get("last_epoch", 0))  # checkpoints of version 0.1 name it so
