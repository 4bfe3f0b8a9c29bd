"""Words that a corpus has and jieba has not."""

from pathlib import Path

import pytest

from transformers_tts_gan.text_new_words import new_words, write_user_dict
from transformers_tts_gan.text_segment import Segmenter, word_frequency


TEXTS = [
    "我昨天在嗒彩湾看见了他",
    "嗒彩湾的风景很美",
    "明天我们去嗒彩湾",
    "嗒彩湾离这里很远",
    "听说嗒彩湾下雪了",
    "他住在嗒彩湾附近",
    "为什么嗒彩湾没有人",
    "天气预报说明天下雨",
    "天气预报不准",
    "我听天气预报",
    "看天气预报吧",
    "今天的天气预报很好",
]
OTHERS = (Path(__file__).parent / "data" / "polyphones_zh.tsv").read_text(encoding="utf-8").splitlines()[1:]
TEXTS += [line.split("\t")[0] for line in OTHERS]  # what chance is shows only among other text


def test_a_name_is_found_and_a_phrase_of_known_words_is_not():
    found = new_words(TEXTS, min_count=4)
    assert found["嗒彩湾"] == 7
    assert not {"彩湾", "天气预报"} & set(found)
    assert not any(word_frequency(word) for word in found)


def test_what_is_found_is_a_user_dictionary(tmp_path):
    write_user_dict(tmp_path / "words.txt", new_words(TEXTS, min_count=4))
    assert Segmenter(tmp_path / "words.txt")("明天去嗒彩湾") == ["明天", "去", "嗒彩湾"]


def test_nothing_is_found_in_nothing():
    assert new_words([]) == {}
    assert new_words(["only English", "我"]) == {}


def test_once_is_not_often():
    with pytest.raises(ValueError, match="`min_count` is 1"):
        new_words(TEXTS, min_count=1)
