"""Where the characters of a rewritten text come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformers_tts_gan.text.origins import origins


@given(st.text("ab c"), st.text("ab c"))
def test_positions_are_in_the_text_and_never_go_back(rewritten, text):
    places = list(origins(rewritten, text))
    assert len(places) == len(rewritten) and places == sorted(places)
    assert all(0 <= place < max(len(text), 1) for place in places)


@pytest.mark.parametrize("size", [0, 5, 40, 300])
def test_what_stays_is_found_again_after_what_was_changed(size):
    before, after = "It was a long way home, ", " and they were late for dinner."
    text, rewritten = before + "<x>☭ " * size + "mid" + after, before + "m" + after
    places = origins(rewritten, text)
    start = rewritten.index(after)
    assert list(places[start:]) == list(range(text.index(after), len(text)))
    assert list(places[: len(before)]) == list(range(len(before)))


def test_words_stand_for_words():
    text, rewritten = "привет мир друг", "privet mir drug"
    places = origins(rewritten, text)
    assert [text[places[rewritten.index(word)]] for word in ("privet", "mir", "drug")] == ["п", "м", "д"]


def test_a_long_text_that_is_changed_everywhere_takes_no_time():
    text = "привет один два три " * 20_000
    rewritten = "privet odin dva tri " * 20_000
    assert len(origins(rewritten, text)) == len(rewritten)
