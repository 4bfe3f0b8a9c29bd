"""An ablation from its YAML file to its results, with two variants that are really trained."""

import json
import sys
from pathlib import Path

import pytest
import yaml
from helpers.training import write_corpus

from transformers_tts_gan.evaluation import ablation


QUESTION = "Does a second step help?"
STEPS = {"one step": 1, "two steps": 2}


@pytest.fixture
def experiment(tmp_path):
    corpus = str(write_corpus(tmp_path / "corpus"))
    arguments = {"datasets": [corpus], "preset": "tiny", "per_device_train_batch_size": 2, "segment_frames": 8}
    table = {
        "question": QUESTION,
        "train": "voice",
        "minutes": 5,
        "seeds": [3],
        "held_out": corpus,
        "arguments": arguments,
        "variants": {name: {"max_steps": steps} for name, steps in STEPS.items()},
    }
    (tmp_path / "experiment.yaml").write_text(yaml.safe_dump(table), encoding="utf-8")
    return str(tmp_path / "experiment.yaml")


def test_two_variants_are_trained_and_compared_once(experiment, tmp_path, monkeypatch):
    arguments = ablation.AblationArguments(experiment, output=str(tmp_path / "results"), at_once=2, limit=1)
    text = ablation.run_ablation(arguments)

    results = json.loads((arguments.folder / "results.json").read_text())["variants"]
    assert {name: result["steps"] for name, result in results.items()} == STEPS
    assert "mcd" in results["one step"]["mean"] and all(low <= mean <= high for mean, low, high in means(results))
    assert results["one step"]["difference"].keys() == results["two steps"]["difference"].keys()
    assert all(difference == [0, 0, 0] for difference in results["one step"]["difference"].values())
    assert text == (arguments.folder / "results.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {QUESTION}\n") and "1 held-out sentences" in text and "less `one step`" in text

    monkeypatch.setattr(ablation.subprocess, "run", None)  # what is finished is not trained again
    assert ablation.run_ablation(arguments) == text


def means(results: dict) -> list[list[float]]:
    return [interval for result in results.values() for interval in result["mean"].values()]


def test_a_variant_that_fails_names_its_log(experiment, tmp_path):
    table = yaml.safe_load(Path(experiment).read_text(encoding="utf-8"))
    table["arguments"]["datasets"] = [str(tmp_path / "nowhere")]
    (tmp_path / "experiment.yaml").write_text(yaml.safe_dump(table), encoding="utf-8")
    arguments = ablation.AblationArguments(experiment, output=str(tmp_path / "results"), at_once=2)
    with pytest.raises(RuntimeError, match="could not be trained: see `.*log.txt`"):
        ablation.run_ablation(arguments)
    assert "nowhere" in (tmp_path / "results" / "one_step_3" / "log.txt").read_text()


def test_the_score_of_a_predictor_that_is_not_installed_is_left_out(experiment, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "distillmos", None)
    table = yaml.safe_load(Path(experiment).read_text(encoding="utf-8"))
    scorer = ablation.Scorer(table, ablation.AblationArguments(experiment))
    assert scorer.mos is None and len(scorer.rows) == 2
    assert "A score is left out" in caplog.text and "distillmos" in caplog.text
