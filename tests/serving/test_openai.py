"""OpenAI's own client against the server."""

import io

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.audio.resample import resample


openai = pytest.importorskip("openai", reason="the client is in the extra `dev`")
TEXT = "Good morning. Who is it?"


@pytest.fixture(scope="module")
def client(address):
    import httpx

    with httpx.Client(trust_env=False, timeout=60) as http_client:
        yield openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, http_client=http_client)


@pytest.fixture(scope="module")
def spoken(pipelines):
    return pipelines["tiny"](TEXT)["audio"]


def test_wav_and_pcm_are_what_the_pipeline_says(client, spoken):
    wav = client.audio.speech.create(model="tiny", voice="ann", input=TEXT, response_format="wav").read()
    samples = np.frombuffer(wav[44:], "<i2") / 32_767
    np.testing.assert_allclose(samples, np.clip(spoken, -1, 1), atol=1e-4)
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=TEXT, response_format="pcm"
    ) as response:
        pcm = np.frombuffer(b"".join(response.iter_bytes()), "<i2") / 32_767
    whole = resample(spoken, 16_000, 24_000)
    assert len(pcm) == len(whole)
    assert np.square(pcm - np.clip(whole, -1, 1)).mean() < 1e-4 * np.square(whole).mean() + 1e-6


@pytest.mark.parametrize("kind", ["mp3", "opus", "aac", "flac", "wav"])
def test_each_format_decodes_to_its_length(client, spoken, kind):
    response = client.audio.speech.create(model="tiny", voice="ann", input=TEXT, response_format=kind)
    data = response.read()
    media = {"mp3": "audio/mpeg", "opus": "audio/ogg"}.get(kind, f"audio/{kind}")
    assert response.response.headers["content-type"] == media
    if kind == "aac":
        av = pytest.importorskip("av", reason="aac is made by `av`")
        with av.open(io.BytesIO(data)) as container:
            samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    else:
        samples, _ = soundfile.read(io.BytesIO(data))
    assert abs(len(samples) - len(spoken)) < 3_000
    assert np.abs(samples).max() > 0.1


def test_the_default_format_is_mp3(client):
    data = client.audio.speech.create(model="tiny", voice="ann", input="Good.").read()
    assert soundfile.info(io.BytesIO(data)).format == "MP3"


def test_speed_voice_and_model_are_heard(client, spoken):
    def seconds(**options) -> float:
        given = {"model": "tiny", "voice": "ann", "input": TEXT, "response_format": "wav", **options}
        return (len(client.audio.speech.create(**given).read()) - 44) / 32_000

    assert seconds(speed=2.0) < 0.7 * seconds()
    assert seconds(speed=2.0) < 0.8 * seconds(model="fast") or seconds(model="fast") < 0.7 * seconds()
    ann, bob = (
        client.audio.speech.create(model="tiny", voice=name, input=TEXT, response_format="wav").read()
        for name in ("ann", "tiny/bob")
    )
    assert ann != bob


def test_server_sent_events_hold_the_same_sound(client):
    """As the client reads them: deltas in Base64, then `speech.audio.done`."""
    import base64
    import json

    with client.audio.speech.with_streaming_response.create(
        model="tiny", voice="ann", input=TEXT, response_format="wav", stream_format="sse"
    ) as response:
        lines = [line for line in response.iter_lines() if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    kinds = [event["type"] for event in events]
    assert len(kinds) > 3 and kinds == ["speech.audio.delta"] * (len(kinds) - 1) + ["speech.audio.done"]
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert sound == client.audio.speech.create(model="tiny", voice="ann", input=TEXT, response_format="wav").read()


def test_models_are_listed_and_found(client):
    names = [model.id for model in client.models.list()]
    assert names[:3] == ["tts-gan", "tiny", "fast"] and "tts-1" in names
    assert client.models.retrieve("tiny").id == "tiny"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"model": "nope"}, openai.NotFoundError, "There is no model `nope`"),
        ({"voice": "eve"}, openai.BadRequestError, "There is no voice `eve` in model `tiny`; it has `ann`, `bob`"),
        ({"input": "..."}, openai.BadRequestError, "There is nothing to say"),
        ({"speed": 9}, openai.BadRequestError, "`speed` is wrong: Input should be less than or equal to 4"),
        ({"input": "a" * 5_000}, openai.BadRequestError, "has 5000 characters, but at most 4096"),
    ],
)
def test_errors_come_as_the_client_knows_them(client, options, error, message):
    with pytest.raises(error, match=message):
        client.audio.speech.create(**{"model": "tiny", "voice": "ann", "input": "Good.", **options})
