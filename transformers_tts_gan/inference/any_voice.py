"""A voice from its folder, whether it speaks by torch or, exported, without.

Enters: a folder or an id on the Hub. Leaves: a [`TTSGanPipeline`] or an [`OnnxVoice`], which are called alike.
"""

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..models.sources import is_exported
from ..utils.require import naming_extra
from .onnx_voice import OnnxVoice


if TYPE_CHECKING:
    from .pipeline import TTSGanPipeline

Voice: TypeAlias = "TTSGanPipeline | OnnxVoice"


def load_any_voice(model: str | Path) -> Voice:
    """The voice in a folder or on the Hub. An exported one gets all cores.

    Raises:
        ValueError: It cannot be loaded.
        ImportError: What it needs is not installed.
    """
    if is_exported(model):
        return OnnxVoice(model, threads=0)
    other = f"The voice `{model}`, which is not an exported one,"
    purpose = other if Path(model).is_dir() else f"`{model}` is no folder, and a voice of the Hub"
    with naming_extra(purpose, "torch"):
        from .pipeline import TTSGanPipeline
    try:
        return TTSGanPipeline.from_pretrained(model)
    except OSError as error:
        raise ValueError(f"The voice `{model}` cannot be loaded: {error}") from error
