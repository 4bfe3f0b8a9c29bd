"""From the name of a teacher to the teacher."""

import re
from collections.abc import Callable
from pathlib import Path

from .hibari import HibariTeacher
from .kokoro import KokoroTeacher
from .pipelines import PipelineTeacher
from .teacher import FunctionTeacher, Teacher


_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def load_teacher(source: str | Path | Teacher | Callable, device: str = "cpu") -> Teacher:
    """Load a pretrained TTS.

    Args:
        source: Folder or Hub id of a model for `pipeline("text-to-speech")`; `hibari`; `kokoro:FOLDER`;
            `module:function`; a function of a text; or a [`Teacher`].
        device: "cpu" or "cuda", for models of Transformers.

    Raises:
        ImportError: A package is missing; the message has the line that installs it.
        OSError: There is no such model.
        ValueError: There is no such function.

    Example:

    ```python
    teacher = load_teacher("facebook/mms-tts-fra")
    ```
    """
    if isinstance(source, Teacher):
        return source
    if callable(source):
        return FunctionTeacher(source)
    name = str(source)
    if name == "hibari":
        return HibariTeacher()
    if name.startswith("kokoro:"):
        return KokoroTeacher(name.removeprefix("kokoro:"))
    if _FUNCTION.fullmatch(name):
        return FunctionTeacher(name)
    return PipelineTeacher(name, device)
