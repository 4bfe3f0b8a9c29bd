"""Predictors of MOS and speaker: optional packages, run for real where they are installed."""

import sys

import numpy as np
import pytest
from helpers.training import speech_like

from transformers_tts_gan.metrics.mos import LOWEST_SCORE, DnsmosPredictor, MosPredictor
from transformers_tts_gan.metrics.speaker import SpeakerEncoder


RATE = 16_000


@pytest.fixture(scope="module", params=[(MosPredictor, "distillmos"), (DnsmosPredictor, "speechmos")])
def predictor(request):
    kind, package = request.param
    pytest.importorskip(package, reason="optional package")
    return kind()


@pytest.mark.parametrize(
    "kind, package", [(MosPredictor, "distillmos"), (DnsmosPredictor, "speechmos"), (SpeakerEncoder, "resemblyzer")]
)
def test_a_missing_package_is_named_with_the_line_that_installs_it(kind, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"{package}.dnsmos", raising=False)
    with pytest.raises(ImportError, match=f"needs `{package}[.`].*which is not installed: run `pip install"):
        kind()


@pytest.mark.parametrize("wave", [np.zeros(RATE), np.full(RATE, np.nan), np.full(RATE, np.inf), np.zeros(0)])
def test_silence_and_what_is_not_finite_have_the_lowest_score(predictor, wave):
    assert predictor(wave, RATE) == LOWEST_SCORE


@pytest.mark.parametrize(("rate", "samples"), [(8_000, 30_000), (22_050, 1), (48_000, 4_000)])
def test_a_score_lies_between_1_and_5_at_any_rate_and_length(predictor, rate, samples):
    """Of less than a second too: a short recording at a high rate was once too short for the network."""
    assert LOWEST_SCORE <= predictor(3 * speech_like(4.0, 140.0, rate)[rate : rate + samples], rate) <= 5


def test_integers_and_channels_are_heard_as_floats_in_mono(predictor):
    integers = (32767 * speech_like(1.5, 140.0)).astype(np.int16)
    wave = integers / 32768
    score = predictor(wave, RATE)
    assert predictor(integers, RATE) == pytest.approx(score, abs=1e-3)
    assert predictor(np.stack([wave, wave]), RATE) == pytest.approx(score, abs=1e-3)
    with pytest.raises(ValueError, match="needs .-1, 1.: divide"):
        predictor(wave * 32767, RATE)
    with pytest.raises(ValueError, match="`from_rate` is `0`; needs a whole number of Hz"):
        predictor(wave, 0)


def test_a_speaker_is_like_itself_and_silence_like_nobody():
    pytest.importorskip("resemblyzer", reason="optional package")
    encode, wave = SpeakerEncoder(), speech_like(2.0, 140.0)
    assert encode(wave, RATE) @ encode((wave * 32767).astype(np.int16), RATE) == pytest.approx(1, abs=0.01)
    for nothing in (np.zeros(RATE), np.full(RATE, np.nan), wave[:1], np.zeros(0)):
        assert encode(nothing, RATE) @ encode(wave, RATE) == 0
