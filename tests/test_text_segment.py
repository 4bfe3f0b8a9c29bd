"""Words of Chinese text, and where long text is cut."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text_segment import segment, split_sentences


def test_words_join_to_the_text():
    assert "".join(segment("我们明天去银行取钱")) == "我们明天去银行取钱"
    assert "银行" in segment("我们明天去银行取钱")


def test_entries_of_the_lexicon_stay_whole():
    assert segment("他叫重阳子涵", frozenset({"重阳子涵", "重阳"})) == ["他", "叫", "重阳子涵"]


def test_segmentation_is_silent_and_leaves_log_levels_alone(capfd):
    level = logging.getLogger("jieba").level
    segment("安静")
    assert capfd.readouterr().err == ""
    assert logging.getLogger("jieba").level == level


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mr. Lee came. 他走了。Why?", ["Mr. Lee came.", "他走了。", "Why?"]),
        ("It is 3.14 long. Done!", ["It is 3.14 long.", "Done!"]),
        ("J. R. Smith of the U.S. Army.", ["J. R. Smith of the U.S. Army."]),
        ("“走吧。”他说。", ["“走吧。”", "他说。"]),
        ("one\n\ntwo", ["one", "two"]),
        ("...", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_stops(text, sentences):
    assert split_sentences(text) == sentences


def test_a_long_sentence_is_cut_at_a_comma_then_at_a_space():
    assert split_sentences("one two three, four five", 16) == ["one two three,", "four five"]
    assert split_sentences("one two three four five", 16) == ["one two three", "four five"]


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="ab ,.!?。，你好\n", max_size=300), st.integers(1, 60))
def test_no_piece_is_too_long_and_no_letter_is_lost(text, max_chars):
    pieces = split_sentences(text, max_chars)
    assert all(len(piece) <= max_chars for piece in pieces)
    letters = [char for char in text if char.isalnum()]
    assert [char for piece in pieces for char in piece if char.isalnum()] == letters


def test_no_room_for_a_character_is_an_error():
    with pytest.raises(ValueError, match="`max_chars` is 0"):
        split_sentences("a", 0)
