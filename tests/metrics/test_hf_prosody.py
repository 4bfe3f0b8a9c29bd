"""The measures of prosody as `evaluate` sees them, with numbers that can be worked out by hand."""

import math

import numpy as np
import pytest

from transformers_tts_gan.metrics.hf_prosody import PauseF1, PhoneCorrelation, PhoneError, VarianceRatio
from transformers_tts_gan.metrics.prosody import PhoneProsody, compare_prosody, summarize


NAN = math.nan
RISE = [0.0, 1.0, 2.0, 3.0, 4.0]
ALL = [PhoneError, PhoneCorrelation, VarianceRatio, PauseF1]


def test_errors_are_squared_over_the_phones_of_all_sentences():
    found = PhoneError().compute(predictions=[[1.0, 5.0, NAN], [], [2.0]], references=[[1.0, 2.0, NAN], [], [NAN]])
    assert found["phone_rmse"] == pytest.approx(math.sqrt(9 / 2))
    alike = PhoneError().compute(predictions=[[0.5], [0.5]], references=[[0.0], [0.0]])
    assert alike == pytest.approx({"phone_rmse": 0.5, "low": 0.5, "high": 0.5})


def test_correlations_are_those_within_sentences_by_their_phones():
    turned, shifted = [-value for value in RISE], [10 + value for value in [*RISE, 5.0]]
    found = PhoneCorrelation().compute(predictions=[turned, [*RISE, 5.0]], references=[RISE, shifted])
    assert found["phone_correlation"] == pytest.approx((-5 + 6) / 11)
    assert (found["low"], found["high"]) == pytest.approx((-1, 1))
    flat = PhoneCorrelation().compute(predictions=[[2.0] * 5, RISE, RISE[:2]], references=[RISE, [2.0] * 5, RISE[:2]])
    assert flat == {"phone_correlation": 0, "low": 0, "high": 0}  # of the last two nothing can be told


def test_the_variance_is_a_share_of_that_of_the_references():
    """Also of small variances: 0.0002 and 0.0001 beside 0.0008 and 0.0004."""
    small = [0.01 * value for value in RISE]
    wide = [2 * value for value in small]
    found = VarianceRatio().compute(predictions=[small, small], references=[wide, wide])
    assert found == pytest.approx({"variance_ratio": 1 / 4, "low": 1 / 4, "high": 1 / 4})
    found = VarianceRatio().compute(predictions=[RISE, RISE, []], references=[RISE, [2 * value for value in RISE], []])
    assert found["variance_ratio"] == pytest.approx((2 + 2) / (2 + 8))


def test_pauses_are_gaps_of_a_tenth_of_a_second():
    found = PauseF1().compute(
        predictions=[[0.1, 0.2, 0.0], [0.3, 0.5], []], references=[[0.1, 0.09, 0.2], [0.3, NAN], []]
    )
    assert (found["precision"], found["recall"], found["pause_f1"]) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (found["low"], found["high"]) == pytest.approx((0.5, 1))
    none = PauseF1().compute(predictions=[[0.0]], references=[[0.05]])
    assert none == {"pause_f1": 1, "precision": 1, "recall": 1, "low": 1, "high": 1}
    missed = PauseF1().compute(predictions=[[0.0]], references=[[0.5]])
    assert (missed["pause_f1"], missed["precision"], missed["recall"]) == (0, 0, 0)


def test_they_agree_with_the_table_of_a_prosody_model():
    random, phones = np.random.default_rng(0), ("<sil>", *"ABCD", " ", *"EFGH", ",", *"IJKL", ".", "<sil>")

    def drawn() -> PhoneProsody:
        ranges = ((0.02, 0.3), (-5, 5), (0, 1), (-1, 1))
        return PhoneProsody(phones, *(random.uniform(low, high, len(phones)) for low, high in ranges))

    pairs = [(drawn(), drawn()) for _ in range(4)]
    table = summarize(compare_prosody(*pair, "") for pair in pairs)
    sounds, gaps = pairs[0][0].sounds, pairs[0][0].gaps
    timing = [[np.log(each.seconds[sounds]) for each in side] for side in zip(*pairs, strict=True)]
    voiced = [sounds & (spoken.voicing >= 0.5) for _, spoken in pairs]
    melody = [
        [np.where(which, each.semitones, NAN) for each, which in zip(side, voiced, strict=True)]
        for side in zip(*pairs, strict=True)
    ]
    silent = [[each.silent_seconds[gaps] for each in side] for side in zip(*pairs, strict=True)]
    melody[0] = [np.nan_to_num(each) for each in melody[0]]

    def value(metric, sides) -> float:
        return metric().compute(predictions=sides[0], references=sides[1])[metric.name]

    assert value(PhoneError, timing) == pytest.approx(table["log_duration_rmse"])
    assert value(PhoneError, melody) == pytest.approx(table["f0_rmse"] / 100)
    assert value(PhoneCorrelation, timing) == pytest.approx(table["log_duration_correlation"])
    assert value(PhoneCorrelation, melody) == pytest.approx(table["f0_correlation"])
    assert value(VarianceRatio, melody) == pytest.approx(table["f0_variance_ratio"])
    assert value(PauseF1, silent) == pytest.approx(table["pause_f1"])


@pytest.mark.parametrize("metric", ALL)
def test_another_number_of_phones_and_predictions_of_nan_are_refused(metric):
    with pytest.raises(ValueError, match="Prediction 1 has 2 numbers, its reference 3: give one each"):
        metric().compute(predictions=[RISE, [1.0, 2.0]], references=[RISE, [1.0, 2.0, NAN]])
    for value in (NAN, math.inf):
        with pytest.raises(ValueError, match="Prediction 0 is not finite where its reference counts"):
            metric().compute(predictions=[[value, *RISE]], references=[[1.0, *RISE]])


@pytest.mark.parametrize("metric", ALL[:3])
def test_references_without_anything_to_compare_are_refused(metric):
    with pytest.raises(ValueError, match="The 2 references hold nothing to compare: give"):
        metric().compute(predictions=[[1.0], []], references=[[NAN], []])
