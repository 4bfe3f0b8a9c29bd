"""The training script of the letter-to-sound network: its data, and that numpy says what torch has learned."""

import argparse
import itertools
import json
import zipfile

import numpy as np
import pytest
import torch

from transformers_tts_gan.text.en import letter_to_sound
from transformers_tts_gan.text.en.letter_to_sound import LetterModel, letter_numbers
from transformers_tts_gan.text.en.lexicon import held_out


@pytest.fixture
def misaki(tmp_path):
    entries = {
        "Elche": "ˈɛlʧˌA",
        "cat": {"DEFAULT": "kˈæt"},
        "NATO": "nˈATO",
        "odd": "ʘ",
        "Kyiv": "kˈijɪv",
        "Sufism": "sˈufˌɪzəm",
    }
    with zipfile.ZipFile(tmp_path / "misaki-0.9.4-py3-none-any.whl", "w") as wheel:
        wheel.writestr("misaki/data/us_gold.json", json.dumps(entries))
        wheel.writestr("misaki/data/us_silver.json", json.dumps({"kyivan": "kˈijɪvən", "bagful": "bˈæɡfˌʊl"}))
    return tmp_path


def test_words_of_misaki_come_in_arpabet(script, misaki):
    pairs = dict(script.misaki_pairs(misaki))
    assert pairs == {
        "Elche": ("EH1", "L", "CH", "EY2"),
        "cat": ("K", "AE1", "T"),
        "Kyiv": ("K", "IY1", "Y", "IH0", "V"),
        "Sufism": ("S", "UW1", "F", "IH2", "Z", "AH0", "M"),
    }
    assert set(script.held_out_names(list(pairs.items()))) == {"kyiv"}


def test_it_learns_words_and_numpy_reads_them(script, tmp_path):
    words = {"bat": ("B", "AE1", "T"), "tab": ("T", "AE1", "B"), "tax": ("T", "AE1", "K S"), "bee": ("B", "IY1", "")}
    data = [(word, [tuple(chunk.split()) for chunk in chunks], 0) for word, chunks in words.items()]
    path = tmp_path / "letters.npz"
    settings = {"minutes": 0.06, "rate": 4e-3, "dropout": 0.0, "letters": 40, "device": "cpu"}
    script.train(data * 4, argparse.Namespace(**settings, output=str(path)))
    model = LetterModel(path)
    for word, chunks in words.items():
        assert model(word)[0][1] == tuple(" ".join(chunks).split()), word


def test_numpy_and_torch_give_the_same_probabilities(script, tmp_path, monkeypatch):
    torch.manual_seed(1)
    chunks = [(), ("AE1",), ("K",), ("T",), ("K", "S")]
    network = script.LetterNetwork(len(chunks)).eval()
    script.save(network, chunks, str(tmp_path / "letters.npz"))
    model = LetterModel(tmp_path / "letters.npz")
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            tensor.copy_(torch.from_numpy(np.ascontiguousarray(model.weights[name])))
        scores: dict[tuple[str, ...], float] = {}
        for chosen in itertools.product(range(len(chunks)), repeat=3):
            letters = torch.from_numpy(letter_numbers("cat"))[None]
            table = network(letters, torch.tensor([0]), torch.tensor([chosen])).log_softmax(-1)[0]
            phones = tuple(phone for chunk in chosen for phone in chunks[chunk])
            score = sum(table[place, chunk].item() for place, chunk in enumerate(chosen))
            scores[phones] = float(np.logaddexp(scores.get(phones, -np.inf), score))
    monkeypatch.setattr(letter_to_sound, "_BEAM", len(chunks) ** 3)
    for score, phones in model("cat", count=5):
        assert score == pytest.approx(scores[phones], abs=1e-4)


def test_nothing_of_a_held_out_family_is_learned_from(script, misaki, tmp_path, monkeypatch):
    """With every twentieth word of the lexicon: to align all of them takes a minute."""
    pairs = script.readable_pairs()[::20]
    monkeypatch.setattr(script, "readable_pairs", lambda: pairs)
    assert any(held_out(word) for word, _ in pairs)
    examples = script.make_examples(misaki, 50)
    words = [word for word, _, _ in examples]
    assert len(words) > 5_000 and not any(held_out(word) for word in words)
    assert {word for word, _, source in examples if source} == {"elche", "cat", "bagful", "sufism"}, "not Kyivan"
    development = [word for word in words if script.for_development(word)]
    assert 0.02 < len(development) / len(words) < 0.05
    script.write_examples(examples, tmp_path / "words.npz")
    assert script.read_examples(tmp_path / "words.npz") == examples
