"""Parts of tiny models with random weights, made here, without the network."""

import math
import string

import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from transformers import BertConfig, PreTrainedTokenizerFast

from transformers_tts_gan import TTSGanModel


SENTENCES = ["Good morning.", "The 25 cats of 北京 sat there, and all of them were asleep.", "Who is it?"]
FRAMES_PER_PHONE = 5.0


def assert_alike(one, other) -> None:
    """Two waveforms of one length differ by less than a hundredth of their power.

    Not sample by sample: rounding of the pitch adds up and moves the phases of the highest harmonics a little.
    """
    one, other = torch.as_tensor(one), torch.as_tensor(other)
    assert one.shape == other.shape
    assert (one - other).square().sum() <= 0.01 * other.square().sum()


def wordpiece_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer like BERT's that knows letters, digits, a few words and a few Chinese characters."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *string.punctuation, *string.ascii_lowercase, *string.digits]
    pieces += [f"##{letter}" for letter in string.ascii_lowercase + string.digits]
    pieces += ["good", "morn", "##ing", "the", "cats", *"今天北京气很好"]
    vocab = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", vocab["[SEP]"]), ("[CLS]", vocab["[CLS]"]))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names)


def bert_config(vocab_size: int, layers: int = 1) -> BertConfig:
    return BertConfig(
        vocab_size=vocab_size,
        hidden_size=16,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
    )


def enliven(model: TTSGanModel) -> TTSGanModel:
    """Weights far from 0, so that every input can be heard, and durations of about 5 frames."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 or name == "acoustic.context_gate":
                parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
        model.acoustic.duration_predictor.output.weight *= 0.2
        model.acoustic.duration_predictor.output.bias.fill_(math.log1p(FRAMES_PER_PHONE))
    return model.eval()
