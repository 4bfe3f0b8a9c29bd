"""What a saved voice carries so that `trust_remote_code=True` finds this package.

A saved voice gets no copy of the code, only `hub_tts_gan.py`, which imports the classes of the installed package, and
an `auto_map` in `config.json` and `processor_config.json` that points to it. With it a process that has not imported
`transformers_tts_gan` can load the voice by `AutoModel` or `pipeline`, from a folder or from the Hub.
"""

from pathlib import Path
from typing import ClassVar


SHIM_FILE = "hub_tts_gan.py"
# Transformers looks for imports outside `try` before it runs the file, and would name the package wrongly.
SHIM = '''"""Loads this voice with the installed package `transformers-tts-gan`."""

try:
    from transformers_tts_gan import (  # noqa: F401
        HifiGanVocoder,
        HifiGanVocoderConfig,
        TTSGanConfig,
        TTSGanModel,
        TTSGanProcessor,
        TTSGanProsodyConfig,
        TTSGanProsodyModel,
        TTSGanVocoder,
        TTSGanVocoderConfig,
    )
except ModuleNotFoundError as error:
    if error.name != "transformers_tts_gan":
        raise
    raise ImportError(
        "This voice needs the package `transformers_tts_gan`: run `pip install 'transformers-tts-gan[torch]'`."
    ) from None
'''


class HubShim:
    """Mixin in front of Transformers' classes for configurations and processors: saves the shim and `auto_map` too."""

    auto_classes: ClassVar[dict[str, str]] = {}  # name of the Auto class to the name of the class in the shim

    def save_pretrained(self, save_directory, push_to_hub: bool = False, **kwargs):
        """Save to a folder, and with `push_to_hub=True` also to the Hub, as `repo_id` or by the folder's name."""
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SHIM_FILE).write_text(SHIM, encoding="utf-8")
        found = self.__dict__.get("auto_map")
        self.auto_map = {auto: f"{Path(SHIM_FILE).stem}.{name}" for auto, name in self.auto_classes.items()}
        try:
            if not push_to_hub:
                return super().save_pretrained(save_directory, **kwargs)  # type: ignore[misc]
            saved = super().save_pretrained(save_directory)  # type: ignore[misc]
            self.push_to_hub(kwargs.pop("repo_id", folder.name), **kwargs)  # type: ignore[attr-defined]
            return saved
        finally:
            if found is None:  # saving changes nothing
                del self.auto_map
            else:
                self.auto_map = found

    @classmethod
    def register_for_auto_class(cls, auto_class=None):
        """Nothing to do: otherwise each voice saved later would get a copy of the code, which the shim replaces."""
