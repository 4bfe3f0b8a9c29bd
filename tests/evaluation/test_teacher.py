"""A teacher on several test sets in one call."""

import json
from pathlib import Path

import numpy as np
import pytest
from helpers.training import speech_like

from transformers_tts_gan import DistillArguments
from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.data.distill.teachers import load_teacher
from transformers_tts_gan.data.load import save_metadata
from transformers_tts_gan.evaluation import teacher as room
from transformers_tts_gan.evaluation.teacher import evaluate_teacher


TEXTS = ["Good morning to you.", "Who is at the door?"]


class Hears:
    """A recognizer that hears two words."""

    def transcribe(self, wave: np.ndarray, sampling_rate: int) -> str:
        return "good morning"


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        rows = []
        for number, text in enumerate(TEXTS):
            write_audio(Path(name, f"{number}.wav"), speech_like(1.0, 120.0), 16_000)
            rows.append({"audio": f"{number}.wav", "text": text, "language": "en", "split": "test"})
        save_metadata(rows, Path(name, "metadata.jsonl"))
    return ["one", "two"]


def test_each_test_set_has_a_table_and_all_have_one(corpora, monkeypatch):
    monkeypatch.setattr(room, "recognizers", lambda arguments: lambda language: Hears())
    said = []

    def say(text, language):
        said.append((text, language))
        return speech_like(1.0, 120.0), 16_000

    arguments = DistillArguments("say", ["texts.txt"], "out", min_mos=0, recognizer=["any"])
    table = evaluate_teacher(load_teacher(say), corpora, arguments)
    assert said == [(text, "en") for text in TEXTS * 2]
    assert "Test set `one`, 2 sentences" in table and "All 4 sentences" in table
    assert "summary wer_ground_truth=0.778 wer_tts=0.778" in table
    assert Path("out", "teacher", "report.md").read_text().strip() == table
    found = json.loads(Path("out", "teacher", "report.json").read_text())
    assert [found["en"]["summary"]["tts"]["wer"][name] for name in ("errors", "length")] == [14, 18]


def test_a_language_without_a_recognizer_is_named(corpora):
    arguments = DistillArguments("say", ["texts.txt"], "out", min_mos=0, recognizer=["zh=there"])
    with pytest.raises(ValueError, match="names none for `en`: add en=FOLDER"):
        evaluate_teacher(load_teacher(lambda text: (speech_like(1.0, 120.0), 16_000)), corpora, arguments)
