"""An exported voice beside one in torch: the same endpoints, and both say the same."""

import json

import numpy as np
import pytest
from helpers.servers import running

from transformers_tts_gan import OnnxVoice, export_onnx
from transformers_tts_gan.serving.http import create_app
from transformers_tts_gan.serving.voices import Voices


pytest.importorskip("onnxscript", reason="export is in the extra `onnx-export`")
TEXT = "Good morning. It costs $25, of course. 今天天气很好。"


@pytest.fixture(scope="module")
def exported(voice, processor, tmp_path_factory):
    return export_onnx(voice, processor, tmp_path_factory.mktemp("exported") / "small")


@pytest.fixture(scope="module")
def client(exported, voice_folder):
    import httpx

    voices = Voices.load([voice_folder, exported])
    voices.warm_up()
    with running(create_app(voices)) as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as http:
        yield http


def test_it_says_what_the_voice_says_that_it_was_made_of(client, exported, voice_folder):
    def ask(model: str) -> np.ndarray:
        body = {"input": TEXT, "model": model, "voice": "bob", "response_format": "wav", "pitch": 2}
        return np.frombuffer(client.post("/v1/audio/speech", json=body).content[44:], "<i2") / 32_767

    torch, onnx = ask(voice_folder.name), ask("small")
    assert len(torch) == len(onnx) and np.abs(torch).max() > 0.1
    assert np.corrcoef(onnx, torch)[0, 1] > 0.999
    expected = OnnxVoice(exported)(TEXT, speaker="bob", pitch_shift=2)["audio"]
    np.testing.assert_allclose(onnx, np.clip(expected, -1, 1), atol=2e-3)


def test_its_voices_words_and_table_are_there(client):
    listed = client.get("/v1/audio/voices").json()["data"]
    assert [each["id"] for each in listed][2:] == ["small/ann", "small/bob"]
    lines = client.post("/v1/audio/captioned_speech", json={"input": TEXT, "model": "small"}).text.splitlines()
    assert [word["text"] for line in lines for word in json.loads(line)["words"]][:5] == [
        *("Good", "morning", "It", "costs", "$25"),
    ]
    table = client.post("/v1/audio/explain", json={"input": TEXT, "model": "small"}).json()
    assert ["$25", "twenty five dollars"] in [row[:2] for row in table["rows"]]


def test_what_cannot_be_spoken_is_refused_before_any_of_it_is(client):
    for text in ("...", "Good. <speak>", f"Good. {'A' * 4_000}"):
        answers = [
            client.post("/v1/audio/speech", json={"input": text, "model": name}) for name in ("small", "tts-gan")
        ]
        assert [each.status_code for each in answers] in ([200, 200], [400, 400])
    assert answers[0].status_code == 200 or answers[0].json()["error"]["param"] == "input"


def test_a_later_sentence_that_cannot_be_spoken_refuses_the_whole(exported):
    speak = OnnxVoice(exported)
    speak.max_phones = 20
    text = "Good. We took the early train because the roads were covered with ice."
    assert next(speak.stream(text)).start == 0
    with pytest.raises(ValueError, match="at most 20"):
        next(speak.stream(text, check_first=True))


def test_a_damaged_folder_is_refused_in_words(tmp_path):
    (tmp_path / "voice.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is damaged: export the voice again"):
        Voices.load([tmp_path])
