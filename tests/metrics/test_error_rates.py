"""Error rates against values counted by hand, and what must hold for any text."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.metrics.error_rates import (
    bootstrap_interval,
    count_errors,
    split_units,
)
from transformers_tts_gan.text.en.transcript import english_transcript
from transformers_tts_gan.text.zh.transcript import chinese_transcript


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("the cat sat on the mat", "the cat sat on the mat", (0, 6)),
        ("the cat sat on the mat", "the hat sat on mat", (2, 6)),  # one substituted, one deleted
        ("the cat sat", "oh the cat sat down", (2, 3)),  # two inserted
        ("the cat sat", "", (3, 3)),
        ("yes", "no no no", (3, 1)),  # more than all of it
    ],
)
def test_words_are_counted_as_by_hand(said, heard, expected):
    assert count_errors(said, heard, "word", "en") == expected


def test_characters_of_english_include_the_spaces_between_words():
    assert count_errors("a cat", "a bat", "character", "en") == (1, 5)
    assert count_errors("a cat", "acat", "character", "en") == (1, 5)


def test_characters_of_chinese_are_hanzi_only():
    assert count_errors("你好，世界！", "你 好 时 界", "character", "zh") == (1, 4)


def test_a_homophone_is_a_wrong_character_but_no_wrong_syllable():
    """The recogniser cannot hear whether 他 or 她 was meant."""
    assert count_errors("她来了", "他来了", "character", "zh") == (1, 3)
    assert count_errors("她来了", "他来了", "tone", "zh") == (0, 3)


def test_a_wrong_tone_is_a_wrong_syllable():
    assert split_units("买", "tone", "zh") == ["mai3"]
    assert count_errors("买花", "卖花", "tone", "zh") == (1, 2)


@pytest.mark.parametrize("unit", ["word", "character", "tone"])
def test_hearing_nothing_counts_as_everything_deleted(unit):
    language = "zh" if unit == "tone" else "en"
    said = "今天天气很好" if unit == "tone" else "good morning"
    errors, length = count_errors(said, "", unit, language)
    assert errors == length > 0


def test_spelling_numbers_and_contractions_are_no_errors():
    said = "Mr. Lee's 2 favourite colours"
    assert english_transcript(said) == english_transcript("mister lee is two favorite colors")
    assert count_errors("Wait... what?", "wait what", "word", "en") == (0, 2)
    assert count_errors("He travelled to the theatre.", "he traveled to the theater", "word", "en") == (0, 5)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("colour", "color"),
        ("neighbours", "neighbors"),
        ("realised", "realized"),
        ("analyse", "analyze"),
        ("centre", "center"),
        ("travelling", "traveling"),
        ("dialogue", "dialog"),
        ("defence", "defense"),
        ("grey", "gray"),
        ("ploughed", "plowed"),
        ("programme", "program"),
        ("jewellery", "jewelry"),
        ("tyres", "tires"),
    ],
)
def test_british_spelling_becomes_american(british, american):
    assert english_transcript(british) == english_transcript(american) == american


@pytest.mark.parametrize(
    "word", ["hour", "four", "tour", "called", "through", "does", "acre", "there", "hence", "rogue"]
)
def test_words_that_only_look_british_stay(word):
    assert count_errors(word, english_transcript(word), "word", "en")[0] == 0
    assert split_units(word, "word", "en") in ([word], ["4"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天25号。", "今天二十五号"),
        ("２００８年", "二零零八年"),
        ("涨了3.5%", "涨了百分之三点五"),
        ("ABC 你好 😀 hello!", "你好"),
        ("hello", ""),
    ],
)
def test_chinese_keeps_hanzi_and_reads_digits(text, expected):
    assert chinese_transcript(text) == expected


@settings(max_examples=60, deadline=None)
@given(said=st.text(max_size=30), heard=st.text(max_size=30), language=st.sampled_from(["en", "zh", "de"]))
def test_any_two_texts_can_be_compared(said, heard, language):
    """A recogniser may write anything; it must not stop an evaluation."""
    for unit in ("word", "character", "tone"):
        errors, length = count_errors(said, heard, unit, language)
        assert 0 <= errors <= max(length, len(split_units(heard, unit, language)))
        assert count_errors(said, said, unit, language)[0] == 0


def test_the_interval_holds_the_rate_and_narrows_with_more_sentences():
    counts = np.array([[0, 10], [1, 10], [2, 10], [5, 10], [1, 10], [0, 10]])
    low, high = bootstrap_interval(counts)
    assert low < 9 / 60 < high
    assert bootstrap_interval(counts) == (low, high)
    many_low, many_high = bootstrap_interval(np.tile(counts, (20, 1)))
    assert many_high - many_low < (high - low) / 3


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    random, hits = np.random.default_rng(0), 0
    for _ in range(60):
        counts = np.stack([random.binomial(10, 0.2, size=50), np.full(50, 10)], axis=1)
        low, high = bootstrap_interval(counts, resamples=300)
        hits += low <= 0.2 <= high
    assert 50 <= hits <= 60


def test_a_sentence_counts_by_its_length_not_alike():
    low, high = bootstrap_interval([[10, 10], [0, 990]])
    assert low == 0 and high == 1
    assert bootstrap_interval([[3, 10]]) == (0.3, 0.3)


def test_nothing_to_count_is_refused_with_advice():
    with pytest.raises(ValueError, match="The 0 references hold nothing"):
        bootstrap_interval([])
    with pytest.raises(ValueError, match="`unit` is `syllable`; choose one of `word`"):
        count_errors("a", "a", "syllable", "en")
    with pytest.raises(ValueError, match=r"`counts` has shape \(1, 3\); needs `\(N, 2\)`"):
        bootstrap_interval([[1, 2, 3]])


def test_a_language_is_a_code():
    """ "Chinese" would be taken for a language without spaces between words: one word a sentence."""
    with pytest.raises(ValueError, match="`language` is `Chinese`; needs a code .* such as `en` or `zh`"):
        count_errors("你好", "你好", "character", "Chinese")


def test_a_recogniser_that_gives_none_heard_nothing():
    assert count_errors("good morning", None, "word", "en") == (2, 2)


def test_without_jiwer_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "jiwer", None)
    with pytest.raises(ImportError, match=r"pip install 'transformers-tts-gan\[eval\]'"):
        count_errors("a", "a", "word", "en")
