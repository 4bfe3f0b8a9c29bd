"""Sound to the loudspeakers, by whichever program of the system takes samples from its standard input."""

import shutil
import subprocess
from types import TracebackType
from typing import Any

import numpy as np


PLAYERS = {
    "pw-play": "--format=s16 --rate={rate} --channels=1 -",
    "paplay": "--raw --format=s16le --rate={rate} --channels=1",
    "aplay": "-q -t raw -f S16_LE -r {rate} -c 1",
    "play": "-q -t raw -e signed -b 16 -r {rate} -c 1 -",
    "ffplay": "-loglevel error -nodisp -autoexit -f s16le -ar {rate} -i -",
}


class Player:
    """Plays what is written to it; leaving the block waits until all of it was heard.

    Args:
        sampling_rate: In Hz.

    Raises:
        ValueError: No program that plays is installed.
    """

    def __init__(self, sampling_rate: int):
        name = next(filter(shutil.which, PLAYERS), None)
        if name is None:
            raise ValueError(f"`--play` needs one of the programs {', '.join(PLAYERS)}: install one, or leave it out.")
        self.name = name
        command = [name, *PLAYERS[name].format(rate=sampling_rate).split()]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)
        self.input: Any = self.process.stdin

    def write(self, samples: np.ndarray) -> None:
        """Play `(S,)` samples, floats in [-1, 1]."""
        self.input.write((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
        self.input.flush()

    def __enter__(self) -> "Player":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.process.kill()
        self.process.communicate()
        if kind is None and self.process.returncode:
            raise OSError(f"`{self.name}` could not play the sound: it ended with code {self.process.returncode}.")
