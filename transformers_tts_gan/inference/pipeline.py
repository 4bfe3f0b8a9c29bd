"""Text of any length to one waveform: the pipeline of Transformers, sentence by sentence.

The stock `pipeline("text-to-speech")` works too, but speaks a text in one go and pads the sounds of a batch to one
length.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from transformers import TextToAudioPipeline, pipeline
from transformers.pipelines.base import ChunkPipeline

from ..models.processing_tts_gan import TTSGanProcessor, no_prosody_controls, pad_prosody_controls


PAUSE_SECONDS = 0.2  # between two sentences, beside the silence that the voice itself makes at their ends
CONTROLS = ("speaking_rate", "pitch_shift", "gain_db", "noise_scale", "seed", "use_text_encoder")


class TTSGanPipeline(ChunkPipeline, TextToAudioPipeline):
    """Speaks texts of any length and trims what comes out; with `batch_size` it speaks so many sentences at once.

    Example:

    ```python
    speak = TTSGanPipeline.from_pretrained("examples/voices/en")
    speech = speak("Good morning. The train leaves at 9:45.", speaking_rate=0.9)
    ```
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.processor is None:  # `pipeline` passes over a processor that fails to load: load it here, to hear why
            self.processor = TTSGanProcessor.from_pretrained(self.model.config.name_or_path)
        if self.tokenizer is None:  # batches are padded by it
            self.tokenizer = self.processor.tokenizer

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs) -> "TTSGanPipeline":
        """The pipeline of a voice in a folder or on the Hub; `kwargs` such as `device` are those of `pipeline`."""
        return pipeline("text-to-speech", model=str(pretrained_model_name_or_path), pipeline_class=cls, **kwargs)

    def __call__(self, text_inputs: str | list[str], **kwargs) -> dict | list[dict]:
        """Speak one text, or several.

        Args:
            text_inputs: A text of any length, plain or SSML, or a list of them.
            speaking_rate: 2.0 speaks in half the time.
            pitch_shift: Semitones up or down.
            gain_db: Decibels louder or softer.
            noise_scale: 0 always speaks alike; 1 varies timing and melody by about what people do.
            seed: Makes `noise_scale` repeatable.
            use_text_encoder: `False` speaks from the phones alone.
            speaker: One of `processor.speakers`.
            language: One of `processor.languages`.
            forward_params: The model's arguments as a `dict`, as the stock pipeline takes them.
            batch_size: Sentences spoken at once.

        Returns:
            `{"audio": (S,) float32 in [-1, 1], "sampling_rate": Hz}`, or a list of such.

        Raises:
            ValueError: For text that cannot be spoken and for an unknown speaker; the message says which.
            TypeError: For an argument that is none of the above.
        """
        return super().__call__(text_inputs, **kwargs)

    def save_pretrained(self, save_directory: str | Path, **kwargs) -> None:
        """Save the model and the processor to a folder, from which `from_pretrained` makes the same pipeline.

        The stock pipeline saves only the model and the tokenizer of the phones: there, call
        `pipe.processor.save_pretrained(save_directory)` too.

        Args:
            save_directory: The folder; it is made where it does not exist.
            kwargs: `push_to_hub`, `repo_id` and the like, as `PreTrainedModel.save_pretrained` takes them.
        """
        self.model.save_pretrained(save_directory, **kwargs)
        self.processor.save_pretrained(save_directory, **kwargs)

    def _sanitize_parameters(self, language=None, speaker=None, forward_params=None, **controls):
        if unknown := sorted(set(controls) - set(CONTROLS)):
            known = ", ".join(f"`{name}`" for name in (*CONTROLS, "speaker", "language"))
            raise TypeError(f"Unknown arguments {unknown}; this pipeline takes {known} and what `pipeline` takes.")
        choice = {"language": language, "speaker": speaker}
        preprocess_params = {name: value for name, value in choice.items() if value is not None}
        return preprocess_params, {**(forward_params or {}), **controls}, {}

    def preprocess(self, text: str, language: str | None = None, speaker: str | None = None) -> Iterator[dict]:
        """Model inputs of each sentence; text without any goes on whole, for the processor to say what is wrong."""
        sentences = self.processor.sentences(text, language)
        frame_ms = 1_000 * self.model.config.hop_length / self.sampling_rate
        broken = False  # whether a break ends the sentence before
        for number, sentence in enumerate(sentences, start=1):
            inputs = self.processor(sentence, language=language, speaker=speaker)
            is_last = number == len(sentences)
            if "prosody_controls" not in inputs:  # a batch may hold marked sentences of another text
                inputs.update(pad_prosody_controls([no_prosody_controls(inputs["input_ids"].shape[1])]))
            pauses = inputs["pause_ms"]
            if broken:  # the break ends here, in a frame that the sound fades in from
                pauses[0, 0] = round(frame_ms)
            broken = bool(pauses[0, -1] == 0) and not is_last
            if broken:
                pauses[0, -2] = max(int(pauses[0, -2]) - round(frame_ms), 0)
            joint = 0.0 if broken or is_last else PAUSE_SECONDS
            yield {**inputs, "pause_after": torch.tensor([joint]), "is_last": is_last}

    def _forward(self, model_inputs: dict, **controls) -> dict:
        kept = {name: model_inputs.pop(name) for name in ("pause_after", "is_last")}
        output = self.model(**{**model_inputs, **controls})
        return {"waveform": output.waveform, "waveform_lengths": output.waveform_lengths, **kept}

    def postprocess(self, outputs: list[dict]) -> dict:
        """Trimmed sentences `(1, S)` of one text, joined with pauses."""
        pieces = []
        for output in outputs:
            waveform = output["waveform"][0, : int(output["waveform_lengths"][0])]
            pause = np.zeros(round(float(output["pause_after"][0]) * self.sampling_rate), dtype=np.float32)
            pieces += [waveform.float().numpy(), pause]
        return {"audio": np.concatenate(pieces), "sampling_rate": self.sampling_rate}
