"""What is exported computes what the model does, by other operators."""

import torch

from transformers_tts_gan.inference.onnx_blocks import ExportedBlock, ExportedConvolution, with_exported_blocks
from transformers_tts_gan.models.layers import ConvNeXtBlock, Convolution, SelfAttention


def test_a_block_and_a_convolution_compute_the_same():
    torch.manual_seed(0)
    block, convolution = ConvNeXtBlock(16, 32, 7, 0.5).eval(), Convolution(16, 24, 3)
    block.scale.data = torch.randn(16)
    hidden, mask = torch.randn(2, 20, 16), torch.ones(2, 20, 1)
    mask[1, 15:] = 0
    with torch.no_grad():
        torch.testing.assert_close(ExportedBlock(block)(hidden, mask), block(hidden, mask), atol=1e-5, rtol=0)
        torch.testing.assert_close(ExportedBlock(block)(hidden), block(hidden), atol=1e-5, rtol=0)
        exported = ExportedConvolution(convolution)
        torch.testing.assert_close(exported(hidden, mask), convolution(hidden, mask), atol=1e-5, rtol=0)
        torch.testing.assert_close(exported(hidden), convolution(hidden), atol=1e-5, rtol=0)


def test_every_block_of_a_model_is_exchanged_in_a_copy(voice):
    exported = with_exported_blocks(voice.acoustic)
    kinds = [type(module) for module in exported.modules()]
    assert ConvNeXtBlock not in kinds and SelfAttention not in kinds and kinds.count(ExportedBlock) == 2
    assert kinds.count(ExportedConvolution) > 4 and kinds.count(Convolution) == 1, "that of three inputs stays"
    assert ExportedBlock not in [type(module) for module in voice.acoustic.modules()]
