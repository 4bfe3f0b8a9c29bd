"""The measures of prosody as metrics of the library `evaluate`, over the phones of sentences.

Enter: for each sentence a list of numbers, one a phone or one a gap between words, predicted and spoken; NaN in a
reference: not counted. Leaves: a dict of numbers. Definitions are those of `compare_prosody` and `summarize`.
"""

import numpy as np

from .error_rates import bootstrap_interval
from .hf_evaluate import SpeechMetric, datasets
from .prosody import PAUSE_SECONDS, correlation, mean_square


class ProsodyMetric(SpeechMetric):
    """Base: each sentence has a sum and a weight; the number is the quotient of their sums over all sentences.

    Besides the number, `compute` returns the bounds `low` and `high` of its 95 % bootstrap interval over sentences.
    """

    inputs = "`predictions`, `references`: lists of one list of numbers a sentence; NaN in a reference: not counted."
    feature = datasets.Sequence(datasets.Value("float64"))

    def _compute(self, predictions, references):
        pairs = [counted_numbers(*each) for each in zip(range(len(references)), predictions, references, strict=True)]
        sums = np.array([self.count(*pair) for pair in pairs], dtype=float).reshape(-1, 2)
        sums = sums[sums[:, 1] > 0]  # what tells nothing is not drawn either
        if not len(sums):
            raise ValueError(f"The {len(pairs)} references hold nothing to compare: {self.needs}.")
        total, weight = sums.sum(axis=0)
        bounds = bootstrap_interval(sums / sums[:, 1].min())  # it counts in whole units
        values = (self.finish(value) for value in (total / weight, *bounds))
        return dict(zip((self.name, "low", "high"), values, strict=True))

    def finish(self, quotient: float) -> float:
        """The number that a quotient stands for."""
        return float(quotient)


class PhoneError(ProsodyMetric):
    """Root mean square difference over phones: `phone_rmse`, in the unit of the numbers.

    Of log-durations as in Ren et al. (2020, arXiv:2006.04558), and of F0 in cents where there is a voice.
    """

    name, needs = "phone_rmse", "give at least one number that is not NaN"

    def count(self, predicted: np.ndarray, spoken: np.ndarray) -> tuple[float, float]:
        mean, weight = mean_square(predicted, spoken)
        return mean * weight, weight

    def finish(self, quotient: float) -> float:
        return float(quotient) ** 0.5


class PhoneCorrelation(ProsodyMetric):
    """Pearson's correlation within sentences, their mean by the number of phones: `phone_correlation`.

    A prediction that never changes counts as 0. A sentence of fewer than five phones, or whose reference never
    changes, tells nothing. A definition of this project.
    """

    name, needs = "phone_correlation", "give a sentence with five numbers that are not all alike"

    def count(self, predicted: np.ndarray, spoken: np.ndarray) -> tuple[float, float]:
        value, weight = correlation("", predicted, spoken).get("", (0.0, 0.0))
        return value * weight, weight


class VarianceRatio(ProsodyMetric):
    """Variance within sentences as a share of the references': `variance_ratio`; 1 is as lively as people.

    Below 1 a melody is flatter, as that of models that learn by squared errors. A definition of this project.
    """

    name, needs = "variance_ratio", "give a sentence whose numbers are not all alike"

    def count(self, predicted: np.ndarray, spoken: np.ndarray) -> tuple[float, float]:
        return (float(np.var(predicted)) * len(spoken), float(np.var(spoken)) * len(spoken)) if len(spoken) else (0, 0)


class PauseF1(ProsodyMetric):
    """Pauses that are predicted where people make them: `pause_f1`, and its `precision` and `recall`.

    The numbers are seconds without a voice in each gap between words; from 0.1 s on a gap is a pause. Where there are
    no pauses and none is predicted, all are 1.
    """

    name = "pause_f1"
    inputs = "`predictions`, `references`: lists of one list a sentence, seconds without a voice in each gap."

    def _compute(self, predictions, references):
        pairs = [counted_numbers(*each) for each in zip(range(len(references)), predictions, references, strict=True)]
        paused = [[each >= PAUSE_SECONDS for each in pair] for pair in pairs]
        counts = np.array([[(one & other).sum(), one.sum(), other.sum()] for one, other in paused]).reshape(-1, 3)
        hits, predicted, spoken = (int(count) for count in counts.sum(axis=0))
        shares = np.stack([2 * counts[:, 0], counts[:, 1:].sum(axis=1)], axis=1)
        low, high = bootstrap_interval(shares[shares[:, 1] > 0]) if predicted + spoken else (1.0, 1.0)
        return {
            self.name: 2 * hits / (predicted + spoken) if predicted + spoken else 1.0,
            "precision": hits / predicted if predicted else float(not spoken),
            "recall": hits / spoken if spoken else 1.0,
            "low": low,
            "high": high,
        }


def counted_numbers(number: int, predicted, spoken) -> tuple[np.ndarray, np.ndarray]:
    """What counts of a sentence: where its reference is not NaN.

    Raises:
        ValueError: For another number of predictions, and for one that is not finite where it counts.
    """
    found, known = (np.asarray([] if each is None else each, dtype=float) for each in (predicted, spoken))
    if found.shape != known.shape:
        raise ValueError(f"Prediction {number} has {len(found)} numbers, its reference {len(known)}: give one each.")
    counts = ~np.isnan(known)
    if not np.isfinite(found[counts]).all():
        raise ValueError(f"Prediction {number} is not finite where its reference counts: predict a number there.")
    return found[counts], known[counts]
