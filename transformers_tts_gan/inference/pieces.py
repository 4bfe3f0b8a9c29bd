"""What is spoken in one go: pieces of a text, in batches of like lengths, and joined again to one waveform.

Rows of a [`TTSGanProcessor`] enter; their waveforms `(S,)`, float32 in [-1, 1], leave as one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


LONGEST_BREAK_MS = 500  # of a longer break the rest is put in as zeros, which costs the model nothing
LEAST_LENGTH_SHARE = 0.7  # of the longest row of a batch: no more than 30 % of a batch are padding
GROWTH = 2**22  # samples by which a long waveform grows


@dataclass
class Piece:
    """A sentence, and the silence inside and after it.

    Args:
        row: What the processor made of it.
        breaks: Samples of silence to put into the middle of a phone, by the phone's index.
        pause: Samples of silence after it.
        is_last: Whether the text ends with it.
    """

    row: dict
    breaks: dict[int, int]
    pause: int
    is_last: bool

    @classmethod
    def of_row(cls, row: dict, pause: int, is_last: bool, sampling_rate: int, hop_length: int) -> "Piece":
        """A piece that leaves half a second of each break to the model, and the rest, whole frames, to `finish`."""
        breaks = {}
        for phone, milliseconds in enumerate(row.get("pause_ms", ())):
            if milliseconds > LONGEST_BREAK_MS:
                all_frames, kept = (
                    round(each * sampling_rate / 1_000 / hop_length) for each in (milliseconds, LONGEST_BREAK_MS)
                )
                breaks[phone] = (all_frames - kept) * hop_length
                row["pause_ms"][phone] = LONGEST_BREAK_MS
        return cls(row, breaks, pause, is_last)

    def finish(self, waveform: np.ndarray, durations: np.ndarray, hop_length: int) -> list[np.ndarray]:
        """The spoken row `(S,)`, whose phones last `durations` `(T,)` frames, with its breaks and its pause."""
        ends = durations.cumsum()
        parts, start = [], 0
        for phone, samples in self.breaks.items():
            middle = int(ends[phone] - durations[phone] // 2) * hop_length
            parts += [waveform[start:middle], np.zeros(samples, dtype=np.float32)]
            start = middle
        return [*parts, waveform[start:], np.zeros(self.pause, dtype=np.float32)]


def batches(lengths: list[int], batch_size: int) -> Iterator[list[int]]:
    """Indices of rows to speak at once: at most `batch_size`, of like lengths, the longest first.

    >>> list(batches([10, 99, 9, 100, 8], batch_size=4))
    [[3, 1], [0, 2, 4]]
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and (len(batch) == batch_size or lengths[index] < LEAST_LENGTH_SHARE * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


class Waveform:
    """Samples that grow piece by piece, in place: joining hours of speech at the end would need them twice."""

    def __init__(self):
        self._samples, self._size = np.zeros(0, dtype=np.float32), 0

    def append(self, samples: np.ndarray) -> None:
        """Put `(S,)` samples at the end."""
        end = self._size + len(samples)
        if end > len(self._samples):
            self._samples.resize(end + min(GROWTH, end), refcheck=False)
        self._samples[self._size : end] = samples
        self._size = end

    def take(self) -> np.ndarray:
        """All samples `(S,)`; the object is empty afterwards."""
        samples, size = self._samples, self._size
        self.__init__()
        samples.resize(size, refcheck=False)
        return samples
