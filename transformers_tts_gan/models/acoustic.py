"""From phones to mel frames: encode, predict durations and prosody, expand, decode.

After FastPitch (Łańcucki, 2021, arXiv:2006.06873) with a learned alignment as in JETS. The phone decides what is said;
the context that a pretrained text encoder brings is added through a gate that starts at 0, and reaches the predictors
of duration, pitch and energy in full.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from ..audio.mel import MEL_MEAN, MEL_SCALE
from .aligner import Aligner, frame_to_phone
from .configuration_tts_gan import TTSGanConfig
from .layers import ConvNeXtBlock, Convolution, SelfAttention, length_mask
from .prosody import Prosody


class VariancePredictor(nn.Module):
    """Two convolutions over phones and one linear layer (Ren et al., 2020, FastSpeech 2, arXiv:2006.04558, 2.3)."""

    def __init__(self, config: TTSGanConfig, outputs: int):
        super().__init__()
        sizes = (config.hidden_size, config.predictor_size, config.predictor_size)
        self.convolutions = nn.ModuleList(Convolution(i, o, 3) for i, o in zip(sizes, sizes[1:], strict=False))
        self.norms = nn.ModuleList(nn.LayerNorm(size) for size in sizes[1:])
        self.dropout = nn.Dropout(config.predictor_dropout)
        self.output = nn.Linear(config.predictor_size, outputs)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            hidden = F.relu(convolution(hidden, mask))
            hidden = self.dropout(norm(hidden))
        return self.output(hidden).float()  # (B, T, outputs)


class EncodedPhones(NamedTuple):
    """Phones after the encoder."""

    sound: torch.Tensor  # (B, T, H), for the decoder: context through its gate
    prosody: torch.Tensor  # (B, T, H), for the predictors: context in full
    states: tuple[torch.Tensor, ...]  # (B, T, H) before the first block and after each


class AcousticModel(nn.Module):
    """Phones, speaker and context to log-mel frames."""

    def __init__(self, config: TTSGanConfig, context_size: int | None):
        super().__init__()
        size, width, kernel = config.hidden_size, config.intermediate_size, config.kernel_size
        self.phone_embedding = nn.Embedding(config.vocab_size, size, padding_idx=config.pad_token_id)
        self.speaker_embedding = nn.Embedding(config.num_speakers, size)
        self.language_embedding = nn.Embedding(config.num_languages, size)
        self.attention = nn.ModuleList(
            SelfAttention(size, config.num_attention_heads, config.dropout) for _ in range(config.num_encoder_layers)
        )
        self.encoder = nn.ModuleList(
            ConvNeXtBlock(size, width, kernel, 1 / config.num_encoder_layers, config.dropout)
            for _ in range(config.num_encoder_layers)
        )
        self.encoder_norm = nn.LayerNorm(size)
        self.context = nn.Linear(context_size, size, bias=False) if context_size else None
        self.context_gate = nn.Parameter(torch.zeros(size)) if context_size else None
        self.aligner = Aligner(size, config.vocoder_config.num_mel_bins, config.aligner_size)
        self.duration_predictor = VariancePredictor(config, 1)
        self.prosody_predictor = VariancePredictor(config, 3)
        self.prosody_embedding = Convolution(3, size, 3)
        self.position_embedding = nn.Linear(3, size)
        self.decoder = nn.ModuleList(
            ConvNeXtBlock(size, width, kernel, 1 / config.num_decoder_layers) for _ in range(config.num_decoder_layers)
        )
        self.decoder_norm = nn.LayerNorm(size)
        self.to_mel = nn.Linear(size, config.vocoder_config.num_mel_bins)

    def embed(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Phone ids `(B, T)` to vectors `(B, T, H)`."""
        return self.phone_embedding(input_ids)

    def encode(
        self, phones: torch.Tensor, mask: torch.Tensor, condition: torch.Tensor, context: torch.Tensor | None
    ) -> EncodedPhones:
        """Phone vectors `(B, T, H)`, condition `(B, 1, H)` and context `(B, T, C)` to hidden states."""
        hidden = phones + condition
        states = [hidden]
        for attention, block in zip(self.attention, self.encoder, strict=True):
            hidden = block(attention(hidden, mask), mask)
            states.append(hidden)
        hidden = self.encoder_norm(hidden) + condition  # (B, T, H)
        if context is None or self.context is None:
            return EncodedPhones(hidden, hidden, tuple(states))
        context = self.context(context)  # (B, T, H)
        return EncodedPhones(hidden + self.context_gate * context, hidden + context, tuple(states))

    def predict(self, hidden: torch.Tensor, mask: torch.Tensor) -> Prosody:
        """How phones with these hidden states `(B, T, H)` are usually spoken."""
        log_duration = self.duration_predictor(hidden, mask)[..., 0]
        pitch, voicing, energy = self.prosody_predictor(hidden, mask).unbind(-1)
        return Prosody(log_duration, pitch, voicing, energy)

    def decode(self, hidden, durations, prosody: Prosody, condition, mask, frames: int | None = None):
        """Hidden states `(B, T, H)` and durations `(B, T)` to log-mel frames `(B, F, M)` and a mask `(B, F, 1)`."""
        return self.decode_phones(self.with_prosody(hidden, prosody, mask), durations, condition, frames)

    def decode_phones(self, hidden, durations, condition, frames: int | None = None):
        """The same for hidden states that know their prosody."""
        lengths = durations.sum(dim=1)  # (B,)
        frames = int(lengths.max()) if frames is None else frames
        frame_mask = length_mask(lengths, frames)[..., None].to(hidden.dtype)
        return self.decode_frames(hidden, *place_frames(durations, frames), condition, frame_mask), frame_mask

    def with_prosody(self, hidden: torch.Tensor, prosody: Prosody, mask: torch.Tensor) -> torch.Tensor:
        """Hidden states `(B, T, H)` that know the prosody of their phones."""
        features = torch.stack([prosody.pitch * prosody.voicing, prosody.voicing, prosody.energy], dim=-1)  # (B, T, 3)
        return hidden + self.prosody_embedding(features.to(hidden.dtype), mask)

    def decode_frames(
        self,
        hidden: torch.Tensor,
        index: torch.Tensor,
        positions: torch.Tensor,
        condition: torch.Tensor,
        frame_mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Log-mel `(B, F, M)` of the frames of a whole utterance, or of a window of it.

        Args:
            hidden: `(B, T, H)` of all phones, from `with_prosody`.
            index: `(B, F)` the phone of each frame.
            positions: `(B, F, 3)` where in its phone each frame lies.
            condition: `(B, 1, H)` speaker and language.
            frame_mask: `(B, F, 1)`, or `None` where no frame is padding.
        """
        batch, phones = hidden.shape[:2]
        first = torch.arange(batch, device=index.device)[:, None] * phones  # row of each first phone
        expanded = F.embedding(index + first, hidden.flatten(0, 1))  # (B, F, H)
        expanded = expanded + self.position_embedding(positions.to(hidden.dtype)) + condition
        for block in self.decoder:
            expanded = block(expanded, frame_mask)
        return self.to_mel(self.decoder_norm(expanded)).float() * MEL_SCALE + MEL_MEAN


def place_frames(durations: torch.Tensor, frames: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The phone `(B, F)` that each frame belongs to, and where in it the frame lies `(B, F, 3)`."""
    index = frame_to_phone(durations, frames)
    return index, phone_positions(durations, index)


def phone_positions(durations: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """Where in its phone each frame lies, `(B, F, 3)`.

    Frames since its start and to its end, as log(1 + n), and the share.
    """
    ends = durations.cumsum(dim=1)
    end, length = ends.gather(1, index), durations.gather(1, index).clamp(min=1)
    frame = torch.arange(index.shape[1], device=index.device)
    since = (frame - (end - length)).clamp(min=0).float()
    remaining = (end - 1 - frame).clamp(min=0).float()
    return torch.stack([since.log1p(), remaining.log1p(), (since + 0.5) / length], dim=-1)
