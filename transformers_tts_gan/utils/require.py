"""Imports of optional packages, with an error that says how to install what is missing."""

import importlib
from types import ModuleType
from typing import Any


DISTRIBUTION = "transformers-tts-gan"


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
    command = install or f"pip install '{DISTRIBUTION}[{extra}]'"
    try:
        found: ModuleType = importlib.import_module(module)
    except ImportError as error:
        missing = error.name or module
        raise ImportError(
            f"{purpose} needs `{missing}`, which is not installed: run `{command}`.", name=missing
        ) from error
    return found
