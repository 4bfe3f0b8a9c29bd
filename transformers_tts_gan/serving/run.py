"""A server that runs until it is told to stop: SIGINT and SIGTERM end it once what is being spoken has been sent."""

import asyncio
import contextlib
import ipaddress
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..utils.require import require
from .limits import Limits


logger = logging.getLogger(__name__)

GRACE_SECONDS = 30  # for requests that are being spoken when the server is told to stop
LAST_PORT = 65_535
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def serve(
    voices: Sequence[str | Path],
    host: str = "127.0.0.1",
    port: int = 8_000,
    api_key: str | None = None,
    limits: Limits | None = None,
    wyoming_port: int | None = None,
) -> None:
    """Serve speech over HTTP, and by Wyoming where a port for it is given.

    Args:
        voices: Folders or Hub ids.
        host: The address to listen at. The default is reached from this machine alone.
        port: Of HTTP.
        api_key: That requests must hold, or nothing.
        limits: Of a request.
        wyoming_port: Of Wyoming, which knows no key.

    Raises:
        ImportError: The extra `serve` is not installed.
        ValueError: A voice cannot be loaded, or a port is none.
        OSError: The address is taken.
    """
    for number in (port, wyoming_port):
        if number is not None and not 0 <= number <= LAST_PORT:
            raise ValueError(f"The port is {number}, but one of 0 to {LAST_PORT} is needed.")
    uvicorn = require("uvicorn", "The server", extra="serve")
    for module in ("fastapi", *(["wyoming"] if wyoming_port is not None else [])):
        require(module, "The server", extra="serve")
    from .http import create_app
    from .voices import Voices

    hosts = LOCAL_HOSTS if is_loopback(host) else None
    if hosts is None and api_key is None:
        logger.warning("The server listens at %s without a key: whoever reaches that address can use it.", host)
    loaded = Voices.load(voices)
    loaded.warm_up()
    app = create_app(loaded, limits, api_key, hosts)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=GRACE_SECONDS, server_header=False
    )
    with contextlib.suppress(KeyboardInterrupt):  # which uvicorn raises again once it has ended
        asyncio.run(_serve(uvicorn.Server(config), app, host, wyoming_port))


async def _serve(server, app, host: str, wyoming_port: int | None) -> None:
    if wyoming_port is None:
        await server.serve()
        return
    from wyoming.server import AsyncTcpServer

    from .wyoming import WyomingHandler

    wyoming = AsyncTcpServer(host, wyoming_port)
    await wyoming.start(partial(WyomingHandler, api=app.state.api))
    try:
        await server.serve()
    finally:
        await wyoming.stop()


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
