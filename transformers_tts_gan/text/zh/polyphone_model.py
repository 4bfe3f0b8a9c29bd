"""A small network that reads a Chinese character with several readings by the characters around it.

Enters: the words of one unbroken run of Chinese characters. Leaves: numbered pinyin as in a dictionary for characters
that no context of `polyphones.tsv` and no long word decides. Embeddings of the characters around it go through one
hidden layer; each reading of the character has a weight vector of its own, and a bonus if its word is read so.
`benchmarks/train_polyphones.py` makes the file, from the CPP dataset and with `g2pM` (Park and Lee, 2020,
arXiv:2004.03136; Apache-2.0) as the teacher on Wikipedia text; the file holds weights, no text.
"""

import functools
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from .polyphones import alone_with_sizes


MODEL_FILE = "polyphone_model.npz"
WINDOW = 7  # characters on each side
PADDING, UNKNOWN, NUMERAL = 0, 1, 2  # tokens; the characters follow
SURE = 3  # characters from which a word that pypinyin knows needs no model
_RULED = frozenset("地的")  # particles, which the tables know better, and faster
_PADDING = (PADDING,) * WINDOW
NUMERALS = frozenset("零〇二三四五六七八九十百千万亿两几")


def encode(text: str, tokens: Mapping[str, int]) -> list[int]:
    """The token of each character of a run."""
    return [NUMERAL if char in NUMERALS else tokens.get(char, UNKNOWN) for char in text]


class PolyphoneModel:
    """Weights of the network, from the file `path`.

    The attribute `readings` lists what a character can be. `asked` are the characters that it is asked about: not
    those that it read as their words do in all of the text that it learned from.
    """

    def __init__(self, path: Path):
        with np.load(path) as file:
            stored = dict(file)
        self.tokens = {char: NUMERAL + 1 + index for index, char in enumerate(str(stored["characters"]))}
        self._embedding, self._hidden, output = (  # (C, E), (windows * E, H), (R, H)
            stored[name].astype(np.float32) * stored[f"{name}_scale"] for name in ("embedding", "hidden", "output")
        )
        self._hidden_bias, self._bonus = stored["hidden_bias"], stored["bonus"].tolist()
        self.readings: dict[str, tuple[str, ...]] = {}
        self._scorers: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # of each character: (readings, H), (readings,)
        row = 0
        for entry in str(stored["readings"]).split("|"):
            char, *readings = entry.split()
            self.readings[char] = tuple(readings)
            rows = slice(row, row + len(readings))
            self._scorers[char] = output[rows], stored["bias"][rows]
            row += len(readings)
        self.asked = frozenset(str(stored["asked"])) - _RULED

    def __call__(self, text: str, places: list[int], hints: list[tuple[str, int]]) -> list[str]:
        """The reading of each of the characters `places` of `text`.

        Args:
            text: A run of Chinese characters.
            places: Characters in `readings`.
            hints: The reading of each one in its word, and how many characters of the word that reading is known for.
        """
        tokens = [*_PADDING, *encode(text, self.tokens), *_PADDING]
        windows = [tokens[place : place + 2 * WINDOW + 1] for place in places]
        hidden = self._embedding.take(windows, axis=0).reshape(len(places), -1) @ self._hidden  # (places, H)
        hidden += self._hidden_bias
        np.maximum(hidden, 0, out=hidden)
        out = []
        for place, vector, (reading, size) in zip(places, hidden, hints, strict=True):
            char = text[place]
            readings, (weights, bias) = self.readings[char], self._scorers[char]
            scores = (weights @ vector + bias).tolist()
            if reading in readings:
                scores[readings.index(reading)] += self._bonus[min(size, SURE) - 1]
            out.append(readings[scores.index(max(scores))])
        return out


@functools.lru_cache(maxsize=1)
def polyphone_model() -> PolyphoneModel:
    """The model that comes with the package."""
    return PolyphoneModel(Path(__file__).parent / MODEL_FILE)


def read_by_model(words: list[str], decided: Collection[int]) -> dict[int, str]:
    """The readings of the run `words` that the model decides, by index; those in `decided` are left out.

    >>> read_by_model(["他", "长", "大", "了"], {3})[1]
    'zhang3'
    """
    places, hints, start = [], [], 0
    for word in words:
        for index, hint in _unsure(word):
            if start + index not in decided:
                places.append(start + index)
                hints.append(hint)
        start += len(word)
    return dict(zip(places, polyphone_model()("".join(words), places, hints), strict=True)) if places else {}


@functools.lru_cache(maxsize=65536)
def _unsure(word: str) -> tuple[tuple[int, tuple[str, int]], ...]:
    """The characters of `word` that the model may decide: the place of each, and what the word says about it."""
    asked = polyphone_model().asked
    if asked.isdisjoint(word):
        return ()
    read = enumerate(zip(word, alone_with_sizes(word), strict=True))
    return tuple((index, hint) for index, (char, hint) in read if hint[1] < SURE and char in asked)
