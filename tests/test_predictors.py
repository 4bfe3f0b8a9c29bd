"""Predictors of opinion and speaker: optional packages, run for real where they are installed."""

import builtins

import numpy as np
import pytest
from training_fixtures import speech_like

from transformers_tts_gan.predictors import LOWEST_SCORE, MosPredictor, PredictedOpinionScore, SpeakerEncoder


@pytest.mark.parametrize("kind, package", [(MosPredictor, "distillmos"), (SpeakerEncoder, "resemblyzer")])
def test_a_missing_package_is_named_with_the_line_that_installs_it(kind, package, monkeypatch):
    real_import = builtins.__import__

    def without(name, *args, **kwargs):
        if name == package:
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install"):
        kind()


def test_silence_and_what_is_not_finite_have_the_lowest_score():
    pytest.importorskip("distillmos", reason="optional package")
    predictor = MosPredictor()
    for wave in (np.zeros(16_000), np.full(16_000, np.nan), np.zeros(0)):
        assert predictor(wave, 16_000) == LOWEST_SCORE


def test_a_score_lies_between_1_and_5_at_any_rate_and_length():
    pytest.importorskip("distillmos", reason="optional package")
    waves = [speech_like(seconds, 140.0) for seconds in (0.2, 1.5)]
    found = PredictedOpinionScore(22_050).compute(predictions=waves)
    assert all(1 <= value <= 5 for value in found["values"])
    assert found["mos"] == pytest.approx(np.mean(found["values"]))
