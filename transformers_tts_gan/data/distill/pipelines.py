"""Any model of `pipeline("text-to-speech")` as a teacher: a voice of this package, MMS, VITS and others."""

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import metadata_load
from transformers import Pipeline, VitsModel, pipeline, set_seed

from ...inference.pipeline import TTSGanPipeline
from ...models.modeling_tts_gan import TTSGanModel
from ..origin import CARD, shown
from .teacher import Teacher, as_speech


class PipelineTeacher(Teacher):
    """A text-to-speech pipeline of Transformers.

    Args:
        source: Folder or Hub id of a model, or a pipeline.
        device: "cpu" or "cuda".

    Raises:
        OSError: There is no such model.

    Example:

    ```python
    teacher = PipelineTeacher("facebook/mms-tts-fra")
    waveform, sampling_rate = teacher.speak("Bonjour.", "fr", "speaker")
    ```
    """

    def __init__(self, source: str | Path | Pipeline, device: str = "cpu"):
        if not isinstance(source, Pipeline):
            source = pipeline("text-to-speech", model=str(source), device=device)  # type: ignore[call-overload]
        self.pipeline: Any = source
        self.model: Any = source.model
        path = str(self.model.config.name_or_path or "")
        name = shown(path or type(self.model).__name__)
        self.ours = isinstance(source, TTSGanPipeline) or isinstance(self.model, TTSGanModel)
        speakers, languages = ("speaker",), ()
        if self.ours:
            self.pipeline = (
                source
                if isinstance(source, TTSGanPipeline)
                else TTSGanPipeline.from_pretrained(path, device=source.device)
            )
            speakers = tuple(self.pipeline.processor.speakers)
            languages = tuple(self.pipeline.processor.languages)
        elif getattr(self.model.config, "num_speakers", 1) > 1:
            speakers = tuple(map(str, range(self.model.config.num_speakers)))
        card = Path(path, CARD)
        license = (metadata_load(card) or {}).get("license", "") if card.is_file() else ""
        super().__init__(name, license, speakers, languages, packages=("transformers", "torch"))

    def speak(
        self, text: str, language: str, speaker: str, seed: int = 0, speaking_rate: float = 1.0
    ) -> tuple[np.ndarray, int]:
        if self.ours:
            options = {"language": language, "speaker": speaker, "speaking_rate": speaking_rate, "seed": seed}
            return as_speech(self.pipeline(text, strict=True, **options), self.name)
        set_seed(seed)
        if isinstance(self.model, VitsModel):
            self.model.speaking_rate = speaking_rate
        elif speaking_rate != 1.0:
            raise ValueError(f"`{self.name}` has no speaking rate: leave `speaking_rates` at 1.")
        many = len(self.speakers) > 1 and "speaker_id" in inspect.signature(self.model.forward).parameters
        with torch.no_grad():
            said = self.pipeline(text, forward_params={"speaker_id": int(speaker)} if many else {})
        return as_speech({**said, "sampling_rate": int(said["sampling_rate"])}, self.name)
