"""Documents to sound files: subtitles that fit, and a reading that goes on where it was stopped."""

import json

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.inference.readings import speak_document, speak_to_file
from transformers_tts_gan.text.documents import Chapter


CHAPTERS = [
    Chapter("The cats", "The cats\n\nGood. Who is it?"),
    Chapter("A/b: c?", "Good morning."),
    Chapter("", "It."),
]


def test_a_file_holds_what_the_pipeline_says(speaker, tmp_path):
    reading = speak_to_file(speaker, "Good. Who is it?", tmp_path / "a.flac", speaking_rate=1.5)
    expected = speaker("Good. Who is it?", speaking_rate=1.5)["audio"]
    wave, rate = soundfile.read(reading.path, dtype="float32")
    np.testing.assert_allclose(wave, np.clip(expected, -1, 1), atol=1e-4)
    assert reading.seconds == len(wave) / rate


def test_subtitles_of_several_texts_in_one_file_go_on(speaker, tmp_path):
    texts = [chapter.text for chapter in CHAPTERS]
    speak_to_file(speaker, texts, tmp_path / "a.wav", tmp_path / "a.json")
    content = json.loads((tmp_path / "a.json").read_text())
    assert content["text"] == "\n\n".join(texts)
    assert all(content["text"][slice(*word["span"])] == word["text"] for word in content["words"])
    starts = [word["start"] for word in content["words"]]
    assert starts == sorted(starts) and [each["text"] for each in content["subtitles"]][-2:] == [
        "Good morning.",
        "It.",
    ]
    first, second = (speaker(text, return_timestamps=True) for text in texts[:2])
    place = len(first["words"])
    assert starts[place] == pytest.approx(len(first["audio"]) / 16_000 + second["words"][0].start, abs=1e-3)


def test_a_reading_goes_on_where_it_was_stopped(speaker, tmp_path):
    def stop(chunk):
        if "morning" in [word.text for word in chunk.words]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        speak_document(speaker, CHAPTERS, tmp_path, "wav", ".srt", stop)
    assert [path.name for path in sorted(tmp_path.glob("*.*"))] == [
        "1 The cats.srt",
        "1 The cats.wav",
        "chapters.json",
    ]
    readings = speak_document(speaker, CHAPTERS, tmp_path, "wav", ".srt")
    assert [reading.is_new for reading in readings] == [False, True, True]
    assert [reading.path.name for reading in readings] == ["1 The cats.wav", "2 A b c.wav", "3.wav"]
    again = speak_document(speaker, CHAPTERS, tmp_path, "wav", ".srt")
    assert [(a.path, a.is_new) for a in again] == [(b.path, False) for b in readings]
    assert [a.seconds for a in again] == pytest.approx([b.seconds for b in readings], abs=1e-3)


def test_what_has_changed_is_spoken_again(speaker, tmp_path):
    speak_document(speaker, CHAPTERS, tmp_path)
    changed = [CHAPTERS[0], Chapter("A/b: c?", "Good."), CHAPTERS[2]]
    assert [reading.is_new for reading in speak_document(speaker, changed, tmp_path)] == [False, True, False]
    faster = speak_document(speaker, changed, tmp_path, speaking_rate=2.0)
    assert all(reading.is_new for reading in faster)
