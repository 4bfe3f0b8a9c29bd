"""A prosody model beside recordings: what it predicts of held-out sentences, compared phone by phone."""

import torch

from ..data.prosody import MEASURED, ProsodyCollator
from ..metrics.prosody import PhoneProsody, Scores, compare_prosody
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.prosody import SEMITONES_PER_PITCH_UNIT, Prosody
from ..models.prosody_model import TTSGanProsodyModel


FRAME_SECONDS = 0.0125  # where a processor's voice has 300 samples a frame at 24 kHz
BATCH = 32


@torch.no_grad()
def evaluate_prosody(
    model: TTSGanProsodyModel, processor: TTSGanProcessor, rows: list[dict], frame_seconds: float = FRAME_SECONDS
) -> list[Scores]:
    """Scores of each sentence, as of [`compare_prosody`]; `summarize` makes one table of them.

    Args:
        model: Says each sentence in the usual way, without a latent.
        processor: That made the rows.
        rows: Of `measure_corpus`, with the inputs of the model's text encoder.
        frame_seconds: Seconds per frame.

    Example:

    ```python
    print(summarize(evaluate_prosody(model, processor, rows)))
    ```
    """
    model.eval()
    collate, found = ProsodyCollator(processor), []
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        batch = {name: value for name, value in collate(some).items() if name not in MEASURED}
        predicted = model(**batch).prosody
        for place, row in enumerate(some):
            phones = tuple(processor.tokenizer.convert_ids_to_tokens(row["input_ids"]))
            size = len(phones)
            said = Prosody(*(row[name] for name in MEASURED))
            guess = Prosody(*(value[place, :size] for value in vars(predicted).values()))
            predicted_prosody, spoken = (phone_prosody(phones, each, frame_seconds) for each in (guess, said))
            found.append(compare_prosody(predicted_prosody, spoken, row["text"]))
    return found


def phone_prosody(phones: tuple[str, ...], prosody: Prosody, frame_seconds: float) -> PhoneProsody:
    """A model's units as those of people; each tensor of `prosody` is `(T,)`."""
    return PhoneProsody(
        phones,
        prosody.log_duration.expm1().clamp(min=0).numpy() * frame_seconds,
        prosody.pitch.numpy() * SEMITONES_PER_PITCH_UNIT,
        prosody.voicing.numpy(),
        prosody.energy.numpy(),
    )
