"""What listeners would say, guessed by networks that learned it from listeners: naturalness, and whose voice it is.

Enter: waveforms `(S,)`, floats in [-1, 1]. Leaves: a mean opinion score from 1 (bad) to 5 (excellent), or a vector of
the speaker. A guess ranks systems; it does not replace ears. The predictors are optional packages with their weights
inside: `distillmos` (MIT), `speechmos` (MIT) and `Resemblyzer` (Apache-2.0).
"""

import numpy as np
import torch

from ..audio.resample import resample
from ..audio.waveform import as_waveform
from ..utils.require import require
from .asr import nothing_to_hear


RATE = 16_000
LOWEST_SCORE = 1.0


class MosPredictor:
    """Mean opinion scores by DistillMOS (Stahl and Gamper, 2025, arXiv:2502.05356), calibrated on human ratings.

    Raises:
        ImportError: `distillmos` is not installed; the message has the line that installs it.
    """

    def __init__(self, device: str = "cpu"):
        install = "pip install --no-deps distillmos xls-r-sqa"
        distillmos = require("distillmos", "Predicting MOS", install=install)
        self.model = distillmos.ConvTransformerSQAModel().eval().to(device)
        self.device = device

    @torch.inference_mode()
    def __call__(self, wave: np.ndarray, sampling_rate: int) -> float:
        """The score of `(S,)` samples from 1 to 5; what is silent, empty or not finite has the lowest."""
        if nothing_to_hear(wave := as_waveform(wave)):
            return LOWEST_SCORE
        wave = resample(wave, sampling_rate, RATE)
        wave = np.pad(wave, (0, max(0, RATE - len(wave))))  # it needs a second
        score = self.model(torch.from_numpy(wave)[None].to(self.device)).item()
        return float(np.clip(score, LOWEST_SCORE, 5.0))


class DnsmosPredictor:
    """Predicted MOS by DNSMOS P.835 (Reddy, Gopal and Cutler, 2021, arXiv:2110.01763), trained on noisy speech.

    A second opinion that hears background noise, beside which it is coarser than [`MosPredictor`].

    Raises:
        ImportError: `speechmos` is not installed; the message has the line that installs it.
    """

    def __init__(self):
        install = "pip install librosa onnxruntime requests && pip install --no-deps speechmos"
        self.model = require("speechmos.dnsmos", "Predicting MOS by DNSMOS", install=install)

    def __call__(self, wave: np.ndarray, sampling_rate: int) -> float:
        """The overall score of `(S,)` samples from 1 to 5; what is silent, empty or not finite has the lowest."""
        if nothing_to_hear(wave := as_waveform(wave)):
            return LOWEST_SCORE
        wave = np.clip(resample(wave, sampling_rate, RATE), -1.0, 1.0)  # it refuses what lies outside
        score = self.model.run(wave, RATE)["ovrl_mos"]
        return float(np.clip(score, LOWEST_SCORE, 5.0))


class SpeakerEncoder:
    """Speakers as vectors, by Resemblyzer's GE2E network (Wan et al., 2018, arXiv:1710.10467).

    The product of two vectors is the cosine of their angle: 1 for the same voice, 0 where one has none.

    Raises:
        ImportError: `resemblyzer` is not installed; the message has the line that installs it.
    """

    def __init__(self, device: str = "cpu"):
        install = "pip install librosa webrtcvad-wheels && pip install --no-deps Resemblyzer"
        resemblyzer = require("resemblyzer", "Comparing speakers", install=install)
        self.model, self.preprocess = resemblyzer.VoiceEncoder(device, verbose=False), resemblyzer.preprocess_wav

    def __call__(self, wave: np.ndarray, sampling_rate: int) -> np.ndarray:
        """A vector of length 1 for `(S,)` samples, no number below 0; zeros for what is silent or not finite."""
        if not nothing_to_hear(wave := as_waveform(wave)):
            wave = self.preprocess(resample(wave, sampling_rate, RATE))
            if len(wave):
                return self.model.embed_utterance(wave)
        return np.zeros(256, dtype=np.float32)
