"""Published corpora become what training reads; nothing is lost without a word."""

import json
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.audio.io import AudioError
from transformers_tts_gan.cli.main import main
from transformers_tts_gan.data.held_out import choose_held_out, fewest_held_out, text_digest
from transformers_tts_gan.data.load import load_speech
from transformers_tts_gan.data.prepare_corpus import RECIPES, prepare_corpus
from transformers_tts_gan.data.recipes import allison
from transformers_tts_gan.data.recipes.clip import Clip


RATE = 16_000


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
    "ljspeech": (make_ljspeech, {}, "Said by Doctor 1", "LJ001-0001"),
    "aishell3": (make_aishell3, {}, "广州女一", "SSB0005/SSB00050000"),
    "baker": (make_baker, {}, "卡尔普陪外孙玩一。", "000001"),
    "folder": (make_folder, {"language": "en"}, "Good morning number 1.", "day/1"),
}


@pytest.mark.parametrize("corpus", LAYOUTS)
def test_each_published_layout_becomes_one_that_training_reads(tmp_path, corpus):
    """Text without marks, trimmed wavs at their own rate, a fixed held-out share, a README with the license."""
    make, options, text, name = LAYOUTS[corpus]
    src, dest = tmp_path / "src", tmp_path / "dest"
    src.mkdir()
    make(src)
    prepare_corpus(corpus, src, dest, test_every=2, **options)
    rows = rows_of(dest)
    assert (rows[0]["text"], rows[0]["audio"]) == (text, f"wavs/{name}.wav")
    assert [row["split"] for row in rows] == ["train", "test", "train", "test"]
    info = soundfile.info(dest / rows[0]["audio"])
    assert info.samplerate == (44_100 if corpus == "aishell3" else RATE)
    assert info.frames == pytest.approx(RATE / 2 + 0.1 * info.samplerate, abs=0.03 * info.samplerate)
    assert RECIPES[corpus].about in (dest / "README.md").read_text(encoding="utf-8")
    assert len(load_speech(dest, split="train")) == len(load_speech(dest, split="test")) == 2


def test_chinese_corpora_keep_the_pinyin_and_aishell3_its_speakers(tmp_path):
    """Trusted readings settle polyphones; `speakers` takes a part of 85 hours."""
    make_aishell3(tmp_path)
    prepare_corpus("aishell3", tmp_path, tmp_path / "dest", speakers=["SSB0009"], sampling_rate=16_000)
    rows = rows_of(tmp_path / "dest")
    assert [(row["speaker"], row["pinyin"]) for row in rows] == [("SSB0009", "guang3 zhou1 nv3 er4")] * 2
    assert soundfile.info(tmp_path / "dest" / rows[0]["audio"]).samplerate == 16_000


def test_held_out_sentences_are_fixed_and_never_trained_on():
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
    clips = [Clip(f"{i}", Path(), text, "s", "en") for i, text in enumerate(texts)]
    assert choose_held_out(clips, test_every=2, min_words=3) == {"4"}
    assert choose_held_out(clips[::-1], test_every=3, min_words=3) == {"5"}


@pytest.mark.parametrize(("clips", "held_out"), [(9, 0), (80, 8), (356, 32), (2_000, 100)])
def test_a_corpus_of_a_few_hundred_recordings_holds_out_enough_to_judge_by(clips, held_out):
    """French prompts: of 356, a twentieth of the sentences that are long enough was 11."""
    found = [Clip(f"{i:04}", Path(), f"Said for the {i}th time.", "s", "en") for i in range(clips)]
    assert len(choose_held_out(found, 20, 3, fewest_held_out(clips))) == held_out


def test_the_default_holds_out_more_of_a_small_corpus_and_a_number_that_is_asked_for_is_kept(tmp_path):
    for number in range(40):
        write_wav(tmp_path / "src" / f"{number}.flac")
        (tmp_path / "src" / f"{number}.txt").write_text(f"Good morning number {number}.", encoding="utf-8")
    for every, held_out in ((None, 4), (20, 2)):
        dest = tmp_path / str(every)
        prepare_corpus("folder", tmp_path / "src", dest, language="en", test_every=every)
        assert [row["split"] for row in rows_of(dest)].count("test") == held_out


def test_what_another_voice_held_out_can_be_held_out_again(tmp_path, caplog):
    """Else it would be judged on what it has learned; a text counts however its marks are set, and each take of it."""
    make_folder(tmp_path / "src")
    (tmp_path / "src" / "day" / "4.txt").write_text("Good morning, number 2!", encoding="utf-8")
    texts, dest = tmp_path / "held_out.txt", tmp_path / "dest"

    def splits(lines):
        texts.write_text(lines, encoding="utf-8")
        prepare_corpus("folder", tmp_path / "src", dest, language="en", held_out=texts, overwrite=True)
        return [row["split"] for row in rows_of(dest)]

    assert splits("good morning number 2\n\nNobody says this.\n") == ["train", "test", "train", "test"]
    assert "1 of the texts to hold out are not in this corpus" in caplog.text
    assert splits(text_digest("Good morning, number 3")) == ["train", "train", "test", "train"]
    with pytest.raises(ValueError, match="none of the 1 texts to hold out is in this corpus"):
        splits("Nobody says this.")
    with pytest.raises(ValueError, match="missing.txt`, which is not a file: give one with a text"):
        prepare_corpus("folder", tmp_path / "src", dest, language="en", held_out=tmp_path / "missing.txt")


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
def test_asterisk_transcripts_become_the_words_spoken(name, text, spoken):
    """Notes, symbols and sound effects are in the list of prompts; a voice must not learn to read them."""
    assert allison.spoken_words(name, text) == spoken


def test_asterisk_prompts_are_matched_to_their_recordings(tmp_path, monkeypatch):
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
    monkeypatch.setattr(
        "transformers_tts_gan.data.prepare_corpus.decode_g722",
        lambda path: np.round(speech() * 32768).astype(np.int16),
    )
    prepared = prepare_corpus("allison", tmp_path, tmp_path / "dest", min_words=1, test_every=3)
    assert prepared.report.bad == {"missing": [str(tmp_path / "sounds" / "gone.g722")]}
    assert {row["text"]: row["split"] for row in rows_of(tmp_path / "dest")} == {
        "one": "train", "Hello world.": "train", "and": "test"
    }  # fmt: skip


def test_g722_decodes_to_the_same_tone(tmp_path):
    """The pip decoder stands in for ffmpeg; a wrong rate or byte order would be noise."""
    codec = pytest.importorskip("G722", reason="pip install G722")
    wave = np.round(speech() * 32768).astype(np.int16)
    (tmp_path / "tone.g722").write_bytes(codec.G722(RATE, 64_000).encode(wave.tolist()))
    decoded = allison.decode_g722(tmp_path / "tone.g722")
    assert len(decoded) == pytest.approx(len(wave), abs=2)
    spectrum = np.abs(np.fft.rfft(decoded))
    assert spectrum.argmax() == pytest.approx(np.abs(np.fft.rfft(wave)).argmax(), abs=2)


def test_a_missing_g722_decoder_is_named(tmp_path, monkeypatch):
    """Neither ffmpeg nor the package is a dependency."""
    monkeypatch.setattr(allison.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "G722", None)
    with pytest.raises(ImportError, match="without ffmpeg needs `G722`.*run `pip install G722`"):
        allison.decode_g722(tmp_path / "tone.g722")


def test_a_machine_without_apt_is_told_where_the_sounds_are(tmp_path, monkeypatch):
    """Fedora and macOS have no apt-get."""
    monkeypatch.setattr(allison.shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="needs apt-get and dpkg .*give that folder as the source"):
        prepare_corpus("allison", None, tmp_path / "dest")


def prepared_bad(tmp_path, **options):
    return prepare_corpus("folder", tmp_path / "src", tmp_path / "dest", language="en", speaker="me", **options)


def test_bad_recordings_are_left_out_and_named(tmp_path, caplog):
    """One damaged file among thousands must not stop the conversion, unless the user wants it to."""
    make_folder(tmp_path / "src")
    (tmp_path / "src" / "day" / "1.flac").write_text("no audio")
    (tmp_path / "src" / "lonely.txt").write_text("No recording.")
    (tmp_path / "src" / "day" / "2.txt").write_text(" ")
    write_wav(tmp_path / "src" / "silent.wav")
    write_wav(tmp_path / "src" / "day" / "3.wav")
    (tmp_path / "src" / "latin.txt").write_bytes("Très bien.".encode("latin-1"))
    write_wav(tmp_path / "src" / "latin.wav")
    prepared = prepared_bad(tmp_path)
    assert [(row["audio"], row["speaker"]) for row in rows_of(tmp_path / "dest")] == [
        ("wavs/day/3.wav", "me"), ("wavs/day/4.wav", "me")
    ]  # fmt: skip
    named = (tmp_path / "dest" / "left_out.txt").read_text(encoding="utf-8").splitlines()
    for kind, name in {
        "corrupt": "day/1.flac` cannot be decoded",
        "empty text": "day/2.txt",
        "no recording": "lonely.txt",
        "no text": "silent.wav",
        "second recording": "day/3.flac: `3.wav` was taken",
        "text": "latin.txt` is not UTF-8",
    }.items():
        assert any(line.startswith(f"{kind}: ") and name in line for line in named), kind
    assert len(named) == 6 and "left_out.txt" in str(prepared)
    with pytest.raises(AudioError, match="1.flac` cannot be decoded"):
        prepared_bad(tmp_path, on_bad="raise", overwrite=True)


def test_the_wrong_folder_is_refused_before_anything_is_written(tmp_path):
    """A mistyped path, or the layout of another corpus."""
    dest = tmp_path / "dest"
    with pytest.raises(FileNotFoundError, match="is not a folder: give the corpus as it was unpacked"):
        prepare_corpus("baker", tmp_path / "nowhere", dest)
    with pytest.raises(FileNotFoundError, match="000001-010000.txt` does not exist: give the folder that holds"):
        prepare_corpus("baker", tmp_path, dest)
    with pytest.raises(ValueError, match="no recording with a text was found in"):
        prepare_corpus("folder", tmp_path, dest, language="en")
    with pytest.raises(ValueError, match="`test_every` is 1; needs 2 or more"):
        prepare_corpus("folder", tmp_path, dest, language="en", test_every=1)
    with pytest.raises(ValueError, match="`language` is missing: `folder` needs"):
        prepare_corpus("folder", tmp_path, dest)
    with pytest.raises(ValueError, match="`corpus` is 'blizzard'; needs one of allison"):
        prepare_corpus("blizzard", tmp_path, dest)
    with pytest.raises(ValueError, match="`source` is missing"):
        prepare_corpus("ljspeech", None, dest)
    assert not dest.exists()


def test_two_recordings_of_one_name_are_both_kept(tmp_path, caplog):
    """`w1/x.wav` and `w2/x.wav` once became one wav with two rows."""
    for folder in ("w1", "w2", "W1"):
        write_wav(tmp_path / "src" / folder / "x.wav")
    lines = "w1/x.wav|Good morning.\nw2/x.wav|Good evening.\nW1/x.wav|Good night."
    (tmp_path / "src" / "metadata.csv").write_text(lines)
    prepare_corpus("ljspeech", tmp_path / "src", tmp_path / "dest")
    rows = rows_of(tmp_path / "dest")
    assert {row["text"]: row["audio"] for row in rows} == {
        "Good night.": "wavs/W1/x.wav", "Good morning.": "wavs/w1/x-2.wav", "Good evening.": "wavs/w2/x.wav"
    }  # fmt: skip
    assert "w1/x.wav` becomes `w1/x-2.wav`: another recording has its name" in caplog.text


def test_recordings_that_a_table_does_not_name_are_named(tmp_path):
    make_ljspeech(tmp_path / "src")
    write_wav(tmp_path / "src" / "wavs" / "extra.wav")
    (tmp_path / "src" / "wavs" / "LJ001-0001.wav").unlink()
    report = prepare_corpus("ljspeech", tmp_path / "src", tmp_path / "dest").report
    assert {kind: len(names) for kind, names in report.bad.items()} == {"no text": 1, "missing": 1}
    assert "extra.wav" in report.bad["no text"][0] and "LJ001-0001`" in report.bad["missing"][0]


def test_capitals_in_suffixes_and_stored_accents_make_no_difference(tmp_path):
    src = tmp_path / "src"
    write_wav(src / "a.WAV")
    (src / "a.TXT").write_text("Yes.")
    write_wav(src / f"{unicodedata.normalize('NFD', 'é')}.wav")
    (src / f"{unicodedata.normalize('NFC', 'é')}.txt").write_text("No.")
    prepared = prepare_corpus("folder", src, tmp_path / "dest", language="en")
    assert prepared.report.bad == {} and {row["text"] for row in rows_of(tmp_path / "dest")} == {"Yes.", "No."}


def test_an_id_cannot_lead_out_of_the_destination(tmp_path):
    """A label file that somebody else wrote once chose where we write."""
    make_baker(tmp_path / "src")
    labels = tmp_path / "src" / "ProsodyLabeling" / "000001-010000.txt"
    text = labels.read_text(encoding="utf-8-sig").replace("000001", "../../x")
    labels.write_text(text, encoding="utf-8")
    write_wav(tmp_path / "src" / "Wave" / "../../x.wav")
    before = (tmp_path / "x.wav").read_bytes()
    report = prepare_corpus("baker", tmp_path / "src", tmp_path / "a" / "dest").report
    assert "'../../x' leads out of the destination" in report.bad["name"][0]
    assert (tmp_path / "x.wav").read_bytes() == before and len(rows_of(tmp_path / "a" / "dest")) == 3


def test_neither_the_source_nor_a_corpus_is_written_over(tmp_path):
    make_ljspeech(tmp_path / "src")
    with pytest.raises(ValueError, match="src` is the source itself, whose recordings would be lost"):
        prepare_corpus("ljspeech", tmp_path / "src", tmp_path / "src")
    prepare_corpus("ljspeech", tmp_path / "src", tmp_path / "dest")
    with pytest.raises(FileExistsError, match="dest` holds a corpus already"):
        prepare_corpus("ljspeech", tmp_path / "src", tmp_path / "dest")
    prepare_corpus("ljspeech", tmp_path / "src", tmp_path / "dest", overwrite=True)


def test_a_corpus_of_which_nothing_is_held_out_says_how_to_go_on(tmp_path):
    """Training would end at the split that is not there."""
    make_folder(tmp_path / "src")
    options = {"language": "en", "overwrite": True}
    nothing = prepare_corpus("folder", tmp_path / "src", tmp_path / "dest", test_every=1_000, **options)
    assert '--test_every 5`, or train without evaluation by `--eval_split ""`' in str(nothing)
    assert "Nothing" not in str(prepare_corpus("folder", tmp_path / "src", tmp_path / "dest", test_every=2, **options))


def test_the_command_makes_a_corpus(tmp_path, capsys):
    make_folder(tmp_path / "src")
    arguments = ["folder", str(tmp_path / "src"), str(tmp_path / "dest"), "--language", "en"]
    main(["prepare", *arguments])
    assert "train: 4 recordings" in capsys.readouterr().out and len(rows_of(tmp_path / "dest")) == 4
    with pytest.raises(SystemExit, match="holds a corpus already"):
        main(["prepare", *arguments])
