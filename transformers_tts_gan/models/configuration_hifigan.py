"""Configuration of a HiFi-GAN as the vocoder of a model: which mel frames its network was trained on."""

import math

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig

from ..utils.remote_code import HubShim
from .auto import register_models


@strict
class HifiGanVocoderConfig(HubShim, PreTrainedConfig):
    r"""Configuration of a [`HifiGanVocoder`].

    Args:
        hifigan_config: Of the network; its `sampling_rate`, `model_in_dim` and `upsample_rates` give the rate in Hz,
            the mel bands and the samples per frame.
        n_fft: Samples in the window of a mel frame.
        mel_fmin: Lowest frequency of the mel bands, in Hz.
        mel_fmax: Highest frequency of the mel bands, in Hz.
        log10: Whether the network was trained on base-10 logarithms, as SpeechT5's was; ours are natural.

    Raises:
        ValueError: For fields that do not fit each other.

    Example:

    ```python
    config = HifiGanVocoderConfig(SpeechT5HifiGanConfig(), mel_fmin=80.0, mel_fmax=7_600.0, log10=True)
    ```
    """

    model_type = "tts_gan_hifigan"
    auto_classes = {"AutoConfig": "HifiGanVocoderConfig", "AutoModel": "HifiGanVocoder"}
    sub_configs = {"hifigan_config": AutoConfig}

    hifigan_config: dict | PreTrainedConfig | None = None
    n_fft: int = 1024
    mel_fmin: float | int = 0.0
    mel_fmax: float | int = 8_000.0
    log10: bool = False

    def __post_init__(self, **kwargs):
        from transformers import SpeechT5HifiGanConfig  # not at the top: the Auto classes may be half imported there

        if not isinstance(self.hifigan_config, PreTrainedConfig):
            self.hifigan_config = SpeechT5HifiGanConfig(**(self.hifigan_config or {}))
        super().__post_init__(**kwargs)
        register_models()

    @property
    def sampling_rate(self) -> int:
        """Of the waveform, in Hz."""
        return self.hifigan_config.sampling_rate

    @property
    def num_mel_bins(self) -> int:
        """Mel bands of a frame."""
        return self.hifigan_config.model_in_dim

    @property
    def hop_length(self) -> int:
        """Samples per frame."""
        return math.prod(self.hifigan_config.upsample_rates)

    def validate_frequencies(self):
        if not 0 <= self.mel_fmin < self.mel_fmax <= self.sampling_rate / 2:
            raise ValueError(
                f"`mel_fmin` is {self.mel_fmin} Hz and `mel_fmax` {self.mel_fmax} Hz, but they must rise from 0 to "
                f"at most half of the network's `sampling_rate` of {self.sampling_rate} Hz."
            )


AutoConfig.register(HifiGanVocoderConfig.model_type, HifiGanVocoderConfig, exist_ok=True)
