"""Speech to the bytes of a response."""

import io

import numpy as np

from ..audio.encode import encode_audio
from ..audio.resample import resample
from ..utils.require import require
from .errors import RequestError


PCM_RATE = 24_000  # Hz, as OpenAI has it
MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
STREAMED = ("wav", "pcm")  # sent while it is spoken; the others are encoded whole


def check_format(kind: str) -> None:
    """Refuse a format whose encoder is not installed.

    Raises:
        RequestError: It is not.
    """
    if kind == "aac":
        try:
            require("av", "The format `aac`", extra="serve")
        except ImportError as error:
            raise RequestError(400, f"{error} Or ask for mp3, opus, flac, wav or pcm.", "response_format") from None


def is_streamed(kind: str, sampling_rate: int) -> bool:
    """Whether a format is sent while it is spoken; what has to be resampled is not, for parts would have seams."""
    return kind in STREAMED and (kind != "pcm" or sampling_rate == PCM_RATE)


def encode(samples: np.ndarray, sampling_rate: int, kind: str) -> bytes:
    """A whole sound file of `(S,)` samples, or the samples themselves for `pcm`."""
    if kind == "pcm":
        return to_pcm(resample(samples, sampling_rate, PCM_RATE))
    if kind == "aac":
        return _aac(samples, sampling_rate)
    return encode_audio(samples, sampling_rate, kind)


def wav_header(sampling_rate: int) -> bytes:
    """The header of a wav file whose length is not known yet."""
    unknown = (2**32 - 1).to_bytes(4, "little")
    rate, bytes_per_second = sampling_rate.to_bytes(4, "little"), (2 * sampling_rate).to_bytes(4, "little")
    return (
        b"RIFF" + unknown + b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + rate + bytes_per_second
        + b"\x02\x00\x10\x00data" + unknown
    )  # fmt: skip


def to_pcm(samples: np.ndarray) -> bytes:
    """`(S,)` samples as signed 16 bit, little-endian."""
    return (np.clip(samples, -1.0, 1.0) * 32_767).round().astype("<i2").tobytes()


def _aac(samples: np.ndarray, sampling_rate: int) -> bytes:
    """AAC in ADTS frames, by FFmpeg's encoder in PyAV."""
    av = require("av", "The format `aac`", extra="serve")
    data = io.BytesIO()
    with av.open(data, "w", format="adts") as container:
        stream = container.add_stream("aac", rate=sampling_rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = sampling_rate
        for each in (frame, None):
            container.mux(stream.encode(each))
    return data.getvalue()
