"""Checks that torch and torchaudio fit together, before `transformers` trips over it.

`transformers` imports torchaudio wherever it is installed, and one built for another torch makes it fail with a
message about a shared library. The check runs once, when `transformers` is about to be imported.
"""

from importlib.metadata import PackageNotFoundError, version


PAIR = ("torch", "torchaudio")


def check_torch_pair():
    """Import torchaudio; ImportError with both versions and what mends them if that fails."""
    try:
        import torchaudio  # noqa: F401
    except Exception as error:  # OSError, RuntimeError or ImportError, by what does not fit
        cause = f"{type(error).__name__}: {error}".splitlines()[0]
        found = " and ".join(f"`{name}` {installed(name)}" for name in PAIR)
        raise ImportError(
            f"`torchaudio` does not load ({cause}).\n"
            f"Found {found}; they must be built for each other: both for the same CUDA version, or both for the CPU.\n"
            "Take both from one place: pip install --force-reinstall 'torch==2.11.*' 'torchaudio==2.11.*'"
        ) from error


def installed(name: str) -> str:
    """The version of an installed package, such as `2.11.0+cpu`."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"
