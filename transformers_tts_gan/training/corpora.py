"""From the corpora of a recipe to rows of recordings and texts, and what their speech is measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..data.load import import_datasets, load_speech
from ..data.prepare import PrepareSpeech, prepare_speech
from ..metrics.asr import load_recognizer
from ..metrics.speech import MelDistance, SpeechMetrics, WordErrors
from .recipe import DataArguments, VocoderArguments


if TYPE_CHECKING:
    from datasets import Dataset


def load_corpora(data: DataArguments | VocoderArguments, split: str | None) -> Dataset:
    """The rows of one split of all corpora: `audio`, and `text`, `speaker` and `language` unless for a vocoder.

    Raises:
        ValueError: For a corpus that has no such split, no audio, or, with `on_bad="raise"`, a row without text.
    """
    if isinstance(data, VocoderArguments):
        columns, more = ["audio"], {"transcribed": False}
    else:
        columns, more = ["audio", "text", "speaker", "language"], {"language": data.language}
    corpora = [load_speech(path, split=split, on_bad=data.on_bad, **more) for path in data.datasets]
    return import_datasets().concatenate_datasets([corpus.select_columns(columns) for corpus in corpora])


def training_rows(data: DataArguments, seed: int) -> Dataset:
    """The rows to train on; fewer, drawn by `seed`, where that is asked for."""
    rows = load_corpora(data, data.train_split)
    if data.max_train_samples is None:
        return rows
    return rows.shuffle(seed=seed).take(min(data.max_train_samples, len(rows)))


def held_out_rows(data: DataArguments) -> Dataset | None:
    """The rows to evaluate on, always the same ones."""
    if not data.eval_split:
        return None
    rows = load_corpora(data, data.eval_split).shuffle(seed=0)
    return rows.take(min(data.max_eval_samples, len(rows)))


def prepare_rows(rows: Dataset, data: DataArguments, prepare: PrepareSpeech) -> tuple[Dataset, Dataset | None]:
    """The rows to train on and those to evaluate on, as numbers."""
    train, _ = prepare_speech(rows, prepare, data.on_bad)
    held_out = held_out_rows(data)
    if held_out is not None:
        held_out, _ = prepare_speech(held_out, prepare, data.on_bad)
    return train, held_out


def build_speech_metrics(data: DataArguments) -> SpeechMetrics | None:
    """The function that `speech_metrics` names; `metric_for_best_model` may name it again, to keep the best model.

    Raises:
        ValueError: For a name that is not known.
    """
    if data.speech_metrics is None:
        return None
    if data.speech_metrics == "mel_distance":
        return MelDistance()
    if data.speech_metrics in ("wer", "cer"):
        return WordErrors(load_recognizer(data.recognizer, data.language))
    raise ValueError(f"`speech_metrics` is `{data.speech_metrics}`: choose `mel_distance`, `wer` or `cer`.")
