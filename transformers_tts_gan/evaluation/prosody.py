"""A prosody model or a voice beside recordings: what it predicts of sentences, compared phone by phone."""

from collections.abc import Mapping

import torch

from ..data.prosody import MEASURED, ProsodyCollator
from ..metrics.prosody import PhoneProsody, Scores, compare_prosody
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.prosody import SEMITONES_PER_PITCH_UNIT, Prosody
from ..models.prosody_model import TTSGanProsodyModel


FRAME_SECONDS = 0.0125  # where a processor's voice has 300 samples a frame at 24 kHz
BATCH = 32


def evaluate_prosody(
    model: TTSGanProsodyModel, processor: TTSGanProcessor, rows: list[dict], frame_seconds: float = FRAME_SECONDS
) -> list[Scores]:
    """Scores of each sentence, as of [`compare_prosody`]; `summarize` makes one table of them.

    Args:
        model: Says each sentence in the usual way, without a latent.
        processor: That made the rows.
        rows: Of `recorded_prosody`, with the inputs of the model's text encoder.
        frame_seconds: Seconds per frame.

    Example:

    ```python
    print(summarize(evaluate_prosody(model, processor, rows)))
    ```
    """
    found = []
    for row, predicted in zip(rows, predict_prosody(model, processor, rows), strict=True):
        phones = tuple(processor.tokenizer.convert_ids_to_tokens(row["input_ids"]))
        guess, said = (phone_prosody(phones, each, frame_seconds) for each in (predicted, spoken_prosody(row)))
        found.append(compare_prosody(guess, said, row["text"]))
    return found


@torch.no_grad()
def predict_prosody(model: TTSGanProsodyModel, processor: TTSGanProcessor, rows: list[dict]) -> list[Prosody]:
    """How a model says each sentence in the usual way, without a latent; each tensor is `(T,)`.

    Args:
        model: Is set to evaluation.
        processor: That made the rows.
        rows: Of `recorded_prosody`, with the inputs of the model's text encoder.

    Example:

    ```python
    frames = predict_prosody(model, processor, rows)[0].log_duration.expm1()  # (T,)
    ```
    """
    model.eval()
    collate, found = ProsodyCollator(processor), []
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        batch = {name: value for name, value in collate(some).items() if name not in MEASURED}
        predicted = model(**batch).prosody
        for place, row in enumerate(some):
            size = len(row["input_ids"])
            found.append(Prosody(*(value[place, :size] for value in vars(predicted).values())))
    return found


@torch.no_grad()
def voice_prosody(voice: TTSGanModel, inputs: Mapping[str, torch.Tensor]) -> list[Prosody]:
    """How a voice says each sentence, by its prosody model or else by its own predictors; each tensor is `(T,)`.

    Args:
        voice: In evaluation mode.
        inputs: A batch of its processor.

    Example:

    ```python
    said = voice_prosody(voice, processor(["Good morning.", "How are you?"]))
    ```
    """
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    text, windows, spans = (inputs.get(name) for name in ("text_input_ids", "text_window_ids", "token_spans"))
    who = (inputs.get("speaker_id"), None, inputs.get("language_id"))
    weights, condition, phones = voice.embed(ids, mask, *who)
    encoded = voice.acoustic.encode(phones, weights, condition, voice.encode_text(text, windows, spans))
    predicted, _ = voice.predict_prosody(encoded.prosody, ids, weights, (text, windows, spans), who)
    sizes = mask.sum(dim=1).tolist()
    return [Prosody(*(value[place, :size] for value in vars(predicted).values())) for place, size in enumerate(sizes)]


def spoken_prosody(row: dict) -> Prosody:
    """What was measured of a recording, each tensor `(T,)`; `row` is of `recorded_prosody`."""
    return Prosody(*(row[name] for name in MEASURED))


def phone_prosody(phones: tuple[str, ...], prosody: Prosody, frame_seconds: float) -> PhoneProsody:
    """A model's units as those of people; each tensor of `prosody` is `(T,)`."""
    return PhoneProsody(
        phones,
        prosody.log_duration.expm1().clamp(min=0).numpy() * frame_seconds,
        prosody.pitch.numpy() * SEMITONES_PER_PITCH_UNIT,
        prosody.voicing.numpy(),
        prosody.energy.numpy(),
    )
