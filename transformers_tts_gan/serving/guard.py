"""What every request passes: the key, the size of its body, and a count of how it was answered."""

import logging

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
    """

    def __init__(self, app, api):
        self.app, self.api = app, api

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
