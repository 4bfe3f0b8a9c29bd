"""Low-rank adaptation of the text encoder, by PEFT: few new weights learn, and what it knows stays as it is.

After LoRA (Hu et al., 2021, arXiv:2106.09685, section 4.1). What is here decides where the layers go, keeps them
through saving and loading by the configuration alone, and leaves nothing of them once they are merged.
"""

from torch import nn

from ..utils.require import require


class LoraMixin:
    """What a voice does with its `text_encoder` and the `text_encoder_lora` of its `config`."""

    def put_lora(self):
        """Make room for the weights of LoRA, where the configuration asks for it."""
        if self._has_lora:
            add_lora(self.text_encoder, **self.config.lora_fields)

    def initialize_weights(self):
        super().initialize_weights()
        if self._has_lora:
            freeze_but_lora(self.text_encoder)

    @property
    def _has_lora(self) -> bool:
        return self.text_encoder is not None and self.config.text_encoder_lora is not None

    def add_lora(self, **fields):
        """Let only low-rank additions to the text encoder learn; `fields` as of `text_encoder_lora`.

        Raises:
            ImportError: Where PEFT is not installed.
            ValueError: For a voice that has no text encoder, or LoRA already, and for fields that do not fit.
        """
        if self.text_encoder is None or self.config.text_encoder_lora is not None:
            problem = "has no text encoder" if self.text_encoder is None else "has LoRA already: `merge_lora()` first"
            raise ValueError(f"This voice {problem}.")
        fields = type(self.config)(**{**self.config.to_dict(), "text_encoder_lora": fields}).lora_fields  # checks them
        add_lora(self.text_encoder, **fields)
        self.config.text_encoder_lora = fields

    def merge_lora(self):
        """Make what LoRA has learned part of the text encoder: the same sound, and all its weights learn again."""
        if self._has_lora:
            merge_lora(self.text_encoder)
        self.config.text_encoder_lora = None


def add_lora(encoder: nn.Module, r: int, lora_alpha: float, lora_dropout: float, target_modules: list[str] | None):
    """Put LoRA on the linear layers whose last name is in `target_modules`, or on all, and freeze all other weights.

    Raises:
        ValueError: Where no layer has one of these names.
    """
    peft = require("peft", "LoRA on the text encoder", extra="train")
    if lora_layers(encoder):
        return  # another voice's encoder, which brings them
    linear = [name for name, module in encoder.named_modules() if isinstance(module, nn.Linear)]
    chosen = [name for name in linear if target_modules is None or name.rpartition(".")[-1] in target_modules]
    if not chosen:
        known = sorted({name.rpartition(".")[-1] for name in linear})
        raise ValueError(
            f"`target_modules` is {target_modules}, but the text encoder's linear layers are named {known}: take some "
            "of these, or leave it out for all."
        )
    config = peft.LoraConfig(r=r, lora_alpha=lora_alpha, lora_dropout=lora_dropout, target_modules=chosen)
    peft.inject_adapter_in_model(config, encoder)
    for layer in lora_layers(encoder).values():
        for module in [*layer.lora_A.modules(), *layer.lora_B.modules()]:
            module._is_hf_initialized = True  # by PEFT; the model's own way would not begin at zero


def lora_layers(encoder: nn.Module) -> dict[str, nn.Module]:
    """The layers with LoRA by their full name."""
    return {name: module for name, module in encoder.named_modules() if hasattr(module, "lora_A")}


def freeze_but_lora(encoder: nn.Module):
    """Let the weights of LoRA learn, and no others."""
    for name, parameter in encoder.named_parameters():
        parameter.requires_grad_(".lora_" in name)


def merge_lora(encoder: nn.Module):
    """Add what was learned to the weights, which may all be trained again."""
    for name, layer in lora_layers(encoder).items():
        layer.merge()
        parent, _, last = name.rpartition(".")
        setattr(encoder.get_submodule(parent), last, layer.get_base_layer())
    del encoder.peft_config
    encoder.requires_grad_(True)
