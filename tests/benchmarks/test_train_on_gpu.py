"""The program for a GPU trains a voice on a CPU, too: the same steps, uncaptured."""

import json
from pathlib import Path

import pytest
import torch
from datasets import load_from_disk
from helpers.training import unmoved, weights, write_corpus

from transformers_tts_gan import TTSGanDiscriminator, TTSGanModel, TTSGanProcessor, TTSGanVocoder


QUICK = ("--preset tiny --segment_frames 12 --pieces 2 --joint_pieces 3 --alignment_steps 3 --shapes 2x12x60 2x40x300 "
         "--max_steps 3").split()  # fmt: skip


@pytest.fixture(scope="module")
def stages(script, tmp_path_factory) -> Path:
    """What the stages before the joint one write."""
    folder = tmp_path_factory.mktemp("gpu")
    corpus = write_corpus(folder / "corpus")
    prepared = ["--data", str(folder / "prepared"), *QUICK]
    script.main(["prepare", "--datasets", str(corpus), "--preset", "tiny", "--output", str(folder / "prepared")])
    script.main(["vocoder", *prepared, "--output", str(folder / "vocoder")])
    script.main(["acoustic", *prepared, "--output", str(folder / "acoustic")])
    return folder


def joint(script, stages: Path, name: str, *words: str) -> Path:
    parts = [f"--{part}={stages / folder}" for part, folder in
             (("data", "prepared"), ("vocoder", "vocoder"), ("acoustic", "acoustic"), ("output", name))]  # fmt: skip
    script.main(["joint", *parts, *QUICK, *words])
    return stages / name


def test_a_voice_trained_against_discriminators_speaks_and_keeps_them_beside_it(script, stages, capsys):
    folder = joint(script, stages, "voice", "--warmup_steps", "1", "--snapshots", "0.5")
    model, processor = TTSGanModel.from_pretrained(folder).eval(), TTSGanProcessor.from_pretrained(folder)
    assert torch.isfinite(model.synthesize(**processor("Good day.")).waveform).all()
    discriminator = TTSGanDiscriminator.beside(str(folder))
    assert discriminator.config.mel_windows and discriminator.config.periods
    assert (folder / "at_0.5" / "model.safetensors").is_file()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    names = {"mel", "duration", "waveform_mel", "adversarial_log_mel", "feature_matching_waveform", "discriminator"}
    assert lines[-1]["step"] == 3 and names <= lines[-1].keys() and "phase" not in lines[-1]


def test_every_weight_of_acoustic_model_and_vocoder_moves(script, stages):
    """From the parts that it was given, not from new ones."""
    before = weights(TTSGanModel.from_pretrained(stages / "acoustic"))
    vocoder = weights(TTSGanVocoder.from_pretrained(stages / "vocoder"))
    before |= {f"vocoder.{name}": value for name, value in vocoder.items()}
    folder = joint(script, stages, "moved", "--discriminators", "none")
    after = TTSGanModel.from_pretrained(folder)
    assert unmoved(before, after) == []
    moved = [(value - before[name]).abs().max() for name, value in weights(after).items()]
    assert max(moved) < 0.1  # a new part would be farther away
    assert not (folder / "discriminator").exists()


def test_the_generator_waits_while_the_discriminators_warm_up(script, stages):
    folder = joint(script, stages, "warm", "--discriminators", "mel", "--warmup_steps", "3", "--alignment_steps", "0")
    before, after = TTSGanModel.from_pretrained(stages / "acoustic"), TTSGanModel.from_pretrained(folder)
    assert unmoved(weights(before.acoustic), after.acoustic) == list(weights(before.acoustic))
    discriminator = TTSGanDiscriminator.beside(str(folder))
    assert not discriminator.config.periods and discriminator.mel_discriminators[0].layers[0].bias.any()


def test_rows_on_the_device_are_those_that_were_prepared(script, stages):
    rows = load_from_disk(stages / "prepared").with_format("numpy")
    vocoder = TTSGanVocoder.from_pretrained(stages / "vocoder")
    speech = script.DeviceSpeech(rows, vocoder, torch.device("cpu"), 400)
    row, frames = 3, int(rows[3]["frames"])
    batch = speech.utterances(torch.tensor([row, 0]), 40, 300)
    wave = torch.from_numpy(rows[row]["waveform"]) / 32767
    torch.testing.assert_close(batch["waveform"][0, : len(wave)], wave)
    assert not batch["waveform"][0, len(wave) :].any() and not batch["f0"][0, frames:].any()
    torch.testing.assert_close(batch["f0"][0, :frames], torch.from_numpy(rows[row]["f0"]).float())
    torch.testing.assert_close(batch["log_mel"][0, :frames], vocoder.log_mel(wave[None])[0], atol=0.01, rtol=0)
    samples, f0, _ = speech.piece(torch.tensor([row]), torch.tensor([5]), 12)
    torch.testing.assert_close(samples[0], wave[5 * speech.hop : 17 * speech.hop])
    torch.testing.assert_close(f0[0], torch.from_numpy(rows[row]["f0"][5:17]).float())


def test_durations_fill_the_frames_and_no_phone_is_left_out(script, stages):
    model = TTSGanModel.from_pretrained(stages / "acoustic")
    speech = script.DeviceSpeech(load_from_disk(stages / "prepared"), model.vocoder, torch.device("cpu"), 400)
    found = script.durations(model, speech)
    assert found.sum(1).equal(speech.frames)
    assert (found > 0).sum(1).equal(speech.phones)


def test_each_utterance_is_in_the_smallest_batch_that_it_fits_into(script, stages):
    model = TTSGanModel.from_pretrained(stages / "acoustic")
    speech = script.DeviceSpeech(load_from_disk(stages / "prepared"), model.vocoder, torch.device("cpu"), 400)
    middle = int(speech.frames.median())
    small, large = script.Shape(2, 40, middle), script.Shape(1, 40, 300)
    found = dict(speech.buckets([small, large]))
    assert (speech.frames[found[small]] <= middle).all() and (speech.frames[found[large]] > middle).all()
    assert sorted(torch.cat(list(found.values())).tolist()) == list(range(len(speech)))
    assert not speech.buckets([script.Shape(1, 1, 300)])
