"""The measures of prosody, on small sentences whose numbers can be worked out by hand."""

import math

import numpy as np
import pytest

from transformers_tts_gan.metrics.prosody import PhoneProsody, compare_prosody, summarize


PHONES = ("<sil>", "IH1", "Z", " ", "IH1", "T", ",", "AY1", "N", "?", "<sil>")
SOUNDS = [1, 2, 4, 5, 7, 8]


def said(phones=PHONES, **changes) -> PhoneProsody:
    """A sentence of 0.1 s a phone, all voiced and rising by a semitone each; `changes` hold numbers by place."""
    size = len(phones)
    numbers = np.arange(size, dtype=float)
    values = {"seconds": np.full(size, 0.1), "semitones": numbers, "voicing": np.ones(size), "level": -numbers}
    for name, places in changes.items():
        for place, value in places.items():
            values[name][place] = value
    return PhoneProsody(phones, **values)


def values(predicted: PhoneProsody, spoken: PhoneProsody, text: str = "") -> dict[str, float]:
    return summarize([compare_prosody(predicted, spoken, text)])


def test_a_perfect_prediction_has_no_errors():
    # Speech with durations that differ, or nothing could be correlated.
    spoken = said(seconds={1: 0.05, 6: 0.3}, voicing={6: 0.0})
    found = values(spoken, spoken, "Is it, Ian?")
    for name in ("log_duration_rmse", "f0_rmse", "rise_error"):
        assert found[name] == 0, name
    for name in ("log_duration", "f0", "energy"):
        assert found[f"{name}_correlation"] == pytest.approx(1)
    assert [found[name] for name in ("f0_variance_ratio", "duration_variance_ratio", "pause_f1")] == [1, 1, 1]


def test_log_durations_are_compared_over_the_sounds_of_words():
    """Two of six sounds are e times and 1/e times as long; gaps, punctuation and silence do not count."""
    changes = {1: 0.1 * math.e, 8: 0.1 / math.e, 0: 5.0, 3: 5.0, 6: 5.0, 9: 5.0, 10: 5.0}
    scores = compare_prosody(said(seconds=changes), said(), "")
    assert scores["log_duration_rmse"] == pytest.approx((2 / 6, 6))
    assert "log_duration_correlation" not in scores  # the spoken ones are all alike
    assert summarize([scores])["log_duration_rmse"] == pytest.approx(math.sqrt(1 / 3))


def test_a_sound_that_is_left_out_counts_as_a_millisecond():
    assert values(said(seconds={1: 0.0}), said())["log_duration_rmse"] == pytest.approx(math.log(100) / math.sqrt(6))


def test_the_correlation_of_durations_is_pearsons():
    seconds = {place: math.exp(number) for number, place in enumerate(SOUNDS)}
    turned = {place: 0.1 * math.exp(-number / 2) for number, place in enumerate(SOUNDS)}
    assert values(said(seconds=turned), said(seconds=seconds))["log_duration_correlation"] == pytest.approx(-1)
    swapped = {**seconds, 1: seconds[2], 2: seconds[1]}  # logarithms 1, 0, 2, 3, 4, 5: covariance 33 / 35
    found = values(said(seconds=swapped), said(seconds=seconds))["log_duration_correlation"]
    assert found == pytest.approx(33 / 35)


def test_f0_is_compared_in_cents_where_the_recording_has_a_voice():
    """A semitone too high in one of five voiced sounds; what the recording leaves unvoiced may be anything."""
    spoken = said(voicing={5: 0.4, 4: 0.5})
    predicted = said(semitones={1: 2.0, 5: 90.0, 3: 90.0, 6: 90.0}, voicing={1: 0.0})
    scores = compare_prosody(predicted, spoken, "")
    assert scores["f0_rmse"] == pytest.approx((100**2 / 5, 5))
    assert summarize([scores])["f0_rmse"] == pytest.approx(100 / math.sqrt(5))


def test_a_melody_that_never_changes_correlates_with_nothing():
    flat = said(semitones=dict.fromkeys(range(len(PHONES)), 3.0))
    found = values(flat, said())
    assert found["f0_correlation"] == 0 and found["f0_variance_ratio"] == 0
    assert "f0_correlation" not in compare_prosody(said(), flat, "")  # and with such speech nothing can correlate


def test_too_few_sounds_tell_no_correlation_and_no_rise():
    phones = ("<sil>", "M", "AY1", "N", "Z", "?", "<sil>")
    scores = compare_prosody(said(phones), said(phones), "Is it?")
    assert not {"f0_correlation", "log_duration_correlation", "energy_correlation", "rise_error"} & scores.keys()
    assert scores["f0_rmse"] == (0, 4)


def test_a_whisper_has_no_melody_to_compare():
    whisper = said(voicing=dict.fromkeys(range(len(PHONES)), 0.0))
    scores = compare_prosody(said(), whisper, "Is it?")
    assert not any(name.startswith(("f0", "rise", "repetition")) for name in scores)
    assert math.isnan(summarize([scores])["f0_variance_ratio"])


def test_loudness_is_correlated_over_the_sounds():
    levels = {place: 2.0 * place - 7 for place in SOUNDS} | {0: 99.0, 3: 99.0, 6: -99.0, 10: 99.0}
    assert values(said(level=levels), said())["energy_correlation"] == pytest.approx(-1)


def test_gaps_lie_between_words():
    """The silence at both ends is none, and neither is the last punctuation, whether there is some or not."""
    assert np.flatnonzero(said().gaps).tolist() == [3, 6]
    assert np.flatnonzero(said().sounds).tolist() == SOUNDS
    assert np.flatnonzero(said(PHONES[:-2] + PHONES[-1:]).gaps).tolist() == [3, 6]
    assert np.flatnonzero(said(PHONES[1:-2]).gaps).tolist() == [2, 5]  # without any silence
    assert np.flatnonzero(said(("<sil>", ",", "IH1", "<sil>", "Z", ".", "?", "<sil>")).gaps).tolist() == [3]
    assert not said(("<sil>", "<sil>")).gaps.any()


def test_words_are_the_sounds_between_gaps():
    assert [places.tolist() for places in said().words()] == [[1, 2], [4, 5], [7, 8]]
    assert [places.tolist() for places in said(PHONES[1:-1]).words()] == [[0, 1], [3, 4], [6, 7]]


def test_a_gap_is_a_pause_from_a_tenth_of_a_second_without_a_voice():
    gap = {"seconds": {3: 0.2, 6: 0.2, 9: 3.0, 10: 3.0}}
    unvoiced = {9: 0.0, 10: 0.0}
    assert np.flatnonzero(said(**gap, voicing={3: 0.5, 6: 0.51, **unvoiced}).pauses).tolist() == [3]
    assert not said(**gap, voicing={3: 1.5, 6: 1.0}).pauses.any()  # a prediction may be above 1
    assert np.flatnonzero(said(seconds={3: 0.09, 6: 0.11}, voicing={3: -0.5, 6: 0.0}).pauses).tolist() == [6]


def paused(*places: int) -> PhoneProsody:
    return said(seconds=dict.fromkeys(places, 0.3), voicing=dict.fromkeys(places, 0.0))


def test_pauses_have_a_precision_a_recall_and_their_f1_over_all_sentences():
    sentences = [(paused(3, 6), paused(6)), (paused(), paused(6)), (paused(3), paused(3, 6)), (paused(), paused())]
    found = summarize(compare_prosody(*pair, "") for pair in sentences)
    assert found["pause_precision"] == pytest.approx(2 / 3)
    assert found["pause_recall"] == pytest.approx(2 / 4)
    assert found["pause_f1"] == pytest.approx(2 * 2 / (3 + 4))


@pytest.mark.parametrize(
    ("predicted", "spoken", "precision", "recall", "f1"),
    [((), (), 1, 1, 1), ((3,), (), 0, 1, 0), ((), (3,), 0, 0, 0), ((3,), (3,), 1, 1, 1), ((3,), (6,), 0, 0, 0)],
)
def test_without_pauses_a_prediction_of_none_is_right(predicted, spoken, precision, recall, f1):
    found = values(paused(*predicted), paused(*spoken))
    assert [found[f"pause_{name}"] for name in ("precision", "recall", "f1")] == [precision, recall, f1]


def test_the_rise_of_a_yes_no_question_is_that_of_its_last_voiced_sound_over_its_mean():
    """Spoken: 8 over a mean of 27 / 6; predicted: 14 over 33 / 6, that is 5 semitones more."""
    high = said(semitones={8: 14.0})
    assert compare_prosody(high, said(), "Is it, Ian?")["rise_error"] == pytest.approx((25, 1))
    assert values(high, said(), "Is it, Ian?")["rise_error"] == pytest.approx(5)
    assert "rise_error" not in compare_prosody(high, said(), "Where is Ian?")
    unvoiced = said(voicing={8: 0.0})  # the last voiced sound is the seventh phone; the mean of both is alike
    assert compare_prosody(high, unvoiced, "Is it, Ian?")["rise_error"] == pytest.approx((0, 1))


TWICE = ("<sil>", *(word := ("S", "EH1", "V", "AH0", "N")), " ", *word, ".", "<sil>")


def test_words_said_twice_are_compared_in_how_much_higher_the_second_is():
    """Spoken: the maximum is 6 semitones higher the second time; predicted: 2 lower."""
    spoken = said(TWICE)
    predicted = said(TWICE, semitones={4: 13.0, 8: -40.0})
    assert compare_prosody(predicted, spoken, "")["repetition_error"] == pytest.approx((64, 1))
    assert values(predicted, spoken)["repetition_error"] == pytest.approx(8)


def test_only_long_words_with_a_voice_are_repeated_and_of_three_times_the_first_two_count():
    short = ("<sil>", "S", "IH1", "K", " ", "S", "IH1", "K", "<sil>")
    assert "repetition_error" not in compare_prosody(said(short), said(short), "")
    quiet = said(TWICE, voicing=dict.fromkeys(range(1, 6), 0.0))
    assert "repetition_error" not in compare_prosody(said(TWICE), quiet, "")
    thrice = (*TWICE[:-2], " ", *word, ".", "<sil>")
    third = said(thrice, semitones={16: 90.0})
    assert compare_prosody(third, said(thrice), "")["repetition_error"] == pytest.approx((0, 1))


def test_the_variance_ratio_is_that_of_all_sentences():
    """Twice the range is four times the variance; of two sentences, means of variances are divided."""
    wide = said(semitones={place: 2.0 * place for place in SOUNDS})
    assert values(wide, said())["f0_variance_ratio"] == pytest.approx(4)
    scores = [compare_prosody(said(), wide, ""), compare_prosody(said(), said(), "")]
    assert summarize(scores)["f0_variance_ratio"] == pytest.approx((1 + 1) / (4 + 1))
    slow = said(seconds={1: 0.1 * math.e})
    assert values(slow, said(seconds={1: 0.1 * math.e**2}))["duration_variance_ratio"] == pytest.approx(1 / 4)


def test_means_are_taken_by_weight_and_roots_of_the_mean():
    scores = [{"f0_rmse": (100.0, 1.0), "f0_correlation": (1.0, 1.0)}, {"f0_rmse": (900.0, 3.0)}]
    scores += [{"f0_correlation": (0.0, 3.0), "pause_hits": (0.0, 1.0)}]
    found = summarize(scores)
    assert found["f0_rmse"] == pytest.approx(math.sqrt(2800 / 4))
    assert found["f0_correlation"] == pytest.approx(1 / 4)


def test_a_prediction_of_other_phones_is_refused():
    other = ("<sil>", "Z", "IH1", *PHONES[3:])
    with pytest.raises(ValueError, match="prediction is of 11 phones, the ground truth of 11 others: compare a sent"):
        compare_prosody(said(other), said(), "")


@pytest.mark.parametrize("name", ["seconds", "semitones", "voicing", "level"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_prediction_that_is_not_finite_is_refused(name, value):
    """NaN would compare as no pause, and make the mean of all sentences NaN."""
    with pytest.raises(ValueError, match=f"Of the prediction, `{name}` is not finite"):
        compare_prosody(said(**{name: {3: value}}), said(), "")


def test_arrays_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"`voicing` has shape \(3,\), but there are 2 phones"):
        PhoneProsody(("<sil>", "M"), np.ones(2), np.ones(2), np.ones(3), np.ones(2))
