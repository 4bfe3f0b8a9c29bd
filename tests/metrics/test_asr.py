"""Which recognizer a folder gets, what it is given, and what is said where a package or the folder is missing."""

import json
import sys
import types

import numpy as np
import pytest
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    Wav2Vec2ForSequenceClassification,
    pipeline,
)

from transformers_tts_gan.metrics import asr
from transformers_tts_gan.metrics.asr import (
    PipelineRecognizer,
    VoskRecognizer,
    as_recognizer,
    find_problem,
    load_recognizer,
)


def tiny_config(vocab_size: int = 32) -> Wav2Vec2Config:
    return Wav2Vec2Config(
        vocab_size=vocab_size,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8, 8),
        conv_stride=(20, 16),
        conv_kernel=(20, 16),
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        classifier_proj_size=8,
    )


@pytest.fixture(scope="module")
def ctc_folder(tmp_path_factory):
    """A Transformers recognizer with random weights."""
    folder = tmp_path_factory.mktemp("ctc")
    letters = {letter: number for number, letter in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGH"])}
    (folder / "vocab.json").write_text(json.dumps(letters))
    Wav2Vec2ForCTC(tiny_config(len(letters))).save_pretrained(folder)
    Wav2Vec2FeatureExtractor().save_pretrained(folder)
    Wav2Vec2CTCTokenizer(str(folder / "vocab.json")).save_pretrained(folder)
    return folder


def noise(seconds: float, sampling_rate: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * sampling_rate)).astype(np.float32)


@pytest.mark.parametrize("sampling_rate", [16_000, 22_050])
def test_a_transformers_folder_hears_any_sampling_rate(ctc_folder, sampling_rate):
    recognizer = load_recognizer(ctc_folder, "en")
    assert isinstance(recognizer, PipelineRecognizer)
    heard = recognizer.transcribe(noise(0.5, sampling_rate), sampling_rate)
    assert isinstance(heard, str)
    assert heard == recognizer.transcribe(noise(0.5, sampling_rate), sampling_rate)


def test_more_than_half_a_minute_is_heard_in_pieces(ctc_folder):
    """A voice that never stops must not stop the evaluation."""
    assert isinstance(load_recognizer(ctc_folder, "en").transcribe(noise(31, 16_000), 16_000), str)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("model.bin", "FasterWhisperRecognizer"),
        ("conf/model.conf", "VoskRecognizer"),
        ("am/final.mdl", "VoskRecognizer"),
        ("model.safetensors", "PipelineRecognizer"),
    ],
)
def test_the_files_of_a_folder_tell_its_recognizer(tmp_path, monkeypatch, file, kind):
    for name in ("FasterWhisperRecognizer", "VoskRecognizer", "PipelineRecognizer"):
        monkeypatch.setattr(asr, name, lambda *args, name=name: name)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    (tmp_path / "config.json").touch()
    assert load_recognizer(tmp_path, "en") == kind


@pytest.mark.parametrize(("package", "file"), [("faster_whisper", "model.bin"), ("vosk", "conf/model.conf")])
def test_a_missing_package_is_named_with_what_to_install(tmp_path, monkeypatch, package, file):
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    with pytest.raises(ImportError, match=r"not installed: run `pip install 'transformers-tts-gan\[eval\]'`"):
        load_recognizer(tmp_path, "en")


def test_a_pipeline_that_is_made_already_hears_as_its_folder(ctc_folder):
    made = pipeline("automatic-speech-recognition", model=str(ctc_folder))
    wave = noise(0.5, 22_050)
    assert as_recognizer(made, "en").transcribe(wave, 22_050) == load_recognizer(ctc_folder, "en").transcribe(
        wave, 22_050
    )
    other = pipeline("audio-classification", model=Wav2Vec2ForSequenceClassification(tiny_config()),
                     feature_extractor=Wav2Vec2FeatureExtractor())  # fmt: skip
    with pytest.raises(TypeError, match="`AudioClassificationPipeline` does not recognize speech"):
        as_recognizer(other, "en")


def test_a_wave_is_judged_only_if_there_is_something_to_hear():
    assert find_problem(np.zeros(0, dtype=np.float32)) == "silent"
    assert find_problem(np.array([0.1, np.inf])) == "not finite"
    assert find_problem(np.array([0.0, 0.1])) == ""


@pytest.mark.parametrize("name", ["no/such/folder", "./nowhere"])
def test_a_name_that_is_nothing_is_refused_with_advice(name):
    with pytest.raises(FileNotFoundError, match=f"`{name}` is neither the folder of a recognizer .* check the name"):
        load_recognizer(name, "en")


class Decoder:
    """Stands in for Vosk's: hears "one" before an end that it notices itself, "two" at the end of the sound."""

    def __init__(self, model, sampling_rate):
        self.ends_early, self.heard = model.ends_early, None
        assert sampling_rate == 16_000

    def AcceptWaveform(self, data):
        self.heard = np.frombuffer(data, dtype=np.int16)
        return self.ends_early

    def Result(self):
        assert self.ends_early, "asking before the end loses what was heard"
        return '{"text": "one"}'

    def FinalResult(self):
        return '{"text": "two"}'


@pytest.mark.parametrize(("ends_early", "expected"), [(False, "two"), (True, "one two")])
def test_vosk_is_asked_for_all_that_it_heard(monkeypatch, ends_early, expected):
    model = types.SimpleNamespace(ends_early=ends_early)
    vosk = types.SimpleNamespace(SetLogLevel=lambda level: None, Model=lambda path: model, KaldiRecognizer=Decoder)
    monkeypatch.setitem(sys.modules, "vosk", vosk)
    assert VoskRecognizer("folder").transcribe(noise(0.2, 24_000), 24_000) == expected


def test_vosk_hears_silence_before_and_after(monkeypatch):
    decoders = []

    def new_decoder(model, sampling_rate):
        decoders.append(Decoder(model, sampling_rate))
        return decoders[0]

    model = types.SimpleNamespace(ends_early=False)
    vosk = types.SimpleNamespace(SetLogLevel=lambda level: None, Model=lambda path: model, KaldiRecognizer=new_decoder)
    monkeypatch.setitem(sys.modules, "vosk", vosk)
    VoskRecognizer("folder").transcribe(noise(0.2, 16_000), 16_000)
    heard = decoders[0].heard
    assert len(heard) == 1.2 * 16_000
    assert not heard[:8_000].any() and not heard[-8_000:].any() and heard[8_000:-8_000].any()
