"""A voice that speaks with onnxruntime, numpy and the text frontend, from a folder that `export_onnx` wrote.

Enters: text of any length. Leaves: a waveform `(S,)`, float32 in [-1, 1], at once or while it is made. Neither torch
nor Transformers is imported.
"""

import itertools
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..models.frame_synthesis import FIRST_FRAMES, FrameSynthesizer, audible, seeded_noise, stream_windows
from ..models.sources import FRAMES_FILE, PHONES_FILE, SETTINGS_FILE
from ..text.lexicon import check_saved_words
from ..text.rows import SpeechRows
from ..text.ssml.values import SILENT_DB
from ..utils.require import require
from ..utils.threads import map_ahead, usable_cores
from .pieces import (
    CONTROLS,
    PAUSE_SECONDS,
    TRAILING_SILENCE,
    Piece,
    Waveform,
    check_seconds,
    pause_seconds,
    refuse_numbers,
    text_pieces,
)
from .streaming import LATER_FRAMES, SpeechChunk, speech_chunks
from .times import TimedWord


FORMAT = 1  # of the folder
TEXT_ENCODER_FILE, TEXT_TOKENIZER_FILE = "text_encoder.onnx", "text_tokenizer.json"
OPTIONS = (*CONTROLS, "speaker", "language", "pauses", "trailing_silence", "strict")  # of a call
LOG_PER_DB = math.log(10) / 20  # as in `audio.mel`


@dataclass
class FramePlan:
    """What is decided of an utterance before its frames are made, as of `models.streaming`, for one row."""

    hidden: np.ndarray  # (1, T, H)
    condition: np.ndarray  # (1, 1, H)
    durations: np.ndarray  # (T,) frames
    gain_db: np.ndarray  # (T,)
    quiet: np.ndarray  # (T,) whether a phone is silent by order


Spoken = tuple[Piece, FramePlan, Iterable[np.ndarray]]  # a sentence with its samples `(S,)`, part by part


class OnnxVoice(SpeechRows):
    """Speaks texts of any length, as [`TTSGanPipeline`] does, without torch.

    Args:
        folder: What `tts-gan export` or [`export_onnx`] wrote.
        threads: That speak, each another sentence; 0: as many as there are cores. Take no more than are idle.

    Raises:
        ValueError: For a folder that holds no exported voice, a damaged one, or one of a later version of this
            package; for a negative number of threads.
        ImportError: Where onnxruntime is missing.

    Example:

    ```python
    voice = OnnxVoice("outputs/my_voice_onnx")
    speech = voice("Good morning. The train leaves at 9:45.", speaking_rate=0.9)
    for chunk in voice.stream("Good morning."):
        print(len(chunk.audio))
    ```
    """

    def __init__(self, folder: str | os.PathLike, threads: int = 1):
        if not isinstance(threads, int) or threads < 0:
            raise ValueError(f"`threads` is {threads!r}, but a whole number is needed: 1 or more, or 0 for all cores.")
        self.folder, self._pools = Path(folder), dict[int, ThreadPoolExecutor]()
        self.settings = read_settings(self.folder)
        settings, self._threads = self.settings, threads or usable_cores()
        self.sampling_rate, self.hop_length = settings["sampling_rate"], settings["hop_length"]
        self.speakers, self.languages = settings["speakers"], settings["languages"]
        self.max_phones, self.text_level = settings["max_phones"], settings["text_level"]
        self.lexicon, self.user_dict = dict(settings["lexicon"]), settings["user_dict"]
        self.emoji, self.phonemes = settings["emoji"], settings["phonemes"]
        self._phone_ids = dict(settings["phones"])
        self._phones, self._frames = (new_session(self.folder / name) for name in (PHONES_FILE, FRAMES_FILE))

    def __call__(self, text: str, return_timestamps: bool = False, **options: Any) -> dict:
        """Speak a text.

        Args:
            text: A text of any length, plain or SSML.
            return_timestamps: `True` adds `words`, a list of [`TimedWord`].
            options: `speaking_rate`, `pitch_shift`, `gain_db`, `noise_scale`, `seed`, `use_text_encoder`, `speaker`,
                `language`, `pauses`, `trailing_silence` and `strict`, as of a call of [`TTSGanPipeline`].

        Returns:
            `{"audio": (S,) float32 in [-1, 1], "sampling_rate": Hz}`.

        Raises:
            ValueError: For text that cannot be spoken, an unknown speaker, or a number out of range.
            TypeError: For an unknown option, and for what is no text.
        """
        audio, words = Waveform(), list[TimedWord]()
        for chunk in self._speak(text, None, options, return_timestamps):
            audio.append(chunk.audio)
            words += chunk.words
        times = {"words": words} if return_timestamps else {}
        return {"audio": audio.take(), "sampling_rate": self.sampling_rate, **times}

    def stream(
        self, text: str, check_first: bool = False, first_frames: int | None = FIRST_FRAMES, **options: Any
    ) -> Iterator[SpeechChunk]:
        """Speak a text in pieces of a sentence: the first sound is there before the rest is made.

        Args:
            text: A text of any length, plain or SSML.
            check_first: `True` reads all of the text before the first piece, so that what cannot be spoken is refused
                before any of it is.
            first_frames: Frames of the first piece of the first sentence; each piece after it has four times as many,
                up to 256. Other sentences come in pieces of 1,024. `None` makes each sentence in one go.
            options: As of a call.

        Returns:
            An iterator; its chunks, joined, are the `audio` of a call, within rounding.

        Raises:
            ValueError: As of a call, when the text's turn has come.
            TypeError: As of a call.
        """
        return self._speak(text, first_frames, options, check_first=check_first)

    def _speak(
        self, text: str, first_frames: int | None, options: dict, with_words: bool = True, check_first: bool = False
    ) -> Iterator[SpeechChunk]:
        if not isinstance(text, str):
            raise TypeError(f"`text` is a {type(text).__name__}, but one string is needed: call once per text.")
        if unknown := sorted(set(options) - set(OPTIONS)):
            known = ", ".join(f"`{name}`" for name in OPTIONS)
            raise TypeError(f"Unknown arguments {unknown}; an exported voice takes {known}.")
        controls = {name: options.pop(name) for name in CONTROLS if name in options}
        refuse_numbers(controls)
        start = 0
        pieces = self._pieces(text, **options)
        if check_first:
            pieces = iter(list(pieces))
        for piece, plan, samples in self._spoken(pieces, controls, first_frames):
            spoken = (plan.durations, self.hop_length, self.sampling_rate, start)
            for chunk in speech_chunks(piece, samples, *spoken, with_words):
                yield chunk
                start = chunk.start + len(chunk.audio)

    def _spoken(self, pieces: Iterator[Piece], controls: dict, first_frames: int | None) -> Iterator[Spoken]:
        """Sentences in order, each with its plan and its samples part by part. Several threads speak one each.

        A sentence that is alone or that a stream waits for is made in the thread of the caller.
        """
        later_frames = None if first_frames is None else LATER_FRAMES

        def speak(piece: Piece, frames: int | None = later_frames) -> Spoken:
            plan = self.plan(piece.row, **controls)
            return piece, plan, self.speak_plan(plan, frames)

        def speak_whole(piece: Piece) -> Spoken:
            piece, plan, samples = speak(piece)
            return piece, plan, list(samples)

        first = next(pieces)
        if first_frames is not None or first.is_last:
            yield speak(first, first_frames)
        else:
            pieces = itertools.chain([first], pieces)
        if self._threads == 1:
            yield from map(speak, pieces)
        else:
            yield from map_ahead(self._pool, speak_whole, pieces, self._threads)

    def _pieces(
        self,
        text: str,
        language: str | None = None,
        speaker: str | None = None,
        pauses: Mapping[str, float] | None = None,
        trailing_silence: float = TRAILING_SILENCE,
        strict: bool = False,
    ) -> Iterator[Piece]:
        check_seconds("trailing_silence", trailing_silence)
        seconds = PAUSE_SECONDS if pauses is None else pause_seconds(pauses)
        choices = (language, speaker, seconds, trailing_silence, strict)
        return text_pieces(self, text, self.sampling_rate, self.hop_length, *choices)

    def plan(
        self,
        row: dict,
        speaking_rate: float = 1.0,
        pitch_shift: float = 0.0,
        gain_db: float = 0.0,
        noise_scale: float = 0.0,
        seed: int | None = None,
        use_text_encoder: bool = True,
    ) -> FramePlan:
        """Durations and hidden states of the phones of one row, as `encode_speech` makes it."""
        ids = np.array([row["input_ids"]])
        count = ids.shape[1]
        marked = np.array(row.get("prosody_controls", [[1, 0, 0]] * count), np.float32).reshape(count, 3)
        pause_ms = np.array(row.get("pause_ms", [-1] * count))
        seed = int.from_bytes(os.urandom(4), "little") if seed is None else seed
        noise = seeded_noise(count, seed) if noise_scale else np.zeros((2, count), np.float32)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "speaker_id": np.array([row["speaker_id"]]),
            "language_id": np.array([row["language_id"]]),
            "speaking_rate": (np.float32(speaking_rate) * marked[:, 0])[None],
            "pitch_shift": (np.float32(pitch_shift) + marked[:, 1])[None],
            "noise": (noise * np.float32(noise_scale))[:, None],
        }
        if self.reads_text:
            size = self.settings["context_size"]
            inputs["context"] = self.context(row) if use_text_encoder else np.zeros((1, count, size), np.float32)
        hidden, condition, durations = self._phones.run(None, inputs)
        if not np.isfinite(hidden).all():
            raise ValueError("The hidden states that the voice predicts are not finite: export it again.")
        durations = with_pauses(durations[0], pause_ms, self.sampling_rate / self.hop_length)
        gains = np.float32(gain_db) + marked[:, 2]
        return FramePlan(hidden, condition, durations, gains, (pause_ms >= 0) | (gains <= SILENT_DB))

    def speak_plan(self, plan: FramePlan, first_frames: int | None = None) -> Iterator[np.ndarray]:
        """The samples `(S,)` of one row, in [-1, 1]; all at once without `first_frames`."""
        frames = int(plan.durations.sum())
        synthesizer = FrameSynthesizer(self.sampling_rate, self.settings["n_fft"], self.hop_length)
        quiet = np.repeat(plan.quiet, plan.durations)
        gains = audible(quiet, self.hop_length) if quiet.any() else None
        size = frames if first_frames is None else first_frames
        return stream_windows(self.frames(plan), synthesizer, frames, self.settings["context_frames"], size, gains)

    def frames(self, plan: FramePlan) -> Callable[[int, int], tuple[np.ndarray, np.ndarray]]:
        """The network that makes the frames from one up to another, as `stream_windows` calls it."""
        phone = np.repeat(np.arange(len(plan.durations)), plan.durations)  # (F,)
        frames = len(phone)
        of_frames = {
            "index": phone,
            "positions": phone_positions(plan.durations, phone),
            "frame_mask": np.ones((frames, 1), np.float32),
            "gain": plan.gain_db[phone, None] * np.float32(LOG_PER_DB),
        }

        def network(start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
            inputs = {name: values[None, start:end] for name, values in of_frames.items()}
            parts, f0 = self._frames.run(None, {"hidden": plan.hidden, "condition": plan.condition, **inputs})
            return parts[0].reshape(end - start, 5, -1), f0[0]

        return network

    def context(self, row: dict) -> np.ndarray:
        """Means `(1, T, C)` of the hidden states of each phone's tokens; 0 where it has none."""
        ids, numbers = np.array(row["text_input_ids"]), np.array(row["text_window_ids"])
        states = []
        for number in range(1, int(numbers.max()) + 1):
            window = ids[numbers == number][None]
            inputs = {"input_ids": window, "attention_mask": np.ones_like(window)}
            states.append(self._text_encoder.run(None, inputs)[0][0])
        sums = np.concatenate(states).cumsum(axis=0, dtype=np.float64)
        sums = np.concatenate([np.zeros_like(sums[:1]), sums])
        first, last = np.array(row["token_spans"]).T
        return ((sums[last] - sums[first]) / np.maximum(last - first, 1)[:, None]).astype(np.float32)[None]

    @property
    def _pool(self) -> ThreadPoolExecutor:
        """The threads of this process: one that was forked has none of its parent's."""
        if os.getpid() not in self._pools:
            self._pools.setdefault(os.getpid(), ThreadPoolExecutor(self._threads, thread_name_prefix="speech"))
        return self._pools[os.getpid()]

    @cached_property
    def _text_encoder(self):
        return new_session(self.folder / TEXT_ENCODER_FILE)

    @cached_property
    def _text_tokenizer(self):
        tokenizers = require("tokenizers", "An exported text encoder", install="pip install tokenizers")
        tokenizer = tokenizers.Tokenizer.from_file(str(self.folder / TEXT_TOKENIZER_FILE))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @property
    def processor(self) -> SpeechRows:
        """What reads texts, as `TTSGanPipeline.processor` does: this voice."""
        return self

    @property
    def reads_text(self) -> bool:
        """Whether there is a text encoder."""
        return "context_size" in self.settings

    @property
    def token_limit(self) -> int:
        """Tokens that the text encoder reads at once."""
        return self.settings["token_limit"]

    def phone_ids(self, phones: list[str]) -> list[int | None]:
        """The ids of phones; `None` for an unknown one."""
        return [self._phone_ids.get(phone) for phone in phones]

    def phone_vocabulary(self) -> Mapping[str, int]:
        """The ids of all phones."""
        return self._phone_ids

    def text_symbols(self) -> tuple[Mapping[str, int], int]:
        """The ids of the symbols that a phoneme-level text encoder reads, and that of its padding."""
        return self._text_tokenizer.get_vocab(), self.settings["text_pad_id"]

    def text_tokens(self, text: str) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        """Ids of the tokens that a word-level text encoder reads, 1 for special ones, and their characters."""
        encoded = self._text_tokenizer.encode(text)
        return encoded.ids, encoded.special_tokens_mask, encoded.offsets


def read_settings(folder: Path) -> dict:
    """What `voice.json` holds.

    Raises:
        ValueError: There is none, it is damaged, or it is of a later version of this package.
    """
    path = folder / SETTINGS_FILE
    if not path.is_file():
        raise ValueError(
            f"`{folder}` has no `{SETTINGS_FILE}`: it is no exported voice. Make one by `tts-gan export`."
        )
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        found = settings["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"`{path}` is damaged: export the voice again.") from error
    if found != FORMAT:
        raise ValueError(
            f"`{path}` has format {found}, but this version of the package reads format {FORMAT}: "
            "update the package, or export the voice again."
        )
    check_saved_words(settings, folder)
    return settings


def new_session(path: Path):
    """An `onnxruntime.InferenceSession` on the CPU, which works in the thread that calls it.

    Raises:
        ValueError: There is no such file, or it is damaged.
    """
    onnxruntime = require("onnxruntime", "An exported voice", extra="onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    slow = ["SkipLayerNormFusion"]  # its kernel takes five times as long as those that it replaces
    if not path.is_file():
        raise ValueError(f"There is no file `{path}`: the exported voice is not whole, export it again.")
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=slow
        )
    except Exception as error:  # onnxruntime's own, which have no class in common
        raise ValueError(f"`{path}` cannot be read: export the voice again. onnxruntime says: {error}") from error


def with_pauses(durations: np.ndarray, pause_ms: np.ndarray, frames_per_second: float) -> np.ndarray:
    """Durations `(T,)` in frames, with pauses of given milliseconds, as `models.pauses.with_pauses` has them."""
    if (pause_ms >= 0).any():
        frames = np.round(pause_ms.astype(np.float32) / np.float32(1_000 / frames_per_second)).astype(np.int64)
        durations = np.where(pause_ms >= 0, frames, durations)
    if durations.sum() < 1:
        durations[0] += 1  # a sentence of no frames would be no waveform
    return durations


def phone_positions(durations: np.ndarray, phone: np.ndarray) -> np.ndarray:
    """Where in its phone each frame lies, `(F, 3)`, as `models.acoustic.phone_positions` has it."""
    ends, frame = durations.cumsum(), np.arange(len(phone))
    end, length = ends[phone], durations[phone]
    since, remaining = frame - (end - length), end - 1 - frame
    share = (since.astype(np.float32) + np.float32(0.5)) / length.astype(np.float32)
    return np.stack([np.log1p(since, dtype=np.float32), np.log1p(remaining, dtype=np.float32), share], axis=-1)
