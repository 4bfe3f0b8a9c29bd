"""What decides the weights and the sound: configurations of the model, its vocoder and the discriminators.

`TTSGanConfig.from_preset("small")` is the dial most people need: `tiny` is for tests, `small` for a CPU (about 10M
parameters beside the text encoder), `base` for a GPU; these two speak at 24 kHz.
"""

from typing import Literal

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig

from ..utils.remote_code import HubShim
from .auto import register_models


@strict
class TTSGanVocoderConfig(HubShim, PreTrainedConfig):
    r"""Configuration of a [`TTSGanVocoder`], which turns log-mel frames into a waveform.

    Args:
        sampling_rate: Of the waveform, in Hz.
        n_fft: Samples in the window of a frame, of mel bands and of the spectra that become the waveform; an even
            multiple of `hop_length`, at least four times it, so that the windows overlap evenly.
        hop_length: Samples per frame.
        num_mel_bins: Mel bands of a frame.
        mel_fmin: Lowest frequency of the mel bands, in Hz.
        mel_fmax: Highest frequency of the mel bands, in Hz; at most half of `sampling_rate`.
        hidden_size: Width of the ConvNeXt blocks.
        intermediate_size: Width inside a block.
        num_hidden_layers: Number of blocks.
        kernel_size: Frames seen by the depthwise convolution of a block; odd.
        f0_predictor_size: Width of the network that predicts F0 from the frames.
        initializer_range: Standard deviation of new weights.

    Raises:
        ValueError: For a field out of range and for fields that do not fit each other.

    Example:

    ```python
    config = TTSGanVocoderConfig.from_preset("small", sampling_rate=22_050, mel_fmax=11_025.0)
    ```
    """

    model_type = "tts_gan_vocoder"
    auto_classes = {"AutoConfig": "TTSGanVocoderConfig", "AutoModel": "TTSGanVocoder"}

    sampling_rate: int = 24_000
    n_fft: int = 1200
    hop_length: int = 300
    num_mel_bins: int = 100
    mel_fmin: float | int = 0.0
    mel_fmax: float | int = 12_000.0
    hidden_size: int = 256
    intermediate_size: int = 768
    num_hidden_layers: int = 8
    kernel_size: int = 7
    f0_predictor_size: int = 128
    initializer_range: float = 0.02

    def __post_init__(self, **kwargs):
        if "cepstrum_size" in kwargs:
            raise ValueError(
                "The configuration has a `cepstrum_size`: it is of a vocoder from before 2026-11-26, whose weights "
                "fit no later one. Speak with it in a clone at commit 8523cf4, or train anew from `examples/voices`."
            )
        super().__post_init__(**kwargs)
        register_models()

    def validate_windows(self):
        if self.n_fft % (2 * self.hop_length) or self.n_fft < 4 * self.hop_length:
            raise ValueError(
                f"`n_fft` is {self.n_fft} and `hop_length` is {self.hop_length}, but the windows overlap evenly only "
                f"where the first is an even multiple of the second: take {4 * self.hop_length}, for example."
            )

    def validate_frequencies(self):
        if not 0 <= self.mel_fmin < self.mel_fmax <= self.sampling_rate / 2:
            raise ValueError(
                f"`mel_fmin` is {self.mel_fmin} Hz and `mel_fmax` {self.mel_fmax} Hz, but they must rise from 0 to "
                f"at most half of the `sampling_rate` of {self.sampling_rate} Hz."
            )

    def validate_kernel_size(self):
        if self.kernel_size % 2 == 0:
            raise ValueError(f"`kernel_size` is {self.kernel_size}, but it must be odd to keep the number of frames.")

    @classmethod
    def from_preset(cls, name: str, **overrides) -> "TTSGanVocoderConfig":
        """The configuration of size `name`, one of `tiny`, `small` and `base`, with single fields replaced.

        Args:
            name: The preset.
            overrides: Fields and their values.

        Raises:
            ValueError: For a name that is no preset.
        """
        return cls(**{**_preset(VOCODER_PRESETS, name), **overrides})


@strict
class TTSGanConfig(HubShim, PreTrainedConfig):
    r"""Configuration of a [`TTSGanModel`]: text encoder, acoustic model (phones to mel frames) and vocoder.

    Args:
        text_encoder_config: The pretrained text encoder; its `model_type` picks the class. `None`: no text encoder.
        vocoder_config: The vocoder; its `model_type` picks the class. The model has its `sampling_rate` and
            `hop_length`.
        prosody_config: A prosody model of its own, a [`TTSGanProsodyConfig`], whose durations and melody are spoken.
            `None`: those that the acoustic model predicts.
        vocab_size: Number of phones, padding included; the processor's vocabulary.
        pad_token_id: Of the phone that fills up a batch.
        num_speakers: Rows of the speaker table.
        num_languages: Rows of the language table.
        hidden_size: Width of the acoustic model.
        intermediate_size: Width inside its blocks.
        num_encoder_layers: Blocks over phones, each attention and ConvNeXt.
        num_decoder_layers: ConvNeXt blocks over frames.
        num_attention_heads: Of the blocks over phones.
        kernel_size: Phones or frames seen by a block's depthwise convolution; odd.
        predictor_size: Width of the duration, pitch and energy predictors.
        aligner_size: Dimensions of the space in which phones and frames are compared.
        dropout: Share of activations dropped in the blocks.
        predictor_dropout: Share of activations dropped in the predictors.
        text_encoder_lora: Such as `{"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": ["query"]}`, each
            of which may be left out: of the text encoder, train only additions of rank `r`, times `lora_alpha / r`,
            to its linear layers of these names, or to all. `None` trains its own weights.
        text_encoder_dropout: Share of utterances trained without the text encoder, so that the voice works without it.
        max_phones: Longest input in phones; longer text is refused with advice.
        sampling_rate: Of the waveform, in Hz; always the vocoder's, at the top level for `pipeline("text-to-speech")`.
        initializer_range: Standard deviation of new weights.

    Raises:
        ValueError: For a field out of range and for fields that do not fit each other.

    Example:

    ```python
    config = TTSGanConfig.from_preset("small", num_speakers=2)
    ```
    """

    model_type = "tts_gan"
    auto_classes = {
        "AutoConfig": "TTSGanConfig",
        "AutoModel": "TTSGanModel",
        "AutoModelForTextToWaveform": "TTSGanModel",
    }
    sub_configs = {"text_encoder_config": AutoConfig, "vocoder_config": AutoConfig, "prosody_config": AutoConfig}
    keys_to_ignore_at_inference = ["losses", "alignment", "target_waveform", "hidden_states"]

    text_encoder_config: dict | PreTrainedConfig | None = None
    vocoder_config: dict | PreTrainedConfig | None = None
    prosody_config: dict | PreTrainedConfig | None = None
    vocab_size: int = 256
    pad_token_id: int | None = 0
    num_speakers: int = 1
    num_languages: int = 1
    hidden_size: int = 256
    intermediate_size: int = 768
    num_encoder_layers: int = 4
    num_decoder_layers: int = 6
    num_attention_heads: int = 4
    kernel_size: int = 7
    predictor_size: int = 256
    aligner_size: int = 80
    dropout: float = 0.1
    predictor_dropout: float = 0.3
    text_encoder_lora: dict | None = None
    text_encoder_dropout: float = 0.1
    max_phones: int = 1_000
    sampling_rate: int | None = None
    initializer_range: float = 0.02

    def __post_init__(self, **kwargs):
        if isinstance(self.text_encoder_config, dict):
            self.text_encoder_config = AutoConfig.for_model(**self.text_encoder_config)
        if isinstance(self.prosody_config, dict):
            self.prosody_config = AutoConfig.for_model(**self.prosody_config)
        if self.vocoder_config is None:
            self.vocoder_config = TTSGanVocoderConfig()
        elif isinstance(self.vocoder_config, dict):
            fields = {"model_type": TTSGanVocoderConfig.model_type, **self.vocoder_config}
            self.vocoder_config = AutoConfig.for_model(**fields)
        if self.sampling_rate is None:
            self.sampling_rate = self.vocoder_config.sampling_rate
        super().__post_init__(**kwargs)
        register_models()

    @property
    def hop_length(self) -> int:
        """Samples per frame."""
        return self.vocoder_config.hop_length

    def validate_sampling_rate(self):
        if self.sampling_rate != self.vocoder_config.sampling_rate:
            raise ValueError(
                f"`sampling_rate` is {self.sampling_rate} Hz, but the vocoder's is "
                f"{self.vocoder_config.sampling_rate} Hz: leave the first out, or take a vocoder of that rate."
            )

    @property
    def lora_fields(self) -> dict:
        """`text_encoder_lora` with what was left out."""
        return {**LORA_DEFAULTS, **(self.text_encoder_lora or {})}

    def validate_lora(self):
        unknown = sorted(set(self.lora_fields) - set(LORA_DEFAULTS))
        if unknown or int(self.lora_fields["r"]) < 1:
            problem = f"has the fields {unknown}" if unknown else f"has an `r` of {self.lora_fields['r']}"
            raise ValueError(f"`text_encoder_lora` {problem}; it knows {list(LORA_DEFAULTS)}, and `r` is 1 or more.")

    def validate_heads(self):
        if self.hidden_size % (2 * self.num_attention_heads):
            raise ValueError(
                f"`hidden_size` is {self.hidden_size}, but `num_attention_heads` is {self.num_attention_heads}: "
                "each head needs an even share of it."
            )

    @classmethod
    def from_preset(cls, name: str, **overrides) -> "TTSGanConfig":
        """The configuration of size `name`, one of `tiny`, `small` and `base`, with single fields replaced.

        Args:
            name: The preset.
            overrides: Fields and their values.

        Raises:
            ValueError: For a name that is no preset.
        """
        fields = {"vocoder_config": TTSGanVocoderConfig.from_preset(name), **_preset(ACOUSTIC_PRESETS, name)}
        return cls(**{**fields, **overrides})


@strict
class TTSGanDiscriminatorConfig(PreTrainedConfig):
    r"""Configuration of the [`TTSGanDiscriminator`], the sub-discriminators used in training.

    Args:
        periods: Of the period discriminators: each folds the waveform into rows of so many samples.
        period_channels: Channels of each layer of a period discriminator.
        period_strides: Rows that each of these layers steps by.
        period_padding: How a waveform is filled up to whole rows: `constant` (with zeros) or `reflect`.
        resolutions: Window lengths, in samples, of the spectrogram discriminators.
        resolution_channels: Channels of each layer of a spectrogram discriminator.
        resolution_strides: Frames and frequencies that each of these layers steps by.
        band_edges: Where the bands of a spectrogram discriminator begin and end, as shares of half the sampling rate.
        mel_windows: Frames in the pieces that the mel discriminators see: each of them sees a piece of its own length
            of the mel frames that the acoustic model predicts. Empty: the acoustic model has no discriminators.
        mel_channels: Channels of each layer of a mel discriminator.
        mel_strides: Frames and bands that each of these layers steps by.
        scale_channels: Channels of the strided layers of a discriminator of the samples; empty for none.
        match_logits: Whether the logits count as a feature map, too.
        initializer_range: Standard deviation of new weights.
        extra_discriminator_names: Sub-discriminators that were added with `add`; loading needs their modules.

    Raises:
        ValueError: For a field out of range and for fields that do not fit each other.

    Example:

    ```python
    config = TTSGanDiscriminatorConfig.from_preset("small", periods=(2, 3, 5))
    ```
    """

    model_type = "tts_gan_discriminator"

    periods: list[int] | tuple[int, ...] = (5, 7, 11)
    period_channels: list[int] | tuple[int, ...] = (16, 32, 64, 128)
    period_strides: list[int] | tuple[int, ...] = (3, 3, 3, 3)
    resolutions: list[int] | tuple[int, ...] = (512, 1024, 2048)
    resolution_channels: list[int] | tuple[int, ...] = (16, 32, 32)
    resolution_strides: list | tuple = ((1, 4), (1, 4), (2, 2))
    band_edges: list[float] | tuple[float, ...] = (0.0, 1.0)
    mel_windows: list[int] | tuple[int, ...] = ()
    mel_channels: list[int] | tuple[int, ...] = (32, 32, 32, 32)
    mel_strides: list | tuple = ((1, 2), (2, 2), (2, 2), (1, 2))
    scale_channels: list[int] | tuple[int, ...] = ()
    period_padding: Literal["constant", "reflect"] = "constant"
    match_logits: bool = False
    initializer_range: float = 0.02
    extra_discriminator_names: list[str] | tuple[str, ...] = ()

    def __post_init__(self, **kwargs):
        super().__post_init__(**kwargs)
        register_models()

    def validate_strides(self):
        for part in ("period", "resolution", "mel"):
            channels, strides = getattr(self, f"{part}_channels"), getattr(self, f"{part}_strides")
            if len(strides) < len(channels):
                raise ValueError(
                    f"`{part}_strides` has {len(strides)} entries, but `{part}_channels` has {len(channels)} layers: "
                    "give each layer its stride."
                )

    @classmethod
    def from_preset(cls, name: str, **overrides) -> "TTSGanDiscriminatorConfig":
        """The configuration of size `name`, one of `tiny`, `small`, `mel`, `gpu`, `base` and `vits`.

        Args:
            name: The preset. `mel` sees mel frames alone; `gpu` sees them and waveforms, a third as wide as `base`.
            overrides: Fields and their values.

        Raises:
            ValueError: For a name that is no preset.
        """
        return cls(**{**_preset(DISCRIMINATOR_PRESETS, name), **overrides})


LORA_DEFAULTS = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": None}
VOCODER_PRESETS = {
    "tiny": {
        "sampling_rate": 16_000,
        "n_fft": 1024,
        "hop_length": 256,
        "mel_fmax": 8_000.0,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_mel_bins": 40,
        "f0_predictor_size": 16,
    },
    "small": {},
    "base": {"hidden_size": 512, "intermediate_size": 1536},
}
ACOUSTIC_PRESETS = {
    "tiny": {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_encoder_layers": 1,
        "num_decoder_layers": 1,
        "num_attention_heads": 2,
        "predictor_size": 32,
        "aligner_size": 16,
    },
    "small": {},
    "base": {
        "hidden_size": 384,
        "intermediate_size": 1536,
        "num_encoder_layers": 6,
        "num_decoder_layers": 8,
        "predictor_size": 384,
    },
}
DISCRIMINATOR_PRESETS = {
    "tiny": {"periods": (5,), "period_channels": (4, 8), "resolutions": (512,), "resolution_channels": (4, 8)},
    "small": {},
    "mel": {"periods": (), "resolutions": (), "mel_windows": (32, 64, 128)},
    "gpu": {
        "periods": (2, 3, 5, 7, 11),
        "period_channels": (32, 64, 128, 256, 256),
        "period_strides": (3, 3, 3, 3, 1),
        "resolutions": (512, 1024, 2048),
        "resolution_channels": (16, 32, 32, 32),
        "resolution_strides": ((1, 2), (1, 2), (1, 2), (2, 2)),
        "mel_windows": (32, 64, 128),
    },
    "base": {
        "periods": (2, 3, 5, 7, 11),
        "period_channels": (32, 128, 512, 1024, 1024),
        "period_strides": (3, 3, 3, 3, 1),
        "resolutions": (512, 1024, 2048),
        "resolution_channels": (32, 32, 32, 32, 32),
        "resolution_strides": ((1, 1), (1, 2), (1, 2), (1, 2), (1, 1)),
        "band_edges": (0.0, 0.1, 0.25, 0.5, 0.75, 1.0),
    },
    "vits": {
        "periods": (2, 3, 5, 7, 11),
        "period_channels": (32, 128, 512, 1024, 1024),
        "period_strides": (3, 3, 3, 3, 1),
        "period_padding": "reflect",
        "resolutions": (),
        "scale_channels": (16, 64, 256, 1024),
        "match_logits": True,
    },
}


def _preset(table: dict[str, dict], name: str) -> dict:
    if name not in table:
        raise ValueError(f"There is no preset `{name}`; take one of {', '.join(f'`{known}`' for known in table)}.")
    return table[name]


for _config_class in (TTSGanConfig, TTSGanVocoderConfig, TTSGanDiscriminatorConfig):
    AutoConfig.register(_config_class.model_type, _config_class, exist_ok=True)
