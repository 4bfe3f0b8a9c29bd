"""Make a corpus of what a pretrained TTS says, on one process or several. `tts-gan distill` does the same on one.

python examples/distill.py --teacher hibari --texts sentences.txt --output_dir corpora/hibari
accelerate launch --num_processes 4 examples/distill.py --teacher hibari --texts a.txt --output_dir corpora/hibari
"""

from transformers_tts_gan import DistillArguments, distill, parse_arguments


def main():
    (arguments,) = parse_arguments(DistillArguments, description=__doc__)
    report = distill(arguments)
    if report is not None:  # other processes still speak
        print(report)


if __name__ == "__main__":
    main()
