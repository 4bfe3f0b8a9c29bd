"""Rows to batches: what is used, what is left out and named, how it is padded and in what order it comes."""

import logging

import numpy as np
import pytest
import torch
from helpers.training import RATE, speech_like, speech_rows, tiny_processor

from transformers_tts_gan.audio.io import AudioError
from transformers_tts_gan.data.prepare import PrepareSpeech, prepare_speech
from transformers_tts_gan.models.configuration_tts_gan import TTSGanVocoderConfig
from transformers_tts_gan.models.vocoder import TTSGanVocoder


CONFIG = TTSGanVocoderConfig.from_preset("tiny")


def row(wave=None, text="Yes.", rate=RATE, path="some.wav", **others):
    audio = {"array": speech_like(0.8) if wave is None else wave, "sampling_rate": rate, "path": path}
    return {"audio": audio, "text": text, "speaker": "speaker", "language": "en", **others}


def prepare(with_processor: bool = True) -> PrepareSpeech:
    return PrepareSpeech(CONFIG, tiny_processor() if with_processor else None)


BAD = {
    "missing": {"audio": "nowhere/lost.wav", "text": "Yes.", "speaker": "speaker", "language": "en"},
    "silent": row(np.zeros(RATE, np.float32)),
    "empty text": row(text="  "),
    "too short": row(speech_like(0.2)),
    "too long": row(np.tile(speech_like(1.0), 16)),
    "too fast": row(text="This is far more than anyone could ever say in such a short time, believe me."),
    "text": row(text="Да."),
}


def test_a_good_row_becomes_whole_frames_at_one_loudness_with_a_pitch_for_each():
    """Frames, samples and F0 must agree, or pieces of them no longer belong together."""
    made = prepare()(row(speech_like(1.0, 200.0)))
    assert made["waveform"].dtype == np.int16
    assert len(made["waveform"]) == made["frames"] * CONFIG.hop_length
    assert len(made["f0"]) == made["frames"]
    assert np.median(made["f0"][made["f0"] > 0]) == pytest.approx(200, rel=0.12)
    quiet = prepare()(row(0.1 * speech_like(1.0, 200.0)))
    assert np.abs(quiet["waveform"]).max() == pytest.approx(np.abs(made["waveform"]).max(), rel=0.01)


def test_a_vocoder_needs_no_text():
    assert set(prepare(False)(row(text=None))) == {"waveform", "f0", "frames"}


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_of_bad_row_is_named_and_counted(kind, caplog):
    """A person mends a corpus by this report: kind, count and name, and training goes on without the row."""
    with caplog.at_level(logging.WARNING):
        dataset, report = prepare_speech([*speech_rows(2), BAD[kind]], prepare())
    assert (len(dataset), report.kept, list(report.bad)) == (2, 2, [kind])
    assert ("lost.wav" if kind == "missing" else "some.wav") in report.bad[kind][0]
    assert f"left out, {kind}: 1" in caplog.text


@pytest.mark.parametrize("kind", BAD)
def test_on_bad_raise_stops_at_the_first_bad_row(kind):
    with pytest.raises(AudioError) as caught:
        prepare_speech([*speech_rows(1), BAD[kind]], prepare(), on_bad="raise")
    assert caught.value.kind == kind


def test_an_unknown_speaker_is_a_bad_row_and_no_crash():
    _, report = prepare_speech([*speech_rows(1), row(speaker="nobody")], prepare())
    assert "nobody" in report.bad["text"][0]


def test_a_corpus_without_any_usable_row_is_refused_with_the_report():
    """Training on nothing would fail later, far from the cause."""
    with pytest.raises(ValueError, match=r"(?s)No usable row is left of 2.*left out, silent: 1"):
        prepare_speech([BAD["silent"], BAD["missing"]], prepare())


def test_on_bad_has_two_values():
    with pytest.raises(ValueError, match="on_bad"):
        prepare_speech(speech_rows(1), prepare(), on_bad="ignore")


def test_stereo_and_other_rates_give_the_same_frames():
    """Corpora come as they are; the voice has one rate and one channel."""
    mono = prepare()(row(speech_like(1.0)))
    stereo = prepare()(row(np.stack([speech_like(1.0)] * 2)))
    other = prepare()(row(speech_like(1.0, rate=22_050), rate=22_050))
    assert mono["frames"] == stereo["frames"]
    assert abs(mono["frames"] - other["frames"]) <= 1
    np.testing.assert_allclose(stereo["waveform"], mono["waveform"], atol=2)


def test_a_recording_of_a_lower_rate_has_no_empty_bands_and_is_named_once(caplog):
    """A vocoder copies frames with empty bands badly: it has never seen any."""
    config, noise = TTSGanVocoderConfig.from_preset("tiny"), np.random.default_rng(0).normal(size=12_000) * 0.1
    lower = [row(noise.astype(np.float32), rate=config.sampling_rate // 2, path=f"{n}.wav") for n in range(2)]
    train, _ = prepare_speech(lower, PrepareSpeech(config, tiny_processor()))
    waves = torch.tensor(train["waveform"] / np.float32(32767))
    bands = TTSGanVocoder(config).log_mel(waves)[:, 5:-5].mean((0, 1))
    assert bands.max() - bands.min() < 3  # 9 without highs, in nepers
    assert (
        caplog.text.count("what it lacks above") == 1
        and f"0.wav` is recorded at {config.sampling_rate // 2} Hz" in caplog.text
    )
