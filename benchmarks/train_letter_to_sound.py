"""Train the letter-to-sound network of English, and measure it on families of words and on names that it never saw.

    pip download --no-deps misaki --dest misaki      # 49,000 more words, among them 4,300 names (Apache-2.0)
    python benchmarks/train_letter_to_sound.py --misaki misaki --output letters.npz   # 40 minutes of one core
    python benchmarks/train_letter_to_sound.py --misaki misaki --measure letters.npz

EM aligns each letter of a word with no phone, one or two (Bisani and Ney, 2008, doi:10.1016/j.specom.2008.01.002,
section 3). The network says the phones of each letter from the whole word and from what was said before. The two
dictionaries write weak vowels differently, so an embedding tells the network which one it reads; the frontend asks for
the first. Held out are a tenth of the families of words and the names of three tenths of the families that only misaki
has. `transformers_tts_gan/text/en/letter_to_sound.py` reads the result.
"""

import argparse
import collections
import functools
import json
import math
import os
import platform
import random
import re
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transformers_tts_gan.text.en.g2p import unknown_word_phones
from transformers_tts_gan.text.en.letter_to_sound import (
    HEADS,
    LETTERS,
    LetterModel,
    letter_numbers,
    letter_readings,
    neighborhoods,
)
from transformers_tts_gan.text.en.lexicon import (
    VOWELS,
    all_readings,
    held_out,
    held_out_words,
    lexicon_reading,
    readable,
    stem,
    without_stress,
)


Pair = tuple[str, tuple[str, ...]]
FLOOR = 1e-7
LONGEST = 40  # letters
# The phones of misaki (its EN_PHONES.md) in ARPAbet.
_MISAKI = dict(
    pair.split()
    for pair in (
        "ə AH,ᵊ AH,ᵻ IH,ʌ AH,ɑ AA,æ AE,ɔ AO,W AW,I AY,ɛ EH,A EY,ɪ IH,i IY,O OW,Y OY,ʊ UH,u UW,b B,ʧ CH,d D,ð DH,f F,"
        "ɡ G,h HH,ʤ JH,k K,l L,m M,n N,ŋ NG,p P,ɹ R,s S,ʃ SH,t T,ɾ T,ʔ T,θ TH,v V,w W,j Y,z Z,ʒ ZH"
    ).split(",")
)


def from_misaki(entry: str) -> tuple[str, ...] | None:
    """`kˈæt` as `K AE1 T`; None where a sign is unknown.

    >>> from_misaki("bɹˈɛɡzət")
    ('B', 'R', 'EH1', 'G', 'Z', 'AH0', 'T')
    """
    phones, stress = [], "0"
    for sign in re.findall("[əɜ]ɹ|.", entry):
        if sign in "ˈˌ":
            stress = "1" if sign == "ˈ" else "2"
            continue
        phone = "ER" if len(sign) == 2 else _MISAKI.get(sign)
        if phone is None:
            return None
        if phone in VOWELS:
            phone, stress = phone + stress, "0"
        phones.append(phone)
    return tuple(phones)


def misaki_pairs(folder: Path) -> list[Pair]:
    """Words and first readings of the checked half of misaki's American dictionary, in its own case."""
    wheels = sorted(folder.glob("misaki-*.whl"))
    if not wheels:
        raise FileNotFoundError(f"`{folder}` holds no misaki-*.whl; see the top of this script.")
    with zipfile.ZipFile(wheels[-1]) as wheel:
        entries = json.loads(wheel.read("misaki/data/us_gold.json"))
    found = []
    for word, reading in entries.items():
        phones = from_misaki((reading if isinstance(reading, str) else reading["DEFAULT"]) or "?")
        if phones and word.isascii() and not word.isupper() and readable(word.lower(), (phones,)) and "'" not in word:
            found.append((word, phones))
    return found


def held_out_names(pairs: list[Pair]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Names outside the lexicon, of three tenths of the families of words."""
    lexicon = all_readings()
    names = [(word.lower(), phones) for word, phones in pairs if word.istitle() and word.lower() not in lexicon]
    return {word: (phones,) for word, phones in names if zlib.crc32(stem(word).encode()) % 10 < 3}


def readable_pairs() -> list[Pair]:
    """(word, phones) of every reading of the words of a-z; possessives are the business of a rule."""
    words = all_readings().items()
    return [(word, phones) for word, read in words if "'" not in word and readable(word, read) for phones in read]


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


class LetterNetwork(nn.Module):
    """Letters `(B, T + 2)` between two ends to scores of the phones that each letter stands for, `(B, T, C)`."""

    def __init__(self, chunks: int, width: int = 128, layers: int = 3, wide: int = 256, memory: int = 128):
        super().__init__()
        letters, triples, chunk_width = len(LETTERS), 4096, 64
        self.letter, self.pair = nn.Embedding(letters, width), nn.Embedding(letters**2, width)
        self.triple, self.place = nn.Embedding(triples, width), nn.Embedding(LONGEST + 2, width)
        self.source = nn.Embedding(2, width)
        for table in (self.letter, self.pair, self.triple, self.place, self.source):
            nn.init.normal_(table.weight, std=0.3)
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    "n1": nn.LayerNorm(width), "qkv": nn.Linear(width, 3 * width), "o": nn.Linear(width, width),
                    "n2": nn.LayerNorm(width), "f1": nn.Linear(width, wide), "f2": nn.Linear(wide, width),
                }
            )
            for _ in range(layers)
        )  # fmt: skip
        self.norm = nn.LayerNorm(width)
        self.chunk = nn.Embedding(chunks + 1, chunk_width)  # the last one stands before the first letter
        self.gru = nn.GRU(width + chunk_width, memory, batch_first=True)
        self.out = nn.Linear(memory, chunks)
        self.drop = nn.Dropout(0.1)

    def forward(self, letters: Tensor, source: Tensor, chunks: Tensor) -> Tensor:
        pair, triple = (torch.from_numpy(x) for x in neighborhoods(letters.numpy(), self.triple.num_embeddings))
        hidden = self.letter(letters) + self.pair(pair) + self.triple(triple) + self.place.weight[: letters.shape[1]]
        hidden = self.drop(hidden + self.source(source)[:, None])  # (B, T + 2, D)
        for layer in self.layers:
            parts = layer["qkv"](layer["n1"](hidden)).view(*hidden.shape[:2], 3, HEADS, -1)
            queries, keys, values = parts.permute(2, 0, 3, 1, 4)
            seen = F.scaled_dot_product_attention(queries, keys, values).transpose(1, 2).reshape(hidden.shape)
            hidden = hidden + self.drop(layer["o"](seen))
            hidden = hidden + self.drop(layer["f2"](F.relu(layer["f1"](layer["n2"](hidden)))))
        first = torch.full_like(chunks[:, :1], self.chunk.num_embeddings - 1)
        before = self.chunk(torch.cat([first, chunks[:, :-1]], dim=1))  # (B, T, E)
        return self.out(self.drop(self.gru(torch.cat([self.norm(hidden)[:, 1:-1], before], dim=-1))[0]))


def save(network: LetterNetwork, chunks: list[tuple[str, ...]], path: str) -> None:
    """Weights as multiples of one step per row, one byte each; biases and norms as they are."""
    arrays: dict[str, np.ndarray] = {"chunks": np.array([" ".join(chunk) for chunk in chunks])}
    for name, tensor in network.state_dict().items():
        weight = tensor.float().numpy()
        if weight.ndim == 2:
            step = (np.abs(weight).max(axis=1, keepdims=True) / 127).clip(1e-9).astype(np.float32)
            arrays[name], arrays[f"{name}.step"] = np.round(weight / step).astype(np.int8), step
        else:
            arrays[name], arrays[f"{name}.step"] = weight, np.ones(1, np.float32)
    np.savez_compressed(path, **arrays)
    print(f"{os.path.getsize(path)} bytes, {sum(tensor.numel() for tensor in network.state_dict().values())} weights")


def examples(arguments: argparse.Namespace) -> list[tuple[str, list[tuple[str, ...]], int]]:
    """Words, the phones of each letter, and the number of the dictionary; nothing of a held-out family."""
    pairs, more = readable_pairs(), misaki_pairs(arguments.misaki)
    free = [(word, phones) for word, phones in pairs if not held_out(word, "stem")]
    aligner = Aligner()
    aligner.fit(random.Random(0).sample(free, min(len(free), arguments.align_words)))
    names = {stem(word) for word in held_out_names(more)}
    tagged = [(word, phones, 0) for word, phones in pairs] + [(word.lower(), phones, 1) for word, phones in more]
    kept = [item for item in tagged if not held_out(item[0], "stem") and stem(item[0]) not in names]
    aligned = [(word, aligner.align(word, phones), source) for word, phones, source in kept if len(word) <= LONGEST]
    return [(word, chunks, source) for word, chunks, source in aligned if chunks]


class Batches:
    """Words of one length at a time, about `letters` letters, each word once a round in an order of its own."""

    def __init__(self, data: list[tuple[str, list[int], int]], letters: int):
        by_length = collections.defaultdict(list)
        for word, chunks, source in data:
            by_length[len(word)].append((letter_numbers(word), source, chunks))
        self.parts = [tuple(torch.tensor(np.array(column)) for column in zip(*rows, strict=True))
                      for _, rows in sorted(by_length.items())]  # fmt: skip
        self.letters = letters

    def __iter__(self):
        while True:
            chosen = []
            for part in self.parts:
                order = torch.randperm(len(part[0]))
                size = max(1, self.letters // part[0].shape[1])
                chosen += [(part, order[start : start + size]) for start in range(0, len(order), size)]
            for number in torch.randperm(len(chosen)).tolist():
                part, rows = chosen[number]
                yield tuple(column[rows] for column in part)


def train(arguments: argparse.Namespace) -> None:
    """For so many minutes of processor time; the learning rate falls to zero, and the weights are averaged."""
    data = examples(arguments)
    counts = collections.Counter(chunk for _, chunks, _ in data for chunk in chunks)
    known = sorted(chunk for chunk, n in counts.items() if n >= 4)
    number = {chunk: n for n, chunk in enumerate(known)}
    rows = [(w, [number[c] for c in chunks], s) for w, chunks, s in data if number.keys() >= set(chunks)]
    print(f"{len(rows)} words, {len(known)} chunks of phones", flush=True)
    torch.manual_seed(0)
    network = LetterNetwork(len(known))
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=arguments.rate, weight_decay=0.02, betas=(0.9, 0.98))
    start, losses = time.process_time(), []
    for step, (letters, source, chunks) in enumerate(Batches(rows, arguments.letters), start=1):
        done = (time.process_time() - start) / (60 * arguments.minutes)
        if done >= 1:
            break
        optimizer.param_groups[0]["lr"] = arguments.rate * min(1, step / 100) * (1 - done)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = network(letters, source, chunks)
        loss = F.cross_entropy(scores.float().flatten(0, 1), chunks.flatten(), label_smoothing=0.03)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(network)
        losses.append(loss.item())
        if step % 500 == 0:
            print(f"{done:.0%} step {step} loss {np.mean(losses[-500:]):.3f}", flush=True)
            save(average.module, known, arguments.output)
    save(average.module, known, arguments.output)


def measure(path: str, misaki: Path, most: int | None) -> None:
    """Words and names right by letters alone, and words as the frontend meets them: endings of known words first."""
    model, held = LetterModel(path), held_out_words("stem")
    words, names = random.Random(0).sample(sorted(held), most or len(held)), held_out_names(misaki_pairs(misaki))

    def known(word: str) -> tuple[str, ...] | None:
        return None if held_out(word, "stem") else lexicon_reading(word)

    @functools.cache
    def letters(word: str) -> list[tuple[str, ...]]:
        return letter_readings(word, model)

    def report(name: str, words: dict[str, tuple[tuple[str, ...], ...]], read: Callable) -> None:
        said = {word: read(word) for word in words}
        strict = sum(said[word] in words[word] for word in words) / len(words)
        plain = sum(without_stress(said[word]) in map(without_stress, words[word]) for word in words) / len(words)
        print(f"{name}: {len(words)} unseen words, right {plain:.2%}, right with stress {strict:.2%}", flush=True)

    plain_words = {word: held[word] for word in words if "'" not in word}
    start = time.process_time()
    report("letters alone, without possessives", plain_words, lambda word: letters(word)[0])
    print(f"{len(plain_words) / (time.process_time() - start):.0f} words a second")
    report("as in the frontend", {w: held[w] for w in words}, lambda word: unknown_word_phones(word, known, letters))
    report("names", names, lambda word: letters(word)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and measure the letter-to-sound network of English.")
    parser.add_argument("--misaki", type=Path, required=True, help="folder with the file that pip downloads")
    parser.add_argument("--output", help="the .npz file to write")
    parser.add_argument("--measure", help="a file to measure only")
    parser.add_argument("--minutes", type=float, default=40, help="of processor time")
    parser.add_argument("--rate", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--letters", type=int, default=2048, help="in a batch")
    parser.add_argument("--align_words", type=int, default=10_000, help="words that EM learns the alignment from")
    parser.add_argument("--words", type=int, help="held-out words to measure on; all by default")
    arguments = parser.parse_args()
    if bool(arguments.output) == bool(arguments.measure):
        parser.error("one of --output and --measure is needed")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", arguments, sep="\n")
    torch.set_num_threads(1)
    if arguments.output:
        train(arguments)
    measure(arguments.output or arguments.measure, arguments.misaki, arguments.words)


if __name__ == "__main__":
    main()
