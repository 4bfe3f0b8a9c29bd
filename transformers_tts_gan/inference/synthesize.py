"""One row of a corpus to speech: the only place that says a row, for metrics, evaluation, cards and training alike.

Enter: a row with its `text`, `speaker` and `language`, or one that `prepare_speech` made, with its `input_ids`.
Leaves: a [`SpokenRow`] on the CPU.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import VitsModel

from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.vits.processor import VitsProcessor
from ..models.vits.speech import say_with_vits


class RefusedText(ValueError):
    """The text frontend does not accept a text."""


@dataclass
class SpokenRow:
    """The speech of one row.

    Args:
        waveform: `(S,)` samples, float32.
        input_ids: `(T,)` phones.
        durations: `(T,)` frames of the phones, if the model tells them.
        log_mel: `(F, M)` frames that the vocoder was given, if the model tells them.
    """

    waveform: np.ndarray
    input_ids: torch.Tensor
    durations: torch.Tensor | None = None
    log_mel: torch.Tensor | None = None


@torch.no_grad()
def synthesize_row(
    model: TTSGanModel | VitsModel,
    processor: TTSGanProcessor | VitsProcessor,
    row: dict,
    language: str | None = None,
    **controls: Any,
) -> SpokenRow:
    """The speech that `model` makes of a row of a corpus.

    Args:
        model: In evaluation mode.
        processor: Of the model.
        row: With a `text`, and a `speaker` and a `language` if they are known; a speaker that the model does not know
            is left out. A row of `prepare_speech` is spoken as it is.
        language: Of a row that names none, by default the first of the processor.
        controls: What the model takes beside the text, such as `speaking_rate`, `seed` or `durations`; a `VitsModel`
            takes the first two.

    Raises:
        RefusedText: The text frontend does not accept the text; the message says why.
        ValueError: The model cannot say it: too many phones, or weights that are not finite.

    Example:

    ```python
    spoken = synthesize_row(model, processor, {"text": "Good morning.", "speaker": "kathleen"}, speaking_rate=0.9)
    ```
    """
    inputs = encode_row(processor, row, language)
    if isinstance(model, VitsModel):
        return SpokenRow(say_with_vits(model, inputs, **controls), inputs["input_ids"][0])
    output = model(**{name: value.to(model.device) for name, value in inputs.items()}, **controls)
    length = int(output.waveform_lengths[0])
    return SpokenRow(
        output.waveform[0, :length].float().cpu().numpy(),
        inputs["input_ids"][0],
        None if output.durations is None else output.durations[0].cpu(),
        None if output.log_mel is None else output.log_mel[0].float().cpu(),
    )


def encode_row(
    processor: TTSGanProcessor | VitsProcessor, row: dict, language: str | None = None
) -> dict[str, torch.Tensor]:
    """What the model is given for a row, a batch of one; see [`synthesize_row`]."""
    if "input_ids" in row:
        return processor.pad([row])
    speaker = row.get("speaker") if row.get("speaker") in processor.speakers else None
    try:
        return dict(processor(row["text"], language=row.get("language") or language, speaker=speaker))
    except ValueError as error:
        raise RefusedText(error) from error
