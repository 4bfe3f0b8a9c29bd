"""The blocks of a model as onnxruntime is fastest with them: what they compute stays, by which operators changes."""

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from ..models.layers import ConvNeXtBlock, Convolution, SelfAttention, rotations


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
        index = torch.arange(length, device=sequence.device)[:, None] + torch.arange(self.size)  # (T, K)
        around = padded.index_select(1, index.flatten())  # (B, T * K, C)
        return self.matrix(around.view(sequence.shape[0], length, -1))


class ExportedAttention(nn.Module):
    """What a `SelfAttention` without dropout does, by two operators of onnxruntime in place of twenty of ONNX.

    For a sentence each operator costs more than its arithmetic.
    """

    def __init__(self, attention: SelfAttention):
        super().__init__()
        self.num_heads, self.norm, self.output = attention.num_heads, attention.norm, attention.output
        self.query_key_value = attention.query_key_value

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        query, key, value = self.query_key_value(self.norm(hidden)).chunk(3, dim=-1)
        first = torch.zeros(1, dtype=torch.long)  # position
        tables = rotations(hidden.shape[1], hidden.shape[2] // self.num_heads, hidden.device)
        turned = (self.operator("RotaryEmbedding", (each, first, *tables)) for each in (query, key))
        attended = self.operator("MultiHeadAttention", (*turned, value, None, mask[..., 0].to(torch.int32)))
        return hidden + self.output(attended)

    def operator(self, name: str, inputs: tuple[torch.Tensor | None, ...]) -> Any:
        """One of onnxruntime's, whose result is like its first input."""
        like: Any = inputs[0]
        heads: Any = {"num_heads": self.num_heads}
        return torch.onnx.ops.symbolic(
            f"com.microsoft::{name}", inputs, heads, dtype=like.dtype, shape=like.shape, version=1
        )


def with_exported_blocks(module: nn.Module) -> Any:
    """A copy of a part of a model, in evaluation mode, whose blocks are these."""
    module = copy.deepcopy(module).eval()
    for parent in list(module.modules()):
        for name, child in parent.named_children():
            if isinstance(child, ConvNeXtBlock):
                setattr(parent, name, ExportedBlock(child))
            elif isinstance(child, SelfAttention):
                setattr(parent, name, ExportedAttention(child))
            elif isinstance(child, Convolution) and child.groups == 1 and child.in_channels >= LEAST_INPUTS:
                setattr(parent, name, ExportedConvolution(child))
    return module
