"""Low-rank adaptation of the text encoder: few new weights learn, and what it knows stays as it is.

After LoRA (Hu et al., 2021, arXiv:2106.09685, section 4.1). The weights keep their names, so that a folder saved
without such layers loads into a voice with them; once merged, nothing is left but a better text encoder.
"""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import initialization as init


class LoraLinear(nn.Linear):
    """A linear layer that is frozen, beside two narrow ones that learn: from its inputs to `r`, and to its outputs.

    The second begins at zero: at first nothing changes.
    """

    def __init__(self, linear: nn.Linear, r: int, lora_alpha: float, lora_dropout: float = 0.0):
        super().__init__(linear.in_features, linear.out_features, linear.bias is not None, device="meta")
        self.weight, self.bias = linear.weight, linear.bias
        like = {"device": linear.weight.device, "dtype": linear.weight.dtype}
        self.lora_down = nn.Parameter(torch.empty(r, linear.in_features, **like))
        self.lora_up = nn.Parameter(torch.zeros(linear.out_features, r, **like))
        self.scale, self.lora_dropout = lora_alpha / r, nn.Dropout(lora_dropout)
        self.settled = False
        self._is_hf_initialized = getattr(linear, "_is_hf_initialized", False)  # or its weight would be drawn anew

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """`(..., in_features)` to `(..., out_features)`."""
        update = F.linear(F.linear(self.lora_dropout(inputs), self.lora_down), self.lora_up)
        return super().forward(inputs) + self.scale * update

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """A plain linear layer that gives the same."""
        linear = nn.Linear(self.in_features, self.out_features, self.bias is not None, device="meta")
        weight = self.weight + self.scale * self.lora_up @ self.lora_down
        linear.weight, linear.bias = nn.Parameter(weight), self.bias
        linear._is_hf_initialized = True
        return linear


class LoraMixin:
    """What a voice does with its `text_encoder` and the `text_encoder_lora` of its `config`."""

    def put_lora(self):
        """Make room for the weights of LoRA, where the configuration asks for it."""
        if self.text_encoder is not None and self.config.text_encoder_lora is not None:
            add_lora(self.text_encoder, **self.config.lora_fields)

    def initialize_weights(self):
        super().initialize_weights()
        if self.text_encoder is not None and self.config.text_encoder_lora is not None:
            settle_lora(self.text_encoder)

    def add_lora(self, **fields):
        """Let only low-rank additions to the text encoder learn; `fields` as of `text_encoder_lora`.

        Raises:
            ValueError: For a voice that has no text encoder, or LoRA already, and for fields that do not fit.
        """
        if self.text_encoder is None or self.config.text_encoder_lora is not None:
            problem = "has no text encoder" if self.text_encoder is None else "has LoRA already: `merge_lora()` first"
            raise ValueError(f"This voice {problem}.")
        fields = type(self.config)(**{**self.config.to_dict(), "text_encoder_lora": fields}).lora_fields  # checks them
        add_lora(self.text_encoder, **fields)
        self.config.text_encoder_lora = fields
        settle_lora(self.text_encoder)

    def merge_lora(self):
        """Make what LoRA has learned part of the text encoder: the same sound, and all its weights learn again."""
        if self.config.text_encoder_lora is not None and self.text_encoder is not None:
            merge_lora(self.text_encoder)
        self.config.text_encoder_lora = None


def linears(encoder: nn.Module) -> dict[str, nn.Linear]:
    """All linear layers by their full name."""
    return {name: module for name, module in encoder.named_modules() if isinstance(module, nn.Linear)}


def add_lora(encoder: nn.Module, r: int, lora_alpha: float, lora_dropout: float, target_modules: list[str] | None):
    """Put a `LoraLinear` in the place of linear layers: of those whose last name is in `target_modules`, or of all.

    Raises:
        ValueError: Where no layer has one of these names.
    """
    found = linears(encoder)
    if any(isinstance(layer, LoraLinear) for layer in found.values()):
        return  # another voice's encoder, which brings them
    chosen = [name for name in found if target_modules is None or name.rsplit(".", 1)[-1] in target_modules]
    if not chosen:
        known = sorted({name.rsplit(".", 1)[-1] for name in found})
        raise ValueError(
            f"`target_modules` is {target_modules}, but the text encoder's linear layers are named {known}: take some "
            "of these, or leave it out for all."
        )
    for name in chosen:
        replace(encoder, name, LoraLinear(found[name], r, lora_alpha, lora_dropout))


def settle_lora(encoder: nn.Module):
    """Begin the new weights that no checkpoint brought, and freeze all others."""
    encoder.requires_grad_(False)
    for layer in linears(encoder).values():
        if isinstance(layer, LoraLinear):
            if not layer.settled:  # copies of a voice bring theirs; `init` spares what a checkpoint brought
                init.kaiming_uniform_(layer.lora_down, a=5**0.5)
                init.zeros_(layer.lora_up)
            layer.settled = True
            layer.lora_down.requires_grad_(True)
            layer.lora_up.requires_grad_(True)


def merge_lora(encoder: nn.Module):
    """Add what was learned to the weights, which may all be trained again."""
    for name, layer in linears(encoder).items():
        if isinstance(layer, LoraLinear):
            replace(encoder, name, layer.merged())
    encoder.requires_grad_(True)


def replace(encoder: nn.Module, name: str, layer: nn.Module):
    """Another layer under the full name of one."""
    parent, _, last = name.rpartition(".")
    setattr(encoder.get_submodule(parent), last, layer)
