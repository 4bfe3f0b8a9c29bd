"""Tokens to speech with a stock `VitsModel`, whose noise is drawn from the global random state."""

import numpy as np
import torch
import torch.nn.functional as F
from transformers import VitsModel

from .spectrogram import VitsFrames, linear_spectrogram, log_mel


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


@torch.no_grad()
def vits_copy_synthesis(model: VitsModel, waveform: np.ndarray, speaker: int = 0) -> np.ndarray:
    """A recording `(S,)` to latents and back to whole frames of samples: what the decoder alone loses.

    Args:
        model: In evaluation mode.
        waveform: The recording.
        speaker: Its number, of a model of several speakers.
    """
    frames = VitsFrames.of(model.config)
    count = max(1, len(waveform) // frames.hop_length)
    samples = torch.from_numpy(waveform)[: count * frames.hop_length].to(model.device)
    samples = F.pad(samples, (0, max(0, frames.n_fft - len(samples))))[None]
    magnitudes = linear_spectrogram(samples, torch.tensor([samples.shape[1]], device=model.device), frames)
    condition = None
    if model.config.num_speakers > 1:
        condition = model.embed_speaker(torch.tensor([speaker], device=model.device))[..., None]
    mask = torch.ones_like(magnitudes[:, :1])
    _, means, _ = model.posterior_encoder(magnitudes, mask, condition)
    return model.decoder(means, condition)[0, 0].float().cpu().numpy()


def vits_log_mel(model: VitsModel, waveform: np.ndarray) -> torch.Tensor:
    """Log-mel frames `(F, M)` of samples `(S,)`, as the mel loss of the model sees them.

    Args:
        model: Says how long a frame is.
        waveform: Speech; less than a window is filled up with silence.
    """
    frames = VitsFrames.of(model.config)
    samples = torch.from_numpy(waveform)
    samples = F.pad(samples, (0, max(0, frames.n_fft - len(samples))))[None]
    return log_mel(linear_spectrogram(samples, torch.tensor([samples.shape[1]]), frames), frames)[0].T
