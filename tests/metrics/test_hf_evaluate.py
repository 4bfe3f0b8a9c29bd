"""The metrics as `evaluate` sees them: loaded by path without a network, and nothing that fails is left out."""

import socket
from pathlib import Path

import evaluate
import numpy as np
import pytest
from helpers.training import speech_like

from transformers_tts_gan.metrics import hf_evaluate, hf_prosody
from transformers_tts_gan.metrics.hf_evaluate import (
    CharacterErrorRate,
    DurationError,
    F0Error,
    MelCepstralDistortion,
    PredictedMOS,
    RealTimeFactor,
    SpeakerSimilarity,
    SpeechMetric,
    TonePinyinErrorRate,
    VoicingError,
    WordErrorRate,
)


SCRIPTS = sorted((Path(hf_evaluate.__file__).parent / "scripts").glob("*.py"))
SIGNAL = [MelCepstralDistortion, F0Error, VoicingError, DurationError]


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args):
        raise AssertionError("a metric went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(evaluate.config, "HF_EVALUATE_OFFLINE", True)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_loads_the_metric_of_its_name(path, no_network):
    metric = evaluate.load(str(path))
    assert isinstance(metric, SpeechMetric) and metric.name == path.stem
    assert metric.description and metric.inputs_description in metric.compute.__doc__


def test_every_metric_has_a_script():
    kinds = [kind for kind in {**vars(hf_evaluate), **vars(hf_prosody)}.values() if isinstance(kind, type)]
    assert {kind.name for kind in kinds if issubclass(kind, SpeechMetric)} - {""} == {path.stem for path in SCRIPTS}


def test_the_second_argument_is_the_language_or_the_rate(no_network):
    folder = SCRIPTS[0].parent
    characters = evaluate.load(str(folder / "cer.py"), "zh")
    assert characters.compute(predictions=["你们"], references=["你好吗"])["cer"] == pytest.approx(2 / 3)
    assert evaluate.load(str(folder / "mcd.py"), "22050").sampling_rate == 22_050
    with pytest.raises(ValueError, match="`sampling_rate` is `'zh'`; needs a whole number of Hz"):
        evaluate.load(str(folder / "mcd.py"), "zh")


def test_the_metrics_need_no_download_and_agree_with_the_counts():
    said, heard = ["the cat sat", "good morning to you"], ["the hat sat", ""]
    result = WordErrorRate().compute(predictions=heard, references=said)
    assert (result["errors"], result["length"]) == (5, 7)
    assert result["wer"] == pytest.approx(5 / 7)
    assert result["low"] <= result["wer"] <= result["high"]
    assert CharacterErrorRate("zh").compute(predictions=["你们"], references=["你好吗"])["cer"] == pytest.approx(2 / 3)
    assert TonePinyinErrorRate().compute(predictions=["他"], references=["她"])["tpe"] == 0


def test_two_metrics_can_be_filled_at_once_row_by_row():
    words, characters = WordErrorRate(), CharacterErrorRate()
    for metric in (words, characters):
        metric.add(prediction="a bat", reference="a cat")
    assert words.compute()["wer"] == 1 / 2
    assert characters.compute()["cer"] == 1 / 5


def test_metrics_can_be_combined():
    found = evaluate.combine([WordErrorRate(), CharacterErrorRate()]).compute(predictions=["a b"], references=["a c"])
    assert (found["wer"], found["cer"]) == (1 / 2, 1 / 3)


def test_what_was_not_heard_is_wrong_and_what_was_not_said_is_refused():
    heard = ["good morning", "", None, "good morning to you all"]
    found = WordErrorRate().compute(predictions=heard, references=["good morning"] * 4)
    assert (found["errors"], found["length"]) == (0 + 2 + 2 + 3, 8)
    with pytest.raises(ValueError, match="Reference 1 is `None`; needs a string"):
        WordErrorRate().compute(predictions=["a", "b"], references=["a", None])
    for predictions, references in (([], []), (["a"], [""])):
        with pytest.raises(ValueError, match="references hold nothing to count: pass at least one"):
            WordErrorRate().compute(predictions=predictions, references=references)
    with pytest.raises(ValueError, match="Mismatch in the number"):
        WordErrorRate().compute(predictions=["a"], references=["a", "b"])


@pytest.mark.parametrize("metric", SIGNAL)
def test_a_wave_that_says_nothing_counts_at_its_worst(metric):
    """It was once left out of the mean, which a voice that fails on hard sentences profits from."""
    wave = speech_like(0.8, 120.0)
    bad = [np.zeros(100), np.full(8_000, np.nan), np.array([0.5]), np.zeros(0)]
    found = metric().compute(predictions=[wave, *bad], references=[wave] * 5)
    assert found["values"][0] == pytest.approx(0, abs=0.01)
    assert len(set(found["values"][1:])) == 1 and found["values"][1] > 0.3
    assert found[metric.name] == pytest.approx(np.mean(found["values"]))


@pytest.mark.parametrize("metric", SIGNAL)
def test_a_recording_without_speech_and_no_recording_are_refused(metric):
    wave = speech_like(0.8, 120.0)
    with pytest.raises(ValueError, match="Reference 1 is silent; needs a recording of speech: leave the pair out"):
        metric().compute(predictions=[wave, wave], references=[wave, np.zeros(8_000)])
    with pytest.raises(ValueError, match="`predictions` is empty: pass at least one"):
        metric().compute(predictions=[], references=[])


def test_integers_that_nobody_scaled_are_not_taken_for_silence():
    wave = speech_like(0.8, 120.0)
    with pytest.raises(ValueError, match="divide 16 bit samples by 32768"):
        MelCepstralDistortion().compute(predictions=[(wave * 32767).astype(np.int16)], references=[wave])


def test_opinions_and_speakers_of_silence_are_the_worst():
    pytest.importorskip("distillmos", reason="optional package")
    pytest.importorskip("resemblyzer", reason="optional package")
    wave = speech_like(1.5, 140.0, 22_050)
    found = PredictedMOS(22_050).compute(predictions=[wave, 0 * wave])
    assert 1 <= found["values"][0] <= 5 and found["values"][1] == 1
    assert found["mos"] == pytest.approx(np.mean(found["values"]))
    found = SpeakerSimilarity(22_050).compute(predictions=[wave, 0 * wave], references=[wave, wave])
    assert found["values"] == pytest.approx([1, 0], abs=1e-3)


def test_the_real_time_factor_counts_the_time_of_a_sentence_without_sound():
    found = RealTimeFactor().compute(predictions=[1.0, 0.5, 0.5], references=[2.0, 2.0, 0.0])
    assert found == {"real_time_factor": 0.5, "median": 0.5}
    for times in ([], [-1.0], [float("nan")]):
        with pytest.raises(ValueError, match=f"Got times of {len(times)} sentences; needs at least one, all finite"):
            RealTimeFactor().compute(predictions=times, references=[1.0] * len(times))
