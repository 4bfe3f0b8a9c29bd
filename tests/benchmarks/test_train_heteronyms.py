"""The training script of heteronyms learns from sentences, and says what is never right."""

import pytest


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows) + "\n", encoding="utf-8")


@pytest.fixture
def data(tmp_path):
    """`bow` of a ship after `ship's`, else the knot."""
    write(tmp_path / "data/wordids.tsv", [("homograph", "wordid"), ("bow", "bow_nou-knot"), ("bow", "bow_nou-ship")])
    head = ("homograph", "wordid", "sentence", "start", "end")
    ships, knots = [
        [("bow", reading, f"{name} café {start} bow {end}.", str(len(f"{name} café {start} ".encode())), "0")
         for name in ("Ann", "Bob", "Cy") for end in ends]
        for reading, start, ends in (
            ("bow_nou-ship", "on the ship's", ("broke", "was wet", "rose")),
            ("bow_nou-knot", "in her hair a", ("sat", "was red", "fell")),
        )
    ]  # fmt: skip
    write(tmp_path / "data/train/bow.tsv", [head, *ships, *knots])
    write(tmp_path / "data/eval/bow.tsv", [head, ships[0], knots[0]])
    return tmp_path


def test_it_learns_what_the_sentences_show(script, data, monkeypatch, capsys):
    monkeypatch.setattr(script, "EVERYDAY", data / "none.tsv")
    (data / "none.tsv").write_text("reading\tsentence\n")
    monkeypatch.setattr("sys.argv", ["train", str(data), "--output", str(data / "model.npz")])
    script.main()
    printed = capsys.readouterr().out
    assert "2 sentences, right 100.00%" in printed and "0 of 2 readings never right" in printed


def test_an_example_is_the_clause_around_the_place_that_the_data_gives(script, data):
    example = script.read_examples(data, "eval")[0]
    assert example.words[example.place] == "bow" and example.words[0] == "Ann" and "." not in example.words
    sentence = "A bow, the other bow of café wood."
    found = script._example(sentence, "A bow, the other ", "bow", "bow_nou-knot")
    assert (found.words, found.place) == (["the", "other", "bow", "of", "café", "wood"], 2)


def test_every_reading_of_the_tables_is_known(script):
    phones = script.read_phones()
    readings = {}
    for reading in phones:
        readings.setdefault(reading.partition("_")[0], []).append(reading)
    assert len(readings) == 162
    assert all(len({phones[name] for name in names}) == len(names) > 1 for names in readings.values())
    assert len(script.everyday_examples(readings)) > 200
