"""From a recipe to a trainer: load the corpora, build the model, prepare the recordings, and save what was trained.

Enters: [`ModelArguments`] and [`DataArguments`], or [`VocoderArguments`], with [`TTSGanTrainingArguments`].
Leaves: a [`TTSGanTrainer`] that is ready to train.
"""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from transformers import set_seed

from ..cards.provenance import write_origin
from ..data.prepare import PrepareSpeech, prepare_speech
from ..models.base_vocoder import load_vocoder
from ..models.configuration_tts_gan import TTSGanConfig, TTSGanDiscriminatorConfig, TTSGanVocoderConfig
from ..models.discriminators import TTSGanDiscriminator
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.sources import check_sources
from ..models.tokenization_tts_gan import load_text_tokenizer, phone_tokenizer
from ..models.transfer import TransferReport, resize_embedding_tables
from ..models.vits.processor import is_vits
from ..models.vocoder import TTSGanVocoder
from ..text.frontend import TextFrontend
from ..text.languages import find as find_language
from ..text.phoneset import BASE_PHONES
from .arguments import TTSGanTrainingArguments
from .build_vits import build_vits_trainer
from .corpora import build_speech_metrics, load_corpora, prepare_rows, training_rows
from .recipe import DataArguments, ModelArguments, VocoderArguments
from .trainer import TTSGanTrainer


if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)


def build_tts_trainer(parts: ModelArguments, data: DataArguments, training: TTSGanTrainingArguments) -> TTSGanTrainer:
    """A trainer for the text-to-speech model of a recipe, with its corpora loaded and prepared.

    Writes `transfer.md` to `output_dir`: where each weight of the model comes from. A VITS or MMS checkpoint as
    `model_name_or_path` is trained as it is, a `VitsModel` of Transformers.

    Args:
        parts: What the model starts from.
        data: The corpora and what is held out of them.
        training: How it is trained.

    Raises:
        ValueError: For a corpus that cannot be used, and for arguments that do not fit each other.
        OSError: For a part that is neither a folder nor on the Hub.

    Example:

    ```python
    recipe = ["examples/recipes/my_voice.yaml", "--max_train_minutes", "5"]
    classes = (ModelArguments, DataArguments, TTSGanTrainingArguments)
    parts, data, training = parse_arguments(*classes, arguments=recipe)
    trainer = build_tts_trainer(parts, data, training)
    trainer.train()
    save_trained(trainer, parts, data)
    ```
    """
    check_sources(model_name_or_path=parts.model_name_or_path)
    _begin(training, data.eval_split)
    if parts.model_name_or_path is not None and is_vits(parts.model_name_or_path):
        return build_vits_trainer(parts, data, training)
    check_sources(acoustic=parts.acoustic, vocoder=parts.vocoder, discriminator=parts.discriminator)
    rows = training_rows(data, training.seed)
    model, processor, report = build_model(parts, rows, data.phonemes)
    if training.should_save:
        logger.info("%s", report)
        Path(training.output_dir, "transfer.md").write_text(f"{report}\n", encoding="utf-8")
    processor.add_words(data.lexicon, data.user_dict)
    prepare = PrepareSpeech(model.config.vocoder_config, processor, data.min_seconds, data.max_seconds)
    train, held_out = prepare_rows(rows, data, prepare)
    return TTSGanTrainer(
        model,
        training,
        discriminator=load_discriminator(parts),
        speech_metrics=build_speech_metrics(data),
        train_dataset=train,
        eval_dataset=held_out,
        processing_class=processor,
    )


def build_vocoder_trainer(arguments: VocoderArguments, training: TTSGanTrainingArguments) -> TTSGanTrainer:
    """A trainer for a vocoder alone, with its recordings loaded and prepared.

    Args:
        arguments: The recordings, and the vocoder to start from.
        training: How it is trained.

    Raises:
        ValueError: For a corpus that cannot be used, and for arguments that do not fit each other.
        OSError: For a vocoder that is neither a folder nor on the Hub.

    Example:

    ```python
    arguments = VocoderArguments(datasets=["my_recordings"], vocoder="examples/voices/bilingual", eval_split="")
    trainer = build_vocoder_trainer(arguments, TTSGanTrainingArguments("outputs/vocoder", max_train_minutes=20))
    trainer.train()
    save_trained(trainer, arguments)
    ```
    """
    check_sources(vocoder=arguments.vocoder, discriminator=arguments.discriminator)
    _begin(training, arguments.eval_split)
    if arguments.vocoder is None:
        vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset(arguments.preset))
    else:
        vocoder = load_vocoder(arguments.vocoder)
    prepare = PrepareSpeech(vocoder.config, None, arguments.min_seconds, arguments.max_seconds)
    discriminator = load_discriminator(arguments)
    train, _ = prepare_speech(load_corpora(arguments, arguments.train_split), prepare, arguments.on_bad)
    held_out = None
    if arguments.eval_split:
        held_out, _ = prepare_speech(load_corpora(arguments, arguments.eval_split), prepare, arguments.on_bad)
        held_out = held_out.take(min(arguments.max_eval_samples, len(held_out)))
    return TTSGanTrainer(vocoder, training, discriminator=discriminator, train_dataset=train, eval_dataset=held_out)


def save_trained(
    trainer: TTSGanTrainer, parts: ModelArguments | VocoderArguments, data: DataArguments | None = None
) -> None:
    """Save the trained model with its model card, note what it was made from, and push it where that is asked for.

    Args:
        trainer: One of `build_tts_trainer` or `build_vocoder_trainer`, after `train()`.
        parts: What the model started from; a vocoder's arguments name its recordings, too.
        data: The corpora of a text-to-speech model.

    Example:

    ```python
    trainer = build_tts_trainer(parts, data, training)
    trainer.train()
    save_trained(trainer, parts, data)
    ```
    """
    trainer.save_model()
    trainer.save_state()
    if data is None:
        known = {"eval_split": parts.eval_split}
        write_origin(trainer, parts.datasets, {"model_name_or_path": parts.vocoder}, **known)
    else:
        known = {"language": data.language, "eval_split": data.eval_split}
        write_origin(trainer, data.datasets, asdict(parts), **known)
    if trainer.args.push_to_hub:
        trainer.push_to_hub()
    else:
        trainer.create_model_card()


def build_model(
    parts: ModelArguments, rows: Dataset, phonemes: str = "letters"
) -> tuple[TTSGanModel, TTSGanProcessor, TransferReport]:
    """The model to train, the processor that knows the corpus, and a report on where the weights come from.

    Args:
        parts: What the model starts from.
        rows: Columns `text`, `speaker` and `language`: the names and letters that the model must know.
        phonemes: Phones of languages but English and Chinese: `letters` or `espeak`.
    """
    if parts.model_name_or_path is not None:
        model = TTSGanModel.from_pretrained(parts.model_name_or_path)
        processor = TTSGanProcessor.from_pretrained(parts.model_name_or_path)
        report = resize_embedding_tables(model, processor, **_names(rows, processor.phonemes))
        return _with_lora(model, parts), processor, report
    vocoder = None if parts.vocoder is None else load_vocoder(parts.vocoder)
    config = None
    if parts.acoustic is None:
        sizes = {} if vocoder is None else {"vocoder_config": vocoder.config}
        config = TTSGanConfig.from_preset(parts.preset, **sizes)
    processor = build_processor(parts, rows, phonemes)
    sources = (parts.text_encoder, vocoder, parts.acoustic, parts.text_encoder_layers)
    model = TTSGanModel.from_pretrained_parts(config, *sources, processor=processor)
    processor.sampling_rate = model.config.sampling_rate
    return _with_lora(model, parts), processor, model.transfer_report


def build_processor(parts: ModelArguments, rows: Dataset, phonemes: str = "letters") -> TTSGanProcessor:
    """A processor for the speakers, languages and letters of `rows`, with the tokenizer of the text encoder.

    Where the model starts from another voice's acoustic model, the lexicon and the words of that voice are kept.
    """
    known, (text_tokenizer, level), words = _names(rows, phonemes), (None, "word"), {"phonemes": phonemes}
    if parts.acoustic is not None:
        other = TTSGanProcessor.from_pretrained(parts.acoustic)
        text_tokenizer, level = other.text_tokenizer, other.text_level
        words |= {"lexicon": other.lexicon, "user_dict": other.user_dict, "emoji": other.emoji}
    if parts.text_encoder is not None:
        text_tokenizer, level = load_text_tokenizer(parts.text_encoder)
    tokenizer = phone_tokenizer(tuple(known.pop("phones")))
    return TTSGanProcessor(tokenizer, text_tokenizer, text_level=level, **known, **words)


def load_discriminator(parts: ModelArguments | VocoderArguments) -> TTSGanDiscriminator:
    """The discriminators that are named, or those saved with the parts that training starts from, or new ones."""
    if parts.new_discriminator is not None:
        return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(parts.new_discriminator))
    if parts.discriminator is not None:
        return TTSGanDiscriminator.from_pretrained(parts.discriminator)
    if isinstance(parts, VocoderArguments):
        sources = [parts.vocoder]
    elif parts.model_name_or_path is not None:
        sources = [parts.model_name_or_path]
    else:
        sources = [parts.vocoder, parts.acoustic]
    sources = [source for source in sources if source is not None]
    for source in sources:
        discriminators = TTSGanDiscriminator.beside(source)
        if discriminators is not None:
            logger.info("The discriminators are those saved with `%s`.", source)
            return discriminators
    if sources:
        logger.info(
            "No discriminators were saved with %s: new ones begin. With `--discriminator_warmup_ratio 0.05` they "
            "learn for a while before the generator is trained with them.",
            " or ".join(f"`{source}`" for source in sources),
        )
    return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(parts.preset))


def _begin(training: TTSGanTrainingArguments, eval_split: str | None) -> None:
    """Check what can fail before anything is loaded, and seed what builds new weights."""
    training.check_output_dir()
    training.share_cores()
    set_seed(training.seed)
    if not eval_split:
        training.eval_strategy = "no"


def _names(rows: Dataset, phonemes: str) -> dict[str, list[str]]:
    """Speakers, languages and phones of the corpus, in the order in which a model numbers them."""
    return {
        "speakers": list(dict.fromkeys(rows["speaker"])),
        "languages": list(dict.fromkeys(rows["language"])),
        "phones": sorted(_other_phones(rows, phonemes)),
    }


def _other_phones(rows: Dataset, phonemes: str) -> set[str]:
    """Phones of languages but English and Chinese. A text that cannot be read is left to `on_bad`."""
    frontend, base = TextFrontend(phonemes=phonemes), set(BASE_PHONES)
    listed = {code: set(find_language(code).phones) for code in set(rows["language"])}
    phones = set().union(*listed.values())
    for row in rows:
        if listed[row["language"]] and listed[row["language"]] <= base:
            continue
        with contextlib.suppress(ValueError):
            phones.update(frontend(row["text"], row["language"]).phones)
    return phones - base


def _with_lora(model: TTSGanModel, parts: ModelArguments) -> TTSGanModel:
    if parts.text_encoder_lora is not None:
        model.add_lora(**json.loads(parts.text_encoder_lora))
    return model
