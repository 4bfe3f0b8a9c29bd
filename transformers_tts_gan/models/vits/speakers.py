"""More speakers for a VITS checkpoint, also for one that has a single one and no place for others."""

import copy

import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized
from transformers import VitsModel

from .new import new_vits


EMBEDDING_SIZE = 256  # of the published models of several speakers


@torch.no_grad()
def with_speakers(model: VitsModel, count: int) -> VitsModel:
    """A model of `count` speakers that speaks as `model` does; the same one where it has as many.

    A checkpoint of one speaker gets a speaker table and the layers that read it. Those begin at zero, so that all its
    speakers have the old voice until they are trained. A longer table has the mean of the old rows in the new ones.

    Args:
        model: Any VITS checkpoint.
        count: Of speakers; never fewer than it has.

    Example:

    ```python
    model = with_speakers(VitsModel.from_pretrained("facebook/mms-tts-deu"), 2)
    ```
    """
    old = model.config
    if count <= old.num_speakers:
        return model
    config = copy.deepcopy(old)
    config.num_speakers, config.speaker_embedding_size = count, old.speaker_embedding_size or EMBEDDING_SIZE
    grown, weights = new_vits(config), model.state_dict()
    table = weights.pop("embed_speaker.weight", None)
    if table is not None:
        rows = torch.cat([table, table.mean(0, keepdim=True).expand(count - len(table), -1)])
        weights["embed_speaker.weight"] = rows
    missing = grown.load_state_dict(weights, strict=False).missing_keys
    for name, module in grown.named_modules():
        if name.endswith(("cond", "cond_layer")) and any(key.startswith(f"{name}.") for key in missing):
            silence(module)
    return grown.to(model.device, model.dtype).train(model.training)


def silence(layer: nn.Conv1d) -> None:
    """Let a layer give zero, but still learn."""
    size = layer.parametrizations.weight.original0 if is_parametrized(layer) else layer.weight
    size.zero_()
    layer.bias.zero_()
