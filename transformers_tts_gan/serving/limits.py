"""What one request may ask of a server, and how many may wait."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How much a server does for one request.

    Args:
        characters: Of a text; OpenAI's own limit by default.
        request_bytes: Of a request's body.
        audio_seconds: Of speech; breaks in SSML can ask for hours.
        seconds: That a request may take, waiting included.
        requests: That are spoken or wait at one time; more are refused with status 429.

    Raises:
        ValueError: A limit is not above 0, so that no request could be answered.
    """

    characters: int = 4_096
    request_bytes: int = 262_144
    audio_seconds: float = 1_800.0
    seconds: float = 120.0
    requests: int = 32

    def __post_init__(self):
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"`{name}` is {value}, but a number above 0 is needed.")
