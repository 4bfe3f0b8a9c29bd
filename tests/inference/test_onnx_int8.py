"""A voice of 8 bit integers says what the voice says, and the same in windows as at once."""

import numpy as np
import onnx
import pytest
from helpers.models import SENTENCES

from transformers_tts_gan import OnnxVoice, export_onnx
from transformers_tts_gan.inference.onnx_difference import measure_difference
from transformers_tts_gan.inference.onnx_int8 import LEAST_ROWS, calibration_rows, products
from transformers_tts_gan.inference.onnx_voice import TEXT_ENCODER_FILE
from transformers_tts_gan.models.sources import FRAMES_FILE, PHONES_FILE
from transformers_tts_gan.text import languages
from transformers_tts_gan.text.language import Language


@pytest.fixture(scope="module")
def whole(voice, processor, tmp_path_factory):
    return export_onnx(voice, processor, tmp_path_factory.mktemp("fp32"))


@pytest.fixture(scope="module")
def integers(voice, processor, tmp_path_factory):
    return export_onnx(voice, processor, tmp_path_factory.mktemp("int8"), precision="int8")


@pytest.mark.parametrize("name", [PHONES_FILE, FRAMES_FILE, TEXT_ENCODER_FILE])
def test_it_is_smaller_and_every_large_matrix_is_of_integers(whole, integers, name):
    before, after = (onnx.load(folder / name).graph for folder in (whole, integers))
    share = {PHONES_FILE: 0.8, FRAMES_FILE: 0.6, TEXT_ENCODER_FILE: 0.95}[name]  # of so small a voice
    assert (integers / name).stat().st_size < share * (whole / name).stat().st_size
    assert len(products(before)) >= 5 and products(after) == []
    kinds = [node.op_type for node in after.node if node.op_type in ("MatMulIntegerToFloat", "MatMulInteger")]
    assert len(kinds) == len(products(before))


def test_small_matrices_stay_as_they_are(integers):
    """Positions in a phone grow with its length, without an end: a fixed scale would cut them."""
    graph = onnx.load(integers / FRAMES_FILE).graph
    rows = {each.name: each.dims[0] for each in graph.initializer if each.dims}
    kept = [rows[node.input[1]] for node in graph.node if node.op_type == "MatMul" and node.input[1] in rows]
    assert kept == [3] and LEAST_ROWS > 3


def test_it_says_nearly_what_the_voice_says(voice, processor, whole, integers):
    found = measure_difference(voice, processor, integers, SENTENCES[1])
    assert found.durations <= 0.3 * found.phones and found.share < 0.05 and found.peak > 0.05
    row = OnnxVoice(whole).encode_speech(SENTENCES[1], "en", "bob")
    one, other = (OnnxVoice(folder) for folder in (whole, integers))
    plan = one.plan(row)
    frames = int(plan.durations.sum())
    for expected, made in zip(one.frames(plan)(0, frames), other.frames(plan)(0, frames), strict=True):
        assert np.abs(made - expected).mean() < 0.05 * expected.std()


def test_what_is_streamed_is_what_is_said_at_once(integers):
    """With a scale of each window of its own, F0 was hundreds of Hz apart."""
    voice, text = OnnxVoice(integers), "The 25 cats of 北京 sat there, and all of them were asleep. Who is it?"
    speech = voice(text, pitch_shift=1.0)["audio"]
    chunks = [chunk.audio for chunk in voice.stream(text, first_frames=8, pitch_shift=1.0)]
    assert len(chunks) > 4 and np.abs(speech).max() > 0.05
    np.testing.assert_allclose(np.concatenate(chunks), speech, atol=1e-4)


def test_all_speakers_say_the_sample_of_each_language(whole):
    rows = list(calibration_rows(OnnxVoice(whole)))
    assert {(row["speaker_id"], row["language_id"]) for row, _ in rows} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert all(with_text for _, with_text in rows)


@pytest.mark.parametrize("sample", ["", "ꙮ ꙮ"])
def test_where_there_is_no_sample_to_say_all_phones_are_said(whole, monkeypatch, sample):
    monkeypatch.setattr(languages, "find", lambda code: Language(code="la", name="Latin", sample=sample))
    voice = OnnxVoice(whole)
    rows = [row for row, with_text in calibration_rows(voice) if not with_text and row["speaker_id"] == 1]
    said = {number for row in rows if row["language_id"] == 0 for number in row["input_ids"]}
    assert said == set(voice.phone_vocabulary().values())


def test_of_many_speakers_eight_are_heard(whole):
    voice = OnnxVoice(whole)
    voice.speakers = [f"speaker {number}" for number in range(100)]
    assert len({row["speaker_id"] for row, _ in calibration_rows(voice)}) <= 8
