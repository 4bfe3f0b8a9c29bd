"""In what order rows come."""

import itertools

import numpy as np
import torch
from torch.utils.data import IterableDataset

from transformers_tts_gan.data.samplers import EndlessStream, LengthBucketSampler


LENGTHS = np.random.default_rng(0).integers(30, 500, 103).tolist()


def order(epoch=0, seed=0, lengths=LENGTHS, **kwargs) -> list[int]:
    sampler = LengthBucketSampler(lengths, 4, seed, **kwargs)
    sampler.set_epoch(epoch)
    indices = list(sampler)
    assert len(indices) == len(sampler)
    return indices


def test_the_sampler_gives_each_row_of_full_batches_once():
    indices = order()
    assert len(indices) == 100
    assert len(set(indices)) == 100


def test_the_sampler_leaves_out_other_rows_in_other_epochs():
    """Leaving out the same rows, such as the longest, would mean never learning them."""
    left_out = [tuple(sorted(set(range(103)) - set(order(epoch)))) for epoch in range(12)]
    assert len(set(left_out)) > 6
    longest = int(np.argmax(LENGTHS))
    assert sum(longest in rows for rows in left_out) < 6


def test_the_sampler_depends_on_seed_and_epoch_only():
    """A resumed run and every process must see the same order, whatever random numbers were drawn before."""
    first = order(3)
    torch.manual_seed(99)
    np.random.seed(99)
    assert order(3) == first
    assert order(4) != first
    assert order(3, seed=1) != first


def test_neighbours_are_alike_in_length():
    """Padding costs: within a batch lengths must lie far closer than among batches drawn by chance."""
    lengths = np.array(LENGTHS)
    batches = lengths[order()].reshape(-1, 4)
    by_chance = lengths[:100].reshape(-1, 4)
    assert np.ptp(batches, axis=1).mean() < 0.2 * np.ptp(by_chance, axis=1).mean()
    assert (np.diff(batches.mean(axis=1)) < 0).any(), "batches must come shuffled, not from short to long"


def test_small_pools_still_cover_each_row_once():
    assert len(set(order(pool=2))) == 100


def test_fewer_rows_than_a_batch_are_one_batch():
    assert sorted(order(lengths=[50, 60, 70])) == [0, 1, 2]


def test_a_step_holds_the_same_rows_however_it_is_shared_out():
    """Two processes of 4 rows, or two batches of 4 before each step, are to learn from what one batch of 8 would."""
    lengths = LENGTHS[:96]
    whole = list(LengthBucketSampler(lengths, 8, 5, pool=3))
    assert list(LengthBucketSampler(lengths, 4, 5, pool=3, window=2)) == whole


def test_what_does_not_fill_a_last_window_comes_last():
    """Else a step would hold the end of one group and the beginning of the next."""
    sampler = LengthBucketSampler(LENGTHS, 4, window=2)  # 25 batches
    lengths = np.array(LENGTHS)[list(sampler)]
    assert len(lengths) == 100
    spread = [np.ptp(lengths[start : start + 8]) for start in range(0, 100, 8)]
    assert np.mean(spread) < 0.4 * np.ptp(LENGTHS)
    assert len(set(sampler)) == 100


class Stream(IterableDataset):
    def __init__(self, rows: int):
        self.rows, self.epochs = rows, []

    def set_epoch(self, epoch: int):
        self.epochs.append(epoch)

    def __iter__(self):
        yield from range(self.rows)


def test_a_stream_begins_again_with_the_number_of_the_pass():
    stream = Stream(3)
    assert list(itertools.islice(EndlessStream(stream), 7)) == [0, 1, 2, 0, 1, 2, 0]
    assert stream.epochs == [0, 1, 2]


def test_an_empty_stream_ends():
    """One that begins again for ever would hang without a word."""
    assert list(EndlessStream(Stream(0))) == []
