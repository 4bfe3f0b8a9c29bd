"""The HTTP server: speech as OpenAI's clients ask for it, voices, captioned speech, health, metrics and the page."""

import base64
import contextlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from ..inference.streaming import SpeechChunk
from .errors import RequestError
from .explaining import explain
from .formats import MEDIA_TYPES, STREAMED, check_format, encode, is_streamed, to_pcm, wav_header
from .guard import Guard
from .limits import Limits
from .metrics import Metrics
from .schemas import ExplainRequest, SpeechRequest, word_content
from .speaking import Speaker, Ticket
from .voices import AUTOMATIC, OPENAI_MODELS, Choice, Voices


logger = logging.getLogger(__name__)

PAGE = Path(__file__).parent / "page" / "index.html"
Chunks = AsyncIterator[SpeechChunk]
OPEN_PATHS = ("/", "/health")  # need no key


class SpeechStream(StreamingResponse):
    """A response that gives back the place of its request, however it ends."""

    def __init__(self, content: AsyncIterator[bytes], ticket: Ticket, **kwargs):
        super().__init__(content, **kwargs)
        self.ticket = ticket

    async def __call__(self, scope, receive, send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.ticket.close()


class SpeechApi:
    """What the server answers.

    Args:
        voices: To speak with.
        limits: Of a request.
        api_key: That requests must hold, or nothing.
    """

    def __init__(self, voices: Voices, limits: Limits, api_key: str | None = None):
        self.voices, self.limits, self.api_key = voices, limits, api_key
        self.metrics = Metrics()
        self.speaker = Speaker(limits, self.metrics)

    def choose(self, request: SpeechRequest | ExplainRequest) -> Choice:
        """Who says the text of a request, once its length was looked at."""
        if len(request.input) > self.limits.characters:
            raise RequestError(
                400,
                f"`input` has {len(request.input)} characters, but at most {self.limits.characters} are spoken at "
                "once: send it in parts.",
                "input",
            )
        if not request.input.strip():
            raise RequestError(400, "`input` is empty, but a text is needed.", "input")
        return self.voices.choose(request.input, request.model, request.voice, request.language)

    async def start(self, request: SpeechRequest) -> tuple[Ticket, Choice, SpeechChunk, Chunks]:
        """A place, and the first sentence: what goes wrong until then is answered by a status."""
        choice = self.choose(request)
        check_format(request.response_format)
        ticket = self.speaker.admit()
        try:
            chunks = self.speaker.stream(ticket, choice, request.input, **request.controls())
            return ticket, choice, await anext(chunks), chunks
        except BaseException:
            ticket.close()
            raise

    async def speech(self, request: SpeechRequest) -> Response:
        """`POST /v1/audio/speech`."""
        ticket, choice, first, chunks = await self.start(request)
        data = self._encoded(first, chunks, request.response_format)
        headers = {"X-Voice": f"{choice.name}/{choice.speaker}"}
        if request.stream_format == "sse":
            events = self._events(data, len(request.input))
            return SpeechStream(events, ticket, media_type="text/event-stream", headers=headers)
        media_type = MEDIA_TYPES[request.response_format]
        if request.response_format in STREAMED:
            return SpeechStream(data, ticket, media_type=media_type, headers=headers)
        try:
            return Response(b"".join([part async for part in data]), media_type=media_type, headers=headers)
        finally:
            ticket.close()

    async def _encoded(self, first: SpeechChunk, chunks: Chunks, kind: str) -> AsyncIterator[bytes]:
        """The bytes of a sound, part by part where the format lets them be sent so."""
        if is_streamed(kind, first.sampling_rate):
            yield (b"" if kind == "pcm" else wav_header(first.sampling_rate)) + to_pcm(first.audio)
            async for chunk in chunks:
                yield to_pcm(chunk.audio)
        else:
            parts = [first.audio, *[chunk.audio async for chunk in chunks]]
            yield await self.speaker.run(encode, np.concatenate(parts), first.sampling_rate, kind)

    @staticmethod
    async def _events(data: AsyncIterator[bytes], characters: int) -> AsyncIterator[bytes]:
        """The events `speech.audio.delta` and `speech.audio.done`; `error` where speaking fails on the way."""

        def event(content: dict) -> bytes:
            return f"data: {json.dumps(content, ensure_ascii=False)}\n\n".encode()

        try:
            async for part in data:
                yield event({"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()})
        except RequestError as error:
            yield event({"type": "error", **error.content()})
            return
        usage = {"input_tokens": characters, "output_tokens": 0, "total_tokens": characters}
        yield event({"type": "speech.audio.done", "usage": usage})

    async def captioned(self, request: SpeechRequest) -> Response:
        """`POST /v1/audio/captioned_speech`: a line of JSON a sentence, with its sound and its words' times."""
        ticket, choice, first, chunks = await self.start(request)
        headers = {"X-Voice": f"{choice.name}/{choice.speaker}"}
        return SpeechStream(self._captions(first, chunks), ticket, media_type="application/x-ndjson", headers=headers)

    async def _captions(self, first: SpeechChunk, chunks: Chunks) -> AsyncIterator[bytes]:
        def line(chunk: SpeechChunk) -> bytes:
            content = {
                "audio": base64.b64encode(to_pcm(chunk.audio)).decode(),
                "format": "pcm_s16le",
                "sampling_rate": chunk.sampling_rate,
                "start": round(chunk.start / chunk.sampling_rate, 4),
                "words": [word_content(word) for word in chunk.words],
            }
            return (json.dumps(content, ensure_ascii=False) + "\n").encode()

        yield line(first)
        try:
            async for chunk in chunks:
                yield line(chunk)
        except RequestError as error:
            yield (json.dumps(error.content(), ensure_ascii=False) + "\n").encode()

    async def explain(self, request: ExplainRequest) -> dict:
        """`POST /v1/audio/explain`: why the text is said the way it is, and what was passed over."""
        choice = self.choose(request)

        try:
            return await self.speaker.run(explain, choice.frontend, request.input, choice.language)
        except ValueError as error:
            raise RequestError(400, " ".join(str(error).split()), "input") from None

    def models(self) -> list[dict]:
        """What `GET /v1/models` lists."""
        names = [AUTOMATIC, *self.voices.pipelines, *OPENAI_MODELS]
        return [{"id": name, "object": "model", "created": 0, "owned_by": "transformers_tts_gan"} for name in names]

    def check_key(self, request: Request) -> None:
        """Refuse a request without the key.

        Raises:
            RequestError: It holds none, or another one.
        """
        if self.api_key is None or request.url.path in OPEN_PATHS:
            return
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(given.encode(), self.api_key.encode()):
            raise RequestError(401, "This server needs its key in the header `Authorization: Bearer KEY`.")


def create_app(
    voices: Voices, limits: Limits | None = None, api_key: str | None = None, hosts: Sequence[str] | None = None
) -> FastAPI:
    """The server as an ASGI application.

    Args:
        voices: To speak with; the first of each language speaks it where a request names none.
        limits: Of a request.
        api_key: That requests must hold, or nothing.
        hosts: Names by which the server may be called, against pages of others that call it by a name of their own.

    Example:

    ```python
    app = create_app(Voices.load(["examples/voices/bilingual"]))
    ```
    """
    api = SpeechApi(voices, limits or Limits(), api_key)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI):
        yield
        api.speaker.close()

    app = FastAPI(title="transformers_tts_gan", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.api = api
    add_routes(app, api)
    add_errors(app)
    app.add_middleware(Guard, api=api, hosts=hosts)
    return app


def add_routes(app: FastAPI, api: SpeechApi) -> None:
    """What can be asked for."""
    app.post("/v1/audio/speech", response_model=None)(api.speech)
    app.post("/v1/audio/captioned_speech", response_model=None)(api.captioned)
    app.post("/v1/audio/explain", response_model=None)(api.explain)

    @app.get("/v1/models")
    async def models() -> dict:
        return {"object": "list", "data": api.models()}

    @app.get("/v1/models/{name}")
    async def model(name: str) -> dict:
        found = next((each for each in api.models() if each["id"] == name), None)
        if found is None:
            raise RequestError(404, f"There is no model `{name[:100]}`; `GET /v1/models` lists them.", "model")
        return found

    @app.get("/v1/audio/voices")
    async def voices() -> dict:
        return {"object": "list", "data": api.voices.names()}

    @app.get("/health")
    async def health() -> dict:
        return {"status": "ok", "in_progress": api.metrics.in_progress, "requests": api.limits.requests}

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> str:
        return api.metrics.text()

    @app.get("/", response_class=HTMLResponse)
    async def page() -> str:
        return PAGE.read_text(encoding="utf-8")


def add_errors(app: FastAPI) -> None:
    """Every refusal as OpenAI's clients read it."""

    async def refused(request: Request, error: Any) -> Response:
        return JSONResponse(error.content(), error.status, error.headers)

    async def invalid(request: Request, error: Any) -> Response:
        return await refused(request, _in_words(error.errors()))

    async def unknown(request: Request, error: Any) -> Response:
        text = {404: f"There is nothing at `{request.url.path[:100]}`.", 405: f"`{request.method}` has no use here."}
        return await refused(request, RequestError(error.status_code, text.get(error.status_code, str(error.detail))))

    handlers: dict[Any, Callable] = {
        RequestError: refused,
        RequestValidationError: invalid,
        HTTPException: unknown,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _in_words(errors: Any) -> RequestError:
    """The first thing that is wrong with a body."""
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"][1:])
    if first["type"] == "json_invalid":
        return RequestError(400, f"The body is no JSON: {first['ctx']['error']}.")
    if first["type"] == "missing" and not place:
        return RequestError(400, "The body is empty, but JSON with `input` is needed.")
    if first["type"] == "extra_forbidden":
        return RequestError(400, f"There is no field `{place[:100]}` in this request.", place[:100])
    return RequestError(400, f"`{place[:100] or 'body'}` is wrong: {first['msg']}.", place[:100] or None)
