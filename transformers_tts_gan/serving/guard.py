"""What every request passes: the key, the size of its body, and a count of how it was answered."""

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import JSONResponse

from .errors import RequestError


logger = logging.getLogger(__name__)

FAILED = {"error": {"message": "The server failed; its log says why.", "type": "server_error", "code": 500}}


class Guard:
    """Middleware around the application.

    Args:
        app: The application.
        api: The [`SpeechApi`] whose key, limits and metrics count.
        hosts: Names by which the server may be called, or nothing for any.
    """

    def __init__(self, app, api, hosts: Sequence[str] | None = None):
        self.app, self.api, self.hosts = app, api, hosts

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, started = 500, False

        async def note(message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
            await send(message)

        try:
            self._check_host(Request(scope).headers.get("host", ""))
            self.api.check_key(Request(scope))
            messages = await self._body(scope, receive)
            await self.app(scope, messages, note)
        except RequestError as error:
            if started:  # on the way: the sound ends here, and the client sees that it is not whole
                raise
            await JSONResponse(error.content(), error.status, error.headers)(scope, receive, note)
        except Exception:
            if started:
                raise
            logger.exception("A request to `%s` failed.", scope["path"])
            await JSONResponse(FAILED, 500)(scope, receive, note)
        finally:
            route = scope.get("route")
            path = getattr(route, "path", "other")
            self.api.metrics.requests[path, status] += 1

    def _check_host(self, host: str) -> None:
        """Refuse a page of somebody else that calls this machine by a name of its own."""
        if self.hosts is None:
            return
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            name = None
        if name not in self.hosts:
            raise RequestError(400, f"This server is not called `{host[:100]}`: ask for `{self.hosts[0]}`.")

    async def _body(self, scope, receive):
        """What is received, once the body is known to be short enough; it is read whole for that."""
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            return receive
        limit, body, more = self.api.limits.request_bytes, b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                break
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                raise RequestError(413, f"The request has more than {limit} bytes: send the text in parts.")
        first = True

        async def again():
            nonlocal first
            if first:
                first = False
                return {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        return again
