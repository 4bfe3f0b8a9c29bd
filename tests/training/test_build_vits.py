"""From the recipe for VITS to a voice: an own one, with the speakers of the corpus, its card and its measures."""

import logging

import numpy as np
import pytest
import torch
from helpers.example_scripts import EXAMPLES
from helpers.training import weights, write_corpus
from helpers.vits import letter_tokenizer, tiny_vits, tiny_vits_discriminator
from transformers import VitsModel, pipeline

from transformers_tts_gan import (
    DataArguments,
    ModelArguments,
    TTSGanTrainingArguments,
    build_tts_trainer,
    parse_arguments,
    save_trained,
)
from transformers_tts_gan.data.load import load_speech
from transformers_tts_gan.training.arguments import VITS_DEFAULTS


CLASSES = (ModelArguments, DataArguments, TTSGanTrainingArguments)
RECIPE = EXAMPLES / "recipes" / "vits_finetune.yaml"
QUICK = {"max_steps": 2, "per_device_train_batch_size": 4, "segment_frames": 8, "eval_steps": 2, "save_steps": 2,
         "report_to": "none", "use_cpu": True, "cpu_threads": 1, "disable_tqdm": True}  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("corpus"))


def checkpoint(folder, **sizes):
    """A folder as it would come from the Hub."""
    tiny_vits(**sizes).save_pretrained(folder)
    letter_tokenizer(folder, language="eng").save_pretrained(folder)
    return folder


def build(corpus, source, output, **options):
    options = (
        QUICK | {"datasets": corpus, "model_name_or_path": source, "output_dir": output, "language": "en"} | options
    )
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    parsed = parse_arguments(*CLASSES, arguments=[str(RECIPE), *words])
    return build_tts_trainer(*parsed), parsed


def test_the_recipe_makes_a_stock_voice_with_a_card(corpus, tmp_path):
    source = checkpoint(tmp_path / "mms-tts-eng")
    trainer, (parts, data, _) = build(corpus, source, tmp_path / "out", speech_metrics="mel_distance")
    before = weights(trainer.model)
    trainer.train()
    save_trained(trainer, parts, data)
    assert any("eval_mel_distance" in log for log in trainer.state.log_history)
    model = VitsModel.from_pretrained(tmp_path / "out")
    assert any(not torch.equal(before[name], weight) for name, weight in model.state_dict().items())
    speech = pipeline("text-to-speech", model=str(tmp_path / "out"))("we see")
    assert np.isfinite(speech["audio"]).all()
    card = (tmp_path / "out" / "README.md").read_text()
    assert "A VITS voice of 16000 Hz" in card and "It reads letters." in card
    assert "`mms-tts-eng` (voice, cc-by-nc-4.0)" in card and "Not for commercial use" in card
    assert "TTSGanPipeline" not in card and '<audio controls src="samples/en.wav">' in card
    assert (tmp_path / "out" / "samples" / "en.wav").exists()


def test_the_speakers_of_a_corpus_are_added(corpus, tmp_path, monkeypatch):
    source = checkpoint(tmp_path / "source")
    plain = load_speech

    def two(*args, **kwargs):
        rows = plain(*args, **kwargs)
        return rows.map(lambda row, n: {"speaker": f"speaker{n % 2}"}, with_indices=True)

    monkeypatch.setattr("transformers_tts_gan.training.corpora.load_speech", two)
    trainer, _ = build(corpus, source, tmp_path / "out")
    assert trainer.model.config.num_speakers == 2 and trainer.processing_class.speakers == ["speaker0", "speaker1"]
    many = checkpoint(tmp_path / "many", num_speakers=3, speaker_embedding_size=4)
    trainer, _ = build(corpus, many, tmp_path / "out2")
    assert trainer.processing_class.speakers == ["speaker_0", "speaker_1", "speaker_2", "speaker0", "speaker1"]
    assert trainer.model.embed_speaker.weight.shape == (5, 4)


def test_discriminators_are_those_beside_the_checkpoint_or_new_ones_with_a_word(corpus, tmp_path, caplog):
    source = checkpoint(tmp_path / "source")
    with caplog.at_level(logging.WARNING):
        trainer, _ = build(corpus, source, tmp_path / "out")
    assert "new ones begin" in caplog.text
    periods = {each.period for each in trainer.discriminator.sub_discriminators if hasattr(each, "period")}
    assert periods == {2, 3, 5, 7, 11}
    tiny_vits_discriminator().save_pretrained(source / "discriminator")
    trainer, _ = build(corpus, source, tmp_path / "out2")
    assert trainer.discriminator.config.periods == [2, 3]


def test_letters_that_are_passed_over_and_arguments_of_our_own_model_are_told(corpus, tmp_path, caplog):
    source = checkpoint(tmp_path / "source")
    with pytest.raises(ValueError, match="`vocoder` is for our own model"):
        build(corpus, source, tmp_path / "out", vocoder="somewhere")
    with caplog.at_level(logging.WARNING):
        build(corpus, source, tmp_path / "out", gan_loss="hinge")
    assert "VITS was published with `least_squares`" in caplog.text


def test_the_recipe_holds_the_published_settings():
    _, _, training = parse_arguments(*CLASSES, arguments=[str(RECIPE), "--output_dir", "x", "--use_cpu", "true"])
    published = TTSGanTrainingArguments.for_vits("x")
    for name in VITS_DEFAULTS.keys() - {"learning_rate"}:
        assert getattr(training, name) == getattr(published, name), name
