"""How a corpus is spoken, phone by phone: what a prosody model learns from and is judged by.

Enter: prepared rows of recordings, and a voice that knows the language, whose aligner tells which frames belong to
which phone. Leave: rows with `input_ids` `(T,)` and `log_duration`, `pitch`, `voicing` and `energy`, floats `(T,)`.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import torch
from tqdm.auto import tqdm

from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.prosody_model import TTSGanProsodyModel
from ..models.text_encoder import phone_means, text_states
from ..text.phoneset import BOUNDARY, PAUSES
from .collator import SpeechCollator


if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

logger = logging.getLogger(__name__)

MEASURED = ("log_duration", "pitch", "voicing", "energy")
INNER_PUNCTUATION = re.compile(r"[,;:—–…、，；：](?=.*\w)")
BATCH = 16


@torch.no_grad()
def recorded_prosody(rows: Dataset, voice: TTSGanModel, processor: TTSGanProcessor) -> list[dict]:
    """The prosody of prepared recordings.

    Args:
        rows: Of `prepare_speech`, with texts.
        voice: Its aligner finds the phones. A speaker whom it does not know counts as its first one.
        processor: That prepared the rows.

    Returns:
        One row for each recording: its `number`, `text`, `input_ids`, `speaker_id`, `language_id`, and the four
        of `MEASURED`.

    Example:

    ```python
    prepare = PrepareSpeech(voice.config.vocoder_config, processor)
    prepared, _ = prepare_speech(load_speech("corpora/my_voice"), prepare)
    rows = recorded_prosody(prepared, voice, processor)
    ```
    """
    collate, known = SpeechCollator(processor), voice.config.num_speakers
    frames = list(rows["frames"])
    order = sorted(range(len(frames)), key=frames.__getitem__)
    found: list[dict] = [{} for _ in order]
    for start in tqdm(range(0, len(order), BATCH), desc="Measuring prosody", disable=None):
        numbers = order[start : start + BATCH]
        batch = collate([rows[number] for number in numbers])
        speaker = batch["speaker_id"] * (batch["speaker_id"] < known)
        inputs = (batch["input_ids"], batch["attention_mask"], speaker, None, batch["language_id"])
        mask, condition, phones = voice.embed(*inputs)
        truth = voice.align(phones + condition, mask, batch["labels"], batch["label_lengths"])
        measured = truth.prosody(batch["f0"])
        for place, number in enumerate(numbers):
            row, length = rows[number], int(batch["attention_mask"][place].sum())
            values = {name: getattr(measured, name)[place, :length].clone() for name in MEASURED}
            found[number] = {
                "number": number,
                "text": str(row["text"]),
                "input_ids": [int(phone) for phone in row["input_ids"]],
                "speaker_id": int(row["speaker_id"]),
                "language_id": int(row["language_id"]),
                **values,
            }
    return found


def without_punctuation(row: dict, processor: TTSGanProcessor, language: str) -> dict | None:
    """The same recording with a text that lacks the commas inside of it: the pauses stay where they were.

    Trained on such rows, a model learns to find the pauses of texts without punctuation.

    Args:
        row: Of `recorded_prosody`.
        processor: That prepared it.
        language: Of the text.

    Returns:
        A row, or `None` for a text without commas, and where a comma was more than a pause, such as within a number.
    """
    bare = " ".join(INNER_PUNCTUATION.sub(" ", row["text"]).split())
    if bare == " ".join(row["text"].split()):
        return None
    try:
        ids: Any = processor.encode(bare, language)["input_ids"]
    except ValueError:
        return None
    gaps = set(processor.phone_ids([BOUNDARY, *PAUSES]))
    same = len(ids) == len(row["input_ids"]) and all(
        new == old or {new, old} <= gaps for new, old in zip(ids, row["input_ids"], strict=True)
    )
    return {**row, "text": bare, "input_ids": ids} if same and ids != row["input_ids"] else None


@torch.no_grad()
def add_text_inputs(
    rows: list[dict], processor: TTSGanProcessor, text_encoder: PreTrainedModel | None = None
) -> list[dict]:
    """Rows with what a text encoder reads, or, where `text_encoder` is given, with what it says of each phone.

    Args:
        rows: Of `recorded_prosody`.
        processor: With the tokenizer of the text encoder.
        text_encoder: A frozen one, which reads each text only once; its features become `context`, half floats
            `(T, C)`, in place of tokens.
    """
    encoded = [processor.encode(row["text"], processor.languages[row["language_id"]]) for row in rows]
    names = ("text_input_ids", "text_window_ids", "token_spans")
    found = [{**row, **{name: each[name] for name in names}} for row, each in zip(rows, encoded, strict=True)]
    if text_encoder is None:
        return found
    order = sorted(range(len(found)), key=lambda number: len(found[number]["text_input_ids"]))
    for start in tqdm(range(0, len(order), BATCH), desc="Reading texts", disable=None):
        numbers = order[start : start + BATCH]
        batch = processor.pad([found[number] for number in numbers])
        states = text_states(text_encoder, batch["text_input_ids"], batch["text_window_ids"])
        context = phone_means(states, batch["token_spans"]).half()  # (B, T, C)
        for place, number in enumerate(numbers):
            row = {name: value for name, value in found[number].items() if name not in names}
            found[number] = {**row, "context": context[place, : len(row["input_ids"])].clone()}
    return found


@torch.no_grad()
def predict_rows(teacher: TTSGanProsodyModel, processor: TTSGanProcessor, texts: list[str]) -> list[dict]:
    """Rows as of `recorded_prosody` of texts that nobody has spoken: a prosody model says how it would.

    Another one, without a text encoder, can learn from them what this one knows by its own (Hinton, Vinyals and Dean,
    2015, arXiv:1503.02531). Each text is said by one speaker, in turns, in the language of its letters.

    Args:
        teacher: A trained prosody model.
        processor: Of the teacher.
        texts: One sentence each; what cannot be read is left out with a warning.
    """
    rows: list[dict] = []
    for text in texts:
        language, speaker = processor.language_of(text), processor.speakers[len(rows) % len(processor.speakers)]
        try:
            rows.append({"number": len(rows), "text": text, **processor.encode(text, language, speaker)})
        except ValueError as error:
            logger.warning("A text is left out: %s", error)
    order = sorted(range(len(rows)), key=lambda number: len(rows[number]["input_ids"]))
    names = ("number", "text", "input_ids", "speaker_id", "language_id")
    for start in tqdm(range(0, len(order), BATCH), desc="Predicting prosody", disable=None):
        numbers = order[start : start + BATCH]
        said = teacher(**processor.pad([rows[number] for number in numbers]), return_dict=True)
        for place, number in enumerate(numbers):
            row = {name: rows[number][name] for name in names}
            size = len(row["input_ids"])
            values = {name: getattr(said, name)[place, :size].clone() for name in MEASURED}
            values["voicing"] = values["voicing"].clamp(0, 1)
            rows[number] = {**row, **values}
    return rows


class ProsodyCollator:
    """Pads rows of `recorded_prosody`, with or without inputs of a text encoder, into one batch of tensors.

    Args:
        processor: Tells the padding.

    Example:

    ```python
    batch = ProsodyCollator(processor)(rows[:16])
    loss = prosody_model(**batch).loss
    ```
    """

    def __init__(self, processor: TTSGanProcessor):
        self.processor = processor

    def __call__(self, rows: list[dict]) -> dict[str, torch.Tensor]:
        batch = self.processor.pad(rows)
        for name in (*MEASURED, *(["context"] if "context" in rows[0] else [])):
            values = [row[name].float() for row in rows]
            batch[name] = torch.nn.utils.rnn.pad_sequence(values, batch_first=True)  # (B, T) or (B, T, C)
        return batch
