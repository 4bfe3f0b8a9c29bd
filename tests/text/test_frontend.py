"""The whole way from text to phones, and back to the characters of the text."""

import time

import pytest
from helpers.models import wordpiece_tokenizer
from helpers.refusals import mostly_spoken, note
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text.explanation import display_width, explain
from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.phoneset import BASE_PHONES


MIXED = "我的 iPhone 15 花了¥5999，Dr. Lee paid $25.50 for it!"


@pytest.mark.parametrize(
    ("text", "language"), [(MIXED, "zh"), (MIXED, "en"), ("Well, it's 3:30 p.m.", "en"), ("一下儿，第2个？", "zh")]
)
def test_phones_are_known_and_spans_index_the_text(text, language):
    utterance = TextFrontend(language)(text)
    assert set(utterance.phones) <= set(BASE_PHONES)
    assert len(utterance.phones) == len(utterance.spans)
    for phone, (start, end) in zip(utterance.phones, utterance.spans, strict=True):
        assert 0 <= start <= end <= len(text)
        assert (start == end) == (phone == " ")
    starts = [start for start, _ in utterance.spans]
    assert starts == sorted(starts)


def test_words_hold_the_phones_between_boundaries_and_pauses():
    utterance = TextFrontend("zh")(MIXED)
    spoken = [phone for phone in utterance.phones if phone not in (" ", ",", ".", "?", "!")]
    assert spoken == [phone for word in utterance.words for phone in word.phones]


def test_a_chinese_phone_belongs_to_its_character_and_a_number_to_all_of_its_digits():
    utterance = TextFrontend("zh")("银行25号")
    assert utterance.phones[:3] == ("in2", "h", "ang2")
    assert utterance.spans[:3] == ((0, 1), (1, 2), (1, 2))
    assert {span for span in utterance.spans if 2 <= span[0] < 4 and span[0] < span[1]} == {(2, 4)}


def test_punctuation_is_a_pause_with_its_own_span_and_words_have_boundaries():
    utterance = TextFrontend("en")("Oh no; yes!")
    assert utterance.phones == ("OW1", " ", "N", "OW1", ",", "Y", "EH1", "S", "!")
    assert utterance.spans[1] == (3, 3)
    assert utterance.spans[4] == (5, 6)


def test_the_lexicon_wins_over_everything():
    frontend = TextFrontend("zh", {"行长": ["xing2", "chang2"], "gan": ["G", "AE1", "N"], "㐂": ["xi3"]})
    assert frontend("行长").phones == ("x", "ing2", "ch", "ang2")
    assert frontend("行长").spans == ((0, 1), (0, 1), (1, 2), (1, 2))
    assert frontend("GAN").phones == ("G", "AE1", "N")


def test_entries_in_traditional_characters_hold_for_both_kinds():
    frontend = TextFrontend("zh", {"銀行": "xing2 hang2"}, ["開户口"])
    for text in ("他在銀行開户口", "他在银行开户口"):
        utterance = frontend(text)
        assert [word.text for word in utterance.words] == ["他", "在", "银行", "开户口"]
        assert utterance.words[2].phones == ("x", "ing2", "h", "ang2")
    both = TextFrontend("zh", {"銀行": "xing2 hang2", "银行": "yin2 hang2"})
    assert both("銀行").phones == ("in2", "h", "ang2")


def test_another_language_speaks_its_letters():
    utterance = TextFrontend("de-AT")("Süß, ja")
    assert utterance.phones == ("<s>", "<ü>", "<ß>", ",", "<j>", "<a>")
    assert utterance.language == "de"


@pytest.mark.parametrize("text", ["", "   ", "...", "“”", "\u200b"])
def test_nothing_to_say_is_an_error(text):
    with pytest.raises(ValueError, match="nothing to say"):
        TextFrontend("en")(text)


@pytest.mark.parametrize(("text", "place"), [("ok \ue000", "position 3"), ("你好\U00030000", "osition 2")])
def test_an_unreadable_character_is_named_with_its_position(text, place):
    with pytest.raises(ValueError, match=place):
        TextFrontend("zh")(text)


def test_text_must_be_one_string():
    with pytest.raises(TypeError, match="list"):
        TextFrontend("en")(["a", "b"])


@mostly_spoken
@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=30), st.text(alphabet="aAbI1203.,:/-–~%$¥€+= '\n年月日第一不个儿很好hkm°C@()v", max_size=30)
    ),
    st.sampled_from(["en", "zh", "de"]),
)
def test_any_text_gives_phones_or_a_value_error(text, language):
    try:
        utterance = TextFrontend(language)(text)
    except ValueError:
        note(text, language, spoken=False)
        return
    note(text, language, spoken=True)
    assert utterance.words
    assert len(utterance.phones) == len(utterance.spans)
    assert all(0 <= start <= end <= len(text) for start, end in utterance.spans)
    assert language == "de" or set(utterance.phones) <= set(BASE_PHONES)


@pytest.mark.parametrize(
    "unit", ["今天3:30我们去银行。", "He paid $25 in 1999, or a.b.", "1-2-3.", "a.", "---", "1,234,", "x@"]
)
def test_time_grows_linearly_with_the_text(unit):
    """20,000 characters in well under the second that the slowest machine may need for them."""
    frontend = TextFrontend("zh")
    frontend(unit + "好")
    text = unit * (20_000 // len(unit)) + "好"
    start = time.process_time()
    frontend(text)
    assert time.process_time() - start < 2.0


def cells(table: str) -> list[list[str]]:
    """The columns of a table, cut where the line of dashes has its gaps."""
    lines = table.splitlines()
    ends, width = [0], 0
    for dashes in lines[1].split("  "):
        width += len(dashes) + 2
        ends.append(width)
    rows = []
    for line in lines:
        row, place = [""] * (len(ends) - 1), 0
        for char in line:
            column = max(number for number, end in enumerate(ends[:-1]) if end <= place)
            row[column] += char
            place += display_width(char)
        rows.append([cell.strip() for cell in row])
    return rows


def test_a_chinese_sentence_is_explained():
    rows = cells(explain("我去银行取25元。", "zh"))
    assert rows[0] == ["text", "normalized", "words", "phones"]
    assert ["银行", "银行", "银行", "in2 h ang2"] in rows
    assert any(row[0].startswith("25") and "二十五" in row[1] and "u3" in row[3] for row in rows)
    assert rows[-1] == ["。", ".", "", "."]


def test_a_mixed_sentence_is_explained_with_tokens_and_prosody():
    text = "<speak>the 25 <prosody pitch='+2st'>cats</prosody> of 北京<break time='1s'/></speak>"
    rows = cells(explain(text, "en", tokenizer=wordpiece_tokenizer()))
    assert rows[0] == ["text", "normalized", "words", "phones", "tokens", "prosody"]
    assert rows[3][:3] + rows[3][4:] == ["25", "twenty five", "twenty | five", "2 5", ""]
    assert rows[4] == ["cats", "cats", "cats", "K AE1 T S", "cats", "+2 st"]
    assert rows[6] == ["北京", "北京", "北京", "b ei3 j ing1", "北 京", ""]
    assert rows[7] == ["<break time='1s'/>", ",", "", ",", "", "1 s"]


def test_the_table_of_a_tokenizer_without_offsets_is_refused():
    class Slow:
        is_fast = False

    with pytest.raises(ValueError, match="`Slow` does not tell which characters its tokens are"):
        explain("cats", tokenizer=Slow())


def test_emoji_are_passed_over_or_named():
    assert TextFrontend("en")("cats 😀").phones == TextFrontend("en")("cats").phones
    assert len(TextFrontend("en", emoji="name")("cats 😀").words) > 1
    with pytest.raises(ValueError, match="`drop` or `name` is needed"):
        TextFrontend("en", emoji="sing")
