"""From log-mel frames to a waveform: pulses, noise and a part with phases of its own, frame by frame.

ConvNeXt blocks at the frame rate and one inverse Fourier transform, as in Vocos (Siuzdak, 2023, arXiv:2306.00814,
section 3), which is why it is fast on a CPU. Each frame is the sum of three spectra at full resolution:

- harmonic: of pulses, times a gain and turned by a phase in each frequency. Pulses never stop, the gains decide;
- noise: of white noise, times a gain;
- free: magnitudes and phases as the network says, which begin far below the other two.

Pulses follow F0, which is predicted from the frames, as in HiFTNet (Li, Han and Mesgarani, 2023, arXiv:2309.09493,
section 2.2). In training they stand where those of the recording do (`excitation.fundamental_phase`), so that the
first and the last part can learn the phases of speech by regression; spectral losses cannot hear those. Enters
`(B, F, M)`, leaves `(B, F * hop_length)`.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
from transformers import initialization as init

from ..audio.mel import MEL_MEAN, MEL_SCALE, hann_window
from ..audio.pitch import fill_gaps
from .base_vocoder import BaseVocoder
from .configuration_tts_gan import TTSGanVocoderConfig
from .excitation import frame_spectra, fundamental_phase, noise_spectra, pulse_train
from .frame_synthesis import MAX_LOG_GAIN
from .layers import ConvNeXtBlock, Convolution, init_weights
from .losses import phase_loss, waveform_losses


LOWEST_F0, HIGHEST_F0 = 55.0, 520.0  # Hz, that can be predicted
F0_BINS = 180
F0_BLUR = 1.5  # bins
F0_LAYERS = 2
NEW_LOG_GAIN = -4.0  # of all three parts of a vocoder without training, natural logarithm


class F0Predictor(nn.Module):
    """F0 and voicing from log-mel frames: a distribution over 180 pitches, each a fifth of a semitone apart."""

    def __init__(self, config: TTSGanVocoderConfig):
        super().__init__()
        size = config.f0_predictor_size
        self.embed = Convolution(config.num_mel_bins, size, config.kernel_size)
        self.blocks = nn.ModuleList(ConvNeXtBlock(size, 2 * size, config.kernel_size, 0.5) for _ in range(F0_LAYERS))
        self.norm = nn.LayerNorm(size)
        self.output = nn.Linear(size, F0_BINS + 1)

    def forward(self, log_mel: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """`(B, F, M)` frames to `(B, F, 181)` logits: of the pitches, and of being voiced."""
        hidden = self.embed((log_mel - MEL_MEAN) / MEL_SCALE, mask)
        for block in self.blocks:
            hidden = block(hidden, mask)
        return self.output(self.norm(hidden)).float()

    def read(self, logits: torch.Tensor) -> torch.Tensor:
        """F0 `(B, F)` in Hz, 0 where unvoiced: the mean of the pitches around the likeliest one."""
        pitch, voiced = logits[..., :-1], logits[..., -1] > 0
        bins = torch.arange(F0_BINS, device=logits.device)
        near = (bins - pitch.argmax(dim=-1, keepdim=True)).abs() <= 3
        share = pitch.masked_fill(~near, float("-inf")).softmax(dim=-1)
        octaves = (share * bins).sum(dim=-1) / (F0_BINS - 1)
        return LOWEST_F0 * (HIGHEST_F0 / LOWEST_F0) ** octaves * voiced

    def loss(self, logits: torch.Tensor, f0: torch.Tensor) -> torch.Tensor:
        """How far the logits are from measured `(B, F)` Hz: cross-entropies of the pitch and of the voicing.

        Toward a blurred pitch, as in CREPE (Kim et al., 2018, arXiv:1802.06182, section 2.1).
        """
        voiced = (f0 > 0).float()
        place = torch.log(f0.clamp(LOWEST_F0, HIGHEST_F0) / LOWEST_F0) / math.log(HIGHEST_F0 / LOWEST_F0)
        bins = torch.arange(F0_BINS, device=f0.device)
        target = (-0.5 * ((bins - place[..., None] * (F0_BINS - 1)) / F0_BLUR).square()).softmax(dim=-1)
        wrong = -(target * logits[..., :-1].log_softmax(dim=-1)).sum(dim=-1)
        wrong = (wrong * voiced).sum() / voiced.sum().clamp(min=1)
        return wrong + F.binary_cross_entropy_with_logits(logits[..., -1], voiced)


class TTSGanVocoder(BaseVocoder):
    """A vocoder of its own: pretrained on any speech without transcripts, shared by models, trained on with each.

    A call takes `log_mel` `(B, F, M)` and returns a [`TTSGanVocoderOutput`] with `waveform` `(B, F * hop_length)`.

    Args:
        config: Its sizes; new weights have them.

    Example:

    ```python
    vocoder = TTSGanVocoder.from_pretrained("examples/voices/bilingual")
    waveform = vocoder(vocoder.log_mel(samples)).waveform  # `samples` (B, S) floats in [-1, 1]
    ```
    """

    config_class = TTSGanVocoderConfig
    supports_gradient_checkpointing = True

    def __init__(self, config: TTSGanVocoderConfig):
        super().__init__(config)
        size, layers = config.hidden_size, config.num_hidden_layers
        self.embed = Convolution(config.num_mel_bins, size, config.kernel_size)
        self.norm = nn.LayerNorm(size)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(size, config.intermediate_size, config.kernel_size, 1 / layers) for _ in range(layers)
        )
        self.final_norm = nn.LayerNorm(size)
        self.head = nn.Linear(size, 5 * (config.n_fft // 2 + 1))  # three gains and two phases
        self.f0_predictor = F0Predictor(config)
        self.post_init()

    def _init_weights(self, module: nn.Module):
        init_weights(module, self.config.initializer_range)
        if module is self.head:  # as soft as speech is from the first step
            level = torch.zeros(5, self.config.n_fft // 2 + 1)
            level[:3] = NEW_LOG_GAIN
            init.copy_(module.bias, level.flatten())

    def rebuild(
        self, log_mel: torch.Tensor, f0: torch.Tensor, target: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """As of any vocoder; `f0` is the loss of the predicted F0, and `phase` that of the waveform without noise."""
        config, losses = self.config, {"f0": self.f0_predictor.loss(self.f0_predictor(log_mel.detach()), f0)}
        target = F.pad(target, (0, log_mel.shape[1] * config.hop_length - target.shape[1]))
        f0 = fill_gaps(f0.float())
        shift = fundamental_phase(target, f0, config.hop_length, config.sampling_rate)
        tonal, noisy = self.spectra(log_mel, None, f0, shift)
        losses["phase"] = phase_loss(inverse_stft(tonal, config.hop_length), target)
        waveform = inverse_stft(tonal + noisy, config.hop_length)
        return waveform, losses | waveform_losses(waveform, target, config.sampling_rate)

    def synthesize(
        self, log_mel: torch.Tensor, mask: torch.Tensor | None = None, f0: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`(B, F, M)` frames, their `(B, F, 1)` mask and perhaps their pitch to `(B, F * hop_length)` samples."""
        mask = None if mask is None else mask.to(log_mel.dtype)
        f0 = self.predict_f0(log_mel, mask) if f0 is None else f0
        f0 = fill_gaps(f0.float() if mask is None else f0.float() * mask[..., 0])
        tonal, noisy = self.spectra(log_mel, mask, f0)
        return inverse_stft(tonal + noisy, self.config.hop_length, None if mask is None else mask.float())

    def predict_f0(self, log_mel: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """F0 `(B, F)` of `(B, F, M)` frames in Hz, 0 where unvoiced."""
        return self.f0_predictor.read(self.f0_predictor(log_mel, mask))

    def gains_and_phases(self, log_mel: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """`(B, F, 5, n_fft // 2 + 1)`: log gains of the harmonic part, the noise and the free part, and two phases.

        The phases, in radians, are of the harmonic and of the free part.
        """
        return self.flat_gains_and_phases(log_mel, mask).unflatten(-1, (5, -1))

    def flat_gains_and_phases(self, log_mel: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """The same as `(B, F, 5 * (n_fft // 2 + 1))`."""
        hidden = self.norm(self.embed(log_mel, mask))  # (B, F, H)
        for block in self.blocks:
            hidden = block(hidden, mask)
        return self.head(self.final_norm(hidden)).float()

    def spectra(
        self, log_mel: torch.Tensor, mask: torch.Tensor | None, f0: torch.Tensor, shift: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Complex spectra `(B, F, n_fft // 2 + 1)` of frames: of the harmonic and the free part, and of the noise.

        Args:
            log_mel: `(B, F, M)` frames.
            mask: `(B, F, 1)` ones and zeros, or `None`.
            f0: `(B, F)` in Hz, above 0.
            shift: `(B, F * hop_length)` radians by which the pulses are ahead.
        """
        head = self.gains_and_phases(log_mel, mask)  # (B, F, 5, N)
        gains, phases = head[:, :, :3].clamp(max=MAX_LOG_GAIN).exp(), head[:, :, 3:]
        config = self.config
        with torch.autocast(head.device.type, enabled=False):
            pulses = pulse_train(f0, config.hop_length, config.sampling_rate, shift)
            if mask is not None:
                pulses = pulses * mask.float().repeat_interleave(config.hop_length, dim=1)[..., 0]
            harmonic = frame_spectra(pulses, config.n_fft, config.hop_length)
            harmonic = harmonic * torch.polar(gains[:, :, 0], phases[:, :, 0])
            free = torch.polar(gains[:, :, 2], phases[:, :, 1])
            noise = noise_spectra(*head.shape[:2], config.n_fft, config.hop_length, head.device, fresh=self.training)
            return harmonic + free, noise * gains[:, :, 1]


def inverse_stft(spectrum: torch.Tensor, hop_length: int, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Overlap-add frames of complex spectra `(B, F, n_fft // 2 + 1)` to samples `(B, F * hop_length)`."""
    frames = torch.fft.irfft(spectrum)  # (B, F, n_fft)
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
