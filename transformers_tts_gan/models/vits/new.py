"""A new `VitsModel`, with weights to train from: those that Transformers draws are far too large for its flows."""

import torch
from torch import nn
from transformers import VitsConfig, VitsModel


@torch.no_grad()
def new_vits(config: VitsConfig) -> VitsModel:
    """A model whose convolutions begin as in the code of VITS's authors, and whose flows begin as the identity.

    Transformers draws the weights of all convolutions from Kaiming's distribution, as it never trains them: then the
    scales of a new prior are off by powers of e.

    Args:
        config: The sizes.

    Example:

    ```python
    model = new_vits(VitsConfig(hidden_size=96, flow_size=96, ffn_dim=384))
    ```
    """
    model = VitsModel(config)
    for module in model.modules():
        if isinstance(module, (nn.Conv1d, nn.ConvTranspose1d)) and not hasattr(module, "parametrizations"):
            module.reset_parameters()
    last = [flow.conv_post for flow in model.flow.flows]
    if config.use_stochastic_duration_prediction:
        predictor = model.duration_predictor
        last += [flow.conv_proj for flow in (*predictor.flows[1:], *predictor.post_flows[1:])]
    for layer in last:
        layer.weight.zero_()
        layer.bias.zero_()
    return model
