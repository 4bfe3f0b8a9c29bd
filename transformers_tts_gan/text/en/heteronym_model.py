"""Which reading of a heteronym its neighbors ask for: a log-linear model of 162 words.

Enters: the words of a sentence with their tags, and the place of the heteronym. Leaves: its phones. Each reading has a
score, the sum of the weights of what stands around the word (Gorman, Mazovetskiy and Nikolaev, 2018, "Improving
homograph disambiguation with machine learning", section 4). Verbs, nouns and adjectives share weights, and each
reading has weights of its own. `benchmarks/train_heteronyms.py` makes the file from WikipediaHomographData.
"""

import functools
import zlib
from pathlib import Path

import numpy as np


MODEL_FILE = "heteronyms.npz"
SIZE = 1 << 18  # weights; a feature's place is its CRC-32, so two may share one
Phones = tuple[str, ...]


class HeteronymModel:
    """Readings and weights in the file `path`."""

    def __init__(self, path: str | Path):
        with np.load(path, allow_pickle=False) as file:
            self.weights = file["weights"].tolist()  # whole numbers: their sums are the same on every machine
            self.readings: dict[str, list[tuple[str, Phones]]] = {}
            for word, kind, phones in zip(file["words"], file["kinds"], file["phones"], strict=True):
                self.readings.setdefault(str(word), []).append((str(kind), tuple(str(phones).split())))

    def __call__(
        self, words: list[str], lower: list[str], tags: list[str], place: int, given: Phones | None
    ) -> Phones:
        """The likeliest phones of the word at `place`; `given` is what rules say."""
        readings = self.readings[lower[place]]
        shared, own = features(words, lower, tags, place, _number(readings, given))
        scores = [
            sum(map(self.weights.__getitem__, places(lower[place], number, kind, shared, own)))
            for number, (kind, _) in enumerate(readings)
        ]
        return readings[scores.index(max(scores))][1]


def _number(readings: list[tuple[str, Phones]], given: Phones | None) -> int:
    """Which of the readings the rules chose; -1 for another one."""
    return next((number for number, (_, phones) in enumerate(readings) if phones == given), -1)


def features(
    words: list[str], lower: list[str], tags: list[str], place: int, rule: int
) -> tuple[list[str], list[str]]:
    """What stands around a word: for all words of its kind, and what is only looked at for this word."""
    word = ["^", "^", *lower, "$", "$"]
    tag = ["^", "^", *tags, "$", "$"]
    at = place + 2
    before, after = word[at - 1], word[at + 1]
    here = tag[at]
    shared = [
        "bias", f"t{here}", f"t-1{tag[at - 1]}", f"t+1{tag[at + 1]}", f"t-2{tag[at - 2]}", f"t+2{tag[at + 2]}",
        f"t-1t{tag[at - 1]} {here}", f"tt+1{here} {tag[at + 1]}", f"t-1t+1{tag[at - 1]} {tag[at + 1]}",
        f"t-2t-1{tag[at - 2]} {tag[at - 1]}", f"t+1t+2{tag[at + 1]} {tag[at + 2]}", f"w-1{before}", f"w+1{after}",
        f"w-1t+1{before} {tag[at + 1]}", f"t-1w+1{tag[at - 1]} {after}", f"w-2w-1{word[at - 2]} {before}",
        f"e-1{before[-2:]}", f"e+1{after[-2:]}", f"c{_case(words[place])}{place == 0}",
    ]  # fmt: skip
    own = [f"rule{rule}", f"ruletag{rule} {here}", f"w-2{word[at - 2]}", f"w+2{word[at + 2]}"]
    own += [f"w+1w+2{after} {word[at + 2]}", f"c-1{_case(words[place - 1]) if place else ''}"]
    own += [f"c+1{_case(words[place + 1]) if place + 1 < len(words) else ''}"]
    own += [f"b{other}" for other in sorted(set(lower[:place] + lower[place + 1 :])) if len(other) > 2]
    return shared, own


def _case(word: str) -> str:
    return "A" if word.isupper() else "a" if word.islower() else "Aa"


def places(word: str, number: int, kind: str, shared: list[str], own: list[str]) -> list[int]:
    """Where the weights of these features of one reading lie: CRC-32 of the reading, then of the feature."""
    mine = zlib.crc32(f"{word}{number} ".encode())
    found = [zlib.crc32(name, mine) % SIZE for name in map(str.encode, shared + own)]
    if kind:
        all_ = zlib.crc32(f"{kind} ".encode())
        found += [zlib.crc32(name, all_) % SIZE for name in map(str.encode, shared)]
    return found


@functools.lru_cache(maxsize=1)
def heteronym_model() -> HeteronymModel:
    """The model that comes with the package."""
    return HeteronymModel(Path(__file__).with_name(MODEL_FILE))
