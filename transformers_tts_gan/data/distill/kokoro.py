"""Kokoro (82M, Apache-2.0) by ONNX Runtime as a teacher: English, Mandarin, and both in one sentence.

Its phonemes are misaki's. English words are read by the package `hibari-tts`, Chinese ones by `misaki`; their strings
join into one, so that one speaker says both.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from ...text.han import HAN_RANGES
from ...utils.require import require
from .teacher import Teacher


RATE = 24_000  # Hz
MAX_PHONEMES = 508
_PARTS = re.compile(r"[A-Za-z][A-Za-z'.\- ]*[A-Za-z]|[A-Za-z]|[^A-Za-z]+")
_SAID_IN_CHINESE = re.compile(f"[{HAN_RANGES}0-9]")
_SPACE_BEFORE_MARK = re.compile(r"\s+([,.!?;:])")
_INSTALL = {
    "onnxruntime": "pip install onnxruntime",
    "hibari.g2p": "pip install hibari-tts",
    "misaki.zh": "pip install misaki ordered-set cn2an jieba pypinyin",
}


class KokoroTeacher(Teacher):
    """Kokoro from a folder.

    Args:
        folder: Holds `model.onnx`, `voices/NAME.bin` and `phonemes.json`, the number of each phoneme.

    Raises:
        FileNotFoundError: A file is missing; the message names it.
        ImportError: `onnxruntime` is not installed.

    Example:

    ```python
    teacher = KokoroTeacher("models/kokoro")
    waveform, sampling_rate = teacher.speak("我用 Python 写代码。", "zh", "zm_yunxi")
    ```
    """

    def __init__(self, folder: str | Path):
        folder = Path(folder)
        for name in ("model.onnx", "phonemes.json", "voices"):
            if not (folder / name).exists():
                raise FileNotFoundError(
                    f"`{folder / name}` does not exist: give the folder that holds Kokoro's files."
                )
        onnxruntime = _need("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # several processes share the texts out
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=onnxruntime.get_available_providers()
        )
        self.numbers = json.loads((folder / "phonemes.json").read_text(encoding="utf-8"))
        files = sorted((folder / "voices").glob("*.bin"))
        self.styles = {file.stem: np.fromfile(file, dtype=np.float32).reshape(-1, 1, 256) for file in files}
        self.english: Any = None  # made when first needed
        self.chinese: Any = None
        speakers = tuple(self.styles)
        super().__init__("Kokoro-82M", "apache-2.0", speakers, ("en", "zh"), seeded=False, packages=("onnxruntime",))

    def speak(
        self, text: str, language: str, speaker: str, seed: int = 0, speaking_rate: float = 1.0
    ) -> tuple[np.ndarray, int]:
        ids = [self.numbers[phoneme] for phoneme in self.phonemes(text, language) if phoneme in self.numbers]
        if not 0 < len(ids) <= MAX_PHONEMES:
            raise ValueError(f"The text has {len(ids)} phonemes, but Kokoro takes 1 to {MAX_PHONEMES}: cut it.")
        inputs = {
            "input_ids": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": self.styles[speaker][len(ids)],
            "speed": np.array([speaking_rate], dtype=np.float32),
        }
        return self.session.run(None, inputs)[0].reshape(-1), RATE

    def phonemes(self, text: str, language: str) -> str:
        """Misaki's phonemes of a text; in a Chinese one, runs of Latin letters are English."""
        if language == "en":
            return self.read_english(text)
        parts = []
        for part in _PARTS.findall(text):
            if part[0].isascii() and part[0].isalpha():
                parts.append(self.read_english(part).strip())
            elif part.strip():
                parts.append(self.read_chinese(part) if _SAID_IN_CHINESE.search(part) else part.strip())
        return _SPACE_BEFORE_MARK.sub(r"\1", " ".join(parts))

    def read_english(self, text: str) -> str:
        if self.english is None:
            self.english = _need("hibari.g2p").G2P()
        return "".join(self.english(text))

    def read_chinese(self, text: str) -> str:
        if self.chinese is None:
            self.chinese = _need("misaki.zh").ZHG2P()
        return self.chinese(text)[0].strip()


def _need(module: str):
    return require(module, "The teacher Kokoro", install=_INSTALL[module])
