"""How much of a training is done: by the steps, or by the minutes where `max_train_minutes` is given."""

import time

from .distributed import gather


class TrainingClock:
    """The time that a training has taken over all its sessions, and the share of the training that is done.

    Args:
        trainer: Its `args` say how long the training is to be, its `state` how many steps it has done.

    Attributes:
        seconds_before: Training time of earlier sessions and of earlier calls of `train`.
    """

    def __init__(self, trainer):
        self.trainer, self.seconds_before = trainer, 0.0
        self._started, self._progress = None, 0.0

    def start(self):
        """Begin at 0; a resumed training sets `seconds_before` afterwards."""
        self.seconds_before, self._started = 0.0, time.monotonic()

    def stop(self):
        """Keep the time that was taken; the clock stands still from here on."""
        self.seconds_before, self._started = self.seconds, None

    @property
    def seconds(self) -> float:
        """Training time so far, in seconds, over all sessions."""
        return self.seconds_before + (0.0 if self._started is None else time.monotonic() - self._started)

    @property
    def progress_here(self) -> float:
        """`progress` at this very moment, by this process's own clock."""
        minutes, state = self.trainer.args.max_train_minutes, self.trainer.state
        share = state.global_step / max(1, state.max_steps)
        if minutes is not None:
            share = max(share, self.seconds / (60 * minutes))
        return min(1.0, share)

    @property
    def progress(self) -> float:
        """Share of the training that is done, from 0 to 1: of the minutes where they are given, else of the steps.

        The clock is that of the first process, read before and after each step, so that all processes agree.
        """
        return self.progress_here if self.trainer.args.max_train_minutes is None else self._progress

    def synchronize(self):
        """Bring `progress` up to date; all processes must call it together."""
        if self.trainer.args.max_train_minutes is not None:
            self._progress = gather([self.progress_here], self.trainer.args.device)[0][0]
