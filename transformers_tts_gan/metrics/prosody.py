"""How near predicted prosody comes to that of recordings: timing, melody, pauses, questions and repeated words.

Enter: [`PhoneProsody`] of a sentence as it was predicted and as it was spoken, phone by phone, so that nothing has to
be aligned. Leave: numbers by name with their weights, of one sentence or of many. Errors are squared until the mean
over sentences is taken; `summarize` takes their root.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..text.phoneset import BOUNDARY, PAUSES
from ..text.rows import SILENCE
from .questions import is_yes_no_question


PAUSE_SECONDS = 0.1  # without a voice, from which on a gap between words is a pause
VOICED = 0.5  # share of a phone's time
LEAST_PHONES = 5  # for a correlation
CENTS = 100.0  # of a semitone
LONG_WORD = 4  # phones; shorter words are said again without being the same thing again
SQUARED = ("log_duration_rmse", "f0_rmse", "rise_error", "repetition_error")
ARRAYS = ("seconds", "semitones", "voicing", "level")
Scores = dict[str, tuple[float, float]]  # value and weight by name


@dataclass(frozen=True)
class PhoneProsody:
    """How the phones of a sentence are spoken; arrays `(T,)`.

    Args:
        phones: Names, gaps between words and the silence at both ends included.
        seconds: How long each is.
        semitones: How high each is, over any reference.
        voicing: Share of its time that has a voice, 0 to 1.
        level: Its loudness in any logarithmic unit.

    Raises:
        ValueError: For an array of another length than `phones`.
    """

    phones: tuple[str, ...]
    seconds: np.ndarray
    semitones: np.ndarray
    voicing: np.ndarray
    level: np.ndarray

    def __post_init__(self):
        for name in ARRAYS:
            if (shape := getattr(self, name).shape) != (len(self.phones),):
                raise ValueError(
                    f"`{name}` has shape {shape}, but there are {len(self.phones)} phones: give one each."
                )

    @property
    def sounds(self) -> np.ndarray:
        """Which phones are sounds of a word."""
        return np.array([phone not in (BOUNDARY, SILENCE, *PAUSES) for phone in self.phones], dtype=bool)

    @property
    def gaps(self) -> np.ndarray:
        """Which phones are gaps between words; neither the last punctuation nor the silence at both ends is one."""
        sounds = self.sounds
        begun, goes_on = np.logical_or.accumulate(sounds), np.logical_or.accumulate(sounds[::-1])[::-1]
        return begun & goes_on & ~sounds

    @property
    def silent_seconds(self) -> np.ndarray:
        """How long each phone has no voice."""
        return self.seconds * (1 - self.voicing.clip(0, 1))

    @property
    def pauses(self) -> np.ndarray:
        """Which of the gaps are pauses."""
        return self.gaps & (self.silent_seconds >= PAUSE_SECONDS)

    def words(self) -> list[np.ndarray]:
        """The places of each word's phones."""
        sounds = self.sounds
        numbers = np.cumsum(~sounds)
        return [np.flatnonzero(sounds & (numbers == number)) for number in np.unique(numbers[sounds])]


def compare_prosody(predicted: PhoneProsody, spoken: PhoneProsody, text: str) -> Scores:
    """How a prediction differs from the sentence as it was spoken.

    Args:
        predicted: Of the same phones as `spoken`.
        spoken: The ground truth; where it has a voice, pitch is compared.
        text: Tells questions.

    Returns:
        By name a value and its weight: `log_duration_rmse` (squared) and `log_duration_correlation` of sounds,
        `f0_rmse` (cents, squared), `f0_correlation`, `energy_correlation`, `pause_hits`, `pauses_predicted` and
        `pauses_spoken` (counts), `f0_variance_predicted`, `f0_variance_spoken`, `duration_variance_predicted` and
        `duration_variance_spoken` (for their ratio), `rise_error` (semitones, squared) of yes/no questions and
        `repetition_error` (semitones, squared) of words said twice. What a sentence cannot tell is left out.

    Raises:
        ValueError: For a prediction of other phones, or with NaN or infinity in it.
    """
    if predicted.phones != spoken.phones:
        raise ValueError(
            f"The prediction is of {len(predicted.phones)} phones, the ground truth of {len(spoken.phones)} others: "
            "compare a sentence with itself."
        )
    if broken := [name for name in ARRAYS if not np.isfinite(getattr(predicted, name)).all()]:
        raise ValueError(f"Of the prediction, `{broken[0]}` is not finite: its model is broken; train it again.")
    sounds = spoken.sounds
    voiced = sounds & (spoken.voicing >= VOICED)
    found: Scores = {}
    timing = [np.log(each.seconds[sounds].clip(min=1e-3)) for each in (predicted, spoken)]
    melody = [each.semitones[voiced] for each in (predicted, spoken)]
    found["log_duration_rmse"] = mean_square(*timing)
    found["f0_rmse"] = mean_square(*(CENTS * each for each in melody))
    loudness = (each.level[sounds] for each in (predicted, spoken))
    for name, pair in (("log_duration", timing), ("f0", melody), ("energy", loudness)):
        found |= correlation(f"{name}_correlation", *pair)
    for name, pair in (("duration", timing), ("f0", melody)):
        for side, values in zip(("predicted", "spoken"), pair, strict=True):
            found[f"{name}_variance_{side}"] = (float(np.var(values)) if len(values) else 0.0, len(values))
    hits = predicted.pauses & spoken.pauses
    counts = {"pause_hits": hits, "pauses_predicted": predicted.pauses, "pauses_spoken": spoken.pauses}
    found |= {name: (float(which.sum()), 1.0) for name, which in counts.items()}
    if is_yes_no_question(text) and voiced.sum() >= LEAST_PHONES:
        found["rise_error"] = ((final_rise(predicted, voiced) - final_rise(spoken, voiced)) ** 2, 1.0)
    steps = [
        (repetition_step(predicted, pair, voiced), repetition_step(spoken, pair, voiced)) for pair in repeated(spoken)
    ]
    steps = [(one, other) for one, other in steps if one is not None and other is not None]
    if steps:
        found["repetition_error"] = (float(np.mean([(one - other) ** 2 for one, other in steps])), len(steps))
    return {name: pair for name, pair in found.items() if pair[1]}


def mean_square(predicted: np.ndarray, spoken: np.ndarray) -> tuple[float, float]:
    """The mean squared difference, and of how many."""
    return (float(np.mean((predicted - spoken) ** 2)), len(spoken)) if len(spoken) else (0.0, 0)


def correlation(name: str, predicted: np.ndarray, spoken: np.ndarray) -> Scores:
    """Pearson's correlation; 0 for a prediction that never changes, nothing for too few values."""
    if len(spoken) < LEAST_PHONES or np.std(spoken) < 1e-6:
        return {}
    constant = np.std(predicted) < 1e-6
    return {name: (0.0 if constant else float(np.corrcoef(predicted, spoken)[0, 1]), len(spoken))}


def final_rise(spoken: PhoneProsody, voiced: np.ndarray) -> float:
    """Semitones of the last voiced phone over the mean of the sentence."""
    places = np.flatnonzero(voiced)
    return float(spoken.semitones[places[-1]] - spoken.semitones[places].mean())


def repeated(spoken: PhoneProsody) -> list[tuple[np.ndarray, np.ndarray]]:
    """The first two times that words of `LONG_WORD` phones or more are said."""
    seen: dict[tuple[str, ...], list[np.ndarray]] = {}
    for places in spoken.words():
        if len(places) >= LONG_WORD:
            seen.setdefault(tuple(spoken.phones[place] for place in places), []).append(places)
    return [(times[0], times[1]) for times in seen.values() if len(times) > 1]


def repetition_step(spoken: PhoneProsody, pair: tuple[np.ndarray, np.ndarray], voiced: np.ndarray) -> float | None:
    """By how many semitones a word is higher the second time; `None` where it has no voice."""
    first, second = (places[voiced[places]] for places in pair)
    if not len(first) or not len(second):
        return None
    return float(spoken.semitones[second].max() - spoken.semitones[first].max())


def summarize(sentences: Iterable[Scores]) -> dict[str, float]:
    """The numbers of many sentences: means by weight, roots of squared errors, pauses as precision, recall and F1.

    `f0_variance_ratio` and `duration_variance_ratio` are 1 where predictions vary as much as people do, NaN where
    people do not vary. Where nobody pauses and no pause is predicted, precision, recall and F1 are 1.
    """
    sums: dict[str, np.ndarray] = {}
    for scores in sentences:
        for name, (value, weight) in scores.items():
            sums[name] = sums.get(name, np.zeros(2)) + [value * weight, weight]
    means = {name: float(total / weight) for name, (total, weight) in sums.items()}
    for name in SQUARED:
        if name in means:
            means[name] = means[name] ** 0.5
    for name in ("f0", "duration"):
        pair = [means.pop(f"{name}_variance_{side}", 0.0) for side in ("predicted", "spoken")]
        means[f"{name}_variance_ratio"] = pair[0] / pair[1] if pair[1] else float("nan")
    hits, predicted, spoken = (means.pop(name, 0.0) for name in ("pause_hits", "pauses_predicted", "pauses_spoken"))
    means["pause_precision"] = hits / predicted if predicted else float(not spoken)
    means["pause_recall"] = hits / spoken if spoken else 1.0
    means["pause_f1"] = 2 * hits / (predicted + spoken) if predicted + spoken else 1.0
    return means
