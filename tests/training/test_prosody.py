"""The prosody of a corpus, learned by the command line and by an experiment."""

import json
import logging
from dataclasses import replace

import pytest
import torch
import yaml
from helpers.example_scripts import script
from helpers.training import write_corpus
from transformers import TrainingArguments

from transformers_tts_gan import (
    ProsodyAblationArguments,
    ProsodyArguments,
    TTSGanConfig,
    TTSGanModel,
    TTSGanProcessor,
    TTSGanProsodyModel,
    build_prosody_trainer,
    parse_arguments,
    phone_tokenizer,
    run_prosody_ablation,
)
from transformers_tts_gan.cli.main import main
from transformers_tts_gan.training import prosody, prosody_ablation
from transformers_tts_gan.training.prosody import ProsodyTrainer, new_prosody_model


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A voice and a corpus."""
    folder = tmp_path_factory.mktemp("parts")
    processor = TTSGanProcessor(phone_tokenizer(), speakers=["ann"], languages=["en"], sampling_rate=16_000)
    torch.manual_seed(0)
    config = TTSGanConfig.from_preset("tiny", vocab_size=len(processor.tokenizer))
    TTSGanModel(config).save_pretrained(folder / "voice")
    processor.save_pretrained(folder / "voice")
    write_corpus(folder / "corpus", train=8, test=4)
    return folder


def recipe(parts, output, **fields) -> list[str]:
    options = {
        "datasets": parts / "corpus",
        "voice": parts / "voice",
        "output_dir": output,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "max_steps": 3,
        "per_device_train_batch_size": 4,
        "report_to": "none",
        "use_cpu": True,
        **fields,
    }
    return ["train", "prosody", *(word for name, value in options.items() for word in (f"--{name}", str(value)))]


@pytest.mark.parametrize(("tuned", "from_voice"), [(False, True), (True, False)])
def test_a_prosody_model_is_trained_by_the_command_line(
    parts, text_encoder_folder, tmp_path, caplog, tuned, from_voice
):
    options = {"tune_text_encoder": tuned, "from_voice": from_voice}
    with caplog.at_level(logging.INFO):
        main(recipe(parts, tmp_path, text_encoder=text_encoder_folder, **options))
    model, processor = TTSGanProsodyModel.from_pretrained(tmp_path), TTSGanProcessor.from_pretrained(tmp_path)
    assert processor.speakers == ["ann", "speaker"] and model.config.num_speakers == 2
    assert "log duration rmse" in caplog.text
    assert json.loads((tmp_path / "prosody.json").read_text())["log_duration_rmse"] > 0
    before = TTSGanProsodyModel(model.config).text_encoder.__class__.from_pretrained(text_encoder_folder)
    same = [one.equal(other) for one, other in zip(model.text_encoder.parameters(), before.parameters(), strict=False)]
    assert all(same) != tuned
    assert model(**processor("Good day.", speaker="speaker")).pitch.isfinite().all()


def test_the_text_encoder_learns_at_a_tenth_of_the_rate(processor, voice, tmp_path):
    model = new_prosody_model(processor, voice.text_encoder, hidden_size=16, num_attention_heads=2)
    arguments = TrainingArguments(str(tmp_path), learning_rate=1e-3, report_to="none", use_cpu=True)
    groups = ProsodyTrainer(model, arguments, processor=processor).create_optimizer().param_groups
    of_encoder = set(model.text_encoder.parameters())
    rates = {
        parameter in of_encoder: group["lr"]
        for group in groups
        for parameter in group["params"]
        if len(group["params"])
    }
    assert rates == {True: pytest.approx(1e-4), False: pytest.approx(1e-3)}
    assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))


@pytest.fixture
def experiment(parts, text_encoder_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(prosody_ablation, "DEVELOPMENT", 2)
    monkeypatch.setattr(prosody_ablation, "DRAWS", 20)
    table = {
        "question": "Does it help?",
        "train": "prosody",
        "voice": str(parts / "voice"),
        "datasets": [str(parts / "corpus")],
        "sizes": [2, 4],
        "summary_sentences": 4,
        "steps": {2: 2, 4: 3},
        "batch_size": 2,
        "learning_rate": 0.01,
        "model": {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2},
        "seeds": [0, 1],
        "variants": {
            "none": None,
            "random weights": {"text_encoder": str(text_encoder_folder), "random_weights": True, "seeds": [0]},
            "tuned": {"text_encoder": str(text_encoder_folder), "tune_text_encoder": True, "sizes": [4]},
        },
    }
    file = tmp_path / "experiment.yaml"
    file.write_text(yaml.safe_dump(table), encoding="utf-8")
    return file


def test_an_experiment_compares_encoders_once(experiment, tmp_path, monkeypatch, capsys):
    script("run_ablation", "examples/experiments").main([str(experiment), "--output", str(tmp_path / "results")])
    text = capsys.readouterr().out.rstrip("\n")
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    assert {size: set(table) for size, table in results.items()} == {
        "2": {"none", "random weights"},
        "4": {"none", "random weights", "tuned"},
    }
    assert results["4"]["none"]["seeds"] == 2 and results["4"]["random weights"]["seeds"] == 1
    mean, low, high = results["4"]["none"]["log_duration_rmse"]
    assert 0 < low <= mean <= high
    summary = text.splitlines()[-1]
    assert summary.startswith("summary f0_correlation_none=") and summary.endswith("sentences=4")
    assert (tmp_path / "results" / "results.svg").is_file()

    monkeypatch.setattr(prosody_ablation, "run_job", None)  # what is finished is not done again
    again = run_prosody_ablation(ProsodyAblationArguments(str(experiment), output=str(tmp_path / "results")))
    assert again == text


def test_seeds_draw_other_sentences_and_their_copies():
    rows = [{"number": number, "bare": {"number": -number} if number % 2 else None} for number in range(20)]
    first, second = (prosody_ablation.training_sample(rows, 6, seed) for seed in (0, 1))
    assert first != second and first == prosody_ablation.training_sample(rows, 6, 0)
    whole = [row["number"] for row in first if row["number"] >= 0]
    copies = [-row["number"] for row in first if row["number"] < 0]
    assert len(whole) == 6 and copies == [number for number in whole if number % 2]
    assert all("bare" not in row for row in first)


@pytest.mark.parametrize(("size", "steps"), [(20, 5), (50, 5), (51, 9), (500, 9)])
def test_a_setting_follows_the_number_of_sentences(size, steps):
    assert prosody_ablation.by_size({50: 5, 200: 9}, size) == steps and prosody_ablation.by_size(7, size) == 7


def test_a_student_learns_from_what_a_teacher_says_of_texts(parts, text_encoder_folder, tmp_path, caplog):
    main(recipe(parts, tmp_path / "teacher", text_encoder=text_encoder_folder))
    (tmp_path / "texts.txt").write_text("A red bird, a blue bird.\n\nWho is it?\n好\n", encoding="utf-8")
    options = {"teacher": tmp_path / "teacher", "texts": tmp_path / "texts.txt"}
    arguments = recipe(parts, tmp_path / "student", **options)[2:]
    recipe_of, training = parse_arguments(ProsodyArguments, TrainingArguments, arguments=arguments)
    trainer = build_prosody_trainer(recipe_of, training)
    taught = trainer.train_dataset[-3:]
    assert [row["text"] for row in taught] == ["A red bird, a blue bird.", "Who is it?", "好"]
    assert [row["speaker_id"] for row in taught] == [0, 1, 0]
    teacher = TTSGanProsodyModel.from_pretrained(tmp_path / "teacher").eval()
    known = TTSGanProcessor.from_pretrained(tmp_path / "teacher")
    assert taught[1]["pitch"].allclose(teacher(**known("Who is it?", speaker="speaker")).pitch[0], atol=1e-5)
    assert trainer.model.text_encoder is None and trainer.train()
    with pytest.raises(ValueError, match="Only one of"):
        build_prosody_trainer(replace(recipe_of, texts=None), training)


def test_only_the_predictors_of_a_voice_are_trained_and_go_back_into_it(parts, tmp_path):
    main(recipe(parts, tmp_path, only_predictors=True, latent_size=0, learning_rate=0.01))
    before, after = TTSGanModel.from_pretrained(parts / "voice"), TTSGanModel.from_pretrained(tmp_path)
    old = before.state_dict()
    table = "acoustic.speaker_embedding.weight"  # has one speaker more
    changed = {name for name, weight in after.state_dict().items() if name != table and not weight.equal(old[name])}
    predictors = ("acoustic.duration_predictor.", "acoustic.prosody_predictor.")
    assert changed and all(name.startswith(predictors) for name in changed)
    assert len({name.split(".")[1] for name in changed}) == 2
    assert after.acoustic.speaker_embedding.weight[0].equal(old[table][0])
    assert TTSGanProcessor.from_pretrained(tmp_path).speakers == ["ann", "speaker"]
    with pytest.raises(SystemExit, match="no new parts"):
        main(recipe(parts, tmp_path / "other", only_predictors=True))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text_encoder": "nowhere"}, "find them"),
        ({"teacher": "nowhere"}, "Only one of `teacher` and `texts`"),
        ({"teacher": "nowhere", "texts": "nothing.txt"}, "There is no file `nothing.txt`"),
        ({"teacher": "nowhere", "texts": "empty.txt"}, "`empty.txt` is empty"),
        ({"teacher": "{voice}", "texts": "one.txt"}, "The teacher `.*voice` is a `tts_gan`, but a prosody model"),
        ({"text_encoder": "{voice}"}, "`.*voice` is a `tts_gan` of this package, but a text encoder is needed"),
        ({"output_dir": "{voice}"}, "`output_dir` is the `voice`"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_measured(parts, tmp_path, monkeypatch, wrong, words):
    monkeypatch.setattr(prosody, "measured_corpora", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text("\n \n", encoding="utf-8")
    (tmp_path / "one.txt").write_text("Who is it?\n", encoding="utf-8")
    options = {"output": "outputs", **{name: value.format(voice=parts / "voice") for name, value in wrong.items()}}
    with pytest.raises(SystemExit, match=words):
        main(recipe(parts, **options))


def test_a_misspelled_name_in_an_experiment_is_refused(experiment):
    table = yaml.safe_load(experiment.read_text(encoding="utf-8"))
    table["variants"]["tuned"]["tune_text_encodr"] = True
    with pytest.raises(ValueError, match="`tune_text_encodr` of `tuned` is not known"):
        prosody_ablation.check_experiment(table)
