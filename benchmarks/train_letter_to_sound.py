"""Train the letter-to-sound model of English on nine tenths of the lexicon, and measure it on the tenth.

    python benchmarks/train_letter_to_sound.py --output letters_en.npz            # two to three minutes of one core
    python benchmarks/train_letter_to_sound.py --output stem_split.npz --by stem  # harder: no form of a word seen

EM aligns each letter of a word with no phone, one or two (Bisani and Ney, 2008, doi:10.1016/j.specom.2008.01.002,
section 3). The pairs are counted as an n-gram with modified Kneser-Ney smoothing (Chen and Goodman, 1999,
doi:10.1006/csla.1999.0128, section 3). `transformers_tts_gan/text/en/letter_to_sound.py` reads the result.
"""

import argparse
import collections
import functools
import math
import os
import platform
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from transformers_tts_gan.text.en.g2p import unknown_word_phones
from transformers_tts_gan.text.en.letter_to_sound import (
    AFTER_MAIN,
    END,
    START,
    STEP,
    LetterModel,
    joined,
    key,
    letter_readings,
    symbol_codes,
)
from transformers_tts_gan.text.en.lexicon import (
    all_readings,
    held_out,
    held_out_words,
    lexicon_reading,
    readable,
    without_stress,
)


Pair = tuple[str, tuple[str, ...]]
FLOOR = 1e-7


def readable_pairs() -> list[Pair]:
    """(word, phones) of every reading of the words of a-z; possessives are the business of a rule."""
    words = all_readings().items()
    return [(word, phones) for word, read in words if "'" not in word and readable(word, read) for phones in read]


def alignment_pairs(pairs: list[Pair]) -> list[Pair]:
    """Readings outside both kinds of held-out tenth, shuffled: what the alignment is learned from."""
    pairs = [(word, phones) for word, phones in pairs if not held_out(word) and not held_out(word, "stem")]
    random.Random(0).shuffle(pairs)
    return pairs


class Aligner:
    """The probability of each chunk of no, one or two phones given its letter, learned by EM."""

    def __init__(self):
        self.chance: dict[str, dict[tuple[str, ...], float]] = {}

    def fit(self, pairs: list[Pair], rounds: int = 5) -> None:
        for _ in range(rounds):
            counts: dict = collections.defaultdict(lambda: collections.defaultdict(float))
            for word, phones in pairs:
                self._count(word, without_stress(phones), counts)
            self.chance = {
                letter: {chunk: n / sum(found.values()) for chunk, n in found.items()}
                for letter, found in counts.items()
            }

    def _score(self, letter: str, chunk: tuple[str, ...]) -> float:
        if not self.chance:
            return (0.1, 1.0, 0.05)[len(chunk)]
        return self.chance.get(letter, {}).get(chunk, FLOOR)

    def _count(self, word: str, phones: tuple[str, ...], counts: dict) -> None:
        letters, total = len(word), len(phones)
        before = [[0.0] * (total + 1) for _ in range(letters + 1)]
        after = [[0.0] * (total + 1) for _ in range(letters + 1)]
        before[0][0] = after[letters][total] = 1.0
        score = {}
        for i, j, k in _steps(letters, total):
            score[i, j, k] = value = self._score(word[i], phones[j : j + k])
            before[i + 1][j + k] += before[i][j] * value
        if not before[letters][total]:
            return
        for i, j, k in reversed(list(score)):
            after[i][j] += after[i + 1][j + k] * score[i, j, k]
        for (i, j, k), value in score.items():
            if weight := before[i][j] * value * after[i + 1][j + k] / before[letters][total]:
                counts[word[i]][phones[j : j + k]] += weight

    def align(self, word: str, phones: tuple[str, ...]) -> list[tuple[str, ...]] | None:
        """The best chunk of each letter, with stress; None if there are more than two phones per letter."""
        plain, best = without_stress(phones), {(0, 0): (0.0, 0)}
        for i, j, k in _steps(len(word), len(phones)):
            if (i, j) in best:
                value = best[i, j][0] + math.log(self._score(word[i], plain[j : j + k]))
                if (i + 1, j + k) not in best or value > best[i + 1, j + k][0]:
                    best[i + 1, j + k] = (value, k)
        if (len(word), len(phones)) not in best:
            return None
        chunks, j = [], len(phones)
        for i in range(len(word), 0, -1):
            k = best[i, j][1]
            chunks.append(phones[j - k : j])
            j -= k
        return chunks[::-1]


def _steps(letters: int, total: int):
    for i in range(letters):
        for j in range(max(0, total - 2 * (letters - i)), min(2 * i, total) + 1):
            for k in range(min(2, total - j) + 1):
                yield i, j, k


@dataclass
class Grams:
    """All different sequences of n pairs; their first and last n-1 pairs are numbered as one order below."""

    codes: np.ndarray
    counts: np.ndarray
    context: np.ndarray
    suffix: np.ndarray
    at_start: np.ndarray  # whether the sequence begins with the start of a word
    of: np.ndarray  # for each place of the training text, the number of the sequence that ends there, or -1


def count_grams(symbols: np.ndarray, places: np.ndarray, order: int, codes: np.ndarray) -> list[Grams]:
    """Sequences of 1 to `order` pairs; `places[i]` pairs of the same word stand before `symbols[i]`."""
    grams: list[Grams] = []
    hashes = codes[symbols]
    for n in range(1, order + 1):
        ends = np.flatnonzero(places >= n - 1)
        if n == 1:
            identity = symbols[ends].astype(np.int64)
        else:
            hashes = np.concatenate([hashes[:1], joined(codes[symbols[1:]], hashes[:-1])])
            last = grams[-1]
            identity = last.of[ends - 1].astype(np.int64) * len(codes) + symbols[ends]
        _, first, inverse, counts = np.unique(identity, return_index=True, return_inverse=True, return_counts=True)
        of = np.full(len(symbols), -1)
        of[ends] = inverse
        examples = ends[first]
        below = grams[-1].of if grams else np.zeros(len(symbols), int)
        context = below[examples - 1] if n > 1 else np.zeros(len(examples), int)
        grams.append(Grams(hashes[examples], counts, context, below[examples], places[examples] == n - 1, of))
    return grams


def smooth(grams: list[Grams]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Modified Kneser-Ney: the probability of each sequence's last pair, and the weight of each context's backoff."""
    chances, weights = [], []
    below = np.full(1, 1 / len(grams[0].counts))  # after the pair of any kind
    for n, gram in enumerate(grams, start=1):
        counts = gram.counts
        if n < len(grams):  # in how many ways the sequence is continued to the left
            ways = np.bincount(grams[n].suffix, minlength=len(counts))
            counts = np.where(gram.at_start, counts, ways)
        if n == 1:
            counts = np.where(gram.at_start, 0, counts)  # nothing says the start of a word
        ones, twos, threes, fours = (max(1, int((counts == value).sum())) for value in (1, 2, 3, 4))
        base = ones / (ones + 2 * twos)
        steps = enumerate((twos / ones, threes / twos, fours / threes), start=1)
        discounts = np.array([0.0, *(least - (least + 1) * base * step for least, step in steps)])
        taken = discounts.clip(0.05)[np.minimum(counts, 3)] * (counts > 0)
        size = len(chances[-1]) if chances else 1
        total = np.bincount(gram.context, counts, size).clip(1e-9)
        weight = np.bincount(gram.context, taken, size) / total
        lower = below[gram.suffix] if n > 1 else below
        below = (counts - taken) / total[gram.context] + weight[gram.context] * lower
        chances.append(below)
        weights.append(weight)
    return chances, weights[1:]


def model_tables(grams: list[Grams], keep: int, way: str) -> dict[str, np.ndarray]:
    """One table per order, sorted by key; of the longest two kinds of sequence only those seen `keep` times."""
    chances, weights = smooth(grams)
    arrays = {}
    for n, (gram, chance) in enumerate(zip(grams, chances, strict=True), start=1):
        kept = np.flatnonzero((gram.counts >= keep) | (n < len(grams) - 1))
        keys, first = np.unique(key(gram.codes[kept]), return_index=True)
        kept = kept[first]
        steps = np.diff(keys, prepend=np.uint32(0)).astype(np.uint32)
        arrays[f"{way}_keys{n}"] = np.ascontiguousarray(steps.view(np.uint8).reshape(-1, 4).T)
        arrays[f"{way}_scores{n}"] = _stored(chance[kept])
        if n < len(grams):
            arrays[f"{way}_weights{n}"] = _stored(np.where(weights[n - 1][kept] > 0, weights[n - 1][kept], 1.0))
    return arrays


def _stored(chance: np.ndarray) -> np.ndarray:
    return np.round(-np.log(chance.clip(1e-12)) / STEP).clip(0, 255).astype(np.uint8)


def marked(chunks: list[tuple[str, ...]]) -> list[list[str]]:
    """Vowels after the main stress carry a mark: the memory of an n-gram is short."""
    out, seen = [], False
    for chunk in chunks:
        out.append([phone + AFTER_MAIN if seen and phone[-1].isdigit() else phone for phone in chunk])
        seen = seen or any(phone[-1] == "1" for phone in chunk)
    return out


def write_counts(arguments: argparse.Namespace, aligned: list[tuple[str, list[tuple[str, ...]]]]) -> None:
    """Count the pairs of all aligned words, forwards and backwards, and write the model."""
    text = [
        [letter + " ".join(chunk) for letter, chunk in zip(word, marked(chunks), strict=True)]
        for word, chunks in aligned
    ]
    pairs = sorted({START, END}.union(*text))
    number = {pair: index for index, pair in enumerate(pairs)}
    arrays, total = {"pairs": np.array(pairs)}, 0
    for way, step in (("forward", 1), ("backward", -1)):
        words = [[START, *word[::step], END] for word in text]
        symbols = np.array([number[pair] for word in words for pair in word])
        places = np.array([place for word in words for place in range(len(word))])
        grams = count_grams(symbols, places, arguments.order, symbol_codes(len(pairs)))
        total += sum(len(gram.counts) for gram in grams)
        arrays |= model_tables(grams, arguments.keep, way)
    np.savez_compressed(arguments.output, **arrays)
    print(f"{total} sequences of {len(pairs)} pairs", flush=True)


def measure(path: str, by: str, most: int | None) -> None:
    """Words right by letters alone, and as the frontend meets them: endings of known words first."""
    model, held = LetterModel(path), held_out_words(by)
    words = random.Random(0).sample(sorted(held), most or len(held))

    def known(word: str) -> tuple[str, ...] | None:
        return None if held_out(word, by) else lexicon_reading(word)

    @functools.cache
    def letters(word: str) -> list[tuple[str, ...]]:
        return letter_readings(word, model)

    def report(name: str, words: list[str], read: Callable[[str], tuple[str, ...]]) -> None:
        said = {word: read(word) for word in words}
        strict = sum(said[word] in held[word] for word in words) / len(words)
        plain = sum(without_stress(said[word]) in map(without_stress, held[word]) for word in words) / len(words)
        print(f"{name}: {len(words)} unseen words, right {plain:.2%}, right with stress {strict:.2%}", flush=True)

    def in_frontend(word: str) -> tuple[str, ...]:
        return unknown_word_phones(word, known, letters)

    plain_words = [word for word in words if "'" not in word]
    report("letters alone, without possessives", plain_words, lambda word: letters(word)[0])
    report("as in the frontend, without possessives", plain_words, in_frontend)
    report("as in the frontend", words, in_frontend)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and measure the letter-to-sound model of English.")
    parser.add_argument("--output", required=True, help="the .npz file to write")
    parser.add_argument("--by", default="word", choices=("word", "stem"), help="what decides the held-out tenth")
    parser.add_argument("--order", type=int, default=7, help="pairs in the longest sequence")
    parser.add_argument("--keep", type=int, default=2, help="times that the two longest kinds of sequence were seen")
    parser.add_argument("--align_words", type=int, default=10_000, help="words that EM learns the alignment from")
    parser.add_argument("--measure", type=int, help="held-out words to measure on; all by default")
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", arguments, sep="\n")
    pairs = readable_pairs()
    aligner = Aligner()
    aligner.fit(alignment_pairs(pairs)[: arguments.align_words])
    pairs = [pair for pair in pairs if not held_out(pair[0], arguments.by)]
    aligned = [(word, chunks) for word, phones in pairs if (chunks := aligner.align(word, phones))]
    print(f"{len(pairs)} readings, {len(aligned)} aligned", flush=True)
    write_counts(arguments, aligned)
    measure(arguments.output, arguments.by, arguments.measure)


if __name__ == "__main__":
    main()
