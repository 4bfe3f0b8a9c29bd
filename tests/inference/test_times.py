"""When words and characters are spoken: from the model's durations, through breaks and pauses, to the given text."""

import numpy as np
import pytest

from transformers_tts_gan.inference.pieces import PAUSE_SECONDS, Piece
from transformers_tts_gan.inference.times import Source
from transformers_tts_gan.text import TextFrontend


RATE = 16_000


def written(text: str, words) -> list[str]:
    """The words by their spans, which must be what the words say of themselves."""
    assert [text[slice(*word.span)] for word in words] == [word.text for word in words]
    return [word.text for word in words]


def test_a_word_lasts_as_long_as_its_phones(speaker):
    text = "Good cats."
    words = speaker(text, return_timestamps=True)["words"]
    output = speaker.model(**speaker.processor(text))
    hop = speaker.model.config.hop_length / RATE
    ends = output.durations[0].cumsum(0).numpy() * hop
    phones = speaker.processor.frontend(text).phones
    assert phones == ("G", "UH1", "D", " ", "K", "AE1", "T", "S", ".")
    good, cats = words
    np.testing.assert_allclose([good.start, good.end], [ends[0], ends[3]])
    np.testing.assert_allclose([cats.start, cats.end], [ends[3], ends[8]])
    assert (good.spoken, good.span, cats.span) == ("Good", (0, 4), (5, 9))


def test_without_asking_there_are_no_times(speaker):
    assert speaker("Good cats.").keys() == {"audio", "sampling_rate"}


@pytest.mark.parametrize("batch_size", [1, 4])
def test_times_go_on_over_sentences_and_their_pauses(speaker, batch_size):
    text = "Good morning. Who is it?\n\nThe cats. Good."
    alone = [speaker(part, return_timestamps=True) for part in ("Good morning.", "Who is it?", "The cats.", "Good.")]
    whole = speaker(text, return_timestamps=True, batch_size=batch_size)
    assert written(text, whole["words"]) == ["Good", "morning", "Who", "is", "it", "The", "cats", "Good"]
    expected, start = [], 0.0
    for part, pause in zip(alone, ("sentence", "paragraph", "sentence", "sentence"), strict=True):
        expected += [word.start + start for word in part["words"]]
        start += len(part["audio"]) / RATE - 0.1 + PAUSE_SECONDS[pause]
    np.testing.assert_allclose([word.start for word in whole["words"]], expected, atol=1e-6)
    assert speaker([text, text], return_timestamps=True, batch_size=batch_size)[1]["words"] == whole["words"]


def test_words_that_read_the_same_characters_are_one(speaker):
    text = "Mr. Lee paid $25.50 in all."
    words = speaker(text, return_timestamps=True)["words"]
    assert written(text, words) == ["Mr.", "Lee", "paid", "$25.50", "in", "all"]
    assert words[0].spoken == "Mister" and words[3].spoken == "twenty five dollars and fifty cents"
    assert words[3].end - words[3].start > 3 * (words[2].end - words[2].start)


def test_a_chinese_character_has_a_time_of_its_own(shipped):
    text = "银行hello，2024年"
    (bank, hello, year) = shipped(text, return_timestamps=True)["words"]
    assert written(text, [bank, hello, year]) == ["银行", "hello", "2024年"]
    assert len(bank.characters) == 2 and bank.characters[0][1] <= bank.characters[1][0]
    widths = np.diff(hello.characters)[:, 0]
    np.testing.assert_allclose(widths, widths[0], atol=1e-9)
    assert year.spoken == "二零二四年" and year.characters[-1][1] == year.end


@pytest.mark.parametrize("text", ["A well-known 5 % of “it”.", "我花了¥5999，3月5日2:30，占5%。", "20°C, 3/4 cup"])
def test_characters_follow_each_other_within_their_word(speaker, text):
    words = speaker(text, return_timestamps=True, language="zh" if "我" in text else "en")["words"]
    edges = [edge for word in words for pair in word.characters for edge in pair]
    assert edges == sorted(edges)
    for word, following in zip(words, words[1:], strict=False):
        assert len(word.characters) == len(word.text) == word.span[1] - word.span[0]
        assert word.start < word.end <= following.start and word.span[1] <= following.span[0]
        assert word.start == word.characters[0][0] and word.characters[-1][1] <= word.end


def test_a_long_break_moves_what_follows(shipped):
    text = "<speak>Wait<break time='{}'/> for the train.</speak>"
    short, long = (shipped(text.format(time), return_timestamps=True)["words"] for time in ("500ms", "3s"))
    assert written(text.format("3s"), long) == ["Wait", "for", "the", "train"]
    moved = [b.start - a.start for a, b in zip(short, long, strict=True)]
    np.testing.assert_allclose(moved, [0, 2.5, 2.5, 2.5], atol=0.02)
    assert long[0].end == short[0].end


def test_words_of_a_text_that_was_made_readable_have_their_places_in_the_text_as_given(speaker):
    text = "The ☭ «привет», café\nGood [[cats]] <foo>it</foo> &amp; Good."
    words = speaker(text, return_timestamps=True)["words"]
    shown = written(text, words)
    assert shown[:3] == ["The", "привет", "café"] and shown[-1] == "Good" and "cats" in shown
    marked = "<speak>Good <voice name='x'>cats</voice> &amp; it</speak>"
    assert written(marked, speaker(marked, return_timestamps=True)["words"]) == ["Good", "cats", "&amp;", "it"]


def test_words_of_wrapped_lines_have_their_places(speaker):
    text = "The cats of the morning were asleep, and who\nwas to wake all of them, the un-\nknown ones too?\n\n- Good."
    words = written(text, speaker(text, return_timestamps=True)["words"])
    assert words[-5:] == [
        "the",
        "un-\nknown",
        "ones",
        "too",
        "Good",
    ]


def test_breaks_lie_within_their_phone():
    """The pause phone takes them up; the words around it keep their length."""
    utterance = TextFrontend("en")("A, a.")
    row = {"input_ids": [0, 1, 2, 3, 4, 0], "pause_ms": [-1, -1, 10_000, -1, -1, -1]}
    piece = Piece.of_row(row, 0, True, 1_000, 10, Source("A, a.", utterance, range(5)))
    first, second = piece.words(np.array([1, 4, 50, 5, 1, 1]), 10, 1_000, start=100)
    assert (first.start, first.end) == (0.11, 0.15)
    np.testing.assert_allclose((second.start, second.end), (0.15 + 10, 0.2 + 10))
