"""hibari (Apache-2.0, English), a small voice distilled from Kokoro, as a teacher: the package `hibari-tts`."""

import numpy as np

from ...utils.require import require
from .teacher import Teacher


class HibariTeacher(Teacher):
    """The voice of the package `hibari-tts`.

    Raises:
        ImportError: The package is not installed.

    Example:

    ```python
    waveform, sampling_rate = HibariTeacher().speak("Good morning.", "en", "heart")
    ```
    """

    def __init__(self):
        hibari = require("hibari", "The teacher hibari", install="pip install hibari-tts")
        self.voice = hibari.Hibari()
        super().__init__("hibari-tts", "apache-2.0", ("heart",), ("en",), packages=("hibari-tts", "onnxruntime"))

    def speak(
        self, text: str, language: str, speaker: str, seed: int = 0, speaking_rate: float = 1.0
    ) -> tuple[np.ndarray, int]:
        return np.asarray(self.voice(text, speed=speaking_rate, seed=seed)), self.voice.sample_rate
