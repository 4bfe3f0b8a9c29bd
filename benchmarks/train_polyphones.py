"""Train the network that reads Chinese characters with several readings, and measure it.

    git clone https://github.com/kakaobrain/g2pM                       # data/ holds the CPP dataset (Apache-2.0)
    pip download --no-deps g2pM && unzip g2pM-*.whl 'g2pM/*' -d teacher  # the teacher (Apache-2.0)
    python benchmarks/train_polyphones.py --cpp g2pM/data --teacher teacher/g2pM --text wiki.txt --output model.npz
    python benchmarks/train_polyphones.py --cpp g2pM/data              # only measures what the package holds

What is learned: the labels of the CPP sentences in `dev` (in `train` too, where it is there; never in `test`); what
the teacher says about `--text` (UTF-8, a sentence per line) and about words of jieba put into those sentences; and
what the tables of this package say about `--own_text`, everyday sentences that the teacher has not seen. The model in
the package has had `dev`, 1.6 million characters of Chinese Wikipedia as `--text`: CMRC 2018 (trial, dev), DRCD (dev,
test) and UD Chinese GSD (dev, test), and half of the sentences of `hsk-sentences-audio` as `--own_text`.
"""

import argparse
import pickle
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import jieba
import numpy as np
import torch
from torch import nn

from transformers_tts_gan.text.han import HAN_RANGES, is_han
from transformers_tts_gan.text.zh.g2p import read_words, syllable_phones
from transformers_tts_gan.text.zh.polyphone_model import (
    NUMERAL,
    NUMERALS,
    PADDING,
    SURE,
    UNKNOWN,
    WINDOW,
    PolyphoneModel,
    encode,
)
from transformers_tts_gan.text.zh.polyphones import alone_with_sizes, polyphones, read_in_context
from transformers_tts_gan.text.zh.segment import segment, word_frequency


RUN = re.compile(f"[{HAN_RANGES}0-9]+")
DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
NOT_LEARNED = frozenset("一不")  # their tones are rules
MOST_CHARACTERS = 5200
MOST_READINGS = 6
NOTICE = (
    "Apache-2.0. Trained on the CPP dataset of kakaobrain/g2pM (Apache-2.0; sentences of Chinese Wikipedia), with "
    "g2pM (Apache-2.0) as the teacher on text of Chinese Wikipedia (CC BY-SA). Weights only: no text is in this file."
)
UNSURE = 0.8  # a teacher less certain than this, against our tables, is not believed
Labels = dict[int, dict[str, float]]  # the probability of each reading, by place


def plain(pinyin: str) -> str:
    """As this package writes it: `lv4` for `lu:4`, `er5` for `r5`.

    >>> plain("lu:4"), plain("r5")
    ('lv4', 'er5')
    """
    return "er5" if pinyin == "r5" else pinyin.replace("u:", "v")


def is_pinyin(syllable: str) -> bool:
    """Whether this package can say it: the dictionary of g2pM writes `xx5` where it knows no reading.

    >>> is_pinyin("lv4"), is_pinyin("xx5")
    (True, False)
    """
    try:
        return bool(syllable_phones(syllable))
    except ValueError:
        return False


def cpp(folder: Path, split: str) -> list[tuple[str, int, str]]:
    """(sentence, place, pinyin) of a split of the CPP dataset, whose sentences mark the character with `▁`."""
    texts, labels = ((folder / f"{split}.{kind}").read_text(encoding="utf-8").splitlines() for kind in ("sent", "lb"))
    return [
        (text.replace("▁", ""), text.index("▁"), plain(label.strip()))
        for text, label in zip(texts, labels, strict=True)
    ]


def runs(text: str) -> Iterator[tuple[int, str]]:
    """Start and characters of each Chinese run, digits as Chinese numerals."""
    for match in RUN.finditer(text):
        if any(map(is_han, match[0])):
            yield match.start(), match[0].translate(DIGITS)


def told(run: str) -> list[tuple[str, int, str]]:
    """For each character what its word says, for how many characters that is known, and what a context says."""
    words = segment(run)
    found = read_in_context(words)
    alone = [item for word in words for item in alone_with_sizes(word)]
    return [(reading, size, found.get(place, "")) for place, (reading, size) in enumerate(alone)]


class Teacher:
    """g2pM's network, run in batches."""

    def __init__(self, folder: Path):
        state, self.dictionary, self.tokens, self.classes = (
            pickle.loads((folder / f"{name}.pkl").read_bytes())
            for name in ("np_ckpt", "digest_cedict", "char2idx", "class2idx")
        )
        state = {name: torch.tensor(np.asarray(weight), dtype=torch.float32) for name, weight in state.items()}
        self.embedding = nn.Embedding.from_pretrained(state["embedding.weight"])
        self.lstm = nn.LSTM(64, 32, bidirectional=True, batch_first=True)
        self.lstm.load_state_dict({name[5:]: weight for name, weight in state.items() if name.startswith("lstm.")})
        self.layers = [(state[f"logit_layer.{n}.weight"], state[f"logit_layer.{n}.bias"]) for n in (0, 2)]
        self.readings = {
            char: [reading for reading in readings if reading in self.classes]
            for char, readings in self.dictionary.items()
            if len(readings) > 1 and is_han(char) and char not in NOT_LEARNED
        }

    @torch.no_grad()
    def __call__(self, sentences: list[str]) -> list[Labels]:
        out: list[Labels] = [{} for _ in sentences]
        order = sorted(range(len(sentences)), key=lambda number: len(sentences[number]))
        unknown = self.tokens["<UNK>"]
        (first, first_bias), (second, second_bias) = self.layers
        for begin in range(0, len(order), 256):
            numbers = order[begin : begin + 256]
            rows = [[self.tokens.get(char, unknown) for char in f"시{sentences[n]}끝"] for n in numbers]
            rows = [torch.tensor(row) for row in rows]  # 시 and 끝 are g2pM's start and end
            packed = nn.utils.rnn.pack_sequence([self.embedding(row) for row in rows], enforce_sorted=False)
            states, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
            scores = torch.relu(states @ first.T + first_bias) @ second.T + second_bias
            for row, number in enumerate(numbers):
                for place, char in enumerate(sentences[number]):
                    if readings := self.readings.get(char):
                        chosen = scores[row, place + 1, [self.classes[reading] for reading in readings]]
                        shares = torch.softmax(chosen, 0).tolist()
                        out[number][place] = dict(zip(map(plain, readings), shares, strict=True))
        return out


def words_in_sentences(texts: list[str], readings: dict[str, list[str]], most: int) -> list[tuple[str, int, int]]:
    """Sentences in which a word of jieba takes the place of another one, and where it stands.

    Each character of `readings` gets its `most` most frequent words and as many others.
    """
    jieba.initialize()
    draw, words = random.Random(0), defaultdict(list)
    for word, count in jieba.dt.FREQ.items():
        if count and 2 <= len(word) <= 6 and is_han(word):
            for char in readings.keys() & set(word):
                words[char].append(word)
    chosen = set()
    for char in sorted(words):
        ordered = sorted(words[char], key=lambda word: (-word_frequency(word), word))
        chosen |= {*ordered[:most], *draw.sample(ordered, min(most, len(ordered)))}
    hosts, out = [text for text in texts if len(text) < 60], []
    for word in sorted(chosen):
        parts = segment(draw.choice(hosts))
        place = draw.randrange(len(parts))
        before = "".join(parts[:place])
        out.append((before + word + "".join(parts[place + 1 :]), len(before), len(before) + len(word)))
    return out


class Examples:
    """Windows of tokens, rows of readings, shares and hints, as arrays."""

    def __init__(self, tokens: dict[str, int], readings: dict[str, list[str]]):
        self.tokens, self.readings = tokens, readings
        self.first = dict(zip(readings, np.cumsum([0, *map(len, readings.values())]).tolist(), strict=False))
        self.rows: list[tuple[list[int], int, list[float], int, int]] = []

    def add(self, text: str, labels: Labels, doubted: bool = False) -> None:
        """One example per label; with `doubted` those against our tables count only where they are certain."""
        for start, run in runs(text):
            wanted = [place for place in labels if start <= place < start + len(run) and text[place] in self.readings]
            if not wanted:
                continue
            tokens = [PADDING] * WINDOW + encode(run, self.tokens) + [PADDING] * WINDOW
            hints = told(run)
            for place in wanted:
                readings, shares = self.readings[text[place]], labels[place]
                reading, size, context = hints[place - start]
                best = max(shares, key=shares.__getitem__)
                if best not in readings or doubted and best != (context or reading) and shares[best] < UNSURE:
                    continue
                hint = readings.index(reading) if reading in readings else -1
                at = place - start
                self.rows.append((
                    tokens[at : at + 2 * WINDOW + 1], self.first[text[place]], [shares.get(r, 0.0) for r in readings],
                    hint, min(size, SURE) - 1,
                ))  # fmt: skip

    def tensors(self) -> list[torch.Tensor]:
        """Windows, first rows, shares (-1 where there is no reading), hints and their sizes."""
        shares = np.full((len(self.rows), MOST_READINGS), -1, np.float32)
        for row, example in enumerate(self.rows):
            shares[row, : len(example[2])] = example[2]
        columns = [torch.tensor([row[column] for row in self.rows]) for column in (0, 1, 3, 4)]
        return [columns[0], columns[1], torch.from_numpy(shares), columns[2], columns[3]]


class Network(nn.Module):
    """What `PolyphoneModel` reads, with dropout; 0.1 of the characters around are hidden while it learns."""

    def __init__(self, tokens: int, readings: int, size: int = 40, hidden: int = 128, dropout: float = 0.2):
        super().__init__()
        self.embedding = nn.Embedding(tokens, size)
        self.hidden = nn.Linear((2 * WINDOW + 1) * size, hidden)
        self.output = nn.Embedding(readings + MOST_READINGS, hidden)  # the last ones are padding
        self.bias = nn.Parameter(torch.zeros(readings + MOST_READINGS))
        self.bonus = nn.Parameter(torch.arange(float(SURE)))
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.embedding.weight, std=0.3)
        nn.init.normal_(self.output.weight, std=0.1)

    def forward(self, windows, first, shares, hints, sizes):
        """Scores of each reading, (B, MOST_READINGS)."""
        if self.training:
            hide = torch.rand(windows.shape) < 0.1
            hide[:, WINDOW] = False
            windows = windows.masked_fill(hide, UNKNOWN)
        around = self.dropout(self.embedding(windows).flatten(1))
        hidden = self.dropout(torch.relu(self.hidden(around)))
        rows = first[:, None] + torch.arange(MOST_READINGS)
        scores = (self.output(rows) * hidden[:, None]).sum(-1) + self.bias[rows]
        scores = scores + self.bonus[sizes][:, None] * (hints[:, None] == torch.arange(MOST_READINGS))
        return scores.masked_fill(shares < 0, -1e4)


def train(network: Network, gold: list[torch.Tensor], taught: list[torch.Tensor], epochs: int, times: int) -> None:
    """AdamW with one cycle of learning rates; an epoch holds the labeled examples `times` times."""
    most = 3e-3
    order = torch.cat([torch.arange(len(taught[0])), len(taught[0]) + torch.arange(len(gold[0])).repeat(times)])
    every = [torch.cat(pair) for pair in zip(taught, gold, strict=True)]
    batch = min(1024, len(order))
    optimizer = torch.optim.AdamW(network.parameters(), lr=most, weight_decay=0.1)
    steps = epochs * (len(order) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, most, total_steps=steps, pct_start=0.1)
    began = time.monotonic()
    for epoch in range(epochs):
        total = 0.0
        for chosen in order[torch.randperm(len(order))][: steps // epochs * batch].split(batch):
            inputs = [column[chosen] for column in every]
            loss = -(inputs[2].clamp(min=0) * torch.log_softmax(network(*inputs), 1)).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total * epochs / steps:.4f}, {time.monotonic() - began:.0f} s", flush=True)


def save(network: Network, path: Path, characters: str, readings: dict[str, list[str]]) -> None:
    """Weights in bytes, each matrix with one scale."""
    rows = sum(map(len, readings.values()))
    stored = {
        "notice": NOTICE,
        "characters": characters,
        "readings": "|".join(f"{c} {' '.join(r)}" for c, r in readings.items()),
        "asked": "".join(readings),
    }
    matrices = (network.embedding.weight, network.hidden.weight.T, network.output.weight[:rows])
    for name, weight in zip(("embedding", "hidden", "output"), matrices, strict=True):
        values = weight.detach().numpy()
        scale = np.float32(np.quantile(np.abs(values), 0.9999) / 127)
        stored[name], stored[f"{name}_scale"] = np.clip(np.rint(values / scale), -127, 127).astype(np.int8), scale
    stored |= {"hidden_bias": network.hidden.bias, "bias": network.bias[:rows], "bonus": network.bonus}
    np.savez_compressed(path, **{name: np.asarray(value.detach() if isinstance(value, torch.Tensor) else value)
                                 for name, value in stored.items()})  # fmt: skip
    print(f"{path}: {path.stat().st_size:,} bytes, {len(readings)} characters with {rows} readings")


def narrow(path: Path, texts: list[str], seen_enough: int = 50) -> None:
    """Ask no more about what has `seen_enough` places in `texts` and is read as in its word in all of them."""
    model = PolyphoneModel(path)
    seen, changed = Counter(), set()
    for text in texts:
        for _, run in runs(text):
            words = segment(run)
            hints, decided = [hint for word in words for hint in alone_with_sizes(word)], read_in_context(words)
            places = [
                n for n, char in enumerate(run) if hints[n][1] < SURE and char in model.asked and n not in decided
            ]
            said = model(run, places, [hints[place] for place in places]) if places else []
            seen.update(run[place] for place in places)
            changed.update(run[n] for n, reading in zip(places, said, strict=True) if reading != hints[n][0])
    asked = [char for char in model.readings if char in changed or seen[char] < seen_enough]
    with np.load(path) as file:
        stored = dict(file)
    np.savez_compressed(path, **stored | {"asked": np.asarray("".join(asked))})
    print(f"{len(asked)} of {len(model.readings)} characters are asked about")


def make(args: argparse.Namespace) -> None:
    """Train and save."""
    torch.manual_seed(0)
    teacher = Teacher(args.teacher)
    labeled = [
        item for split in ("train", "dev") if (args.cpp / f"{split}.sent").exists() for item in cpp(args.cpp, split)
    ]
    texts = [line for path in args.text for line in path.read_text(encoding="utf-8").splitlines() if line]
    own = [line for path in args.own_text for line in path.read_text(encoding="utf-8").splitlines() if line]
    several = {char: set(map(plain, readings)) for char, readings in teacher.readings.items()}
    for char, entry in polyphones().items():
        if char in several:
            several[char] |= {*entry.readings.values(), *filter(None, [entry.default])}
    for text, place, reading in labeled:
        if text[place] in several:
            several[text[place]].add(reading)
    several = {char: set(filter(is_pinyin, found)) for char, found in several.items()}
    readings = {char: sorted(found) for char, found in sorted(several.items()) if 1 < len(found) <= MOST_READINGS}
    hosted = words_in_sentences(texts, readings, most=150)
    counts = Counter(char for text in (*texts, *(text for text, _, _ in hosted)) for char in text if is_han(char))
    known = [char for char, _ in counts.most_common(MOST_CHARACTERS) if char not in NUMERALS]
    characters = "".join([*known, *(char for char in readings if char not in set(known))])
    tokens = {char: NUMERAL + 1 + index for index, char in enumerate(characters)}

    gold, taught = Examples(tokens, readings), Examples(tokens, readings)
    for text, place, reading in labeled:
        gold.add(text, {place: {reading: 1.0}})
    for text in own:
        said = [(start + at, item) for start, run in runs(text) for at, item in enumerate(told(run))]
        gold.add(text, {place: {context or reading: 1.0} for place, (reading, _, context) in said})
    plain_texts = [text for text, _, _ in labeled] + texts
    for text, labels in zip(plain_texts, teacher(plain_texts), strict=True):
        taught.add(text, labels, doubted=True)
    for (text, start, end), labels in zip(hosted, teacher([text for text, _, _ in hosted]), strict=True):
        taught.add(text, {place: shares for place, shares in labels.items() if start <= place < end}, doubted=True)
    print(f"{len(gold.rows):,} labeled examples, {len(taught.rows):,} of the teacher")
    network = Network(NUMERAL + 1 + len(characters), sum(map(len, readings.values())))
    train(network, gold.tensors(), taught.tensors(), args.epochs, times=8)
    save(network.eval(), args.output, characters, readings)
    narrow(args.output, plain_texts)


def measure(folder: Path) -> None:
    """The share of right readings; exact, and with a neutral tone as good as any, as dictionaries differ there."""
    for split in ("dev", "test"):
        exact = near = 0
        rows = cpp(folder, split)
        for text, place, right in rows:
            start, run = next((start, run) for start, run in runs(text) if start <= place < start + len(run))
            said = [reading for word in read_words(segment(run)) for reading in word][place - start]
            exact += said == right
            near += said == right or said[:-1] == right[:-1] and "5" in (said[-1], right[-1])
        shares = f"exact {exact / len(rows):.2%}, neutral tones as any {near / len(rows):.2%}"
        print(f"CPP {split}: {len(rows)} characters, {shares}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpp", type=Path, required=True, metavar="FOLDER", help="with dev.sent, dev.lb, test.sent …")
    parser.add_argument("--teacher", type=Path, metavar="FOLDER", help="g2pM's package, with np_ckpt.pkl")
    parser.add_argument("--text", type=Path, nargs="*", default=[], metavar="FILE", help="sentences for the teacher")
    parser.add_argument("--own_text", type=Path, nargs="*", default=[], metavar="FILE", help="everyday sentences")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--output", type=Path, metavar="FILE", help="file to write; without it only measures")
    args = parser.parse_args(arguments)
    if args.output is not None:
        if args.teacher is None or not args.text:
            parser.error("training needs `--teacher` and `--text`; see the top of this script")
        make(args)
    measure(args.cpp)


if __name__ == "__main__":
    main()
