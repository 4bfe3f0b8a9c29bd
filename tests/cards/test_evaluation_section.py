"""Measured numbers on a card: they come, are replaced and go; whatever else is on the card keeps its bytes."""

import importlib.util
import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.reports import HOW, make_report, read
from huggingface_hub import ModelCard

from transformers_tts_gan import TTSGanConfig, TTSGanModel, TTSGanProcessor
from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.cards.evaluation_section import update_card
from transformers_tts_gan.cards.model_card import weights_digest
from transformers_tts_gan.evaluation import run
from transformers_tts_gan.models.tokenization_tts_gan import phone_tokenizer


HAND_WRITTEN = """\
---
license: cc0-1.0
tags: [a,   b]   # kept as it is
---

# A voice

Written by hand.  \n
## Data

At the end."""


@pytest.fixture
def by_hand(tmp_path):
    folder = tmp_path / "kathleen"
    folder.mkdir()
    (folder / "README.md").write_bytes(HAND_WRITTEN.encode())
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def without_numbers(card: str) -> str:
    card = re.sub(r"<!-- evaluation .*?end of evaluation -->\r?\n", "", card, flags=re.DOTALL)
    return re.sub(r"^model-index:\r?\n((- |  ).*\n)*", "", card, flags=re.MULTILINE)


def test_numbers_go_into_a_card_and_leave_all_else_as_it_is(by_hand):
    update_card(by_hand, make_report(), HOW)
    card = read(by_hand)
    assert without_numbers(card) == HAND_WRITTEN + "\n\n## Evaluation\n\n"
    assert (
        f"2 held-out sentences (en, split `test` of kathleen), transcribed by `whisper-base`, {date.today()}" in card
    )
    assert "| word error rate | 0.000" in re.sub(r" +", " ", card) and "```bash\npython examples" in card
    results = {result.metric_type: result for result in ModelCard(card).data.eval_results}
    assert results["wer"].metric_value == 0.125 and results["mos"].metric_value == 3.875
    assert results["wer"].metric_args["ground_truth"] == 0 and results["wer"].dataset_split == "test"
    assert results["wer"].task_type == "text-to-speech"


def test_a_second_evaluation_takes_the_place_of_the_first(by_hand):
    update_card(by_hand, make_report(), HOW)
    first = read(by_hand)
    update_card(by_hand, make_report(), HOW)
    assert read(by_hand) == first
    update_card(by_hand, make_report(errors=2), HOW)
    second = read(by_hand)
    assert second.count("<!-- evaluation en") == second.count("model-index:") == 1
    assert without_numbers(second) == without_numbers(first)
    assert ModelCard(second).data.eval_results[0].metric_value == 0.25


def test_numbers_of_two_languages_stand_together_until_the_weights_change(by_hand):
    update_card(by_hand, make_report("en"), HOW)
    update_card(by_hand, make_report("zh"), HOW)
    results = ModelCard(read(by_hand)).data.eval_results
    assert {(each.dataset_config, each.metric_type) for each in results} >= {("en", "wer"), ("zh", "tpe")}
    (by_hand / "model.safetensors").write_bytes(b"other weights")
    update_card(by_hand, make_report("zh"), HOW)
    card = read(by_hand)
    assert "<!-- evaluation en" not in card and f"<!-- evaluation zh of weights {weights_digest(by_hand)}" in card
    assert {each.dataset_config for each in ModelCard(card).data.eval_results} == {"zh"}


def test_cards_with_other_line_ends_and_without_metadata_are_served_too(by_hand):
    windows = HAND_WRITTEN.replace("\n", "\r\n")
    (by_hand / "README.md").write_bytes(windows.encode())
    for errors in (1, 2):
        update_card(by_hand, make_report(errors=errors), HOW)
    card = read(by_hand)
    assert "\n" not in card.replace("\r\n", "") and card.count("model-index") == 1
    assert without_numbers(card).startswith(windows)
    (by_hand / "README.md").write_text("# Only a title", encoding="utf-8")
    update_card(by_hand, make_report(), HOW)
    assert ModelCard(read(by_hand)).data.eval_results and "\n# Only a title\n" in read(by_hand)


def test_without_a_card_there_is_nothing_to_update(tmp_path):
    with pytest.raises(FileNotFoundError, match="create_model_card"):
        update_card(tmp_path, make_report(), HOW)


@pytest.mark.parametrize("name", ["bilingual", "kathleen"])
def test_a_shipped_voice_says_where_its_sentences_are_and_has_room_for_numbers(name, tmp_path):
    folder = Path(__file__).parents[2] / "examples" / "voices" / name
    origin = json.loads((folder / "voice_data.json").read_text(encoding="utf-8"))
    spoken = json.loads((folder / "processor_config.json").read_text(encoding="utf-8"))["languages"]
    assert origin["eval_split"] == "test" and origin["language"] in spoken
    assert all(dataset["source"].startswith("https://") and dataset["licenses"] for dataset in origin["datasets"])
    card = (folder / "README.md").read_text(encoding="utf-8")
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    update_card(tmp_path, make_report(origin["language"]), HOW)
    updated = read(tmp_path)
    assert updated.count("<!-- evaluation") == 1
    assert without_numbers(updated) == without_numbers(card), "the prose around the numbers stays"


# ---- The script ----


class Recognizer:
    """Transcribes all speech alike."""

    def transcribe(self, wave, sampling_rate):
        return "good morning"


@pytest.fixture
def script(monkeypatch):
    path = Path(__file__).parents[2] / "examples" / "evaluate_voice.py"
    spec = importlib.util.spec_from_file_location("evaluate_voice", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(run, "load_recognizer", lambda *args: Recognizer())
    monkeypatch.setattr(run, "if_installed", lambda *args: None)
    return module


@pytest.fixture
def voice(tmp_path, monkeypatch):
    """As a voice lies in a clone: its corpus is named relative to the folder that the script is run in."""
    processor = TTSGanProcessor(phone_tokenizer())
    torch.manual_seed(0)
    model = TTSGanModel(TTSGanConfig.from_preset("tiny", vocab_size=len(processor.tokenizer)))
    corpus = tmp_path / "corpora" / "ann"
    write_audio(corpus / "0.wav", np.random.default_rng(0).normal(0, 0.1, 16_000), 16_000)
    row = {"audio": "0.wav", "text": "Good morning.", "language": "en", "split": "test"}
    (corpus / "metadata.jsonl").write_text(json.dumps(row), encoding="utf-8")
    folder = tmp_path / "voices" / "ann"
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    origin = {"datasets": [{"path": "corpora/ann", "source": "https://example.org/ann"}], "eval_split": "test"}
    (folder / "voice_data.json").write_text(json.dumps(origin), encoding="utf-8")
    (folder / "README.md").write_bytes(HAND_WRITTEN.encode())
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_script_writes_into_the_card_only_if_asked(script, voice):
    """Whoever tries a voice of a clone does not want a changed file in git."""
    script.main(["--model", "voices/ann", "--recognizer", "stand-in"])
    assert read(voice) == HAND_WRITTEN
    script.main(["--model", "voices/ann", "--recognizer", "stand-in", "--update_card", "--limit", "5"])
    card = read(voice)
    assert without_numbers(card).startswith(HAND_WRITTEN)
    command = "tts-gan evaluate --model voices/ann --limit 5 --recognizer stand-in\n"
    assert command in card and "split `test` of ann" in card


def test_the_command_on_the_card_names_what_differs_and_no_path_of_this_machine(script, voice, tmp_path):
    script.main(
        ["--model", str(voice), "--recognizer", str(tmp_path), "--update_card", "--no_text_encoder", "--seed", "3"]
        + ["--corpus", str((tmp_path / "corpora" / "ann").rename(tmp_path / "corpora" / "other"))]
    )
    card = read(voice)
    told = f"--model ann --corpus other --recognizer {tmp_path.name} --no_text_encoder --seed 3\n"
    assert told in card and str(tmp_path) not in card and "without its text encoder" in card


def test_the_script_says_where_a_missing_corpus_comes_from(script, voice, tmp_path):
    (tmp_path / "corpora").rename(tmp_path / "elsewhere")
    with pytest.raises(SystemExit, match="`corpora/ann` is neither here .* come from https://example.org/ann"):
        script.main(["--model", "voices/ann", "--recognizer", "stand-in"])
    with pytest.raises(SystemExit, match="name it with --corpus PATH"):
        script.main(["--model", "voices/ann", "--recognizer", "stand-in", "--corpus", "no/such/corpus"])


def test_the_script_refuses_to_update_a_card_that_is_not_there(script, voice):
    (voice / "README.md").unlink()
    with pytest.raises(SystemExit, match="`update_card` needs a model card"):
        script.main(["--model", "voices/ann", "--update_card"])


def test_the_command_line_evaluates_like_the_script(script, voice, capsys):
    from transformers_tts_gan.cli.main import main

    main(["evaluate", "--model", "voices/ann", "--recognizer", "stand-in", "--update_card"])
    assert "summary wer_ground_truth=0.000" in capsys.readouterr().out
    assert (voice / "_evaluation" / "report.html").is_file() and "split `test` of ann" in read(voice)
    with pytest.raises(SystemExit, match="tts-gan evaluate: `limit` is 0"):
        main(["evaluate", "--model", "voices/ann", "--limit", "0"])
