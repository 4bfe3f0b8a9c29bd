"""SIGTERM and SIGINT end a training after a last checkpoint, so that nothing of it is lost.

A cluster sends SIGTERM before it kills, a person presses Ctrl-C. The first signal is remembered until the step at hand
has ended; all processes of a training then save the same checkpoint and stop. The second signal acts as usual.
"""

import logging
import signal
import threading


logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Interrupted(Exception):
    """Ends the training loop once the checkpoint has been saved."""


class StopSignals:
    """A context that remembers the first SIGTERM or SIGINT instead of dying of it.

    Only the main thread can do so; elsewhere, signals act as usual.

    Attributes:
        received: The signal that has come, or `None`.
    """

    def __init__(self):
        self.received: signal.Signals | None = None
        self._usual = {}

    def __enter__(self) -> "StopSignals":
        self.received = None
        if threading.current_thread() is threading.main_thread():
            self._usual = {number: signal.signal(number, self._remember) for number in SIGNALS}
        return self

    def __exit__(self, *error):
        for number, usual in self._usual.items():
            signal.signal(number, usual)
        self._usual = {}

    def _remember(self, number: int, frame):
        self.received = signal.Signals(number)
        self.__exit__()  # a second signal acts as usual

    def end_process(self):
        """Raise what the signal means: `KeyboardInterrupt`, or `SystemExit` with the exit status of the signal."""
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + (self.received or signal.SIGTERM))
