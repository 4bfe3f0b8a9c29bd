"""Letters that a voice has not been trained on."""

import logging

import pytest

from transformers_tts_gan.models.processing_tts_gan import TTSGanProcessor
from transformers_tts_gan.models.tokenization_tts_gan import phone_tokenizer
from transformers_tts_gan.text.nearest import nearest_phones


LETTERS = tuple(f"<{letter}>" for letter in "abcdefghijlmnopqrstuvxyzéàê")


@pytest.mark.parametrize(
    ("phone", "near"),
    [
        ("<ù>", ("<u>",)),
        ("<ß>", ("<s>", "<s>")),
        ("<œ>", ("<o>", "<e>")),
        ("<k>", ("<c>",)),
        ("<w>", ("<v>",)),
        ("<ŵ>", ("<v>",)),
        ("<ж>", ("<z>", "<h>")),
        ("<ː>", ()),
        ("<‖>", None),
        ("AE1", None),
    ],
)
def test_the_nearest_letter_is_the_same_without_its_accent_or_one_that_sounds_alike(phone, near):
    assert nearest_phones(phone, LETTERS) == near


def test_without_any_letters_nothing_is_near():
    assert nearest_phones("<ù>", ("AE1",)) is None


@pytest.fixture
def processor():
    return TTSGanProcessor(phone_tokenizer(LETTERS), languages=["fr"])


def test_an_unseen_letter_is_said_as_the_nearest_one_with_one_warning(processor, caplog):
    with caplog.at_level(logging.WARNING):
        inputs = processor(["Où se trouve la gare ?", "Ou se trouve la gare ?", "Où ?"])
    assert inputs["input_ids"][0].equal(inputs["input_ids"][1])
    assert [record.message for record in caplog.records] == [
        "The voice was not trained on the letter `<ù>`, which is said as `<u>`."
    ]


def test_a_letter_that_becomes_two_keeps_its_place_its_word_and_its_prosody(processor):
    utterance = processor.read('<speak>un <prosody rate="slow">œuf</prosody></speak>')
    assert utterance.phones == ("<u>", "<n>", " ", "<o>", "<e>", "<u>", "<f>")
    assert utterance.words[1].phones == utterance.phones[3:]
    assert utterance.spans[3] == utterance.spans[4] and utterance.plain_spans[4] == (3, 6)
    assert [phone.rate for phone in utterance.prosody[2:]] == [utterance.prosody[6].rate] * 5
    assert len(processor.encode_speech(utterance, "fr", None)["prosody_controls"]) == 9


def test_what_no_letter_is_near_to_is_refused(processor):
    with pytest.raises(ValueError, match=r"has not learned the phones \['<‖>'\]"):
        processor.encode(processor.read("a").with_phones({"<a>": ("<‖>",)}))
