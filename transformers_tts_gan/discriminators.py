"""The critics: each hears a waveform in its own way and says, place by place, how real it sounds.

Period critics after HiFi-GAN (Kong et al., 2020, arXiv:2010.05646, section 2.2); spectrogram critics after UnivNet
(Jang et al., 2021, arXiv:2106.07889, section 2.2), on complex spectra with compressed magnitudes so that quiet high
bands count. They stride early, over rows and over frequency, because full-size maps are what costs on a CPU.
"""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import PreTrainedModel
from transformers import initialization as init

from .configuration_tts_gan import TTSGanDiscriminatorConfig
from .features import hann_window


SLOPE = 0.1


class PeriodCritic(nn.Module):
    """Every `period`-th sample side by side: what should repeat, repeats."""

    def __init__(self, period: int, channels: tuple[int, ...]):
        super().__init__()
        self.period = period
        sizes = (1, *channels)
        self.layers = nn.ModuleList(
            nn.Conv1d(i, o, 5, stride=3, padding=2) for i, o in zip(sizes, sizes[1:], strict=False)
        )
        self.output = nn.Conv1d(channels[-1], 1, 3, padding=1)

    def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """`(B, S)` samples to logits and feature maps."""
        waveform = F.pad(waveform, (0, -waveform.shape[-1] % self.period), mode="constant")
        rows = waveform.unflatten(-1, (-1, self.period)).transpose(1, 2)  # (B, period, S / period)
        return run_layers(self.layers, self.output, rows.reshape(-1, 1, rows.shape[-1]), waveform.shape[0])


class ResolutionCritic(nn.Module):
    """A complex spectrogram as an image of two channels."""

    def __init__(self, n_fft: int, channels: tuple[int, ...]):
        super().__init__()
        self.n_fft = n_fft
        sizes = (2, *channels)
        self.layers = nn.ModuleList(
            nn.Conv2d(i, o, (3, 9), stride=(1, 4 if depth < 2 else 2), padding=(1, 4))
            for depth, (i, o) in enumerate(zip(sizes, sizes[1:], strict=False))
        )
        self.output = nn.Conv2d(channels[-1], 1, 3, padding=1)

    def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """`(B, S)` samples to logits and feature maps."""
        with torch.autocast(waveform.device.type, enabled=False):
            window = hann_window(self.n_fft, str(waveform.device))
            spectrum = torch.stft(waveform.float(), self.n_fft, self.n_fft // 4, window=window, return_complex=True)
            image = torch.view_as_real(spectrum[:, :-1])  # (B, N, F, 2)
            magnitude = image.square().sum(-1, keepdim=True) + 1e-6
            image = (image * magnitude**-0.35).permute(0, 3, 2, 1)  # (B, 2, F, N), magnitudes to the power of 0.3
        return run_layers(self.layers, self.output, image.contiguous(memory_format=torch.channels_last), len(waveform))


def run_layers(layers: nn.ModuleList, output: nn.Module, hidden: torch.Tensor, batch: int):
    """Logits and the feature map of every layer, each with the batch in front."""
    features = []
    for layer in layers:
        hidden = F.leaky_relu(layer(hidden), SLOPE)
        features.append(hidden.unflatten(0, (batch, -1)))
    return output(hidden).unflatten(0, (batch, -1)), features


class TTSGanDiscriminator(PreTrainedModel):
    """All critics. Kept outside the voice: it is needed to go on training, never to speak."""

    config_class = TTSGanDiscriminatorConfig
    main_input_name = "waveform"

    def __init__(self, config: TTSGanDiscriminatorConfig):
        super().__init__(config)
        self.critics = nn.ModuleList(
            [PeriodCritic(period, tuple(config.period_channels)) for period in config.periods]
            + [ResolutionCritic(n_fft, tuple(config.resolution_channels)) for n_fft in config.resolutions]
        )
        self.post_init()

    def _init_weights(self, module: nn.Module):
        if isinstance(module, (nn.Conv1d, nn.Conv2d)):
            init.kaiming_normal_(module.weight, a=SLOPE, nonlinearity="leaky_relu")
            init.zeros_(module.bias)

    def forward(self, waveform: torch.Tensor) -> tuple[list[torch.Tensor], list[list[torch.Tensor]]]:
        """Judge `(B, S)` samples: per critic its logits, and its feature maps; the batch is their first dimension."""
        logits, features = zip(*(critic(waveform) for critic in self.critics), strict=True)
        return list(logits), list(features)
