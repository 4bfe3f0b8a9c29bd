"""Whether a voice says Chinese and English in one sentence as clearly as each of them alone.

    python benchmarks/mixed_sentences.py --model examples/voices/bilingual --english whisper-base --chinese vosk-zh

Each sentence is spoken, cut where its language changes by the model's own durations, and each piece is transcribed by
the recognizer of its language. The same pieces are spoken alone, too. Errors are of English words and of Chinese
characters, pooled over all pieces and speakers; the last line is `summary mixed_error=… alone_error=…`.
"""

import argparse
import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from transformers_tts_gan import TTSGanPipeline
from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.inference.times import TimedWord
from transformers_tts_gan.metrics.asr import load_recognizer
from transformers_tts_gan.metrics.error_rates import count_errors


SENTENCES = Path(__file__).parents[1] / "tests" / "data" / "mixed.tsv"
LATIN = re.compile(r"[A-Za-z](?:[A-Za-z' -]*[A-Za-z])?")
UNITS = {"en": "word", "zh": "character"}
SILENCE = 0.5  # seconds around a piece: recognizers need it


def pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Language, first character and one past the last of each stretch of one language, marks left out."""
    end = 0
    for latin in [*LATIN.finditer(text), None]:
        start = len(text) if latin is None else latin.start()
        if re.search(r"\w", text[end:start]):
            yield "zh", end, start
        if latin is not None:
            yield "en", latin.start(), latin.end()
            end = latin.end()


def cut(audio: np.ndarray, words: list[TimedWord], start: int, end: int, rate: int) -> np.ndarray:
    """The samples `(S,)` of the words within characters `start` to `end`; ValueError where none of them is timed."""
    inside = [word for word in words if start <= word.span[0] < end]
    if not inside:
        raise ValueError(f"No word between the characters {start} and {end} has a time.")
    return audio[round(inside[0].start * rate) : round(inside[-1].end * rate)]


def padded(audio: np.ndarray, rate: int) -> np.ndarray:
    return np.pad(audio, round(SILENCE * rate))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder or Hub id of a voice that speaks both")
    parser.add_argument("--english", default="Systran/faster-whisper-base", help="recognizer of English")
    parser.add_argument("--chinese", required=True, help="recognizer of Chinese, such as a folder of Vosk")
    parser.add_argument("--sentences", type=Path, default=SENTENCES, help="a line each, under a header")
    parser.add_argument("--speakers", nargs="*", help="default: all of the voice")
    parser.add_argument("--output", type=Path, help="a folder for the sentences as wav files, to be listened to")
    arguments = parser.parse_args()

    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, {arguments.model}")
    speak = TTSGanPipeline.from_pretrained(arguments.model)
    recognizers = {"en": load_recognizer(arguments.english, "en"), "zh": load_recognizer(arguments.chinese, "zh")}
    sentences = arguments.sentences.read_text(encoding="utf-8").splitlines()[1:]
    names = arguments.speakers or speak.processor.speakers
    counts = {(where, language): np.zeros(2, int) for where in ("mixed", "alone") for language in UNITS}
    for speaker in names:
        for number, text in enumerate(tqdm(sentences, desc=speaker, disable=None)):
            speech = speak(text, speaker=speaker, language="zh", return_timestamps=True)
            rate = speech["sampling_rate"]
            if arguments.output:
                write_audio(arguments.output / speaker / f"{number:02}.wav", speech["audio"], rate)
            for language, start, end in pieces(text):
                alone = speak(text[start:end], speaker=speaker, language=language)["audio"]
                sounds = {"mixed": cut(speech["audio"], speech["words"], start, end, rate), "alone": alone}
                for where, audio in sounds.items():
                    heard = recognizers[language].transcribe(padded(audio, rate), rate)
                    counts[where, language] += count_errors(text[start:end], heard, UNITS[language], language)
    for (where, language), (errors, units) in counts.items():
        print(f"{where} {language}: {errors} errors in {units} {UNITS[language]}s, {errors / units:.3f}")
    totals = {where: sum(counts[where, language] for language in UNITS) for where in ("mixed", "alone")}
    rates = {where: errors / units for where, (errors, units) in totals.items()}
    print(f"summary mixed_error={rates['mixed']:.4f} alone_error={rates['alone']:.4f}")


if __name__ == "__main__":
    main()
