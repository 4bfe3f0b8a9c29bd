"""The server beside OpenAI's endpoint: captions, lists, limits, keys, and requests that are none."""

import base64
import json
import threading

import numpy as np
import pytest
from helpers.servers import running

from transformers_tts_gan import TTSGanPipeline
from transformers_tts_gan.serving.http import create_app
from transformers_tts_gan.serving.limits import Limits
from transformers_tts_gan.serving.voices import Voices


TEXT = "Good morning. It costs $25, of course."


def test_captioned_speech_has_the_sound_and_the_times_of_the_pipeline(http, pipelines):
    answer = http.post("/v1/audio/captioned_speech", json={"input": TEXT, "model": "tiny", "voice": "bob"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    expected = pipelines["tiny"](TEXT, speaker="bob", return_timestamps=True)
    pcm = np.frombuffer(b"".join(base64.b64decode(line["audio"]) for line in lines), "<i2")
    np.testing.assert_allclose(pcm / 32_767, np.clip(expected["audio"], -1, 1), atol=1e-4)
    words = [word for line in lines for word in line["words"]]
    assert [word["text"] for word in words] == ["Good", "morning", "It", "costs", "$25", "of", "course"]
    assert [word["start"] for word in words] == [round(word.start, 3) for word in expected["words"]]
    assert answer.headers["x-voice"] == "tiny/bob" and lines[1]["start"] == pytest.approx(
        len(base64.b64decode(lines[0]["audio"])) / 2 / 16_000, abs=1e-4
    )


def test_voices_health_and_metrics(http):
    voices = http.get("/v1/audio/voices").json()["data"]
    assert [voice["id"] for voice in voices] == ["tiny/ann", "tiny/bob", "fast/ann", "fast/bob"]
    http.post("/v1/audio/speech", json={"input": "Good.", "response_format": "wav"})
    assert http.get("/health").json()["status"] == "ok"
    counted = http.get("/metrics").text
    assert 'tts_gan_requests_total{path="/v1/audio/speech",status="200"}' in counted
    assert "tts_gan_in_progress 0\n" in counted


def test_a_text_is_explained(http):
    answer = http.post("/v1/audio/explain", json={"input": "Mr. Lee привет", "model": "tiny"}).json()
    assert answer["columns"][:2] == ["text", "normalized"] and answer["rows"][0][:2] == ["Mr.", "Mister"]
    assert "is read as `privet`" in answer["notes"][0]


MIXED = "It costs $25. 今天天气很好。"


def test_each_sentence_of_a_mixed_text_is_said_in_its_language(http, pipelines):
    """The English sentence was said by a Chinese voice, because there are Chinese characters in the next one."""
    for asked in ({}, {"language": "zh"}):
        wav = http.post("/v1/audio/speech", json={"input": MIXED, "response_format": "wav", **asked}).content
        expected = pipelines["tiny"](MIXED, **asked)["audio"]
        sound = np.frombuffer(wav[44:], "<i2")
        assert len(sound) == len(expected)
        np.testing.assert_allclose(sound / 32_767, np.clip(expected, -1, 1), atol=1e-4)


def test_the_table_shows_what_is_spoken(http):
    table = http.post("/v1/audio/explain", json={"input": MIXED, "model": "tiny"}).json()
    assert ["$25", "twenty five dollars"] in [row[:2] for row in table["rows"]]
    assert table["rows"][-1][0] == "。"
    marked = "<speak>Good. <prosody rate='slow'>Who</prosody> is it?</speak>"
    table = http.post("/v1/audio/explain", json={"input": marked, "model": "tiny"}).json()
    assert table["columns"][-1] == "prosody" and all(len(row) == len(table["columns"]) for row in table["rows"])


MALFORMED = [
    (b"", 400, "The body is empty"),
    (b"{", 400, "The body is no JSON"),
    (b"[]", 400, "is wrong"),
    (b"\xff\xfe", 400, ""),
    (b'{"input": 3}', 400, "`input` is wrong: Input should be a valid string"),
    (b'{"input": "Good.", "voice": "\\ud800"}', 400, "There is no voice"),
    (b'{"input": "Good.", "speed": NaN}', 400, "`speed` is wrong"),
    (b'{"input": "Good.", "sped": 1}', 400, "There is no field `sped`"),
    (b'{"input": "Good.", "response_format": "avi"}', 400, "`response_format` is wrong: Input should be 'mp3'"),
    (b'{"input": " "}', 400, "`input` is empty"),
    (b'{"input": "Good.", "language": "1"}', 400, "a code such as"),
    (b'{"input": "' + b"a" * 300_000 + b'"}', 413, "more than 262144 bytes"),
    (b"[" * 100_000, 400, ""),
]


@pytest.mark.parametrize(("body", "status", "message"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_request_is_refused_in_words(http, body, status, message):
    answer = http.post("/v1/audio/speech", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status and message in answer.json()["error"]["message"]
    assert answer.json()["error"]["message"]


def test_unknown_paths_methods_and_hosts_are_refused(http):
    assert http.get("/nope").json()["error"]["message"] == "There is nothing at `/nope`."
    assert http.get("/v1/audio/speech").status_code == 405
    for host in ("evil.example", "127.0.0.1.evil.example:8000", "[", ""):
        answer = http.get("/health", headers={"host": host})
        assert answer.status_code == 400 and (not host or "is not called" in answer.text)
    assert http.get("/health", headers={"host": "[::1]:80"}).status_code == 200


def test_requests_at_one_time_get_each_their_own(http, pipelines):
    texts = [f"Good cats. Number {number}. Who is it?" for number in range(8)]
    answers: dict[str, bytes] = {}

    def ask(text: str):
        answers[text] = http.post("/v1/audio/speech", json={"input": text, "response_format": "wav"}).content

    threads = [threading.Thread(target=ask, args=[text]) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text in texts:
        audio = np.concatenate([chunk.audio for chunk in pipelines["tiny"].stream(text)])
        expected = (np.clip(audio, -1, 1) * 32_767).round()
        np.testing.assert_array_equal(np.frombuffer(answers[text][44:], "<i2"), expected)


def test_too_much_is_refused(pipelines, http):
    import httpx

    app = create_app(Voices(pipelines), Limits(characters=30, audio_seconds=2, seconds=60, requests=1), "secret")
    with running(app) as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:

        def ask(text: str, key: str = "secret"):
            headers = {"authorization": f"Bearer {key}"}
            return client.post("/v1/audio/speech", json={"input": text, "response_format": "flac"}, headers=headers)

        assert ask("Good.", key="guess").status_code == 401 and client.get("/health").status_code == 200
        assert client.get("/v1/models").json()["error"]["message"].startswith("This server needs its key")
        assert ask("Good.").status_code == 200
        assert "at most 30" in ask("Good. " * 10).json()["error"]["message"]
        long = ask("A [[K AE1 T]]<break time='9s'/>")
        assert long.status_code in (200, 400)
        app.state.api.metrics.in_progress += 1
        full = ask("Good.")
        assert full.status_code == 429 and full.headers["retry-after"] == "1" and "no more can" in full.text
        app.state.api.metrics.in_progress -= 1
        object.__setattr__(app.state.api.limits, "seconds", -1.0)
        late = ask("Good.")
        assert late.status_code == 408 and "took more than" in late.text
        assert app.state.api.metrics.in_progress == 0


def test_a_failure_of_ours_is_one_answer_and_the_server_goes_on(http, app, monkeypatch, caplog):
    monkeypatch.setattr(app.state.api.speaker, "admit", lambda: 1 / 0)
    answer = http.post("/v1/audio/speech", json={"input": "Good."})
    assert answer.status_code == 500 and answer.json()["error"]["message"] == "The server failed; its log says why."
    monkeypatch.undo()
    assert "ZeroDivisionError" in caplog.text
    assert http.post("/v1/audio/speech", json={"input": "Good."}).status_code == 200


def test_a_client_that_leaves_gives_its_place_back(http, app):
    for _ in range(3):
        with http.stream("POST", "/v1/audio/speech", json={"input": TEXT * 20, "response_format": "wav"}) as answer:
            next(answer.iter_bytes())
    assert http.post("/v1/audio/speech", json={"input": "Good."}).status_code == 200
    for _ in range(200):
        if app.state.api.metrics.in_progress == 0:
            break
        http.get("/health")
    assert app.state.api.metrics.in_progress == 0


def test_the_first_request_need_not_wait_for_dictionaries(pipelines, monkeypatch):
    """The first Chinese sentence took 4 s more than the second: each language is spoken before the first request."""
    said = []
    speak = TTSGanPipeline.__call__

    def note(self, text, **arguments):
        said.append((id(self), arguments["language"], len(speak(self, text, **arguments)["audio"]) > 0))

    monkeypatch.setattr(TTSGanPipeline, "__call__", note)
    Voices(pipelines).warm_up()
    assert said == [(id(each), code, True) for each in pipelines.values() for code in ("en", "zh")]
