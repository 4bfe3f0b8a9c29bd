"""The README of a trained voice: metadata that the Hub understands, code that compiles, numbers that were measured."""

import ast
import re

import pytest
import yaml
from training_fixtures import make_trainer


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    """As `push_to_hub` would write it, after a training with an evaluation."""
    folder = tmp_path_factory.mktemp("card")
    trainer = make_trainer(folder, max_steps=1, eval_strategy="steps", eval_steps=1)
    trainer.train()
    trainer.create_model_card(model_name="my-voice", license="apache-2.0", tags="demo", finetuned_from=None)
    return (folder / "README.md").read_text(encoding="utf-8"), trainer


def test_the_metadata_names_the_task_the_language_and_the_licence(card):
    metadata = yaml.safe_load(card[0].split("---\n")[1])
    assert metadata == {
        "library_name": "transformers",
        "pipeline_tag": "text-to-speech",
        "language": ["en"],
        "tags": ["tts-gan", "demo"],
        "license": "apache-2.0",
    }


def test_the_card_says_how_to_speak_and_how_well_it_went(card):
    text, trainer = card
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    ast.parse(code)
    assert 'model="my-voice"' in code
    logged = next(entry for entry in trainer.state.log_history if "eval_loss" in entry)
    assert "Trained for 1 steps" in text and f"loss {logged['eval_loss']:.4g}" in text
    assert "runtime" not in text and "](https://huggingface.co/)" not in text
