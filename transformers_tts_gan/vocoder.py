"""From log-mel frames to a waveform: ConvNeXt blocks, then one inverse Fourier transform per frame.

After Vocos (Siuzdak, 2023, arXiv:2306.00814, section 3): every layer works at the frame rate and only the inverse STFT
reaches the sampling rate, which is why it is fast on a CPU. Enters `(B, F, M)`, leaves `(B, F * hop_length)`.
"""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers import initialization as init
from transformers.utils import ModelOutput

from .configuration_tts_gan import TTSGanVocoderConfig
from .features import hann_window, log_mel
from .layers import ConvNeXtBlock, Convolution, length_mask


@dataclass
class TTSGanVocoderOutput(ModelOutput):
    """What a [`TTSGanVocoder`] returns.

    Args:
        waveform: `(B, S)` samples in [-1, 1], zero past `waveform_lengths`.
        waveform_lengths: `(B,)` samples.
        target_waveform: `(B, S)` the recorded samples to compare with, where `labels` were given.
    """

    waveform: torch.Tensor | None = None
    waveform_lengths: torch.Tensor | None = None
    target_waveform: torch.Tensor | None = None


class TTSGanVocoder(PreTrainedModel):
    """A vocoder of its own: pretrained on any speech without transcripts, shared by voices, trained on with each.

    Example:

    ```python
    vocoder = TTSGanVocoder.from_pretrained("examples/voices/vocoder")
    waveform = vocoder(log_mel(recording, vocoder.config)).waveform
    ```
    """

    config_class = TTSGanVocoderConfig
    base_model_prefix = "vocoder"
    main_input_name = "log_mel"
    supports_gradient_checkpointing = True
    accepts_loss_kwargs = False

    def __init__(self, config: TTSGanVocoderConfig):
        super().__init__(config)
        size, layers = config.hidden_size, config.num_hidden_layers
        self.embed = Convolution(config.num_mel_bins, size, config.kernel_size)
        self.norm = nn.LayerNorm(size)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(size, config.intermediate_size, config.kernel_size, 1 / layers) for _ in range(layers)
        )
        self.final_norm = nn.LayerNorm(size)
        self.head = nn.Linear(size, config.n_fft + 2)
        self.post_init()

    def _init_weights(self, module: nn.Module):
        init_weights(module, self.config.initializer_range)

    def forward(
        self,
        log_mel: torch.Tensor | None = None,
        frame_lengths: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        label_lengths: torch.Tensor | None = None,
        segment_frames: int | None = None,
    ) -> TTSGanVocoderOutput:
        """Turn frames into samples.

        Args:
            log_mel: `(B, F, M)` natural-log mel frames, as `features.log_mel` makes them.
            frame_lengths: `(B,)` frames of each item; `None`: all full.
            labels: `(B, S)` a recording to rebuild instead of `log_mel`, for training.
            label_lengths: `(B,)` samples of each recording.
            segment_frames: With `labels`: train on a random piece of so many frames of each.
        """
        target = None
        if labels is not None:
            target = labels
            if segment_frames is not None:
                frames = labels.shape[1] // self.config.hop_length
                lengths = None if label_lengths is None else label_lengths // self.config.hop_length
                starts = segment_starts(lengths, len(labels), frames, segment_frames, labels.device)
                target = cut(labels, starts * self.config.hop_length, segment_frames * self.config.hop_length)
            log_mel = self.log_mel(target).to(self.dtype)
        mask = None if frame_lengths is None else length_mask(frame_lengths, log_mel.shape[1])[..., None]
        waveform = self.synthesize(log_mel, mask)
        if frame_lengths is None:
            frame_lengths = torch.full((len(log_mel),), log_mel.shape[1], device=log_mel.device)
        return TTSGanVocoderOutput(waveform, frame_lengths * self.config.hop_length, target)

    def log_mel(self, waveform: torch.Tensor) -> torch.Tensor:
        """The frames `(B, F, M)` of `(B, S)` samples, in float32."""
        return log_mel(waveform, self.config)

    def synthesize(self, log_mel: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """`(B, F, M)` frames and their `(B, F, 1)` mask to `(B, F * hop_length)` samples."""
        mask = None if mask is None else mask.to(log_mel.dtype)
        hidden = self.norm(self.embed(log_mel, mask))  # (B, F, H)
        for block in self.blocks:
            hidden = block(hidden, mask)
        spectrum = self.head(self.final_norm(hidden)).float()  # (B, F, n_fft + 2)
        with torch.autocast(spectrum.device.type, enabled=False):
            return inverse_stft(spectrum, self.config.hop_length, None if mask is None else mask.float())


def inverse_stft(spectrum: torch.Tensor, hop_length: int, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Overlap-add frames of log-magnitudes and phases `(B, F, 2 * (n_fft // 2 + 1))` to samples `(B, F * hop)`."""
    magnitude, phase = spectrum.chunk(2, dim=-1)
    magnitude = magnitude.exp().clamp(max=100.0)
    frames = torch.fft.irfft(torch.polar(magnitude, phase))  # (B, F, n_fft)
    n_fft = frames.shape[-1]
    window = hann_window(n_fft, str(frames.device))
    weight = window.square().expand(1, frames.shape[1], n_fft)
    frames = frames * window
    if mask is not None:
        frames, weight = frames * mask, weight * mask
    samples = overlap_add(frames, hop_length) / overlap_add(weight, hop_length).clamp(min=1e-6)
    return samples if mask is None else samples * mask.repeat_interleave(hop_length, dim=1)[..., 0]


def overlap_add(frames: torch.Tensor, hop_length: int) -> torch.Tensor:
    """Sum `(B, F, n_fft)` windows, each `hop_length` samples after the last, and keep the middle `F * hop_length`."""
    batch, count, n_fft = frames.shape
    parts = n_fft // hop_length
    total = frames.new_zeros(batch, count + parts - 1, hop_length)
    for part, chunk in enumerate(frames.split(hop_length, dim=-1)):
        total[:, part : part + count] += chunk
    edge = (n_fft - hop_length) // 2
    return total.flatten(1)[:, edge : edge + count * hop_length]


def segment_starts(lengths, batch: int, frames: int, segment_frames: int, device) -> torch.Tensor:
    """A random first frame `(B,)` for a piece of `segment_frames` within each item's length."""
    room = torch.full((batch,), frames, device=device) if lengths is None else lengths
    room = (room - segment_frames).clamp(min=0) + 1
    return (torch.rand(batch, device=device) * room).long()


def cut(sequence: torch.Tensor, starts: torch.Tensor, length: int) -> torch.Tensor:
    """The piece `(B, length, ...)` of `(B, T, ...)` that begins at `starts` `(B,)`; zeros past the end."""
    index = starts[:, None] + torch.arange(length, device=sequence.device)  # (B, length)
    inside = index < sequence.shape[1]
    rows = torch.arange(len(sequence), device=sequence.device)[:, None]
    piece = sequence[rows, index.clamp(max=sequence.shape[1] - 1)]
    return piece * inside.view(*inside.shape, *[1] * (sequence.dim() - 2)).to(sequence.dtype)


def init_weights(module: nn.Module, std: float):
    """New weights of the parts of a voice; those that a checkpoint brought stay."""
    if isinstance(module, (nn.Linear, nn.Conv1d)):
        init.trunc_normal_(module.weight, std=std)
        if module.bias is not None:
            init.zeros_(module.bias)
    elif isinstance(module, nn.LayerNorm):
        init.ones_(module.weight)
        init.zeros_(module.bias)
    elif isinstance(module, ConvNeXtBlock):
        init.constant_(module.scale, module.initial_scale)
