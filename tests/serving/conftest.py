"""A server with a tiny voice, at an address of this machine."""

import pytest
from helpers.servers import running

from transformers_tts_gan import TTSGanPipeline


pytest.importorskip("uvicorn", reason="the server is in the extra `serve`")
pytest.importorskip("fastapi", reason="the server is in the extra `serve`")


@pytest.fixture(scope="session")
def pipelines(voice, processor):
    """Two models of the same weights; a request must get the one that it asks for."""
    fast = TTSGanPipeline(model=voice, processor=processor, speaking_rate=2.0)
    return {"tiny": TTSGanPipeline(model=voice, processor=processor), "fast": fast}


@pytest.fixture(scope="session")
def app(pipelines):
    from transformers_tts_gan.serving.http import create_app
    from transformers_tts_gan.serving.run import LOCAL_HOSTS
    from transformers_tts_gan.serving.voices import Voices

    return create_app(Voices(pipelines), hosts=LOCAL_HOSTS)


@pytest.fixture(scope="session")
def address(app):
    with running(app) as address:
        yield address


@pytest.fixture(scope="session")
def http(address):
    import httpx

    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        yield client
