"""How a corpus is spoken, phone by phone, and texts without their commas."""

import pytest
import torch
from datasets import Dataset
from helpers.training import speech_rows

from transformers_tts_gan import PrepareSpeech, TTSGanConfig, TTSGanModel, TTSGanProcessor, phone_tokenizer
from transformers_tts_gan.data.prepare import prepare_speech
from transformers_tts_gan.data.prosody import (
    MEASURED,
    ProsodyCollator,
    add_text_inputs,
    recorded_prosody,
    without_punctuation,
)


@pytest.fixture(scope="module")
def reader():
    return TTSGanProcessor(phone_tokenizer(), speakers=["speaker"], languages=["en", "zh"], sampling_rate=16_000)


@pytest.fixture(scope="module")
def prepared(reader):
    torch.manual_seed(0)
    config = TTSGanConfig.from_preset("tiny", vocab_size=len(reader.tokenizer), num_languages=2)
    voice = TTSGanModel(config).eval()
    rows, _ = prepare_speech(Dataset.from_list(speech_rows(5)), PrepareSpeech(voice.config.vocoder_config, reader))
    return voice, rows


def test_each_recording_is_measured_in_its_own_place(prepared, reader):
    voice, rows = prepared
    measured = recorded_prosody(rows, voice, reader)
    assert [row["text"] for row in measured] == list(rows["text"])
    for row, source in zip(measured, rows, strict=True):
        assert all(row[name].shape == (len(row["input_ids"]),) for name in MEASURED)
        frames = row["log_duration"].expm1().sum().item()
        assert frames == pytest.approx(source["frames"], abs=0.01), "the phones share out all frames"
    pitch = [(row["pitch"] * row["voicing"]).sum() / row["voicing"].sum() for row in measured]
    assert pitch == sorted(pitch), "each recording is higher than the one before"


def row_of(text: str, reader: TTSGanProcessor, language: str) -> dict:
    encoded = reader.encode(text, language)
    values = {name: torch.arange(len(encoded["input_ids"])).float() for name in MEASURED}
    return {"text": text, "input_ids": encoded["input_ids"], "speaker_id": 0, "language_id": 0, **values}


@pytest.mark.parametrize(
    ("text", "language", "bare"),
    [
        ("Well, he came; she left, too.", "en", "Well he came she left too."),
        ("我想学，可是没有时间。", "zh", "我想学 可是没有时间。"),
    ],
)
def test_commas_inside_a_text_become_gaps_and_the_end_stays(reader, text, language, bare):
    row = row_of(text, reader, language)
    copy = without_punctuation(row, reader, language)
    assert copy["text"] == bare
    assert copy["log_duration"] is row["log_duration"]
    changed = [
        (old, new)
        for old, new in zip(
            reader.tokenizer.convert_ids_to_tokens(row["input_ids"]),
            reader.tokenizer.convert_ids_to_tokens(copy["input_ids"]),
            strict=True,
        )
        if old != new
    ]
    assert changed and all(old == "," and new == " " for old, new in changed)


@pytest.mark.parametrize("text", ["He came.", "It cost 1,200 pounds."])
def test_a_text_without_commas_between_words_has_no_copy(reader, text):
    assert without_punctuation(row_of(text, reader, "en"), reader, "en") is None


def test_a_frozen_text_encoder_says_of_each_phone_what_it_says_in_a_model(voice, processor):
    rows = [row_of(text, processor, "en") for text in ("Good morning.", "The cats sat there, and slept.")]
    tokens, features = add_text_inputs(rows, processor), add_text_inputs(rows, processor, voice.text_encoder)
    assert "context" not in tokens[0] and "text_input_ids" not in features[0]
    for row, expected in zip(features, tokens, strict=True):
        batch = processor.pad([expected])
        names = ("text_input_ids", "text_window_ids", "token_spans")
        context = voice.encode_text(*(batch[name] for name in names))[0]
        assert row["context"].float().allclose(context, atol=2e-3)
    batch = ProsodyCollator(processor)(features)
    assert batch["context"].shape[:2] == batch["input_ids"].shape == batch["pitch"].shape
