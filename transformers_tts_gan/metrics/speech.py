"""Metrics of the speech that a model makes while it is trained: the argument `speech_metrics` of the trainer.

A metric is any callable `(model, processor, rows) -> {"name": number}`; the rows are the prepared ones that are held
out, with their `text`. Losses compare with the timing and the F0 of a recording; these measure free speech.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.distributed as dist
from transformers import VitsModel

from ..inference.synthesize import synthesize_row
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.vits.speech import vits_log_mel
from .asr import as_recognizer, transcribe
from .dtw import warped_distance
from .error_rates import count_errors, rate_units


if TYPE_CHECKING:
    from transformers import AutomaticSpeechRecognitionPipeline

    from .asr import Recognizer


logger = logging.getLogger(__name__)
SpeechMetrics = Callable[[TTSGanModel, TTSGanProcessor, list[dict]], dict[str, float]]


def measure_speech(metrics: SpeechMetrics, model, processor, rows) -> dict[str, float]:
    """The numbers of `metrics`, measured by the first process for all others, with the model in evaluation mode."""
    first = not dist.is_initialized() or dist.get_rank() == 0
    found: list[dict[str, float]] = [{}]
    if first:
        was_training = model.training
        model.eval()
        found = [{name: float(value) for name, value in metrics(model, processor, list(rows)).items()}]
        model.train(was_training)
    if dist.is_initialized():
        dist.broadcast_object_list(found, src=0)
    return found[0]


def try_to_speak(model: TTSGanModel, processor: TTSGanProcessor, row: dict) -> np.ndarray:
    """The speech `(S,)` of a prepared row; no samples if the model fails: the training must go on."""
    try:
        wave = synthesize_row(model, processor, row).waveform
    except Exception as error:  # such as too little memory for the long durations of a model of few steps
        logger.warning("The model failed, which counts as no speech: %s: %s", type(error).__name__, error)
        return np.zeros(0, dtype=np.float32)
    return wave if np.isfinite(wave).all() else np.zeros(0, dtype=np.float32)


class MelDistance:
    """`mel_distance`: mean distance in dB between spoken and recorded log-mel frames along the best path in time.

    The path is that of dynamic time warping, so that another tempo alone costs nothing. No speech, and values that
    are not finite, are as far as silence.

    Args:
        samples: Number of rows to speak.

    Raises:
        ValueError: `samples` is below 1, or there are no rows.

    Example:

    ```python
    trainer = TTSGanTrainer(..., speech_metrics=MelDistance(samples=32))  # logs `eval_mel_distance`
    ```
    """

    def __init__(self, samples: int = 16):
        self.samples = check_samples(samples)

    def __call__(self, model, processor, rows: list[dict]) -> dict[str, float]:
        distances = []
        for row in check_rows(rows)[: self.samples]:
            recorded = np.asarray(row["waveform"], dtype=np.float32) / 32767
            spoken = try_to_speak(model, processor, row)
            mels = [mel_frames(model, wave).numpy() for wave in (spoken, recorded)]
            distances.append(warped_distance(*mels) * 20 / np.log(10))
        return {"mel_distance": float(np.mean(distances))}


class WordErrors:
    """`wer`, or `cer` for Chinese: the share of words or characters that a recognizer gets wrong.

    Args:
        recognizer: From `load_recognizer`, a pipeline of Transformers, or any object with a `transcribe`. If it fails
            on a sentence, all its words are wrong.
        samples: Number of rows to speak.

    Raises:
        ImportError: The extra `eval` is not installed.
        ValueError: `samples` is below 1, or there are no rows.

    Example:

    ```python
    recognizer = load_recognizer("Systran/faster-whisper-base", "en")
    trainer = TTSGanTrainer(..., speech_metrics=WordErrors(recognizer))  # logs `eval_wer`
    ```
    """

    def __init__(self, recognizer: Recognizer | AutomaticSpeechRecognitionPipeline, samples: int = 16):
        count_errors("", "", "word", "en")  # says at once if the extra is missing
        self.recognizer, self.samples = recognizer, check_samples(samples)

    def __call__(self, model, processor, rows: list[dict]) -> dict[str, float]:
        language = processor.languages[0]
        recognizer = as_recognizer(self.recognizer, language)
        name, unit = next(iter(rate_units(language).items()))
        errors = length = 0
        for row in check_rows(rows)[: self.samples]:
            wave = try_to_speak(model, processor, row)
            transcript = transcribe(recognizer, wave, processor.sampling_rate).text
            wrong, count = count_errors(row["text"], transcript, unit, language)
            errors, length = errors + wrong, length + count
        return {name: errors / max(length, 1)}


def mel_frames(model: TTSGanModel | VitsModel, waveform: np.ndarray) -> torch.Tensor:
    """Log-mel frames `(F, M)` of samples `(S,)`, as the model sees them; at least one."""
    if isinstance(model, VitsModel):
        return vits_log_mel(model, waveform)
    waveform = np.pad(waveform, (0, max(0, model.config.vocoder_config.n_fft - len(waveform))))
    return model.vocoder.log_mel(torch.from_numpy(waveform)[None])[0]


def check_samples(samples: int) -> int:
    if samples < 1:
        raise ValueError(f"`samples` is {samples}; needs at least 1.")
    return samples


def check_rows(rows: list[dict]) -> list[dict]:
    if not rows:
        raise ValueError(
            "`rows` is empty; speech is measured on held-out sentences: give the trainer an `eval_dataset`."
        )
    return rows
