"""Tokens to speech with a stock `VitsModel`, whose noise is drawn from the global random state."""

import numpy as np
import torch
from transformers import VitsModel


@torch.no_grad()
def say_with_vits(
    model: VitsModel, inputs: dict[str, torch.Tensor], seed: int | None = None, speaking_rate: float | None = None
) -> np.ndarray:
    """The speech `(S,)` of a batch of one.

    Args:
        model: In evaluation mode.
        inputs: Of a [`VitsProcessor`].
        seed: Draws noise of its own; by default it comes from the random state, as everywhere in Transformers.
        speaking_rate: 2.0 speaks in half the time.

    Example:

    ```python
    waveform = say_with_vits(model, processor("Guten Tag."), seed=0)
    ```
    """
    inputs = {name: value.to(model.device) for name, value in inputs.items()}
    devices = [model.device] if model.device.type == "cuda" else []
    with torch.random.fork_rng(devices, enabled=seed is not None):
        if seed is not None:
            torch.manual_seed(seed)
        output = model(**inputs, speaking_rate=speaking_rate)
    return output.waveform[0, : int(output.sequence_lengths[0])].float().cpu().numpy()
