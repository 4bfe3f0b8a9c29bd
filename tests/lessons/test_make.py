"""The folder of a lesson: its files, what is heard in them, and what a recognizer says of it."""

import math
import os
import re

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.lessons.cast import Cast, Part
from transformers_tts_gan.lessons.check import listen, not_understood
from transformers_tts_gan.lessons.kept import voice_state
from transformers_tts_gan.lessons.make import make_lesson


def cues(path) -> list[tuple[float, float, str]]:
    """Start, end and text of the subtitles of an SRT file."""
    found = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        _, times, *text = block.split("\n")
        numbers = [int(each) for each in re.findall(r"\d+", times)]
        start, end = (3600 * h + 60 * m + s + t / 1000 for h, m, s, t in (numbers[:4], numbers[4:]))
        found.append((start, end, " ".join(text)))
    return found


def test_each_section_has_a_file_and_all_are_in_one(made):
    names = [path.name for path in made.sounds]
    assert names == ["1 Cats 猫.wav", "2 Talk.wav", "3 Words.wav", "lesson.wav"]
    assert all(path.with_suffix(".srt").is_file() for path in made.sounds)
    parts = [soundfile.read(path)[0] for path in made.sounds]
    np.testing.assert_array_equal(np.concatenate(parts[:-1]), parts[-1])
    assert made.seconds == pytest.approx(len(parts[-1]) / 16_000)


def test_a_dialogue_is_said_naturally_and_then_slowly_with_pauses(made):
    said = cues(made.sounds[1].with_suffix(".srt"))
    sentences = ["Good morning.", "Who is it?", "It costs $25 here."]
    assert [text for *_, text in said] == ["Talk", *sentences, *sentences]
    wave, rate = soundfile.read(made.sounds[1])
    clips = {clip.text: clip for clip in made.clips if clip.slow}
    for start, _, text in said[4:]:
        clip = clips[text]
        first = round((start - clip.words[0].start) * rate)
        silence = wave[first + len(clip.audio) + 20 : first + len(clip.audio) + len(clip.audio) - 20]
        assert np.abs(silence).max() == 0
        np.testing.assert_allclose(wave[first + 16 : first + len(clip.audio) - 16].std(), clip.audio.std(), rtol=0.05)


def test_subtitles_of_the_whole_go_on_where_a_section_ends(made):
    parts = [cues(path.with_suffix(".srt")) for path in made.sounds]
    begin = 0.0
    expected = []
    for path, said in zip(made.sounds[:-1], parts, strict=False):
        expected += [(begin + start, text) for start, _, text in said]
        begin += soundfile.info(path).duration
    assert [text for *_, text in parts[-1]] == [text for _, text in expected]
    assert [start for start, *_ in parts[-1]] == pytest.approx([start for start, _ in expected], abs=2e-3)


def test_a_question_leaves_time_before_its_answer(made):
    said = cues(made.sounds[2].with_suffix(".srt"))
    assert [text for *_, text in said][-4:] == ["Who is it?", "A dog.", "A cat.", "A cat."]
    assert said[-1][0] - said[-2][1] > 2.5


def test_without_pauses_it_is_shorter(made, tiny, lesson, tmp_path):
    short = make_lesson(lesson, tmp_path, Cast([tiny], lesson.roles(), {}), repeat=0, kind="ogg", subtitles=".vtt")
    assert short.seconds < made.seconds - 2
    assert (tmp_path / "2 Talk.ogg").is_file() and (tmp_path / "2 Talk.vtt").is_file()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "mid"},
        {"subtitles": ".txt"},
        {"repeat": -1.0},
        {"repeat": math.inf},
        {"repeat": math.nan},
        {"slow_rate": 2.0},
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_written(tiny, lesson, tmp_path, wrong):
    with pytest.raises(ValueError):
        make_lesson(lesson, tmp_path / "new", Cast([tiny], lesson.roles(), {}), **wrong)
    assert not (tmp_path / "new").exists()


class Parrot:
    """A recognizer that hears what it was told, and remembers the lengths of what it heard."""

    def __init__(self, transcript: str):
        self.transcript, self.lengths = transcript, []

    def transcribe(self, wave, sampling_rate):
        self.lengths.append(len(wave))
        return self.transcript


def test_sentences_that_were_not_understood_are_named(made):
    pytest.importorskip("jiwer", reason="errors are counted by `jiwer`")
    parrot = Parrot("good morning")
    heard = listen(made.clips, {"en": parrot})
    spoken = {(clip.text, clip.slow) for clip in made.clips}
    assert {(each.text, each.slow) for each in heard} <= spoken and len(parrot.lengths) == len(heard)
    assert "cat" not in [each.text for each in heard], "single words are left out"
    missed = [each.text for each in not_understood(heard, 0.25)]
    assert "Good morning." not in missed and {"Who is it?", "The cat is good."} <= set(missed)
    by_text = {each.text: each for each in heard}
    assert (by_text["Who is it?"].errors, by_text["Who is it?"].units) == (3, 3)


def test_a_run_that_was_stopped_keeps_its_clips(made, tiny, lesson, tmp_path):
    """The second run speaks only what is missing, and makes the same files as one that was never stopped."""

    def stop(title):
        if title == "Talk":
            raise KeyboardInterrupt

    cast = Cast([tiny], lesson.roles(), {})
    with pytest.raises(KeyboardInterrupt):
        make_lesson(lesson, tmp_path, cast, kind="wav", watch=stop)
    spoken = len(list((tmp_path / ".clips").iterdir()))
    damaged = next((tmp_path / ".clips").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-200])
    again = make_lesson(lesson, tmp_path, cast, kind="wav")
    assert spoken == 9 and again.kept == spoken - 1 and made.kept == 0
    assert not (tmp_path / ".clips").exists()
    assert again.page.read_bytes() == made.page.read_bytes()
    for one, other in zip(again.sounds, made.sounds, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert one.with_suffix(".srt").read_bytes() == other.with_suffix(".srt").read_bytes()
    for one, other in zip(again.clips, made.clips, strict=True):
        assert (one.words, one.runs) == (other.words, other.runs) and np.array_equal(one.audio, other.audio)


def test_clips_of_other_settings_are_not_kept(tiny, lesson, tmp_path):
    """Another voice, speaker, pitch, rate or text makes another digest."""

    def stop(title):
        raise KeyboardInterrupt

    def kept(cast, **options) -> int:
        with pytest.raises(KeyboardInterrupt):
            make_lesson(lesson, tmp_path, cast, kind="wav", watch=stop, **options)
        return make_lesson(lesson, tmp_path, Cast([tiny], lesson.roles(), {}), kind="wav").kept

    narrator = Cast([tiny], lesson.roles(), {"narrator": Part(pitch=1.0)})
    assert kept(narrator) == 0
    assert kept(Cast([tiny], lesson.roles(), {}), slow_rate=0.9) == 2, "nothing was slow in the first section"


def test_a_voice_that_was_trained_on_is_another(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"0")
    before = voice_state(str(tmp_path))
    assert voice_state(str(tmp_path)) == before
    os.utime(weights, (1, 1))
    assert voice_state(str(tmp_path)) != before
    assert voice_state("owner/name") == ["owner/name"] and voice_state("") == [""]
