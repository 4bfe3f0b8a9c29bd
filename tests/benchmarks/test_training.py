"""The training benchmark compares like with like: the same utterances, true steps, the sizes that VITS has."""

import pytest
import torch
from transformers import VitsConfig, VitsModel

from transformers_tts_gan import TTSGanConfig, TTSGanProcessor, phone_tokenizer


@pytest.fixture(scope="module")
def rows(script):
    return script.synthetic_rows([40, 50], TTSGanConfig.from_preset("tiny").vocoder_config)


def test_the_discriminators_of_vits_have_their_published_size(script):
    """5 by period and one on plain samples: 46.7 million weights (HiFi-GAN's own, with two more scales, have 70.7)."""
    with torch.device("meta"):
        discriminators = script.HifiGanDiscriminators()
    assert sum(p.numel() for p in discriminators.parameters()) == pytest.approx(46.75e6, rel=0.01)


def test_vits_has_the_size_of_its_configuration(script, rows):
    step = script.VitsStep(rows, bf16=False, **script.TINY_VITS)
    sizes = {name: size for name, size in script.TINY_VITS.items() if name != "width"}
    usual = sum(p.numel() for p in VitsModel(VitsConfig(**sizes)).parameters())
    assert sum(p.numel() for p in step.model.parameters()) == usual


@pytest.mark.parametrize("bf16", [False, True])
def test_a_step_of_vits_moves_every_weight_of_voice_and_discriminators(script, rows, bf16):
    """A part without a gradient would make its step cheaper than it is."""
    step = script.VitsStep(rows, bf16, **script.TINY_VITS)
    before = {
        name: p.detach().clone()
        for module in (step.model, step.discriminators)
        for name, p in module.named_parameters()
    }
    assert step() > 0
    after = {name: p for module in (step.model, step.discriminators) for name, p in module.named_parameters()}
    unused = {"text_encoder.encoder.layers.0.attention.emb_rel_k", "text_encoder.encoder.layers.0.attention.emb_rel_v"}
    still = {name for name, tensor in before.items() if torch.equal(after[name], tensor)}
    assert {name for name in still if "log_scale" not in name and "translate" not in name} <= unused


def test_made_up_utterances_are_what_a_corpus_gives(script, rows):
    assert rows["frames"] == [40, 50] or list(rows["frames"]) == [40, 50]
    row = rows[1]
    assert len(row["waveform"]) == 50 * 256 and len(row["f0"]) == 50
    assert (row["f0"] > 0).mean() > 0.5 and 2 <= len(row["input_ids"]) <= 50


def test_our_step_is_a_step_of_the_trainer_and_can_be_repeated(script, rows):
    step = script.our_step(rows, TTSGanProcessor(phone_tokenizer()), "tiny", "tiny")
    assert step() > 0 and step() > 0


def test_a_tiny_run_prints_tables_and_a_summary_and_draws(script, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        script, "describe_machine", lambda threads: {"cpu": "a test", "threads": threads, "cpu_share": 1}
    )
    picture, output = tmp_path / "steps.svg", tmp_path / "steps.json"
    threads = torch.get_num_threads()
    script.main(["--tiny", "--quick", "--batch", "2", "--picture", str(picture), "--output", str(output)])
    assert torch.get_num_threads() == threads
    printed = capsys.readouterr().out
    assert all(
        f"\n{name} " in printed.replace("| ", "\n") for name in ("mel only", "ours", "full set", "VITS, float32")
    )
    summary = printed.strip().splitlines()[-1].split()
    assert summary[0] == "summary" and [part.split("=")[0] for part in summary[1:]] == [
        "ours_vs_vits",
        "step_vs_mel_only",
    ]
    assert picture.read_text().startswith("<svg") and output.exists()
