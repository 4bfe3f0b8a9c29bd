"""A copy of a corpus with known faults, to see what the corpus doctor finds of them.

Enter: rows of a corpus without faults of its own. Leave: a corpus whose rows are good or have one fault each, and
`planted.json`, which names the fault by the row's audio; nothing in the corpus itself tells.
"""

import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from ...audio.io import file_rate, read_audio, write_audio
from ...audio.resample import resample
from ..load import load_speech, save_metadata
from .measure import frontend


NOISE_DB = 5  # signal over noise
FOREIGN = "Жщяשם안"  # letters that neither the English nor the Chinese frontend reads
FAULTS = ["transcript", "missing words", "clipping", "silence", "noise", "band", "fast", "slow", "truncated"]
FAULTS += ["duplicate", "characters"]
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


def plant_faults(
    corpus: str | Path, folder: str | Path, split: str | None = None, good: int = 200, each: int = 20, seed: int = 0
) -> None:
    """Write a copy of some rows of a corpus, the same number of them with each kind of fault.

    Rows are drawn with a seed, so that the copy is always the same: first those that stay good, then the others.

    Args:
        corpus: What [`load_speech`] takes; it should have no faults of its own.
        folder: To make. It gets `metadata.jsonl`, `planted.json` and the recordings in `audio`.
        split: Of these rows only.
        good: Number of rows that stay as they are.
        each: Number of rows with each of `FAULTS`.
        seed: Of all that is drawn.

    Raises:
        ValueError: The corpus has too few rows of two words or more, or `each` is greater than `good`.

    Example:

    ```python
    plant_faults("corpora/kathleen", "faulty", good=200, each=20)
    ```
    """
    folder, data = Path(folder), load_speech(corpus, split=split)
    data = data.select([index for index, row in enumerate(data) if len(words_of(row)) > 1])  # one cannot lose a third
    needed = good + each * len(FAULTS)
    if needed > len(data):
        raise ValueError(f"`{corpus}` has {len(data)} rows, but {needed} are needed: lower `good` or `each`.")
    if each > good:
        raise ValueError(f"`each` is {each}, but `good` is {good}: each duplicate needs a good row of its own.")
    random = np.random.default_rng(seed)
    drawn = [data[int(index)] for index in random.permutation(len(data))[:needed]]
    kinds = ["good"] * good + [kind for kind in FAULTS for _ in range(each)]
    names = random.permutation(needed)  # the order of the rows tells nothing either
    rows: list[dict] = []
    planted: dict[str, str] = {}
    for number, (row, kind) in enumerate(zip(drawn, kinds, strict=True)):
        other = drawn[(number - good) % good] if kind == "duplicate" else drawn[number - each]
        text, path = plant(row, other, kind, folder / "audio" / f"{names[number]:05d}", random)
        name = path.relative_to(folder).as_posix()
        rows.append({**row, "audio": name, "text": text})
        planted |= {name: kind} if kind != "good" else {}
    save_metadata(sorted(rows, key=lambda row: row["audio"]), folder / "metadata.jsonl")
    (folder / "planted.json").write_text(json.dumps(planted, indent=1) + "\n", encoding="utf-8")


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
