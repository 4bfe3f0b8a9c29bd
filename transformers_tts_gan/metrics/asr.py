"""Speech recognizers behind one small interface: `transcribe(wave, sampling_rate) -> str`.

Enters: a float32 waveform `(S,)` in [-1, 1] at any rate. Leaves: its transcript, as the recognizer writes it.
Decoding is deterministic, and each sentence is transcribed on its own. Recommended: Whisper base for English
(`Systran/faster-whisper-base`), Vosk small-cn for Chinese.
"""

import json
import logging
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from huggingface_hub.errors import HFValidationError
from transformers import AutomaticSpeechRecognitionPipeline, Pipeline, pipeline
from transformers.utils.hub import has_file

from ..audio.resample import resample
from ..audio.waveform import SILENCE_PEAK
from ..utils.require import require


logger = logging.getLogger(__name__)

RECOGNIZER_RATE = 16_000  # Hz; what all of them were trained on
MAX_TOKENS_PER_SECOND = 10  # nobody speaks faster; Whisper repeats itself without end over sounds that are no speech


@runtime_checkable
class Recognizer(Protocol):
    """What `evaluate_voice` needs: any object with this method will do.

    Example:

    ```python
    class MyRecognizer:
        def transcribe(self, wave, sampling_rate):
            return my_model(wave, sampling_rate)
    ```
    """

    def transcribe(self, wave: np.ndarray, sampling_rate: int) -> str:
        """The transcript of the waveform `(S,)`, floats in [-1, 1]; "" if there are no words in it."""


class FasterWhisperRecognizer:
    """Whisper (Radford et al., 2022, arXiv:2212.04356) by faster-whisper: beam 5, 8 bit weights on a CPU.

    Args:
        folder_or_id: A model converted for CTranslate2: a folder, or a Hub id.
        language: Of the speech, as "en" or "zh"; never guessed from the sound.
        device: "cpu" or "cuda".
    """

    def __init__(self, folder_or_id: str | Path, language: str, device: str = "cpu"):
        package = require("faster_whisper", f"The recognizer `{folder_or_id}`", extra="eval")
        kind = "int8" if device == "cpu" else "float16"
        threads = torch.get_num_threads()
        self.language = language
        self.model = package.WhisperModel(str(folder_or_id), device=device, compute_type=kind, cpu_threads=threads)

    def transcribe(self, wave: np.ndarray, sampling_rate: int) -> str:
        wave = resample(wave, sampling_rate, RECOGNIZER_RATE)
        segments, _ = self.model.transcribe(
            wave,
            language=self.language,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            max_new_tokens=min(20 + MAX_TOKENS_PER_SECOND * len(wave) // RECOGNIZER_RATE, 200),
        )
        return " ".join(segment.text.strip() for segment in segments)


class VoskRecognizer:
    """A Vosk model folder; half a second of silence before and after keeps it from missing the first and last word."""

    def __init__(self, folder: str | Path):
        vosk = require("vosk", f"The recognizer `{folder}`", extra="eval")
        vosk.SetLogLevel(-1)
        self.model = vosk.Model(str(folder))
        self.new_decoder = vosk.KaldiRecognizer

    def transcribe(self, wave: np.ndarray, sampling_rate: int) -> str:
        padded = np.pad(resample(wave, sampling_rate, RECOGNIZER_RATE), RECOGNIZER_RATE // 2)
        samples = (np.clip(padded, -1.0, 1.0) * 32767).astype(np.int16)
        decoder = self.new_decoder(self.model, RECOGNIZER_RATE)
        ended = decoder.AcceptWaveform(samples.tobytes())  # true at an end of speech; the rest comes separately
        parts = [decoder.Result(), decoder.FinalResult()] if ended else [decoder.FinalResult()]
        return " ".join(json.loads(part)["text"] for part in parts).strip()


class PipelineRecognizer:
    """Any speech recognizer of Transformers: Whisper, wav2vec 2.0, ..., from a folder, the Hub, or a pipeline."""

    def __init__(self, source: str | Path | AutomaticSpeechRecognitionPipeline, language: str, device: str = "cpu"):
        if not isinstance(source, Pipeline):
            source = pipeline("automatic-speech-recognition", model=str(source), device=device)
        self.pipeline = source
        self.options: dict = {}
        model = self.pipeline.model
        if model.can_generate() and getattr(model.generation_config, "is_multilingual", False):  # Whisper
            self.options["generate_kwargs"] = {"language": language, "task": "transcribe"}

    def transcribe(self, wave: np.ndarray, sampling_rate: int) -> str:
        wave = resample(wave, sampling_rate, RECOGNIZER_RATE)
        chunks = {"chunk_length_s": 30} if len(wave) > 30 * RECOGNIZER_RATE else {}
        result: Any = self.pipeline({"raw": wave, "sampling_rate": RECOGNIZER_RATE}, **chunks, **self.options)
        return result["text"].strip()


def load_recognizer(folder_or_id: str | Path | Pipeline, language: str, device: str = "cpu") -> Recognizer:
    """Load the speech recognizer that a folder or a Hub id holds, or wrap a pipeline of Transformers.

    The files tell its kind: `model.bin` is faster-whisper's, `conf/model.conf` or `am/final.mdl` is Vosk's, and
    Transformers loads all others.

    Args:
        folder_or_id: A local folder, a Hub id such as `Systran/faster-whisper-base` (Vosk: folders only), or what
            `pipeline("automatic-speech-recognition", ...)` made, which stays on its device.
        language: Of the speech, as "en" or "zh".
        device: "cpu" or "cuda"; Vosk always runs on the CPU.

    Raises:
        ImportError: The recognizer's package is not installed; the message says what to install.
        FileNotFoundError: `folder_or_id` is neither a folder with a recognizer nor a Hub id that can be reached.
        TypeError: The pipeline does not recognize speech.

    Example:

    ```python
    recognizer = load_recognizer("Systran/faster-whisper-base", "en")
    text = recognizer.transcribe(waveform, 16_000)
    ```
    """
    if isinstance(folder_or_id, Pipeline):
        if not isinstance(folder_or_id, AutomaticSpeechRecognitionPipeline):
            raise TypeError(
                f"`{type(folder_or_id).__name__}` does not recognize speech; needs one that does: "
                '`pipeline("automatic-speech-recognition", model=...)`.'
            )
        return PipelineRecognizer(folder_or_id, language)
    folder = Path(folder_or_id)
    if any((folder / name).is_file() for name in ("conf/model.conf", "am/final.mdl")):
        return VoskRecognizer(folder)
    try:
        kind = FasterWhisperRecognizer if has_file(str(folder_or_id), "model.bin") else PipelineRecognizer
        return kind(folder_or_id, language, device)
    except (OSError, HFValidationError) as error:
        raise FileNotFoundError(
            f"`{folder_or_id}` is neither the folder of a recognizer (faster-whisper, Vosk or Transformers) nor a Hub "
            f"id that can be reached: check the name, or pass a local folder. ({str(error).splitlines()[0]})"
        ) from error


def as_recognizer(recognizer, language: str) -> Recognizer:
    """Return an object with a `transcribe` as it is, and a pipeline of Transformers as a recognizer of `language`.

    Raises:
        TypeError: `recognizer` is neither.
    """
    if isinstance(recognizer, Pipeline):
        return load_recognizer(recognizer, language)
    if isinstance(recognizer, Recognizer):
        return recognizer
    raise TypeError(
        f"`recognizer` is {type(recognizer).__name__}; needs an object with `transcribe(wave, sampling_rate)`: "
        '`load_recognizer(folder_or_id, "en")` makes one.'
    )


class TranscriptionResult(NamedTuple):
    """The transcript of a waveform, and the `problem` that left it empty: "" if there was none."""

    text: str
    problem: str = ""


def transcribe(recognizer: Recognizer, wave: np.ndarray, sampling_rate: int) -> TranscriptionResult:
    """Transcribe a waveform without ever raising an error, so that an evaluation goes on.

    Args:
        recognizer: From `load_recognizer`, or any object with a `transcribe`.
        wave: `(S,)` samples, floats in [-1, 1].
        sampling_rate: Of `wave`, in Hz.

    Returns:
        An empty text with its `problem` if the waveform is unusable or the recognizer failed.
    """
    if problem := find_problem(wave):
        return TranscriptionResult("", problem)
    try:
        text = recognizer.transcribe(wave, sampling_rate)
        if not isinstance(text, str | None):
            raise TypeError(f'`transcribe` gave {type(text).__name__}; needs `str`, "" for no words.')
    except Exception as error:  # of a recognizer that we do not know
        logger.warning("The recognizer failed, which counts as no words: %s: %s", type(error).__name__, error)
        return TranscriptionResult("", f"the recognizer failed: {type(error).__name__}: {error}")
    return TranscriptionResult(text or "")


def find_problem(wave: np.ndarray) -> str:
    """Why `(S,)` samples hold no speech: "not finite", "silent", or "" if they may hold some.

    A recognizer may invent words for such samples, so that it is not asked.
    """
    if not np.isfinite(wave).all():
        return "not finite"
    return "silent" if len(wave) == 0 or np.abs(wave).max() < SILENCE_PEAK else ""
