"""Words that a corpus has and jieba has not."""

import importlib.util
from pathlib import Path

import pytest
from helpers.training import write_corpus

from transformers_tts_gan.text.zh.new_words import new_words, write_user_dict
from transformers_tts_gan.text.zh.segment import Segmenter, word_frequency


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
OTHERS = (Path(__file__).parents[2] / "data" / "polyphones_zh.tsv").read_text(encoding="utf-8").splitlines()[1:]
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


@pytest.fixture(scope="module")
def script():
    path = Path(__file__).parents[3] / "examples" / "find_words.py"
    spec = importlib.util.spec_from_file_location("find_words", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_writes_a_user_dictionary_and_never_over_one(script, tmp_path, capsys):
    (tmp_path / "corpus.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    words = tmp_path / "words.txt"
    script.main([str(tmp_path / "corpus.txt"), "--output", str(words), "--min_count", "4"])
    assert "嗒彩湾 7" in words.read_text(encoding="utf-8").splitlines()
    assert "new words in" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="exists already"):
        script.main([str(tmp_path / "corpus.txt"), "--output", str(words)])


def test_the_script_reads_a_speech_corpus(script, tmp_path):
    corpus = write_corpus(tmp_path / "corpus")
    assert len(list(script.read_texts(str(corpus), "train"))) > 1
