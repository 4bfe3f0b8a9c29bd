"""The blocks of a model as onnxruntime is fastest with them: what they compute stays, by which operators changes."""

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from ..models.layers import ConvNeXtBlock, Convolution


LEAST_INPUTS = 16  # channels of a convolution that becomes a matrix


class ExportedBlock(nn.Module):
    """What a `ConvNeXtBlock` without dropout does.

    The depthwise convolution has two dimensions, one of them of size 1, between transpositions from and to channels
    last: onnxruntime makes one fast kernel of the three, which it does not have for one dimension. The scale of the
    update is a part of the last matrix.
    """

    def __init__(self, block: ConvNeXtBlock):
        super().__init__()
        scale = block.scale.detach()
        self.weight = nn.Parameter(block.depthwise.weight.detach()[:, :, None])  # (H, 1, 1, K)
        self.bias, self.norm, self.expand = block.depthwise.bias, block.norm, block.expand
        self.contract = copy.deepcopy(block.contract)
        self.contract.weight.data *= scale[:, None]
        self.contract.bias.data *= scale

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        update = (hidden if mask is None else hidden * mask).unsqueeze(1).permute(0, 3, 1, 2)  # (B, H, 1, T)
        padding = (0, self.weight.shape[-1] // 2)
        update = F.conv2d(update, self.weight, self.bias, padding=padding, groups=len(self.weight))
        update = self.norm(update.permute(0, 2, 3, 1).squeeze(1))  # (B, T, H)
        return hidden + self.contract(F.gelu(self.expand(update)))


class ExportedConvolution(nn.Module):
    """What a `Convolution` does, as one matrix: with 8 bit integers it takes half the time."""

    def __init__(self, convolution: Convolution):
        super().__init__()
        outputs, inputs, self.size = convolution.weight.shape
        self.matrix = nn.Linear(inputs * self.size, outputs)
        weights = {"weight": convolution.weight.transpose(1, 2).flatten(1), "bias": convolution.bias}
        self.matrix.load_state_dict(weights)

    def forward(self, sequence: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        length, sequence = sequence.shape[1], sequence if mask is None else sequence * mask
        padded = F.pad(sequence, (0, 0, self.size // 2, self.size // 2))  # (B, T + K - 1, C)
        return self.matrix(torch.cat([padded[:, k : k + length] for k in range(self.size)], dim=-1))


def with_exported_blocks(module: nn.Module) -> Any:
    """A copy of a part of a model, in evaluation mode, whose blocks are these."""
    module = copy.deepcopy(module).eval()
    for parent in list(module.modules()):
        for name, child in parent.named_children():
            if isinstance(child, ConvNeXtBlock):
                setattr(parent, name, ExportedBlock(child))
            elif isinstance(child, Convolution) and child.groups == 1 and child.in_channels >= LEAST_INPUTS:
                setattr(parent, name, ExportedConvolution(child))
    return module
