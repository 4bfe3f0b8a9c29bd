"""Text-to-speech that trains inside Transformers: a pretrained text encoder, an acoustic model and a GAN vocoder.

The public names are those of `__init__.pyi`; each is imported when it is first used, so that the text frontend loads
without torch, and speaking without the `Trainer`. The configurations and the processor register with the Auto
classes as soon as Transformers has loaded these; the models as soon as there is a configuration of one. Where torch is
not installed nothing registers, and a name that needs it says what to install.
"""

import re
from pathlib import Path

import lazy_loader

from .utils.import_hooks import before_import, import_after
from .utils.require import has_torch, naming_extra
from .utils.torch_pair import check_torch_pair


_import_name, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_EXTRAS = {"training": "train", "data": "train", "evaluation": "eval", "metrics": "eval"}
__version__ = "0.1.0"
if has_torch():
    before_import("transformers", check_torch_pair)
    for _part in ("tts_gan", "hifigan", "prosody"):
        import_after("transformers.models.auto.configuration_auto", f"{__name__}.models.configuration_{_part}")
    import_after("transformers.models.auto.processing_auto", f"{__name__}.models.processing_tts_gan")


def __getattr__(name: str):
    """A public name, imported now."""
    with naming_extra(f"`{name}`", _extra(name)):
        return _import_name(name)


def _extra(name: str) -> str:
    """The extra that brings what a public name needs, by the room that the stub says it is in."""
    stub = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    found = re.search(rf"^from \.(\S+) import \(\n    {re.escape(name)} as", stub, re.MULTILINE)
    module = found[1] if found else ""
    return "onnx-export" if module == "inference.onnx" else _EXTRAS.get(module.split(".")[0], "torch")
