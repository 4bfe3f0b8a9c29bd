"""Say a text and write a wav file.

tts-gan speak "Good morning. The train leaves at 9:45."
tts-gan speak --model outputs/my_voice --speed 0.9 --output hello.wav "Hello."
tts-gan speak '<speak>Wait<break time="500ms"/> for <prosody rate="slow">it</prosody>.</speak>'
"""

import argparse
import time
from pathlib import Path

from ..text.han import HAN
from .main import new_parser


VOICES = Path(__file__).resolve().parents[2] / "examples" / "voices"  # in a clone; an installed package has none
DEFAULT_TEXT = (
    "Hello! This voice was trained on an ordinary computer, in less than an hour. It has 2 cores and no graphics card."
)


def parser() -> argparse.ArgumentParser:
    parser = new_parser("speak", __doc__)
    parser.add_argument("text", nargs="?", default=DEFAULT_TEXT, help="plain text or SSML")
    parser.add_argument("--model", help="folder or Hub id of a voice. Default: one of the repository's")
    parser.add_argument("--language", help="`en` or `zh`. Default: decided by the text")
    parser.add_argument("--speaker", help="one of the voice's speakers. Default: the first")
    parser.add_argument("--speed", type=float, default=1.0, help="2 is twice as fast. Default: 1")
    parser.add_argument("--pitch", type=float, default=0.0, help="semitones up or down. Default: 0")
    parser.add_argument("--gain", type=float, default=0.0, help="decibels louder or softer. Default: 0")
    parser.add_argument("--strict", action="store_true", help="refuse what cannot be read. Default: warn, pass over")
    parser.add_argument("--lexicon", help="file of `word<TAB>phones` lines, added to the voice's own")
    parser.add_argument("--user_dict", help="file of Chinese words that are never split, added to the voice's own")
    parser.add_argument("--output", type=Path, default=Path("speech.wav"), help="file to write. Default: speech.wav")
    return parser


def run(arguments: list[str]) -> None:
    args = parser().parse_args(arguments)
    language = args.language or ("zh" if HAN.search(args.text) else "en")
    model = args.model or default_voice(language)
    started = time.perf_counter()
    from ..audio.io import write_audio
    from ..inference.pipeline import TTSGanPipeline

    try:
        speak = TTSGanPipeline.from_pretrained(model)
    except OSError as error:
        raise ValueError(f"The voice `{model}` cannot be loaded: {error}") from error
    speak.processor.add_words(args.lexicon, args.user_dict)
    loaded = time.perf_counter()
    controls: dict = {
        "strict": args.strict,
        "speaking_rate": args.speed,
        "pitch_shift": args.pitch,
        "gain_db": args.gain,
    }
    speech = speak(args.text, language=language, speaker=args.speaker, **controls)
    spoken = time.perf_counter()
    path = write_audio(args.output, speech["audio"], speech["sampling_rate"])
    seconds = len(speech["audio"]) / speech["sampling_rate"]
    print(f"voice     {model}")
    print(f"loading   {loaded - started:8.2f} s")
    print(f"speaking  {spoken - loaded:8.2f} s for {seconds:.2f} s of speech")
    print(path.resolve())


def default_voice(language: str) -> Path:
    """The voice of the repository that speaks a language.

    Raises:
        ValueError: Where there is none, which is so in an installed package.
    """
    voice = VOICES / language
    if not (voice / "config.json").is_file():
        voices = sorted(file.parent.name for file in VOICES.glob("*/processor_config.json"))
        known = f"only for {', '.join(f'`{name}`' for name in voices)}" if voices else "for it was installed alone"
        raise ValueError(f"No voice for `{language}` comes with the package, {known}: name one with `--model`.")
    return voice
