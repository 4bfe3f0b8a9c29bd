"""Rows of numbers to tensors of one length."""

import numpy as np
import torch


def pad_prosody_controls(rows: list[dict[str, list]]) -> dict[str, torch.Tensor]:
    """`prosody_controls` `(B, T, 3)` and `pause_ms` `(B, T)`; what is filled up lasts 0 ms."""
    controls = pad_lists([row["prosody_controls"] for row in rows], 0, torch.float32)
    return {"prosody_controls": controls, "pause_ms": pad_lists([row["pause_ms"] for row in rows], 0)}


def pad_lists(lists: list[list], value: int, dtype: torch.dtype = torch.long) -> torch.Tensor:
    """Lists of numbers or of tuples, filled up with `value` at the end to one length."""
    tensors = [torch.tensor(np.asarray(items), dtype=dtype) for items in lists]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=value)
