import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.data.load import load_speech


RATE = 16_000
SCRIPT = Path(__file__).parents[2] / "examples" / "prepare_corpus.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("prepare_corpus", SCRIPT)
    module = sys.modules["prepare_corpus"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["prepare_corpus"]


def speech():
    """Half a second of sound between half seconds of silence."""
    wave = np.zeros(3 * RATE // 2)
    wave[RATE // 2 : RATE] = 0.3 * np.sin(np.arange(RATE // 2) / 5)
    return wave


def write_wav(path, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, speech(), rate)


def rows_of(dest):
    return [json.loads(line) for line in (dest / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]


def make_ljspeech(src):
    for number in range(1, 5):
        write_wav(src / "wavs" / f"LJ001-000{number}.wav")
    lines = [f"LJ001-000{number}|Said by Dr. {number}|Said by Doctor {number}" for number in range(1, 5)]
    (src / "metadata.csv").write_text("\n".join(lines), encoding="utf-8")


def make_aishell3(src):
    lines = []
    for number, speaker in enumerate(("SSB0005", "SSB0005", "SSB0009", "SSB0009")):
        name = f"{speaker}000{number}.wav"
        write_wav(src / "train" / "wav" / speaker / name, rate=44_100)
        lines.append(f"{name}\t广 guang3 州 zhou1 女 nv3 {'一二三四'[number]} er4")
    (src / "train" / "content.txt").write_text("\n".join(lines), encoding="utf-8")


def make_baker(src):
    lines = []
    for number in range(1, 5):
        write_wav(src / "Wave" / f"00000{number}.wav")
        lines += [
            f"00000{number}\t卡尔普#2陪外孙#1玩{'一二三四'[number - 1]}#4。",
            "\tka2 er2 pu3 pei2 wai4 sun1 wan2 yi1",
        ]
    (src / "ProsodyLabeling").mkdir()
    (src / "ProsodyLabeling" / "000001-010000.txt").write_text("\r\n".join(lines), encoding="utf-8-sig")


def make_folder(src):
    for number in range(1, 5):
        write_wav(src / "day" / f"{number}.flac")
        (src / "day" / f"{number}.txt").write_text(f"Good morning\nnumber {number}.", encoding="utf-8")


LAYOUTS = {
    "ljspeech": (make_ljspeech, [], "Said by Doctor 1", "LJ001-0001"),
    "aishell3": (make_aishell3, [], "广州女一", "SSB0005/SSB00050000"),
    "baker": (make_baker, [], "卡尔普陪外孙玩一。", "000001"),
    "folder": (make_folder, ["--language", "en"], "Good morning number 1.", "day/1"),
}


@pytest.mark.parametrize("corpus", LAYOUTS)
def test_each_published_layout_becomes_one_that_training_reads(script, tmp_path, corpus):
    """Text without marks, trimmed wavs at their own rate, a fixed held-out share, a README with the license."""
    make, options, text, name = LAYOUTS[corpus]
    src, dest = tmp_path / "src", tmp_path / "dest"
    src.mkdir()
    make(src)
    script.main([corpus, str(src), str(dest), "--test_every", "2", *options])
    rows = rows_of(dest)
    assert (rows[0]["text"], rows[0]["audio"]) == (text, f"wavs/{name}.wav")
    assert [row["split"] for row in rows] == ["train", "test", "train", "test"]
    info = soundfile.info(dest / rows[0]["audio"])
    assert info.samplerate == (44_100 if corpus == "aishell3" else RATE)
    assert info.frames == pytest.approx(RATE / 2 + 0.1 * info.samplerate, abs=0.03 * info.samplerate)
    assert script.SOURCES[corpus] in (dest / "README.md").read_text(encoding="utf-8")
    assert len(load_speech(dest, split="train")) == len(load_speech(dest, split="test")) == 2


def test_chinese_corpora_keep_the_pinyin_and_aishell3_its_speakers(script, tmp_path):
    """Trusted readings settle polyphones; `--speakers` takes a part of 85 hours."""
    make_aishell3(tmp_path)
    script.main(
        ["aishell3", str(tmp_path), str(tmp_path / "dest"), "--speakers", "SSB0009", "--sampling_rate", "16000"]
    )
    rows = rows_of(tmp_path / "dest")
    assert [(row["speaker"], row["pinyin"]) for row in rows] == [("SSB0009", "guang3 zhou1 nv3 er4")] * 2
    assert soundfile.info(tmp_path / "dest" / rows[0]["audio"]).samplerate == 16_000


def test_held_out_sentences_are_fixed_and_never_trained_on(script):
    """The same sentence read twice must not stand on both sides, and one word is no test."""
    texts = [
        "Press one now.",
        "press one, now",
        "Hello.",
        "You are muted.",
        "Call me back!",
        "Dial two again.",
        "a " * 50,
    ]
    clips = [script.Clip(f"{i}", Path(), text, "s", "en") for i, text in enumerate(texts)]
    assert script.choose_held_out(clips, test_every=2, min_words=3) == {"4"}
    assert script.choose_held_out(clips[::-1], test_every=3, min_words=3) == {"5"}


def test_what_another_voice_held_out_can_be_held_out_again(script, tmp_path, capsys):
    """Else it would be judged on what it has learned; a text counts however its marks are set, and each take of it."""
    make_folder(tmp_path / "src")
    (tmp_path / "src" / "day" / "4.txt").write_text("Good morning, number 2!", encoding="utf-8")
    texts = tmp_path / "held_out.txt"
    texts.write_text("good morning number 2\n\nNobody says this.\n", encoding="utf-8")
    arguments = ["folder", str(tmp_path / "src"), str(tmp_path / "dest"), "--language", "en", "--held_out", str(texts)]
    script.main(arguments)
    assert [row["split"] for row in rows_of(tmp_path / "dest")] == ["train", "test", "train", "test"]
    assert "1 of 2 texts to hold out are not in this corpus" in capsys.readouterr().out
    texts.write_text(f"{script.digest('Good morning, number 3')}\n", encoding="utf-8")
    script.main(arguments)
    assert [row["split"] for row in rows_of(tmp_path / "dest")] == ["train", "train", "test", "train"]
    texts.write_text("Nobody says this.", encoding="utf-8")
    with pytest.raises(SystemExit, match="none of the 1 texts to hold out is in this corpus"):
        script.main(arguments)
    with pytest.raises(SystemExit):
        script.main([*arguments[:-1], str(tmp_path / "missing.txt")])
    assert "is not a file: give one with a text, or its digest" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "spoken"),
    [
        ("beep", " [this is a simple beep tone]\n", ""),
        ("confbridge-join", " <beep ascending>", ""),
        ("silence/1", " (1 second of silence)", ""),
        ("vm-intro", " Please leave your message. (simple tone sound plays)", ""),
        ("letters/at", " at [@]", "at"),
        ("letters/a", " a", "A"),
        ("spy-iax2", ' IAX (note: does not say "2")', "IAX"),
        ("dictate/both_help", " press * to pause,  press # to go", "press star to pause, press pound to go"),
        ("dir-multi2", " ... for ...", "for,"),
        ("digits/h-40", " fourtieth", "fortieth"),
    ],
)
def test_asterisk_transcripts_become_the_words_spoken(script, name, text, spoken):
    """Notes, symbols and sound effects are in the list of prompts; a voice must not learn to read them."""
    assert script.clean_allison_text(name, text) == spoken


def test_asterisk_prompts_are_matched_to_their_recordings(script, tmp_path, monkeypatch):
    """Prompts in subfolders are found, those without a recording or without speech left out."""
    names = ["hello-world", "digits/1", "vm-and", "beep"]
    for name in names:
        (tmp_path / "sounds" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sounds" / f"{name}.g722").touch()
    texts = [
        "; Comment: none",
        "",
        "hello-world: Hello world.",
        "digits/1: one",
        "vm-and: and",
        "beep: [beep]",
        "gone: x",
    ]
    (tmp_path / "core-sounds-en.txt").write_text("\n".join(texts), encoding="utf-8")
    monkeypatch.setattr(script, "decode_g722", lambda path: np.round(speech() * 32768).astype(np.int16))
    script.main(["allison", "--src", str(tmp_path), str(tmp_path / "dest"), "--min_words", "1", "--test_every", "3"])
    assert {row["text"]: row["split"] for row in rows_of(tmp_path / "dest")} == {
        "one": "train", "Hello world.": "train", "and": "test"
    }  # fmt: skip


def test_g722_decodes_to_the_same_tone(script, tmp_path):
    """The pip decoder stands in for ffmpeg; a wrong rate or byte order would be noise."""
    codec = pytest.importorskip("G722", reason="pip install G722")
    wave = np.round(speech() * 32768).astype(np.int16)
    (tmp_path / "tone.g722").write_bytes(codec.G722(RATE, 64_000).encode(wave.tolist()))
    decoded = script.decode_g722(tmp_path / "tone.g722")
    assert len(decoded) == pytest.approx(len(wave), abs=2)
    spectrum = np.abs(np.fft.rfft(decoded))
    assert spectrum.argmax() == pytest.approx(np.abs(np.fft.rfft(wave)).argmax(), abs=2)


def test_a_missing_g722_decoder_is_named(script, tmp_path, monkeypatch):
    """Neither ffmpeg nor the package is a dependency."""
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "G722", None)
    with pytest.raises(ImportError, match="without ffmpeg needs `G722`.*run `pip install G722`"):
        script.decode_g722(tmp_path / "tone.g722")


def test_a_machine_without_apt_is_told_where_the_sounds_are(script, tmp_path, monkeypatch):
    """Fedora and macOS have no apt-get."""
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="needs apt-get and dpkg .*pass the folder with --src"):
        script.main(["allison", str(tmp_path / "dest")])


def test_bad_recordings_are_left_out_and_named(script, tmp_path, capsys):
    """One damaged file among thousands must not stop the conversion."""
    make_folder(tmp_path / "src")
    (tmp_path / "src" / "day" / "1.flac").write_text("no audio")
    (tmp_path / "src" / "lonely.txt").write_text("No recording.")
    (tmp_path / "src" / "day" / "2.txt").write_text(" ")
    script.main(["folder", str(tmp_path / "src"), str(tmp_path / "dest"), "--language", "en", "--speaker", "me"])
    assert [(row["audio"], row["speaker"]) for row in rows_of(tmp_path / "dest")] == [
        ("wavs/day/3.wav", "me"), ("wavs/day/4.wav", "me")
    ]  # fmt: skip
    printed = capsys.readouterr().out
    assert "1.flac` cannot be decoded" in printed and "1 left out" in printed
    assert "lonely.txt (no recording beside it)" in printed and "2.txt (empty)" in printed


def test_the_wrong_folder_is_refused_before_anything_is_written(script, tmp_path, capsys):
    """A mistyped path, or the layout of another corpus."""
    dest = str(tmp_path / "dest")
    with pytest.raises(SystemExit):
        script.main(["baker", str(tmp_path / "nowhere"), dest])
    assert "is not a folder: give the corpus as unpacked" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="000001-010000.txt` does not exist: give the folder that holds"):
        script.main(["baker", str(tmp_path), dest])
    with pytest.raises(SystemExit, match="no recording with a text was found in"):
        script.main(["folder", str(tmp_path), dest, "--language", "en"])
    with pytest.raises(SystemExit):
        script.main(["folder", str(tmp_path), dest, "--language", "en", "--test_every", "1"])
    assert "--test_every is 1; needs 2 or more" in capsys.readouterr().err
    assert not (tmp_path / "dest").exists()
