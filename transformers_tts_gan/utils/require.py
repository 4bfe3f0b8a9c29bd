"""Imports of optional packages, with an error that says how to install what is missing."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any


DISTRIBUTION = "transformers-tts-gan"
TORCH_PACKAGES = ("torch", "torchaudio", "transformers")  # of the extra `torch`


def require(module: str, purpose: str, extra: str | None = None, install: str | None = None) -> Any:
    """Import an optional module.

    Args:
        module: Name of the module, such as `jiwer` or `matplotlib.figure`.
        purpose: What needs the module; the error message begins with it.
        extra: The extra of this distribution that brings the module.
        install: The command that installs the module, where no extra does.

    Returns:
        The imported module.

    Raises:
        ImportError: The module, or another one that it imports, is not installed. The message holds the command.

    Example:

    >>> require("json", "Reading a table").loads("[1]")
    [1]
    """
    try:
        found: ModuleType = importlib.import_module(module)
    except ImportError as error:
        raise _missing(purpose, error.name or module, install or _install(extra)) from error
    return found


@contextmanager
def naming_extra(purpose: str, extra: str | None) -> Iterator[None]:
    """A block that imports parts of this package; a module that is not installed is named with the extra.

    Args:
        purpose: What needs the block; the error message begins with it.
        extra: The extra of this distribution that brings all that the block needs; `None`: it needs no extra.

    Raises:
        ImportError: A module is not installed. The message holds the command that installs it.

    Example:

    >>> with naming_extra("Reading a table", "train"):
    ...     import json
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing in ("", __name__.split(".")[0]):  # a part of this package
            raise
        raise _missing(purpose, missing, _install(extra)) from error


def has_torch() -> bool:
    """Whether torch, torchaudio and Transformers are installed; none of them is imported."""
    return all(find_spec(name) is not None for name in TORCH_PACKAGES)


def _install(extra: str | None) -> str:
    """The command that installs this distribution with an extra."""
    return f"pip install {DISTRIBUTION}" if extra is None else f"pip install '{DISTRIBUTION}[{extra}]'"


def _missing(purpose: str, module: str, command: str) -> ImportError:
    return ImportError(f"{purpose} needs `{module}`, which is not installed: run `{command}`.", name=module)
