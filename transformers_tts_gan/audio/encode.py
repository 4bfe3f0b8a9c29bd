"""Sound files that grow while speech is made, in the formats that `soundfile` writes.

Enter: samples, part by part. Leaves: a file, which has its name only once it is whole, or its bytes.
"""

import io
import os
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import soundfile


FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
}


class AudioFile:
    """A sound file that is written part by part: `with AudioFile("a.flac", 16_000) as file: file.write(samples)`.

    A block that ends with an error leaves no file behind.

    Args:
        path: Its ending names the format, one of `FORMATS`. Folders that are not there are made.
        sampling_rate: In Hz.

    Raises:
        ValueError: The ending is that of no such format.
        OSError: The file cannot be written there.

    Example:

    ```python
    with AudioFile("morning.mp3", 16_000) as file:
        for chunk in speak.stream("Good morning. The train leaves at 9:45."):
            file.write(chunk.audio)
    ```
    """

    def __init__(self, path: str | Path, sampling_rate: int):
        self.path = Path(path)
        kind = self.path.suffix.lower().removeprefix(".")
        if kind not in FORMATS:
            known = ", ".join(f"`.{name}`" for name in FORMATS)
            raise ValueError(f"The sound is to be `{self.path}`, but its name must end in one of {known}.")
        self.samples = 0
        self._part = self.path.with_name(f".{self.path.name}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _open(self._part, sampling_rate, kind)
        except (OSError, soundfile.LibsndfileError) as error:
            raise OSError(f"cannot write `{self.path}` ({error}): choose a folder you may write to.") from error

    def write(self, samples: np.ndarray) -> None:
        """Add `(S,)` samples, floats in [-1, 1]."""
        self._file.write(np.clip(samples, -1.0, 1.0))
        self.samples += len(samples)

    def __enter__(self) -> "AudioFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            os.replace(self._part, self.path)
        else:
            self._part.unlink(missing_ok=True)


def encode_audio(samples: np.ndarray, sampling_rate: int, kind: str) -> bytes:
    """A whole sound file of one of `FORMATS`, with its length in the header."""
    data = io.BytesIO()
    with _open(data, sampling_rate, kind) as file:
        file.write(np.clip(samples, -1.0, 1.0))
    return data.getvalue()


def _open(target: Any, sampling_rate: int, kind: str) -> soundfile.SoundFile:
    name, subtype = FORMATS[kind]
    return soundfile.SoundFile(target, "w", int(sampling_rate), 1, subtype, format=name)
