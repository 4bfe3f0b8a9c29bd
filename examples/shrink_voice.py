"""Make a voice or a vocoder small enough to ship: weights in fewer bits, and no text encoder if you like.

    python examples/shrink_voice.py --model outputs/my_voice --output my_voice_small --no_text_encoder
    python examples/shrink_voice.py --model outputs/my_voice --output my_voice_tiny --precision int8
    python examples/shrink_voice.py --model outputs/my_vocoder --output my_vocoder_small
    python examples/shrink_voice.py --model my_voice --vocoder examples/voices/bilingual --output my_voice_new

With `--vocoder` the voice gets another one of the same mel frames, such as one that was trained for longer. Error
rates were those of other weights: `tts-gan evaluate --update_card` measures them anew.
"""

import argparse
from pathlib import Path

from transformers_tts_gan import shrink_model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder or Hub id of a voice or vocoder")
    parser.add_argument("--output", required=True, type=Path, help="folder to write")
    parser.add_argument("--no_text_encoder", action="store_true", help="leave the text encoder out")
    parser.add_argument("--vocoder", help="folder or Hub id of a vocoder that the voice gets instead of its own")
    parser.add_argument("--precision", choices=("fp16", "int8"), default="fp16", help="of the stored weights")
    arguments = parser.parse_args()

    with_encoder = not arguments.no_text_encoder
    folder = shrink_model(arguments.model, arguments.output, with_encoder, arguments.vocoder, arguments.precision)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    print(f"{folder}: {size:.1f} MB")


if __name__ == "__main__":
    main()
