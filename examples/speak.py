"""Say something: text in, a wav file out.

    python examples/speak.py "Good morning. The train leaves at 9:45."
    python examples/speak.py --model outputs/my_voice --speed 0.9 --output hello.wav "Hello."
    python examples/speak.py '<speak>Wait<break time="500ms"/> for <prosody rate="slow">it</prosody>.</speak>'

Without `--model` a voice that comes with the project speaks.
"""

import argparse
import sys
import time
from pathlib import Path

import transformers_tts_gan
from transformers_tts_gan import TTSGanPipeline
from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.text.han import HAN


VOICES = Path(__file__).resolve().parent / "voices"
DEFAULT_TEXT = (
    "Hello! This voice was trained on an ordinary computer, in less than an hour. It has 2 cores and no graphics card."
)


def default_voice(language: str) -> Path:
    """The voice that comes with the project for a language; the program ends where there is none."""
    voice = VOICES / language
    if not (voice / "config.json").exists():
        known = ", ".join(
            f"`{folder.name}`" for folder in sorted(VOICES.iterdir()) if (folder / "tokenizer.json").exists()
        )
        sys.exit(f"No voice for `{language}` comes with the project, only for {known}: name one with --model.")
    return voice


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("text", nargs="?", default=DEFAULT_TEXT)
    parser.add_argument("--model", default=None, help="folder or Hub id of a voice")
    parser.add_argument("--language", default=None, help="`en` or `zh`; by the text where left out")
    parser.add_argument("--speaker", default=None, help="one of the voice's speakers")
    parser.add_argument("--speed", type=float, default=1.0, help="2 is twice as fast")
    parser.add_argument("--pitch", type=float, default=0.0, help="semitones up or down")
    parser.add_argument("--energy", type=float, default=0.0, help="decibels louder or softer")
    parser.add_argument("--lexicon", default=None, help="file of `word<TAB>phones` lines, beside the voice's own")
    parser.add_argument(
        "--user_dict", default=None, help="file of Chinese words to keep whole, beside the voice's own"
    )
    parser.add_argument("--output", type=Path, default=Path("speech.wav"))
    return parser.parse_args()


def main():
    arguments = parse()
    started = time.perf_counter()
    language = arguments.language or ("zh" if HAN.search(arguments.text) else "en")
    model = arguments.model or default_voice(language)
    speak = TTSGanPipeline.from_pretrained(model)
    loaded = time.perf_counter()
    try:
        speak.processor.add_words(arguments.lexicon, arguments.user_dict)
        speech = speak(
            arguments.text,
            language=language,
            speaker=arguments.speaker,
            speaking_rate=arguments.speed,
            pitch_shift=arguments.pitch,
            gain_db=arguments.energy,
        )
    except (ValueError, FileNotFoundError) as error:
        sys.exit(f"This cannot be spoken: {error}")
    spoken = time.perf_counter()
    try:
        path = write_audio(arguments.output, speech["audio"], speech["sampling_rate"])
    except (OSError, ValueError) as error:
        sys.exit(f"The speech is ready but cannot be written to `{arguments.output}`: {error}")
    seconds = len(speech["audio"]) / speech["sampling_rate"]
    print(f"transformers_tts_gan {transformers_tts_gan.__version__}, voice `{model}`")
    print(f"loading   {loaded - started:8.2f} s")
    print(f"speaking  {spoken - loaded:8.2f} s for {seconds:.2f} s of speech")
    print(f"{path.resolve()}")


if __name__ == "__main__":
    main()
