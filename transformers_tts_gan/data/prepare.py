"""From rows of a corpus to batches: features computed once, batches of like lengths, padding.

A prepared row holds `waveform` (int16, a whole number of frames, trimmed and at one loudness), `f0` (Hz per frame) and
what the processor makes of the text. Batches hold `labels` `(B, S)` floats in [-1, 1] with `label_lengths`.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import IterableDataset, Sampler
from tqdm.auto import tqdm

from ..audio.io import AudioError, audio_name, read_audio
from ..audio.loudness import normalize_loudness
from ..audio.pitch import fundamental_frequency
from ..audio.trim import trim_silence
from ..models.configuration_tts_gan import TTSGanVocoderConfig
from ..models.processing_tts_gan import TTSGanProcessor
from .load import SpeechReport, check_on_bad, import_datasets


if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)

LOUDNESS_DB = -23.0


class PrepareSpeech:
    """Turns one row of a corpus into numbers; raises `AudioError` or `ValueError` for one that cannot be used."""

    def __init__(
        self,
        config: TTSGanVocoderConfig,
        processor: TTSGanProcessor | None = None,
        min_seconds: float = 0.3,
        max_seconds: float = 15.0,
    ):
        self.config, self.processor = config, processor
        self.min_seconds, self.max_seconds = min_seconds, max_seconds

    def __call__(self, row: dict) -> dict:
        prepared = self.sound(row["audio"])
        if self.processor is None:
            return prepared
        if row.get("text") is None or not str(row["text"]).strip():
            raise AudioError(
                "empty text", f"`{audio_name(row['audio'])}` has no text; every recording needs its words."
            )
        try:
            prepared.update(self.processor.encode(row["text"], row.get("language"), row.get("speaker")))
            prepared["text"] = str(row["text"])
        except ValueError as error:
            raise AudioError("text", f"`{audio_name(row['audio'])}`: {error}") from error
        if (phones := len(prepared["input_ids"])) > prepared["frames"]:
            raise AudioError(
                "too fast",
                f"`{audio_name(row['audio'])}` has {phones} phones in {prepared['frames']} frames: check its text.",
            )
        return prepared

    def sound(self, source) -> dict:
        """Samples as int16 and F0 of a recording."""
        config = self.config
        wave = read_audio(source, config.sampling_rate, self.min_seconds, self.max_seconds)
        wave = normalize_loudness(trim_silence(wave, config.sampling_rate), LOUDNESS_DB)
        frames = len(wave) // config.hop_length
        wave = wave[: frames * config.hop_length]
        if len(wave) < config.n_fft:
            raise AudioError(
                "too short", f"`{audio_name(source)}` has {len(wave) / config.sampling_rate:.2f} s of sound."
            )
        f0 = fundamental_frequency(torch.from_numpy(wave)[None], config.sampling_rate, config.hop_length)[0]
        return {"waveform": np.round(wave * 32767).astype(np.int16), "f0": f0.numpy(), "frames": frames}


def prepare_speech(dataset: Dataset, prepare: PrepareSpeech, on_bad: str = "skip") -> tuple[Dataset, SpeechReport]:
    """Prepare every row and leave out (`on_bad="skip"`) or refuse (`"raise"`) what cannot be used.

    Returns:
        The prepared `Dataset` and a [`SpeechReport`], also logged, that counts and names what was left out.

    Raises:
        ValueError: With `on_bad="raise"` at the first bad row, or where no row is left.
    """
    check_on_bad(on_bad)
    rows, report = [], SpeechReport()
    for row in tqdm(dataset, desc="Preparing speech", disable=None):
        try:
            rows.append(prepare(row))
        except AudioError as error:
            if on_bad == "raise":
                raise
            report.add_bad(error.kind, str(error))
    if not rows:
        raise ValueError(f"No usable row is left of {len(dataset)}.\n{report}")
    report.kept = len(rows)
    report.seconds = sum(row["frames"] for row in rows) * prepare.config.hop_length / prepare.config.sampling_rate
    logger.log(logging.WARNING if report.bad else logging.INFO, "%s", report)
    return import_datasets().Dataset.from_list(rows).with_format("numpy"), report


class SpeechCollator:
    """Pads prepared rows into one batch of tensors."""

    def __init__(self, processor: TTSGanProcessor | None = None):
        self.processor = processor

    def __call__(self, rows: list[dict]) -> dict[str, torch.Tensor]:
        waves = [torch.from_numpy(np.asarray(row["waveform"], dtype=np.float32) / 32767) for row in rows]
        batch = {
            "labels": torch.nn.utils.rnn.pad_sequence(waves, batch_first=True),  # (B, S)
            "label_lengths": torch.tensor([len(wave) for wave in waves]),
        }
        f0 = [torch.tensor(row["f0"], dtype=torch.float32) for row in rows]
        batch["f0"] = torch.nn.utils.rnn.pad_sequence(f0, batch_first=True)  # (B, F)
        return batch if self.processor is None else {**batch, **self.processor.pad(rows)}


class LengthBucketSampler(Sampler[int]):
    """Indices in which neighbors have like lengths, shuffled anew each epoch by `seed + epoch` and nothing else.

    Rows are shuffled, sorted within pools of `pool` batches, cut into batches, and the batches shuffled: little
    padding, and the order does not depend on the global random state, so that a resumed run sees what it would have
    seen. Rows that do not fill a last batch wait for another epoch, whose shuffle leaves out others; they are left out
    before the sorting, which would always leave out the longest.

    The batches of one step, `window` of them over all processes and accumulated batches, are neighbors: so a step
    holds the same rows however it is shared out, and no process waits for one with far longer rows. What does not fill
    a last window comes last.
    """

    def __init__(self, lengths: list[int], batch_size: int, seed: int = 0, pool: int = 32, window: int = 1):
        self.lengths, self.batch_size, self.seed, self.pool = np.asarray(lengths), batch_size, seed, pool
        self.window, self.epoch = window, 0

    def set_epoch(self, epoch: int):
        """Called by the trainer at the start of each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        full = len(self.lengths) // self.batch_size * self.batch_size
        return full or len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        order = random.permutation(len(self.lengths))[: len(self)]
        step = self.batch_size * self.window
        size = step * self.pool
        pools = [order[start : start + size] for start in range(0, len(order), size)]
        order = np.concatenate([pool[np.argsort(self.lengths[pool], kind="stable")] for pool in pools])
        steps = [order[start : start + step] for start in range(0, len(order), step)]
        last = [] if len(order) % step == 0 else [len(steps) - 1]
        for number in [*random.permutation(len(steps) - len(last)), *last]:
            yield from steps[number].tolist()


class EndlessStream(IterableDataset):
    """A stream that begins again when it has ended, each time with the next number for its `set_epoch`.

    So that where a run stopped is one number of rows, from which it can be resumed; the rows before it are read again.
    """

    def __init__(self, stream):
        self.stream = stream

    def __iter__(self) -> Iterator[dict]:
        for epoch in itertools.count():
            if hasattr(self.stream, "set_epoch"):
                self.stream.set_epoch(epoch)
            row = None
            for row in self.stream:
                yield row
            if row is None:  # nothing at all, or nothing for this worker
                return
