r"""Train a vocoder on recordings without transcripts: mel frames to waveform, shared by voices of any language.

    accelerate launch examples/run_vocoder.py examples/recipes/vocoder_small.yaml
    accelerate launch examples/run_vocoder.py --datasets corpora/allison --output_dir outputs/vocoder \
        --max_train_minutes 20

Arguments come from the command line, or from one YAML or JSON file followed by what should differ from it.
"""

import logging
from dataclasses import dataclass, field

from datasets import concatenate_datasets
from transformers import set_seed

from transformers_tts_gan import (
    PrepareSpeech,
    TTSGanDiscriminator,
    TTSGanDiscriminatorConfig,
    TTSGanTrainer,
    TTSGanTrainingArguments,
    TTSGanVocoder,
    TTSGanVocoderConfig,
    load_speech,
    parse_arguments,
    prepare_speech,
)
from transformers_tts_gan.cards.provenance import write_origin


@dataclass
class VocoderArguments:
    """Which recordings, and which vocoder to start from."""

    datasets: list[str] = field(metadata={"help": "Corpora or plain folders of sound files."})
    vocoder: str | None = field(
        default=None, metadata={"help": "A vocoder to train on; a new one of `preset` otherwise."}
    )
    discriminator: str | None = field(
        default=None, metadata={"help": "Discriminators; else those saved with `vocoder`."}
    )
    preset: str = field(default="small", metadata={"help": "tiny, small or base."})
    train_split: str | None = field(default="train", metadata={"help": "Split to train on."})
    eval_split: str | None = field(default="test", metadata={"help": "Split that is held out."})
    max_eval_samples: int = field(default=64, metadata={"help": "Held-out recordings to evaluate on."})
    min_seconds: float = field(default=0.6, metadata={"help": "Shorter recordings are left out."})
    max_seconds: float = field(default=15.0, metadata={"help": "Longer recordings are left out."})
    on_bad: str = field(default="skip", metadata={"help": "What to do with an unusable recording: skip or raise."})


def load(arguments: VocoderArguments, split: str | None, prepare: PrepareSpeech):
    """All corpora's rows of one split, prepared."""
    corpora = [
        load_speech(path, split=split, on_bad=arguments.on_bad, transcribed=False) for path in arguments.datasets
    ]
    corpora = [corpus.select_columns(["audio"]) for corpus in corpora]
    return prepare_speech(concatenate_datasets(corpora), prepare, arguments.on_bad)[0]


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments, training = parse_arguments(VocoderArguments, TTSGanTrainingArguments)
    training.check_output_dir()
    training.share_cores()
    set_seed(training.seed)
    if not arguments.eval_split:
        training.eval_strategy = "no"
    if arguments.vocoder is None:
        vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset(arguments.preset))
    else:
        vocoder = TTSGanVocoder.from_pretrained(arguments.vocoder)
    prepare = PrepareSpeech(vocoder.config, None, arguments.min_seconds, arguments.max_seconds)
    if arguments.discriminator is not None:
        discriminator = TTSGanDiscriminator.from_pretrained(arguments.discriminator)
    else:
        discriminators = None if arguments.vocoder is None else TTSGanDiscriminator.beside(arguments.vocoder)
        discriminator = discriminators or TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(arguments.preset))
    trainer = TTSGanTrainer(
        vocoder,
        training,
        discriminator=discriminator,
        train_dataset=load(arguments, arguments.train_split, prepare),
        eval_dataset=load(arguments, arguments.eval_split, prepare).take(arguments.max_eval_samples)
        if arguments.eval_split
        else None,
    )
    trainer.train(resume_from_checkpoint=training.resume_from_checkpoint)
    trainer.save_model()
    trainer.save_state()
    parts = {"model_name_or_path": arguments.vocoder}
    write_origin(trainer, arguments.datasets, parts, eval_split=arguments.eval_split)
    if training.push_to_hub:
        trainer.push_to_hub()
    else:
        trainer.create_model_card()


if __name__ == "__main__":
    main()
