"""Numbers about a voice while it trains, from what it says: the argument `speech_metrics` of the trainer.

A metric is any callable `(model, processor, rows) -> {"name": number}`; rows are the prepared ones that are held out,
with their `text`. Losses compare with a recording's own timing and melody; these hear what a listener would.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.distributed as dist

from ..audio.mel import log_mel
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from .asr import as_recognizer, listen
from .error_rates import count_errors, rate_units


if TYPE_CHECKING:
    from transformers import AutomaticSpeechRecognitionPipeline

    from .asr import Recognizer


logger = logging.getLogger(__name__)
SpeechMetrics = Callable[[TTSGanModel, TTSGanProcessor, list[dict]], dict[str, float]]


def measure_speech(metrics: SpeechMetrics, model, processor, rows) -> dict[str, float]:
    """What `metrics` says, measured by the first process for all; the model speaks as it would after training."""
    first = not dist.is_initialized() or dist.get_rank() == 0
    found = [{}]
    if first:
        was_training = model.training
        model.eval()
        found = [{name: float(value) for name, value in metrics(model, processor, list(rows)).items()}]
        model.train(was_training)
    if dist.is_initialized():
        dist.broadcast_object_list(found, src=0)
    return found[0]


def try_to_speak(model: TTSGanModel, processor: TTSGanProcessor, row: dict) -> np.ndarray:
    """As `speak`; no samples where the voice fails or what it says is not finite: a training must not stop for it."""
    try:
        wave = speak(model, processor, row)
    except Exception as error:  # such as too little memory for what a voice of few steps makes of a sentence
        logger.warning("The voice failed, which counts as nothing said: %s: %s", type(error).__name__, error)
        return np.zeros(0, dtype=np.float32)
    return wave if np.isfinite(wave).all() else np.zeros(0, dtype=np.float32)


@torch.no_grad()
def speak(model: TTSGanModel, processor: TTSGanProcessor, row: dict) -> np.ndarray:
    """What the voice makes of a prepared row's text, `(S,)`."""
    inputs = {name: value.to(model.device) for name, value in processor.pad([row]).items()}
    output = model(**inputs)
    return output.waveform[0, : int(output.waveform_lengths[0])].float().cpu().numpy()


class MelDistance:
    """`mel_distance`: mean distance in dB between spoken and recorded log-mel frames along the best path in time.

    The path is that of dynamic time warping, so that another tempo alone costs nothing. A voice that says nothing, or
    what is not finite, is as far as silence.

    Args:
        samples: Speak only so many of the rows.

    Raises:
        ValueError: `samples` is below 1, or there are no rows.
    """

    def __init__(self, samples: int = 16):
        self.samples = check_samples(samples)

    def __call__(self, model, processor, rows: list[dict]) -> dict[str, float]:
        distances = []
        for row in check_rows(rows)[: self.samples]:
            recorded = torch.from_numpy(np.asarray(row["waveform"], dtype=np.float32) / 32767)
            wave = try_to_speak(model, processor, row)
            wave = np.pad(wave, (0, max(0, model.config.vocoder_config.n_fft - len(wave))))  # at least a window
            spoken = torch.from_numpy(wave)
            mels = [log_mel(wave[None], model.config.vocoder_config)[0].numpy() for wave in (spoken, recorded)]
            distances.append(warped_distance(*mels) * 20 / np.log(10))
        return {"mel_distance": float(np.mean(distances))}


class WordErrors:
    """`wer`, or `cer` for Chinese: the share of words or characters that a recognizer does not hear.

    Args:
        recognizer: From `load_recognizer`, a pipeline of Transformers, or any object with a `transcribe`. What it
            does not hear, or fails to hear, is wrong.
        samples: Speak only so many of the rows.

    Raises:
        ImportError: Without the extra `eval`.
        ValueError: `samples` is below 1, or there are no rows.
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
            heard, _ = listen(recognizer, wave, processor.sampling_rate)
            wrong, count = count_errors(row["text"], heard, unit, language)
            errors, length = errors + wrong, length + count
        return {name: errors / max(length, 1)}


def check_samples(samples: int) -> int:
    if samples < 1:
        raise ValueError(f"`samples` is {samples}; needs at least 1: the more, the surer and the slower.")
    return samples


def check_rows(rows: list[dict]) -> list[dict]:
    if not rows:
        raise ValueError(
            "`rows` is empty; speech is measured on held-out sentences: give the trainer an `eval_dataset`."
        )
    return rows


def warped_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Mean Euclidean distance, by band, of frames `(F, M)` and `(G, M)` along the best monotonic path."""
    first, second = first.astype(np.float64), second.astype(np.float64)
    squares = (first**2).sum(1)[:, None] + (second**2).sum(1) - 2 * first @ second.T
    cost = np.sqrt(squares.clip(min=0) / first.shape[1])  # (F, G)
    frames, others = cost.shape
    total, steps = np.full((frames + 1, others + 1), np.inf), np.zeros((frames + 1, others + 1))
    total[0, 0] = 0.0
    for diagonal in range(frames + others - 1):  # cells of one anti-diagonal do not need each other
        i = np.arange(max(0, diagonal - others + 1), min(frames, diagonal + 1))
        j = diagonal - i
        ways = np.stack([total[i, j], total[i, j + 1], total[i + 1, j]])
        best = ways.argmin(0)
        total[i + 1, j + 1] = cost[i, j] + ways.min(0)
        steps[i + 1, j + 1] = 1 + np.choose(best, [steps[i, j], steps[i, j + 1], steps[i + 1, j]])
    return float(total[-1, -1] / steps[-1, -1])
