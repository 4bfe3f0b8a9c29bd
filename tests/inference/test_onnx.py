"""An exported voice says what the model says, without torch."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from helpers.models import SENTENCES

from transformers_tts_gan import OnnxVoice, TTSGanPipeline, export_onnx
from transformers_tts_gan.inference.onnx import frames_graph
from transformers_tts_gan.inference.onnx_difference import measure_difference
from transformers_tts_gan.models.sources import FRAMES_FILE


LONG = "Good morning. The 25 cats of 北京 sat there, and all of them were asleep."
MARKED = (
    "<speak>Wait <break time='800ms'/> for <prosody volume='silent'>it</prosody>. "
    "<prosody rate='slow'>Go.</prosody></speak>"
)
CHOICES = {"speaker": "bob", "language": "en", "speaking_rate": 0.9, "pitch_shift": 1.0, "gain_db": -2.0}
WITHOUT_TORCH = """
import sys
from transformers_tts_gan import OnnxVoice

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "torchaudio", "transformers"):
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
speech = OnnxVoice(sys.argv[1])("Good morning. Who is it?")
print(len(speech["audio"]), speech["sampling_rate"])
"""


@pytest.fixture(scope="module")
def exported(voice, processor, tmp_path_factory):
    return export_onnx(voice, processor, tmp_path_factory.mktemp("onnx"))


@pytest.fixture(scope="module")
def onnx_voice(exported):
    return OnnxVoice(exported)


@pytest.fixture(scope="module")
def pipe(voice, processor):
    return TTSGanPipeline(model=voice, processor=processor)


@pytest.mark.parametrize("text", [LONG, MARKED])
@pytest.mark.parametrize("options", [{}, CHOICES, {"noise_scale": 0.5, "seed": 3}, {"use_text_encoder": False}])
def test_it_says_what_the_pipeline_says(onnx_voice, pipe, text, options):
    speech, expected = onnx_voice(text, **options), pipe(text, **options)
    assert speech["sampling_rate"] == expected["sampling_rate"] and speech["audio"].dtype == np.float32
    assert np.abs(expected["audio"]).max() > 0.05
    np.testing.assert_allclose(speech["audio"], expected["audio"], atol=1e-2)


def test_words_have_the_times_of_the_pipeline(onnx_voice, pipe):
    assert onnx_voice(LONG, return_timestamps=True)["words"] == pipe(LONG, return_timestamps=True)["words"]


@pytest.mark.parametrize("text", [LONG, MARKED])
def test_what_is_streamed_is_what_is_said_at_once(onnx_voice, text):
    chunks = list(onnx_voice.stream(text, first_frames=8, **CHOICES))
    speech = onnx_voice(text, return_timestamps=True, **CHOICES)
    assert len(chunks) > 4
    np.testing.assert_allclose(np.concatenate([chunk.audio for chunk in chunks]), speech["audio"], atol=1e-4)
    assert [word for chunk in chunks for word in chunk.words] == speech["words"]
    for chunk in chunks:
        assert all(chunk.start <= round(word.start * 16_000) < chunk.start + len(chunk.audio) for word in chunk.words)


def test_several_threads_say_the_same(exported, onnx_voice):
    """And say it in order, although a short sentence is done before a long one."""
    text, together = f"{LONG} {LONG} Good. {LONG}", OnnxVoice(exported, threads=2)
    alone, options = onnx_voice(text, return_timestamps=True), {"first_frames": 16, "check_first": True}
    speech = together(text, return_timestamps=True)
    np.testing.assert_array_equal(speech["audio"], alone["audio"])
    assert speech["words"] == alone["words"]
    chunks, expected = (list(speaker.stream(text, **options)) for speaker in (together, onnx_voice))
    assert [chunk.start for chunk in chunks] == [chunk.start for chunk in expected]
    np.testing.assert_array_equal(*(np.concatenate([chunk.audio for chunk in each]) for each in (chunks, expected)))


def test_nothing_else_is_spoken_before_the_first_sound_of_a_stream(exported, monkeypatch):
    speaker, plans = OnnxVoice(exported, threads=2), []
    plan = speaker.plan
    monkeypatch.setattr(speaker, "plan", lambda row, **controls: plans.append(row) or plan(row, **controls))
    stream = speaker.stream("Good morning. " * 20, first_frames=8)
    next(stream)
    assert len(plans) == 1
    later = list(stream)
    assert len(plans) == 20 and len(later) > 20


def test_several_threads_refuse_a_text_when_its_turn_has_come(exported):
    stream = OnnxVoice(exported, threads=2).stream("Good. Who is it? Who ꙮ is it?", strict=True, first_frames=None)
    assert len(next(stream).audio) > 0
    with pytest.raises(ValueError, match="ꙮ"):
        list(stream)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_speaks_by_several_threads_too(exported):
    code = f"""
import os, signal
from transformers_tts_gan import OnnxVoice
speak, text = OnnxVoice({str(exported)!r}, threads=2), "Good. Who is it? Good."
size = len(speak(text)["audio"])
child = os.fork()
if child == 0:
    signal.alarm(30)  # ends a child that waits for threads which only its parent has
    os._exit(0 if len(speak(text)["audio"]) == size else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("threads", [-1, "2", 1.5, None])
def test_a_number_of_threads_that_is_none_is_refused(exported, threads):
    with pytest.raises(ValueError, match="`threads` is .*, but a whole number is needed"):
        OnnxVoice(exported, threads=threads)


def test_it_speaks_where_there_is_no_torch(exported):
    said = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, str(exported)], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    samples, rate = map(int, said.stdout.split())
    assert samples > 8_000 and rate == 16_000


def test_speaking_leaves_the_arithmetic_of_the_caller_as_it_is(exported):
    """Sessions can flush subnormal numbers to zero: of the whole thread, and for good."""
    OnnxVoice(exported)("Good morning.")
    assert np.float64(5e-324) * 1.0 != 0.0


def test_the_frames_of_a_batch_are_those_of_each_alone(onnx_voice):
    """Lengths and batch are dynamic, and padding changes nothing."""
    rng = np.random.RandomState(0)
    frames, real = 48, 32
    inputs = {
        "hidden": rng.standard_normal((3, 9, 32)).astype(np.float32),
        "condition": rng.standard_normal((3, 1, 32)).astype(np.float32),
        "index": rng.randint(0, 9, (3, frames)),
        "positions": rng.rand(3, frames, 3).astype(np.float32),
        "frame_mask": np.ones((3, frames, 1), np.float32),
        "gain": np.zeros((3, frames, 1), np.float32),
    }
    inputs["frame_mask"][1, real:] = 0
    together = onnx_voice._frames.run(None, inputs)
    alone = {name: values[1:2, :real] for name, values in inputs.items()}  # 9 phones and 1 row are fewer than 32
    for one, other in zip(onnx_voice._frames.run(None, alone), together, strict=True):
        np.testing.assert_allclose(one[0], other[1, :real], rtol=1e-3, atol=1e-3)


def test_the_phones_of_a_batch_are_those_of_each_alone(onnx_voice):
    rng = np.random.RandomState(0)
    phones, real = 12, 8
    row, of_phones = np.zeros(3, np.int64), (3, phones)
    inputs = {
        "input_ids": rng.randint(3, 40, of_phones),
        "attention_mask": np.ones(of_phones, np.int64),
        "speaker_id": row,
        "language_id": row,
        "speaking_rate": np.ones(of_phones, np.float32),
        "pitch_shift": np.zeros(of_phones, np.float32),
        "noise": np.zeros((2, *of_phones), np.float32),
        "context": rng.standard_normal((*of_phones, onnx_voice.settings["context_size"])).astype(np.float32),
    }
    inputs["attention_mask"][1, real:] = 0
    together = onnx_voice._phones.run(None, inputs)
    alone = {name: values[1:2, :real] if values.ndim > 1 else values[1:2] for name, values in inputs.items()}
    alone["noise"] = inputs["noise"][:, 1:2, :real]
    hidden, _, durations = onnx_voice._phones.run(None, alone)
    np.testing.assert_allclose(hidden[0], together[0][1, :real], rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(durations[0], together[2][1, :real])
    assert not np.allclose(hidden[0], together[0][0, :real], atol=1e-2), "the rows differ"


def test_the_difference_is_measured(voice, processor, exported):
    found = measure_difference(voice, processor, exported, SENTENCES[1])
    assert found.durations == 0 and found.phones > 20 and found.peak > 0.05
    assert found.f0_hz < 0.01 and found.waveform < 1e-2 and found.share < 1e-3
    assert found.duration_frames == 0 and found.voicing == 0 and found.most_f0_hz < 0.01
    assert found.spectrum_db < 0.01 and found.most_spectrum_db < 0.1


def test_the_difference_of_integers_is_small_and_that_of_a_damaged_graph_is_not(voice, processor, exported, tmp_path):
    """The samples of both differ: by phases that nobody hears, and by a matrix of zeros."""
    import onnx

    shutil.copytree(exported, tmp_path / "damaged")
    whole = onnx.load(exported / FRAMES_FILE)
    matrices = [each for each in whole.graph.initializer if len(each.dims) == 2 and min(each.dims) > 16]
    values = onnx.numpy_helper.to_array(matrices[-1])
    matrices[-1].CopyFrom(onnx.numpy_helper.from_array(0 * values, matrices[-1].name))
    onnx.save(whole, tmp_path / "damaged" / FRAMES_FILE)
    integers = export_onnx(voice, processor, tmp_path / "int8", precision="int8")
    small, large = (
        measure_difference(voice, processor, each, SENTENCES[1]) for each in (integers, tmp_path / "damaged")
    )
    assert small.spectrum_db < 0.1 < 1 < large.spectrum_db
    assert small.voicing < 0.05 and small.duration_frames <= 2


def test_acoustic_model_and_vocoder_compile_into_one_graph_each(voice):
    """No part of them looks at numbers on the way: `fullgraph=True` refuses that."""
    graph, inputs, _ = frames_graph(voice)
    compiled = torch.compile(graph, fullgraph=True, backend="eager", dynamic=True)
    examples = [value for value, _ in inputs.values()]
    log_mel = torch.randn(1, 20, 40)
    vocoder = torch.compile(voice.vocoder, fullgraph=True, backend="eager", dynamic=True)
    with torch.no_grad():
        for one, other in zip(compiled(*examples), graph(*examples), strict=True):
            torch.testing.assert_close(one, other)
        torch.testing.assert_close(vocoder(log_mel).waveform, voice.vocoder(log_mel).waveform)


def test_the_vocoder_can_be_exported_as_a_program(voice):
    frames = torch.export.Dim("frames", min=3, max=1_000)
    program = torch.export.export(
        voice.vocoder, (torch.randn(1, 20, 40),), dynamic_shapes=({1: frames}, *[None] * 6)[:1]
    )
    log_mel = torch.randn(1, 33, 40)
    with torch.no_grad():
        torch.testing.assert_close(program.module()(log_mel).waveform, voice.vocoder(log_mel).waveform)


def test_what_cannot_be_used_is_refused_in_words(voice, processor, onnx_voice, exported, tmp_path):
    with pytest.raises(ValueError, match="`precision` is 'int4'"):
        export_onnx(voice, processor, tmp_path, precision="int4")
    with pytest.raises(ValueError, match=r"has no `voice.json`: it is no exported voice"):
        OnnxVoice(tmp_path)
    with pytest.raises(TypeError, match="one string is needed"):
        onnx_voice(["Good morning."])
    with pytest.raises(ValueError, match="`speaking_rate` is 0"):
        onnx_voice("Good morning.", speaking_rate=0)
    with pytest.raises(ValueError, match="There is no speaker `eve`"):
        onnx_voice("Good morning.", speaker="eve")
    with pytest.raises(ValueError, match="This voice speaks `en`, `zh` and not `fr`"):
        onnx_voice("Bonjour.", language="fr")
    with pytest.raises(TypeError, match=r"Unknown arguments \['speed'\]; an exported voice takes `speaking_rate`"):
        onnx_voice("Good morning.", speed=2)
    settings = json.loads((exported / "voice.json").read_text(encoding="utf-8"))
    (tmp_path / "voice.json").write_text(json.dumps({**settings, "format": 9}), encoding="utf-8")
    with pytest.raises(ValueError, match="has format 9, but this version of the package reads format 1"):
        OnnxVoice(tmp_path)
    (tmp_path / "voice.json").write_text(json.dumps({**settings, "lexicon": "words.tsv"}), encoding="utf-8")
    with pytest.raises(ValueError, match="a saved voice holds its words itself"):
        OnnxVoice(tmp_path)


@pytest.mark.parametrize(
    ("name", "kept", "words"),
    [
        ("voice.json", 100, "voice.json` is damaged: export the voice again"),
        ("voice.json", None, "voice.json` is damaged: export the voice again"),
        ("frames.onnx", 1_000, "frames.onnx` cannot be read: export the voice again. onnxruntime says"),
        ("phones.onnx", 0, "There is no file `.*phones.onnx`: the exported voice is not whole, export it again"),
    ],
)
def test_a_damaged_folder_is_refused_with_the_name_of_the_file(exported, tmp_path, name, kept, words):
    """Cut short, emptied of its settings, or missing."""
    folder = tmp_path / "voice"
    shutil.copytree(exported, folder)
    if kept == 0:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(b"{}" if kept is None else (folder / name).read_bytes()[:kept])
    with pytest.raises(ValueError, match=words):
        OnnxVoice(folder)
