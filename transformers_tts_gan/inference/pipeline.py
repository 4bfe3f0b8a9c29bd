"""Text of any length to one waveform: the pipeline of Transformers, sentence by sentence.

The stock `pipeline("text-to-speech")` works too, but speaks a text in one go and pads the sounds of a batch to one
length.
"""

import logging
import os
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import AutoModelForTextToWaveform, PreTrainedModel, TextToAudioPipeline, pipeline
from transformers.pipelines.base import ChunkPipeline

from ..models.frame_synthesis import FIRST_FRAMES
from ..models.loading import HUB_ARGUMENTS
from ..models.processing_tts_gan import TTSGanProcessor, as_texts, unspeakable
from ..models.prosody import ProsodyControls
from ..models.sources import check_source
from ..models.streaming import FramePlan
from .pieces import (
    CONTROLS,
    PAUSE_SECONDS,
    TRAILING_SILENCE,
    Piece,
    Waveform,
    batches,
    check_seconds,
    pause_seconds,
    refuse_numbers,
    text_pieces,
)
from .streaming import LATER_FRAMES, SpeechChunk, speech_chunks
from .times import TimedWord


logger = logging.getLogger(__name__)

CHOICES = ("speaker", "language", "on_error", "pauses", "trailing_silence", "strict")
WINDOW = 256  # sentences among which batches of like lengths are made
CLIPPED_SHARE = 1e-3  # of the samples: more is told


class TTSGanPipeline(ChunkPipeline, TextToAudioPipeline):
    """Speaks texts of any length and trims what comes out; with `batch_size` it speaks so many sentences at once.

    Args:
        model: A [`TTSGanModel`].
        processor: Its [`TTSGanProcessor`]; loaded from where the model comes from when left out.
        kwargs: `device` and the like, as `transformers.pipeline` takes them, and arguments of a call as defaults.

    Raises:
        ValueError: For a model whose weights are not finite.

    Example:

    ```python
    speak = TTSGanPipeline.from_pretrained("examples/voices/bilingual")
    speech = speak("Good morning. The train leaves at 9:45.", speaking_rate=0.9)
    ```
    """

    processor: TTSGanProcessor

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.processor is None:  # `pipeline` passes over one that fails to load: load it here, for its error
            self.processor = TTSGanProcessor.from_pretrained(self.model.config.name_or_path)
        if self.tokenizer is None:
            self.tokenizer = self.processor.tokenizer
        refuse_broken_weights(self.model)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | Path, **kwargs) -> "TTSGanPipeline":
        """The pipeline of a voice in a folder or on the Hub.

        Args:
            pretrained_model_name_or_path: The folder, or the id `owner/name`.
            kwargs: `device` and the like, as `transformers.pipeline` takes them.

        Raises:
            ValueError: For a name that is no folder and cannot be the id of a model on the Hub, and for
                damaged weights.
            OSError: For a model that is not there, or not within reach.
        """
        name = str(pretrained_model_name_or_path)
        check_source(name)
        try:
            return pipeline("text-to-speech", model=name, pipeline_class=cls, **kwargs)  # type: ignore[call-overload]
        except ValueError as error:
            if str(error).startswith("Could not load model"):  # followed by tracebacks; this raises what they end in
                options = {key: value for key, value in kwargs.items() if key in HUB_ARGUMENTS}
                AutoModelForTextToWaveform.from_pretrained(name, **options)
            raise

    def __call__(self, text_inputs: str | list[str], **kwargs) -> Any:  # type: ignore[override]
        """Speak one text, or several.

        Args:
            text_inputs: A text of any length, plain or SSML, or a list, generator or dataset of them.
            speaking_rate: 2.0 speaks in half the time.
            pitch_shift: Semitones up or down.
            gain_db: Decibels louder or softer.
            noise_scale: 0 always speaks alike; 1 varies timing and melody by about what people do.
            seed: Makes `noise_scale` repeatable.
            use_text_encoder: `False` speaks from the phones alone.
            speaker: One of `processor.speakers`.
            language: One of `processor.languages`.
            pauses: Seconds of silence after the parts of a text, such as `{"paragraph": 1.0}`. Without this argument
                they are 0.2 after a `sentence`, 0.3 after a `line` (an item or a verse), 0.5 after a `paragraph` and
                0.7 after a `heading`. The lines of a wrapped paragraph are joined.
            trailing_silence: Seconds of silence after each text; 0.1 by default.
            strict: `True` refuses markup, letters and signs that cannot be read. Without it they are passed over or
                written in another way, and a warning names each with its position.
            on_error: What to do with a text of several that cannot be spoken: `"raise"` refuses all of a list before
                any is spoken, and names those that are to blame; `"skip"` gives `None` in its place and logs a
                warning.
            forward_params: The model's arguments as a `dict`, as the stock pipeline takes them.
            batch_size: The most sentences to speak at once; those of like lengths are spoken together.
            return_timestamps: `True` adds `words`, a list of [`TimedWord`], which say when each word and each of its
                characters begins and ends.

        Returns:
            `{"audio": (S,) float32 in [-1, 1], "sampling_rate": Hz}`; a list of such for a list of texts, and an
            iterator for a generator or a dataset.

        Raises:
            ValueError: For text that cannot be spoken, an unknown speaker, or a number out of range; the message says
                which.
            TypeError: For an argument that is none of the above, and for what is no text.

        Example:

        ```python
        first, second = speak(["Good morning.", "Who is it?"], batch_size=2, speaker="kathleen")
        ```
        """
        if not isinstance(text_inputs, (types.GeneratorType, Dataset)):
            as_texts(text_inputs)
        return super().__call__(text_inputs, **kwargs)

    def stream(
        self, text: str, check_first: bool = False, first_frames: int = FIRST_FRAMES, **kwargs
    ) -> Iterator[SpeechChunk]:
        """Speak one text in pieces of a sentence: the first sound is there before the rest is made.

        Args:
            text: A text of any length, plain or SSML.
            check_first: `True` reads all of the text at once, so that what cannot be spoken is refused before any of
                it is. Otherwise a sentence is read when its turn has come.
            first_frames: Frames of the first piece of the first sentence; each piece after it has four times as many,
                up to 256. Other sentences come in pieces of 1,024.
            kwargs: `speaking_rate`, `speaker`, `pauses` and what else a call takes of one text.

        Returns:
            An iterator; its chunks, joined, are the `audio` of a call, within rounding.

        Raises:
            TypeError: For an argument that a call does not take either, and for what is no text.
            ValueError: For a number out of range, and for text that cannot be spoken.

        Example:

        ```python
        for chunk in speak.stream("Good morning. The train leaves at 9:45.", speaking_rate=0.9):
            player.write(chunk.audio)
        ```
        """
        if not isinstance(text, str):
            raise TypeError(f"`text` is a {type(text).__name__}, but one string is needed: call once per text.")
        preprocess_params, forward_params, _ = self._sanitize_parameters(**kwargs)
        preprocess_params = {**self._preprocess_params, **preprocess_params}
        preprocess_params.pop("on_error", None)
        pieces: Iterable[Piece] = self.preprocess(text, **preprocess_params)
        forward_params = {**self._forward_params, **forward_params}
        return self._stream(list(pieces) if check_first else pieces, first_frames, forward_params)

    def _stream(self, pieces: Iterable[Piece], first_frames: int, forward_params: dict) -> Iterator[SpeechChunk]:
        """Speak what `preprocess` has made of one text."""
        model: Any = self.model
        start, hop_length = 0, model.config.hop_length
        for piece in pieces:
            plan = self._plan(model, piece, **forward_params)
            durations = plan.durations[0].cpu().numpy()
            samples = (each.float().numpy() for each in model.stream_plan(plan, first_frames))
            for chunk in speech_chunks(piece, samples, durations, hop_length, self.sampling_rate, start):
                yield chunk
                start = chunk.start + len(chunk.audio)
            first_frames = LATER_FRAMES

    @torch.no_grad()
    def _plan(self, model: Any, piece: Piece, **forward_params) -> FramePlan:
        """What the model decides of one sentence before it makes its sound."""
        with self.device_placement():
            inputs = self._ensure_tensor_on_device(self.processor.pad([piece.row]), device=self.device)
        names = [field.name for field in fields(ProsodyControls)]
        controls = ProsodyControls(**{name: forward_params.pop(name) for name in names if name in forward_params})
        return model.plan(**{**inputs, **forward_params}, controls=controls)

    def save_pretrained(self, save_directory: str | os.PathLike, **kwargs) -> None:  # type: ignore[override]
        """Save the model and the processor to a folder, from which `from_pretrained` makes the same pipeline.

        The stock pipeline saves only the model and the tokenizer of the phones: there, call
        `pipe.processor.save_pretrained(save_directory)` too.

        Args:
            save_directory: The folder; it is made where it does not exist.
            kwargs: `push_to_hub`, `repo_id` and the like, as `PreTrainedModel.save_pretrained` takes them.
        """
        self.model.save_pretrained(save_directory, **kwargs)
        self.processor.save_pretrained(save_directory, **kwargs)

    def _sanitize_parameters(
        self,
        language=None,
        speaker=None,
        on_error=None,
        pauses=None,
        trailing_silence=None,
        strict=None,
        forward_params=None,
        return_timestamps=None,
        **controls,
    ):
        if unknown := sorted(set(controls) - set(CONTROLS)):
            known = ", ".join(f"`{name}`" for name in (*CONTROLS, *CHOICES, "return_timestamps"))
            raise TypeError(f"Unknown arguments {unknown}; this pipeline takes {known} and what `pipeline` takes.")
        if on_error not in ("raise", "skip", None):
            raise ValueError(f"`on_error` is {on_error!r}, but `raise` or `skip` is needed.")
        if trailing_silence is not None:
            check_seconds("trailing_silence", trailing_silence)
        pauses = pause_seconds(pauses) if pauses is not None else None
        choice = dict(zip(CHOICES, (speaker, language, on_error, pauses, trailing_silence, strict), strict=True))
        preprocess_params = {name: value for name, value in choice.items() if value is not None}
        forward_params = {**(forward_params or {}), **controls}
        refuse_numbers(forward_params)
        postprocess_params = {} if return_timestamps is None else {"return_timestamps": return_timestamps}
        return preprocess_params, forward_params, postprocess_params

    def get_iterator(self, inputs, num_workers, batch_size, preprocess_params, forward_params, postprocess_params):
        """Speech of each text, in order. Of a list all texts are read before the first is spoken."""
        params = {**preprocess_params}
        skip = params.pop("on_error", "raise") == "skip"
        options = (batch_size, skip, forward_params, postprocess_params.get("return_timestamps", False))
        if not isinstance(inputs, list):
            return self._speak(self._read(inputs, params), batch_size, *options)
        texts = list(self._read(inputs, params))
        errors = {number: text for number, text in enumerate(texts) if isinstance(text, ValueError)}
        if errors and not skip:
            raise errors[0] if len(inputs) == 1 else unspeakable(errors, inputs)
        window = max(batch_size, WINDOW) if batch_size > 1 else 1
        return self._speak(texts, window, *options)

    def preprocess(  # type: ignore[override]
        self,
        text: str,
        language: str | None = None,
        speaker: str | None = None,
        pauses: Mapping[str, float] = PAUSE_SECONDS,
        trailing_silence: float = TRAILING_SILENCE,
        strict: bool = False,
    ) -> Iterator[Piece]:
        """The sentences of a text; text without any goes on whole, for the processor to say what is wrong."""
        choices = (language, speaker, pauses, trailing_silence, strict)
        return text_pieces(self.processor, text, self.sampling_rate, self.model.config.hop_length, *choices)

    def _read(self, texts: Iterable[str], params: dict) -> Iterator[list[Piece] | ValueError]:
        """The pieces of each text, or what is wrong with it."""
        for text in texts:
            try:
                yield list(self.preprocess(text, **params))
            except ValueError as error:
                yield error

    def _speak(
        self,
        texts: Iterable[list[Piece] | ValueError],
        window: int,
        batch_size: int,
        skip: bool,
        forward_params: dict,
        timestamps: bool,
    ) -> Iterator[dict | None]:
        """Speech of each text, or `None` for one that is skipped; batches are made of `window` sentences at a time."""
        pieces = all_pieces(texts, skip)
        audio, words, clipped = Waveform(), list[TimedWord](), 0
        while chosen := list(islice(pieces, window)):
            spoken = self._speak_pieces([piece for piece in chosen if piece is not None], batch_size, forward_params)
            for piece in chosen:
                if piece is None:
                    yield None
                    continue
                parts, durations = spoken.pop(0)
                if timestamps:
                    words += piece.words(durations, self.model.config.hop_length, self.sampling_rate, audio.size)
                for part in parts:
                    clipped += int((np.abs(part) >= 1).sum())
                    audio.append(part)
                if piece.is_last:
                    yield self.postprocess(audio.take(), clipped, words if timestamps else None)
                    words, clipped = [], 0

    def _speak_pieces(
        self, pieces: list[Piece], batch_size: int, forward_params: dict
    ) -> list[tuple[list[np.ndarray], np.ndarray]]:
        """The sounds and silences `(S,)` of each piece, and the durations `(T,)` of its phones in frames."""
        spoken: dict[int, tuple[list[np.ndarray], np.ndarray]] = {}
        for batch in batches([len(piece.row["input_ids"]) for piece in pieces], batch_size):
            output = self.forward(self.processor.pad([pieces[index].row for index in batch]), **forward_params)
            for index, *values in zip(batch, *output.values(), strict=True):
                waveform, length, durations = (value.numpy() for value in values)
                durations = durations[: len(pieces[index].row["input_ids"])]
                parts = pieces[index].finish(waveform[:length], durations, self.model.config.hop_length)
                spoken[index] = parts, durations
        return [spoken[index] for index in range(len(pieces))]

    def _forward(self, model_inputs: dict, **controls) -> dict:  # type: ignore[override]
        output = self.model(**{**model_inputs, **controls})
        return {
            "waveform": output.waveform.float(),
            "waveform_lengths": output.waveform_lengths,
            "durations": output.durations,
        }

    def postprocess(  # type: ignore[override]
        self, audio: np.ndarray, clipped: int, words: list[TimedWord] | None = None
    ) -> dict:
        """The speech `(S,)` of one text; a warning where many of its samples are `clipped`."""
        if clipped > CLIPPED_SHARE * len(audio):
            share = 100 * clipped / len(audio)
            logger.warning("%.1f %% of the samples are clipped, which sounds harsh: lower `gain_db`.", share)
        times = {} if words is None else {"words": words}
        return {"audio": audio, "sampling_rate": self.sampling_rate, **times}


def all_pieces(texts: Iterable[list[Piece] | ValueError], skip: bool) -> Iterator[Piece | None]:
    """The pieces of all texts; `None` for a text that is skipped with a warning."""
    for number, text in enumerate(texts):
        if not isinstance(text, ValueError):
            yield from text
        elif skip:
            logger.warning("Text %d is skipped: %s", number, text)
            yield None
        else:
            raise ValueError(f"Text {number} cannot be spoken: {text}") from text


def refuse_broken_weights(model: PreTrainedModel) -> None:
    """A model whose training failed speaks noise or nothing; better to say which weight is at fault."""
    broken = [name for name, weight in model.named_parameters() if not (weight.is_meta or weight.isfinite().all())]
    if broken:
        raise ValueError(
            f"{len(broken)} weights of the model hold numbers that are not finite, first `{broken[0]}`: its training "
            "failed; take an earlier checkpoint."
        )
