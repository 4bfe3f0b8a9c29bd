"""Train a voice: a pretrained text encoder, a new or pretrained acoustic model and vocoder, on transcribed recordings.

    accelerate launch examples/run_tts.py examples/recipes/kathleen_en_small.yaml
    accelerate launch examples/run_tts.py examples/recipes/kathleen_en_small.yaml --max_train_minutes 20
    accelerate launch examples/run_tts.py examples/recipes/my_voice.yaml --datasets corpora/kathleen

Arguments come from the command line, or from one YAML or JSON file followed by what should differ from it.
"""

import logging

from transformers_tts_gan import (
    DataArguments,
    ModelArguments,
    TTSGanTrainingArguments,
    build_tts_trainer,
    parse_arguments,
    save_trained,
)


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parts, data, training = parse_arguments(
        ModelArguments, DataArguments, TTSGanTrainingArguments, description=__doc__
    )
    trainer = build_tts_trainer(parts, data, training)
    trainer.train(resume_from_checkpoint=training.resume_from_checkpoint)
    save_trained(trainer, parts, data)


if __name__ == "__main__":
    main()
