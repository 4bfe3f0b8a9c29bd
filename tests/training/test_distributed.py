"""What processes share; two real ones are in `test_trainer_distributed.py`."""

import pytest
import torch
import torch.distributed as dist

from transformers_tts_gan.training import distributed
from transformers_tts_gan.training.distributed import gather, lost_process, shares, sizes


def test_a_batch_counts_by_what_it_holds():
    """The mean of two batches' means, each by its share, is the mean over all that they hold."""
    values = [torch.arange(1.0, 4), torch.arange(10.0, 15)]
    own = [[1.0, float(len(each)), 1.0] for each in values]
    total = [sum(column) for column in zip(*own, strict=True)]
    weighted = [shares(each, total, 2)["frames"] * v.mean() for each, v in zip(own, values, strict=True)]
    assert torch.stack(weighted).mean().item() == pytest.approx(torch.cat(values).mean().item())


def test_a_batch_that_stands_alone_counts_exactly_once():
    own = sizes({"labels": torch.zeros(3, 70), "label_lengths": torch.tensor([70, 30, 10])})
    assert own == [3.0, 110.0, 3.0]
    assert set(shares(own, own, 1).values()) == {1.0}


def test_one_process_gathers_its_own_numbers():
    assert gather([1.0, 2.0], torch.device("cpu")) == [[1.0, 2.0]]


def test_only_errors_of_the_connection_are_taken_for_a_lost_process(monkeypatch):
    closed = RuntimeError("[/gloo/transport/tcp/pair.cc:547] Connection closed by peer")
    assert not lost_process(closed)  # there is no other process
    monkeypatch.setattr(distributed.dist, "is_initialized", lambda: True)
    monkeypatch.setattr(distributed.dist, "get_world_size", lambda: 2)
    assert lost_process(closed)
    assert lost_process(dist.DistBackendError("NCCL watchdog"))
    assert not lost_process(RuntimeError("shapes do not fit"))
