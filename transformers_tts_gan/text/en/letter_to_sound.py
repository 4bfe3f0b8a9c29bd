"""Phones of an English word that no dictionary holds, letter by letter.

Enters: letters a-z. Leaves: phones. A joint-sequence model (Bisani and Ney, 2008, doi:10.1016/j.specom.2008.01.002):
pairs of a letter and the phones it stands for, none to two, follow each other as an n-gram says that was counted on
nine tenths of the lexicon and smoothed after Kneser and Ney. `benchmarks/train_letter_to_sound.py` makes its file from
the data of `gruut-lang-en` (MIT; the Carnegie Mellon dictionary).
"""

import functools
from pathlib import Path

import numpy as np


MODEL_FILE = "letter_to_sound.npz"
STEP = 0.1  # of a stored logarithm: one byte reaches down to -25.5
START, END = "^", "$"
AFTER_MAIN = "+"  # marks the vowels after the main stress, so that a word gets one
_MULTIPLIER, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_BEAM = 32
_UNSEEN = -20.0
_LIKELY = 4.0  # readings this much less likely than the best, as a logarithm, are left out


def symbol_codes(count: int) -> np.ndarray:
    """A scattered 64-bit code of each symbol number, the same on every machine."""
    codes = (np.arange(1, count + 1, dtype=np.uint64) * _MIX) ^ np.uint64(0x5851F42D4C957F2D)
    codes ^= codes >> np.uint64(29)
    return codes * _MULTIPLIER


def joined(code: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The code of a sequence: that of its last symbol and that of all before it (0 for none)."""
    return code + before * _MULTIPLIER


def key(code: np.ndarray) -> np.ndarray:
    """What the tables are sorted by: 32 bits of a sequence's code."""
    return ((code * _MIX) >> np.uint64(32)).astype(np.uint32)


class _Grams:
    """Smoothed n-gram tables of one reading direction."""

    def __init__(self, file, way: str, codes: np.ndarray):
        self.codes = codes
        self.order = max(int(name.split("_scores")[1]) for name in file if name.startswith(f"{way}_scores"))
        orders = range(1, self.order + 1)
        self.keys = [np.cumsum(_from_bytes(file[f"{way}_keys{n}"]), dtype=np.uint32) for n in orders]
        self.scores = [file[f"{way}_scores{n}"].astype(np.float32) * -STEP for n in orders]
        self.weights = [file[f"{way}_weights{n}"].astype(np.float32) * -STEP for n in orders[:-1]]
        self.powers = [np.uint64(pow(int(_MULTIPLIER), n - 1, 2**64)) for n in orders]

    def __call__(self, history: np.ndarray, choices: np.ndarray) -> np.ndarray:
        """Log-probability, (rows, C), of `choices`, (rows or 1, C), after each row of `history`, (rows, so far)."""
        order = min(self.order, history.shape[1] + 1)
        contexts = [np.zeros(len(history), np.uint64)]  # of the last 0, 1, 2 … symbols
        for n in range(1, order):
            contexts.append(contexts[-1] + self.codes[history[:, -n]] * self.powers[n - 1])
        out = np.zeros((len(history), choices.shape[1]), np.float32)
        todo = np.ones_like(out, dtype=bool)
        for n in range(order, 0, -1):
            place, found = self._find(joined(self.codes[choices], contexts[n - 1][:, None]), n)
            found &= todo
            out[found] += self.scores[n - 1][place[found]]
            todo &= ~found
            if n > 1:
                place, known = self._find(contexts[n - 1], n - 1)
                out += todo * np.where(known, self.weights[n - 2][place], np.float32(0))[:, None]
        out[todo] += _UNSEEN
        return out

    def _find(self, codes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        keys, table = key(codes), self.keys[n - 1]
        place = np.minimum(np.searchsorted(table, keys), len(table) - 1)
        return place, table[place] == keys


class LetterModel:
    """N-grams of letter-and-phones pairs in the file `path`: one forwards, to search, one backwards, to vote."""

    def __init__(self, path: str | Path):
        with np.load(path, allow_pickle=False) as file:
            pairs = [str(pair) for pair in file["pairs"]]
            codes = symbol_codes(len(pairs))
            self.forward, self.backward = _Grams(file, "forward", codes), _Grams(file, "backward", codes)
        self.phones = [tuple(pair[1:].replace(AFTER_MAIN, "").split()) for pair in pairs]
        letters = [pair[0] for pair in pairs]
        self.of_letter = {
            letter: np.array([number for number, other in enumerate(letters) if other == letter])
            for letter in sorted(set(letters))
        }

    def __call__(self, word: str, count: int = 1) -> list[tuple[float, tuple[str, ...]]]:
        """The `count` likeliest readings of letters a-z, (log-probability, phones) each, the best first."""
        history = self.of_letter[START][None]  # (hypotheses, symbols so far)
        scores = np.zeros(1, np.float32)
        for letter in word + END:
            choices = self.of_letter[letter]
            table = scores[:, None] + self.forward(history, choices[None])
            best = np.argsort(table, axis=None, kind="stable")[::-1][:_BEAM]
            row, column = np.unravel_index(best, table.shape)
            history = np.concatenate([history[row], choices[column, None]], axis=1)
            scores = table[row, column]
        scores = (scores + self._backwards(history)) / 2
        read: dict[tuple[str, ...], float] = {}
        for score, symbols in zip(scores, history, strict=True):
            phones = tuple(phone for symbol in symbols[1:-1] for phone in self.phones[symbol])
            read[phones] = float(np.logaddexp(read.get(phones, -np.inf), score))
        ranked = sorted(((score, phones) for phones, score in read.items()), key=lambda item: -item[0])
        return ranked[:count]

    def _backwards(self, history: np.ndarray) -> np.ndarray:
        turned = np.concatenate([history[:, :1], history[:, -2:0:-1], history[:, -1:]], axis=1)
        out = np.zeros(len(history), np.float32)
        for place in range(1, turned.shape[1]):
            out += self.backward(turned[:, :place], turned[:, place : place + 1])[:, 0]
        return out


def _from_bytes(planes: np.ndarray) -> np.ndarray:
    """Differences of sorted keys, stored as four rows of bytes because that packs better."""
    return np.ascontiguousarray(planes.T).view(np.uint32)[:, 0]


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
