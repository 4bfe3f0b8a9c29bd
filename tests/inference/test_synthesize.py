"""The one function that says a row of a corpus."""

import numpy as np
import pytest
import torch

from transformers_tts_gan.inference.synthesize import RefusedText, encode_row, synthesize_row


ROW = {"text": "Good morning.", "speaker": "bob", "language": "en"}


def test_a_row_is_spoken_as_the_model_speaks_its_text(voice, processor):
    spoken = synthesize_row(voice, processor, ROW, noise_scale=0.5, seed=3)
    with torch.no_grad():
        output = voice(**processor(ROW["text"], language="en", speaker="bob"), noise_scale=0.5, seed=3)
    assert np.array_equal(spoken.waveform, output.waveform[0].numpy()) and spoken.waveform.dtype == np.float32
    assert spoken.log_mel.equal(output.log_mel[0])
    assert len(spoken.input_ids) == len(spoken.durations)
    assert int(spoken.durations.sum()) * voice.config.hop_length == len(spoken.waveform)


def test_a_prepared_row_gives_the_same_inputs_as_its_text(processor):
    prepared = processor.encode(processor.read(ROW["text"], "en"), "en", "bob")
    inputs, expected = encode_row(processor, prepared), encode_row(processor, ROW)
    assert inputs.keys() == expected.keys() and all(inputs[name].equal(expected[name]) for name in inputs)


def test_the_language_is_that_of_the_row_and_a_strange_speaker_is_left_out(processor):
    chinese = {"text": "你好。", "speaker": "a stranger", "language": None}
    inputs = encode_row(processor, chinese, "zh")
    assert int(inputs["language_id"]) == processor.languages.index("zh") and "speaker_id" not in inputs
    assert encode_row(processor, {**chinese, "language": "zh"}, "en")["input_ids"].equal(inputs["input_ids"])
    assert int(encode_row(processor, ROW, "zh")["language_id"]) == processor.languages.index("en")


def test_text_that_cannot_be_read_is_refused_as_such(voice, processor):
    with pytest.raises(RefusedText, match="ꙮ"):
        synthesize_row(voice, processor, {"text": "Good morning ꙮ."})
