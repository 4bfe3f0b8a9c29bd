"""What holds for every text: phones or a clear error, in linear time, with the way back to the original characters."""

import re
import time

import pytest
from helpers.refusals import mostly_spoken, note, readable
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.normalization import normalize
from transformers_tts_gan.text.phoneset import BASE_PHONES, PAUSES
from transformers_tts_gan.text.sentences import split_sentences
from transformers_tts_gan.text.spoken import Spoken
from transformers_tts_gan.text.ssml.parse import MarkupError, merged, parse, to_ssml, write


LANGUAGES = ("en", "zh", "de")
FRONTENDS = {language: TextFrontend(language) for language in LANGUAGES}
PHONES = frozenset(BASE_PHONES)

# What breaks text frontends: every piece means something to some rule, and more beside another.
PIECES = (
    *"0 1 2 7 15 007 1999 2024 1,234 3.14 .5 1e9 1/2 3/4 3:30 12:00:00 1-2 2-3-4 100% 50‰ 5km 20°C -5 +3 ±2".split(),
    *"$5 €1.50 £3m ¥100 1.2bn 3万 2亿 $ € £ ¥ % # & @ * / \\ < > = ^ | ~ _ × ÷ ≤ √ ½ ² ™ № § °".split(),
    *". .. ... , ; : ! ? - -- — – … 。 ， 、 ； ： ！ ？ …… —— · ' \" “ ” ‘ ’ 「 」 《 》".split(),
    *"( ) [ ] { } （ ） 【 】 http:// https://a.b/c?d=e www. a@b.com x.io .com #tag @me C++ 3D 4K".split(),
    *"Dr. Mr. e.g. U.S. Ph.D. NASA HTTP A a I IV XIV it's o'er 's n't b.c café naïve ﬁ ß ø æ İ ı ſ ǅ Ω".split(),
    *"v1.2.3 2024-01-31 1/2/2024 13800138000 你好 银行 行长 一 不 一个 不是 儿 这儿 三点半".split(),
    *"第 年 月 日 号 两 〇 零 了 得 長 㐀 𠀀 龘 々 〆 ﾊﾛ カナ ひらがな 한글 ㄅㄆ".split(),
    *"the a to read lead record use résumé don't Café ΑΒΓ привет שלום مرحبا नमस्ते ไทย".split(),
    *"<speak> </speak> <break/> <p> < /> &amp; &lt; <!-- --> [[ ]] [[K]] {zhong4} {} { [ <br> ]]>".split(),
    *"😀 👍🏽 👨‍👩‍👧 🇨🇳 1️⃣ ❤️ ❤ ☎ © ™️ ♥ ★ → ☃".split(),
    *("\u0301", "\u200b", "\u200d", "\ufeff", "\u202e", "\u00ad", "\u0000", "\u001b", "\u0085", "\u2028", "\ufffd"),
    *("\ue000", "\U000e0041", "\U0010ffff", "\ufe0f", "\u20e3", "\u3000", "\u00a0", " ", "\t", "\n", "\r\n"),
)
READABLE = [piece for piece in PIECES if readable(piece, "en")]
any_text = st.one_of(
    st.lists(st.sampled_from(READABLE), min_size=1, max_size=6).map(" ".join),
    st.text(max_size=25),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=8).map("".join),
)
bounded = settings(max_examples=250, deadline=None, derandomize=True)


def speak(text: str, language: str):
    """The utterance, or None where the text is an error, which then must say what is wrong and where."""
    start = time.process_time()
    try:
        utterance = FRONTENDS[language](text)
        note(text, language, spoken=True)
        return utterance
    except ValueError as error:
        note(text, language, spoken=False)
        message = str(error)
        place = re.search(r"position (\d+)", message)
        assert place or "nothing to say" in message, message
        assert not place or int(place[1]) <= len(text), message
        return None
    finally:
        assert time.process_time() - start < 5.0  # seconds; the dictionaries may load within


@mostly_spoken
@bounded
@given(any_text, st.sampled_from(LANGUAGES))
@example("\ud800", "en")
@example("好\udfff", "zh")
def test_any_text_gives_phones_or_an_error_that_names_the_place(text, language):
    utterance = speak(text, language)
    if utterance is None:
        return
    assert utterance.text == text and utterance.words
    assert language == "de" or set(utterance.phones) <= PHONES
    assert utterance.phones[0] not in PAUSES


@mostly_spoken
@bounded
@given(any_text, st.sampled_from(LANGUAGES))
def test_spans_index_the_original_text_in_order(text, language):
    utterance = speak(text, language)
    if utterance is None:
        return
    assert len(utterance.phones) == len(utterance.spans)
    for phone, (start, end) in zip(utterance.phones, utterance.spans, strict=True):
        assert 0 <= start <= end <= len(text)
        assert (start == end) == (phone == " ")
    assert list(utterance.spans) == sorted(utterance.spans, key=lambda span: span[0])
    for word in utterance.words:
        assert 0 <= word.span[0] < word.span[1] <= len(text)
        assert word.phones
    starts = [word.span[0] for word in utterance.words]
    assert starts == sorted(starts)


@mostly_spoken
@bounded
@given(any_text, st.sampled_from(LANGUAGES))
def test_words_hold_all_phones_but_boundaries_and_pauses(text, language):
    utterance = speak(text, language)
    if utterance is None:
        return
    within = [phone for word in utterance.words for phone in word.phones]
    assert [phone for phone in utterance.phones if phone not in (*PAUSES, " ")] == within


@mostly_spoken
@bounded
@given(any_text, st.sampled_from(LANGUAGES))
def test_a_text_sounds_the_same_every_time(text, language):
    """Caches must not change a reading, nor hand out what a caller could change."""
    first = speak(text, language)
    speak("read 银行 the record 1999", "zh" if language == "de" else language)
    assert speak(text, language) == first


def joined(spoken: list[Spoken], language: str) -> str:
    """As a reader would write it: English words apart, pauses behind the word before."""
    text, last = "", ""
    for item in spoken:
        apart = item.language and "en" in (item.language, last) or language == "en" and item.language != "zh"
        text += " " * bool(text and apart) + item.text
        last = item.language
    return text


@mostly_spoken
@bounded
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(["", " "]), st.sampled_from(["en", "zh"]))
@example(["$1.2", "bn", "on", "2024-01-31"], " ", "en")
@example(["第3", "章", "¥1,200", "，", "A", "B"], "", "zh")
@example(["HTTP", "I"], " ", "en")
def test_normalizing_twice_is_normalizing_once(pieces, between, language):
    try:
        once = normalize(between.join(pieces), language)
    except ValueError:
        note(between.join(pieces), language, spoken=False)
        return
    note(between.join(pieces), language, spoken=True)
    twice = normalize(joined(once, language), language)
    assert joined(twice, language) == joined(once, language)


# Plain text for inside of markup, and markup around it.
plain = st.lists(
    st.sampled_from("cat 银行 25 好, B. $3 &amp; don't 不 &#8364; 重{chong2} [[K AE1 T]]".split()), max_size=3
)
leaves = st.one_of(
    plain.map(" ".join),
    st.sampled_from(
        [
            "<break time='500ms'/>",
            '<break strength="weak"/>',
            "<break/>",
            '<sub alias="by the way">btw</sub>',
            '<say-as interpret-as="characters">cat</say-as>',
            '<say-as interpret-as="digits">120</say-as>',
            '<phoneme alphabet="pinyin" ph="chong2">重</phoneme>',
            '<phoneme ph="kˈæt">cat</phoneme>',
            "<!-- no word of this -->",
        ]
    ),
)
around = [
    "p",
    "s",
    'prosody rate="120%"',
    'prosody pitch="+2st" volume="-3dB"',
    'lang xml:lang="zh"',
    'prosody rate="slow"',
]
ssml = st.recursive(
    leaves,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3).map("".join),
        st.tuples(st.sampled_from(around), inside).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0].split()[0]}>"),
    ),
    max_leaves=8,
).map(lambda inside: f"<speak>{inside}</speak>")


@mostly_spoken
@bounded
@given(st.one_of(ssml, plain.map("".join), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)))
def test_markup_survives_being_read_and_written(text):
    try:
        pieces = parse(text)
    except MarkupError as error:
        assert 0 <= error.position <= len(text)
        note(text, "zh", spoken=False)
        return
    note(text, "zh", spoken=True)
    again = parse(write(pieces))
    assert [_meaning(piece) for piece in merged(again)] == [_meaning(piece) for piece in merged(pieces)]
    assert "".join(piece.text for piece in again) == "".join(piece.text for piece in pieces)


def _meaning(piece):
    return piece.kind, piece.text, piece.value, piece.prosody, piece.language


@mostly_spoken
@bounded
@given(ssml, st.sampled_from(["en", "zh"]))
@example("<speak>A cat<break time='500ms'/> sat <prosody rate='fast'>here</prosody></speak>", "en")
def test_markup_sounds_the_same_after_it_is_read_and_written(text, language):
    utterance = speak(text, language)
    if utterance is None:
        return
    again = FRONTENDS[language](to_ssml(utterance))
    assert (again.phones, again.prosody) == (utterance.phones, utterance.prosody)
    assert not {"<", ">", "speak", "break", "prosody"} & {word.text for word in utterance.words}


@bounded
@given(any_text, st.integers(1, 60))
@example("。" * 300, 5)
@example("一二三四五六七八九十" * 30, 7)
def test_sentences_join_back_and_none_is_longer_than_the_cap(text, cap):
    pieces = split_sentences(text, cap)
    assert all(len(piece) <= cap for piece in pieces)
    assert [char for piece in pieces for char in piece if char.isalnum()] == [char for char in text if char.isalnum()]
    place = 0
    for piece in pieces:  # each stands in the text as it is, after the one before
        place = text.index(piece, place) + len(piece)


# 20,000 characters of each of these, 4,000 of the others.
LONG = ("1", "1,", "a.", "-", "<", "[[", "http://", "。", "行", "@")
REPEATED = (
    *LONG,
    *("1.", "1-", "1/", "1:", "+1", "-1", "$1", "1%", "v1.", "1 ", "1st", "1e", "1km", "2024-", "138", "1年", "第1"),
    *("a", "A", "A.", "a@", "a-", "a'", "'a", "a@b.", "www.", "x.com/", "#a", "_", ".", "...", "é", "xq", "brillig"),
    *("—", "~", "*", "/", "=", ">", "<a", "<a ", "</", "<p>", "&", "&lt;", "]]", "[", "{", "}", "{a1}", "行{hang2}"),
    *("[[K]]", " ", "\n", "\t", "'", '"', "“", "(", "，", "…", "？", "？！", "\u0301", "e\u0301", "\u200d", "\u3000"),
    *("一", "不", "三", "好", "儿", "得", "了", "长", "一不", "你好", "銀", "哈 ", "银行行长", "一1", "好a"),
    *("the ", "read ", "I", "IV ", "Dr. ", "No. ", "to the ", "use ", "Mr", "😀", "👨‍👩‍👧", "❤️", "bass ", "tear "),
)


def seconds(call, text: str) -> float:
    start = time.process_time()
    try:
        call(text)
    except ValueError:
        pass
    return time.process_time() - start


def assert_linear(call, piece: str, chars: int, begin: str = "", end: str = "") -> None:
    """Twice the pieces may take three times as long, by the best of eight; a tenth of a second says nothing."""
    half, whole = (begin + piece * (size // len(piece)) + end for size in (chars // 2, chars))
    once = twice = float("inf")
    for _ in range(8):
        twice = min(twice, seconds(call, whole))
        if twice < 0.1:
            return
        once = min(once, seconds(call, half))
        if twice < 3 * once + 0.1:
            return
    raise AssertionError(f"{len(half)} characters took {once:.3f} s, {len(whole)} took {twice:.3f} s")


@pytest.mark.parametrize("piece", REPEATED, ids=ascii)
def test_twice_the_text_takes_at_most_three_times_as_long(piece):
    """With a word at the end, so that there is something to say."""
    chars = 20_000 if piece in LONG else 4_000
    for language, end in (("en", " a"), ("zh", "好")):
        FRONTENDS[language]("warm 好")
        assert_linear(FRONTENDS[language], piece, chars, end=end)
    assert_linear(split_sentences, piece, chars)


@pytest.mark.parametrize(
    "piece", ["a ", "<p/>", "<break/>", "&amp;", "[[K]]", "重{chong2}", "<!-- -->", "1"], ids=ascii
)
def test_twice_the_markup_takes_at_most_three_times_as_long(piece):
    assert_linear(FRONTENDS["zh"], piece, 8_000, "<speak>", "好</speak>")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "." * n + "a",
        lambda n: ".a" * n,
        lambda n: "a." * n,
        lambda n: "a@" + "b." * n,
        lambda n: "1." * n,
        lambda n: "[[" * n,
        lambda n: "<speak>" + "<a " * n,
    ],
)
def test_a_hostile_text_costs_no_more_than_its_length(make, language):
    """Twice the length took four times as long, 7 to 17 seconds for these."""
    frontend = TextFrontend(language)
    frontend("Hi.")
    started = time.process_time()
    text = make(16_000)
    try:
        frontend(text)
    except ValueError:
        pass
    split_sentences(text)
    assert time.process_time() - started < 4


def test_an_attribute_of_megabytes_is_refused():
    text = f"<speak><sub alias='{'a ' * 5_000_000}'>b</sub></speak>"
    started = time.perf_counter()
    with pytest.raises(ValueError, match="the attributes have 10000009 characters, but 10000 are the most"):
        TextFrontend()(text)
    assert time.perf_counter() - started < 2
