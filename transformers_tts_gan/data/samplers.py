"""The order in which rows come: batches of like lengths, and streams without an end.

The order depends on a seed and the number of the epoch alone, so that a resumed run sees what it would have seen.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from torch.utils.data import IterableDataset, Sampler


class LengthBucketSampler(Sampler[int]):
    """Gives indices of rows so that neighbors have like lengths, in an order that only `seed` and the epoch decide.

    Rows are shuffled, sorted within pools of `pool` batches, cut into batches, and the batches shuffled: little
    padding, and the order does not depend on the global random state, so that a resumed run sees what it would have
    seen. Rows that do not fill a last batch wait for another epoch, whose shuffle leaves out others; they are left out
    before the sorting, which would always leave out the longest.

    The batches of one step, `window` of them over all processes and accumulated batches, are neighbors: so a step
    holds the same rows however it is shared out, and no process waits for one with far longer rows. What does not fill
    a last window comes last.

    Args:
        lengths: Of the rows, in any unit.
        batch_size: Rows of a batch.
        seed: Of the order.
        pool: Batches that are sorted together; the more, the less padding, and the less chance in the order.
        window: Batches of one optimizer step over all processes.

    Example:
        >>> sorted(LengthBucketSampler([5, 1, 4, 2], batch_size=2))
        [0, 1, 2, 3]
    """

    def __init__(self, lengths: list[int], batch_size: int, seed: int = 0, pool: int = 32, window: int = 1):
        self.lengths, self.batch_size, self.seed, self.pool = np.asarray(lengths), batch_size, seed, pool
        self.window, self.epoch = window, 0

    def set_epoch(self, epoch: int):
        """Choose the order of an epoch; the trainer calls this at its start."""
        self.epoch = epoch

    def __len__(self) -> int:
        full = len(self.lengths) // self.batch_size * self.batch_size
        return full or len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        order = random.permutation(len(self.lengths))[: len(self)]
        step = self.batch_size * self.window
        size = step * self.pool
        pools = [order[start : start + size] for start in range(0, len(order), size)]
        order = np.concatenate([pool[np.argsort(self.lengths[pool], kind="stable")] for pool in pools])
        steps = [order[start : start + step] for start in range(0, len(order), step)]
        last = [] if len(order) % step == 0 else [len(steps) - 1]
        for number in [*random.permutation(len(steps) - len(last)), *last]:
            yield from steps[number].tolist()


class EndlessStream(IterableDataset):
    """Reads a stream again when it has ended, each time with the next number for its `set_epoch`.

    The place where a run stopped is then one number of rows. A resumed run reads the rows before it again.

    Args:
        stream: An iterable of rows, such as a `datasets.IterableDataset`.
    """

    def __init__(self, stream):
        self.stream = stream

    def __iter__(self) -> Iterator[dict]:
        for epoch in itertools.count():
            if hasattr(self.stream, "set_epoch"):
                self.stream.set_epoch(epoch)
            row = None
            for row in self.stream:
                yield row
            if row is None:  # nothing at all, or nothing for this worker
                return
