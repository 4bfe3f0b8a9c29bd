"""What a log shows of one held-out row: its speech, and pictures of its mel frames and of the learned alignment."""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass
class Sample:
    """One row, spoken by the model.

    Args:
        waveform: `(S,)` samples of the speech.
        mel: Picture `(1, M, F)` of its mel frames.
        alignment: Picture `(1, T, F)` of which frame of the recording belongs to which phone.
    """

    waveform: np.ndarray
    mel: np.ndarray
    alignment: np.ndarray


def picture(values: torch.Tensor) -> np.ndarray:
    """`(F, M)` values as an image `(1, M, F)` from 0 to 1, time to the right and the first band at the bottom."""
    values = values.float().cpu().numpy().T[::-1]
    return ((values - values.min()) / (np.ptp(values) + 1e-9))[None]
