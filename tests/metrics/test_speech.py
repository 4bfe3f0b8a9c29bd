"""Metrics of generated speech: distances that mean something, and what the trainer makes of them."""

import numpy as np
import pytest
import torch
from helpers.training import RATE, make_trainer, prepared_rows, silence, speech_like, tiny_model, tiny_processor

from transformers_tts_gan.audio.mel import log_mel
from transformers_tts_gan.metrics.dtw import warped_distance
from transformers_tts_gan.metrics.speech import MelDistance, WordErrors, measure_speech
from transformers_tts_gan.models.configuration_tts_gan import TTSGanConfig
from transformers_tts_gan.models.outputs import TTSGanOutput


def mel(wave: np.ndarray) -> np.ndarray:
    return log_mel(torch.from_numpy(wave)[None], TTSGanConfig.from_preset("tiny").vocoder_config)[0].numpy()


def test_the_warped_distance_is_zero_for_the_same_and_for_the_same_more_slowly():
    frames = mel(speech_like(0.6))
    assert warped_distance(frames, frames) == pytest.approx(0, abs=1e-6)
    assert warped_distance(frames, frames.repeat(2, axis=0)) == pytest.approx(0, abs=1e-6)
    assert warped_distance(frames[:1], frames[1:2]) > 0


def test_the_warped_distance_is_that_of_the_best_of_all_paths():
    """Against every path, tried one by one."""
    random = np.random.default_rng(0)
    first, second = random.standard_normal((4, 3)), random.standard_normal((3, 3))
    cost = np.sqrt(((first[:, None] - second) ** 2).mean(-1))

    def paths(i, j):
        if (i, j) == (3, 2):
            yield [cost[i, j]]
            return
        for di, dj in ((0, 1), (1, 0), (1, 1)):
            if i + di < 4 and j + dj < 3:
                for rest in paths(i + di, j + dj):
                    yield [cost[i, j], *rest]

    best = min(paths(0, 0), key=sum)
    assert warped_distance(first, second) == pytest.approx(sum(best) / len(best))


def test_the_warped_distance_grows_with_noise():
    wave = speech_like(0.6)
    noise = np.random.default_rng(0).standard_normal(len(wave)).astype(np.float32)
    little, much = (warped_distance(mel(wave), mel(wave + scale * noise)) for scale in (0.001, 0.1))
    assert 0 < little < much


def test_a_voice_has_a_mel_distance_in_decibels():
    found = MelDistance(samples=2)(tiny_model().eval(), tiny_processor(), list(prepared_rows(2)))
    assert set(found) == {"mel_distance"} and 1 < found["mel_distance"] < 100


class Parrot:
    """A recognizer that hears what it has been told, in turn."""

    def __init__(self, *texts: str):
        self.texts = list(texts)

    def transcribe(self, wave: np.ndarray, sampling_rate: int) -> str:
        assert sampling_rate == RATE and wave.ndim == 1
        return self.texts.pop(0)


def test_words_that_are_not_heard_count_as_errors():
    rows = list(prepared_rows(2))
    assert [row["text"] for row in rows] == ["Yes.", "Good day."]
    voice, processor = tiny_model().eval(), tiny_processor()
    assert WordErrors(Parrot("yes", "good day"))(voice, processor, rows) == {"wer": 0.0}
    assert WordErrors(Parrot("yes", "good"))(voice, processor, rows) == {"wer": pytest.approx(1 / 3)}
    assert WordErrors(Parrot("no"), samples=1)(voice, processor, rows) == {"wer": 1.0}


def test_a_silent_voice_is_not_sent_to_the_recognizer():
    """Recognizers invent words for silence."""
    voice = tiny_model().eval()
    silence(voice.vocoder)
    assert WordErrors(Parrot())(voice, tiny_processor(), list(prepared_rows(2))) == {"wer": 1.0}


@pytest.mark.parametrize("way", ["raises", "nan", "empty", "short"])
def test_a_voice_that_fails_is_as_far_as_silence_and_all_wrong(way, monkeypatch):
    """A NaN would stay the best for ever where `load_best_model_at_end` compares, an exception stop the training."""

    def forward(self, **inputs):
        if way == "raises":
            raise RuntimeError("out of memory")
        wave = torch.full((1, {"nan": 4_000, "empty": 0, "short": 1}[way]), float("nan") if way == "nan" else 1e-6)
        return TTSGanOutput(waveform=wave, waveform_lengths=torch.tensor([wave.shape[1]]))

    voice, rows = tiny_model().eval(), list(prepared_rows(2))
    near = MelDistance(samples=2)(voice, tiny_processor(), rows)["mel_distance"]
    monkeypatch.setattr(type(voice), "forward", forward)
    assert near < MelDistance(samples=2)(voice, tiny_processor(), rows)["mel_distance"] < 200
    assert WordErrors(Parrot())(voice, tiny_processor(), rows) == {"wer": 1.0}


def test_words_of_a_recognizer_that_fails_are_wrong():
    rows = list(prepared_rows(2))
    assert WordErrors(Parrot("yes"))(tiny_model().eval(), tiny_processor(), rows) == {"wer": pytest.approx(2 / 3)}


def test_metrics_of_nothing_are_refused():
    with pytest.raises(ValueError, match="`samples` is 0; needs at least 1"):
        MelDistance(samples=0)
    with pytest.raises(ValueError, match="`rows` is empty; .* give the trainer an `eval_dataset`"):
        WordErrors(Parrot())(tiny_model(), tiny_processor(), [])


def test_measuring_leaves_the_voice_as_it_was_and_gives_plain_numbers():
    voice = tiny_model().train()

    def metrics(model, processor, rows):
        assert not model.training and len(rows) == 2 and "text" in rows[0]
        return {"size": np.float32(2.5)}

    assert measure_speech(metrics, voice, tiny_processor(), prepared_rows(2)) == {"size": 2.5}
    assert voice.training


def test_metrics_of_speech_are_logged_with_the_losses_of_an_evaluation(tmp_path):
    arguments = {"eval_strategy": "steps", "eval_steps": 2, "max_steps": 2}
    trainer = make_trainer(tmp_path, speech_metrics=MelDistance(samples=1), **arguments)
    trainer.train()
    logged = next(entry for entry in trainer.state.log_history if "eval_loss" in entry)
    assert logged["eval_mel_distance"] == pytest.approx(trainer.evaluate()["eval_mel_distance"])
