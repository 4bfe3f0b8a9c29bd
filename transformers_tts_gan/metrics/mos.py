"""Predicted MOS: the naturalness that people would rate, predicted by networks that learned from their ratings.

Enters: a waveform `(S,)`, floats in [-1, 1]. Leaves: a score from 1 (bad) to 5 (excellent). It ranks systems; it does
not replace a listening test. The predictors are optional packages with their weights inside: `distillmos` (MIT) and
`speechmos` (MIT).
"""

import numpy as np
import torch

from ..audio.resample import resample
from ..audio.waveform import as_waveform
from ..utils.require import require
from .asr import find_problem


RATE = 16_000  # Hz; what the predictors were trained on
LOWEST_SCORE = 1.0


class MosPredictor:
    """Predicted MOS by DistillMOS (Stahl and Gamper, 2025, arXiv:2502.05356), calibrated on human ratings.

    Args:
        device: "cpu" or "cuda".

    Raises:
        ImportError: `distillmos` is not installed; the message has the line that installs it.

    Example:

    ```python
    score = MosPredictor()(waveform, 16_000)  # from 1 to 5
    ```
    """

    def __init__(self, device: str = "cpu"):
        install = "pip install --no-deps distillmos xls-r-sqa"
        distillmos = require("distillmos", "Predicting MOS", install=install)
        self.model = distillmos.ConvTransformerSQAModel().eval().to(device)
        self.device = device

    @torch.inference_mode()
    def __call__(self, wave: np.ndarray, sampling_rate: int) -> float:
        """The score of `(S,)` samples from 1 to 5; silent, empty and not finite ones have the lowest."""
        if find_problem(wave := as_waveform(wave)):
            return LOWEST_SCORE
        wave = resample(wave, sampling_rate, RATE)
        wave = np.pad(wave, (0, max(0, RATE - len(wave))))  # it needs a second
        score = self.model(torch.from_numpy(wave)[None].to(self.device)).item()
        return float(np.clip(score, LOWEST_SCORE, 5.0))


class DnsmosPredictor:
    """Predicted MOS by DNSMOS P.835 (Reddy, Gopal and Cutler, 2021, arXiv:2110.01763), trained on noisy speech.

    It is sensitive to background noise; apart from that it is coarser than [`MosPredictor`].

    Raises:
        ImportError: `speechmos` is not installed; the message has the line that installs it.

    Example:

    ```python
    score = DnsmosPredictor()(waveform, 16_000)  # from 1 to 5
    ```
    """

    def __init__(self):
        install = "pip install librosa onnxruntime requests && pip install --no-deps speechmos"
        self.model = require("speechmos.dnsmos", "Predicting MOS by DNSMOS", install=install)

    def __call__(self, wave: np.ndarray, sampling_rate: int) -> float:
        """The overall score of `(S,)` samples from 1 to 5; silent, empty and not finite ones have the lowest."""
        if find_problem(wave := as_waveform(wave)):
            return LOWEST_SCORE
        wave = np.clip(resample(wave, sampling_rate, RATE), -1.0, 1.0)  # it refuses what lies outside
        score = self.model.run(wave, RATE)["ovrl_mos"]
        return float(np.clip(score, LOWEST_SCORE, 5.0))
