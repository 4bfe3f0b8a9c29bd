"""What several processes must agree on, and what to say when one of them is gone.

Losses are means over what a batch holds: recordings, frames or phones. A mean of such means is no mean over all of
them where batches differ, so each batch counts by its share: then two processes, or two batches before each step, give
the step that one process gives with one batch of all of it.
"""

import contextlib
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn


SIZES = ("items", "frames", "phones")
SIGNS = ("gloo", "nccl", "connection closed", "connection reset", "broken pipe", "timed out", "socket")


def limit_waiting(seconds: float):
    """Let no process wait longer for another one; on a CPU Transformers leaves `ddp_timeout` out, for half an hour."""
    if dist.is_available() and dist.is_initialized():
        older = dist.distributed_c10d._set_pg_timeout  # before torch 2.13, for which it is deprecated
        getattr(dist, "set_timeout", older)(timedelta(seconds=seconds), dist.group.WORLD)


def gather(values: list[float], device: torch.device) -> list[list[float]]:
    """One list of numbers from each process, in their order."""
    if not (dist.is_available() and dist.is_initialized()):
        return [values]
    mine = torch.tensor(values, dtype=torch.float64, device=device)
    everyone = [torch.empty_like(mine) for _ in range(dist.get_world_size())]
    dist.all_gather(everyone, mine)
    return [each.tolist() for each in everyone]


def sizes(batch: dict) -> list[float]:
    """How many recordings, frames (here their samples) and phones are in a batch."""
    labels = batch["labels"]
    samples = batch["label_lengths"].sum() if "label_lengths" in batch else labels.numel()
    phones = batch["attention_mask"].sum() if "attention_mask" in batch else len(labels)
    return [float(len(labels)), float(samples), float(phones)]


def shares(batch: list[float], total: list[float], batches: int) -> dict[str, float]:
    """By what a batch's losses are multiplied: its sizes by the mean of all batches of the step."""
    return {name: own * batches / max(1.0, all_) for name, own, all_ in zip(SIZES, batch, total, strict=True)}


def average_gradients(module: nn.Module):
    """Average the gradients over all processes, as one message; a part that one of them did not use counts as 0."""
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    flat = torch.cat([parameter.grad.flatten() for parameter in parameters])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    start = 0
    for parameter in parameters:
        parameter.grad.copy_(flat[start : start + parameter.numel()].view_as(parameter))
        start += parameter.numel()


def mean_over_processes(values: dict[str, torch.Tensor], device: torch.device) -> dict[str, float]:
    """The mean of each number over the processes, which all have the same names."""
    names = sorted(values)
    rows = gather([float(values[name]) for name in names], device)
    return {name: sum(column) / len(rows) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


@contextlib.contextmanager
def explain_lost_process(trainer):
    """Say what to do where another process of `trainer` did not answer: a `RuntimeError` with words of its own."""
    try:
        yield
    except RuntimeError as error:
        if not lost_process(error):
            raise
        raise RuntimeError(
            f"Process {trainer.args.process_index} got no answer from another one at step "
            f"{trainer.state.global_step}: it has died or hangs (`ddp_timeout` is how long it was waited for). Look "
            "for the first error in its output, then start all of them again with `resume_from_checkpoint`."
        ) from error


def lost_process(error: BaseException) -> bool:
    """Whether `error` says that another process did not answer."""
    if not (dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1):
        return False
    text = str(error).lower()
    return isinstance(error, dist.DistError) or any(sign in text for sign in SIGNS)
