"""The pipelines: the stock one on this package's models, and the one that reads texts of any length."""

import copy
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.models import SENTENCES, assert_alike
from transformers import pipeline

from transformers_tts_gan import TTSGanPipeline, TTSGanProcessor
from transformers_tts_gan.inference.pieces import FADE_SECONDS, PAUSE_SECONDS, faded
from transformers_tts_gan.inference.pipeline import TRAILING_SILENCE


LONG = "Good morning. Who is it? All of them were asleep."


@pytest.fixture(scope="module")
def stock(voice_folder):
    return pipeline("text-to-speech", model=str(voice_folder))


@pytest.fixture(scope="module")
def say(voice, processor):
    """What the model itself says to one sentence, trimmed."""

    @torch.no_grad()
    def say(text: str, speaker: str | None = None, language: str | None = None, **controls) -> np.ndarray:
        return voice(**processor(text, speaker=speaker, language=language), **controls).waveform[0].numpy()

    return say


def ended(waveform: np.ndarray, silence: float = TRAILING_SILENCE, rate: int = 16_000) -> np.ndarray:
    """A waveform as the pipeline hands it out."""
    silence = np.zeros(round(silence * rate), dtype=np.float32)
    return np.concatenate([faded(waveform, round(FADE_SECONDS * rate)), silence])


def test_the_stock_pipeline_says_what_the_model_says(stock, say):
    assert isinstance(stock.processor, TTSGanProcessor), "a processor that fails to load is passed over without a word"
    speech = stock("Good morning.")
    assert speech["sampling_rate"] == 16_000 and speech["audio"].dtype == np.float32
    np.testing.assert_array_equal(speech["audio"], say("Good morning."))


def test_the_stock_pipeline_hands_arguments_to_the_model(stock, say):
    speech = stock("Good morning.", forward_params={"speaking_rate": 1.5, "gain_db": 3.0})
    np.testing.assert_array_equal(speech["audio"], say("Good morning.", speaking_rate=1.5, gain_db=3.0))


def test_the_stock_pipeline_lets_the_caller_choose_a_speaker_and_a_language(stock, say):
    for choice, named in (({"speaker_id": 1}, {"speaker": "bob"}), ({"language_id": 1}, {"language": "zh"})):
        speech = stock("Good morning.", forward_params=choice)["audio"]
        np.testing.assert_array_equal(speech, say("Good morning.", **named))
        assert not np.array_equal(speech, say("Good morning."))


def test_a_shipped_voice_of_two_speakers_speaks_as_the_second_in_the_stock_pipeline(shipped):
    voice = pipeline("text-to-speech", model=str(VOICE))
    speech = voice("你好。", forward_params={"speaker_id": 1, "language_id": 1})["audio"]
    np.testing.assert_array_equal(ended(speech, rate=RATE), shipped("你好。", speaker="zm_yunxi")["audio"])
    np.testing.assert_array_equal(
        ended(speech, rate=RATE), shipped("你好。", forward_params={"speaker_id": 1})["audio"]
    )
    assert speech.shape != voice("你好。")["audio"].shape


@pytest.mark.parametrize("again", ["ours", "stock"])
def test_a_saved_pipeline_is_a_voice_that_speaks_the_same(speaker, tmp_path, again):
    speaker.save_pretrained(tmp_path)
    if again == "ours":
        loaded = TTSGanPipeline.from_pretrained(tmp_path)
    else:
        loaded = pipeline("text-to-speech", model=str(tmp_path))
    assert loaded.processor.speakers == ["ann", "bob"] and loaded.processor.text_tokenizer is not None
    speech = loaded("Good morning.")["audio"]
    expected = speaker("Good morning.")["audio"]
    np.testing.assert_array_equal(speech if again == "ours" else ended(speech), expected)


def test_what_the_stock_pipeline_saves_speaks_the_same(tmp_path):
    """It saves no processor: the settings travel with the tokenizer."""
    chinese = pipeline("text-to-speech", model=str(VOICE))
    chinese.save_pretrained(tmp_path)
    assert not (tmp_path / "processor_config.json").exists()
    loaded = pipeline("text-to-speech", model=str(tmp_path))
    assert loaded.processor.to_dict() == chinese.processor.to_dict()
    np.testing.assert_array_equal(loaded("我很好。")["audio"], chinese("我很好。")["audio"])


def test_what_the_stock_pipeline_saves_of_a_text_encoder_speaks_without_it(stock, say, tmp_path, caplog):
    stock.save_pretrained(tmp_path)
    speech = pipeline("text-to-speech", model=str(tmp_path))("Good morning.")["audio"]
    np.testing.assert_array_equal(speech, say("Good morning.", use_text_encoder=False))
    assert "has no `text_tokenizer`, as the stock pipeline saves none" in caplog.text


def test_the_stock_pipeline_makes_batches_that_end_in_silence(stock, say):
    for speech, text in zip(stock(SENTENCES, batch_size=2), SENTENCES, strict=True):
        expected = say(text)
        assert_alike(speech["audio"][: len(expected)], expected)
        assert not speech["audio"][len(expected) :].any()


def test_a_long_text_is_its_sentences_with_pauses(speaker, say):
    pause = PAUSE_SECONDS["sentence"]
    first, second = (ended(say(text), pause) for text in ("Good morning.", "Who is it?"))
    third = ended(say("All of them were asleep."))
    speech = speaker(LONG)
    assert speech["sampling_rate"] == 16_000 and speech["audio"].dtype == np.float32
    np.testing.assert_array_equal(speech["audio"], np.concatenate([first, second, third]))


def test_a_voice_of_english_and_mandarin_says_each_sentence_in_its_own_language(speaker, phone_processor):
    for text, language in (("Good 25.", "en"), ("我有25个。", "zh"), ("我用 Python。", "zh"), ("25", "en")):
        np.testing.assert_array_equal(speaker(text)["audio"], speaker(text, language=language)["audio"])
    assert not np.array_equal(speaker("好。")["audio"], speaker("好。", language="en")["audio"])
    both = speaker("好。Good.", pauses={"sentence": 0.0})["audio"]
    chinese, english = (speaker(text)["audio"] for text in ("好。", "Good."))
    assert len(both) == len(chinese) + len(english) - round(TRAILING_SILENCE * 16_000)
    turned = copy.copy(phone_processor)
    for languages, expected in ((["zh", "en"], ["en", "zh", "zh"]), (["de", "zh"], ["de", "de", "de"])):
        turned.languages = languages
        assert [turned.language_of(text) for text in ("Good.", "好 Good。", "25")] == expected


@pytest.mark.parametrize("text", ["Hello there", "Hello there.", "I see a cat", "Wait[[K AE1 T]]"])
def test_a_text_ends_in_silence_and_not_in_a_click(shipped, text):
    audio = shipped(text, trailing_silence=0.3)["audio"]
    assert not audio[-7_200:].any() and audio[-7_440:-7_200].any()
    level = np.sqrt(np.square(audio[: len(audio) // 240 * 240].reshape(-1, 240)).mean(1))
    assert level[-31:].max() < 0.06 * level.max(), "it was -12 dB in the last 10 ms before the end"
    assert np.abs(audio[-7_201]) < 1e-4
    assert len(shipped(text, trailing_silence=0)["audio"]) == len(audio) - 7_200


def test_sentences_lines_paragraphs_and_headings_have_pauses_of_their_own(speaker, say):
    """Wrapped lines have none."""
    text = "Good\n\nWho is it? Who\nis it?\n- Good.\n- Good.\n\nGood."
    pauses = {"sentence": 0.01, "line": 0.02, "paragraph": 0.03, "heading": 0.04}
    parts = [("Good", 0.04), ("Who is it?", 0.01), ("Who is it?", 0.02), ("- Good.", 0.02), ("- Good.", 0.03)]
    expected = [ended(say(part), pause) for part, pause in [*parts, ("Good.", TRAILING_SILENCE)]]
    np.testing.assert_array_equal(speaker(text, pauses=pauses)["audio"], np.concatenate(expected))
    assert len(speaker(text)["audio"]) > sum(map(len, expected))


def test_a_text_with_short_forms_has_the_same_lines(speaker, say):
    text = "Good\n\nWho\nis [[IH1 T]]?\n\nGood {x}. Good."
    parts = [part for part, *_ in speaker.processor.sentences(text)]
    ends = [end for _, end, _ in speaker.processor.sentences(text)]
    assert ends == ["heading", "paragraph", "sentence", "paragraph"] and len(parts) == 4
    expected = [ended(say("Good"), 0.7), ended(say("Who is [[IH1 T]]?"), 0.5)]
    np.testing.assert_array_equal(speaker(text)["audio"][: sum(map(len, expected))], np.concatenate(expected))


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e9, "1", True])
def test_silence_that_is_no_length_is_refused(speaker, seconds):
    with pytest.raises(ValueError, match="`trailing_silence` is .*, but 0 to 60 seconds are needed"):
        speaker("Who is it?", trailing_silence=seconds)


def test_a_text_longer_than_the_model_takes_is_read(speaker):
    assert len(speaker("Good morning. " * 80)["audio"]) > 80 * 0.2 * 16_000


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_batches_are_trimmed_and_put_together_again(speaker, batch_size):
    """Sentences of several texts share batches: each text must get its own back, at its own length."""
    texts = [SENTENCES[0], LONG, SENTENCES[1]]
    for speech, text in zip(speaker(texts, batch_size=batch_size), texts, strict=True):
        expected = speaker(text)["audio"]
        assert speech["audio"].shape == expected.shape
        assert_alike(speech["audio"], expected)


@pytest.mark.parametrize(
    "controls",
    [
        {"speaking_rate": 2.0},
        {"pitch_shift": 3.0},
        {"gain_db": -6.0},
        {"noise_scale": 1.0, "seed": 3},
        {"use_text_encoder": False},
        {"speaker": "bob"},
        {"language": "zh"},
    ],
    ids=lambda controls: "-".join(controls),
)
def test_each_argument_reaches_the_voice(speaker, say, controls):
    speech = speaker("Who is it?", **controls)["audio"]
    np.testing.assert_array_equal(speech, ended(say("Who is it?", **controls)))
    plain = ended(say("Who is it?"))
    assert speech.shape != plain.shape or not np.allclose(speech, plain, atol=1e-6)


def test_arguments_of_the_pipeline_hold_until_a_call_gives_others(voice_folder, say):
    speaker = pipeline("text-to-speech", model=str(voice_folder), pipeline_class=TTSGanPipeline, speaking_rate=2.0)
    np.testing.assert_array_equal(
        speaker("Who is it?", pitch_shift=1.0)["audio"], ended(say("Who is it?", speaking_rate=2.0, pitch_shift=1.0))
    )
    np.testing.assert_array_equal(speaker("Who is it?", speaking_rate=1.0)["audio"], ended(say("Who is it?")))


def test_arguments_can_come_as_the_stock_pipeline_takes_them(speaker, say):
    speech = speaker("Who is it?", forward_params={"speaking_rate": 2.0}, pitch_shift=1.0)
    np.testing.assert_array_equal(speech["audio"], ended(say("Who is it?", speaking_rate=2.0, pitch_shift=1.0)))


def test_an_unknown_argument_is_refused_with_the_known_ones(speaker):
    with pytest.raises(TypeError, match=r"Unknown arguments \['sped'\]; .*`speaking_rate`"):
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
    np.testing.assert_array_equal(speaker("Who is it?")["audio"], ended(say("Who is it?")))
    assert len(speaker(SENTENCES, batch_size=2)) == 3


def test_a_processor_that_does_not_load_says_why(voice_folder, tmp_path):
    """The stock loader would go on with the phone vocabulary as if it were a tokenizer, and speak nonsense."""
    folder = shutil.copytree(voice_folder, tmp_path / "voice")
    shutil.rmtree(folder / "text_tokenizer")
    with pytest.raises((OSError, ValueError), match="(?i)tokenizer"):
        TTSGanPipeline.from_pretrained(folder)


def test_damaged_weights_are_refused_in_words(voice_folder, tmp_path):
    """Not in the tracebacks that the stock loader puts together."""
    folder = shutil.copytree(voice_folder, tmp_path / "voice")
    (folder / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ValueError, match=r"^The file `.*model.safetensors` is damaged"):
        TTSGanPipeline.from_pretrained(folder)


def test_a_name_that_is_no_voice_is_refused_without_asking_the_hub(monkeypatch):
    monkeypatch.setattr("transformers_tts_gan.inference.pipeline.pipeline", None)
    with pytest.raises(ValueError, match="There is no folder `nope`, and the id of a model on the Hub looks like"):
        TTSGanPipeline.from_pretrained("nope")


VOICE = Path(__file__).parents[2] / "examples" / "voices" / "bilingual"
RATE, FRAME = 24_000, 300  # in Hz and in samples, of that voice


def silences(audio: np.ndarray, least: int = 2 * FRAME) -> list[int]:
    """Lengths in samples of the stretches of zeros, but of the silence after a text."""
    last = np.flatnonzero(audio)[-1] + 1
    audio = audio[: last + 1] if len(audio) - last <= TRAILING_SILENCE * RATE + 1 else audio
    edges = np.flatnonzero(np.diff(np.concatenate([[1], audio != 0, [1]]).astype(int)))
    return [int(b - a) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= least]


@pytest.mark.parametrize(("time", "samples"), [("500ms", 12_000), ("1.5s", 36_000), ("80ms", 1_920)])
def test_a_break_is_silence_of_its_length_in_the_waveform(shipped, time, samples):
    """The same in the model, in the stock pipeline and in ours."""
    text = f"<speak>The train leaves<break time='{time}'/> at nine o'clock.</speak>"
    stock = pipeline("text-to-speech", model=shipped.model, processor=shipped.processor, tokenizer=shipped.tokenizer)
    with torch.no_grad():
        output = shipped.model(**shipped.processor(text))
    assert output.waveform.shape[1] == output.waveform_lengths[0] == output.durations.sum() * FRAME
    for audio in (output.waveform[0].numpy(), shipped(text)["audio"], stock(text)["audio"].reshape(-1)):
        (found,) = silences(audio)
        assert abs(found - samples) <= FRAME
        level = np.abs(audio)[: len(audio) // FRAME * FRAME].reshape(-1, FRAME).max(1)
        beside = np.abs(np.diff(audio))[(audio[1:] == 0) != (audio[:-1] == 0)]
        assert len(beside) >= 2 and beside.max() < 0.02, "sound that ends at once clicks"
        assert level[:10].max() > 0.01 and level[-30:].max() > 0.01


def test_breaks_between_sentences_are_as_long_as_asked_for(shipped):
    """Each sentence is spoken by itself, and what lies between is the break, neither more nor less."""
    text = "<speak>Good morning.<break time='700ms'/> The train leaves at nine.<break time='1s'/> Hurry up!</speak>"
    assert len(shipped.processor.sentences(text)) == 3
    first, second = silences(shipped(text)["audio"])
    assert abs(first - 16_800) <= FRAME and abs(second - 24_000) <= FRAME
    for speech in shipped([text, "Good morning.", text], batch_size=3)[::2]:
        assert [abs(a - b) <= FRAME for a, b in zip(silences(speech["audio"]), (16_800, 24_000), strict=True)]


def test_long_ssml_is_cut_between_its_tags(shipped):
    sentence = "<s>The <prosody rate='fast'>train <break time='40ms'/>leaves</prosody> at nine. Who is it?</s>"
    speech = shipped(f"<speak>{sentence * 12}</speak>")["audio"]
    pauses = [length for length in silences(speech) if length < 2_250]
    assert len(pauses) == 12 and len(silences(speech)) == 12 + 23


def test_prosody_changes_its_own_phones_alone(shipped):
    plain = "The train leaves at nine o'clock."
    slow = "<speak>The train <prosody rate='50%'>leaves</prosody> at nine o'clock.</speak>"
    with torch.no_grad():
        one, other = (shipped.model(**shipped.processor(text)) for text in (plain, slow))
    inputs = shipped.processor(slow)
    inside = inputs["prosody_controls"][0, :, 0] == 0.5
    ratio = other.durations[0][inside].sum() / one.durations[0][inside].sum()
    assert 1.8 <= ratio <= 2.2 and abs(int(other.durations[0][~inside].sum() - one.durations[0][~inside].sum())) <= 1


def test_volume_changes_its_own_phones_alone(shipped):
    """-12 dB is about a quarter; silence is none."""
    plain = "The train leaves at nine o'clock."
    with torch.no_grad():
        wave = shipped.model(**shipped.processor(plain))
        for volume, most in (("-12dB", 0.45), ("silent", 0.0)):
            text = f"<speak>The train <prosody volume='{volume}'>leaves</prosody> at nine o'clock.</speak>"
            inputs = shipped.processor(text)
            marked = shipped.model(**inputs)
            place = torch.repeat_interleave(
                inputs["prosody_controls"][0, :, 2] < 0, marked.durations[0]
            ).repeat_interleave(FRAME)
            assert marked.waveform[0][place].norm() <= most * wave.waveform[0][place].norm()
            assert marked.waveform[0][~place].norm() > 0.9 * wave.waveform[0][~place].norm()


def test_marked_and_plain_text_share_a_batch(speaker):
    marked = "<speak>Who<break time='300ms'/> is <prosody rate='2' pitch='high' volume='loud'>it</prosody>?</speak>"
    texts = [marked, "Who is it?", LONG]
    for speech, text in zip(speaker(texts, batch_size=4), texts, strict=True):
        expected = speaker(text)["audio"]
        assert speech["audio"].shape == expected.shape
        assert_alike(speech["audio"], expected)


def test_controls_of_a_call_are_added_to_those_of_the_text(speaker):
    text = "<speak>Who is <prosody rate='2'>it</prosody>?<break time='320ms'/></speak>"
    fast, slow = (len(speaker(text, speaking_rate=speed)["audio"]) - 320 * 16 for speed in (2.0, 1.0))
    assert 0.4 < fast / slow < 0.6


def breaks(count: int) -> str:
    return "<speak>Hi" + " <break time='10s'/> you" * count + ".</speak>"


def test_ten_second_breaks_cost_the_model_half_a_second_each(shipped, monkeypatch):
    """480 of them once asked for 7 GB."""
    frames, forward = [], shipped.model.forward
    monkeypatch.setattr(
        shipped.model, "forward", lambda **inputs: (out := forward(**inputs), frames.append(out.durations.sum()))[0]
    )
    speech = shipped(breaks(12))["audio"]
    assert [abs(length - 240_000) <= FRAME for length in silences(speech, 12_000)] == [True] * 12
    assert sum(frames) * FRAME < 12 * RATE


def test_the_processor_refuses_more_silence_than_goes_through_a_model(shipped):
    with pytest.raises(ValueError, match="last 480 s, but at most 60 s.*`TTSGanPipeline`"):
        shipped.processor(breaks(48))


def test_a_batch_of_unlike_texts_is_spoken_by_length_and_returned_in_order(speaker, monkeypatch):
    texts = ["Who is it?"] * 5 + ["Good morning. " * 3] + ["All of them were asleep and all of them were asleep."] * 2
    expected, shapes, forward = [speaker(text)["audio"] for text in texts], [], speaker.forward
    monkeypatch.setattr(
        speaker, "forward", lambda inputs, **p: (shapes.append(inputs["input_ids"].shape), forward(inputs, **p))[1]
    )
    for speech, alone in zip(speaker(texts, batch_size=16), expected, strict=True):
        assert_alike(speech["audio"], alone)
    assert len(shapes) == 2 and shapes[0][0] == 2 and shapes[1][0] == 8


def test_what_cannot_be_read_is_passed_over_with_a_warning_unless_it_is_strict(speaker, caplog):
    text = "<speak>Who is <foo>it</foo>? [[x y]] \u2502</speak>"
    plain = speaker("Who is it? [x y]")["audio"]
    assert len(speaker(text)["audio"]) >= len(plain) - 16_000
    assert "At position 14 of the text: `<foo>` is passed over" in caplog.text
    assert "position 29 of the text: `[[x y]]` holds no phones" in caplog.text and "position 37" in caplog.text
    with pytest.raises(ValueError, match="no element `foo`"):
        speaker(text, strict=True)
