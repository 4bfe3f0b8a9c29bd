"""Make a corpus of what a pretrained TTS says, on one process or several. `tts-gan distill` does the same on one.

python examples/distill.py --teacher hibari --texts sentences.txt --output_dir corpora/hibari
accelerate launch --num_processes 4 examples/distill.py --teacher hibari --texts a.txt --output_dir corpora/hibari
"""

from transformers import HfArgumentParser

from transformers_tts_gan import DistillArguments, distill


def main():
    (arguments,) = HfArgumentParser(DistillArguments).parse_args_into_dataclasses()
    report = distill(arguments)
    if report is not None:  # other processes still speak
        print(report)


if __name__ == "__main__":
    main()
