"""Rows of numbers to tensors of one length, and the prosody controls of rows without markup."""

import numpy as np
import torch


NEUTRAL = [1.0, 0.0, 0.0]  # rate, semitones, dB
NO_PAUSE = -1


def no_prosody_controls(count: int) -> dict[str, list]:
    """What `encode_prosody_controls` would say of `count` phones that nobody marked."""
    return {"prosody_controls": [NEUTRAL] * count, "pause_ms": [NO_PAUSE] * count}


def with_prosody_controls(rows: list[dict]) -> list[dict]:
    """The rows, all of them with prosody from markup where one has it."""
    if not any("prosody_controls" in row for row in rows):
        return rows
    return [{**no_prosody_controls(len(row["input_ids"])), **row} for row in rows]


def pad_prosody_controls(rows: list[dict[str, list]]) -> dict[str, torch.Tensor]:
    """`prosody_controls` `(B, T, 3)` and `pause_ms` `(B, T)`; what is filled up lasts 0 ms."""
    controls = pad_lists([row["prosody_controls"] for row in rows], 0, torch.float32)
    return {"prosody_controls": controls, "pause_ms": pad_lists([row["pause_ms"] for row in rows], 0)}


def pad_lists(lists: list[list], value: int, dtype: torch.dtype = torch.long) -> torch.Tensor:
    """Lists of numbers or of tuples, filled up with `value` at the end to one length."""
    tensors = [torch.tensor(np.asarray(items), dtype=dtype) for items in lists]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=value)
