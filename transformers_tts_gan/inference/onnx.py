"""A voice as ONNX: a folder that `onnx_voice.OnnxVoice` speaks from without torch and Transformers.

Enter: a [`TTSGanModel`] and its processor. Leave: `phones.onnx` (phones to durations and hidden states), `frames.onnx`
(hidden states to gains, phases and F0 of frames, of a whole sentence or of a window of it), perhaps
`text_encoder.onnx` (tokens to hidden states), and `voice.json`. Pulses, noise and the Fourier transforms are left to
`models/frame_synthesis.py`, whose numpy is faster than the operators of ONNX. Batch and lengths are dynamic.
"""

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.export import Dim

from .. import __version__  # type: ignore[attr-defined]
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.prosody import change_prosody
from ..models.sources import FRAMES_FILE, PHONES_FILE, SETTINGS_FILE
from ..models.text_encoder import encoder_limit
from ..models.vocoder import TTSGanVocoder
from ..utils.require import require
from .onnx_blocks import with_exported_blocks
from .onnx_int8 import quantize_voice
from .onnx_voice import FORMAT, TEXT_ENCODER_FILE, TEXT_TOKENIZER_FILE


OPSET = 20  # the first with `Gelu`
PRECISIONS = ("fp32", "int8")
LONGEST = 2**16  # of any size of a graph


class PhonesGraph(nn.Module):
    """Phones to hidden states `(B, T, H)`, the condition `(B, 1, H)` and durations `(B, T)` in frames."""

    def __init__(self, model: TTSGanModel):
        super().__init__()
        self.acoustic = with_exported_blocks(model.acoustic)
        self.prosody: Any = None
        if model.prosody is not None:
            self.prosody = with_exported_blocks(model.prosody)
            self.prosody.text_encoder = None  # a graph of its own

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        speaker_id: torch.Tensor,
        language_id: torch.Tensor,
        speaking_rate: torch.Tensor,
        pitch_shift: torch.Tensor,
        noise: torch.Tensor,
        context: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Rate and semitones are `(B, T)`, the noise of timing and melody `(2, B, T)`, the context `(B, T, C)`."""
        acoustic, mask = self.acoustic, attention_mask[..., None].float()
        condition = self.condition(acoustic, speaker_id, language_id)
        of_frames = None if self.prosody is not None else context
        encoded = acoustic.encode(acoustic.embed(input_ids), mask, condition, of_frames)
        if self.prosody is None:
            predicted = acoustic.predict(encoded.prosody, mask)
        else:
            who = self.condition(self.prosody, speaker_id, language_id)
            latent = self.prosody.latent_of(noise)
            noise = noise if latent is None else None
            predicted = self.prosody.predict(self.prosody.encode(input_ids, mask, who, context), mask, latent)
        prosody, durations = change_prosody(predicted, mask, speaking_rate, pitch_shift, noise)
        return acoustic.with_prosody(encoded.sound, prosody, mask), condition, durations

    @staticmethod
    def condition(part: Any, speaker_id: torch.Tensor, language_id: torch.Tensor) -> torch.Tensor:
        """Speaker and language as a part of the model knows them, `(B, 1, H)`."""
        return (part.speaker_embedding(speaker_id) + part.language_embedding(language_id))[:, None]


class FramesGraph(nn.Module):
    """Frames of phones to gains and phases `(B, F, 5 * N)` and F0 `(B, F)` in Hz."""

    def __init__(self, model: TTSGanModel):
        super().__init__()
        self.acoustic, self.vocoder = with_exported_blocks(model.acoustic), with_exported_blocks(model.vocoder)

    def forward(
        self,
        hidden: torch.Tensor,
        condition: torch.Tensor,
        index: torch.Tensor,
        positions: torch.Tensor,
        frame_mask: torch.Tensor,
        gain: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The mask and the gain, a natural logarithm, are `(B, F, 1)`; the others as of `decode_frames`."""
        log_mel = self.acoustic.decode_frames(hidden, index, positions, condition, frame_mask) + gain
        parts = self.vocoder.flat_gains_and_phases(log_mel, frame_mask)
        return parts, self.vocoder.predict_f0(log_mel, frame_mask)


class TextEncoderGraph(nn.Module):
    """Tokens to the hidden states `(B, N, C)` of a text encoder."""

    def __init__(self, model: TTSGanModel):
        super().__init__()
        self.text_encoder: Any = model.reading_encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.text_encoder(input_ids=input_ids, attention_mask=attention_mask)[0]


def export_onnx(
    model: TTSGanModel,
    processor: TTSGanProcessor,
    folder: str | os.PathLike,
    precision: str = "fp32",
    text_encoder: bool = True,
) -> Path:
    """Write a voice as a folder that [`OnnxVoice`] speaks from.

    Args:
        model: A voice with a [`TTSGanVocoder`].
        processor: Of the model.
        folder: Where to; it is made where it does not exist.
        precision: `fp32`, or `int8` for matrices of 8 bit integers: a third of the size, and about twice as fast.
        text_encoder: `False` leaves the text encoder out: the voice then speaks from the phones alone.

    Returns:
        The folder.

    Raises:
        ValueError: For another vocoder, and for an unknown precision.
        ImportError: Where the packages of the extra `onnx-export` are missing.

    Example:

    ```python
    export_onnx(model, processor, "outputs/my_voice_onnx", precision="int8")
    ```
    """
    if precision not in PRECISIONS:
        raise ValueError(f"`precision` is {precision!r}, but `fp32` or `int8` is needed.")
    if not isinstance(model.vocoder, TTSGanVocoder):
        raise ValueError(
            f"The vocoder is a `{type(model.vocoder).__name__}`, but only a `TTSGanVocoder` can be exported: train a "
            "voice with that one."
        )
    require("onnxscript", "Exporting a voice", extra="onnx-export")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    encoder: Any = model.reading_encoder if text_encoder else None
    with_context = encoder is not None
    (folder / TEXT_ENCODER_FILE).unlink(missing_ok=True)
    (folder / TEXT_TOKENIZER_FILE).unlink(missing_ok=True)
    with evaluating(model), tempfile.TemporaryDirectory() as scratch:
        whole = folder if precision == "fp32" else Path(scratch)
        write_graph(*phones_graph(model, with_context), whole / PHONES_FILE)
        write_graph(*frames_graph(model), whole / FRAMES_FILE)
        if with_context:
            limit = encoder_limit(encoder.config) or LONGEST
            write_graph(*text_encoder_graph(model), whole / TEXT_ENCODER_FILE, limit)
            processor.text_tokenizer.backend_tokenizer.save(str(whole / TEXT_TOKENIZER_FILE))
        settings = voice_settings(model, processor, precision, with_context)
        text = json.dumps(settings, ensure_ascii=False, indent=1) + "\n"
        (whole / SETTINGS_FILE).write_text(text, encoding="utf-8")
        if precision == "int8":
            with quiet_logs("root"):
                quantize_voice(whole, folder)
    return folder


@contextmanager
def evaluating(model: TTSGanModel) -> Iterator[None]:
    """The model in evaluation mode, in float32 and without gradients."""
    if model.dtype != torch.float32 or model.device.type != "cpu":
        raise ValueError(f"The model is {model.dtype} on {model.device}, but is exported as float32 on the CPU.")
    training = model.training
    try:
        with torch.no_grad():
            model.eval()
            yield
    finally:
        model.train(training)


def phones_graph(model: TTSGanModel, with_context: bool) -> tuple[nn.Module, dict, list[str]]:
    """The graph, its example inputs with the names of their dynamic sizes, and the names of what leaves."""
    batch, phones = 2, 7
    row, of_phones = ("batch",), ("batch", "phones")
    inputs = {
        "input_ids": (torch.ones(batch, phones, dtype=torch.long), of_phones),
        "attention_mask": (torch.ones(batch, phones, dtype=torch.long), of_phones),
        "speaker_id": (torch.zeros(batch, dtype=torch.long), row),
        "language_id": (torch.zeros(batch, dtype=torch.long), row),
        "speaking_rate": (torch.ones(batch, phones), of_phones),
        "pitch_shift": (torch.zeros(batch, phones), of_phones),
        "noise": (torch.zeros(2, batch, phones), (None, "batch", "phones")),
    }
    if with_context:
        size = context_size(model)
        inputs["context"] = (torch.zeros(batch, phones, size), of_phones)
    return PhonesGraph(model), inputs, ["hidden", "condition", "durations"]


def frames_graph(model: TTSGanModel) -> tuple[nn.Module, dict, list[str]]:
    """As `phones_graph`."""
    batch, phones, frames, size = 2, 7, 19, model.config.hidden_size
    of_frames = ("batch", "frames")
    inputs = {
        "hidden": (torch.zeros(batch, phones, size), ("batch", "phones")),
        "condition": (torch.zeros(batch, 1, size), ("batch",)),
        "index": (torch.zeros(batch, frames, dtype=torch.long), of_frames),
        "positions": (torch.zeros(batch, frames, 3), of_frames),
        "frame_mask": (torch.ones(batch, frames, 1), of_frames),
        "gain": (torch.zeros(batch, frames, 1), of_frames),
    }
    return FramesGraph(model), inputs, ["parts", "f0"]


def text_encoder_graph(model: TTSGanModel) -> tuple[nn.Module, dict, list[str]]:
    """As `phones_graph`."""
    names, sizes = ("input_ids", "attention_mask"), ("batch", "tokens")  # one tensor for both would be one input
    inputs = {name: (torch.ones(2, 7, dtype=torch.long), sizes) for name in names}
    return TextEncoderGraph(model), inputs, ["states"]


def write_graph(graph: nn.Module, inputs: dict, outputs: list[str], path: Path, tokens: int = LONGEST) -> None:
    """Export one graph; `inputs` are examples, and the names of their first sizes; of `tokens` there are no more."""
    sizes = {name: Dim(name, min=1, max=LONGEST) for name in ("batch", "frames")}
    sizes["phones"] = Dim("phones", min=3, max=LONGEST)  # silence at both ends, and a phone
    sizes["tokens"] = Dim("tokens", min=2, max=tokens)
    shapes = tuple(
        {axis: sizes[size] for axis, size in enumerate(names) if size is not None} for _, names in inputs.values()
    )
    examples = tuple(value for value, _ in inputs.values())
    with warnings.catch_warnings(), quiet_logs("torch.onnx", "torch.export", "root"):
        warnings.simplefilter("ignore")
        exported = torch.export.export(graph, examples, dynamic_shapes=shapes)
        program: Any = torch.onnx.export(
            exported, input_names=list(inputs), output_names=outputs, opset_version=OPSET, verbose=False
        )
        program.save(path, external_data=False)


@contextmanager
def quiet_logs(*names: str) -> Iterator[None]:
    """Warnings of exporters about operators that nobody here uses."""
    loggers = [logging.getLogger(None if name == "root" else name) for name in names]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)


def context_size(model: TTSGanModel) -> int:
    """Width of the text encoder."""
    encoder: Any = model.reading_encoder
    return encoder.config.hidden_size


def voice_settings(model: TTSGanModel, processor: TTSGanProcessor, precision: str, with_context: bool) -> dict:
    """What `voice.json` holds: all that speaking needs beside the graphs."""
    config = model.config
    settings = {
        "format": FORMAT,
        "version": __version__,
        "precision": precision,
        "sampling_rate": config.sampling_rate,
        "hop_length": config.hop_length,
        "n_fft": config.vocoder_config.n_fft,
        "context_frames": model.context_frames,
        "phones": sorted(processor.tokenizer.get_vocab().items(), key=lambda item: item[1]),
    }
    fields = ("speakers", "languages", "lexicon", "user_dict", "emoji", "phonemes", "max_phones", "text_level")
    settings |= {name: getattr(processor, name) for name in fields}
    if with_context:
        settings["context_size"] = context_size(model)
        settings["token_limit"] = processor.token_limit
        settings["text_pad_id"] = processor.text_tokenizer.pad_token_id or 0
    return settings
