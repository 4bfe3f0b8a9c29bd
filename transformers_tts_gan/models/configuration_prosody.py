"""The configuration of the prosody model, which decides how long, how high and how loud each phone is spoken."""

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig

from ..utils.remote_code import HubShim
from .auto import register_models


@strict
class TTSGanProsodyConfig(HubShim, PreTrainedConfig):
    r"""Configuration of a [`TTSGanProsodyModel`].

    Args:
        text_encoder_config: The pretrained text encoder; its `model_type` picks the class. `None`: no text encoder.
        vocab_size: Number of phones, padding included; the processor's vocabulary.
        pad_token_id: Of the phone that fills up a batch.
        num_speakers: Rows of the speaker table.
        num_languages: Rows of the language table.
        hidden_size: Width of the blocks.
        intermediate_size: Width inside a block.
        num_hidden_layers: Blocks over phones, each attention and ConvNeXt.
        num_attention_heads: Of each block.
        kernel_size: Phones seen by a block's depthwise convolution; odd.
        predictor_size: Width of the two predictors: of durations, and of pitch, voicing and energy.
        predictor_dropout: Share of activations dropped in the predictors.
        latent_size: Numbers that tell one good way of saying a sentence from another; 0: there is only one way.
        dropout: Share of activations dropped in the blocks.
        context_dropout: Share of the text encoder's features dropped in training.
        initializer_range: Standard deviation of new weights.

    Raises:
        ValueError: For a field out of range and for fields that do not fit each other.

    Example:

    ```python
    config = TTSGanProsodyConfig(vocab_size=len(processor.tokenizer), num_speakers=2)
    ```
    """

    model_type = "tts_gan_prosody"
    auto_classes = {"AutoConfig": "TTSGanProsodyConfig", "AutoModel": "TTSGanProsodyModel"}
    sub_configs = {"text_encoder_config": AutoConfig}

    text_encoder_config: dict | PreTrainedConfig | None = None
    vocab_size: int = 256
    pad_token_id: int | None = 0
    num_speakers: int = 1
    num_languages: int = 1
    hidden_size: int = 128
    intermediate_size: int = 384
    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    kernel_size: int = 7
    predictor_size: int = 128
    predictor_dropout: float = 0.3
    latent_size: int = 4
    dropout: float = 0.2
    context_dropout: float = 0.2
    initializer_range: float = 0.02

    def __post_init__(self, **kwargs):
        if isinstance(self.text_encoder_config, dict):
            self.text_encoder_config = AutoConfig.for_model(**self.text_encoder_config)
        super().__post_init__(**kwargs)
        register_models()

    def validate_heads(self):
        if self.hidden_size % (2 * self.num_attention_heads):
            raise ValueError(
                f"`hidden_size` is {self.hidden_size}, but `num_attention_heads` is {self.num_attention_heads}: "
                "each head needs an even share of it."
            )

    def validate_latent_size(self):
        if self.latent_size < 0 or self.latent_size % 2:
            raise ValueError(
                f"`latent_size` is {self.latent_size}, but it must be even, or 0 for one way of speaking."
            )

    def validate_kernel_size(self):
        if self.kernel_size % 2 == 0:
            raise ValueError(f"`kernel_size` is {self.kernel_size}, but it must be odd to keep the number of phones.")


AutoConfig.register(TTSGanProsodyConfig.model_type, TTSGanProsodyConfig, exist_ok=True)
