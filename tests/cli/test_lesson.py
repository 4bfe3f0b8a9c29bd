"""`tts-gan lesson`: a lesson becomes a folder, and wrong options are refused in words."""

import pytest

from transformers_tts_gan import export_onnx
from transformers_tts_gan.cli.lesson import read_role, run


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "cats.md"
    path.write_text("# Cats\n\n**Ann:** Good.\n\n**Bob:** Who is it?\n", encoding="utf-8")
    return path


def test_a_folder_is_made(lesson, voice_folder, tmp_path, capsys):
    run([str(lesson), "--model", str(voice_folder), "-o", str(tmp_path / "out"), "--role", "Bob:pitch=-4,rate=0.9"])
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["1 Cats.mp3", "1 Cats.srt", "index.html", "lesson.mp3", "lesson.srt"]
    said = capsys.readouterr().out
    assert str(tmp_path / "out" / "index.html") in said and "s of lesson" in said
    assert "Bob: en bob, -4 semitones; zh bob, -4 semitones" in said


def test_an_exported_voice_makes_the_same_lesson(lesson, voice, processor, voice_folder, tmp_path, capsys):
    exported = export_onnx(voice, processor, tmp_path / "exported")
    subtitles = []
    for name, model in {"torch": voice_folder, "onnx": exported}.items():
        run([str(lesson), "--model", str(model), "-o", str(tmp_path / name), "--role", "Bob:pitch=-4"])
        assert "Bob: en bob, -4 semitones; zh bob, -4 semitones" in capsys.readouterr().out
        subtitles.append((tmp_path / name / "lesson.srt").read_text(encoding="utf-8"))
    assert subtitles[0] == subtitles[1]


@pytest.mark.parametrize("role", ["Bob", "Bob:", "Bob:pitch", "Bob:pitch=high", "Bob:volume=2", ":pitch=1"])
def test_a_role_that_cannot_be_read_is_refused(role):
    with pytest.raises(ValueError, match="`--role` is"):
        read_role(role)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--role", "Eve:pitch=1"], "no role `Eve`"),
        (["--recognizer", "whisper"], "`--recognizer` is `whisper`"),
        (["--slow", "2"], "slow rate is 2"),
    ],
)
def test_wrong_options_are_refused_before_a_folder_is_made(lesson, voice_folder, tmp_path, options, says):
    with pytest.raises(ValueError, match=says):
        run([str(lesson), "--model", str(voice_folder), "-o", str(tmp_path / "out"), *options])
    assert not (tmp_path / "out").exists()
