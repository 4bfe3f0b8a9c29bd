"""Tables and a picture of an ablation: means over seeds and sentences, and differences between its variants.

Enter: by variant and seed, the scores of each sentence, `[{name: (value, weight)}, ...]`. Leaves: means with their
95 % intervals, bootstrapped over seeds and sentences.
"""

from pathlib import Path

import numpy as np


SCORE_NAMES = {
    "wer": "word error rate",
    "mos": "predicted MOS",
    "mcd": "mel-cepstral distortion, dB",
    "f0_rmse": "F0 error, cents",
    "mel_distance": "mel distance",
    "speaker_similarity": "speaker similarity",
}
DRAWS = 2_000  # of the bootstrap
Interval = tuple[float, float, float]  # the mean, and both ends of its 95 % interval
Scores = list[dict[str, tuple[float, float]]]  # by sentence: value and weight by name


def draw(means: dict[str, dict[str, Interval]], file: Path) -> None:
    """Draw a panel for each score: the means of all variants, their intervals, and a line at the mean of the first."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    variants, names = list(means), list(next(iter(means.values())))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "variants", "font.size": 8}):
        figure = Figure(figsize=(1.5 + 1.9 * len(names), 0.7 + 0.25 * len(variants)), layout="constrained")
        panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
        for panel, name in zip(panels, names, strict=True):
            values, low, high = np.array([means[variant][name] for variant in variants]).T
            bars = np.stack([values - low, high - values]).clip(min=0)
            panel.errorbar(values, range(len(variants)), xerr=bars, fmt="o", markersize=4, capsize=2, color="#1f5fa8")
            panel.axvline(values[0], linewidth=0.8, linestyle=":", color="gray")
            panel.set_title(SCORE_NAMES[name], fontsize=8)
        panels[0].set_yticks(range(len(variants)), variants)
        panels[0].set_ylim(len(variants) - 0.5, -0.5)
        figure.savefig(file, metadata={"Date": None})


def scores_by_name(by_seed: list[Scores]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By name, values and weights `(seeds, sentences)`; a sentence without the score weighs nothing."""
    names = {name for scores in by_seed for sentence in scores for name in sentence}
    pairs = {
        name: np.array([[sentence.get(name, (0.0, 0.0)) for sentence in scores] for scores in by_seed])
        for name in names
    }
    return {name: (pair[..., 0], pair[..., 1]) for name, pair in pairs.items()}


def interval(values: np.ndarray, weights: np.ndarray) -> Interval:
    """The weighted mean of `(seeds, sentences)` and its 95 % interval, drawing seeds and sentences anew."""
    seeds, sentences = draws(*values.shape)
    drawn = values[seeds[:, :, None], sentences[:, None]], weights[seeds[:, :, None], sentences[:, None]]
    means = (drawn[0] * drawn[1]).sum((1, 2)) / drawn[1].sum((1, 2)).clip(min=1e-9)
    return float((values * weights).sum() / weights.sum()), *np.quantile(means, [0.025, 0.975]).tolist()


def difference(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> Interval:
    """How much more `one` has than `other`: of the sentences that both have, under the same seed."""
    weights = np.minimum(one[1], other[1])
    return interval(one[0] - other[0], weights)


def draws(seeds: int, sentences: int) -> tuple[np.ndarray, np.ndarray]:
    """Which seeds and sentences each draw of the bootstrap takes: `(draws, seeds)` and `(draws, sentences)`."""
    generator = np.random.default_rng(0)
    return generator.integers(seeds, size=(DRAWS, seeds)), generator.integers(sentences, size=(DRAWS, sentences))


def show(found: Interval, sign: str = "") -> str:
    """A mean with its interval, such as `0.041 [0.022, 0.062]`."""
    digits = 0 if abs(found[1]) > 20 else 2 if abs(found[0]) >= 1 and not sign else 3
    return "{0:{3}.{4}f} [{1:{3}.{4}f}, {2:{3}.{4}f}]".format(*found, sign, digits)
