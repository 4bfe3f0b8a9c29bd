"""Weights of a saved model in a quarter of their bytes: matrices as 8 bit integers, all else in half precision.

The file is a `model.safetensors` like any other, whose metadata has `"compression": "int8"`. A matrix `NAME` holds
integers from -127 to 127 and is multiplied by `NAME.scale`, one float16 for each row of its first dimension. Loading
makes float32 of all, so that a model speaks, trains and is exported as from any other file.
"""

import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from transformers.utils import SAFE_WEIGHTS_NAME, cached_file


KEY, INT8 = "compression", "int8"  # of the metadata of a file
SCALE = ".scale"
LARGEST = 127
LEAST_ROW = 16  # values: in shorter rows, such as those of a depthwise convolution, scales would weigh too much


def compress(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights by name, floats, as they are stored; what is no float stays.

    Raises:
        ValueError: For weights that are not finite, and for a name that ends as those of the scales do.
    """
    stored = {}
    for name, weight in weights.items():
        if not weight.is_floating_point():
            stored[name] = weight
            continue
        if not weight.isfinite().all():
            raise ValueError(f"`{name}` has values that are not finite: train again from a checkpoint before that.")
        rows = weight.float().flatten(1) if weight.dim() > 1 else None  # (rows, values)
        if rows is None or rows.shape[1] < LEAST_ROW:
            stored[name] = weight.half()
            continue
        # The scale is rounded up to a float16, so that no value passes 127; one that is a float16 stays, so that what
        # was loaded from a compressed file is stored as it was.
        exact = (rows.abs().amax(dim=1) / LARGEST).clamp(min=torch.finfo(torch.float16).tiny)
        scale = exact.half()
        above = torch.nextafter(scale, torch.tensor(torch.inf, dtype=torch.float16))
        scale = torch.where(scale.float() < exact, above, scale)
        stored[name] = (rows / scale.float()[:, None]).round().to(torch.int8).view(weight.shape)
        stored[f"{name}{SCALE}"] = scale
    return stored


def expand(stored: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights of `compress` as float32.

    Raises:
        ValueError: For a matrix whose scales are missing or do not fit.
    """
    scales = {name.removesuffix(SCALE): value for name, value in stored.items() if name.endswith(SCALE)}
    weights = {}
    for name, value in stored.items():
        if name.endswith(SCALE) and name.removesuffix(SCALE) in stored:
            continue
        if value.dtype == torch.int8:
            scale = scales.get(name)
            if scale is None or value.dim() < 2 or scale.shape != value.shape[:1]:
                rows, found = value.shape[0] if value.dim() else 0, 0 if scale is None else scale.numel()
                raise ValueError(
                    f"`{name}` is stored as {rows} rows of 8 bit integers, but the file has {found} scales of "
                    "them: it is damaged, store it again by `shrink_model`."
                )
            value = value.float() * scale.float().view(-1, *[1] * (value.dim() - 1))
        weights[name] = value.float() if value.is_floating_point() else value
    return weights


def compress_file(path: str | os.PathLike) -> None:
    """Store the weights of a safetensors file anew, compressed."""
    save_file(compress(load_file(path)), path, metadata={"format": "pt", KEY: INT8})


def load_compressed(name_or_path: str | os.PathLike, **options) -> dict[str, torch.Tensor] | None:
    """The weights of a saved model whose file is compressed, by name; `None` for any other.

    Args:
        name_or_path: A folder or Hub id.
        options: `revision`, `subfolder`, `token` and their like, as of `from_pretrained`.

    Raises:
        ValueError: For a file that is damaged, whether compressed or not, or was compressed by a later version of
            this package.
    """
    if Path(name_or_path).is_file():
        return None
    path = cached_file(name_or_path, SAFE_WEIGHTS_NAME, _raise_exceptions_for_missing_entries=False, **options)
    if path is None:
        return None
    try:
        with safe_open(path, "pt") as file:
            kind, names = (file.metadata() or {}).get(KEY), set(file.keys())
    except SafetensorError as error:
        raise ValueError(
            f"The file `{path}` is damaged or no safetensors file ({error}): fetch it again, in a clone of a "
            "repository with Git LFS by `git lfs pull`."
        ) from error
    if kind is None:
        if scaled := sorted(names & {name.removesuffix(SCALE) for name in names if name.endswith(SCALE)}):
            raise ValueError(
                f"The file `{path}` holds scales of `{scaled[0]}`, but its metadata has no `{KEY}`: it was written "
                "anew by a tool that drops metadata. Fetch it again."
            )
        return None
    if kind != INT8:
        raise ValueError(
            f"The weights of `{name_or_path}` have the compression `{kind}`, but this version of the package reads "
            f"`{INT8}`: update it."
        )
    return expand(load_file(path))
