"""Phones of an English word that no dictionary holds, letter by letter.

Enters: letters a-z. Leaves: phones. Each letter stands for no phone, one or two. A small transformer (Vaswani et al.,
2017, arXiv:1706.03762) looks at all letters of the word; a recurrent cell (Cho et al., 2014, arXiv:1406.1078) goes
along them, remembers what was said, and a beam keeps the likeliest beginnings. It runs in numpy: the frontend loads no
torch. `benchmarks/train_letter_to_sound.py` trains it on the data of `gruut-lang-en` (MIT; the Carnegie Mellon
dictionary) and of `misaki` (Apache-2.0) and makes its file.
"""

import functools
from pathlib import Path
from typing import Any

import numpy as np


MODEL_FILE = "letter_to_sound.npz"
LETTERS = " abcdefghijklmnopqrstuvwxyz"  # the first one stands for the ends of the word
HEADS = 4
_BEAM = 8
_LIKELY = 4.0  # readings this much less likely than the best, as a logarithm, are left out


def neighborhoods(padded: Any, count: int) -> tuple[Any, Any]:
    """Numbers of each letter with the one before it, and with both neighbors, hashed to `count`; (..., T) each.

    `padded`, (..., T + 2), is an array of numpy or a tensor of torch, with an end more on each side.
    """
    pair = padded[..., :-2] * len(LETTERS) + padded[..., 1:-1]
    return pair, (pair * len(LETTERS) + padded[..., 2:]) * 40503 % 65537 % count


def letter_numbers(word: str) -> np.ndarray:
    """Numbers of the letters of `word` between two ends, (T + 2,)."""
    return np.array([0, *map(LETTERS.index, word), 0])


class LetterModel:
    """The network in the file `path`: one byte per weight, and a step per row."""

    def __init__(self, path: str | Path):
        with np.load(path, allow_pickle=False) as file:
            self.phones = [tuple(str(chunk).split()) for chunk in file["chunks"]]
            names = [name for name in file if not name.endswith(".step") and name != "chunks"]
            self.weights = {name: file[name] * file[f"{name}.step"] for name in names}
        self.layers = sum(name.endswith(".qkv.weight") for name in self.weights)
        # The input of the recurrent cell that comes from the chunk before, by chunk.
        self.width = self.weights["norm.weight"].shape[0]
        gates = self.weights["gru.weight_ih_l0"]
        self.of_chunk = self.weights["chunk.weight"] @ gates[:, self.width :].T + self.weights["gru.bias_ih_l0"]

    def __call__(self, word: str, count: int = 1) -> list[tuple[float, tuple[str, ...]]]:
        """The `count` likeliest readings of letters a-z, (log-probability, phones) each, the best first."""
        weights = self.weights
        inputs = self._encode(letter_numbers(word)) @ weights["gru.weight_ih_l0"][:, : self.width].T  # (T, 3 H)
        state = np.zeros((1, weights["out.weight"].shape[1]), np.float32)  # (hypotheses, H)
        last, scores = np.array([len(self.phones)]), np.zeros(1, np.float32)
        chosen = np.zeros((1, 0), int)
        for at_letter in inputs:
            state = self._recurrent(at_letter + self.of_chunk[last], state)
            table = scores[:, None] + _log_softmax(self._linear("out", state))
            best = np.argsort(table, axis=None, kind="stable")[::-1][:_BEAM]
            row, last = np.unravel_index(best, table.shape)
            state, scores = state[row], table[row, last]
            chosen = np.concatenate([chosen[row], last[:, None]], axis=1)
        read: dict[tuple[str, ...], float] = {}
        for score, chunks in zip(scores, chosen, strict=True):
            phones = tuple(phone for chunk in chunks for phone in self.phones[chunk])
            read[phones] = float(np.logaddexp(read.get(phones, -np.inf), score))
        return sorted(((score, phones) for phones, score in read.items()), key=lambda item: -item[0])[:count]

    def _encode(self, letters: np.ndarray) -> np.ndarray:
        """A vector for each letter that knows the whole word, (T, D); the ends are dropped."""
        weights = self.weights
        pair, triple = neighborhoods(np.pad(letters, 1), len(weights["triple.weight"]))
        hidden = weights["letter.weight"][letters] + weights["pair.weight"][pair] + weights["triple.weight"][triple]
        hidden = hidden + weights["place.weight"][: len(letters)] + weights["source.weight"][0]
        for n in range(self.layers):
            name = f"layers.{n}."
            hidden = hidden + self._attention(name, self._norm(f"{name}n1", hidden))
            wide = np.maximum(self._linear(f"{name}f1", self._norm(f"{name}n2", hidden)), 0)
            hidden = hidden + self._linear(f"{name}f2", wide)
        return self._norm("norm", hidden)[1:-1]

    def _attention(self, name: str, hidden: np.ndarray) -> np.ndarray:
        parts = self._linear(f"{name}qkv", hidden).reshape(len(hidden), 3, HEADS, -1)
        queries, keys, values = parts.transpose(1, 2, 0, 3)  # (heads, T, D / heads) each
        scores = np.exp(_log_softmax(queries @ keys.transpose(0, 2, 1) * queries.shape[-1] ** -0.5))
        return self._linear(f"{name}o", (scores @ values).transpose(1, 0, 2).reshape(hidden.shape))

    def _recurrent(self, entered: np.ndarray, state: np.ndarray) -> np.ndarray:
        """One step of a gated recurrent unit, as torch defines it."""
        weights = self.weights
        remembered = state @ weights["gru.weight_hh_l0"].T + weights["gru.bias_hh_l0"]
        size = state.shape[1]
        reset, update = np.split(1 / (1 + np.exp(-(entered + remembered)[:, : 2 * size])), 2, axis=1)
        fresh = np.tanh(entered[:, 2 * size :] + reset * remembered[:, 2 * size :])
        return (1 - update) * fresh + update * state

    def _linear(self, name: str, hidden: np.ndarray) -> np.ndarray:
        return hidden @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, name: str, hidden: np.ndarray) -> np.ndarray:
        centered = hidden - hidden.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + 1e-5)
        return centered / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    scores = scores - scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


@functools.lru_cache(maxsize=1)
def _model() -> LetterModel:
    return LetterModel(Path(__file__).with_name(MODEL_FILE))


def letter_readings(word: str, model: LetterModel | None = None) -> list[tuple[str, ...]]:
    """The likely readings of `word` (a-z, lower case), the best first; one main stress in those that come first.

    >>> " ".join(letter_readings("flombering")[0])
    'F L AA1 M B ER0 IH0 NG'
    """
    ranked = (model or _model())(word, count=_BEAM)
    likely = [phones for score, phones in ranked if score > ranked[0][0] - _LIKELY]
    fitting = [phones for phones in likely if sum("1" in phone for phone in phones) == 1]
    return fitting or [one_main_stress(likely[0])]


def one_main_stress(phones: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the first main stress; if there is none, give it to the first vowel, one with second stress if possible."""
    vowels = [place for place, phone in enumerate(phones) if phone[-1].isdigit()]
    main = min(vowels, key=lambda place: ("120".index(phones[place][-1]), place), default=None)
    return tuple(phone[:-1] + "1" if place == main else phone.replace("1", "2") for place, phone in enumerate(phones))
