"""Numbers about a voice while it trains, from what it says: the argument `speech_metrics` of the trainer.

A metric is any callable `(model, processor, rows) -> {"name": number}`; rows are the prepared ones that are held out,
with their `text`. Losses compare with a recording's own timing and melody; these hear what a listener would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.distributed as dist

from .audio import SILENCE_PEAK
from .features import log_mel
from .modeling_tts_gan import TTSGanModel
from .processing_tts_gan import TTSGanProcessor


if TYPE_CHECKING:
    from .recognition import Recognizer

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


@torch.no_grad()
def speak(model: TTSGanModel, processor: TTSGanProcessor, row: dict) -> np.ndarray:
    """What the voice makes of a prepared row's text, `(S,)`."""
    inputs = {name: value.to(model.device) for name, value in processor.pad([row]).items()}
    output = model(**inputs)
    return output.waveform[0, : int(output.waveform_lengths[0])].float().cpu().numpy()


class MelDistance:
    """`mel_distance`: mean distance in dB between spoken and recorded log-mel frames along the best path in time.

    The path is that of dynamic time warping, so that another tempo alone costs nothing.

    Args:
        samples: Speak only so many of the rows.
    """

    def __init__(self, samples: int = 16):
        self.samples = samples

    def __call__(self, model, processor, rows: list[dict]) -> dict[str, float]:
        distances = []
        for row in rows[: self.samples]:
            spoken = torch.from_numpy(speak(model, processor, row))
            recorded = torch.from_numpy(np.asarray(row["waveform"], dtype=np.float32) / 32767)
            mels = [log_mel(wave[None], model.config.vocoder_config)[0].numpy() for wave in (spoken, recorded)]
            distances.append(warped_distance(*mels) * 20 / np.log(10))
        return {"mel_distance": float(np.mean(distances))}


class WordErrors:
    """`wer`, or `cer` for Chinese: the share of words or characters that a recogniser does not hear.

    Args:
        recognizer: From `load_recognizer`, or any object with its `transcribe`.
        samples: Speak only so many of the rows.

    Raises:
        ImportError: Without the extra `eval`.
    """

    def __init__(self, recognizer: Recognizer, samples: int = 16):
        from .metrics import count_errors  # needs the extra `eval`

        self.recognizer, self.samples, self.count_errors = recognizer, samples, count_errors

    def __call__(self, model, processor, rows: list[dict]) -> dict[str, float]:
        language = processor.languages[0]
        name, unit = ("cer", "character") if language == "zh" else ("wer", "word")
        errors = length = 0
        for row in rows[: self.samples]:
            wave = speak(model, processor, row)
            silent = not np.isfinite(wave).all() or np.abs(wave).max() < SILENCE_PEAK
            heard = "" if silent else self.recognizer.transcribe(wave, processor.sampling_rate)
            wrong, count = self.count_errors(row["text"], heard, unit, language)
            errors, length = errors + wrong, length + count
        return {name: errors / max(length, 1)}


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
