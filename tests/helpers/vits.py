"""Tiny VITS models with a tokenizer of letters, made here; nothing is downloaded."""

import functools
import json
import tempfile
from pathlib import Path

import torch
from datasets import Dataset
from transformers import VitsConfig, VitsModel, VitsTokenizer, set_seed

from helpers.training import speech_rows
from transformers_tts_gan.data.prepare import PrepareSpeech, prepare_speech
from transformers_tts_gan.models.configuration_tts_gan import TTSGanDiscriminatorConfig
from transformers_tts_gan.models.discriminators import TTSGanDiscriminator
from transformers_tts_gan.models.vits.new import new_vits
from transformers_tts_gan.models.vits.processor import VitsProcessor
from transformers_tts_gan.models.vits.spectrogram import VitsFrames
from transformers_tts_gan.training.arguments import TTSGanTrainingArguments
from transformers_tts_gan.training.trainer import TTSGanTrainer


LETTERS = "_ abcdefghijklmnopqrstuvwxyz'"
NAMES = ("ann", "bob", "cid")
SIZES = {
    "vocab_size": len(LETTERS),
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "ffn_dim": 32,
    "flow_size": 8,
    "spectrogram_bins": 129,
    "upsample_initial_channel": 16,
    "upsample_rates": [8, 8],
    "upsample_kernel_sizes": [16, 16],
    "resblock_kernel_sizes": [3],
    "resblock_dilation_sizes": [[1, 3]],
    "duration_predictor_filter_channels": 16,
    "duration_predictor_num_flows": 2,
    "depth_separable_num_layers": 2,
    "prior_encoder_num_flows": 2,
    "prior_encoder_num_wavenet_layers": 2,
    "posterior_encoder_num_wavenet_layers": 2,
    "pad_token_id": 0,
}
DISCRIMINATORS = {"periods": (2, 3), "period_channels": (4, 8), "scale_channels": (8, 16)}


def tiny_vits(**overrides) -> VitsModel:
    """A new model, always the same one, whose flows do something already."""
    set_seed(0)
    model = new_vits(VitsConfig(**SIZES | overrides))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    return model


def tiny_vits_discriminator() -> TTSGanDiscriminator:
    """VITS's set with few channels."""
    set_seed(1)
    return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("vits", **DISCRIMINATORS))


def letter_tokenizer(folder: Path, **options) -> VitsTokenizer:
    """A stock tokenizer of small letters, its vocabulary in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(LETTERS)}))
    options = {"pad_token": "_", "unk_token": "_", "phonemize": False, "add_blank": False} | options
    return VitsTokenizer(str(vocabulary), **options)


def letter_processor(folder: Path, tokenizer_options: dict | None = None, **options) -> VitsProcessor:
    return VitsProcessor(letter_tokenizer(folder, **tokenizer_options or {}), **options)


@functools.cache
def prepared_vits_rows(count: int = 8, speakers: int = 1) -> Dataset:
    """`count` rows ready for training, of `speakers` people in turn."""
    with tempfile.TemporaryDirectory() as folder:
        processor = letter_processor(Path(folder), speakers=NAMES[:speakers])
        rows = [{**row, "speaker": NAMES[n % speakers]} for n, row in enumerate(speech_rows(count))]
        return prepare_speech(rows, PrepareSpeech(VitsFrames.of(VitsConfig(**SIZES)), processor), "raise")[0]


def make_vits_trainer(folder: Path | str, speakers: int = 1, **arguments) -> TTSGanTrainer:
    """A trainer of a tiny VITS on 8 rows, 2 batches of 4; `arguments` replace those of training."""
    sizes = {"num_speakers": speakers, "speaker_embedding_size": 4 if speakers > 1 else 0}
    parts = {name: arguments.pop(name) for name in ("model", "callbacks", "data_collator") if name in arguments}
    defaults = {
        "output_dir": str(folder),
        "per_device_train_batch_size": 4,
        "per_device_eval_batch_size": 4,
        "max_steps": 3,
        "segment_frames": 8,
        "warmup_steps": 0,
        "save_strategy": "no",
        "logging_steps": 1,
        "disable_tqdm": True,
        "use_cpu": True,
        "report_to": [],
    }
    processor = letter_processor(Path(folder), speakers=NAMES[:speakers])
    return TTSGanTrainer(
        parts.pop("model", None) or tiny_vits(**sizes),
        TTSGanTrainingArguments.for_vits(**defaults | arguments),
        discriminator=tiny_vits_discriminator(),
        train_dataset=prepared_vits_rows(8, speakers),
        eval_dataset=prepared_vits_rows(2, speakers),
        processing_class=processor,
        **parts,
    )
