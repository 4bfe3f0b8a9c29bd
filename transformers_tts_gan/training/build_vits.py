"""From a recipe to the trainer of a VITS or MMS checkpoint, whose class stays that of Transformers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from transformers import VitsModel

from ..data.prepare import PrepareSpeech
from ..models.configuration_tts_gan import TTSGanDiscriminatorConfig
from ..models.discriminators import TTSGanDiscriminator
from ..models.vits.discriminators import published_discriminators
from ..models.vits.processor import VitsProcessor
from ..models.vits.speakers import with_speakers
from ..models.vits.spectrogram import VitsFrames
from .arguments import TTSGanTrainingArguments
from .corpora import build_speech_metrics, prepare_rows, training_rows
from .recipe import DataArguments, ModelArguments
from .trainer import TTSGanTrainer


if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)

OF_OUR_MODEL = ("acoustic", "text_encoder", "text_encoder_layers", "vocoder", "text_encoder_lora")


def build_vits_trainer(parts: ModelArguments, data: DataArguments, training: TTSGanTrainingArguments) -> TTSGanTrainer:
    """A trainer for the VITS or MMS checkpoint of a recipe, with its corpora loaded and prepared.

    Args:
        parts: The checkpoint, and discriminators where they are elsewhere.
        data: The corpora and what is held out of them.
        training: How it is trained; `TTSGanTrainingArguments.for_vits` has the published settings.

    Raises:
        ValueError: For a corpus that cannot be used, and for arguments of our own model.
        ImportError: The tokenizer of the checkpoint needs a package that is not installed.
    """
    given = [name for name in OF_OUR_MODEL if getattr(parts, name) is not None]
    if given:
        raise ValueError(f"`{given[0]}` is for our own model, but `{parts.model_name_or_path}` is VITS: leave it out.")
    if training.gan_loss != "least_squares" or training.waveform_mel_loss_weight < 10:
        logger.warning(
            "`gan_loss` is `%s` and `waveform_mel_loss_weight` %g, but VITS was published with `least_squares` and "
            "45: begin with the recipe `vits_finetune.yaml`.",
            training.gan_loss,
            training.waveform_mel_loss_weight,
        )
    rows = training_rows(data, training.seed)
    model, processor = build_vits(parts.model_name_or_path, rows, data.language)
    prepare = PrepareSpeech(VitsFrames.of(model.config), processor, data.min_seconds, data.max_seconds)
    train, held_out = prepare_rows(rows, data, prepare)
    return TTSGanTrainer(
        model,
        training,
        discriminator=load_vits_discriminator(parts),
        speech_metrics=build_speech_metrics(data),
        train_dataset=train,
        eval_dataset=held_out,
        processing_class=processor,
    )


def build_vits(name_or_path: str, rows: Dataset, language: str = "en") -> tuple[VitsModel, VitsProcessor]:
    """The model with a place for each speaker of the corpus, and its processor.

    The one speaker of a corpus takes the place of the one speaker of a checkpoint. All others are added to those that
    the checkpoint has.

    Args:
        name_or_path: Folder or Hub id of the checkpoint.
        rows: Columns `text` and `speaker`.
        language: Code of the corpus.
    """
    model = VitsModel.from_pretrained(name_or_path)
    processor = VitsProcessor.from_pretrained(
        name_or_path, languages=[language], sampling_rate=model.config.sampling_rate
    )
    spoken, known = list(dict.fromkeys(rows["speaker"])), processor.speakers
    if model.config.num_speakers > 1 and len(known) != model.config.num_speakers:
        known = [f"speaker_{number}" for number in range(model.config.num_speakers)]
    if len(spoken) == 1 and model.config.num_speakers == 1:
        known = []
    elif known == ["speaker"]:
        known = []  # nobody that a corpus could name
    processor.speakers = list(dict.fromkeys([*known, *spoken]))
    model = with_speakers(model, len(processor.speakers))
    unknown = processor.unknown_letters(rows["text"])
    if unknown:
        shown = ", ".join(f"`{letter}` ({count})" for letter, count in list(unknown.items())[:10])
        logger.warning("The tokenizer of `%s` passes over letters of the corpus: %s.", name_or_path, shown)
    return model, processor


def load_vits_discriminator(parts: ModelArguments) -> TTSGanDiscriminator:
    """The discriminators that are named, or those saved beside or inside the checkpoint, or new ones."""
    source = parts.discriminator or parts.model_name_or_path
    if parts.discriminator is not None and (found := published_discriminators(source)) is None:
        return TTSGanDiscriminator.from_pretrained(source)
    found = TTSGanDiscriminator.beside(source) or published_discriminators(source)
    if found is not None:
        return found
    logger.warning(
        "No discriminators were saved with `%s`: new ones begin. With `discriminator_warmup_ratio` above 0 they learn "
        "for a while before the model is trained with them; without that they ruin it.",
        source,
    )
    return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("vits"))
