"""Tiny models that the tests share: random weights, made here, without the network.

A fixture of a session or a module is for looking at; a test that changes a model makes its own with `new_model`.
"""

import copy

import pytest
import torch
from helpers.models import SENTENCES, bert_config, enliven, wordpiece_tokenizer
from transformers import BertModel

from transformers_tts_gan import TTSGanConfig, TTSGanModel, TTSGanProcessor, phone_tokenizer


torch.set_num_threads(1)  # tiny models are slower with more


@pytest.fixture(scope="session")
def text_tokenizer():
    return wordpiece_tokenizer()


@pytest.fixture(scope="session")
def processor(text_tokenizer):
    """Phones and text tokens, two speakers, two languages."""
    return TTSGanProcessor(phone_tokenizer(), text_tokenizer, speakers=["ann", "bob"], languages=["en", "zh"])


@pytest.fixture(scope="session")
def phone_processor():
    """Phones alone."""
    return TTSGanProcessor(phone_tokenizer(), speakers=["ann", "bob"], languages=["en", "zh"])


@pytest.fixture(scope="session")
def config(processor):
    return TTSGanConfig.from_preset(
        "tiny",
        text_encoder_config=bert_config(len(processor.text_tokenizer)),
        vocab_size=len(processor.tokenizer),
        num_speakers=2,
        num_languages=2,
    )


@pytest.fixture(scope="session")
def new_model(config):
    """Makes a voice of its own; `lively=False` leaves the weights as training begins with them."""

    def make(lively: bool = True, **overrides) -> TTSGanModel:
        torch.manual_seed(0)
        fields = {**config.to_dict(), **overrides}
        model = TTSGanModel(TTSGanConfig(**fields)).eval()
        return enliven(model) if lively else model

    return make


@pytest.fixture(scope="session")
def voice(new_model):
    return new_model()


@pytest.fixture(scope="session")
def voice_folder(voice, processor, tmp_path_factory):
    """A voice as `save_pretrained` leaves it."""
    folder = tmp_path_factory.mktemp("voice")
    copy.deepcopy(voice).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def text_encoder_folder(text_tokenizer, tmp_path_factory):
    """A text encoder of two layers, pooler and all, as it would come from the Hub."""
    folder = tmp_path_factory.mktemp("text_encoder")
    torch.manual_seed(0)
    BertModel(bert_config(len(text_tokenizer), layers=2)).save_pretrained(folder)
    text_tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def inputs(processor):
    """Three sentences of different lengths, padded."""
    return processor(SENTENCES)
