"""The blocks of `models/layers.py`: a sequence in a padded batch gives what it gives alone."""

import pytest
import torch
from torch.nn.functional import pad

from transformers_tts_gan.models.layers import ConvNeXtBlock, Convolution, SelfAttention, length_mask, rotate


BLOCKS = [lambda: Convolution(8, 8, 5), lambda: ConvNeXtBlock(8, 16, 7, 0.5), lambda: SelfAttention(8, 2)]


@pytest.mark.parametrize("make", BLOCKS, ids=["Convolution", "ConvNeXtBlock", "SelfAttention"])
def test_padding_does_not_leak_in(make):
    torch.manual_seed(0)
    block, sequence = make(), torch.randn(1, 6, 8)
    mask = length_mask(torch.tensor([6]), 10)[..., None].float()
    padded = block(pad(sequence, (0, 0, 0, 4), value=9.0), mask)
    torch.testing.assert_close(padded[:, :6], block(sequence, torch.ones(1, 6, 1)))
    torch.testing.assert_close(block(sequence, None), block(sequence, torch.ones(1, 6, 1)))


def test_attention_sees_distances_and_not_positions():
    """Rotary positions: the product of two heads depends on how far apart they are."""
    torch.manual_seed(0)
    query, key = torch.randn(4).expand(1, 1, 9, 4), torch.randn(4).expand(1, 1, 9, 4)
    products = (rotate(query) @ rotate(key).transpose(-1, -2))[0, 0]
    torch.testing.assert_close(products[0, 3], products[5, 8])
    assert not torch.isclose(products[0, 3], products[0, 4])


def test_a_convolution_keeps_its_precision_under_autocast_on_a_cpu():
    """A bf16 convolution is compiled anew for each length, which takes seconds."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert Convolution(8, 8, 3)(torch.randn(1, 6, 8)).dtype == torch.float32


def test_masks_are_true_up_to_the_length():
    assert length_mask(torch.tensor([0, 2]), 3).tolist() == [[False] * 3, [True, True, False]]
    assert length_mask(torch.tensor([1, 2])).shape == (2, 2)
