"""Say something: text in, a wav file out. `tts-gan speak` does the same and has more options.

python examples/speak.py "Good morning. The train leaves at 9:45."
python examples/speak.py "Hello." --model outputs/my_voice --output hello.wav
"""

import argparse
import sys
from pathlib import Path

import soundfile

from transformers_tts_gan import TTSGanPipeline


VOICE = Path(__file__).resolve().parent / "voices" / "bilingual"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text")
    parser.add_argument("--model", default=str(VOICE), help="folder or Hub id of a voice")
    parser.add_argument("--output", default="speech.wav", help="file to write")
    arguments = parser.parse_args()

    try:
        speak = TTSGanPipeline.from_pretrained(arguments.model)
        speech = speak(arguments.text)  # {"audio": (S,) floats in [-1, 1], "sampling_rate": Hz}
        soundfile.write(arguments.output, speech["audio"], speech["sampling_rate"])
    except (ValueError, OSError) as error:
        sys.exit(f"This cannot be spoken: {error}")
    print(Path(arguments.output).resolve())


if __name__ == "__main__":
    main()
