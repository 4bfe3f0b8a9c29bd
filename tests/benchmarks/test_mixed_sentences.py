"""The script for mixed sentences cuts at the right places."""

import numpy as np
import pytest

from transformers_tts_gan.inference.times import TimedWord


def test_a_sentence_is_cut_where_its_language_changes(script):
    text = "请说 How are you, Tom，好吗？"
    assert [(language, text[start:end].strip()) for language, start, end in script.pieces(text)] == [
        ("zh", "请说"),
        ("en", "How are you"),
        ("en", "Tom"),
        ("zh", "，好吗？"),
    ]


def test_a_piece_has_the_samples_of_its_words(script):
    times = [(0, 2, 0.1, 0.4), (3, 6, 0.4, 0.7), (7, 10, 0.7, 1.0)]
    words = [TimedWord("", "", (start, end), begin, finish, ()) for start, end, begin, finish in times]
    audio = np.arange(120)
    assert script.cut(audio, words, 3, 10, 100).tolist() == list(range(40, 100))
    with pytest.raises(ValueError, match="between the characters 11 and 12"):
        script.cut(audio, words, 11, 12, 100)


def test_there_are_sixty_sentences_with_both_languages(script):
    sentences = script.SENTENCES.read_text(encoding="utf-8").splitlines()[1:]
    assert len(set(sentences)) == 60
    assert all({language for language, *_ in script.pieces(text)} == {"en", "zh"} for text in sentences)
