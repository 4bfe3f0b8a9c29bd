"""What a user names as a saved model: a folder, or an id on the Hub."""

from pathlib import Path


SETTINGS_FILE, PHONES_FILE, FRAMES_FILE = "voice.json", "phones.onnx", "frames.onnx"  # of an exported voice


def check_source(name: str | Path, argument: str | None = None) -> None:
    """Refuse a name that no saved model can have, before libraries refuse it in their words.

    Args:
        name: The folder, or the id `owner/name`.
        argument: Of the user that holds it; the error message names it.

    Raises:
        ValueError: It is a file, a folder that holds no model in PyTorch, or no folder and no id.

    Example:

    >>> check_source("owner/name")
    """
    path, of = Path(name), f"`{argument}`: " if argument else ""
    if path.is_file():
        raise ValueError(f"{of}`{name}` is a file, but the folder of a saved model is needed.")
    if not path.is_dir():
        if str(name).count("/") == 1 and not str(name).startswith((".", "/")):
            return
        raise ValueError(f"{of}There is no folder `{name}`, and the id of a model on the Hub looks like `owner/name`.")
    if is_exported(path):
        raise ValueError(
            f"{of}`{name}` is an exported voice, which can only speak: name the voice that it was made of."
        )
    if not (path / "config.json").is_file():
        raise ValueError(f"{of}The folder `{name}` holds no saved model: it has no `config.json`.")


def check_sources(**sources: str | Path | None) -> None:
    """Refuse what is no saved model among arguments by their names; `None` was not given."""
    for argument, name in sources.items():
        if name is not None:
            check_source(name, argument)


def is_exported(model: str | Path) -> bool:
    """Whether a folder is one that `tts-gan export` wrote, whole or damaged."""
    return any((Path(model) / name).is_file() for name in (SETTINGS_FILE, PHONES_FILE, FRAMES_FILE))
