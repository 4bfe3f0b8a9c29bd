"""What a voice was made from: licenses as they are stated, and no path of this machine on a card."""

import json

import pytest

from transformers_tts_gan.cards.provenance import Source, find_corpora, stated_licenses
from transformers_tts_gan.data.origin import read_origin, shown


@pytest.mark.parametrize(
    ("card", "licenses", "duties"),
    [
        ("---\nlicense: cc-by-nc-4.0\n---\nMIT license", ("cc-by-nc-4.0",), ["non-commercial"]),
        (
            "---\nlicense: other\nlicense_name: Baker-Non-Commercial\n---\n",
            ("baker-non-commercial",),
            ["non-commercial"],
        ),
        ("---\nlicense: [mit, cc-by-sa-4.0]\n---\n", ("mit", "cc-by-sa-4.0"), ["share-alike"]),
        ("---\nlicense: unknown\n---\nUnder CC BY-ND 4.0.", ("cc-by-nd-4.0",), ["no derivatives"]),
        ("---\n: [\n---\nApache 2.0", ("apache-2.0",), []),
        ("github rhasspy/dataset-voice-kathleen (CC0-1.0), 48 kHz", ("cc0-1.0",), []),
        ("for commercial and non-commercial use", (), []),
        ("# Nothing is said", (), []),
    ],
)
def test_licenses_are_read_as_they_are_stated(card, licenses, duties):
    assert stated_licenses(card) == licenses
    assert Source("corpus", "x", licenses=licenses).duties == duties


def test_paths_of_this_machine_are_not_shown():
    assert (
        shown("/home/me/voice") == "voice"
        and shown("../voice") == "voice"
        and shown("outputs/voice") == "outputs/voice"
    )


def test_a_corpus_that_is_gone_keeps_the_license_that_training_noted(tmp_path):
    gone = {"path": str(tmp_path / "gone"), "licenses": ["cc-by-4.0"]}
    (tmp_path / "voice_data.json").write_text(json.dumps({"datasets": [gone]}), encoding="utf-8")
    assert find_corpora(read_origin(tmp_path)) == [Source("corpus", "gone", False, ("cc-by-4.0",), True)]


def test_a_broken_note_is_no_reason_to_lose_the_card(tmp_path, caplog):
    (tmp_path / "voice_data.json").write_text('{"datasets": [', encoding="utf-8")
    assert read_origin(tmp_path) == {} and "voice_data.json" in caplog.text
    assert read_origin(tmp_path / "nowhere") == {}
