"""The network that reads characters by what stands around them, where no table and no long word decides."""

import pytest

from transformers_tts_gan.text.phoneset import BASE_PHONES
from transformers_tts_gan.text.zh.g2p import read_words, syllable_phones
from transformers_tts_gan.text.zh.polyphone_model import (
    MODEL_FILE,
    NUMERAL,
    UNKNOWN,
    encode,
    polyphone_model,
    read_by_model,
)
from transformers_tts_gan.text.zh.polyphones import alone_with_sizes
from transformers_tts_gan.text.zh.segment import segment


def read(text: str) -> str:
    return " ".join(syllable for word in read_words(segment(text)) for syllable in word)


@pytest.mark.parametrize(
    ("text", "place", "reading"),
    [
        ("棋手李昌镐赢了", 4, "hao4"),
        ("诗人郑覃上书皇帝", 3, "tan2"),
        ("他住在武汉市黄陂区", 7, "pi2"),
        ("塞缪尔是一位演员", 1, "miu4"),
        ("吡咯是一种有机物", 1, "luo4"),
        ("芒什省在法国北部", 1, "shi2"),
        ("票房十分低靡", 5, "mi2"),
        ("肖蒙区在美国", 0, "xiao1"),
        ("他在武康路四十弄", 7, "long4"),
    ],
)
def test_names_and_words_that_no_table_holds_are_read_by_what_stands_around(text, place, reading):
    assert read(text).split()[place] == reading


def test_every_reading_of_the_model_is_pinyin():
    model = polyphone_model()
    assert len(model.readings) > 500
    for char, readings in model.readings.items():
        assert len(char) == 1 and len(set(readings)) == len(readings) > 1
        assert {phone for reading in readings for phone in syllable_phones(reading)} <= set(BASE_PHONES)


def test_the_model_is_small():
    from importlib.resources import files

    assert len(files("transformers_tts_gan.text.zh").joinpath(MODEL_FILE).read_bytes()) < 800_000


def test_characters_are_read_together_as_they_are_alone():
    text, model = "他长得很高还会重复地看着行人", polyphone_model()
    places = [place for place, char in enumerate(text) if char in model.readings]
    hints = [alone_with_sizes(text[place])[0] for place in places]
    assert len(places) > 5
    apart = [model(text, [place], [hint])[0] for place, hint in zip(places, hints, strict=True)]
    assert model(text, places, hints) == apart


def test_what_is_decided_and_long_words_are_left_alone():
    words = ["他", "还", "长", "大"]
    assert set(read_by_model(words, ())) >= {1, 2}
    assert 2 not in read_by_model(words, {2: "zhang3"})
    assert read_by_model(["中华人民共和国"], ()) == {}
    assert read_by_model([], ()) == {}


def test_numerals_are_alike_and_unknown_characters_too():
    assert encode("三百", {}) == [NUMERAL, NUMERAL]
    assert encode("\U00030000", {}) == [UNKNOWN]
