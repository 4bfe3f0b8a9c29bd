"""What requests hold: the fields of OpenAI's speech endpoint, and some of our own."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..inference.times import TimedWord
from .voices import AUTOMATIC


ResponseFormat = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]


def voice_name(value):
    """A voice's name; OpenAI's clients may send `{"id": name}`."""
    return value.get("id") if isinstance(value, dict) else value


class SpeechRequest(BaseModel):
    """A body of `POST /v1/audio/speech`.

    Args:
        input: The text, plain or SSML.
        model: See [`Voices.choose`].
        voice: See [`Voices.choose`].
        response_format: `pcm` is 24 kHz, signed 16 bit, little-endian, mono.
        speed: 2 is twice as fast.
        stream_format: `audio`, or `sse` for server-sent events.
        instructions: Accepted, and without effect: these voices follow SSML instead.
        language: A code. Our own.
        pitch: Semitones up or down. Our own.
        gain: Decibels louder or softer. Our own.
    """

    model_config = ConfigDict(extra="forbid")

    input: str
    model: str = AUTOMATIC
    voice: Annotated[str, BeforeValidator(voice_name)] = ""
    response_format: ResponseFormat = "mp3"
    speed: float = Field(default=1.0, ge=0.25, le=4.0)
    stream_format: Literal["audio", "sse"] = "audio"
    instructions: str | None = None
    language: str | None = None
    pitch: float = Field(default=0.0, ge=-24.0, le=24.0)
    gain: float = Field(default=0.0, ge=-60.0, le=30.0)

    def controls(self) -> dict[str, float]:
        """How to say it, as the pipeline takes it."""
        return {"speaking_rate": self.speed, "pitch_shift": self.pitch, "gain_db": self.gain}


class ExplainRequest(BaseModel):
    """A body of `POST /v1/audio/explain`; the fields are those of [`SpeechRequest`]."""

    model_config = ConfigDict(extra="forbid")

    input: str
    model: str = AUTOMATIC
    voice: Annotated[str, BeforeValidator(voice_name)] = ""
    language: str | None = None


def word_content(word: TimedWord) -> dict:
    """A word as captioned speech has it; seconds to the nearest millisecond."""
    return {
        "text": word.text,
        "spoken": word.spoken,
        "span": list(word.span),
        "start": round(word.start, 3),
        "end": round(word.end, 3),
    }
