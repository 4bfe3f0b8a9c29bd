"""`tts-gan speak`: a text becomes a wav file."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from transformers_tts_gan import OnnxVoice, export_onnx
from transformers_tts_gan.cli.speak import DEFAULT_VOICE, VOICES, run


def test_a_wav_file_is_written(voice_folder, tmp_path, capsys):
    run(["--model", str(voice_folder), "--output", str(tmp_path / "said.wav"), "Good day."])
    wave, rate = soundfile.read(tmp_path / "said.wav")
    assert rate == 16_000 and np.abs(wave).max() > 0
    assert str(tmp_path / "said.wav") in capsys.readouterr().out


@pytest.mark.parametrize("text", ["你好。", "Good day.", "我用 Python。"])
def test_the_default_voice_speaks_both_languages(tmp_path, capsys, text):
    run([text, "--output", str(tmp_path / "said.wav")])
    assert f"{VOICES / DEFAULT_VOICE}\n" in capsys.readouterr().out


def test_without_a_text_it_says_a_sentence_of_each_language_and_one_of_both(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run([])
    files = [Path(line) for line in capsys.readouterr().out.splitlines()[-3:]]
    assert {file.name.split(" ", 1)[1] for file in files} == {"English.wav", "Chinese.wav", "Both.wav"}
    assert all(file.parent == tmp_path / "speech" and soundfile.info(file).duration > 0.5 for file in files)


def test_a_language_that_no_voice_speaks_is_named_with_those_that_one_does(tmp_path):
    with pytest.raises(ValueError, match="No voice for `fi` comes with the package, only for `en`, `zh`"):
        run(["Hyvää päivää.", "--language", "fi", "--output", str(tmp_path / "said.wav")])


def test_speed_and_gain_change_the_sound(tmp_path):
    waves = {}
    for name, options in {"plain": [], "fast": ["--speed", "2"], "soft": ["--gain", "-20"]}.items():
        run(["--output", str(tmp_path / f"{name}.wav"), "Good day.", *options])
        waves[name] = soundfile.read(tmp_path / f"{name}.wav")[0]
    assert len(waves["fast"]) < 0.7 * len(waves["plain"])
    assert np.square(waves["soft"]).mean() < 0.1 * np.square(waves["plain"]).mean()


@pytest.fixture
def said(tmp_path, capsys, monkeypatch, voice_folder):
    """Run the command in an empty folder; what is there afterwards, and what it printed."""
    monkeypatch.chdir(tmp_path)

    def said(*arguments: str) -> tuple[list[str], str]:
        run(["--model", str(voice_folder), *arguments])
        files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
        return files, capsys.readouterr().out

    return said


def test_formats_and_subtitles(said):
    files, _ = said("Good day.", "-o", "a.mp3", "--subtitles", ".vtt")
    assert files == ["a.mp3", "a.vtt"]
    files, _ = said("Good day.", "--format", "ogg", "--subtitles", "b.json")
    assert files == ["a.mp3", "a.vtt", "b.json", "speech.ogg"]
    assert soundfile.info("speech.ogg").subtype == "VORBIS" and soundfile.info("a.mp3").format == "MP3"


def test_an_exported_voice_speaks_with_all_that_was_added_to_it(voice, phone_processor, tmp_path):
    folder = export_onnx(voice.without_text_encoder(), phone_processor, tmp_path / "exported")
    (tmp_path / "words.tsv").write_text("gan\tG AE1 N Z IY1 Z UW1 Z\n", encoding="utf-8")
    seconds = {}
    for name, options in {"plain": [], "words": ["--lexicon", str(tmp_path / "words.tsv")]}.items():
        run(["--model", str(folder), "A gan.", "-o", str(tmp_path / f"{name}.wav"), "--subtitles", ".json", *options])
        seconds[name] = soundfile.info(tmp_path / f"{name}.wav").duration
        assert [word["text"] for word in json.loads((tmp_path / f"{name}.json").read_text())["words"]] == ["A", "gan"]
    assert seconds["words"] > seconds["plain"]
    audio = OnnxVoice(folder)("A gan.", language="en")["audio"]
    wave, _ = soundfile.read(tmp_path / "plain.wav", dtype="float32")
    assert np.abs(wave - audio).max() < 1e-4, "a sentence is made in one go"


def test_text_comes_from_the_standard_input(said, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Good day.\n"))
    assert said("-", "-o", "a.wav")[0] == ["a.wav"]


def test_a_document_becomes_a_file_a_chapter_and_goes_on(said, tmp_path):
    (tmp_path / "book.md").write_text("# Cats\n\nGood.\n\n# Dogs\n\nWho is it?\n", encoding="utf-8")
    files, _ = said("book.md", "--format", "flac", "--subtitles", ".srt")
    assert files == ["book.md", *(f"book/{n}" for n in ("1 Cats.flac", "1 Cats.srt", "2 Dogs.flac", "2 Dogs.srt"))] + [
        "book/chapters.json"
    ]
    _, printed = said("book.md", "--format", "flac", "--subtitles", ".srt")
    assert "kept      2 of 2 chapters" in printed
    assert said("book.md", "-o", "whole.wav")[0][-1] == "whole.wav"
    with pytest.raises(ValueError, match="`--subtitles` is `a.srt`, but `.srt` alone is needed"):
        said("book.md", "--subtitles", "a.srt")


def test_a_folder_of_texts_becomes_a_folder_of_files(said, tmp_path):
    (tmp_path / "texts").mkdir()
    with pytest.raises(ValueError, match="There is no .txt, .md, .epub, .srt file in the folder"):
        said("texts")
    for name in ("a.txt", "b.md"):
        (tmp_path / "texts" / name).write_text("Good day.", encoding="utf-8")
    assert said("texts", "-o", "out")[0][:3] == ["out/1 a.wav", "out/2 b.wav", "out/chapters.json"]


def test_an_empty_text_is_not_the_folder_it_is_said_in(said, tmp_path):
    (tmp_path / "diary.txt").write_text("Good day.", encoding="utf-8")
    with pytest.raises(ValueError, match="There is nothing to say in ''"):
        said("")


def test_a_file_that_is_not_there_is_named(said):
    with pytest.raises(FileNotFoundError, match=r"nope\.txt"):
        said("nope.txt")


def test_it_is_played_while_it_is_made(said, tmp_path, monkeypatch):
    """By a program that writes down what it is given; machines of tests have no loudspeakers."""
    player = tmp_path / "bin" / "aplay"
    player.parent.mkdir()
    player.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/how\ncat > {tmp_path}/heard\n', encoding="utf-8")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{player.parent}:/bin:/usr/bin")
    files, _ = said("Good day. Who is it?", "--play")
    assert files == ["bin/aplay", "heard", "how"]
    assert (tmp_path / "how").read_text() == "-q -t raw -f S16_LE -r 16000 -c 1\n"
    said("Good day. Who is it?", "-o", "a.wav")
    wave, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    heard = np.frombuffer((tmp_path / "heard").read_bytes(), dtype="<i2")
    assert len(heard) == len(wave) and np.abs(heard.astype(int) - wave).max() <= 2


def test_without_a_player_it_says_which_one_to_install(said, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="`--play` needs one of the programs pw-play, paplay, aplay"):
        said("Good day.", "--play")


def test_the_voices_of_the_repository_are_listed(capsys):
    run(["--list-voices"])
    lines = capsys.readouterr().out.splitlines()
    assert [Path(line.split("  ")[0]).name for line in lines] == ["bilingual", "kathleen"]
    assert lines[0].endswith("speakers af_heart, zm_yunxi; 24 kHz")
