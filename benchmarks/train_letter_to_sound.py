"""Train the letter-to-sound network of English, and measure it on families of words and on names that it never saw.

    pip download --no-deps misaki --dest misaki      # 128,000 more words, among them 4,300 names (Apache-2.0)
    python benchmarks/train_letter_to_sound.py --misaki misaki --output letters.npz   # 40 minutes of one core
    python benchmarks/train_letter_to_sound.py --misaki misaki --measure letters.npz
    python benchmarks/train_letter_to_sound.py --misaki misaki --examples words.npz   # to train elsewhere
    python benchmarks/train_letter_to_sound.py --examples words.npz --output letters.npz --device cuda --letters 8192

The file in the package was trained by the last command with `--minutes 5.83` on an H100 that others used too, in
32,000 steps.

EM aligns each letter of a word with no phone, one or two (Bisani and Ney, 2008, doi:10.1016/j.specom.2008.01.002,
section 3). The network says the phones of each letter from the whole word and from what was said before. The three
dictionaries (gruut's, the checked and the unchecked one of misaki) write weak vowels differently, so an embedding
tells the network which one it reads; the frontend asks for the first. Held out are a tenth of the families of words
and the names of three tenths of the families that only misaki has. A thirtieth of the other families is there to
choose settings by. `transformers_tts_gan/text/en/letter_to_sound.py` reads the result.
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
from collections.abc import Callable, Iterable
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
Example = tuple[str, list[tuple[str, ...]], int]  # a word, the phones of each letter, the number of its dictionary
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


def misaki_pairs(folder: Path, table: str = "us_gold") -> list[Pair]:
    """Words and first readings of misaki's American dictionary, in its own case; `us_silver` is the unchecked one."""
    wheels = sorted(folder.glob("misaki-*.whl"))
    if not wheels:
        raise FileNotFoundError(f"`{folder}` holds no misaki-*.whl; see the top of this script.")
    with zipfile.ZipFile(wheels[-1]) as wheel:
        entries = json.loads(wheel.read(f"misaki/data/{table}.json"))
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

    def __init__(self, chunks: int, dropout: float = 0.1):
        super().__init__()
        width, wide, memory, chunk_width, letters, triples = 128, 256, 128, 64, len(LETTERS), 4096
        self.letter, self.pair = nn.Embedding(letters, width), nn.Embedding(letters**2, width)
        self.triple, self.place = nn.Embedding(triples, width), nn.Embedding(LONGEST + 2, width)
        self.source = nn.Embedding(3, width)
        for table in (self.letter, self.pair, self.triple, self.place, self.source):
            nn.init.normal_(table.weight, std=0.3)
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    "n1": nn.LayerNorm(width), "qkv": nn.Linear(width, 3 * width), "o": nn.Linear(width, width),
                    "n2": nn.LayerNorm(width), "f1": nn.Linear(width, wide), "f2": nn.Linear(wide, width),
                }
            )
            for _ in range(3)
        )  # fmt: skip
        self.norm = nn.LayerNorm(width)
        self.chunk = nn.Embedding(chunks + 1, chunk_width)  # the last one stands before the first letter
        self.gru = nn.GRU(width + chunk_width, memory, batch_first=True)
        self.out = nn.Linear(memory, chunks)
        self.drop, self.forget = nn.Dropout(dropout), nn.Dropout1d(dropout)

    def forward(self, letters: Tensor, source: Tensor, chunks: Tensor) -> Tensor:
        pair, triple = neighborhoods(F.pad(letters, (1, 1)), self.triple.num_embeddings)
        hidden = self.letter(letters) + self.pair(pair) + self.triple(triple) + self.place.weight[: letters.shape[1]]
        hidden = self.drop(hidden + self.source(source)[:, None])  # (B, T + 2, D)
        for layer in self.layers:
            parts = layer["qkv"](layer["n1"](hidden)).view(*hidden.shape[:2], 3, HEADS, -1)
            queries, keys, values = parts.permute(2, 0, 3, 1, 4)
            seen = F.scaled_dot_product_attention(queries, keys, values).transpose(1, 2).reshape(hidden.shape)
            hidden = hidden + self.drop(layer["o"](seen))
            hidden = hidden + self.drop(layer["f2"](F.relu(layer["f1"](layer["n2"](hidden)))))
        first = torch.full_like(chunks[:, :1], self.chunk.num_embeddings - 1)
        before = self.forget(self.chunk(torch.cat([first, chunks[:, :-1]], dim=1)))  # (B, T, E)
        return self.out(self.drop(self.gru(torch.cat([self.norm(hidden)[:, 1:-1], before], dim=-1))[0]))


def save(network: LetterNetwork, chunks: list[tuple[str, ...]], path: str) -> None:
    """Weights as multiples of one step per row, one byte each; biases and norms as they are."""
    arrays: dict[str, np.ndarray] = {"chunks": np.array([" ".join(chunk) for chunk in chunks])}
    for name, tensor in network.state_dict().items():
        weight = tensor.float().cpu().numpy()
        if weight.ndim == 2:
            step = (np.abs(weight).max(axis=1, keepdims=True) / 127).clip(1e-9).astype(np.float32)
            arrays[name], arrays[f"{name}.step"] = np.round(weight / step).astype(np.int8), step
        else:
            arrays[name], arrays[f"{name}.step"] = weight, np.ones(1, np.float32)
    np.savez_compressed(path, **arrays)
    print(f"{os.path.getsize(path)} bytes, {sum(tensor.numel() for tensor in network.state_dict().values())} weights")


def make_examples(misaki: Path, align_words: int) -> list[Example]:
    """Aligned words of the three dictionaries; nothing of a held-out family."""
    pairs, gold, silver = readable_pairs(), misaki_pairs(misaki), misaki_pairs(misaki, "us_silver")
    free = [(word, phones) for word, phones in pairs if not held_out(word)]
    aligner = Aligner()
    aligner.fit(random.Random(0).sample(free, min(len(free), align_words)))
    names = {stem(word) for word in held_out_names(gold)}
    tagged = [(word.lower(), phones, n) for n, found in enumerate((pairs, gold, silver)) for word, phones in found]
    kept = [item for item in tagged if not held_out(item[0]) and stem(item[0]) not in names]
    aligned = [(word, aligner.align(word, phones), source) for word, phones, source in kept if len(word) <= LONGEST]
    return [(word, chunks, source) for word, chunks, source in aligned if chunks]


def write_examples(examples: list[Example], path: Path) -> None:
    names = sorted({chunk for _, chunks, _ in examples for chunk in chunks})
    number = {chunk: n for n, chunk in enumerate(names)}
    np.savez_compressed(
        path,
        words=np.array([word for word, _, _ in examples], "S"),
        names=np.array([" ".join(chunk) for chunk in names]),
        chunks=np.array([number[chunk] for _, chunks, _ in examples for chunk in chunks], np.uint16),
        sources=np.array([source for _, _, source in examples], np.uint8),
    )


def read_examples(path: Path) -> list[Example]:
    with np.load(path, allow_pickle=False) as file:
        names = [tuple(name.split()) for name in file["names"].tolist()]
        words, chunks = [word.decode() for word in file["words"].tolist()], iter(file["chunks"].tolist())
        return [(w, [names[next(chunks)] for _ in w], n) for w, n in zip(words, file["sources"].tolist(), strict=True)]


def for_development(word: str) -> bool:
    """Whether the family of `word` is left out of training, to choose settings by; none of these is held out."""
    return zlib.crc32(stem(word).encode()) % 30 == 7


class Batches:
    """Words of one length at a time, about `letters` letters, each word once a round in an order of its own."""

    def __init__(self, data: Iterable[tuple[str, list[int], int]], letters: int, device: torch.device):
        by_length = collections.defaultdict(list)
        for word, chunks, source in data:
            by_length[len(word)].append((letter_numbers(word), source, chunks))
        self.parts = [tuple(torch.tensor(np.array(column), device=device) for column in zip(*rows, strict=True))
                      for _, rows in sorted(by_length.items())]  # fmt: skip
        self.letters = letters

    def __iter__(self):
        while True:
            chosen = []
            for part in self.parts:
                order = torch.randperm(len(part[0]), device=part[0].device)
                size = max(1, self.letters // part[0].shape[1])
                chosen += [(part, order[start : start + size]) for start in range(0, len(order), size)]
            for number in torch.randperm(len(chosen)).tolist():
                part, rows = chosen[number]
                yield tuple(column[rows] for column in part)


def train(examples: list[Example], arguments: argparse.Namespace) -> None:
    """The learning rate rises for a fiftieth of the time and falls to zero as a cosine; the weights are averaged."""
    counts = collections.Counter(chunk for _, chunks, _ in examples for chunk in chunks)
    known = sorted(chunk for chunk, n in counts.items() if n >= 4)
    number = {chunk: n for n, chunk in enumerate(known)}
    rows = [(w, [number[c] for c in chunks], s) for w, chunks, s in examples if number.keys() >= set(chunks)]
    print(f"{len(rows)} words, {len(known)} chunks of phones", flush=True)
    torch.manual_seed(0)
    device = torch.device(arguments.device)
    network = LetterNetwork(len(known), arguments.dropout).to(device)
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)
    )
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02, betas=(0.9, 0.98), fused=True)
    clock = time.process_time if device.type == "cpu" else time.monotonic
    start, losses, told, saved = clock(), [], 0.0, 0.0
    for step, (letters, source, chunks) in enumerate(Batches(rows, arguments.letters, device), start=1):
        seconds = clock() - start
        done = seconds / (60 * arguments.minutes)
        if done >= 1:
            break
        optimizer.param_groups[0]["lr"] = arguments.rate * min(1, done / 0.02) * (1 + math.cos(math.pi * done)) / 2
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=device.type == "cpu"):
            scores = network(letters, source, chunks)
        loss = F.cross_entropy(scores.float().flatten(0, 1), chunks.flatten(), label_smoothing=0.03)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(network)
        losses.append(loss.detach())
        if seconds - told > 5:
            print(f"{done:.1%} {seconds:.0f} s, step {step}, loss {torch.stack(losses).mean():.4f}", flush=True)
            told, losses = seconds, []
        if seconds - saved > 60:
            save(average.module, known, arguments.output)
            saved = seconds
    save(average.module, known, arguments.output)


def report(name: str, words: dict[str, tuple[tuple[str, ...], ...]], read: Callable[[str], tuple[str, ...]]) -> None:
    said = {word: read(word) for word in words}
    strict = sum(said[word] in words[word] for word in words) / len(words)
    plain = sum(without_stress(said[word]) in map(without_stress, words[word]) for word in words) / len(words)
    print(f"{name}: {len(words)} unseen words, right {plain:.2%}, right with stress {strict:.2%}", flush=True)


def measure_development(path: str, examples: list[Example], most: int | None) -> None:
    """Words of the families to choose settings by: those of the first dictionary, and those that only misaki has."""
    model = LetterModel(path)
    tables: dict[bool, dict[str, tuple[tuple[str, ...], ...]]] = {True: {}, False: {}}
    for word, chunks, source in examples:
        table = tables[source == 0]
        if source < 2 and (source == 0 or word not in tables[True]):
            table[word] = (*table.get(word, ()), tuple(phone for chunk in chunks for phone in chunk))
    for first, table in tables.items():
        words = random.Random(0).sample(sorted(table), min(most or len(table), len(table)))
        name = "development, words of the lexicon" if first else "development, other words"
        report(name, {word: table[word] for word in words}, lambda word: letter_readings(word, model)[0])


def measure(path: str, misaki: Path, most: int | None) -> None:
    """Words and names right by letters alone, and words as the frontend meets them: endings of known words first."""
    model, held = LetterModel(path), held_out_words()
    words, names = random.Random(0).sample(sorted(held), most or len(held)), held_out_names(misaki_pairs(misaki))

    def known(word: str) -> tuple[str, ...] | None:
        return None if held_out(word) else lexicon_reading(word)

    @functools.cache
    def letters(word: str) -> list[tuple[str, ...]]:
        return letter_readings(word, model)

    plain_words = {word: held[word] for word in words if "'" not in word}
    start = time.process_time()
    report("letters alone, without possessives", plain_words, lambda word: letters(word)[0])
    print(f"{len(plain_words) / (time.process_time() - start):.0f} words a second")
    report("as in the frontend", {w: held[w] for w in words}, lambda word: unknown_word_phones(word, known, letters))
    report("names", names, lambda word: letters(word)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and measure the letter-to-sound network of English.")
    parser.add_argument("--misaki", type=Path, help="folder with the file that pip downloads")
    parser.add_argument("--examples", type=Path, help="file of aligned words; made from --misaki if it does not exist")
    parser.add_argument("--output", help="the .npz file to write")
    parser.add_argument("--measure", help="a file to measure only")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--minutes", type=float, default=40, help="of processor time; by the clock on a GPU")
    parser.add_argument("--rate", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--letters", type=int, default=2048, help="in a batch")
    parser.add_argument("--align_words", type=int, default=10_000, help="words that EM learns the alignment from")
    parser.add_argument("--words", type=int, help="words of each kind to measure on; all by default")
    arguments = parser.parse_args()
    given = bool(arguments.examples and arguments.examples.exists())
    if not (arguments.misaki or (given and arguments.output)):
        parser.error("--misaki is needed: it is only left out with --output and a file of --examples that exists")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", arguments, sep="\n")
    torch.set_num_threads(1)
    if arguments.output or not arguments.measure:
        examples = (
            read_examples(arguments.examples) if given else make_examples(arguments.misaki, arguments.align_words)
        )
        if arguments.examples and not given:
            write_examples(examples, arguments.examples)
    if arguments.output:
        train([item for item in examples if not for_development(item[0])], arguments)
        measure_development(arguments.output, [item for item in examples if for_development(item[0])], arguments.words)
    if arguments.misaki and (path := arguments.output or arguments.measure):
        measure(path, arguments.misaki, arguments.words)


if __name__ == "__main__":
    main()
