"""Speech that is heard while it is made is the speech that is made at once."""

import numpy as np
import pytest


TEXT = "Good\n\nGood morning. Who is it?\n\nThe cats [[IH1 T]], <break time='1s'/> all of them. Wait."
MARKED = "<speak>Good morning.<break time='2s'/> Who is <prosody rate='fast'>it?</prosody> Good.</speak>"


@pytest.mark.parametrize("text", [TEXT, MARKED, "Good."])
@pytest.mark.parametrize("controls", [{}, {"speaking_rate": 1.5, "noise_scale": 1.0, "seed": 3, "speaker": "bob"}])
def test_chunks_are_the_samples_and_the_words_of_what_is_spoken_at_once(speaker, text, controls):
    whole = speaker(text, return_timestamps=True, pauses={"heading": 0.3}, **controls)
    chunks = list(speaker.stream(text, pauses={"heading": 0.3}, **controls))
    np.testing.assert_allclose(np.concatenate([chunk.audio for chunk in chunks]), whole["audio"], atol=1e-4)
    assert [word for chunk in chunks for word in chunk.words] == whole["words"]
    assert [chunk.start for chunk in chunks] == np.cumsum([0, *(len(chunk.audio) for chunk in chunks[:-1])]).tolist()
    assert {chunk.sampling_rate for chunk in chunks} == {whole["sampling_rate"]}
    assert len(chunks) >= len(speaker.processor.sentences(text))


def test_a_sentence_is_heard_before_the_next_is_spoken(speaker, monkeypatch):
    spoken = []
    plan = speaker.model.plan
    monkeypatch.setattr(speaker.model, "plan", lambda *args, **kwargs: spoken.append(1) or plan(*args, **kwargs))
    stream = speaker.stream("Good. " * 50)
    assert spoken == []
    next(stream)
    assert len(spoken) == 1


def test_only_the_first_sentence_comes_in_short_pieces(speaker, monkeypatch):
    """They cost twice the work, and later ones are made while the first is heard."""
    windows = []
    decode = speaker.model.acoustic.decode_frames

    def watched(hidden, index, *args):
        windows.append(index.shape[1])
        return decode(hidden, index, *args)

    monkeypatch.setattr(speaker.model.acoustic, "decode_frames", watched)
    sentence = "The 25 cats of 北京 sat there, and all of them were asleep."
    list(speaker.stream(f"{sentence} {sentence}", first_frames=16))
    frames = len(speaker(sentence, trailing_silence=0.0)["audio"]) // speaker.model.config.hop_length
    *first, later, _ = windows  # the last one is that of the call
    assert len(first) > 2 and first[0] < frames / 2 and later == frames


def test_a_first_piece_of_no_frames_is_refused(speaker):
    with pytest.raises(ValueError, match="`first_frames` is 0, but the first piece needs 1 frame or more"):
        next(speaker.stream("Good morning.", first_frames=0))


def test_what_a_pipeline_was_made_with_holds_for_its_streams(voice, processor):
    from transformers_tts_gan import TTSGanPipeline

    speaker = TTSGanPipeline(model=voice, processor=processor, speaking_rate=2.0, speaker="bob")
    chunks = [chunk.audio for chunk in speaker.stream("Who is it?")]
    np.testing.assert_allclose(np.concatenate(chunks), speaker("Who is it?")["audio"], atol=1e-4)


def test_wrong_arguments_are_refused_at_once_and_text_when_its_turn_has_come(speaker):
    with pytest.raises(TypeError, match="Unknown arguments"):
        speaker.stream("Good.", sped=2)
    with pytest.raises(ValueError, match="`speaking_rate` is 0"):
        speaker.stream("Good.", speaking_rate=0)
    with pytest.raises(TypeError, match="is a list"):
        speaker.stream(["Good."])
    with pytest.raises(ValueError, match="nothing to say"):
        next(speaker.stream("..."))
    later = "Good. Who ꙮ is it?"
    next(speaker.stream(later, strict=True))
    with pytest.raises(ValueError, match="ꙮ"):
        speaker.stream(later, strict=True, check_first=True)
