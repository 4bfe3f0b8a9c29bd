"""The two blocks that everything is built of: ConvNeXt for neighbors, self-attention for the whole sentence.

Sequences are `(B, T, H)` and come with a mask `(B, T, 1)` of ones and zeros, or `None` where nothing is padded. What
lies outside the mask is zero before each convolution, so that a sequence sounds the same alone and in a batch.
"""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import initialization as init
from transformers.modeling_layers import GradientCheckpointingLayer


class Convolution(nn.Conv1d):
    """A convolution over `(B, T, C)` that keeps the length; what lies outside the mask counts as silence.

    On a CPU it stays in its own precision under autocast: oneDNN compiles a bf16 convolution anew for each length,
    which takes seconds, while sentences come in all lengths.
    """

    def __init__(self, inputs: int, outputs: int, kernel_size: int, groups: int = 1):
        super().__init__(inputs, outputs, kernel_size, padding=kernel_size // 2, groups=groups)

    def forward(self, sequence: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        sequence = sequence if mask is None else sequence * mask
        if sequence.device.type != "cpu":
            return super().forward(sequence.transpose(1, 2)).transpose(1, 2)
        with torch.autocast("cpu", enabled=False):
            return super().forward(sequence.to(self.weight.dtype).transpose(1, 2)).transpose(1, 2)


class ConvNeXtBlock(GradientCheckpointingLayer):
    """Depthwise convolution, layer norm, two linear layers, residual.

    Liu et al., 2022, arXiv:2201.03545, 2.6, in one dimension as in Vocos (Siuzdak, 2023, arXiv:2306.00814, 3.2).
    """

    def __init__(
        self, hidden_size: int, intermediate_size: int, kernel_size: int, layer_scale: float, dropout: float = 0.0
    ):
        super().__init__()
        self.depthwise = Convolution(hidden_size, hidden_size, kernel_size, groups=hidden_size)
        self.norm = nn.LayerNorm(hidden_size)
        self.expand = nn.Linear(hidden_size, intermediate_size)
        self.contract = nn.Linear(intermediate_size, hidden_size)
        self.initial_scale = layer_scale
        self.scale = nn.Parameter(torch.full((hidden_size,), layer_scale))
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        update = self.norm(self.depthwise(hidden, mask))  # (B, T, H)
        update = self.contract(F.gelu(self.expand(update)))
        return hidden + self.dropout(self.scale * update)


class SelfAttention(GradientCheckpointingLayer):
    """Pre-norm multi-head attention with rotary positions (Su et al., 2021, arXiv:2104.09864, section 3.2)."""

    def __init__(self, hidden_size: int, num_heads: int, dropout: float = 0.0):
        super().__init__()
        self.num_heads = num_heads
        self.norm = nn.LayerNorm(hidden_size)
        self.query_key_value = nn.Linear(hidden_size, 3 * hidden_size)
        self.output = nn.Linear(hidden_size, hidden_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        batch, length, _ = hidden.shape
        heads = self.query_key_value(self.norm(hidden)).view(batch, length, 3, self.num_heads, -1)
        query, key, value = heads.permute(2, 0, 3, 1, 4)  # each (B, heads, T, H / heads)
        keep = None if mask is None else mask[:, None, None, :, 0].bool()
        attended = F.scaled_dot_product_attention(rotate(query), rotate(key), value, attn_mask=keep)
        return hidden + self.dropout(self.output(attended.transpose(1, 2).reshape(batch, length, -1)))


def rotate(heads: torch.Tensor) -> torch.Tensor:
    """Turn each pair of features of `(B, heads, T, D)` by an angle that grows with its position."""
    cosine, sine = (table.to(heads.dtype) for table in rotations(*heads.shape[-2:], heads.device))
    first, second = heads.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


def rotations(length: int, size: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines `(T, D / 2)` of the angles by which `rotate` turns."""
    rates = 10_000 ** (-torch.arange(0, size, 2, device=device, dtype=torch.float32) / size)  # (D / 2,)
    angles = torch.arange(length, device=device, dtype=torch.float32)[:, None] * rates  # (T, D / 2)
    return angles.cos(), angles.sin()


def length_mask(lengths: torch.Tensor, size: int | None = None) -> torch.Tensor:
    """`(B, size)` booleans that are true for the first `lengths` positions."""
    size = int(lengths.max()) if size is None else size
    return torch.arange(size, device=lengths.device) < lengths[:, None]


def table_rows(table: nn.Embedding, index: torch.Tensor | int | None, like: torch.Tensor, name: str) -> torch.Tensor:
    """Rows `(B, H)` of a table for the B rows of `like`, by one index for all or one each; the first for `None`.

    Raises:
        ValueError: There is no such row; `name` is what the caller calls the index.
    """
    index = torch.as_tensor(0 if index is None else index, device=like.device).reshape(-1)
    if int(index.min()) < 0 or int(index.max()) >= table.num_embeddings:
        raise ValueError(
            f"`{name}` is {index.tolist()}, but this model knows 0 to {table.num_embeddings - 1}; "
            "`processor.speakers` and `processor.languages` name them."
        )
    return table(index.expand(len(like)) if len(index) == 1 else index)


def init_weights(module: nn.Module, std: float):
    """New weights of a layer; those that a checkpoint brought stay."""
    if isinstance(module, (nn.Linear, nn.Conv1d)):
        init.trunc_normal_(module.weight, std=std)
        if module.bias is not None:
            init.zeros_(module.bias)
    elif isinstance(module, nn.LayerNorm):
        init.ones_(module.weight)
        init.zeros_(module.bias)
    elif isinstance(module, ConvNeXtBlock):
        init.constant_(module.scale, module.initial_scale)
