"""Prepared rows to a batch: waveforms, F0 and token ids, padded to one length."""

from __future__ import annotations

import numpy as np
import torch

from ..models.processing_tts_gan import TTSGanProcessor


class SpeechCollator:
    """Pads prepared rows into one batch of tensors.

    Args:
        processor: Pads what it made of the texts; a [`VitsProcessor`] does, too. Without it, the batch holds sound
            alone, as a vocoder needs it.

    Returns of a call with a list of rows:
        `labels` (floats `(B, S)` in [-1, 1]), `label_lengths` (samples, `(B,)`), `f0` (Hz, `(B, F)`) where it was
        measured, and with a processor its `input_ids`, `attention_mask` and others.

    Example:
        >>> batch = SpeechCollator(processor)([dataset[0], dataset[1]])  # doctest: +SKIP
    """

    def __init__(self, processor: TTSGanProcessor | None = None):
        self.processor = processor

    def __call__(self, rows: list[dict]) -> dict[str, torch.Tensor]:
        waves = [torch.from_numpy(np.asarray(row["waveform"], dtype=np.float32) / 32767) for row in rows]
        batch = {
            "labels": torch.nn.utils.rnn.pad_sequence(waves, batch_first=True),  # (B, S)
            "label_lengths": torch.tensor([len(wave) for wave in waves]),
        }
        if "f0" in rows[0]:
            f0 = [torch.tensor(row["f0"], dtype=torch.float32) for row in rows]
            batch["f0"] = torch.nn.utils.rnn.pad_sequence(f0, batch_first=True)  # (B, F)
        return batch if self.processor is None else {**batch, **self.processor.pad(rows)}
