"""English text as it is spoken: the table of cases by class, emoji, what is only read once, and what is no code."""

import time
from collections import Counter

import pytest
from helpers.example_scripts import script

from transformers_tts_gan.text.normalization import normalize


BENCHMARK = script("frontend", "benchmarks")
CASES = [tuple(row.values()) for row in BENCHMARK.read_table("normalization_en")]  # class, written, spoken
DEVELOPMENT = [case for case in CASES if BENCHMARK.half_of(case[1]) == "development"]
RIGHT_OF_REPORTING = 0.997  # measured on 2026-11-26


def spoken(text: str, **options) -> str:
    return " ".join(item.text for item in normalize(text, "en", **options))


@pytest.mark.parametrize(
    ("written", "expected"),
    [case[1:] for case in DEVELOPMENT],
    ids=[f"{kind}-{text}" for kind, text, _ in DEVELOPMENT],
)
def test_a_case_of_the_table_is_read_as_a_careful_reader_does(written, expected):
    assert spoken(written) == expected


def test_the_reporting_half_is_as_right_as_it_was_measured():
    """Only the share is shown: who mends a rule looks at the other half."""
    right = [
        BENCHMARK.said(text, "en") == expected
        for kind, text, expected in CASES
        if (kind, text, expected) not in DEVELOPMENT
    ]
    assert sum(right) / len(right) >= RIGHT_OF_REPORTING


@pytest.mark.parametrize("written", [text for _, text, _ in CASES])
def test_reading_twice_is_reading_once(written):
    once = spoken(written)
    assert spoken(once) == once


def test_every_class_has_its_cases():
    counts = Counter(kind for kind, _, _ in CASES)
    assert len(CASES) >= 420 and len({text for _, text, _ in CASES}) == len(CASES)
    assert min(counts.values()) >= 12, counts


@pytest.mark.parametrize("written", [text for _, text, _ in CASES])
def test_spans_stay_in_the_text_and_never_go_back(written):
    spans = [item.span for item in normalize(written, "en")]
    assert all(0 <= start < end <= len(written) for start, end in spans)
    assert all(now == last or now[0] >= last[1] for last, now in zip(spans, spans[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("good 😀", "good grinning face"),
        ("👍🏽 ok", "thumbs up sign ok"),
        ("👩‍⚕️ came", "woman staff of aesculapius came"),
        ("🇫🇷 won", "flag F.R. won"),
        ("Press 1️⃣ now", "Press one now"),
        ("5 ⭐ stay", "five white medium star stay"),
    ],
)
def test_emoji_are_dropped_unless_their_names_are_wanted(text, named):
    assert spoken(text, emoji="name") == named
    assert not set(spoken(text).split()) & {"grinning", "sign", "woman", "flag", "star"}


def test_another_way_with_emoji_is_an_error():
    with pytest.raises(ValueError, match="`emoji` is 'say'"):
        normalize("good", "en", emoji="say")


@pytest.mark.parametrize(
    ("text", "place"), [("a\x00", 1), ("ok Привет", 3), ("naǝve", 2), ("και", 0), ("x \ue000", 2)]
)
def test_what_nobody_can_read_is_an_error_with_its_position(text, place):
    with pytest.raises(ValueError, match=f"at position {place} "):
        normalize(text, "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In case 500 people call 200 shops.", "In case five hundred people call two hundred shops ."),
        ("He said I have 12", "He said I have twelve"),
        ('"I have 12" he said', "I have twelve he said"),
        ("I came in 5 in the race.", "I came in five in the race ."),
        ("The sun set. No 5 is alive.", "The sun set . No five is alive ."),
        ("Bring it in. IT is here", "Bring it in . I.T. is here"),
        ("Sat. on a chair", "Saturday on a chair"),
        ("5 - 3 days", "five to three days"),
        ("an order of 12 eggs", "an order of twelve eggs"),
        ("the I-5 and B-52", "the I five and B. fifty two"),
    ],
)
def test_words_around_a_number_decide_only_where_they_fit(text, expected):
    assert spoken(text) == expected


@pytest.mark.parametrize(
    "piece",
    [
        *["1", "1,", "1,111", "1.", "1-", "1/", "a.", "a@", "$", "A", "'", '5"', "IV ", "#a", "😀"],
        *[
            "1-1=",
            "1h1m",
            "a:",
            "::",
            "ab1",
            "00-",
            "C2H",
            "Co(",
            "IT ",
            "A ",
            "St ",
            "A, NY",
            "may 5 ",
            "U.S. ",
            "p. ",
            "->",
        ],
    ],
)
def test_long_repetitions_take_time_in_proportion_to_their_length(piece):
    def seconds(count: int) -> float:
        times = []
        for _ in range(2):
            start = time.process_time()
            normalize(piece * count, "en")
            times.append(time.process_time() - start)
        return min(times)

    seconds(10)
    assert seconds(2000) < 6 * seconds(500) + 0.02  # quadratic time would be 16 times as long
