"""The log-linear model of heteronyms reads what the rules never did, from a file of bounded size."""

from pathlib import Path

import pytest

from transformers_tts_gan.text.en import heteronym_model as module
from transformers_tts_gan.text.en.heteronym_model import HeteronymModel, features, heteronym_model, places
from transformers_tts_gan.text.en.sequence import english_sequence
from transformers_tts_gan.text.phoneset import BASE_PHONES


@pytest.mark.parametrize(
    ("sentence", "word", "phones"),
    [
        ("The misuse of public money is a crime", "misuse", "M IH0 S Y UW1 S"),
        ("Some people misuse the system", "misuse", "M IH0 S Y UW1 Z"),
        ("She could not articulate what she felt", "articulate", "AA0 R T IH1 K Y AH0 L EY2 T"),
        ("He was an articulate speaker", "articulate", "AA0 R T IH1 K Y AH0 L IH0 T"),
        ("The candidate demanded a recount", "recount", "R IY1 K AW2 N T"),
        ("They went on to recount the story", "recount", "R IH0 K AW1 N T"),
        ("Waves broke over the bow of the ship", "bow", "B AW1"),
        ("The hunter carried a bow and arrows", "bow", "B OW1"),
        ("The bullets were made of lead", "lead", "L EH1 D"),
        ("They took the lead in the second half", "lead", "L IY1 D"),
        ("The doctors made two different diagnoses", "diagnoses", "D AY2 AH0 G N OW1 S IY0 Z"),
        ("The doctor diagnoses the patient", "diagnoses", "D AY2 AH0 G N OW1 S IH0 Z"),
        ("He was born in Reading in Berkshire", "Reading", "R EH1 D IH0 NG"),
        ("She likes reading books", "reading", "R IY1 D IH0 NG"),
        ("We drank warm sake in Tokyo", "sake", "S AA1 K IY0"),
        ("The sow fed her piglets", "sow", "S AW1"),
        ("The x and y axes of the plot", "axes", "AE1 K S IY0 Z"),
        ("They cut the trees with axes", "axes", "AE1 K S IH0 Z"),
    ],
)
def test_what_stands_around_a_heteronym_decides(sentence, word, phones):
    words = sentence.split()
    assert " ".join(english_sequence(words)[words.index(word)]) == phones


def test_the_file_is_small_and_its_readings_can_be_said():
    assert Path(module.__file__).with_name(module.MODEL_FILE).stat().st_size < 500_000
    readings = heteronym_model().readings
    assert len(readings) > 140
    for word, known in readings.items():
        assert len({phones for _, phones in known}) == len(known) > 1, word
        assert all(set(phones) <= set(BASE_PHONES) for _, phones in known), word


def test_a_place_is_the_same_in_every_process():
    """CRC-32, unlike `hash`, does not change with the process."""
    shared, own = features(["I", "read"], ["i", "read"], ["PRP", "VBD"], 1, 0)
    assert places("read", 0, "v", shared[:1], own[:1]) == [175109, 28707, 251196]


def test_a_word_is_read_by_its_own_weights_and_those_of_its_kind(tmp_path):
    import numpy as np

    weights = np.zeros(module.SIZE, np.int8)
    shared, own = features(["to", "zib"], ["to", "zib"], ["TO", "VB"], 1, -1)
    weights[places("zib", 1, "v", ["w-1to"], [])[-1]] = 1  # verbs after `to`
    rows = dict(words=["zib", "zib"], kinds=["n", "v"], phones=["Z IH1 B", "Z AY1 B"])
    np.savez(tmp_path / "model.npz", weights=weights, **rows)
    model = HeteronymModel(tmp_path / "model.npz")
    assert model(["to", "zib"], ["to", "zib"], ["TO", "VB"], 1, None) == ("Z", "AY1", "B")
    assert model(["a", "zib"], ["a", "zib"], ["DT", "NN"], 1, None) == ("Z", "IH1", "B")
