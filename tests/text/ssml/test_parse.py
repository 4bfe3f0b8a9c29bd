"""What a writer may say about a text: what it means, that it comes back, and what is wrong with what nobody means."""

import time

import pytest
from helpers.refusals import mostly_spoken, note
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.lexicon import read_lexicon, read_phones
from transformers_tts_gan.text.phoneset import BASE_PHONES
from transformers_tts_gan.text.prosody import PhoneProsody
from transformers_tts_gan.text.ssml.parse import MarkupError, has_markup, parse, to_ssml, write


ENGLISH, CHINESE = TextFrontend("en"), TextFrontend("zh")


def said(text: str, frontend: TextFrontend = ENGLISH) -> str:
    return " ".join(frontend(text).phones)


def pauses(text: str) -> list[float]:
    return [phone.pause_seconds for phone in ENGLISH(text).prosody if phone.pause_seconds is not None]


@pytest.mark.parametrize(
    ("markup", "plain", "language"),
    [
        ("<speak>Good <sub alias='morning'>mrng</sub></speak>", "Good morning", "en"),
        ("<speak>A &amp; B &lt; C&#33;</speak>", "A & B < C!", "en"),
        ("<speak>\n  Good\n  morning.\n</speak>", "Good morning.", "en"),
        ("<?xml version='1.0'?> <speak version='1.1'>Good<!-- <foo> --> morning</speak>", "Good morning", "en"),
        ("<speak><p><s>Good.</s><s>Morning</s></p></speak>", "Good. Morning.", "en"),
        ("<speak>Room <say-as interpret-as='cardinal'>1999</say-as></speak>", "Room 1,999", "en"),
        ("<speak>the <say-as interpret-as='ordinal'>21</say-as></speak>", "the 21st", "en"),
        ("<speak><say-as interpret-as='characters'>cat1</say-as></speak>", "C.A.T. one", "en"),
        ("<speak><say-as interpret-as='digits'>2025</say-as></speak>", "two zero two five", "en"),
        ("<speak><say-as interpret-as='telephone'>555-01</say-as></speak>", "five five five, zero one", "en"),
        ("<speak><say-as interpret-as='date' format='dmy'>1/2/2020</say-as></speak>", "February 1, 2020", "en"),
        ("<speak><say-as interpret-as='date' format='ymd'>2020-1-2</say-as></speak>", "二零二零年一月二日", "zh"),
        ("<speak><say-as interpret-as='currency'>$25</say-as></speak>", "$25", "en"),
        ("<speak><say-as interpret-as='fraction'>3/4</say-as></speak>", "四分之三", "zh"),
        ("<speak><say-as interpret-as='telephone'>110</say-as></speak>", "幺幺零", "zh"),
        ("<speak><lang xml:lang='zh'>25</lang></speak>", "二十五", "en"),
        ("<speak>这是 <lang xml:lang='en-US'>25</lang></speak>", "这是 twenty five", "zh"),
        ("<speak><phoneme alphabet='ipa' ph='ˈmɔɹnɪŋ'>x</phoneme></speak>", "[[M AO1 R N IH0 NG]]", "en"),
        ("<speak><phoneme alphabet='x-arpabet' ph='K AE1 T'>x</phoneme></speak>", "[[K AE1 T]]", "en"),
        ("我[[yin2 hang2]]", "我银行", "zh"),
        (r"Good \[[ morning", "Good [ morning", "en"),
    ],
)  # fmt: skip
def test_markup_says_what_plain_text_would(markup, plain, language):
    frontend = ENGLISH if language == "en" else CHINESE
    assert said(markup, frontend) == said(plain, frontend)


def test_a_reading_replaces_that_of_as_many_characters():
    assert said("重{chong2}复", CHINESE) == "ch ong2 f u4"
    assert said("银行{xing2}长{zhang3}", CHINESE).split()[:3] == ["in2", "x", "ing2"]
    assert said("重庆{zhong4 qing3}市", CHINESE).startswith("zh ong4 q ing3")
    assert (
        said("<speak><phoneme alphabet='pinyin' ph='zhong4 qing3'>重庆</phoneme></speak>", CHINESE) == "zh ong4 q ing3"
    )


@pytest.mark.parametrize("text", ["{x} is a set", "集合{甲}", "a{b}", "变量{ }", r"变量\{x}", "[x]", "好｛a1｝"])
def test_braces_of_a_text_are_no_readings(text):
    assert not any(piece.kind == "reading" for piece in parse(text))


def test_breaks_take_the_place_of_pauses_and_add_up():
    assert said("<speak>Good<break time='1s'/> morning</speak>") == said("Good, morning")
    assert said("<speak>Good. <break/> Morning<break/>.</speak>") == said("Good. Morning.")
    assert pauses("<speak>Good<break time='500ms'/><break time='.25s'/> morning<break strength='none'/></speak>") == [
        0.75,
        0.0,
    ]
    assert pauses("<speak><break strength='x-strong'></break>Good.<break strength='weak'/></speak>") == [1.2, 0.25]


def test_prosody_lies_on_the_phones_inside_and_nests():
    inner = "<prosody pitch='+1st' volume='-6dB'>it</prosody>"
    utterance = ENGLISH(f"<speak>Who <prosody rate='80%' pitch='high'>is {inner}</prosody> now?</speak>")
    words = dict.fromkeys(zip(utterance.spans, utterance.prosody, strict=True))
    found = {utterance.text[slice(*span)]: mark for span, mark in words if span[0] < span[1]}
    assert found["Who"] == found["now"] == PhoneProsody()
    assert found["is"] == PhoneProsody(rate=0.8, pitch_shift=3.0)
    assert found["it"] == PhoneProsody(rate=0.8, pitch_shift=4.0, gain_db=-6.0)


@pytest.mark.parametrize(
    ("attribute", "prosody"),
    [
        ("rate='x-slow'", PhoneProsody(rate=0.5)),
        ("rate='+20%'", PhoneProsody(rate=1.2)),
        ("rate='1.2'", PhoneProsody(rate=1.2)),
        ("pitch='-2st'", PhoneProsody(pitch_shift=-2.0)),
        ("pitch='+100%'", PhoneProsody(pitch_shift=12.0)),
        ("volume='+6dB'", PhoneProsody(gain_db=6.0)),
        ("volume='soft'", PhoneProsody(gain_db=-6.0)),
        ("volume='silent'", PhoneProsody(gain_db=-100.0)),
    ],
)
def test_values_of_prosody(attribute, prosody):
    assert set(ENGLISH(f"<speak><prosody {attribute}>Good</prosody></speak>").prosody) == {prosody}


def test_spans_index_the_marked_up_text():
    text = "<speak>I &amp; <prosody rate='2'>Dr. Lee</prosody> paid <sub alias='a lot'>$5</sub>[[K AE1 T]]</speak>"
    utterance = ENGLISH(text)
    assert [text[slice(*word.span)] for word in utterance.words] == [
        "I", "&amp;", "Dr.", "Lee", "paid", "$5", "$5", "[[K AE1 T]]",
    ]  # fmt: skip
    assert utterance.plain == "I & Dr. Lee paid $5"
    assert {utterance.plain[slice(*span)] for span in utterance.plain_spans} == {
        "I",
        "&",
        "Dr.",
        "Lee",
        "paid",
        "$5",
        "",
    }


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("<speak>Good <foo/></speak>", 12, "no element `foo`; known are `speak`"),
        ("<speak>Good", 0, "`<speak>` is never closed"),
        ("<speak><p>Good</speak>", 14, "`</p>` is needed first"),
        ("<speak>Good</speak> bye", 20, "outside of `<speak>"),
        ("<speak>Good</speak><p/>", 19, "ends the text"),
        ("<speak>a < b</speak>", 9, "write `&lt;`|write one like"),
        ("<speak>a & b</speak>", 9, "write `&amp;` for the sign"),
        ("<speak>&bomb;</speak>", 7, "`&amp;` or `&#8364;`"),
        ("<speak>&#xD800;</speak>", 7, "entity"),
        ("<speak><break time='5'/></speak>", 7, "`time` is `5`; write `500ms` or `1.5s`"),
        ("<speak><break time='11s'/></speak>", 7, "10 seconds at most"),
        ("<speak><break strength='huge'/></speak>", 7, "`strength` is `huge`"),
        ("<speak><break length='1s'/></speak>", 14, "no attribute `length`; known are `time`, `strength`"),
        ("<speak><break>a</break></speak>", 7, "holds nothing"),
        ("<speak><prosody>a</prosody></speak>", 7, "needs `rate`, `pitch` or `volume`"),
        ("<speak><prosody rate='quick'>a</prosody></speak>", 7, "`rate` is `quick`; write `80%`"),
        ("<speak><prosody rate='900%'>a</prosody></speak>", 7, "`rate` comes to 9, but 0.2 to 5"),
        ("<speak><prosody pitch='+10Hz'>a</prosody></speak>", 7, r"`pitch` is `\+10Hz`; write `\+2st`"),
        ("<speak><prosody volume='loudest'>a</prosody></speak>", 7, "`volume` is `loudest`"),
        ("<speak><say-as>a</say-as></speak>", 7, "needs the attribute `interpret-as`"),
        ("<speak><say-as interpret-as='x'>a</say-as></speak>", 7, "`interpret-as` is `x`; it is one of `cardinal`"),
        ("<speak><say-as interpret-as='cardinal'>a</say-as></speak>", 7, "`a` cannot be said as `cardinal`"),
        ("<speak><say-as interpret-as='date' format='mdy'>1/2</say-as></speak>", 7, "has 2 numbers"),
        ("<speak><say-as interpret-as='date' format='mdy'>13/2/99</say-as></speak>", 7, "is no date"),
        ("<speak><sub alias='a'><p/></sub></speak>", 7, "holds text and no tags"),
        ("<speak><sub alias='a'></sub></speak>", 7, "`<sub>` is empty"),
        ("<speak><phoneme alphabet='ipa' ph='ʀ'>a</phoneme></speak>", 7, "`ʀ` in `ʀ` is no IPA symbol"),
        ("<speak><phoneme alphabet='sampa' ph='a'>a</phoneme></speak>", 7, "`sampa` is no alphabet"),
        ("<speak><lang xml:lang='?'>a</lang></speak>", 13, "`xml:lang` is `\\?`"),
        ("Good [[K AE1", 5, r"`\[\[` is never closed"),
        ("Good [[K AE]]", 5, r"`AE` is no ARPAbet phone: a vowel needs its stress, such as `AE1`.*write `\\\[\[`"),
        ("Good [[yin2 hang]]", 5, "`hang` is no pinyin syllable with its tone"),
        ("重{zhong}", 1, "`zhong` is no pinyin syllable with its tone.*For the brace itself"),
        ("重{zhong4", 1, "a reading is written like"),
        ("很重{a1 b4 c4}", 2, "no pinyin|not as many"),
        ("重{ba1 ba4}", 1, "2 syllables, but not as many Chinese characters"),
        ("重{ba1}{ba1}", 6, "has a reading already"),
    ],
)
def test_markup_that_cannot_be_read_is_refused_at_its_place(text, position, message):
    with pytest.raises(MarkupError, match=message) as caught:
        (CHINESE if "重" in text else ENGLISH)(text)
    assert caught.value.position == position and f"position {position} " in str(caught.value)


def test_a_place_in_several_lines_has_a_line_and_a_column():
    with pytest.raises(MarkupError, match=r"position 13 \(line 2, column 6\)"):
        ENGLISH("<speak>\ngood <foo>\n</speak>")


def test_a_character_that_nobody_can_read_is_named_by_its_place_in_the_marked_up_text():
    with pytest.raises(ValueError, match="osition 16 of the text"):
        ENGLISH("<speak>&lt; ok  \U00030000</speak>")


@pytest.mark.parametrize("text", ["<speak/>", "<speak><break/></speak>", "<speak> &#32; </speak>"])
def test_markup_alone_says_nothing(text):
    with pytest.raises(ValueError, match="nothing to say"):
        ENGLISH(text)


WORDS = st.sampled_from(
    ["good ", "Dr. Lee", "25", "重", "银行", "&amp;", "&lt;", ", ", ". ", "? ", "“x”", r"\[[", r"\{a} ", "\n"]
)
LEAVES = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "<break time='300ms'/>", "<break strength='none'/>", "<break/>", "<sub alias='a &amp; b'>x</sub>",
            "重{chong2}",
            "[[K AE1 T]]", "<say-as interpret-as='ordinal'>3</say-as>", "<s/>", "银行{yin2 xing2}",
            "<phoneme alphabet='pinyin' ph='zhong4'>重</phoneme>", "<phoneme alphabet='ipa' ph='kæt'>c</phoneme>",
        ]
    ),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda parts, tag: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.lists(inner, max_size=4),
        st.sampled_from(
            [
                "p",
                "s",
                "prosody rate='80%'",
                "prosody pitch='-10%' volume='+1dB'",
                "lang xml:lang='zh'",
                "lang xml:lang='en'",
            ]
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=5), st.sampled_from(["en", "zh"]))
def test_markup_comes_back_with_the_same_phones_and_prosody(parts, language):
    text = f"<speak>ok {''.join(parts)}</speak>"
    frontend = ENGLISH if language == "en" else CHINESE
    utterance = frontend(text)
    assert len(utterance.phones) == len(utterance.spans) == len(utterance.plain_spans)
    assert len(utterance.prosody) in (0, len(utterance.phones))
    assert all(0 <= a <= b <= len(text) for a, b in utterance.spans)
    assert all(0 <= a <= b <= len(utterance.plain) for a, b in utterance.plain_spans)
    assert set(utterance.phones) <= set(BASE_PHONES)
    again = frontend(to_ssml(utterance))
    assert (again.phones, again.prosody, again.plain) == (utterance.phones, utterance.prosody, utterance.plain)
    assert write(parse(write(parse(text)))) == write(parse(text))


@mostly_spoken
@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(alphabet="aB重银{}[]\\<>&;= '\"/\n1speakbrt!-", max_size=40), st.booleans())
def test_any_text_has_phones_or_an_error_and_comes_back(text, ssml):
    text = f"<speak>{text}</speak>" if ssml else text
    try:
        utterance = CHINESE(text)
    except ValueError:
        note(text, "zh", spoken=False)
        return
    note(text, "zh", spoken=True)
    again = CHINESE(to_ssml(utterance))
    assert (again.phones, again.prosody, again.plain) == (utterance.phones, utterance.prosody, utterance.plain)


@settings(max_examples=40, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=8), st.integers(5, 60))
def test_sentences_of_markup_hold_all_phones_and_prosody(parts, longest):
    utterance = ENGLISH(f"<speak>ok {''.join(parts)}</speak>")
    sentences = utterance.split(longest)
    sounds = [phone for phone in utterance.phones if phone != " "]
    assert [phone for part in sentences for phone in part.phones if phone != " "] == sounds
    assert [word for part in sentences for word in part.words] == list(utterance.words)
    fixed = [phone.pause_seconds for part in sentences for phone in part.prosody if phone.pause_seconds is not None]
    assert fixed == [phone.pause_seconds for phone in utterance.prosody if phone.pause_seconds is not None]
    for part in sentences:
        assert len(part.phones) == len(part.plain_spans) == len(part.spans)
        assert all(0 <= a <= b <= len(part.plain) for a, b in part.plain_spans)
        for (a, b), (c, d) in zip(part.plain_spans, part.spans, strict=True):
            assert a == b or b - a != d - c or part.plain[a:b].split() == utterance.text[c:d].split()


@pytest.mark.parametrize(
    "unit",
    [
        "<break/>1",
        "重{zhong4}",
        "[[K AE1 T]] ",
        "<prosody rate='2'>1</prosody>",
        "&amp;",
        "< ",
        "[[",
        "{a",
        "<p>",
        "<a ",
        "&",
    ],
)
def test_time_grows_linearly_with_the_markup(unit):
    text = f"<speak>{unit * (20_000 // len(unit))}</speak>"
    start = time.process_time()
    try:
        CHINESE(text).split()
    except ValueError:
        pass
    assert time.process_time() - start < 4.0


def test_plain_text_has_no_markup():
    assert not has_markup("x < y, a[1], {1}, <b>speak</b> <speaker>")
    assert has_markup(" \n<speak>x</speak>") and has_markup("a [[K]]")


@pytest.mark.parametrize(
    ("spelling", "phones"),
    [("K AE1 T", "K AE1 T"), ("yin2hang2", "in2 h ang2"), ("zh ong1", "zh ong1"), ("kæt", "K AE1 T"),
     ("<s> <ß>", "<s> <ß>"), ("lü4", "l v4"), ("/kat/", "K AA1 T")],
)  # fmt: skip
def test_phones_are_known_by_what_they_are(spelling, phones):
    assert " ".join(read_phones(spelling)) == phones


def test_a_lexicon_file_holds_words_in_any_alphabet(tmp_path):
    path = tmp_path / "lexicon.txt"
    path.write_text("\ufeff# words\ngan\tG AE1 N\n\n银行\tyin2 hang2\r\ncat\tkæt\n", encoding="utf-8")
    assert read_lexicon(path) == {"gan": "G AE1 N", "银行": "in2 h ang2", "cat": "K AE1 T"}
    assert said("GAN cat", TextFrontend("en", path)) == "G AE1 N   K AE1 T"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\tK\nb K", "line 2: got `b K`, but a word, a tab and its phones are needed"),
        ("a\tQQ", "line 1: `QQ` is no ARPAbet phone"),
        ("a\t", "line 1: There are no phones"),
        ("\tK", "line 1: `` is not one word"),
        ("New York\tN UW1", "line 1: `New York` is not one word"),
        ("# a\na\tK\na\tT", "line 3: `a` has an entry already"),
    ],
)
def test_a_wrong_line_of_a_lexicon_is_named(tmp_path, content, message):
    path = tmp_path / "lexicon.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=f"lexicon.txt`, {message}"):
        read_lexicon(path)


def test_a_lexicon_in_another_encoding_is_named(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\tK\n")
    with pytest.raises(ValueError, match=r"latin.txt` is not UTF-8 text \(byte 3\)"):
        read_lexicon(tmp_path / "latin.txt")


def test_words_to_keep_whole_come_as_jieba_takes_them(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("去银行 5 n\n云计算\n# no\n", encoding="utf-8")
    assert [word.text for word in TextFrontend("zh", user_dict=path)("我去银行").words] == ["我", "去银行"]
    assert [word.text for word in TextFrontend("zh", user_dict=["去银行"])("我去银行").words] == ["我", "去银行"]
    path.write_text("a b c d", encoding="utf-8")
    with pytest.raises(ValueError, match="words.txt` line 1"):
        TextFrontend("zh", user_dict=path)
