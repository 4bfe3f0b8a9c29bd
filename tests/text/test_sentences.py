"""Words of Chinese text, and where long text is cut."""

import logging
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text.sentences import split_sentences
from transformers_tts_gan.text.zh.segment import Segmenter, _tokenizer, read_user_dict, segment


def test_words_join_to_the_text():
    assert "".join(segment("我们明天去银行取钱")) == "我们明天去银行取钱"
    assert "银行" in segment("我们明天去银行取钱")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.text(
        alphabet="我们明天去银行取钱小重阳子涵的了不一是在有人龘行长大中国上海科学技生物研究术语",
        min_size=1,
        max_size=40,
    )
)
@example("南京市长江大桥欢迎重阳子涵先生")
@example("永和服装饰品有限公司")
def test_words_are_as_jieba_has_them(text):
    """The dictionary and the model are jieba's, and so are the answers; only the loops are ours."""
    assert segment(text) == _tokenizer().lcut(text)


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
        ("see p. 55 now. Then go.", ["see p. 55 now.", "Then go."]),
        ("read vol. II. Then stop", ["read vol. II.", "Then stop"]),
        ("He said no. It rained.", ["He said no.", "It rained."]),
        ("Ford Motor Co. at noon. Acme Inc. Then it grew.", ["Ford Motor Co. at noon.", "Acme Inc.", "Then it grew."]),
        ("He got a D.U.I. He lost.", ["He got a D.U.I.", "He lost."]),
        ("He has a Ph.D. He teaches.", ["He has a Ph.D.", "He teaches."]),
        ("at 5 p.m. on Friday. At 6 p.m. They left", ["at 5 p.m. on Friday.", "At 6 p.m.", "They left"]),
        ("Plan B. It works. J. He wrote it.", ["Plan B.", "It works.", "J. He wrote it."]),
        ("in Jan. Smith left. In Feb. The rest.", ["in Jan. Smith left.", "In Feb.", "The rest."]),
        ("on Main St. It is long. St. Louis", ["on Main St.", "It is long.", "St. Louis"]),
        ("e.g. The cat, etc. The end", ["e.g. The cat, etc.", "The end"]),
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


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("he walked down to the river and his dog ran on", ["he walked down to the river", "and his dog ran on"]),
        ("she read the letter of her brother twice again", ["she read the letter", "of her brother twice again"]),
        ("the people of whom they spoke had left long ago", ["the people", "of whom they spoke had left long ago"]),
        ("the land where andrew lives lies far off", ["the land", "where andrew lives lies far off"]),
        ("we saw the river, and the old man on the shore", ["we saw the river,", "and the old man on the shore"]),
        ("他昨天买了一本很厚的书但是今天又还给了图书馆", ["他昨天买了一本很厚的书", "但是今天又还给了图书馆"]),
    ],
)
def test_a_long_sentence_without_commas_is_cut_before_a_clause_or_a_phrase(text, pieces):
    """Where it is cut the voice stops: "her | complexion" sounds wrong, "very brown | but from" does not."""
    assert split_sentences(text, len(text) * 4 // 5) == pieces


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


def test_words_of_a_user_dictionary_stay_whole(tmp_path):
    """The file is jieba's own format; without it the name falls apart."""
    path = tmp_path / "words.txt"
    path.write_text("重阳子涵 20 nr\n云计算平台\n\n# a remark\n", encoding="utf-8")
    assert "重阳子涵" not in segment("重阳子涵用云计算平台")
    assert Segmenter(path)("重阳子涵用云计算平台") == ["重阳子涵", "用", "云计算平台"]
    assert Segmenter(["云计算平台"])("重阳子涵用云计算平台", {"子涵"})[-1] == "云计算平台"


def test_a_line_that_is_no_entry_is_named(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("好\n一 个 句子\n", encoding="utf-8")
    with pytest.raises(ValueError, match="`words.txt` line 2"):
        read_user_dict(path)


def test_a_window_of_jieba_cuts_no_word():
    """Long runs are read in windows; the word at the edge of one belongs to the next."""
    text = "我们明天去银行" * 200
    words = segment(text)
    assert "".join(words) == text
    assert words.count("银行") == words.count("明天") == 200


def test_a_chinese_paragraph_without_a_full_stop_is_cut_at_commas_then_between_words():
    assert split_sentences("今天天气很好，我们去公园散步", 10) == ["今天天气很好，", "我们去公园散步"]
    text = "我们明天去图书馆借一本关于银行历史的书"
    pieces = split_sentences(text, 8)
    assert "".join(pieces) == text
    assert all(sum(map(len, pieces[:n])) in ends(text) for n in range(len(pieces)))


def ends(text: str) -> set[int]:
    place, found = 0, {0}
    for word in segment(text):
        place += len(word)
        found.add(place)
    return found


@pytest.mark.parametrize(
    "whole", ["internationalization", "3,141,592.65", "don't", '<break time="1s"/>', "[[K AE1 T]]"]
)
def test_a_word_a_number_or_markup_is_not_cut(whole):
    pieces = split_sentences(f"我们在这里看见了{whole}以后就回家了，然后{whole}又来了", max(len(whole) + 2, 8))
    assert sum(piece.count(whole) for piece in pieces) == 2


def test_a_full_stop_in_markup_ends_no_sentence():
    assert split_sentences('<sub alias="Who? Me.">W</sub> came. Yes.') == [
        '<sub alias="Who? Me.">W</sub> came.',
        "Yes.",
    ]


def test_quotes_and_brackets_that_close_stay_with_their_sentence():
    assert split_sentences("他说：“走吧！”（真的。）然后他走了。") == ["他说：“走吧！”", "（真的。）", "然后他走了。"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab1 ,.，。！“”<>[]{}'-你好银行去\n", max_size=300), st.integers(1, 60))
def test_pieces_join_to_the_text_without_white_space_and_pieces_without_letters(text, max_chars):
    pieces = split_sentences(text, max_chars)
    assert all(0 < len(piece) <= max_chars for piece in pieces)
    place = 0
    for piece in pieces:  # in order, each a substring, and between them nothing that can be spoken
        start = text.index(piece, place)
        assert not any(char.isalnum() for char in text[place:start])
        place = start + len(piece)
    assert not any(char.isalnum() for char in text[place:])


@pytest.mark.parametrize("unit", ["你好银行", "a", "word ", "，", "<", "[[", "{", "'", "Mr. ", "。”"])
def test_time_grows_with_the_length(unit):
    """Four times the text takes about four times as long, never sixteen times."""
    split_sentences(unit * 50)
    spent = []
    for repeats in (4000, 16000):
        start = time.process_time()
        split_sentences(unit * repeats, 100)
        spent.append(time.process_time() - start)
    assert spent[1] < 8 * spent[0] + 0.2
