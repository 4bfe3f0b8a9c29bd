"""The discriminators: each sees a waveform in its own way and gives logits, place by place, for how real it is.

Period discriminators after HiFi-GAN (Kong et al., 2020, arXiv:2010.05646, section 2.2); spectrogram discriminators
after UnivNet (Jang et al., 2021, arXiv:2106.07889, section 2.2), on complex spectra with compressed magnitudes so that
quiet high bands count, in frequency bands where they are given (Siuzdak, 2023, arXiv:2306.00814, section 3.3). Preset
`base` has the sizes of Vocos; preset `small` strides early, because full-size maps are what costs on a CPU. Preset
`vits` is the set of VITS (Kim et al., 2021, arXiv:2106.06103, section 2.4): five periods and, after MelGAN (Kumar et
al., 2019, arXiv:1910.06711, section 2.2), one discriminator of the plain samples.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import nn
from transformers import AutoModel, PreTrainedModel
from transformers import initialization as init
from transformers.utils import CONFIG_NAME, cached_file

from ..audio.mel import MEL_MEAN, MEL_SCALE, hann_window
from .configuration_tts_gan import TTSGanDiscriminatorConfig
from .loading import StrictLoadingMixin


SLOPE = 0.1
DISCRIMINATOR_FOLDER = "discriminator"
HIDDEN_FOLDER = "_discriminator"  # the Trainer pushes no file whose name begins so


class PeriodDiscriminator(nn.Module):
    """Every `period`-th sample side by side: what should repeat, repeats."""

    def __init__(self, period: int, channels: tuple[int, ...], strides: tuple[int, ...], padding: str = "constant"):
        super().__init__()
        self.period, self.padding = period, padding
        sizes = zip((1, *channels), channels, strides, strict=False)
        self.layers = nn.ModuleList(nn.Conv1d(i, o, 5, stride=stride, padding=2) for i, o, stride in sizes)
        self.output = nn.Conv1d(channels[-1], 1, 3, padding=1)

    def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """`(B, S)` samples to logits and feature maps."""
        waveform = F.pad(waveform[:, None], (0, -waveform.shape[-1] % self.period), mode=self.padding)[:, 0]
        rows = waveform.unflatten(-1, (-1, self.period)).transpose(1, 2)  # (B, period, S / period)
        features = []
        hidden = run_layers(self.layers, rows.reshape(-1, 1, rows.shape[-1]), len(waveform), features)
        return self.output(hidden).unflatten(0, (len(waveform), -1)), features


class ScaleDiscriminator(nn.Module):
    """The samples themselves, through long strided convolutions in more and more groups."""

    def __init__(self, channels: tuple[int, ...]):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv1d(1, channels[0], 15, padding=7)])
        sizes = zip(channels, (*channels[1:], channels[-1]), strict=True)
        for number, (i, o) in enumerate(sizes, start=1):
            self.layers.append(nn.Conv1d(i, o, 41, stride=4, padding=20, groups=min(4**number, i)))
        self.layers.append(nn.Conv1d(channels[-1], channels[-1], 5, padding=2))
        self.output = nn.Conv1d(channels[-1], 1, 3, padding=1)

    def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """`(B, S)` samples to logits and feature maps."""
        features = []
        return self.output(run_layers(self.layers, waveform[:, None], len(waveform), features)), features


class ResolutionDiscriminator(nn.Module):
    """A complex spectrogram as an image of two channels; each frequency band has layers of its own."""

    def __init__(
        self, n_fft: int, channels: tuple[int, ...], strides: tuple[tuple[int, int], ...], edges: tuple[float, ...]
    ):
        super().__init__()
        self.n_fft = n_fft
        self.edges = [int(edge * (n_fft // 2)) for edge in edges]
        self.bands = nn.ModuleList(
            nn.ModuleList(
                nn.Conv2d(i, o, (3, 9), stride=tuple(stride), padding=(1, 4))
                for i, o, stride in zip((2, *channels), channels, strides, strict=False)
            )
            for _ in self.edges[1:]
        )
        self.output = nn.Conv2d(channels[-1], 1, 3, padding=1)

    def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """`(B, S)` samples to logits and feature maps."""
        image = compressed_spectrum(waveform, self.n_fft)
        ends, features = [], []
        for layers, low, high in zip(self.bands, self.edges, self.edges[1:], strict=False):
            band = image[..., low:high].contiguous(memory_format=torch.channels_last)
            ends.append(run_layers(layers, band, len(waveform), features))
        return self.output(torch.cat(ends, dim=-1)).unflatten(0, (len(waveform), -1)), features


class MelDiscriminator(nn.Module):
    """Log-mel frames as an image: whether they have the texture of speech, which the mean of many renditions lacks.

    Several of them, each for pieces of another length, after the multi-length discriminator of SyntaSpeech (Ye et al.,
    2022, arXiv:2204.11792, section 3.4).
    """

    def __init__(self, window: int, channels: tuple[int, ...], strides: tuple[tuple[int, int], ...]):
        super().__init__()
        self.window = window
        self.layers = nn.ModuleList(
            nn.Conv2d(i, o, (3, 5), stride=tuple(stride), padding=(1, 2))
            for i, o, stride in zip((1, *channels), channels, strides, strict=False)
        )
        self.output = nn.Conv2d(channels[-1], 1, 3, padding=1)

    def forward(self, log_mel: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """`(B, F, M)` frames, of which it sees the `window` in the middle, to logits and feature maps."""
        start = max(0, (log_mel.shape[1] - self.window) // 2)
        image = (log_mel[:, None, start : start + self.window] - MEL_MEAN) / MEL_SCALE
        features = []
        hidden = run_layers(self.layers, image, len(image), features)
        return self.output(hidden).unflatten(0, (len(image), -1)), features


def compressed_spectrum(waveform: torch.Tensor, n_fft: int) -> torch.Tensor:
    """The complex spectrogram `(B, 2, F, n_fft / 2)` of `(B, S)` samples, its magnitudes to the power of 0.3."""
    with torch.autocast(waveform.device.type, enabled=False):
        window = hann_window(n_fft, str(waveform.device))
        spectrum = torch.stft(waveform.float(), n_fft, n_fft // 4, window=window, return_complex=True)
        image = torch.view_as_real(spectrum[:, :-1])  # (B, N, F, 2)
        magnitude = image.square().sum(-1, keepdim=True) + 1e-6
        return (image * magnitude**-0.35).permute(0, 3, 2, 1)


def run_layers(layers: nn.ModuleList, hidden: torch.Tensor, batch: int, features: list[torch.Tensor]) -> torch.Tensor:
    """The last layer's feature map; every layer's is added to `features`, with the batch in front."""
    for layer in layers:
        hidden = F.leaky_relu(layer(hidden), SLOPE)
        features.append(hidden.unflatten(0, (batch, -1)))
    return hidden


class TTSGanDiscriminator(StrictLoadingMixin, PreTrainedModel):
    """All sub-discriminators. Kept outside the model: they are needed to go on training, never to speak.

    Args:
        config: Which sub-discriminators there are, and their sizes.
        extra_discriminators: A module for each of `config.extra_discriminator_names`, of the class that was added.

    Raises:
        ValueError: Other modules are given than the configuration names.

    Example:

        discriminator = TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("small"))
        logits, features = discriminator(waveform)  # (B, S)
        discriminator.add("envelope", EnvelopeDiscriminator())
        discriminator.save_pretrained("discriminator")
        modules = {"envelope": EnvelopeDiscriminator()}
        discriminator = TTSGanDiscriminator.from_pretrained("discriminator", extra_discriminators=modules)
    """

    config_class = TTSGanDiscriminatorConfig
    main_input_name = "waveform"

    def __init__(self, config: TTSGanDiscriminatorConfig, extra_discriminators: Mapping[str, nn.Module] | None = None):
        super().__init__(config)
        periods = (config.period_channels, config.period_strides, config.period_padding)
        resolutions = (config.resolution_channels, config.resolution_strides, config.band_edges)
        self.sub_discriminators = nn.ModuleList(
            [
                *(PeriodDiscriminator(period, *periods) for period in config.periods),
                *(ResolutionDiscriminator(n_fft, *resolutions) for n_fft in config.resolutions),
                *([ScaleDiscriminator(config.scale_channels)] if config.scale_channels else []),
            ]
        )
        self.mel_discriminators = nn.ModuleList(
            MelDiscriminator(window, config.mel_channels, config.mel_strides) for window in config.mel_windows
        )
        self.post_init()
        given = dict(extra_discriminators or {})
        if given.keys() != set(config.extra_discriminator_names):
            raise ValueError(
                f"The discriminators have the extra modules {sorted(config.extra_discriminator_names)}, but "
                f"{sorted(given)} are given: pass `extra_discriminators` with a module for each of these names; new "
                "ones are added with `add`."
            )
        self.extra_discriminators = nn.ModuleDict({name: given[name] for name in config.extra_discriminator_names})

    def add(self, name: str, module: nn.Module):
        """Train a sub-discriminator of your own beside the others.

        Args:
            name: Under which it is saved; a Python name.
            module: From `(B, S)` samples to logits `(B, ...)` and a list of feature maps `(B, ...)`.

        Raises:
            ValueError: The name is taken, or is no Python name.
        """
        if not name.isidentifier() or name in self.extra_discriminators:
            raise ValueError(f"`{name}` cannot name a discriminator: give a new name of letters, digits and `_`.")
        self.extra_discriminators[name] = module.to(self.device)
        self.config.extra_discriminator_names = [*self.config.extra_discriminator_names, name]

    def _init_weights(self, module: nn.Module):
        if isinstance(module, (nn.Conv1d, nn.Conv2d)):
            init.kaiming_normal_(module.weight, a=SLOPE, nonlinearity="leaky_relu")
            init.zeros_(module.bias)

    @classmethod
    def from_pretrained(cls, *args, extra_discriminators: Mapping[str, nn.Module] | None = None, **kwargs):
        """As of any model of Transformers.

        Args:
            args, kwargs: As of `PreTrainedModel.from_pretrained`.
            extra_discriminators: Modules for those that were added with [`TTSGanDiscriminator.add`], by name.

        Raises:
            ValueError: The file lacks weights, or other modules are given than its configuration names.
        """
        given = nn.ModuleDict(extra_discriminators or {})
        saved = given.state_dict()
        unsaved = {name: buffer.clone() for name, buffer in given.named_buffers() if name not in saved}
        found = super().from_pretrained(*args, extra_discriminators=given, **kwargs)
        for name, value in unsaved.items():  # Transformers has put empty memory in their place
            given.get_buffer(name).copy_(value)
        return found

    @classmethod
    def beside(
        cls, name_or_path: str, extra_discriminators: Mapping[str, nn.Module] | None = None
    ) -> "TTSGanDiscriminator | None":
        """The discriminators saved with a model, a vocoder or a checkpoint; `None` where there are none.

        Args:
            name_or_path: Folder or Hub id of the model.
            extra_discriminators: Modules for those that were added.

        Raises:
            ValueError: Where their file lacks weights.
        """
        missing = {"_raise_exceptions_for_missing_entries": False, "_raise_exceptions_for_connection_errors": False}
        for folder in (DISCRIMINATOR_FOLDER, HIDDEN_FOLDER):
            if cached_file(name_or_path, CONFIG_NAME, subfolder=folder, **missing) is not None:
                return cls.from_pretrained(name_or_path, subfolder=folder, extra_discriminators=extra_discriminators)
        return None

    @property
    def waveform_discriminators(self) -> list[nn.Module]:
        """Those that see samples; where there are none, no vocoder is needed to train against the others."""
        return [*self.sub_discriminators, *self.extra_discriminators.values()]

    def forward(
        self, waveform: torch.Tensor | None = None, log_mel: torch.Tensor | None = None
    ) -> tuple[list[torch.Tensor], list[list[torch.Tensor]]]:
        """The logits and feature maps of each sub-discriminator that has something to see, the batch in front.

        Args:
            waveform: `(B, S)` samples.
            log_mel: `(B, F, M)` frames.
        """
        seen = [] if waveform is None else [(each, waveform) for each in self.waveform_discriminators]
        seen += [] if log_mel is None else [(each, log_mel) for each in self.mel_discriminators]
        logits, features = zip(*(discriminator(piece) for discriminator, piece in seen), strict=True)
        if self.config.match_logits:
            features = [[*maps, last] for maps, last in zip(features, logits, strict=True)]
        return list(logits), list(features)


AutoModel.register(TTSGanDiscriminatorConfig, TTSGanDiscriminator, exist_ok=True)
