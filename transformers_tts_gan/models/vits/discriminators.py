"""Discriminators in the format in which people have published those of VITS and MMS, as our discriminators.

The script ylacombe/finetune-hf-vits keeps them in the file of the model, under `discriminator.`, and their sizes in
`config.json`.
"""

import logging

import torch
from safetensors import safe_open
from transformers import VitsConfig
from transformers.utils import SAFE_WEIGHTS_NAME, cached_file

from ..configuration_tts_gan import TTSGanDiscriminatorConfig
from ..discriminators import TTSGanDiscriminator


logger = logging.getLogger(__name__)

PREFIX = "discriminator.discriminators."


def published_discriminators(name_or_path: str) -> TTSGanDiscriminator | None:
    """The discriminators inside the weights of a VITS checkpoint; `None` where there are none.

    Args:
        name_or_path: Folder or Hub id of the checkpoint.

    Raises:
        ValueError: They have other layers than VITS's.
    """
    missing = {"_raise_exceptions_for_missing_entries": False, "_raise_exceptions_for_connection_errors": False}
    path = cached_file(name_or_path, SAFE_WEIGHTS_NAME, **missing)
    if path is None:
        return None
    with safe_open(path, framework="pt") as file:
        saved = {name: file.get_tensor(name) for name in file.keys() if name.startswith(PREFIX)}
    if not saved:
        return None
    discriminators = TTSGanDiscriminator(sizes(VitsConfig.from_pretrained(name_or_path)))
    weights = renamed(saved, discriminators.config)
    own = discriminators.state_dict()
    wrong = [name for name in own.keys() | weights.keys() if name not in own or name not in weights]
    wrong += [name for name in own.keys() & weights.keys() if own[name].numel() != weights[name].numel()]
    if wrong:
        raise ValueError(
            f"The discriminators in `{name_or_path}` are not those of VITS: {sorted(wrong)[:4]} do not fit. Train new "
            "ones, with `discriminator_warmup_ratio`."
        )
    discriminators.load_state_dict({name: weights[name].view_as(own[name]) for name in own})
    logger.info("The discriminators are those inside the weights of `%s`.", name_or_path)
    return discriminators


def sizes(config: VitsConfig) -> TTSGanDiscriminatorConfig:
    """Of the discriminators that a checkpoint's configuration describes; those of VITS where it is silent."""
    known = config.to_dict()
    fields = {}
    if channels := known.get("discriminator_period_channels"):
        stride = known.get("discriminator_stride", 3)
        fields["period_channels"] = (*channels[1:], channels[-1])
        fields["period_strides"] = (*(stride for _ in channels[1:]), 1)
    if periods := known.get("discriminator_periods"):
        fields["periods"] = tuple(periods)
    if channels := known.get("discriminator_scale_channels"):
        fields["scale_channels"] = tuple(channels[1:])
    return TTSGanDiscriminatorConfig.from_preset("vits", **fields)


def renamed(saved: dict[str, torch.Tensor], config: TTSGanDiscriminatorConfig) -> dict[str, torch.Tensor]:
    """Weights under our names: there the discriminator of the samples comes first, here the periods do."""
    weights = {}
    for name, weight in saved.items():
        number, kind, rest = name.removeprefix(PREFIX).split(".", 2)
        place = (int(number) - 1) % (len(config.periods) + 1)
        kind = {"convs": "layers", "final_conv": "output"}[kind]
        weights[f"sub_discriminators.{place}.{kind}.{rest}"] = weight
    return weights
