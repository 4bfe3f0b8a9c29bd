"""What is spoken in one go: pieces of a text, in batches of like lengths, and joined again to one waveform.

Rows of a [`TTSGanProcessor`] enter; their waveforms `(S,)`, float32 in [-1, 1], leave as one.
"""

import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..text.lenient import make_readable, warn
from ..text.origins import origins
from ..text.rows import SpeechRows, no_prosody_controls
from .times import Source, TimedWord


LONGEST_BREAK_MS = 500  # of a longer break the rest is put in as zeros, which costs the model nothing
LEAST_LENGTH_SHARE = 0.7  # of the longest row of a batch: no more than 30 % of a batch are padding
FADE_SECONDS = 0.02  # at the end of what a model speaks, which may stop in the middle of a sound
PAUSE_SECONDS = {"sentence": 0.2, "line": 0.3, "paragraph": 0.5, "heading": 0.7}  # beside the silence of the model
LONGEST_PAUSE_SECONDS = 60.0
TRAILING_SILENCE = 0.1  # seconds after a text
CONTROLS = ("speaking_rate", "pitch_shift", "gain_db", "noise_scale", "seed", "use_text_encoder")
GROWTH = 2**22  # samples by which a long waveform grows


@dataclass
class Piece:
    """A sentence, and the silence inside and after it.

    Args:
        row: What the processor made of it.
        breaks: Samples of silence to put into the middle of a phone, by the phone's index.
        pause: Samples of silence after it.
        fade: Samples at its end that fade to silence.
        is_last: Whether the text ends with it.
        source: Where it comes from.
    """

    row: dict
    breaks: dict[int, int]
    pause: int
    fade: int
    is_last: bool
    source: Source | None = None

    @classmethod
    def of_row(
        cls,
        row: dict,
        pause: float,
        is_last: bool,
        sampling_rate: int,
        hop_length: int,
        source: Source | None = None,
    ) -> "Piece":
        """A piece with `pause` seconds of silence after it.

        It leaves half a second of each break to the model, and the rest, whole frames, to `finish`.
        """
        breaks = {}
        for phone, milliseconds in enumerate(row.get("pause_ms", ())):
            if milliseconds > LONGEST_BREAK_MS:
                all_frames, kept = (
                    round(each * sampling_rate / 1_000 / hop_length) for each in (milliseconds, LONGEST_BREAK_MS)
                )
                breaks[phone] = (all_frames - kept) * hop_length
                row["pause_ms"][phone] = LONGEST_BREAK_MS
        fade = round(FADE_SECONDS * sampling_rate)
        return cls(row, breaks, round(pause * sampling_rate), fade, is_last, source)

    def finish(self, waveform: np.ndarray, durations: np.ndarray, hop_length: int) -> list[np.ndarray]:
        """The spoken row `(S,)`, whose phones last `durations` `(T,)` frames, with its breaks and its pause."""
        return list(self.finish_chunks([waveform], durations, hop_length))

    def finish_chunks(
        self, chunks: Iterable[np.ndarray], durations: np.ndarray, hop_length: int
    ) -> Iterator[np.ndarray]:
        """The same for a row that is spoken in `chunks` `(S,)`, as they come."""
        ends = durations.cumsum()
        middles = {int(ends[phone] - durations[phone] // 2) * hop_length: self.breaks[phone] for phone in self.breaks}
        total = int(ends[-1]) * hop_length
        body = total - min(self.fade, total - max(middles, default=0))  # what is not faded
        position, tail = 0, []
        for chunk in chunks:
            tail.append(chunk[max(body - position, 0) :])
            chunk = chunk[: max(body - position, 0)]
            start = 0
            for middle in [place for place in middles if place <= position + len(chunk)]:
                yield chunk[start : middle - position]
                yield np.zeros(middles.pop(middle), dtype=np.float32)
                start = middle - position
            yield chunk[start:]
            position += len(chunk)
        yield faded(np.concatenate(tail), self.fade)
        yield np.zeros(self.pause, dtype=np.float32)

    def words(self, durations: np.ndarray, hop_length: int, sampling_rate: int, start: int) -> list[TimedWord]:
        """When its words are spoken, if it begins at sample `start`; `durations` `(T,)` are frames of its phones."""
        if self.source is None:
            return []
        added = np.zeros(len(durations), dtype=np.int64)  # samples of breaks within each phone
        for phone, samples in self.breaks.items():
            added[phone] = samples
        ends = start + (durations * hop_length + added).cumsum()
        starts = np.concatenate([[start], ends[:-1]])
        inside = slice(1, -1)  # without the silence at both ends
        return self.source.words(starts[inside] / sampling_rate, ends[inside] / sampling_rate)


def faded(waveform: np.ndarray, samples: int) -> np.ndarray:
    """A copy of `(S,)` samples whose last ones fade to silence."""
    size = min(samples, len(waveform))
    return np.concatenate([waveform[: len(waveform) - size], waveform[len(waveform) - size :] * fading(size)])


@functools.lru_cache(maxsize=8)
def fading(size: int) -> np.ndarray:
    """Gains `(size,)` that fall to 0."""
    return np.linspace(1, 0, size + 1, dtype=np.float32)[1:]


def pause_seconds(pauses: Mapping[str, float]) -> dict[str, float]:
    """Seconds of silence after each part of a text: the given ones, and those of `PAUSE_SECONDS` for the others.

    Raises:
        ValueError: A name is none of `PAUSE_SECONDS`, or a number is no length of a pause.

    >>> pause_seconds({"line": 0.1})
    {'sentence': 0.2, 'line': 0.1, 'paragraph': 0.5, 'heading': 0.7}
    """
    for name, seconds in pauses.items():
        if name not in PAUSE_SECONDS:
            known = ", ".join(f"`{each}`" for each in PAUSE_SECONDS)
            raise ValueError(f"`pauses` has `{name}`, but only {known} have a pause after them.")
        check_seconds(f"pauses[{name!r}]", seconds)
    return {**PAUSE_SECONDS, **pauses}


def check_seconds(name: str, seconds: float) -> float:
    """`seconds` as they are, where they are the length of a pause.

    Raises:
        ValueError: They are not.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_PAUSE_SECONDS:
        raise ValueError(f"`{name}` is {seconds!r}, but 0 to {LONGEST_PAUSE_SECONDS:g} seconds are needed.")
    return seconds


def batches(lengths: list[int], batch_size: int) -> Iterator[list[int]]:
    """Indices of rows to speak at once: at most `batch_size`, of like lengths, the longest first.

    >>> list(batches([10, 99, 9, 100, 8], batch_size=4))
    [[3, 1], [0, 2, 4]]
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and (len(batch) == batch_size or lengths[index] < LEAST_LENGTH_SHARE * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def text_pieces(
    rows: SpeechRows,
    text: str,
    sampling_rate: int,
    hop_length: int,
    language: str | None = None,
    speaker: str | None = None,
    pauses: Mapping[str, float] = PAUSE_SECONDS,
    trailing_silence: float = TRAILING_SILENCE,
    strict: bool = False,
) -> Iterator[Piece]:
    """The sentences of a text; text without any goes on whole, for the frontend to say what is wrong.

    Args:
        rows: The processor of the voice.
        text: A text of any length, plain or SSML.
        sampling_rate: Of the voice, in Hz.
        hop_length: Samples per frame.
        language, speaker, pauses, trailing_silence, strict: As of a call of [`TTSGanPipeline`].
    """
    given = text
    if not strict:
        text, notes = make_readable(text, language or rows.language_of(text))
        warn(notes)
    origin = origins(text, given)
    sentences = rows.sentences(text, language or rows.language_of(text))
    frame_ms = round(1_000 * hop_length / sampling_rate)
    broken = False  # whether a break ends the sentence before
    for number, (sentence, end, places) in enumerate(sentences, start=1):
        by_itself = rows.language_of(sentence) if isinstance(sentence, str) else None
        utterance = rows.read(sentence, language or by_itself)
        row: dict[str, Any] = rows.encode_speech(utterance, language, speaker)
        if broken:  # the break ends here, in a frame that the sound fades in from
            row = {**no_prosody_controls(len(row["input_ids"])), **row}
            row["pause_ms"][0] = frame_ms
        is_last = number == len(sentences)
        broken = "pause_ms" in row and row["pause_ms"][-1] == 0 and not is_last
        if broken:
            row["pause_ms"][-2] = max(row["pause_ms"][-2] - frame_ms, 0)
        pause = trailing_silence if is_last else 0.0 if broken else pauses[end]
        source = Source(given, utterance, places if given == text else [origin[place] for place in places])
        yield Piece.of_row(row, pause, is_last, sampling_rate, hop_length, source)


def refuse_numbers(controls: dict) -> None:
    """Numbers that mean nothing, before they become silence, noise or hours of speech."""
    for name in ("speaking_rate", "pitch_shift", "gain_db", "noise_scale"):
        if name not in controls:
            continue
        value = controls[name]
        need = {"speaking_rate": "a number above 0", "noise_scale": "0 or more"}.get(name, "a finite number")
        try:
            value = np.asarray(value.tolist() if hasattr(value, "tolist") else value, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"`{name}` is {controls[name]!r}, but {need} is needed.") from None
        least = 0 if name in ("speaking_rate", "noise_scale") else -math.inf
        wrong = ~np.isfinite(value) | (value < least) | (value == 0 if name == "speaking_rate" else False)
        if wrong.any():
            raise ValueError(f"`{name}` is {controls[name]}, but {need} is needed.")


class Waveform:
    """Samples that grow piece by piece, in place: joining hours of speech at the end would need them twice."""

    def __init__(self):
        self._samples, self._size = np.zeros(0, dtype=np.float32), 0

    @property
    def size(self) -> int:
        """Samples that are there."""
        return self._size

    def append(self, samples: np.ndarray) -> None:
        """Put `(S,)` samples at the end."""
        end = self._size + len(samples)
        if end > len(self._samples):
            self._samples.resize(end + min(GROWTH, end), refcheck=False)
        self._samples[self._size : end] = samples
        self._size = end

    def take(self) -> np.ndarray:
        """All samples `(S,)`; the object is empty afterwards."""
        samples, size = self._samples, self._size
        self._samples, self._size = np.zeros(0, dtype=np.float32), 0
        samples.resize(size, refcheck=False)
        return samples
