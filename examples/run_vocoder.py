r"""Train a vocoder on recordings without transcripts: mel frames to waveform, shared by voices of any language.

    accelerate launch examples/run_vocoder.py examples/recipes/vocoder_small.yaml
    accelerate launch examples/run_vocoder.py --datasets corpora/allison --output_dir outputs/vocoder \
        --max_train_minutes 20

Arguments come from the command line, or from one YAML or JSON file followed by what should differ from it.
"""

import logging

from transformers_tts_gan import (
    TTSGanTrainingArguments,
    VocoderArguments,
    build_vocoder_trainer,
    parse_arguments,
    save_trained,
)


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments, training = parse_arguments(VocoderArguments, TTSGanTrainingArguments, description=__doc__)
    trainer = build_vocoder_trainer(arguments, training)
    trainer.train(resume_from_checkpoint=training.resume_from_checkpoint)
    save_trained(trainer, arguments)


if __name__ == "__main__":
    main()
