"""Requests to speech: one thread speaks a sentence of each request in turn, so that no text waits for a whole book.

Enters: a [`Choice`], a text and how to say it. Leave: [`SpeechChunk`]s.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from ..inference.streaming import SpeechChunk
from .errors import RequestError
from .limits import Limits
from .metrics import Metrics
from .voices import Choice


Result = TypeVar("Result")


class Ticket:
    """The place of a request among those that are spoken; given back once, by whoever is last."""

    def __init__(self, metrics: Metrics, limits: Limits):
        self.metrics, self.limits = metrics, limits
        self.started = time.monotonic()
        self.open = True
        metrics.in_progress += 1

    def close(self) -> None:
        """Give the place back."""
        if self.open:
            self.open = False
            self.metrics.in_progress -= 1

    def check_time(self) -> None:
        """Refuse to go on with a request that has taken too long.

        Raises:
            RequestError: It has.
        """
        if time.monotonic() - self.started > self.limits.seconds:
            raise RequestError(
                408, f"The request took more than {self.limits.seconds:g} s: send a shorter text, or try again later."
            )


class Speaker:
    """Speaks for all requests of a server.

    Args:
        limits: Of each of them.
        metrics: What is counted.
    """

    def __init__(self, limits: Limits, metrics: Metrics):
        self.limits, self.metrics = limits, metrics
        self.pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="speech")

    def admit(self) -> Ticket:
        """A place for a request.

        Raises:
            RequestError: Too many are waiting.
        """
        if self.metrics.in_progress >= self.limits.requests:
            message = f"{self.metrics.in_progress} requests are waiting, and no more can: try again in a second."
            raise RequestError(429, message, headers={"Retry-After": "1"})
        return Ticket(self.metrics, self.limits)

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """What `work` returns, in the thread that speaks."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work, *arguments)

    async def stream(self, ticket: Ticket, choice: Choice, text: str, **controls: Any) -> AsyncIterator[SpeechChunk]:
        """Speak a text. All of it is read before the first sentence is spoken, so that errors come first.

        Args:
            ticket: Of the request.
            choice: Who speaks.
            text: Plain or SSML.
            controls: What `TTSGanPipeline.stream` takes.

        Raises:
            RequestError: The text cannot be spoken, is too long, or takes too long.
        """
        arguments = {"speaker": choice.speaker, "language": choice.language, **controls}
        chunks = await self.run(_in_words, partial(choice.speak.stream, text, check_first=True, **arguments))
        seconds = 0.0
        while (chunk := await self.run(_in_words, partial(next, chunks, None))) is not None:
            ticket.check_time()
            if seconds == 0:
                self.metrics.first_sound(time.monotonic() - ticket.started)
            seconds += len(chunk.audio) / chunk.sampling_rate
            self.metrics.audio_seconds += len(chunk.audio) / chunk.sampling_rate
            if seconds > self.limits.audio_seconds:
                raise RequestError(
                    400, f"The speech lasts more than {self.limits.audio_seconds:g} s: send a shorter text.", "input"
                )
            yield chunk
        self.metrics.characters += len(text)

    def close(self) -> None:
        """Wait for the sentence that is being spoken, and end."""
        self.pool.shutdown(wait=True, cancel_futures=True)


def _in_words(work: Callable[[], Result]) -> Result:
    """What `work` returns.

    Raises:
        RequestError: The text cannot be spoken.
    """
    try:
        return work()
    except ValueError as error:
        raise RequestError(400, " ".join(str(error).split()), "input") from None
