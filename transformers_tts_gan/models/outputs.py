"""What the model and the vocoders return."""

from dataclasses import dataclass

import torch
from transformers.utils import ModelOutput


@dataclass
class TTSGanOutput(ModelOutput):
    """What a [`TTSGanModel`] returns. Fields that do not apply are `None` and are left out of the tuple.

    Args:
        loss: Scalar, with `labels`: the sum of `losses` by `models.losses.LOSS_WEIGHTS`.
        waveform: `(B, S)` samples in [-1, 1], zero past `waveform_lengths`; with `labels` a random piece of each.
        waveform_lengths: `(B,)` samples.
        durations: `(B, T)` frames of each phone.
        log_mel: `(B, F, M)` predicted frames, natural logarithm.
        target_waveform: `(B, S)`, with `labels`: the ground truth of the same piece.
        mel_piece: `(B, W, M)`, with `labels` and `mel_piece_frames`: a random piece of each item's predicted frames.
        target_mel_piece: `(B, W, M)`: the ground truth of the same piece.
        losses: With `labels`: scalars by name, not weighted.
        alignment: `(B, F, T)`, with `labels`: log-probabilities of phones given frames.
        hidden_states: With `output_hidden_states`: one `(B, T, H)` before the first block over phones and one after
            each.

    Example:

    ```python
    output = model(**processor("Good morning."))
    samples = output.waveform[0, : output.waveform_lengths[0]].numpy()  # (S,)
    ```
    """

    loss: torch.Tensor | None = None
    waveform: torch.Tensor | None = None
    waveform_lengths: torch.Tensor | None = None
    durations: torch.Tensor | None = None
    log_mel: torch.Tensor | None = None
    target_waveform: torch.Tensor | None = None
    mel_piece: torch.Tensor | None = None
    target_mel_piece: torch.Tensor | None = None
    losses: dict[str, torch.Tensor] | None = None
    alignment: torch.Tensor | None = None
    hidden_states: tuple[torch.Tensor, ...] | None = None


@dataclass
class TTSGanVocoderOutput(ModelOutput):
    """What a vocoder returns. Fields that do not apply are `None` and are left out of the tuple.

    Args:
        loss: Scalar, with `labels`: the sum of `losses` by `models.losses.LOSS_WEIGHTS`.
        waveform: `(B, S)` samples in [-1, 1], zero past `waveform_lengths`.
        waveform_lengths: `(B,)` samples.
        target_waveform: `(B, S)`, with `labels`: the ground truth of the same piece.
        losses: With `labels`: scalars by name, not weighted.

    Example:

    ```python
    waveform = vocoder(vocoder.log_mel(samples)).waveform  # (B, S)
    ```
    """

    loss: torch.Tensor | None = None
    waveform: torch.Tensor | None = None
    waveform_lengths: torch.Tensor | None = None
    target_waveform: torch.Tensor | None = None
    losses: dict[str, torch.Tensor] | None = None
