"""The systems that say the sentences of a test set: ground truth, copy synthesis, TTS, and others beside them.

Enter: a row of a corpus (`audio`, `text`, `speaker`, `language`) and its recording `(R,)`. Leaves: a [`Synthesis`].
An error rate alone means little: ground truth shows the errors of the recognizer, copy synthesis (the recording to mel
frames and through the vocoder) the loss of the vocoder, and only the rest is the loss of the acoustic model.
"""

import logging
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from transformers import VitsModel

from ..audio.io import AudioError, audio_name, read_audio
from ..audio.loudness import normalize_loudness
from ..audio.resample import resample
from ..inference.synthesize import RefusedText, synthesize_row
from ..models.base_vocoder import BaseVocoder
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.vits.processor import VitsProcessor
from ..models.vits.speech import vits_copy_synthesis
from .report import SYSTEMS


logger = logging.getLogger(__name__)
COMMAND_SECONDS = 300  # of one sentence; a longer wait is a failure


@dataclass
class Synthesis:
    """One sentence of one system.

    Args:
        waveform: `(S,)` samples; empty if there was a problem.
        seconds: Of computing; 0 if nothing was computed.
        problem: Why there is no speech; "" if there is.
        phones: Each phone and the second at which it ends, if the system knows them.
    """

    waveform: np.ndarray
    seconds: float = 0.0
    problem: str = ""
    phones: list[tuple[str, float]] = field(default_factory=list)


class System(Protocol):
    """What says a row of a corpus; any object with this method and attribute will do."""

    computes: bool  # whether its time counts as that of a synthesizer

    def say(self, row: dict, recording: np.ndarray) -> Synthesis:
        """The speech for `row`, whose recording is `(R,)`; errors may be raised."""


# What another system may be given as: a folder of wavs, a command, or a function of a text.
Source = str | Path | Callable[[str], tuple[np.ndarray, int]]


class GroundTruth:
    """The recordings themselves."""

    computes = False

    def say(self, row: dict, recording: np.ndarray) -> Synthesis:
        return Synthesis(recording)


class CopySynthesis:
    """The recording to mel frames and through `model`, a vocoder or that of a voice."""

    computes = True

    def __init__(self, model: TTSGanModel | BaseVocoder):
        self.model = model

    @torch.inference_mode()
    def say(self, row: dict, recording: np.ndarray) -> Synthesis:
        waveform = self.model.copy_synthesis(torch.from_numpy(recording)[None].to(self.model.device))[0]
        return Synthesis(to_numpy(waveform))


class VitsCopySynthesis:
    """The recording through the posterior encoder and the decoder of a `VitsModel`; no text, no flow."""

    computes = True

    def __init__(self, model: VitsModel, speakers: list[str]):
        self.model, self.speakers = model, speakers

    def say(self, row: dict, recording: np.ndarray) -> Synthesis:
        speaker = self.speakers.index(row["speaker"]) if row.get("speaker") in self.speakers else 0
        return Synthesis(vits_copy_synthesis(self.model, recording, speaker))


class TextToSpeech:
    """A model from text to waveform, the work of the text frontend included.

    Args:
        model: In evaluation mode.
        processor: Of the model.
        language: Of rows that name none.
        use_text_encoder: `False` speaks without the text encoder.
        seed: Of the synthesis.
    """

    computes = True

    def __init__(
        self,
        model: TTSGanModel | VitsModel,
        processor: TTSGanProcessor | VitsProcessor,
        language: str,
        use_text_encoder: bool = True,
        seed: int = 0,
    ):
        self.model, self.processor, self.language = model, processor, language
        self.options = {"seed": seed}
        if not isinstance(model, VitsModel):
            self.options["use_text_encoder"] = use_text_encoder

    def say(self, row: dict, recording: np.ndarray | None = None) -> Synthesis:
        spoken, phones = synthesize_row(self.model, self.processor, row, self.language, **self.options), []
        if spoken.durations is not None:
            ends = spoken.durations.cumsum(0) * self.model.config.hop_length / self.processor.sampling_rate
            names = self.processor.tokenizer.convert_ids_to_tokens(spoken.input_ids.tolist())
            phones = [(phone, round(end, 3)) for phone, end in zip(names, ends.tolist(), strict=True)]
        return Synthesis(spoken.waveform, phones=phones)


class WavFolder:
    """Wavs of another system, each named as the recording of the same sentence.

    Raises:
        ValueError: There is no such folder.
    """

    computes = False

    def __init__(self, folder: str | Path, sampling_rate: int):
        self.folder, self.sampling_rate = Path(folder), sampling_rate
        if not self.folder.is_dir():
            raise ValueError(f"There is no folder `{folder}` with wavs; needs one, or a command with `{{wav}}` in it.")

    def say(self, row: dict, recording: np.ndarray | None = None) -> Synthesis:
        path = self.folder / f"{Path(audio_name(row['audio'])).stem}.wav"
        return Synthesis(normalize_loudness(read_audio(path, self.sampling_rate)))


class Command:
    """A program that is started for each sentence, such as `"piper --model joe.onnx --output_file {wav}"`.

    `{wav}` stands for the file to write and `{text}` for the sentence; without `{text}` the sentence is sent to the
    standard input. No shell is involved. The time to start the program and to load its model counts.
    """

    computes = True

    def __init__(self, command: str, sampling_rate: int):
        self.words, self.sampling_rate = shlex.split(command), sampling_rate

    def say(self, row: dict, recording: np.ndarray | None = None) -> Synthesis:
        with tempfile.TemporaryDirectory() as folder:
            wav = Path(folder, "speech.wav")
            words = [word.replace("{wav}", str(wav)).replace("{text}", row["text"]) for word in self.words]
            given = {"input": row["text"], "capture_output": True, "text": True, "timeout": COMMAND_SECONDS}
            done = subprocess.run(words, **given)  # type: ignore[call-overload]
            if done.returncode:
                lines = done.stderr.strip().splitlines() or ["it printed no error"]
                raise RuntimeError(f"`{self.words[0]}` ended with code {done.returncode}: {lines[-1]}")
            return Synthesis(normalize_loudness(read_audio(wav, self.sampling_rate)))


class Function:
    """A function from a text to samples `(S,)` and their sampling rate in Hz, such as `load_hibari()`."""

    computes = True

    def __init__(self, function: Callable[[str], tuple[np.ndarray, int]], sampling_rate: int):
        self.function, self.sampling_rate = function, sampling_rate

    def say(self, row: dict, recording: np.ndarray | None = None) -> Synthesis:
        waveform, rate = self.function(row["text"])
        return Synthesis(normalize_loudness(resample(np.asarray(waveform, np.float32), rate, self.sampling_rate)))


def other_systems(others: Mapping[str, Source], sampling_rate: int) -> dict[str, System]:
    """The systems to compare with, by name.

    Args:
        others: By name, a folder of wavs, a command with `{wav}` in it (see [`Command`]), or a function of a text
            (see [`Function`]).
        sampling_rate: That all are brought to, in Hz.

    Raises:
        ValueError: A name is taken or is no file name, or a folder does not exist.

    Example:

    ```python
    others = {"piper": "piper --model joe.onnx --output_file {wav}", "hibari": load_hibari(), "old": "wavs/old"}
    report = evaluate_voice(model, processor, rows, recognizer, others=others)
    ```
    """
    systems: dict[str, System] = {}
    for name, source in others.items():
        if name in (*SYSTEMS, "..") or Path(name).name != name:
            raise ValueError(f"{name!r} cannot name another system: it is taken, or no folder can have that name.")
        if callable(source):
            systems[name] = Function(source, sampling_rate)
        elif "{wav}" in str(source):
            systems[name] = Command(str(source), sampling_rate)
        else:
            systems[name] = WavFolder(source, sampling_rate)
    return systems


def synthesize(system: System, row: dict, recording: np.ndarray) -> Synthesis:
    """Let a system say a row, take the time, and never raise an error: an evaluation goes on.

    Returns:
        Without samples and with the `problem` if the system failed.
    """
    start = time.perf_counter()
    try:
        found = system.say(row, recording)
    except RefusedText as error:
        found = Synthesis(np.zeros(0, dtype=np.float32), problem=f"refused: {error}")
    except AudioError as error:
        found = Synthesis(np.zeros(0, dtype=np.float32), problem=str(error))
    except Exception as error:  # of a system that we do not know: the others are evaluated nevertheless
        problem = f"failed: {type(error).__name__}: {error}"
        logger.warning("A sentence failed, which counts as no speech: %s", problem)
        found = Synthesis(np.zeros(0, dtype=np.float32), problem=problem)
    found.seconds = time.perf_counter() - start if system.computes else 0.0
    return found


def to_numpy(wave: torch.Tensor) -> np.ndarray:
    """Samples as float32 on the CPU."""
    return wave.float().cpu().numpy()
