"""Chinese numbers, dates, signs and letters as a careful reader says them, case by case in a table."""

import time
from collections import Counter

import pytest
from helpers.example_scripts import script
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from transformers_tts_gan.text.normalization import normalize
from transformers_tts_gan.text.spoken import Spoken
from transformers_tts_gan.text.zh.numbers import simplify
from transformers_tts_gan.text.zh.numerals import cardinal
from transformers_tts_gan.text.zh.signs import prepare


BENCHMARK = script("frontend", "benchmarks")
ROWS = [list(row.values()) for row in BENCHMARK.read_table("normalization_zh")]  # class, written, spoken
DEVELOPMENT = [row for row in ROWS if BENCHMARK.half_of(row[1]) == "development"]
RIGHT_OF_REPORTING = 1.0  # measured on 2026-11-26


def join(spoken: list[Spoken]) -> str:
    """As the table has it: a space where an English word stands beside another word or follows a pause; else none."""
    return BENCHMARK.joined(spoken, "zh")


@pytest.mark.parametrize(
    ("written", "said"), [row[1:] for row in DEVELOPMENT], ids=[f"{row[0]}-{row[1]}" for row in DEVELOPMENT]
)
def test_a_chinese_text_is_said_as_the_table_has_it(written, said):
    assert join(normalize(written, "zh")) == said


def test_the_reporting_half_is_as_right_as_it_was_measured():
    """Only the share is shown: who mends a rule looks at the other half."""
    right = [
        BENCHMARK.said(written, "zh") == spoken
        for _, written, spoken in (row for row in ROWS if row not in DEVELOPMENT)
    ]
    assert sum(right) / len(right) >= RIGHT_OF_REPORTING


def test_the_table_has_at_least_twelve_cases_of_each_class_and_none_twice():
    classes = Counter(row[0] for row in ROWS)
    assert len(ROWS) >= 420 and len(classes) >= 25
    assert {name: count for name, count in classes.items() if count < 12} == {}
    assert [written for written, count in Counter(row[1] for row in ROWS).items() if count > 1] == []


@pytest.mark.parametrize("said", sorted({row[2] for row in ROWS}))
def test_what_was_said_is_said_again_in_the_same_words(said):
    assert join(normalize(said, "zh")) == said


def test_spans_are_in_order_and_cover_what_was_read():
    for _, written, _ in ROWS:
        spans = [item.span for item in normalize(written, "zh")]
        assert all(0 <= start < end <= len(written) for start, end in spans), written
        assert all(now == last or now[0] >= last[1] for last, now in zip(spans, spans[1:], strict=False)), written
    year, *_, fee = normalize("2024年费用¥25-30", "zh")
    assert (year.span, fee.text, fee.span) == ((0, 4), "二十五到三十元", (7, 13))


PIECES = (
    "2 15 007 1999 3.14 - ~ / : . , % ° ℃ ¥ $ # @ & + = × ² 10⁻³ ^ ( ) ， 。 、 · 《 》 ” “ 😀 II X V iPhone A B2B kg "
    "GB 年 月 日 号 点 个 第 到 元 万 亿 层 室 路 次 周一 周 比分 电话 卡号 身份证 銀行 長 著 頭髮 1️⃣ Ⅲ ① I x HK$"
)
PIECES = [*PIECES.split(), " ", "\n", "\t"]


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_signs_and_numbers_in_any_order_are_read_in_order(text):
    """Whatever neighbors do to each other, spans index the text in order and only Chinese leaves digits behind."""
    spoken = normalize(text, "zh")
    assert all(0 <= item.span[0] < item.span[1] <= len(text) for item in spoken)
    assert [item.span[0] for item in spoken] == sorted(item.span[0] for item in spoken)
    assert not any(char.isdigit() for item in spoken for char in item.text)
    assert len(prepare(text)) == len(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=30))
def test_simplifying_keeps_every_place(text):
    simple = simplify(text)
    assert len(simple) == len(text)
    assert simplify(simple) == simple


@pytest.mark.parametrize(
    ("word", "pinyin"),
    [
        ("銀行", "yin hang"),
        ("行長", "hang zhang"),
        ("重慶", "chong qing"),
        ("長城", "chang cheng"),
        ("音樂", "yin yue"),
        ("還錢", "huan qian"),
        ("會計", "kuai ji"),
        ("睡覺", "shui jiao"),
        ("乾隆", "qian long"),
        ("乾燥", "gan zao"),
        ("看著我", "kan zhe wo"),
        ("著名", "zhu ming"),
    ],
)
def test_traditional_words_are_read_by_their_simplified_form(word, pinyin):
    text = "".join(item.text for item in normalize(word, "zh"))
    assert " ".join(lazy_pinyin(text)) == pinyin


@example(22_400_100_000)
@given(st.integers(0, 10**16 - 1))
def test_a_cardinal_can_be_counted_back(value):
    """Every digit but zero is there once, in order, and zeros never stand side by side."""
    words = cardinal(value)
    digits = "零一二三四五六七八九"
    names = [str(digits.index(char)) for char in words.replace("两", "二") if char in digits]
    written = [digit for digit in str(value) if digit != "0"]
    said = [name for name in names if name != "0"]
    assert said == written or ["1", *said] == written  # 十五
    assert "零零" not in words


@pytest.mark.parametrize(
    ("text", "message"), [("你好ひ", "HIRAGANA LETTER HI.* position 2"), ("銀行ひ長", "position 2")]
)
def test_a_character_nobody_can_read_is_named_with_its_place(text, message):
    with pytest.raises(ValueError, match=message):
        normalize(text, "zh")


def test_an_english_sentence_inside_chinese_keeps_its_english_numbers():
    assert join(normalize("他说My sister has 2 cats很好", "zh")) == "他说 My sister has two cats 很好"
    assert join(normalize("买了iPhone 15 Pro Max", "zh")) == "买了 iPhone 十五 Pro Max"


def test_plain_chinese_is_eaten_fast():
    """The whole frontend has 20 µs a character; half a µs to a few µs is normalization's share."""
    text = "我们明天去银行,然后回家吃饭。" * 2000
    normalize(text[:100], "zh")
    start = time.process_time()
    normalize(text, "zh")
    assert (time.process_time() - start) / len(text) < 10e-6
