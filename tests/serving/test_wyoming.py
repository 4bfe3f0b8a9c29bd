"""Wyoming's own client against the server."""

import asyncio
from functools import partial

import numpy as np
import pytest


pytest.importorskip("wyoming", reason="Wyoming is in the extra `serve`")
TEXT = "Good morning. Who is it?"


def ask(app, *events) -> list:
    """The answers to some events on one connection, up to the last that ends an answer."""
    from wyoming.client import AsyncTcpClient
    from wyoming.server import AsyncTcpServer

    from transformers_tts_gan.serving.wyoming import WyomingHandler

    async def talk() -> list:
        server = AsyncTcpServer("127.0.0.1", 0)
        await server.start(partial(WyomingHandler, api=app.state.api))
        port = server._server.sockets[0].getsockname()[1]
        answers = []
        async with AsyncTcpClient("127.0.0.1", port) as client:
            for event in events:
                await client.write_event(event)
                while True:
                    answer = await asyncio.wait_for(client.read_event(), 60)
                    answers.append(answer)
                    if answer.type in ("info", "audio-stop", "error"):
                        break
        await server.stop()
        return answers

    return asyncio.run(talk())


def test_the_voices_are_described(app):
    from wyoming.info import Describe, Info

    (answer,) = ask(app, Describe().event())
    (program,) = Info.from_event(answer).tts
    assert [voice.name for voice in program.voices] == ["tiny", "fast"]
    assert [speaker.name for speaker in program.voices[0].speakers] == ["ann", "bob"]
    assert program.voices[0].languages == ["en", "zh"]


def test_it_speaks_and_goes_on_after_an_error(app, pipelines):
    from wyoming.audio import AudioChunk, AudioStart
    from wyoming.error import Error
    from wyoming.tts import Synthesize, SynthesizeVoice

    voice = SynthesizeVoice(name="tiny", speaker="bob")
    events = [Synthesize(text="...").event(), Synthesize(text="Good.", voice=SynthesizeVoice(name="nope")).event()]
    nothing, unknown, start, *chunks, stop = ask(app, *events, Synthesize(text=TEXT, voice=voice).event())
    assert "nothing to say" in Error.from_event(nothing).text and "no model `nope`" in Error.from_event(unknown).text
    assert AudioStart.from_event(start).rate == 16_000 and stop.type == "audio-stop"
    sound = np.frombuffer(b"".join(AudioChunk.from_event(chunk).audio for chunk in chunks), "<i2") / 32_767
    np.testing.assert_allclose(sound, np.clip(pipelines["tiny"](TEXT, speaker="bob")["audio"], -1, 1), atol=1e-4)
    assert app.state.api.metrics.in_progress == 0
