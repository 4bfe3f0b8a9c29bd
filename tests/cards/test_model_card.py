"""The README of a trained voice: metadata that the Hub understands, code that compiles, numbers that were measured."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from helpers.reports import HOW, make_report, read
from helpers.training import make_trainer, silence, tiny_model
from huggingface_hub import ModelCard
from transformers import TrainerCallback

from transformers_tts_gan import TTSGanConfig, TTSGanModel, TTSGanProcessor
from transformers_tts_gan.cards.evaluation_section import update_card
from transformers_tts_gan.cards.samples import example_texts, machine
from transformers_tts_gan.models.tokenization_tts_gan import phone_tokenizer


PUBLIC_FIELDS = {"library_name", "pipeline_tag", "language", "license", "tags", "base_model", "datasets", "widget"}


def lively(voice: TTSGanModel) -> TTSGanModel:
    """New weights whose durations are about 5 frames: a voice that has not been trained says next to nothing."""
    with torch.no_grad():
        voice.acoustic.duration_predictor.output.bias.fill_(1.8)
        voice.vocoder.head.bias += 1.0
    return voice


def unpadded(card: str) -> str:
    """Its tables without the spaces that align their columns."""
    return re.sub(" +", " ", card)


def write_source(folder: Path, card: str) -> str:
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(card, encoding="utf-8")
    return str(folder)


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    """After a training with an evaluation, on two corpora of which one is not for commerce."""
    folder = tmp_path_factory.mktemp("card")
    trainer = make_trainer(
        folder / "out", max_steps=1, eval_strategy="steps", eval_steps=1, model=lively(tiny_model())
    )
    trainer.train()
    trainer.save_model()
    origin = {
        "datasets": [
            {"path": write_source(folder / "ljs", "# LJSpeech\n\nLicense: public domain.")},
            {"path": write_source(folder / "baker", "---\nlicense: cc-by-nc-sa-4.0\n---\n# Baker")},
            {"path": write_source(folder / "mine", "# My own recordings")},
            {"path": str(folder / "gone"), "licenses": ["cc-by-4.0"]},
        ],
        "parts": {"text_encoder": None, "vocoder": write_source(folder / "vocoder", "---\nlicense: mit\n---\n")},
    }
    (folder / "out" / "voice_data.json").write_text(json.dumps(origin), encoding="utf-8")
    trainer.create_model_card(model_name="my-voice", license="apache-2.0", tags="demo", finetuned_from=None)
    return trainer


@pytest.fixture(scope="module")
def card(trainer):
    """As `push_to_hub` would write it."""
    return Path(trainer.args.output_dir, "README.md").read_text(encoding="utf-8")


def test_the_metadata_names_the_task_the_language_and_the_license(trainer, card):
    data = ModelCard.load(Path(trainer.args.output_dir, "README.md")).data.to_dict()
    assert set(data) <= PUBLIC_FIELDS
    assert (data["library_name"], data["pipeline_tag"]) == ("transformers", "text-to-speech")
    assert (data["language"], data["license"]) == (["en"], "apache-2.0")
    assert data["tags"] == ["tts-gan", "text-to-speech", "demo"]
    assert [example["output"]["url"] for example in data["widget"]] == ["samples/en.wav"]


def test_folders_of_this_machine_are_told_in_prose_and_never_given_as_ids(trainer, card):
    """The Hub refuses a card whose `base_model` is no id, and nobody else has `/home/me`."""
    assert "base_model" not in card and "\ndatasets:" not in card
    assert "| vocoder | `vocoder` | mit |" in unpadded(card)
    assert str(Path(trainer.args.output_dir).parent) not in card


def test_parents_on_the_hub_are_base_models(tmp_path, monkeypatch):
    """Whether an id is one, the Hub or its cache says; a folder of another day may look the same."""
    known = write_source(tmp_path / "cache", "---\nlicense: cc-by-nc-4.0\n---\n")

    def download(name, file, repo_type, local_files_only):
        assert local_files_only, "without a push nobody may wait for the network"
        if name != "user/encoder":
            raise FileNotFoundError(name)
        return f"{known}/{file}"

    monkeypatch.setattr("transformers_tts_gan.cards.provenance.hf_hub_download", download)
    trainer = make_trainer(tmp_path / "out", with_text_encoder=True)
    trainer.model.config.text_encoder_config._name_or_path = "user/encoder"
    trainer.model.config.vocoder_config._name_or_path = "outputs/vocoder"
    trainer.create_model_card(finetuned_from="user/voice", dataset_tags="user/corpus")
    card = ModelCard.load(tmp_path / "out" / "README.md")
    assert card.data.base_model == ["user/encoder", "user/voice"] and card.data.datasets == ["user/corpus"]
    assert "**Not for commercial use:** `user/encoder` (text encoder, cc-by-nc-4.0)" in card.text
    assert "There was no card of `outputs/vocoder` to read here" in card.text


def test_the_card_says_how_to_speak_and_how_well_it_went(trainer, card):
    codes = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    for code in codes:
        ast.parse(code)
        assert '"my-voice"' in code
    assert len(codes) == 2
    logged = next(entry for entry in trainer.state.log_history if "eval_loss" in entry)
    card = unpadded(card)
    assert "| steps | 1 |" in card and f"loss {logged['eval_loss']:.4g}" in card
    assert "| recordings | 12," in card and f"| machine | {machine('cpu')} |" in card
    assert "runtime" not in card and "](https://huggingface.co/)" not in card


def test_duties_of_a_corpus_are_warned_of_on_top_and_unknown_licenses_named(card):
    top = card.split("## Use")[0]
    assert "> **Not for commercial use:** `baker` (corpus, cc-by-nc-sa-4.0)" in top
    assert "> **Share alike:** `baker`" in top and "ljs" not in top
    for row in ("| corpus | `ljs` | public-domain |", "| corpus | `gone` | cc-by-4.0 |"):
        assert row in unpadded(card)
    assert "The license of `mine` is not stated in its card: look before you share." in card


def test_the_samples_can_be_heard_and_the_speeds_were_measured(trainer, card):
    (link,) = re.findall(r'<audio controls src="([^"]+)"', card)
    wave, rate = soundfile.read(Path(trainer.args.output_dir, link))
    assert rate == 16_000 and len(wave) > rate / 4 and np.abs(wave).max() > 0.001
    rows = re.findall(r"^\| ([\d.]+) s +\| ([\d.]+) s +\| ([\d.]+) +\|", card, re.MULTILINE)
    sounds, spent, factors = zip(*[map(float, row) for row in rows], strict=True)
    assert [round(sound) for sound in sounds] == [1, 10]
    for sound, time, factor in zip(sounds, spent, factors, strict=True):
        assert 0 < time and factor == pytest.approx(time / sound, rel=0.05, abs=2e-3)


@pytest.mark.parametrize("what", ["silence", "NaN"])
def test_a_voice_that_cannot_speak_still_gets_its_card(what, tmp_path, caplog):
    """It is written after hours of training."""
    trainer = make_trainer(tmp_path, model=lively(tiny_model()))
    if what == "silence":
        silence(trainer.model.vocoder)
    else:
        with torch.no_grad():
            trainer.model.vocoder.head.bias.fill_(torch.nan)
    trainer.create_model_card()
    card = ModelCard.load(tmp_path / "README.md")
    assert "There was no speech in `en`" in card.text and "<audio" not in card.text
    assert "No sample of language `en`" in caplog.text and not (tmp_path / "samples").exists()


def test_a_card_leaves_the_training_as_it_was(tmp_path):
    """`push_to_hub` may be called in the midst of it: mode, weights and random numbers are what they were."""
    trainer = make_trainer(tmp_path, max_steps=1)
    trainer.train()
    trainer.model.train()
    before = [weight.clone() for weight in trainer.model.parameters()]
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    trainer.create_model_card()
    assert torch.rand(2).equal(expected) and trainer.model.training
    assert all(torch.equal(old, new) for old, new in zip(before, trainer.model.parameters(), strict=True))


def many_speakers(count: int) -> tuple[TTSGanModel, TTSGanProcessor]:
    """A voice of Chinese and German."""
    names = [f"speaker{number}" for number in range(count)]
    processor = TTSGanProcessor(phone_tokenizer(("<ß>",)), speakers=names, languages=["zh", "de"])
    sizes = {"vocab_size": len(processor.tokenizer), "num_speakers": count, "num_languages": 2}
    torch.manual_seed(0)
    return lively(TTSGanModel(TTSGanConfig.from_preset("tiny", **sizes))), processor


def test_a_chinese_card_speaks_chinese_and_counts_speakers_beyond_twenty(tmp_path):
    model, processor = many_speakers(23)
    trainer = make_trainer(tmp_path, model=model)
    trainer.processing_class = processor
    trainer.create_model_card()
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    card = ModelCard.load(tmp_path / "README.md")
    assert card.data.language == ["zh", "de"] and "今天天气很好" in text
    assert "`speaker19`, ... (23 in all: `processor.speakers`)" in text and "speaker20" not in text
    assert 'speaker="speaker0", language="zh"' in text
    assert [path.name for path in sorted((tmp_path / "samples").iterdir())] == ["zh.wav"], "no German row is at hand"


@pytest.mark.parametrize("name", ['x", print("ran"), "', "a\\", "two\nlines", "```", "a|b`c", "{0}"])
def test_a_speakers_name_stays_a_name(name, tmp_path):
    """It comes from the corpus of whoever trained the voice; the code is copied by who uses it."""
    model, processor = many_speakers(2)
    processor.speakers[0] = name
    trainer = make_trainer(tmp_path, model=model)
    trainer.processing_class = processor
    trainer.create_model_card(model_name='my "voice"')
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    codes = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    calls = [node for code in codes for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    given = [each.value.value for call in calls for each in call.keywords if each.arg in ("speaker", "model")]
    assert given == ['my "voice"', name]
    assert not any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls)
    row = next(line for line in text.splitlines() if line.startswith("| speakers"))
    assert len(re.split(r"(?<!\\)\|", row)) == 4 and "speaker1" in row


def test_languages_without_a_sentence_of_ours_take_one_of_their_rows():
    from datasets import Dataset

    _, processor = many_speakers(1)
    processor.languages[1] = "fi"
    rows = Dataset.from_list([{"text": "不用", "language_id": 0}, {"text": "Hyvää päivää.", "language_id": 1}])
    assert example_texts(processor, None, rows)["fi"] == "Hyvää päivää."


class Push(TrainerCallback):
    def __init__(self, trainer):
        self.trainer = trainer

    def on_step_end(self, args, state, control, **kwargs):
        self.trainer.create_model_card()


def test_a_card_written_in_the_midst_of_training_does_no_harm(tmp_path):
    trainer = make_trainer(tmp_path, max_steps=2)
    trainer.add_callback(Push(trainer))
    trainer.train()
    assert "| steps | 2 |" in unpadded((tmp_path / "README.md").read_text(encoding="utf-8"))


def test_a_push_keeps_the_numbers_of_these_weights_and_drops_those_of_others(tmp_path):
    trainer = make_trainer(tmp_path, max_steps=1)
    trainer.train()
    trainer.save_model()
    trainer.create_model_card()
    assert "Not evaluated yet" in read(tmp_path)
    update_card(tmp_path, make_report(), HOW)
    assert "Not evaluated yet" not in read(tmp_path) and "0.125 [" in read(tmp_path)
    trainer.save_model()
    trainer.create_model_card()
    card = read(tmp_path)
    assert "0.125 [" in card and ModelCard(card).data.eval_results[0].metric_value == 0.125
    with torch.no_grad():
        trainer.model.acoustic.language_embedding.weight += 1
    trainer.average = None
    trainer.save_model()
    trainer.create_model_card()
    assert "Not evaluated yet" in read(tmp_path) and ModelCard(read(tmp_path)).data.eval_results is None
