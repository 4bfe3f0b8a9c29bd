"""The corpus doctor finds what was planted in a small corpus of speech-like sounds, and leaves the rest alone."""

import functools
import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from helpers.example_scripts import script
from helpers.training import RATE, speech_like, tiny_model, tiny_processor

from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.audio.resample import resample
from transformers_tts_gan.cli.main import main
from transformers_tts_gan.data.load import load_speech
from transformers_tts_gan.data.quality.check import KINDS, Bounds, check_corpus
from transformers_tts_gan.data.quality.measure import (
    bandwidth,
    clipped_share,
    measure_row,
    power_frames,
    signal_to_noise,
    text_phones,
)
from transformers_tts_gan.data.quality.plant import FAULTS, plant_faults, words_of
from transformers_tts_gan.data.quality.transcripts import AlignmentScorer, _speech, errors_by_part, transcribe_rows


WORDS = "a red bird sings over green hills while we walk down to the old harbour and back home again".split()
NOISE = np.random.default_rng(1)


@functools.cache
def sound(number: int) -> np.ndarray:
    """A recording as long as its text wants, in a room with a little noise; no two have the same length."""
    seconds = 0.3 + 0.09 * len(text_phones(text(number), "en")) + 0.001 * number
    wave = speech_like(seconds, 140 + 2 * (number * 7 % 11), RATE)
    syllables = np.clip(2 + 4 * np.sin(2 * np.pi * (4 + 0.1 * number) * np.arange(len(wave)) / RATE + number), 0, 1)
    wave = wave * syllables.astype(np.float32)  # with quiet between them
    return wave + 0.0005 * np.random.default_rng(number).standard_normal(len(wave)).astype(np.float32)


def text(number: int) -> str:
    """Four to seven words, no two texts the same."""
    return " ".join(WORDS[(number * 3 + place * (1 + number % 5)) % len(WORDS)] for place in range(4 + number % 4))


def row(number: int, **changes) -> dict:
    wave = changes.pop("wave", None)
    audio = {"array": sound(number) if wave is None else wave, "sampling_rate": RATE, "path": f"{number}.wav"}
    return {"audio": audio, "text": text(number), "speaker": "ann", "language": "en", **changes}


def good_rows(count: int = 24) -> list[dict]:
    return [row(number) for number in range(count)]


class Listener:
    """Knows every recording by its length, and hears what was said in it, also of several in one waveform."""

    def __init__(self, rows: list[dict], said: dict[int, str] | None = None):
        texts = {number: row["text"] for number, row in enumerate(rows)} | (said or {})
        self.known = {len(_speech(row["audio"])): texts[number] for number, row in enumerate(rows)}
        self.calls = 0

    def transcribe(self, wave: np.ndarray, sampling_rate: int) -> str:
        self.calls += 1
        silent = np.flatnonzero(np.convolve(wave == 0, np.ones(8_000), "valid") > 7_999.5)
        edges = [0]
        for start in silent[np.diff(silent, prepend=-9) > 1]:
            edges += [start, start + round(0.7 * sampling_rate)]
        edges.append(len(wave))
        lengths = [end - start for start, end in zip(edges[::2], edges[1::2], strict=True)]
        return " ".join(self.known[length] for length in lengths)


PLANTED = {
    "clipping": lambda wave: 0.3 * np.clip(3 * wave / np.abs(wave).max(), -1, 1),
    "silence": lambda wave: np.zeros_like(wave),
    "noise": lambda wave: wave + 0.1 * NOISE.standard_normal(len(wave)).astype(np.float32),
    "band": lambda wave: resample(resample(wave, RATE, 7_000), 7_000, RATE),
    "speed": lambda wave: resample(wave, 3_000, 2_000),
    "length": lambda wave: wave[: len(wave) // 2],
}


def test_good_recordings_are_left_alone():
    report = check_corpus(good_rows())
    assert [(row.index, row.findings) for row in report.dropped] == []
    assert "The texts were not checked" in str(report)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_fault_of_the_sound_is_found_and_named(kind):
    report = check_corpus([*good_rows(), row(30, wave=PLANTED[kind](sound(30)))])
    assert [found.index for found in report.dropped] == [24]
    assert kind in report.rows[24].findings


def test_hiss_without_a_voice_is_silence():
    hiss = 0.003 * NOISE.standard_normal(2 * RATE).astype(np.float32)
    assert "silence" in check_corpus([*good_rows(5), row(30, wave=hiss)]).rows[5].findings


def test_rows_that_cannot_be_read_are_named_and_not_lost(tmp_path):
    (tmp_path / "noise.wav").write_bytes(b"RIFF no")
    bad = [row(30, audio="nowhere.wav"), row(31, audio=str(tmp_path / "noise.wav")), row(32, text="")]
    bad += [row(33, text="Hello мир"), row(34, audio=None), row(35, text=None)]
    report = check_corpus([*good_rows(5), *bad])
    found = [set(row.findings) for row in report.rows[5:]]
    assert found == [{"unreadable"}, {"unreadable"}, {"unreadable"}, {"characters"}, {"unreadable"}, {"unreadable"}]
    assert "м" in report.rows[8].findings["characters"]


def test_a_copy_is_found_at_another_loudness_and_one_of_two_is_kept():
    report = check_corpus([*good_rows(), row(3, wave=0.5 * sound(3))])
    assert [row.index for row in report.dropped] == [24]
    assert "`3.wav`" in report.rows[24].findings["duplicate"]


def test_of_copies_with_different_texts_nobody_knows_which_is_right():
    other = " ".join(reversed(text(3).split()))  # as long as the right one
    report = check_corpus([*good_rows(), row(3, wave=0.5 * sound(3), text=other)])
    assert [row.index for row in report.dropped] == [3, 24]


def test_a_recogniser_tells_which_copy_has_the_right_text():
    rows = [row(3, wave=0.5 * sound(3), text=" ".join(reversed(text(3).split()))), *good_rows()]
    report = check_corpus(rows, recognizer=Listener(rows, {0: text(3)}))
    assert [row.index for row in report.dropped] == [0]
    assert set(report.rows[0].findings) == {"transcript", "duplicate"}


def test_a_recogniser_finds_wrong_texts_and_missing_words():
    rows = good_rows()
    said = {5: rows[5]["text"], 9: rows[9]["text"]}
    rows[5]["text"], rows[9]["text"] = " ".join(reversed(said[5].split())), " ".join(said[9].split()[:-2])
    report = check_corpus(rows, recognizer=Listener(rows, said), drop=["transcript"])
    assert [row.index for row in report.dropped] == [5, 9]
    assert report.rows[5].transcript.text == said[5]


def test_a_recogniser_that_hears_nothing_finds_every_text_wrong():
    class Deaf:
        def transcribe(self, wave, sampling_rate):
            return "♪ ♪"

    report = check_corpus(good_rows(6), recognizer=Deaf())
    assert all("transcript" in row.findings for row in report.rows)
    assert "More than a fifth" in str(report)


def test_what_was_heard_is_not_heard_again(tmp_path):
    rows = good_rows(8)
    rows[2]["text"] = text(41)
    first, second = Listener(rows, {2: text(2)}), Listener(rows)
    heard = transcribe_rows(rows, first, "en", 0.2, tmp_path / "transcripts.jsonl")
    assert transcribe_rows(rows, second, "en", 0.2, tmp_path / "transcripts.jsonl") == heard
    assert first.calls < len(rows) and second.calls == 0
    with (tmp_path / "transcripts.jsonl").open("a") as file:
        file.write('{"key": "cut o')  # by a run that was stopped
    assert transcribe_rows(rows, second, "en", 0.2, tmp_path / "transcripts.jsonl") == heard


def test_errors_belong_to_the_text_in_which_they_are():
    assert errors_by_part([["a1", "b"], ["c", "d", "e1"]], ["a1", "b", "c", "x", "e1"]) == [(0, 0), (1, 0)]
    assert errors_by_part([["a1", "b"], ["c"], ["d", "e1"]], ["a1", "b", "d", "e1"]) == [(0, 0), (1, 0), (0, 0)]
    assert errors_by_part([["a1", "b"], ["c"]], ["a1", "b", "x1", "c"]) == [(1, 1), (1, 1)]  # whose is it?
    assert errors_by_part([["a1", "b"], ["c"]], []) == [(2, -1), (1, 0)]


def test_a_short_chinese_word_that_the_text_lacks_is_found_by_its_syllable():
    sentence = "他在学校门口等着我的好朋友"
    rows = [row(number, language="zh", text=sentence + "甲乙丙丁"[number % 4]) for number in range(24)]
    said = {6: rows[6]["text"]}
    rows[6]["text"] = said[6].replace("的", "")
    report = check_corpus(rows, "zh", Listener(rows, said), drop=["transcript"])
    assert [row.index for row in report.dropped] == [6]
    assert report.rows[6].transcript.phone_error < 0.2 and report.rows[6].transcript.syllables == 1


def test_rows_beside_a_wrong_text_are_heard_alone():
    """A text longer than its sound takes up what its neighbor says too much, unless that is found by itself."""
    rows = good_rows(8)
    said = {4: "a red bird", 5: "sings over green hills while we walk down to the old harbour"}
    rows[4]["text"], rows[5]["text"] = "a red bird walks away there", "hills while we walk down to the old harbour"
    heard = transcribe_rows(rows, Listener(rows, said), "en", 0.2)
    alone = transcribe_rows(rows[5:6], Listener(rows[5:6], {0: said[5]}), "en", 0.2)[0]
    assert heard[5] == alone and alone.phone_error > 0.3


def test_a_flag_leaves_texts_of_other_languages_alone():
    rows = [*good_rows(), row(30, language="zh")]
    report = check_corpus(rows, recognizer=Listener(rows, {24: "something else"}))
    assert report.dropped == [] and "1 texts were not checked: nothing here knows their language" in str(report)
    voice = AlignmentScorer(tiny_model(), tiny_processor())
    assert np.isnan(voice(row(1, language="de"), [text(1)])).all()


def test_only_the_kinds_asked_for_are_left_out():
    rows = [*good_rows(), row(30, wave=PLANTED["noise"](sound(30)))]
    report = check_corpus(rows, drop=["clipping"])
    assert report.dropped == [] and "noise" in report.rows[24].findings
    assert "1 rows with faults stay" in str(report)
    with pytest.raises(ValueError, match="hiss"):
        check_corpus(rows, drop=["hiss"])
    with pytest.raises(ValueError, match="empty"):
        check_corpus([])


def test_uneven_speakers_and_repeated_texts_are_notes():
    rows = [*good_rows(22), row(40, speaker="bob"), row(41, speaker="bob", text=text(40))]
    report = check_corpus(rows)
    assert report.dropped == []
    assert "`ann` speaks" in str(report) and "1 rows have the text of another row" in str(report)


def test_every_bound_has_its_reason_and_every_kind_its_row_in_the_table():
    assert set(re.findall(r"^        (\w+)[:,]", Bounds.__doc__, re.MULTILINE)) >= {
        "min_snr_db",
        "length",
        "same_wave",
    }
    table = str(check_corpus(good_rows(3)))
    assert all(f"(`{kind}`)" in table for kind in KINDS)


def test_numbers_mean_what_they_say():
    wave = sound(4)
    power = power_frames(wave, RATE)
    noise = np.sqrt(np.mean(wave**2) / 10) * NOISE.standard_normal(len(wave))
    assert signal_to_noise(power_frames(wave + noise, RATE)) == pytest.approx(10, abs=1.5)
    assert bandwidth(power, RATE) == RATE / 2
    assert bandwidth(power_frames(PLANTED["band"](wave), RATE), RATE) == pytest.approx(3_500, abs=400)
    assert clipped_share(wave) < 0.008 < clipped_share(PLANTED["clipping"](wave))
    measures = measure_row(row(4))
    assert measures.f0_hz == pytest.approx(140 + 2 * (28 % 11), rel=0.1)
    assert measures.phones == len(text_phones(text(4), "en")) and 6 < measures.phone_rate < 20


def test_a_voice_scores_texts_and_refuses_those_too_long_for_the_sound():
    voice = AlignmentScorer(tiny_model(), tiny_processor())
    scores = voice(row(1), [text(1), text(2), " ".join(WORDS * 5)])
    assert scores[2] == float("-inf") and all(np.isfinite(scores[:2])) and max(scores) < 0
    assert scores == pytest.approx(voice(row(1), [text(1)]) + voice(row(1), [text(2)]) + scores[2:], abs=1e-3)


def test_a_voice_that_knows_the_texts_finds_the_wrong_one():
    rows = good_rows()
    right = {row["text"] for row in rows}
    rows[7]["text"] = " ".join(reversed(rows[7]["text"].split()))
    report = check_corpus(
        rows, voice=lambda row, texts: [-1.0 if t in right and t == row["text"] else -3.0 for t in texts]
    )
    assert [row.index for row in report.dropped] == [7] and set(report.rows[7].findings) == {"alignment"}


def corpus(folder: Path) -> Path:
    lines = []
    for number in range(22):
        wave = PLANTED["noise"](sound(number)) if number == 20 else sound(number)
        write_audio(folder / "wavs" / f"{number}.wav", wave, RATE)
        lines.append({"audio": f"wavs/{number}.wav", "text": text(number), "split": "test" if number < 2 else "train"})
    lines.append({"audio": "wavs/lost.wav", "text": "Lost.", "split": "train"})
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def tts_gan_check(arguments: list[str]) -> None:
    main(["check", *arguments])


def test_the_command_writes_a_report_and_metadata_that_loads(tmp_path, capsys):
    folder = corpus(tmp_path / "corpus")
    (tmp_path / "planted.json").write_text('{"wavs/20.wav": "noise", "wavs/lost.wav": "unreadable"}')
    tts_gan_check([str(folder), "--planted", str(tmp_path / "planted.json")])
    assert capsys.readouterr().out.splitlines()[-1] == "summary caught_worst=1.000 good_dropped=0.000"
    out = folder / "corpus_check"
    clean = load_speech(out / "metadata_clean.jsonl", split="train", on_bad="raise")
    assert len(clean) == 22 - 1 - 2 and set(clean["split"]) == {"train"}
    assert "wavs/20.wav" not in " ".join(clean["audio"])
    lost = [json.loads(line) for line in (out / "dropped.jsonl").read_text().splitlines()]
    assert [list(row["findings"]) for row in lost] == [["noise"], ["unreadable"]]
    content = json.loads((out / "report.json").read_text(), parse_constant=pytest.fail)
    assert content["dropped"] == [20, 22] and len(content["rows"]) == 23
    assert "wavs/lost.wav" in (out / "report.md").read_text()
    if importlib.util.find_spec("matplotlib") is not None:
        assert (out / "report.png").stat().st_size > 10_000


def test_the_command_says_in_a_line_what_it_cannot_work_with(tmp_path):
    check = tts_gan_check
    for name, content in {"bytes": b"\xe9\xff", "json": b"{", "empty": b""}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "metadata.jsonl").write_bytes(content)
        with pytest.raises(SystemExit, match="metadata.jsonl"):
            check([str(tmp_path / name)])
    with pytest.raises(SystemExit, match="nowhere"):
        check([str(tmp_path / "nowhere")])


def test_a_voice_of_another_language_is_no_judge(tmp_path):
    tiny_model().save_pretrained(tmp_path / "voice")
    tiny_processor().save_pretrained(tmp_path / "voice")
    with pytest.raises(SystemExit, match="speaks en, the corpus zh"):
        tts_gan_check([str(corpus(tmp_path / "corpus")), "--language", "zh", "--model", str(tmp_path / "voice")])


def test_rows_that_stayed_in_an_earlier_run_do_not_stay_when_nothing_does(tmp_path, caplog):
    folder = corpus(tmp_path / "corpus")
    check = tts_gan_check
    check([str(folder)])
    for path in (folder / "wavs").glob("*.wav"):
        path.write_bytes(b"damaged")
    check([str(folder)])
    assert "No row is left" in caplog.text
    assert not (folder / "corpus_check" / "metadata_clean.jsonl").exists()


def test_stereo_at_a_high_rate_and_a_single_row_are_no_faults(tmp_path):
    both = np.stack([sound(3), 0.5 * sound(3)], axis=1)
    soundfile.write(tmp_path / "stereo.wav", resample(both.T, RATE, 44_100).T, 44_100)
    report = check_corpus([row(3, audio=str(tmp_path / "stereo.wav"))])
    assert report.dropped == [] and report.rows[0].measures.sampling_rate == 44_100


def test_words_are_taken_out_of_chinese_too():
    assert words_of({"text": "台上有人，跳舞。", "language": "zh"}) == ["台上", "有人，", "跳舞。"]
    assert words_of({"text": "Ah, indeed.", "language": "en"}) == ["Ah, ", "indeed."]


def test_planted_faults_are_always_the_same(tmp_path, capsys):
    source, made = corpus(tmp_path / "corpus"), [tmp_path / "one", tmp_path / "two"]
    (source / "metadata.jsonl").write_text(
        "\n".join((source / "metadata.jsonl").read_text().splitlines()[:-1]), encoding="utf-8"
    )
    planter = script("experiments/plant_faults")
    for folder in made:
        planter.main([str(source), str(folder), "--good", "5", "--each", "1"])
    files = [sorted(path.relative_to(folder) for path in folder.rglob("*.*")) for folder in made]
    assert files[0] == files[1] and len(files[0]) == 16 + 2
    assert all((made[0] / name).read_bytes() == (made[1] / name).read_bytes() for name in files[0])
    assert len(load_speech(made[0], on_bad="raise")) == 16
    assert sorted(json.loads((made[0] / "planted.json").read_text()).values()) == sorted(FAULTS)


def test_a_corpus_too_small_for_the_faults_is_refused(tmp_path):
    source = corpus(tmp_path / "corpus")
    with pytest.raises(ValueError, match="are needed: lower `good` or `each`"):
        plant_faults(source, tmp_path / "faulty", good=200)
    with pytest.raises(ValueError, match="`each` is 1, but `good` is 0"):
        plant_faults(source, tmp_path / "faulty", good=0, each=1)
