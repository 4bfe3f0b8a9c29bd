"""How near predicted prosody comes to that of recordings: timing, melody, pauses, questions and repeated words.

Enter: [`PhoneProsody`] of a sentence as it was predicted and as it was spoken, phone by phone, so that nothing has to
be aligned. Leave: numbers by name with their weights, of one sentence or of many. Errors are squared until the mean
over sentences is taken; `summarize` takes their root.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..text.phoneset import BOUNDARY, PAUSES


PAUSE_SECONDS = 0.1  # without a voice, from which on a gap between words is a pause
VOICED = 0.5  # share of a phone's time
LEAST_PHONES = 5  # for a correlation
CENTS = 100.0  # of a semitone
OPEN_QUESTION = re.compile(
    r"\b(who|whom|whose|what|which|when|where|why|how)\b|[谁哪几]|什么|怎么|为什么|多少", re.IGNORECASE
)
SQUARED = ("log_duration_rmse", "f0_rmse", "rise_error", "repetition_error")
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
    """

    phones: tuple[str, ...]
    seconds: np.ndarray
    semitones: np.ndarray
    voicing: np.ndarray
    level: np.ndarray

    @property
    def gaps(self) -> np.ndarray:
        """Which phones are gaps between words; the silence at both ends is none."""
        gaps = np.array([phone == BOUNDARY or phone in PAUSES for phone in self.phones])
        gaps[[0, -1]] = False
        gaps[-2:] = False  # the end of the sentence
        return gaps

    @property
    def pauses(self) -> np.ndarray:
        """Which of the gaps are pauses."""
        return self.gaps & (self.seconds * (1 - self.voicing.clip(0, 1)) >= PAUSE_SECONDS)

    @property
    def sounds(self) -> np.ndarray:
        """Which phones are sounds of a word."""
        sounds = np.array([phone not in (BOUNDARY, *PAUSES) for phone in self.phones])
        sounds[[0, -1]] = False
        return sounds

    def words(self) -> list[np.ndarray]:
        """The places of each word's phones."""
        numbers = np.cumsum(~self.sounds)
        found = [np.flatnonzero(self.sounds & (numbers == number)) for number in np.unique(numbers[self.sounds])]
        return [places for places in found if len(places)]


def compare_prosody(predicted: PhoneProsody, spoken: PhoneProsody, text: str) -> Scores:
    """How a prediction differs from the sentence as it was spoken.

    Args:
        predicted: Of the same phones as `spoken`.
        spoken: The ground truth; where it has a voice, pitch is compared.
        text: Tells questions.

    Returns:
        By name a value and its weight: `log_duration_rmse` (squared) and `log_duration_correlation` of sounds,
        `f0_rmse` (cents, squared), `f0_correlation`, `energy_correlation`, `pause_hits`, `pauses_predicted` and
        `pauses_spoken` (counts), `f0_variance` and `duration_variance` (of both, for their ratio), `rise_error`
        (semitones, squared) of yes/no questions and `repetition_error` of words said twice. What a sentence cannot
        tell is left out.

    Raises:
        ValueError: For predictions of other phones.
    """
    if predicted.phones != spoken.phones:
        raise ValueError(
            f"The prediction is of {len(predicted.phones)} phones, the ground truth of {len(spoken.phones)} others: "
            "compare a sentence with itself."
        )
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


def is_yes_no_question(text: str) -> bool:
    """Whether a text is a question that is answered by yes or no, by its last clause.

    >>> is_yes_no_question("Is it yours?"), is_yes_no_question("Where is it?")
    (True, False)
    """
    text = text.strip().rstrip("\"'”’」")
    return text.endswith(("?", "？")) and not OPEN_QUESTION.search(re.split(r"[,，;；.!]", text)[-1])


def final_rise(spoken: PhoneProsody, voiced: np.ndarray) -> float:
    """Semitones of the last voiced phone over the mean of the sentence."""
    places = np.flatnonzero(voiced)
    return float(spoken.semitones[places[-1]] - spoken.semitones[places].mean())


def repeated(spoken: PhoneProsody) -> list[tuple[np.ndarray, np.ndarray]]:
    """The first two times that words of four phones or more are said."""
    seen: dict[tuple[str, ...], list[np.ndarray]] = {}
    for places in spoken.words():
        if len(places) >= 4:
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

    `f0_variance_ratio` and `duration_variance_ratio` are 1 where predictions vary as much as people do.
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
