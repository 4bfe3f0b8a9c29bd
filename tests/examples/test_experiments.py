"""The experiments: their files name what training knows, and their intervals are those of known numbers."""

import numpy as np
import pytest
import torch
import yaml
from helpers.example_scripts import EXAMPLES

from transformers_tts_gan.training.arguments import TTSGanTrainingArguments, parse_arguments
from transformers_tts_gan.training.prosody_ablation import check_experiment
from transformers_tts_gan.training.recipe import DataArguments, ModelArguments, VocoderArguments


EXPERIMENTS = sorted((EXAMPLES / "experiments").glob("*.yaml"))
OF_THE_RUNNER = {"train", "minutes"}


@pytest.fixture(scope="module")
def runner():
    pytest.importorskip("jiwer", reason="the recognizer's errors are counted with `jiwer`, of the extra `eval`")
    from transformers_tts_gan.evaluation import ablation

    return ablation


def test_there_are_experiments():
    assert len(EXPERIMENTS) >= 5


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_argument_of_an_experiment_is_known_to_training(path, tmp_path, runner):
    """A misspelled one would be found after the first variant has trained."""
    experiment = yaml.safe_load(path.read_text(encoding="utf-8"))
    if experiment["train"] == "prosody":
        check_experiment(experiment)
        return
    runs = [
        (experiment["train"], runner.variant_arguments(experiment, variant, 0, None))
        for variant in experiment["variants"]
    ]
    runs += [(run["train"], run) for run in experiment.get("parents", {}).values() if "train" in run]
    assert runs and {name for name, _ in runs} <= {"voice", "vocoder"}
    for name, run in runs:
        kinds = [VocoderArguments] if name == "vocoder" else [ModelArguments, DataArguments]
        recipe = {key: value for key, value in run.items() if key not in OF_THE_RUNNER} | {"output_dir": str(tmp_path)}
        (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
        parse_arguments(*kinds, TTSGanTrainingArguments, arguments=[str(tmp_path / "recipe.yaml")])


def test_the_minutes_of_a_variant_grow_with_those_of_the_experiment(runner):
    experiment = {"minutes": 2, "arguments": {"a": 1}, "variants": {"one": {"b": 2}, "two": {"minutes": 4}}}
    assert runner.variant_arguments(experiment, "one", 7, None) == {"a": 1, "b": 2, "seed": 7, "minutes": 2}
    assert runner.variant_arguments(experiment, "two", 7, 10)["minutes"] == 20
    assert [runner.label(experiment, variant, 10) for variant in ("one", "two")] == ["one", "two, 20 minutes"]


def test_rates_are_weighted_by_their_words_and_missing_scores_weigh_nothing(runner):
    scores = [[{"wer": (0.5, 10), "mos": (3.0, 1)}, {"wer": (0.0, 30)}], [{"wer": (0.5, 10), "mos": (4.0, 1)}, {}]]
    found = runner.scores_by_name(scores)
    assert runner.interval(*found["wer"])[0] == pytest.approx(10 / 50)
    assert runner.interval(*found["mos"])[0] == pytest.approx(3.5)


def test_a_difference_is_taken_sentence_by_sentence(runner):
    """Sentences differ much more than variants: without pairs nothing could be told apart."""
    hard = np.random.default_rng(0).normal(size=(3, 40))
    one, other = (hard + 0.1, np.ones((3, 40))), (hard, np.ones((3, 40)))
    mean, low, high = runner.difference(one, other)
    assert low == pytest.approx(0.1) == high == pytest.approx(mean)
    low, high = runner.interval(*one)[1:]
    assert high - low > 0.2


def test_an_interval_covers_the_mean_in_about_95_of_100_cases(runner):
    generator, inside = np.random.default_rng(1), 0
    for _ in range(100):
        values = generator.normal(size=(3, 1)) * 0.05 + generator.normal(size=(3, 40))
        _, low, high = runner.interval(values, np.ones_like(values))
        inside += low <= 0 <= high
    assert inside >= 85  # three seeds are few


def test_the_picture_names_every_variant_and_score(runner, tmp_path):
    pytest.importorskip("matplotlib", reason="draws the picture")
    means = {variant: {"wer": (0.5, 0.4, 0.7), "mos": (3.0, 2.9, 3.1)} for variant in ("none", "pretrained")}
    runner.draw(means, tmp_path / "results.svg")
    picture = (tmp_path / "results.svg").read_text(encoding="utf-8")
    for text in ("none", "pretrained", "word error rate", "predicted MOS"):
        assert f">{text}</text>" in picture


def test_an_untrained_copy_has_the_sizes_and_other_weights(runner, tmp_path):
    from helpers.models import wordpiece_tokenizer
    from transformers import AutoModel, BertConfig, BertModel

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    torch.manual_seed(1234)  # not the state that a seeded training before this test left
    trained = BertModel(BertConfig(vocab_size=200, **sizes))
    trained.save_pretrained(tmp_path / "trained")
    wordpiece_tokenizer().save_pretrained(tmp_path / "trained")
    runner.make_parent(tmp_path / "new", {"untrained": str(tmp_path / "trained")})
    new = AutoModel.from_pretrained(tmp_path / "new")
    assert new.config.hidden_size == 16
    assert not new.embeddings.word_embeddings.weight.equal(trained.embeddings.word_embeddings.weight)
