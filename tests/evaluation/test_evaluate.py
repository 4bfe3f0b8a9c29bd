"""The report on a voice: three systems on the same sentences, nothing that fails is left out of the count.

The recognizer is a stand-in that "hears" what the test tells it, so that the scores can be counted by hand.
"""

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.training import speech_like

from transformers_tts_gan import TTSGanConfig, TTSGanModel, TTSGanProcessor
from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.evaluation import html_report
from transformers_tts_gan.evaluation import run as evaluation_run
from transformers_tts_gan.evaluation.evaluate import evaluate_voice
from transformers_tts_gan.evaluation.report import SYSTEMS
from transformers_tts_gan.metrics.signal import OCTAVE
from transformers_tts_gan.models.outputs import TTSGanOutput
from transformers_tts_gan.models.tokenization_tts_gan import phone_tokenizer


class Listener:
    """Gives the texts it was made with, one after the other, and keeps the waves it was asked about."""

    def __init__(self, *texts: str):
        self.texts, self.waves = list(texts), []

    def transcribe(self, wave, sampling_rate):
        assert wave.dtype == np.float32 and wave.ndim == 1 and sampling_rate == 16_000
        self.waves.append(wave)
        return self.texts[(len(self.waves) - 1) % len(self.texts)]


@pytest.fixture(scope="module")
def processor():
    return TTSGanProcessor(phone_tokenizer(), languages=["en", "zh"])


@pytest.fixture
def model(processor):
    torch.manual_seed(0)
    return TTSGanModel(TTSGanConfig.from_preset("tiny", vocab_size=len(processor.tokenizer), num_languages=2))


@pytest.fixture
def rows(tmp_path):
    """Two rows of a corpus with recordings of a second of noise."""
    random, rows = np.random.default_rng(0), []
    for number, text in enumerate(["Good morning.", "How are you today?"]):
        path = write_audio(tmp_path / f"{number}.wav", random.normal(0, 0.1, 16_000), 16_000)
        rows.append({"audio": str(path), "text": text, "speaker": "ann", "language": "en"})
    return rows


def speak(monkeypatch, model, wave):
    """Let the voice say `wave` whatever the text."""
    wave = torch.as_tensor(wave, dtype=torch.float32)[None]
    output = TTSGanOutput(waveform=wave, waveform_lengths=torch.tensor([wave.shape[1]]))
    monkeypatch.setattr(TTSGanModel, "forward", lambda self, **inputs: output)


def test_scores_are_those_counted_by_hand(model, processor, rows, monkeypatch):
    speak(monkeypatch, model, np.full(8_000, 0.1))
    heard = ["good morning", "good morning", "good warning", "how are you today", "how you today", "who are we to day"]
    report = evaluate_voice(model, processor, rows, Listener(*heard))
    assert [report.score(system, "wer")["errors"] for system in SYSTEMS] == [0, 1, 5]
    assert report.score("tts", "wer")["rate"] == 5 / 6
    assert report.summary("tts")["seconds"] == 1.0
    assert report.summary("ground_truth")["real_time_factor"] is None
    assert report.summary("tts")["real_time_factor"] > 0
    assert [sentence.text for sentence in report.worst(1)] == ["How are you today?"]


def test_the_recognizer_hears_recording_copy_and_voice_of_each_sentence(model, processor, rows):
    listener = Listener("something")
    report = evaluate_voice(model, processor, rows, listener)
    assert len(report.sentences) == 2
    assert len(listener.waves) >= 4  # a voice without training may be silent, recordings and copies are not
    assert abs(len(listener.waves[0]) - len(listener.waves[1])) < model.config.vocoder_config.n_fft


@pytest.mark.parametrize(("wave", "problem"), [(np.zeros(8_000), "silent"), (np.full(8_000, np.nan), "not finite")])
def test_a_voice_that_says_nothing_gets_every_word_wrong(model, processor, rows, monkeypatch, wave, problem):
    """Whisper invents words for silence: it must not be asked, and the sentence must not be dropped."""
    speak(monkeypatch, model, wave)
    listener = Listener("good morning")
    report = evaluate_voice(model, processor, rows, listener)
    assert report.score("tts", "wer") == {"rate": 1.0, "low": 1.0, "high": 1.0, "errors": 6, "length": 6}
    assert report.summary("tts")["failed"] == 2
    assert {sentence.results["tts"].problem for sentence in report.sentences} == {problem}
    assert len(listener.waves) == 4


def test_a_text_that_the_frontend_refuses_counts_as_unheard(model, processor, rows):
    rows[0]["text"] = "Good morning ꙮ."
    report = evaluate_voice(model, processor, rows, Listener("good morning"))
    heard = report.sentences[0].results
    assert heard["tts"].problem.startswith("refused: ") and heard["tts"].text == ""
    assert heard["tts"].counts["wer"][0] == heard["tts"].counts["wer"][1] > 0
    assert heard["ground_truth"].text == "good morning"


def test_rows_that_cannot_be_judged_are_named_not_counted(model, processor, rows, tmp_path):
    rows.append({**rows[0], "audio": str(tmp_path / "missing.wav")})
    rows.append({**rows[0], "text": "..."})
    report = evaluate_voice(model, processor, rows, Listener("good morning"))
    assert len(report.sentences) == 2
    assert "missing.wav` does not exist" in report.left_out[0]
    assert "nothing to count" in report.left_out[1]
    with pytest.raises(ValueError, match="None of 1 rows could be evaluated.*missing.wav"):
        evaluate_voice(model, processor, rows[2:3], Listener("good morning"))


def test_chinese_is_judged_by_characters_and_by_syllables_with_tone(model, processor, rows, monkeypatch):
    speak(monkeypatch, model, np.full(8_000, 0.1))
    rows = [{**rows[0], "text": "她在家。", "language": "zh"}]
    report = evaluate_voice(model, processor, rows, Listener("她 在 家", "他 在 家", "他 再 价"), language="zh")
    assert report.rates == ("cer", "tpe")
    assert [report.score(system, "cer")["errors"] for system in SYSTEMS] == [0, 1, 3]
    assert [report.score(system, "tpe")["errors"] for system in SYSTEMS] == [0, 0, 1]


def test_the_same_seed_gives_the_same_report(model, processor, rows):
    waves = []
    for _ in range(2):
        listener = Listener("good morning")
        evaluate_voice(model, processor, rows, listener, seed=3)
        waves.append(listener.waves)
    assert all(np.array_equal(one, other) for one, other in zip(*waves, strict=True))


def test_the_report_is_a_table_of_three_and_fits_into_json(model, processor, rows, tmp_path):
    report = evaluate_voice(model, processor, rows, Listener("good morning"), wav_dir=tmp_path / "wavs")
    lines = str(report).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split("|")[2].strip() == "ground truth" and lines[2].startswith("| word error rate")
    found = json.loads(json.dumps(report.to_dict(), allow_nan=False))["summary"]
    assert found["ground_truth"]["wer"]["rate"] == report.score("ground_truth", "wer")["rate"]
    assert found["copy_synthesis"]["mcd"]["count"] == 2
    assert (tmp_path / "wavs" / "0001_ground_truth.wav").is_file() and (
        tmp_path / "wavs" / "0002_copy_synthesis.wav"
    ).is_file()


class Deaf:
    """A recognizer that hears nothing, in one way or another."""

    def __init__(self, way):
        self.way = way

    def transcribe(self, wave, sampling_rate):
        if self.way == "raise":
            raise RuntimeError("out of memory")
        return self.way


@pytest.mark.parametrize(("way", "failed"), [("", 0), (None, 0), ("raise", 2), (["good"], 2)])
def test_what_a_recognizer_does_not_hear_is_wrong_however_it_fails(model, processor, rows, monkeypatch, way, failed):
    speak(monkeypatch, model, np.full(8_000, 0.1))
    report = evaluate_voice(model, processor, rows, Deaf(way), mos=lambda wave, rate: 4.0)
    for system in SYSTEMS:
        assert report.score(system, "wer") == {"rate": 1.0, "low": 1.0, "high": 1.0, "errors": 6, "length": 6}
        assert report.summary(system)["failed"] == failed
        assert report.mean(system, "mos")["mean"] == 4.0  # the sound itself is good


def fails(monkeypatch, what):
    """Let the voice fail: raise, or say what is given."""

    def forward(self, **inputs):
        if isinstance(what, Exception):
            raise what
        wave = torch.as_tensor(what, dtype=torch.float32)[None]
        return TTSGanOutput(waveform=wave, waveform_lengths=torch.tensor([wave.shape[1]]))

    monkeypatch.setattr(TTSGanModel, "forward", forward)


@pytest.mark.parametrize(
    "what",
    [RuntimeError("out of memory"), np.zeros(8_000), np.full(8_000, np.nan), np.full(8_000, np.inf), np.zeros(0)],
    ids=["raises", "silent", "nan", "inf", "empty"],
)
def test_a_voice_that_fails_has_the_worst_scores_of_all(model, processor, rows, monkeypatch, what, tmp_path):
    """Each is there for each sentence: a mean over the rest would favor the voice that fails where it is hard."""
    for number, row in enumerate(rows):  # with a pitch, unlike noise
        row["audio"] = str(write_audio(tmp_path / "spoken" / f"{number}.wav", speech_like(1.0), 16_000))
    fails(monkeypatch, what)
    like, predict = (lambda wave, rate: np.ones(4) / 2), (lambda wave, rate: 4.0)
    heard = Listener("good morning")
    report = evaluate_voice(model, processor, rows, heard, mos=predict, speakers=like, wav_dir=tmp_path)
    assert report.score("tts", "wer")["rate"] == 1 and report.summary("tts")["failed"] == 2
    worst = {"mos": 1.0, "speaker_similarity": 0.0, "duration_error": 1.0}
    for name, value in worst.items():
        assert report.mean("tts", name) == {"mean": value, "low": value, "high": value, "count": 2}
    for name in ("mcd", "f0_rmse", "voicing_error"):
        assert report.mean("tts", name)["count"] == 2
    assert report.mean("tts", "f0_rmse")["mean"] == OCTAVE
    assert report.mean("copy_synthesis", "speaker_similarity")["mean"] == 1
    assert "failed" in str(report) and json.dumps(report.to_dict(), allow_nan=False)
    assert not list(tmp_path.glob("*_tts.wav"))


def test_copy_synthesis_that_fails_is_counted_like_a_voice(model, processor, rows, monkeypatch):
    def raises(self, waveform):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(TTSGanModel, "copy_synthesis", raises)
    report = evaluate_voice(model, processor, rows, Listener("good morning"))
    assert report.score("copy_synthesis", "wer")["rate"] == 1
    assert report.sentences[0].results["copy_synthesis"].problem == "failed: RuntimeError: out of memory"


@pytest.mark.parametrize("predict", [lambda wave, rate: float("nan"), lambda wave, rate: 1 / 0])
def test_a_predictor_that_fails_gives_the_lowest_score(model, processor, rows, predict):
    report = evaluate_voice(model, processor, rows, Listener("good morning"), mos=predict, speakers=predict)
    assert report.mean("ground_truth", "mos") == {"mean": 1.0, "low": 1.0, "high": 1.0, "count": 2}
    assert report.mean("copy_synthesis", "speaker_similarity")["mean"] == 0


def test_a_voice_of_too_loud_samples_is_judged_as_it_is_played(model, processor, rows, monkeypatch):
    speak(monkeypatch, model, np.full(8_000, 50.0))
    listener = Listener("good morning")
    evaluate_voice(model, processor, rows, listener)
    assert max(np.abs(wave).max() for wave in listener.waves) <= 1


def test_rows_of_another_language_are_named_not_counted(model, processor, rows):
    """The recognizer hears one language; counting the words of another would say nothing about the voice."""
    rows.append({**rows[0], "text": "你好。", "language": "zh"})
    report = evaluate_voice(model, processor, rows, Listener("good morning"))
    assert len(report.sentences) == 2
    assert "it is in `zh`, the report on `en`" in report.left_out[0]


def test_a_column_that_is_missing_and_a_text_that_is_none_are_named(model, processor, rows):
    rows += [{"audio": rows[0]["audio"], "sentence": "Yes."}, {**rows[0], "text": None}]
    report = evaluate_voice(model, processor, rows, Listener("good morning"))
    assert "needs `text` too: rename the column" in report.left_out[0]
    assert "nothing to count in its text `None`" in report.left_out[1]
    with pytest.raises(ValueError, match="None of 0 rows could be evaluated: `rows` is empty"):
        evaluate_voice(model, processor, [], Listener("good morning"))


def test_a_name_is_no_recognizer(model, processor, rows):
    with pytest.raises(TypeError, match="`recognizer` is str; needs an object with `transcribe.*load_recognizer"):
        evaluate_voice(model, processor, rows, "openai/whisper-tiny.en")


@pytest.fixture
def script():
    path = Path(__file__).parents[2] / "examples" / "evaluate_voice.py"
    spec = importlib.util.spec_from_file_location("evaluate_voice", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def voice(model, processor, rows, tmp_path):
    """A voice's folder, as training leaves it, and its corpus: three held-out recordings of two prompts."""
    folder, corpus = tmp_path / "voice", tmp_path / "corpus"
    corpus.mkdir()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    held_out = [{**row, "split": "test"} for row in [rows[0], rows[0], rows[1]]]
    train = {**rows[0], "text": "Not to be heard.", "split": "train"}
    lines = [json.dumps(row) for row in [*held_out, train, {**held_out[0], "text": "你好。", "language": "zh"}]]
    (corpus / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    origin = {"datasets": [{"path": str(corpus)}], "eval_split": "test", "language": "en"}
    (folder / "voice_data.json").write_text(json.dumps(origin), encoding="utf-8")
    return folder


def test_the_script_judges_each_held_out_prompt_once_and_ends_with_the_summary(script, voice, monkeypatch, capsys):
    monkeypatch.setattr(evaluation_run, "load_recognizer", lambda *args: Listener("good morning"))
    script.main(["--model", str(voice), "--recognizer", "stand-in"])
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(
        r"summary wer_ground_truth=\d\.\d{3} wer_copy_synthesis=\d\.\d{3} wer_tts=\d\.\d{3}( mos_.*)?", last
    )
    report = json.loads((voice / "_evaluation" / "report.json").read_text(encoding="utf-8"))
    assert [sentence["text"] for sentence in report["sentences"]] == ["Good morning.", "How are you today?"]
    assert report["settings"]["seed"] == 0
    assert "| TTS" in (voice / "_evaluation" / "report.md").read_text(encoding="utf-8")


def test_the_script_judges_chinese_by_characters(script, voice, monkeypatch, capsys):
    monkeypatch.setattr(evaluation_run, "load_recognizer", lambda *args: Listener("你好"))
    script.main(["--model", str(voice), "--language", "zh", "--recognizer", "stand-in"])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("summary cer_ground_truth=0.000 cer_copy_synthesis=0.000 cer_tts=")


def test_the_script_says_what_it_lacks(script, voice, tmp_path, monkeypatch):
    monkeypatch.delenv("TTS_GAN_RECOGNIZER", raising=False)
    with pytest.raises(SystemExit, match="Chinese is best transcribed by Vosk"):
        script.main(["--model", str(voice), "--language", "zh"])
    with pytest.raises(SystemExit, match="`no/such/folder` is neither .*check the name"):
        script.main(["--model", str(voice), "--recognizer", "no/such/folder"])
    with pytest.raises(SystemExit, match="No sentence of split `test` is in language `de`"):
        script.main(["--model", str(voice), "--language", "de"])
    (voice / "voice_data.json").unlink()
    with pytest.raises(SystemExit, match="names no held-out sentences: say where they are with --corpus"):
        script.main(["--model", str(voice)])


def test_another_system_is_judged_by_its_wavs_and_by_those_that_it_lacks(model, processor, rows, tmp_path):
    """A sentence that the other system did not say counts as wholly wrong: nothing is left out of its score."""
    folder = tmp_path / "other"
    write_audio(folder / "0.wav", np.random.default_rng(2).normal(0, 0.1, 22_050), 22_050)
    heard = Listener("good morning")
    report = evaluate_voice(model, processor, rows, heard, others={"other": folder})
    assert report.systems == (*SYSTEMS, "other")
    assert report.summary("other")["failed"] == 1
    assert "1.wav" in report.sentences[1].results["other"].problem
    with pytest.raises(ValueError, match="no folder"):
        evaluate_voice(model, processor, rows, heard, others={"other": tmp_path / "missing"})
    for name in ("tts", "a/b", ".."):
        with pytest.raises(ValueError, match="cannot name another system"):
            evaluate_voice(model, processor, rows, heard, others={name: folder})


def test_the_page_links_every_sound_and_picture_that_it_shows(model, processor, rows, tmp_path):
    pytest.importorskip("matplotlib", reason="draws the pictures")
    rows[0]["text"] = "Good <b>morning</b> & so on."
    report = evaluate_voice(model, processor, rows, Listener("good morning"), wav_dir=tmp_path / "wavs")
    page = html_report.write_page(report, tmp_path, "A voice").read_text(encoding="utf-8")
    links = re.findall(r'src="([^"]+)"', page)
    assert len(links) >= 8 and all((tmp_path / link).is_file() for link in links)
    assert 'name="viewport"' in page and "Good &lt;b&gt;morning" in page and "<b>" not in page


def test_without_matplotlib_the_page_has_players_and_no_pictures(
    model, processor, rows, tmp_path, monkeypatch, caplog
):
    report = evaluate_voice(model, processor, rows, Listener("good morning"), wav_dir=tmp_path / "wavs")
    monkeypatch.setattr(html_report, "find_spec", lambda name: None)
    page = html_report.write_page(report, tmp_path, "A voice").read_text(encoding="utf-8")
    assert page.count("<audio") >= 4 and "<img" not in page
    assert "matplotlib" in caplog.text
