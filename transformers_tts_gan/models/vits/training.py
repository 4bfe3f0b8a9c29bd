"""The forward pass that trains `transformers.VitsModel`, made of the parts of that model, which stays what it is.

Text and recording enter, the losses and a piece of speech leave. After VITS (Kim et al., 2021, arXiv:2106.06103,
section 2): the posterior encoder reads the recording's spectrogram, flow and text encoder must find it likely, the
duration predictor learns the best alignment, and the decoder makes a piece of the recording from latents.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from transformers import VitsModel
from transformers.utils import ModelOutput

from ..aligner import frame_to_phone
from ..base_vocoder import segment_starts
from ..layers import length_mask
from .durations import negative_duration_bound
from .losses import align, kl_loss
from .spectrogram import VitsFrames, linear_spectrogram, log_mel


@dataclass
class VitsTrainingOutput(ModelOutput):
    """What a batch of recordings gives.

    Args:
        losses: Scalars by name, without weights: `kl` per frame, `duration` per token, `waveform_mel` of the piece.
        waveform: `(B, S)` samples of the generated piece.
        target_waveform: `(B, S)` samples of the same piece of the recording.
        durations: `(B, T)` frames of the tokens, as they were aligned.
    """

    losses: dict[str, torch.Tensor] | None = None
    waveform: torch.Tensor | None = None
    target_waveform: torch.Tensor | None = None
    durations: torch.Tensor | None = None


class VitsTraining(nn.Module):
    """A [`VitsModel`] that is given recordings.

    Args:
        model: Trained in place. Layers of its text encoder are not dropped as whole (`layerdrop`): VITS has no such
            thing, and processes that drop different ones cannot train together.
    """

    def __init__(self, model: VitsModel):
        super().__init__()
        self.model = model
        self.frames = VitsFrames.of(model.config)
        model.text_encoder.encoder.layerdrop = 0.0

    # Older Transformers have a TorchScript function here, which is optimized after its first calls: a process that
    # goes on from a checkpoint would round otherwise than one that never stopped.
    @torch.jit.optimized_execution(False)
    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor,
        label_lengths: torch.Tensor,
        speaker_id: torch.Tensor | None = None,
        segment_frames: int = 32,
    ) -> VitsTrainingOutput:
        """Losses of a batch.

        Args:
            input_ids: `(B, T)` tokens.
            attention_mask: `(B, T)`.
            labels: `(B, S)` samples, whole frames.
            label_lengths: `(B,)` samples of each recording.
            speaker_id: `(B,)`, of a model of several speakers.
            segment_frames: Frames of the piece that the decoder makes.
        """
        model = self.model
        speaker = None
        if model.config.num_speakers > 1:
            speaker = model.embed_speaker(speaker_id)[..., None]  # (B, E, 1)
        text_mask = attention_mask[:, None].to(labels.dtype)  # (B, 1, T)
        text = model.text_encoder(
            input_ids, padding_mask=text_mask.transpose(1, 2), attention_mask=attention_mask, return_dict=True
        )
        spectrogram = linear_spectrogram(labels, label_lengths, self.frames)  # (B, N, F)
        frames = label_lengths // self.frames.hop_length
        frame_mask = length_mask(frames, spectrogram.shape[2])[:, None].to(labels.dtype)  # (B, 1, F)
        latents, _, posterior_log_scales = model.posterior_encoder(spectrogram, frame_mask, speaker)  # (B, C, F)
        prior_latents = model.flow(latents, frame_mask, speaker)
        means, log_scales = text.prior_means.transpose(1, 2), text.prior_log_variances.transpose(1, 2)  # (B, C, T)
        durations = align(prior_latents, means, log_scales, attention_mask.sum(1), frames)  # (B, T)
        losses = {"duration": self._duration_loss(text.last_hidden_state, text_mask, speaker, durations)}
        token = frame_to_phone(durations, spectrogram.shape[2])[:, None].expand(-1, means.shape[1], -1)  # (B, C, F)
        spread = means.gather(2, token), log_scales.gather(2, token)
        losses["kl"] = kl_loss(prior_latents, posterior_log_scales, *spread, frame_mask)
        start = segment_starts(frames, len(frames), spectrogram.shape[2], segment_frames, frames.device)
        waveform = model.decoder(piece(latents, start, segment_frames), speaker)[:, 0].float()
        hop = self.frames.hop_length
        target = piece(labels[:, None], start * hop, segment_frames * hop)[:, 0]
        losses["waveform_mel"] = self._mel_loss(waveform, piece(spectrogram, start, segment_frames))
        return VitsTrainingOutput(losses, waveform, target, durations)

    def _duration_loss(
        self, hidden: torch.Tensor, mask: torch.Tensor, speaker: torch.Tensor | None, durations: torch.Tensor
    ) -> torch.Tensor:
        """Per token: a bound on the likelihood of the durations (section 2.2.2), or the error of their logarithms."""
        config, predictor = self.model.config, self.model.duration_predictor
        durations = durations[:, None].float() * mask  # (B, 1, T)
        with torch.autocast(hidden.device.type, enabled=False):
            hidden = hidden.float().transpose(1, 2)
            speaker = None if speaker is None else speaker.float()
            if config.use_stochastic_duration_prediction:
                loss = negative_duration_bound(predictor, hidden, mask, speaker, durations).sum()
            else:
                loss = ((predictor(hidden, mask, speaker) - torch.log(durations + 1e-6) * mask) ** 2).sum()
        return loss / mask.sum()

    def _mel_loss(self, waveform: torch.Tensor, magnitudes: torch.Tensor) -> torch.Tensor:
        """Mean difference of the log-mel frames of generated samples and of recorded magnitudes `(B, N, F)`."""
        lengths = torch.full((len(waveform),), waveform.shape[1], device=waveform.device)
        generated = linear_spectrogram(waveform, lengths, self.frames)
        return F.l1_loss(log_mel(generated, self.frames), log_mel(magnitudes, self.frames))


def piece(values: torch.Tensor, start: torch.Tensor, size: int) -> torch.Tensor:
    """`(B, C, size)` of `(B, C, F)`, from `start` `(B,)` on; zeros past the end."""
    values = F.pad(values, (0, max(0, size - values.shape[2])))
    index = start[:, None] + torch.arange(size, device=start.device)  # (B, size)
    return values.gather(2, index[:, None].expand(-1, values.shape[1], -1))
