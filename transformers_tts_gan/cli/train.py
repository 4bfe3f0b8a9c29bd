"""Train a voice, its vocoder or its prosody by a recipe: a YAML or JSON file of arguments, then what differs from it.

    tts-gan train examples/recipes/my_voice.yaml
    tts-gan train examples/recipes/my_voice.yaml --max_train_minutes 5
    tts-gan train vocoder examples/recipes/vocoder_small.yaml --datasets my_recordings
    tts-gan train prosody examples/recipes/prosody.yaml --datasets corpora/my_voice --voice outputs/my_voice

The Transformers `TrainingArguments` are taken as well, beside those below. For several processes, use
`accelerate launch examples/run_tts.py RECIPE`.
"""

import argparse
import logging

from .main import new_parser


USAGE = "tts-gan train [vocoder|prosody] [RECIPE] [--name value ...]"
COMMON = {"output_dir", "max_steps", "per_device_train_batch_size", "bf16", "seed", "resume_from_checkpoint"}


def parser(kind: str = "voice") -> argparse.ArgumentParser:
    """Knows all that a recipe may hold, and shows what is ours; `kind` is `voice`, `vocoder` or `prosody`."""
    from transformers import HfArgumentParser, TrainingArguments

    plain = new_parser("train", __doc__)
    taken = classes(kind)
    parser = HfArgumentParser(
        taken, prog=plain.prog, usage=USAGE, description=__doc__, formatter_class=plain.formatter_class
    )
    ours = [each for each in taken if each is not TrainingArguments]
    shown = COMMON.union(*(each.__annotations__ for each in ours)) | {"help"}
    for action in parser._actions:
        if action.dest in TrainingArguments.__dataclass_fields__ and action.dest not in shown:
            action.help = argparse.SUPPRESS
    return parser


def run(arguments: list[str]) -> None:
    kind = arguments[0] if arguments[:1] in (["vocoder"], ["prosody"]) else "voice"
    arguments = arguments if kind == "voice" else arguments[1:]
    if not arguments or {"-h", "--help"} & set(arguments):
        parser(kind).print_help()
        return
    from ..training.arguments import parse_arguments
    from ..training.build import build_tts_trainer, build_vocoder_trainer, save_trained

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    *parts, training = parse_arguments(*classes(kind), arguments=arguments)
    if kind == "prosody":
        from ..training.prosody import train_prosody

        train_prosody(*parts, training)
        return
    build = build_vocoder_trainer if kind == "vocoder" else build_tts_trainer
    trainer = build(*parts, training)
    trainer.train(resume_from_checkpoint=training.resume_from_checkpoint)
    save_trained(trainer, *parts)


def classes(kind: str) -> tuple:
    """The dataclasses whose fields are the arguments."""
    from ..training.arguments import TTSGanTrainingArguments
    from ..training.recipe import DataArguments, ModelArguments, VocoderArguments

    if kind == "prosody":
        from transformers import TrainingArguments

        from ..training.prosody import ProsodyArguments

        return ProsodyArguments, TrainingArguments
    return (*((VocoderArguments,) if kind == "vocoder" else (ModelArguments, DataArguments)), TTSGanTrainingArguments)
