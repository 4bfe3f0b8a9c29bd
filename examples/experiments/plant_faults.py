"""Make a copy of a corpus with known faults, to see what `tts-gan check` finds of them.

    python examples/experiments/plant_faults.py corpora/kathleen faulty --good 200 --each 20
    tts-gan check faulty --recognizer Systran/faster-whisper-base --planted faulty/planted.json

Rows are drawn with a seed, so that the copy is always the same: first those that stay good, then the same number for
each kind of fault. `planted.json` names the kind by the row's audio; nothing in the corpus itself tells.
"""

import argparse
import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from transformers_tts_gan.audio.io import read_audio, write_audio
from transformers_tts_gan.audio.resample import resample
from transformers_tts_gan.data.load import load_speech, save_metadata
from transformers_tts_gan.data.quality.measure import file_rate, frontend


NOISE_DB = 5  # signal over noise
FOREIGN = "Жщяשם안"  # letters that neither the English nor the Chinese frontend reads
KINDS = ["transcript", "missing words", "clipping", "silence", "noise", "band", "fast", "slow", "truncated"]
KINDS += ["duplicate", "characters"]
Wave = np.ndarray


def noisy(wave: Wave, rate: int, random: np.random.Generator) -> Wave:
    level = np.sqrt(np.mean(wave**2)) * 10 ** (-NOISE_DB / 20)
    wave = wave + level * random.standard_normal(len(wave))
    return wave / max(1.0, np.abs(wave).max())


def silent(wave: Wave, rate: int, random: np.random.Generator) -> Wave:
    """Every other one is digital silence, the rest the noise of an empty room at -50 dBFS."""
    return random.integers(2) * 10 ** (-50 / 20) * random.standard_normal(len(wave))


# What happens to the samples `(S,)` at `rate` Hz; the other kinds are about the text.
SOUNDS: dict[str, Callable[[Wave, int, np.random.Generator], Wave]] = {
    "clipping": lambda wave, rate, random: np.clip(3 * wave / np.abs(wave).max(), -1, 1),
    "silence": silent,
    "noise": noisy,
    "band": lambda wave, rate, random: resample(resample(wave, rate, 8_000), 8_000, rate),
    "fast": lambda wave, rate, random: resample(wave, 3_000, 2_000),
    "slow": lambda wave, rate, random: resample(wave, 2_000, 3_000),
    "truncated": lambda wave, rate, random: wave[: len(wave) // 2],
    "duplicate": lambda wave, rate, random: 0.8 * wave,
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="what `load_speech` takes; it should have no faults of its own")
    parser.add_argument("output", type=Path, help="folder to make")
    parser.add_argument("--split", help="of these rows only")
    parser.add_argument("--good", type=int, default=200, help="rows that stay as they are")
    parser.add_argument("--each", type=int, default=20, help="rows with each kind of fault")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    data = load_speech(args.corpus, split=args.split)
    data = data.select([index for index, row in enumerate(data) if len(words_of(row)) > 1])  # one cannot lose a third
    if (needed := args.good + args.each * len(KINDS)) > len(data) or args.each > args.good:
        parser.error(
            f"{needed} rows are needed, {len(data)} are there: lower --good or --each (which is the smaller)."
        )
    random = np.random.default_rng(args.seed)
    drawn = [data[int(index)] for index in random.permutation(len(data))[:needed]]
    kinds = ["good"] * args.good + [kind for kind in KINDS for _ in range(args.each)]
    names = random.permutation(needed)  # the order of the rows tells nothing either
    rows, planted = [], {}
    for number, (row, kind) in enumerate(zip(drawn, kinds, strict=True)):
        other = drawn[(number - args.good) % args.good] if kind == "duplicate" else drawn[number - args.each]
        text, path = plant(row, other, kind, args.output / "audio" / f"{names[number]:05d}", random)
        name = path.relative_to(args.output).as_posix()
        rows.append({**row, "audio": name, "text": text})
        planted |= {name: kind} if kind != "good" else {}
    save_metadata(sorted(rows, key=lambda row: row["audio"]), args.output / "metadata.jsonl")
    (args.output / "planted.json").write_text(json.dumps(planted, indent=1) + "\n", encoding="utf-8")
    print(f"{args.output}: {args.good} good rows and {args.each} of each of {', '.join(KINDS)}.")


def words_of(row: dict) -> list[str]:
    """The words of a row's text, each with what follows it up to the next; Chinese ones as the frontend finds them."""
    text = row["text"]
    if row["language"] != "zh":
        return re.findall(r"\S+\s*", text)
    starts = [word.span[0] for word in frontend("zh")(text).words]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def plant(row: dict, other: dict, kind: str, path: Path, random: np.random.Generator) -> tuple[str, Path]:
    """Write the recording of one row to `path` and a suffix; returns its text and the file."""
    text, source = row["text"], other["audio"] if kind == "duplicate" else row["audio"]
    if kind == "transcript":
        text = other["text"]
    if kind == "missing words":
        words = words_of(row)
        lost = random.choice(len(words), max(1, round(len(words) / 3)), replace=False)
        text = "".join(word for place, word in enumerate(words) if place not in lost).strip()
    if kind == "characters":
        words = text.split()
        words[random.integers(len(words))] += random.choice(list(FOREIGN))
        text = " ".join(words)
    if kind in SOUNDS:
        rate = file_rate(source)
        wave = SOUNDS[kind](read_audio(source, rate), rate, random)
        return text, write_audio(path.with_suffix(".wav"), wave, rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    return text, Path(shutil.copy(source, path.with_suffix(Path(source).suffix)))


if __name__ == "__main__":
    main()
