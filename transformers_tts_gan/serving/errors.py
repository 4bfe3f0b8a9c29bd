"""What a server refuses, in words, with the status that tells a client whose fault it is."""


class RequestError(Exception):
    """A request that cannot be answered.

    Args:
        status: Of HTTP, 400 to 499.
        message: What was got, what is needed, and the next step.
        parameter: The field of the request that is to blame, if it is one.
        headers: Of the answer.
    """

    def __init__(self, status: int, message: str, parameter: str | None = None, headers: dict | None = None):
        super().__init__(message)
        self.status, self.message, self.parameter, self.headers = status, message, parameter, headers

    def content(self) -> dict:
        """The error as OpenAI's clients read it."""
        kind = "invalid_request_error" if self.status != 429 else "rate_limit_error"
        message = self.message.encode("utf-8", "replace").decode()  # half a character would be no JSON
        return {"error": {"message": message, "type": kind, "param": self.parameter, "code": self.status}}
