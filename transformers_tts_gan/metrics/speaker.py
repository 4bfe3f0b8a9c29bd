"""Vectors that tell speakers apart, from a network that learned to.

Enter: waveforms `(S,)`, floats in [-1, 1]. Leaves: a vector for each. Resemblyzer (Apache-2.0) is an optional package
with its weights inside.
"""

import numpy as np

from ..audio.resample import resample
from ..audio.waveform import as_waveform
from ..utils.require import require
from .asr import find_problem


RATE = 16_000  # Hz; what the network was trained on


class SpeakerEncoder:
    """Speakers as vectors, by Resemblyzer's GE2E network (Wan et al., 2018, arXiv:1710.10467).

    The dot product of two vectors is the cosine of their angle: 1 for the same speaker, 0 without speech.

    Args:
        device: "cpu" or "cuda".

    Raises:
        ImportError: `resemblyzer` is not installed; the message has the line that installs it.

    Example:

    ```python
    encode = SpeakerEncoder()
    similarity = encode(waveform, 16_000) @ encode(recording, 16_000)
    ```
    """

    def __init__(self, device: str = "cpu"):
        install = "pip install librosa webrtcvad-wheels && pip install --no-deps Resemblyzer"
        resemblyzer = require("resemblyzer", "Comparing speakers", install=install)
        self.model, self.preprocess = resemblyzer.VoiceEncoder(device, verbose=False), resemblyzer.preprocess_wav

    def __call__(self, wave: np.ndarray, sampling_rate: int) -> np.ndarray:
        """A vector `(256,)` of length 1 for `(S,)` samples, without negative numbers; zeros if they hold no speech."""
        if not find_problem(wave := as_waveform(wave)):
            wave = self.preprocess(resample(wave, sampling_rate, RATE))
            if len(wave):
                return self.model.embed_utterance(wave)
        return np.zeros(256, dtype=np.float32)
