"""From a recipe to a trainer: what the arguments name is what is built."""

import pytest
import torch
from helpers.example_scripts import recipe
from helpers.training import TEXTS, write_corpus

from transformers_tts_gan import (
    DataArguments,
    MelDistance,
    ModelArguments,
    TTSGanTrainingArguments,
    VocoderArguments,
    build_tts_trainer,
    build_vocoder_trainer,
    parse_arguments,
)
from transformers_tts_gan.training.corpora import build_speech_metrics, load_corpora


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("corpus"))


def test_speech_metrics_are_those_that_are_named():
    assert build_speech_metrics(DataArguments([])) is None
    assert isinstance(build_speech_metrics(DataArguments([], speech_metrics="mel_distance")), MelDistance)
    with pytest.raises(ValueError, match="`speech_metrics` is `mos`: choose `mel_distance`, `wer` or `cer`"):
        build_speech_metrics(DataArguments([], speech_metrics="mos"))


def test_a_voice_gets_transcripts_and_a_vocoder_only_sound(corpus):
    voice = load_corpora(DataArguments([str(corpus)]), "train")
    assert voice.column_names == ["audio", "text", "speaker", "language"]
    assert set(voice["text"]) <= set(TEXTS)
    assert load_corpora(VocoderArguments([str(corpus)]), "train").column_names == ["audio"]


def build(corpus, folder, *options):
    table = recipe(folder / "recipe.yaml", datasets=[str(corpus)], output_dir=str(folder / "out"))
    classes = (ModelArguments, DataArguments, TTSGanTrainingArguments)
    return build_tts_trainer(*parse_arguments(*classes, arguments=[str(table), *options]))


def test_the_text_encoder_is_trained_by_lora_where_that_is_asked_for(corpus, text_encoder_folder, tmp_path):
    trainer = build(corpus, tmp_path, "--text_encoder", str(text_encoder_folder), "--text_encoder_lora", '{"r": 2}')
    assert trainer.model.config.text_encoder_lora["r"] == 2
    trained = {name for name, weight in trainer.model.text_encoder.named_parameters() if weight.requires_grad}
    assert trained and all("lora" in name for name in trained)


def test_so_many_samples_are_trained_on_and_none_held_out_where_no_split_is_named(corpus, tmp_path):
    trainer = build(corpus, tmp_path, "--max_train_samples", "3", "--eval_split", "")
    assert len(trainer.train_dataset) == 3
    assert trainer.eval_dataset is None and trainer.args.eval_strategy == "no"


def test_a_seed_decides_the_new_weights(corpus, tmp_path):
    training = {"report_to": "none", "use_cpu": True, "cpu_threads": 1}
    weights = []
    for seed in (1, 1, 2):
        arguments = VocoderArguments([str(corpus)], preset="tiny")
        trainer = build_vocoder_trainer(arguments, TTSGanTrainingArguments(str(tmp_path), seed=seed, **training))
        weights.append(torch.cat([weight.flatten() for weight in trainer.model.parameters()]))
    assert weights[0].equal(weights[1]) and not weights[0].equal(weights[2])
