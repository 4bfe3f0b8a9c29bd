"""Graphs of a voice with matrices of 8 bit integers.

Enter: graphs in float32, and what a voice feeds to them while it says a few sentences. Leave: the same graphs, whose
large matrices are integers with a scale for each column, and are multiplied with integers whose scale is fixed: a
frame sounds alike in each window it is made in. After Jacob et al., 2017, arXiv:1712.05877, section 3.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..models.sources import FRAMES_FILE, PHONES_FILE, SETTINGS_FILE
from ..text import languages
from ..utils.require import require
from .onnx_voice import TEXT_ENCODER_FILE, TEXT_TOKENIZER_FILE, OnnxVoice


Ranges = dict[str, tuple[float, float]]  # least and largest value of a tensor, by its name

DOMAIN = "com.microsoft"  # of `MatMulIntegerToFloat`, which onnxruntime has beside the operators of ONNX
LEAST_ROWS = 16  # of a matrix of integers; smaller ones cost nothing
MOST_SPEAKERS = 8  # that are heard
FALLBACK_PHONES = 40  # in a sentence of a language without a sample
WAYS: tuple[dict[str, Any], ...] = (  # of saying a sentence: what a user may ask for is to stay within the ranges
    {},
    {"speaking_rate": 0.8, "pitch_shift": 3.0, "gain_db": 12.0},
    {"speaking_rate": 1.25, "pitch_shift": -3.0},
)


def quantize_voice(whole: Path, folder: Path) -> None:
    """Write the voice in the folder `whole` into another one, with matrices of integers."""
    voice = OnnxVoice(whole)
    voice._phones, voice._frames = graphs = MeasuredGraph(whole / PHONES_FILE), MeasuredGraph(whole / FRAMES_FILE)
    for row, with_text in calibration_rows(voice):
        for way in WAYS:
            for _ in voice.speak_plan(voice.plan(row, use_text_encoder=with_text, **way)):
                pass
    for graph, name in zip(graphs, (PHONES_FILE, FRAMES_FILE), strict=True):
        write_integers(whole / name, folder / name, graph.ranges)
    if voice.reads_text:
        quantize_text_encoder(whole / TEXT_ENCODER_FILE, folder / TEXT_ENCODER_FILE)
        shutil.copy(whole / TEXT_TOKENIZER_FILE, folder)
    shutil.copy(whole / SETTINGS_FILE, folder)


def quantize_text_encoder(whole: Path, path: Path) -> None:
    """The same for a text encoder: it sees no windows, and some of its values are far beyond all others.

    What its matrices are multiplied with gets its scale from each text.
    """
    quantization = require("onnxruntime.quantization", "Exporting as int8", extra="onnx-export")
    quantization.quantize_dynamic(
        whole,
        path,
        op_types_to_quantize=["MatMul"],
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
    )


def calibration_rows(voice: OnnxVoice) -> Iterator[tuple[dict, bool]]:
    """Rows of each language and of up to eight speakers, and whether the text encoder has read them.

    They are the sample of the language, or where the voice cannot say that, all of its phones.
    """
    for language in voice.languages:
        for speaker in voice.speakers[:: -(-len(voice.speakers) // MOST_SPEAKERS)]:
            if (row := sample_row(voice, language, speaker)) is not None:
                yield row, True
                continue
            ids = sorted(voice.phone_vocabulary().values())
            choice = {"speaker_id": voice.speaker_id(speaker), "language_id": voice.language_id(language)}
            for start in range(0, len(ids), FALLBACK_PHONES):
                yield {"input_ids": ids[start : start + FALLBACK_PHONES], **choice}, False


def sample_row(voice: OnnxVoice, language: str, speaker: str) -> dict | None:
    """The sample of a language; `None` where there is none, or one of phones that the voice has not learned."""
    sample = languages.find(language).sample
    try:
        return voice.encode_speech(sample, language, speaker) if sample else None
    except (ImportError, ValueError):  # without espeak-ng; unknown phones
        return None


class MeasuredGraph:
    """A graph in float32 that runs as a session does, and keeps the ranges of what matrices are multiplied with."""

    def __init__(self, path: Path):
        onnx, onnxruntime = (
            require(name, "Exporting as int8", extra="onnx-export") for name in ("onnx", "onnxruntime")
        )
        model = onnx.load(path)
        names = sorted({node.input[0] for node in products(model.graph)})
        self.outputs = [output.name for output in model.graph.output]
        self.measured = [(name, f"{name}_least", f"{name}_most") for name in names]
        for name, *ends in self.measured:
            for kind, end in zip(("ReduceMin", "ReduceMax"), ends, strict=True):
                model.graph.node.append(onnx.helper.make_node(kind, [name], [end], keepdims=0))
                model.graph.output.append(onnx.helper.make_tensor_value_info(end, onnx.TensorProto.FLOAT, []))
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        self.ranges: Ranges = {}

    def run(self, names: None, inputs: dict) -> list[np.ndarray]:
        """The outputs of the graph, all of them."""
        found: list[Any] = self.session.run(None, inputs)
        for (name, *_), least, most in zip(
            self.measured, found[len(self.outputs) :: 2], found[len(self.outputs) + 1 :: 2], strict=True
        ):
            lower, upper = self.ranges.get(name, (0.0, 0.0))  # a range holds 0, which padding is made of
            self.ranges[name] = min(lower, float(least)), max(upper, float(most))
        return found[: len(self.outputs)]


def products(graph: Any) -> list[Any]:
    """The nodes of a graph that multiply with a matrix of the voice, large enough to be worth it."""
    constants = {each.name: each for each in graph.initializer}
    found = [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in constants]
    return [node for node in found if constants[node.input[1]].dims[0] >= LEAST_ROWS]


def write_integers(whole: Path, path: Path, ranges: Ranges) -> None:
    """Write the graph `whole` with matrices of 8 bit integers; values beyond their range are cut."""
    onnx = require("onnx", "Exporting as int8", extra="onnx-export")
    model = onnx.load(whole)
    graph, nodes = model.graph, []
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    wanted = {node.output[0] for node in products(graph) if np.ptp(ranges[node.input[0]]) > 0}
    sums = biases(graph, constants, wanted)
    added = {name for name, _ in sums.values()}
    for node in graph.node:
        output = node.output[0]
        if node.op_type == "Gelu":  # by a hyperbolic tangent it takes a quarter less, and is 5e-4 away at most
            node.ClearField("attribute")
            node.attribute.append(onnx.helper.make_attribute("approximate", "tanh"))
        if output not in wanted:
            if output not in added:
                nodes.append(node)
            continue
        values, matrix = node.input
        scale, zero = f"{values}_scale", f"{values}_zero"
        if scale not in constants:
            constants[scale], constants[zero] = value_scale(*ranges[values])
            nodes.append(onnx.helper.make_node("QuantizeLinear", [values, scale, zero], [f"{values}_int"]))
        constants[f"{matrix}_int"], constants[f"{matrix}_scale"] = integer_columns(constants[matrix])
        output, bias = sums.get(output, (output, ""))
        inputs = [f"{values}_int", f"{matrix}_int", scale, f"{matrix}_scale", zero, "", bias]
        nodes.append(onnx.helper.make_node("MatMulIntegerToFloat", inputs, [output], domain=DOMAIN))
    used = {name for node in nodes for name in node.input}
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(onnx.numpy_helper.from_array(constants[name], name) for name in used & set(constants))
    model.opset_import.append(onnx.helper.make_opsetid(DOMAIN, 1))
    onnx.save(model, path)


def biases(graph: Any, constants: dict[str, np.ndarray], wanted: set[str]) -> dict[str, tuple[str, str]]:
    """For each of the `wanted` products that a constant row is added to: the name of the sum, and that of the row."""
    uses = Counter(name for node in graph.node for name in node.input)
    found = {}
    for node in graph.node:
        product = next((name for name in node.input if name in wanted and uses[name] == 1), None)
        row = next((name for name in node.input if name in constants and constants[name].ndim == 1), None)
        if node.op_type == "Add" and product is not None and row is not None:
            found[product] = node.output[0], row
    return found


def value_scale(least: float, most: float) -> tuple[np.ndarray, np.ndarray]:
    """The scale and the zero point by which values of a range that holds 0 become unsigned integers of 8 bits."""
    scale = np.float32((most - least) / 255)
    return np.array(scale), np.array(round(-least / float(scale)), np.uint8)


def integer_columns(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix as integers from -127 to 127, and the scale of each column."""
    largest = np.abs(matrix).max(axis=0)
    scale = (np.where(largest > 0, largest, 1) / 127).astype(np.float32)
    return np.round(matrix / scale).astype(np.int8), scale
