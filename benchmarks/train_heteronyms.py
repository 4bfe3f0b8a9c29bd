"""Train the model of English heteronyms on WikipediaHomographData, and measure the frontend on its held-out tenth.

    git clone https://github.com/google-research-datasets/WikipediaHomographData homographs
    python benchmarks/train_heteronyms.py homographs --output heteronyms.npz    # some minutes of one core
    python benchmarks/train_heteronyms.py homographs                            # only measures what the package says

The data (Gorman, Mazovetskiy and Nikolaev, 2018; Apache-2.0) has about 100 sentences for each of 162 words, a tenth of
them for evaluation. What its readings sound like is in `heteronym_readings.tsv`; `heteronym_sentences.tsv` has short
sentences of everyday speech, written for this project, that are learned from too. `--fold` trains on four fifths of
the training part and measures on the fifth, to choose settings without a look at the evaluation part.
"""

import argparse
import csv
import re
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transformers_tts_gan.text.en.g2p import english_phones_or_none
from transformers_tts_gan.text.en.heteronym_model import SIZE, HeteronymModel, features, places
from transformers_tts_gan.text.en.heteronyms import by_rule, heteronyms, part_of_speech
from transformers_tts_gan.text.lenient import make_readable
from transformers_tts_gan.text.normalization import normalize


READINGS = Path(__file__).with_name("heteronym_readings.tsv")
EVERYDAY = Path(__file__).with_name("heteronym_sentences.tsv")


@dataclass
class Example:
    """A heteronym in the words between two pauses."""

    words: list[str]
    place: int
    reading: str  # as the data names it

    @property
    def word(self) -> str:
        return self.words[self.place].lower()


def read_phones() -> dict[str, tuple[str, ...]]:
    rows = csv.DictReader(READINGS.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    return {row["wordid"]: tuple(row["phones"].split()) for row in rows}


def read_examples(folder: Path, part: str) -> list[Example]:
    """The sentences of one part as the frontend cuts them; those whose heteronym it does not find are named."""
    found = []
    for path in sorted((folder / "data" / part).glob("*.tsv")):
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
            before = row["sentence"].encode()[: int(row["start"])].decode()
            example = _example(row["sentence"], before, row["homograph"], row["wordid"])
            if example is None:
                print(f"not read: {row['sentence']}")
            else:
                found.append(example)
    return found


def everyday_examples(readings: dict[str, list[str]]) -> list[Example]:
    """Short sentences as people speak, written for this project: an encyclopedia has few of them."""
    word_of = {reading: word for word, names in readings.items() for reading in names}
    found = []
    for line in EVERYDAY.read_text(encoding="utf-8").splitlines()[1:]:
        reading, sentence = line.split("\t")
        before = re.split(rf"(?i)\b{word_of[reading]}\b", sentence)[0]
        example = _example(sentence, before, word_of[reading], reading)
        assert example is not None, sentence
        found.append(example)
    return found


def _example(sentence: str, before: str, word: str, reading: str) -> Example | None:
    spoken = normalize(make_readable(sentence)[0], "en")
    start = len(make_readable(before)[0]) if before.strip() else 0
    hits = [n for n, item in enumerate(spoken) if item.language == "en" and item.text.lower() == word]
    if not hits:
        return None
    at = min(hits, key=lambda n: abs(spoken[n].span[0] - start))
    first = last = at
    while first and spoken[first - 1].language == "en":
        first -= 1
    while last + 1 < len(spoken) and spoken[last + 1].language == "en":
        last += 1
    return Example([item.text for item in spoken[first : last + 1]], at - first, reading)


class Trainer:
    """Weights of all readings, learned at once by gradient descent with a step per weight (Duchi et al., 2011)."""

    def __init__(self, folder: Path):
        self.phones = read_phones()
        rows = list(csv.DictReader((folder / "data" / "wordids.tsv").read_text("utf-8").splitlines(), delimiter="\t"))
        self.readings: dict[str, list[str]] = {}
        for row in rows:
            self.readings.setdefault(row["homograph"], []).append(row["wordid"])
        self.weights = np.zeros(SIZE, np.float32)

    def kind(self, reading: str) -> str:
        """`v`, `n` or `a` of a reading that differs from the others of its word by part of speech, else nothing."""
        ending = reading.partition("_")[2]
        if not any("vrb" in other for other in self.readings[reading.partition("_")[0]]):
            return ""
        return {"vrb": "v", "adj": "a"}.get(ending, "n" if ending.startswith(("nou", "adj")) else "")

    def fit(self, examples: list[Example], rounds: int, decay: float, rare: float) -> None:
        seen = {example.reading for example in examples}
        self.readings = {word: names for word, names in self.readings.items() if len(seen.intersection(names)) > 1}
        examples = [example for example in examples if example.word in self.readings]
        groups, rows, owner, right, weight = self._table(examples, rare)
        squares = np.full(SIZE, 1e-2, np.float32)
        lengths = np.diff(np.append(owner, len(rows)))
        for _ in range(rounds):
            scores = np.add.reduceat(self.weights[rows], owner)
            scores = np.exp(
                scores - np.maximum.reduceat(scores, groups).repeat(np.diff(np.append(groups, len(owner))))
            )
            chance = scores / np.add.reduceat(scores, groups).repeat(np.diff(np.append(groups, len(owner))))
            error = ((chance - right) * weight).repeat(lengths)
            slope = np.bincount(rows, error, SIZE).astype(np.float32) + decay * self.weights
            squares += slope**2
            self.weights -= 0.3 * slope / np.sqrt(squares)

    def _table(self, examples: list[Example], rare: float):
        """The places of all weights in one row: starts of examples, places, starts of readings, right, weight."""
        counts = Counter(example.reading for example in examples)
        groups, rows, owner, right, weight, total = [], [], [], [], [], 0
        for example in examples:
            readings = self.readings[example.word]
            groups.append(len(owner))
            for indices, reading in zip(self.of_readings(example), readings, strict=True):
                owner.append(total)
                total += len(indices)
                rows.append(np.array(indices))
                right.append(reading == example.reading)
                weight.append((20 / (20 + counts[example.reading])) ** rare)
        return np.array(groups), np.concatenate(rows), np.array(owner), np.array(right), np.array(weight)

    def of_readings(self, example: Example) -> list[list[int]]:
        lower, word = [word.lower() for word in example.words], example.word
        tags, readings = part_of_speech(example.words), self.readings[word]
        said = by_rule(example.words, lower, tags, example.place)
        rule = next((n for n, reading in enumerate(readings) if self.phones[reading] == said), -1)
        shared, own = features(example.words, lower, tags, example.place, rule)
        return [places(word, n, self.kind(reading), shared, own) for n, reading in enumerate(readings)]

    def save(self, path: Path) -> None:
        """Weights as multiples of one step, one byte each."""
        step = np.abs(self.weights).max() / 127
        rows = [
            (word, self.kind(name), " ".join(self.phones[name]))
            for word in self.readings
            for name in self.readings[word]
        ]
        words, kinds, phones = (np.array(column) for column in zip(*rows, strict=True))
        weights = np.round(self.weights / step).astype(np.int8)
        np.savez_compressed(path, weights=weights, words=words, kinds=kinds, phones=phones)
        print(f"{path.stat().st_size} bytes, {np.count_nonzero(weights)} weights")


def measure(examples: list[Example], model: HeteronymModel | None, phones: dict[str, tuple[str, ...]]) -> None:
    """Sentences read right, the mean over words, and the readings that were never right."""
    results: dict[str, list[bool]] = defaultdict(list)
    by_word: dict[str, list[bool]] = defaultdict(list)
    for example in examples:
        said = heteronyms(example.words, model).get(example.place) or english_phones_or_none(example.word)
        good = said == phones[example.reading]
        results[example.reading].append(good)
        by_word[example.word].append(good)
    all_ = [good for found in results.values() for good in found]
    never = sorted(reading for reading, found in results.items() if not any(found))
    macro = np.mean([np.mean(found) for found in by_word.values()])
    print(f"{len(all_)} sentences, right {np.mean(all_):.2%}, mean over words {macro:.2%}")
    print(f"{len(never)} of {len(results)} readings never right:", *never)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and measure the model of English heteronyms.")
    parser.add_argument("data", type=Path, help="the folder of WikipediaHomographData")
    parser.add_argument("--output", type=Path, help="the .npz file to write; without it the package's own is measured")
    parser.add_argument("--rounds", type=int, default=60, help="over all sentences")
    parser.add_argument("--decay", type=float, default=1.0, help="of the weights")
    parser.add_argument("--rare", type=float, default=1.0, help="how much rare readings count more, 0 to 1")
    parser.add_argument("--everyday", type=int, default=2, help="how often each sentence of everyday speech counts")
    parser.add_argument("--fold", action="store_true", help="train on four fifths, measure on the fifth")
    arguments = parser.parse_args()
    model = None
    train = read_examples(arguments.data, "train") if arguments.output or arguments.fold else []
    if arguments.fold:
        held = [example for example in train if zlib.crc32(" ".join(example.words).encode()) % 5 == 0]
        train = [example for example in train if example not in held]
    else:
        held = read_examples(arguments.data, "eval")
    if arguments.output:
        trainer = Trainer(arguments.data)
        train += everyday_examples(trainer.readings) * arguments.everyday
        trainer.fit(train, arguments.rounds, arguments.decay, arguments.rare)
        trainer.save(arguments.output)
        model = HeteronymModel(arguments.output)
    measure(held, model, read_phones())


if __name__ == "__main__":
    main()
