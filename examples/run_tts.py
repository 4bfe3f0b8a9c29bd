"""Train a voice: a pretrained text encoder, a new or pretrained acoustic model and vocoder, on transcribed recordings.

    accelerate launch examples/run_tts.py examples/recipes/kathleen_en_small.yaml
    accelerate launch examples/run_tts.py examples/recipes/kathleen_en_small.yaml --max_train_minutes 20
    accelerate launch examples/run_tts.py examples/recipes/new_speaker_small.yaml --datasets corpora/my_voice

Arguments come from the command line, or from one YAML or JSON file followed by what should differ from it.
"""

import contextlib
import json
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path

from datasets import Dataset, concatenate_datasets
from transformers import set_seed

from transformers_tts_gan import (
    PrepareSpeech,
    TransferReport,
    TTSGanConfig,
    TTSGanDiscriminator,
    TTSGanDiscriminatorConfig,
    TTSGanModel,
    TTSGanProcessor,
    TTSGanTrainer,
    TTSGanTrainingArguments,
    TTSGanVocoder,
    load_speech,
    load_text_tokenizer,
    parse_arguments,
    phone_tokenizer,
    prepare_speech,
    resize_embedding_tables,
)
from transformers_tts_gan.cards.provenance import write_origin
from transformers_tts_gan.metrics.asr import load_recognizer
from transformers_tts_gan.metrics.speech import MelDistance, SpeechMetrics, WordErrors
from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.phoneset import BASE_PHONES


logger = logging.getLogger(__name__)


@dataclass
class ModelArguments:
    """Which parts to start from."""

    model_name_or_path: str | None = field(
        default=None, metadata={"help": "A voice to train on, all of it; new speakers and letters are added to it."}
    )
    acoustic: str | None = field(
        default=None, metadata={"help": "A voice that a new one starts from, with its sizes: Hub id or folder."}
    )
    preset: str = field(default="small", metadata={"help": "Sizes of new parts: tiny, small or base."})
    text_encoder: str | None = field(default=None, metadata={"help": "Pretrained text encoder: Hub id or folder."})
    text_encoder_layers: int | None = field(default=None, metadata={"help": "Keep only so many of its first layers."})
    vocoder: str | None = field(default=None, metadata={"help": "Pretrained vocoder: Hub id or folder."})
    discriminator: str | None = field(
        default=None, metadata={"help": "Discriminators; else those saved with these parts."}
    )
    text_encoder_lora: str | None = field(
        default=None,
        metadata={"help": 'Train only additions to the text encoder, like {"r": 8, "lora_alpha": 16}.'},
    )


@dataclass
class DataArguments:
    """Which recordings to train on."""

    datasets: list[str] = field(metadata={"help": "Corpora: folders with metadata, files, or Hub ids."})
    language: str = field(default="en", metadata={"help": "Of rows that name none."})
    train_split: str | None = field(default="train", metadata={"help": "Split to train on."})
    eval_split: str | None = field(default="test", metadata={"help": "Split that is held out."})
    max_train_samples: int | None = field(default=None, metadata={"help": "Train on so many recordings."})
    max_eval_samples: int = field(default=64, metadata={"help": "Held-out recordings for the losses in training."})
    min_seconds: float = field(default=0.3, metadata={"help": "Shorter recordings are left out."})
    max_seconds: float = field(default=15.0, metadata={"help": "Longer recordings are left out."})
    lexicon: str | None = field(default=None, metadata={"help": "File of `word<TAB>phones` lines."})
    user_dict: str | None = field(default=None, metadata={"help": "File of Chinese words to keep whole."})
    phonemes: str = field(
        default="letters",
        metadata={"help": "Phones of other languages in a new voice: letters, or espeak (extra `espeak`, GPL)."},
    )
    on_bad: str = field(default="skip", metadata={"help": "What to do with an unusable recording: skip or raise."})
    speech_metrics: str | None = field(
        default=None, metadata={"help": "Let the voice speak at each evaluation and measure `mel_distance` or `wer`."}
    )
    recognizer: str = field(
        default="Systran/faster-whisper-base", metadata={"help": "What hears the words for `wer`: Hub id or folder."}
    )


def load(data: DataArguments, split: str) -> Dataset:
    """All corpora's rows of one split: audio, text, speaker, language."""
    columns = ["audio", "text", "speaker", "language"]
    corpora = [load_speech(path, split=split, language=data.language, on_bad=data.on_bad) for path in data.datasets]
    return concatenate_datasets([corpus.select_columns(columns) for corpus in corpora])


def other_phones(rows: Dataset, phonemes: str) -> set[str]:
    """Phones of the languages but English and Chinese; a text that cannot be read is left to `--on_bad`."""
    frontend, phones = TextFrontend(phonemes=phonemes), set()
    for row in rows:
        if row["language"] in ("en", "zh"):
            continue
        with contextlib.suppress(ValueError):
            phones.update(frontend(row["text"], row["language"]).phones)
    return phones - set(BASE_PHONES)


def names(rows: Dataset, phonemes: str) -> dict[str, list[str]]:
    """Speakers, languages and phones of the corpus, in the order in which a voice learns them."""
    return {
        "speakers": list(dict.fromkeys(rows["speaker"])),
        "languages": list(dict.fromkeys(rows["language"])),
        "phones": sorted(other_phones(rows, phonemes)),
    }


def new_processor(rows: Dataset, model: ModelArguments, phonemes: str) -> TTSGanProcessor:
    """A processor that knows the speakers, languages and letters of the corpus, and the other voice's own words."""
    known, (text_tokenizer, level), words = names(rows, phonemes), (None, "word"), {"phonemes": phonemes}
    if model.acoustic is not None:
        other = TTSGanProcessor.from_pretrained(model.acoustic)
        text_tokenizer, level = other.text_tokenizer, other.text_level
        words |= {"lexicon": other.lexicon, "user_dict": other.user_dict, "emoji": other.emoji}
    if model.text_encoder is not None:
        text_tokenizer, level = load_text_tokenizer(model.text_encoder)
    tokenizer = phone_tokenizer(tuple(known.pop("phones")))
    return TTSGanProcessor(tokenizer, text_tokenizer, text_level=level, **known, **words)


def build(model: ModelArguments, rows: Dataset, phonemes: str) -> tuple[TTSGanModel, TTSGanProcessor, TransferReport]:
    """The voice to train, its processor, and where its weights come from."""
    if model.model_name_or_path is not None:
        voice = TTSGanModel.from_pretrained(model.model_name_or_path)
        processor = TTSGanProcessor.from_pretrained(model.model_name_or_path)
        report = resize_embedding_tables(voice, processor, **names(rows, processor.phonemes))
        return with_lora(voice, model), processor, report
    vocoder = None if model.vocoder is None else TTSGanVocoder.from_pretrained(model.vocoder)
    config = None
    if model.acoustic is None:
        sizes = {} if vocoder is None else {"vocoder_config": vocoder.config}
        config = TTSGanConfig.from_preset(model.preset, **sizes)
    processor = new_processor(rows, model, phonemes)
    parts = (model.text_encoder, vocoder, model.acoustic, model.text_encoder_layers)
    voice = TTSGanModel.from_pretrained_parts(config, *parts, processor=processor)
    processor.sampling_rate = voice.config.sampling_rate
    return with_lora(voice, model), processor, voice.transfer_report


def load_discriminator(model: ModelArguments) -> TTSGanDiscriminator:
    """The discriminators named, or those saved with the parts that training starts from, or new ones."""
    if model.discriminator is not None:
        return TTSGanDiscriminator.from_pretrained(model.discriminator)
    parts = [model.model_name_or_path] if model.model_name_or_path else [model.vocoder, model.acoustic]
    parts = [part for part in parts if part is not None]
    for part in parts:
        discriminators = TTSGanDiscriminator.beside(part)
        if discriminators is not None:
            logger.info("The discriminators are those saved with `%s`.", part)
            return discriminators
    if parts:
        logger.info(
            "No discriminators were saved with %s: new ones begin. With `--discriminator_warmup_ratio 0.05` they "
            "learn a little before the generator hears of them.",
            " or ".join(f"`{part}`" for part in parts),
        )
    return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(model.preset))


def with_lora(voice: TTSGanModel, model: ModelArguments) -> TTSGanModel:
    if model.text_encoder_lora is not None:
        voice.add_lora(**json.loads(model.text_encoder_lora))
    return voice


def new_speech_metrics(data: DataArguments) -> SpeechMetrics | None:
    """What `--speech_metrics` names; `--metric_for_best_model` may name it again, to keep the best voice."""
    if data.speech_metrics is None:
        return None
    if data.speech_metrics == "mel_distance":
        return MelDistance()
    if data.speech_metrics in ("wer", "cer"):
        return WordErrors(load_recognizer(data.recognizer, data.language))
    raise ValueError(f"`speech_metrics` is `{data.speech_metrics}`; take `mel_distance` or `wer` (`cer` for Chinese).")


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    model_arguments, data, training = parse_arguments(ModelArguments, DataArguments, TTSGanTrainingArguments)
    training.check_output_dir()
    training.share_cores()
    set_seed(training.seed)
    if not data.eval_split:
        training.eval_strategy = "no"

    rows = load(data, data.train_split)
    if data.max_train_samples is not None:
        rows = rows.shuffle(seed=training.seed).take(min(data.max_train_samples, len(rows)))
    voice, processor, report = build(model_arguments, rows, data.phonemes)
    if training.should_save:
        logger.info("%s", report)
        Path(training.output_dir, "transfer.md").write_text(f"{report}\n", encoding="utf-8")
    processor.add_words(data.lexicon, data.user_dict)
    prepare = PrepareSpeech(voice.config.vocoder_config, processor, data.min_seconds, data.max_seconds)
    train, _ = prepare_speech(rows, prepare, data.on_bad)
    held_out = None
    if data.eval_split:
        held_out = load(data, data.eval_split).shuffle(seed=0)
        held_out, _ = prepare_speech(held_out.take(min(data.max_eval_samples, len(held_out))), prepare, data.on_bad)

    trainer = TTSGanTrainer(
        voice,
        training,
        discriminator=load_discriminator(model_arguments),
        speech_metrics=new_speech_metrics(data),
        train_dataset=train,
        eval_dataset=held_out,
        processing_class=processor,
    )
    trainer.train(resume_from_checkpoint=training.resume_from_checkpoint)
    trainer.save_model()
    trainer.save_state()
    known = {"language": data.language, "eval_split": data.eval_split}
    write_origin(trainer, data.datasets, asdict(model_arguments), **known)
    if training.push_to_hub:
        trainer.push_to_hub()
    else:
        trainer.create_model_card()


if __name__ == "__main__":
    main()
