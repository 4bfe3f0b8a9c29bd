"""The frontend script counts right: what it calls right, wrong, warm and unseen."""

import json
import re
import zipfile
from types import SimpleNamespace

import pytest

from transformers_tts_gan.text.en.g2p import word_phones
from transformers_tts_gan.text.en.lexicon import held_out, held_out_words
from transformers_tts_gan.text.frontend import TextFrontend


SUMMARY = (
    r"summary en_word_accuracy=(\S+) polyphone_accuracy=(\S+) polyphone_baseline=(\S+) "
    r"normalization_development=(\S+) normalization_reporting=(\S+) chars_per_second=(\d+) "
    r"hostile_2n=(\S+) hostile_4n=(\S+)"
)


def test_errors_are_the_fewest_changes(script):
    assert script.edits(("K", "AE1", "T"), ("K", "AE1", "T")) == 0
    assert script.edits((), ("K", "AE1", "T")) == script.edits(("K", "AE1", "T"), ()) == 3
    assert script.edits(("K", "AE1", "T", "S"), ("B", "AE1", "T")) == 2


@pytest.mark.parametrize(
    ("name", "columns", "least"),
    [
        ("normalization_zh", {"class", "written", "spoken"}, 400),
        ("normalization_en", {"class", "written", "spoken"}, 400),
        ("polyphones_zh", {"sentence", "character", "pinyin"}, 300),
        ("sandhi_zh", {"text", "pinyin", "class"}, 100),
        ("heteronyms_en", {"sentence", "word", "phones"}, 100),
        ("prose", {"kind", "sentence"}, 150),
    ],
)
def test_the_tables_have_their_columns_and_enough_different_cases(script, name, columns, least):
    rows = script.read_table(name)
    assert all(set(row) == columns for row in rows)
    assert len({tuple(row.values()) for row in rows}) == len(rows) >= least


def test_polyphones_of_the_table_stand_where_it_says(script):
    for row in script.read_table("polyphones_zh"):
        assert script.HAN.match(row["sentence"][int(row["character"])])


@pytest.mark.parametrize(
    ("said", "right", "following", "same"),
    [
        (("h", "ang2"), "hang2", (), True),
        (("h", "ang2"), "xing2", (), False),
        (("h", "ao4"), "hao3", (), False),
        (("h", "ao2"), "hao3", (), False),
        (("h", "ao2"), "hao3", ("j", "iu3"), True),
        (("d", "e5"), "de2", (), True),
        ((), "de5", (), False),
    ],
)
def test_a_syllable_is_right_up_to_neutral_and_rising_tones(script, said, right, following, same):
    assert script.same_syllable(said, right, following) == same


def test_pypinyin_is_asked_about_the_same_characters(script):
    ours, plain, misses = script.compare_polyphones([("他在银行工作。", {3: "hang2"}), ("我们很好。", {3: "hao1"})])
    assert ours == plain == [True, False]
    assert len(misses) == 1 and "hao1" in misses[0]


def test_classes_add_up(script):
    table = script.by_class([("time", True), ("time", False), ("date", True)])
    assert re.search(r"\| time +\| 2 +\| 1 +\| 50.0% +\|", table)
    assert re.search(r"\| all +\| 3 +\| 2 +\| 66.7% +\|", table)


def test_half_of_each_table_is_only_reported(script, capsys, monkeypatch):
    """Its misses are counted and not shown, so that no rule is made for them."""
    rows = [row | {"spoken": "wrong"} for row in script.read_table("normalization_en")]
    monkeypatch.setattr(script, "read_table", lambda name: rows if name == "normalization_en" else [])
    assert script.measure_normalization() == {"development": 0, "reporting": 0}
    shown = set(re.findall(r"^\[\w+\] (.+)$", capsys.readouterr().out, re.M))
    halves = {
        half: {repr(row["written"]) for row in rows if script.half_of(row["written"]) == half}
        for half in script.HALVES
    }
    assert shown == halves["development"]
    assert 0.4 < len(halves["reporting"]) / len(rows) < 0.6


def test_the_worst_of_the_hostile_texts_is_found(script, capsys, monkeypatch):
    """One that takes the square of its length counts, and so do its quotients; what is refused is an answer."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(script, "HOSTILE", ("1", "x"))
    monkeypatch.setattr(script, "time", SimpleNamespace(process_time=lambda: clock.now))

    class Frontend:
        def __init__(self, language):
            self.language = language

        def __call__(self, text):
            clock.now += len(text) ** 2 / 20 if "x" in text and self.language == "zh" else 50 * len(text)
            raise ValueError("refused")

    monkeypatch.setattr(script, "TextFrontend", Frontend)
    twice, four = script.measure_hostile(3000)
    assert twice == pytest.approx(4, rel=0.01) and four == pytest.approx(16, rel=0.01)
    assert "| 'x'" in capsys.readouterr().out.split("\n\n")[-1].splitlines()[2]


def test_only_held_out_words_are_read_and_the_lexicon_hides_them(script):
    """A model that knows nothing but one letter must not look right through the lexicon's own entries."""
    rows, accuracy = script.unseen_words(lambda word, count=1: [(0.0, ("K", "AE1"))], 20)
    assert [row[1] for row in rows] == ["with", "without"] * 3
    assert int(rows[0][2]) <= 20 and rows[-1][2] == "20"
    assert accuracy < 0.5
    assert all(held_out(word) for word in held_out_words())


def test_emptied_caches_know_no_word(script):
    TextFrontend("en")("some words")
    assert word_phones.cache_info().currsize
    script.empty_caches()
    assert not word_phones.cache_info().currsize


def test_hsk_sentences_have_pinyin_by_place_where_readings_vary(script, tmp_path):
    rows = [
        {"chinese": text, "pinyin_numbered": pinyin}
        for n in range(8)
        for text, pinyin in (
            (f"银行，{'好' * n}", "yin2 hang2" + " hao3" * n),
            (f"不行{'好' * n}", "bu4 xing2" + " hao3" * n),
        )
    ]
    with zipfile.ZipFile(tmp_path / "hsk_sentences_audio-1.0.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("hsk_sentences_audio/data/sentences.json", json.dumps(rows))
    found = script.hsk_sentences(tmp_path)
    assert 0 < len(found) < len(rows)
    for text, right in found:
        assert [text[place] for place in right] == ["行"]
        assert right[text.index("行")] == ("hang2" if text[0] == "银" else "xing2")
    with pytest.raises(FileNotFoundError, match="hsk_sentences_audio"):
        script.hsk_sentences(tmp_path / "elsewhere")


def test_the_script_ends_with_its_summary(script, capsys, monkeypatch):
    """On every fortieth row of the tables."""
    whole = script.read_table
    monkeypatch.setattr(script, "read_table", lambda name: whole(name)[::40])
    monkeypatch.setattr(script, "HOSTILE", ("1-", "重"))
    script.main(["--words", "10", "--rounds", "1", "--hostile_chars", "200"])
    printed = capsys.readouterr().out
    found = re.fullmatch(SUMMARY, printed.splitlines()[-1])
    assert found and all(0 <= float(share) <= 1 for share in found.groups()[:5])
    assert int(found[6]) > 0 and float(found[7]) > 0 and float(found[8]) > 0
    for word in ("cpu:", "python:", "with possessives", "zh", "together"):
        assert word in printed
