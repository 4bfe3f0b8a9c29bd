"""Words to phones: readings, tone changes, endings, and what a lexicon may say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text.en.g2p import english_phones
from transformers_tts_gan.text.en.sequence import english_sequence
from transformers_tts_gan.text.phoneset import BASE_PHONES, letter_phones
from transformers_tts_gan.text.zh.g2p import FINALS, chinese_phones, syllable_phones


def chinese(*words):
    return " ".join("".join(phones) for word in chinese_phones(list(words)) for phones in word)


def test_phones_are_few_and_different():
    """Their order is the embedding of every trained voice: append, never insert."""
    assert len(BASE_PHONES) == len(set(BASE_PHONES)) == 280
    assert BASE_PHONES[:6] == (" ", ",", ".", "?", "!", "B")
    assert BASE_PHONES[-1] == "vn5"


@pytest.mark.parametrize(
    ("syllable", "phones"),
    [
        ("yi1", "i1"),
        ("wu1", "u1"),
        ("yuan2", "van2"),
        ("you3", "iu3"),
        ("wei4", "ui4"),
        ("wen2", "un2"),
        ("yue4", "ve4"),
        ("ju2", "j v2"),
        ("xue2", "x ve2"),
        ("lüe4", "l ve4"),
        ("lv4", "l v4"),
        ("zhi1", "zh i1"),
        ("xiong2", "x iong2"),
        ("guang3", "g uang3"),
        ("weng1", "ueng1"),
        ("er2", "er2"),
        ("a", "a5"),
    ],
)
def test_syllables_split_into_initial_and_final(syllable, phones):
    assert " ".join(syllable_phones(syllable)) == phones


@pytest.mark.parametrize("wrong", ["", "5", "bxq1", "hello", "zh4", "ang6"])
def test_what_is_no_syllable_is_named(wrong):
    with pytest.raises(ValueError, match="not a pinyin syllable"):
        syllable_phones(wrong)


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        (["银行", "行长"], "in2 hang2 hang2 zhang3"),
        (["我", "很", "好"], "uo2 hen2 hao3"),
        (["你好"], "ni2 hao3"),
        (["展览馆"], "zhan2 lan2 guan3"),
        (["小老虎"], "xiao3 lao2 hu3"),
        (["不", "是"], "bu2 shi4"),
        (["不", "好"], "bu4 hao3"),
        (["好不好"], "hao3 bu5 hao3"),
        (["一", "个"], "i2 ge5"),
        (["一", "天"], "i4 tian1"),
        (["一样"], "i2 iang4"),
        (["第一"], "di4 i1"),
        (["星期一"], "xing1 qi1 i1"),
        (["十一", "月"], "shi2 i1 ve4"),
        (["一", "月", "一", "号"], "i1 ve4 i1 hao4"),
        (["看一看"], "kan4 i5 kan4"),
        (["谢谢"], "xie4 xie5"),
        (["老朋友"], "lao3 peng2 iu5"),
        (["一下", "儿"], "i2 xia4 er5"),
        (["女儿"], "nv3 er2"),
        (["跑", "得", "快"], "pao3 de5 kuai4"),
        (["我", "得", "走"], "uo2 dei2 zou3"),
        (["要不是"], "iao4 bu2 shi4"),
        (["难得"], "nan2 de2"),
        (["睡不着"], "shui4 bu5 zhao2"),
    ],
)
def test_chinese_sounds_as_in_a_sentence(words, spoken):
    assert chinese(*words) == spoken


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("cat", "K AE1 T"),
        ("Cats", "K AE1 T S"),
        ("selden's", "S EH1 L D AH0 N Z"),
        ("boss's", "B AO1 S IH0 Z"),
        ("don't", "D OW1 N T"),
        ("that'll", "DH AE1 T AH0 L"),
        ("googled", "G UW1 G AH0 L D"),
        ("emojis", "IH0 M OW1 JH IY0 Z"),
        ("HTTP", "EY1 CH T IY1 T IY1 P IY1"),
        ("U.S.", "Y UW1 EH1 S"),
        ("NASA", "N AE1 S AH0"),
        ("café", "K AH0 F EY1"),
    ],
)
def test_english_words_and_endings(word, phones):
    assert " ".join(english_phones(word)) == phones


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=24).filter(lambda w: w.strip("'")))
def test_any_string_of_letters_has_phones(word):
    phones = english_phones(word)
    assert phones
    assert set(phones) <= set(BASE_PHONES)


def test_neighbors_decide_the_and_record():
    assert english_sequence(["the", "apple"])[0] == ("DH", "IY0")
    assert english_sequence(["the", "cat"])[0] == ("DH", "AH0")
    assert english_sequence(["to", "record"])[1] != english_sequence(["a", "record"])[1]
    assert english_sequence(["have", "read"])[1] == ("R", "EH1", "D")


def test_letters_of_other_languages_are_phones():
    assert letter_phones("Straße") == ("<s>", "<t>", "<r>", "<a>", "<ß>", "<e>")
    assert letter_phones("e\u0301") == ("<é>",)


def test_every_final_has_five_tones():
    assert all(final + tone in BASE_PHONES for final in FINALS for tone in "12345")
