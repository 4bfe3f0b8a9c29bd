"""The pipelines: the stock one on this package's models, and the one that reads texts of any length."""

import shutil

import numpy as np
import pytest
import torch
from conftest import SENTENCES
from transformers import pipeline

from transformers_tts_gan import TTSGanPipeline, TTSGanProcessor
from transformers_tts_gan.pipeline import PAUSE_SECONDS


LONG = "Good morning. Who is it? All of them were asleep."


@pytest.fixture(scope="module")
def stock(voice_folder):
    return pipeline("text-to-speech", model=str(voice_folder))


@pytest.fixture(scope="module")
def speaker(voice_folder):
    return TTSGanPipeline.from_pretrained(voice_folder)


@pytest.fixture(scope="module")
def say(voice, processor):
    """What the model itself says to one sentence, trimmed."""

    @torch.no_grad()
    def say(text: str, speaker: str | None = None, language: str | None = None, **controls) -> np.ndarray:
        return voice(**processor(text, speaker=speaker, language=language), **controls).waveform[0].numpy()

    return say


def test_the_stock_pipeline_says_what_the_model_says(stock, say):
    assert isinstance(stock.processor, TTSGanProcessor), "a processor that fails to load is passed over without a word"
    speech = stock("Good morning.")
    assert speech["sampling_rate"] == 16_000 and speech["audio"].dtype == np.float32
    np.testing.assert_array_equal(speech["audio"], say("Good morning."))


def test_the_stock_pipeline_hands_arguments_to_the_model(stock, say):
    speech = stock("Good morning.", forward_params={"speed": 1.5, "energy": 3.0})
    np.testing.assert_array_equal(speech["audio"], say("Good morning.", speed=1.5, energy=3.0))


def test_the_stock_pipeline_makes_batches_that_end_in_silence(stock, say):
    for speech, text in zip(stock(SENTENCES, batch_size=2), SENTENCES, strict=True):
        expected = say(text)
        np.testing.assert_allclose(speech["audio"][: len(expected)], expected, atol=1e-4)
        assert not speech["audio"][len(expected) :].any()


def test_a_long_text_is_its_sentences_with_pauses(speaker, say):
    pause = np.zeros(round(PAUSE_SECONDS * 16_000), dtype=np.float32)
    first, second, third = map(say, ("Good morning.", "Who is it?", "All of them were asleep."))
    speech = speaker(LONG)
    assert speech["sampling_rate"] == 16_000 and speech["audio"].dtype == np.float32
    np.testing.assert_array_equal(speech["audio"], np.concatenate([first, pause, second, pause, third]))


def test_a_text_longer_than_the_model_takes_is_read(speaker):
    assert len(speaker("Good morning. " * 80)["audio"]) > 80 * 0.2 * 16_000


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_batches_are_trimmed_and_put_together_again(speaker, batch_size):
    """Sentences of several texts share batches: each text must get its own back, at its own length."""
    texts = [SENTENCES[0], LONG, SENTENCES[1]]
    for speech, text in zip(speaker(texts, batch_size=batch_size), texts, strict=True):
        expected = speaker(text)["audio"]
        assert speech["audio"].shape == expected.shape
        np.testing.assert_allclose(speech["audio"], expected, atol=1e-4)


@pytest.mark.parametrize(
    "controls",
    [
        {"speed": 2.0},
        {"pitch": 3.0},
        {"energy": -6.0},
        {"variation": 1.0, "seed": 3},
        {"use_text_encoder": False},
        {"speaker": "bob"},
        {"language": "zh"},
    ],
    ids=lambda controls: "-".join(controls),
)
def test_each_argument_reaches_the_voice(speaker, say, controls):
    speech = speaker("Who is it?", **controls)["audio"]
    np.testing.assert_array_equal(speech, say("Who is it?", **controls))
    plain = say("Who is it?")
    assert speech.shape != plain.shape or not np.allclose(speech, plain, atol=1e-6)


def test_arguments_of_the_pipeline_hold_until_a_call_gives_others(voice_folder, say):
    speaker = pipeline("text-to-speech", model=str(voice_folder), pipeline_class=TTSGanPipeline, speed=2.0)
    np.testing.assert_array_equal(speaker("Who is it?", pitch=1.0)["audio"], say("Who is it?", speed=2.0, pitch=1.0))
    np.testing.assert_array_equal(speaker("Who is it?", speed=1.0)["audio"], say("Who is it?"))


def test_arguments_can_come_as_the_stock_pipeline_takes_them(speaker, say):
    speech = speaker("Who is it?", forward_params={"speed": 2.0}, pitch=1.0)
    np.testing.assert_array_equal(speech["audio"], say("Who is it?", speed=2.0, pitch=1.0))


def test_an_unknown_argument_is_refused_with_the_known_ones(speaker):
    with pytest.raises(TypeError, match=r"Unknown arguments \['sped'\]; .*`speed`"):
        speaker("Who is it?", sped=2.0)


def test_an_unknown_speaker_is_refused_with_the_known_ones(speaker):
    with pytest.raises(ValueError, match="it knows `ann`, `bob`"):
        speaker("Who is it?", speaker="eve")


@pytest.mark.parametrize("text", ["", "...", " \n"])
def test_text_without_words_is_refused(speaker, text):
    with pytest.raises(ValueError, match="nothing to say"):
        speaker(text)


def test_a_pipeline_can_be_made_of_its_parts(voice, processor, say):
    speaker = TTSGanPipeline(model=voice, processor=processor)
    np.testing.assert_array_equal(speaker("Who is it?")["audio"], say("Who is it?"))
    assert len(speaker(SENTENCES, batch_size=2)) == 3


def test_a_processor_that_does_not_load_says_why(voice_folder, tmp_path):
    """The stock loader would go on with the phone vocabulary as if it were a tokenizer, and speak nonsense."""
    folder = shutil.copytree(voice_folder, tmp_path / "voice")
    shutil.rmtree(folder / "text_tokenizer")
    with pytest.raises((OSError, ValueError), match="(?i)tokenizer"):
        TTSGanPipeline.from_pretrained(folder)
