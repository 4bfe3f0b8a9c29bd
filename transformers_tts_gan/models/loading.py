"""Loading that never leaves random weights behind without an error, and that reads compressed files."""

import dataclasses
from typing import Any

from .compression import load_compressed


HUB_ARGUMENTS = ("cache_dir", "force_download", "local_files_only", "revision", "subfolder", "token")


class StrictLoadingMixin:
    """Mixin in front of `PreTrainedModel`: `from_pretrained` raises where a weight is missing from the file."""

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *args, output_loading_info: bool = False, **kwargs):
        """As of any model of Transformers; weights of a compressed file (`compression.py`) become floats.

        Raises:
            ValueError: Where the file lacks weights of the model, for which Transformers would make random ones and
                warn, or holds some of other shapes without `ignore_mismatched_sizes=True`.
        """
        name, weights = pretrained_model_name_or_path, None
        refuses_shapes = not kwargs.get("ignore_mismatched_sizes")
        kwargs["ignore_mismatched_sizes"] = True  # told apart below, with names
        if name is not None and kwargs.get("state_dict") is None:
            weights = load_compressed(name, **{key: kwargs[key] for key in HUB_ARGUMENTS if key in kwargs})
        if weights is None:
            model, info = super().from_pretrained(name, *args, output_loading_info=True, **kwargs)
        else:
            model, info = super().from_pretrained(
                None, *args, state_dict=weights, output_loading_info=True, **cls._with_config(name, kwargs)
            )
            model.config.name_or_path = model.name_or_path = str(name)
        if refuses_shapes and (others := sorted(info["mismatched_keys"])):
            key, found, needed = others[0]
            raise ValueError(
                f"`{pretrained_model_name_or_path}` holds {len(others)} weights of other shapes than its "
                f"`config.json` asks for, such as `{key}` with {tuple(found)} instead of {tuple(needed)}. Check that "
                "both files belong together."
            )
        if missing := sorted(info["missing_keys"]):
            shown = ", ".join(f"`{name}`" for name in missing[:8]) + (", ..." if len(missing) > 8 else "")
            raise ValueError(
                f"`{pretrained_model_name_or_path}` lacks {len(missing)} weights of `{cls.__name__}`: {shown}. Check "
                "that the file is whole and belongs to its `config.json`; a model with new parts comes from "
                "`TTSGanModel.from_pretrained_parts`."
            )
        return (model, info) if output_loading_info else model

    @classmethod
    def _with_config(cls, name, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments with the configuration of a saved model, in which those stand that are fields of it."""
        if kwargs.get("config") is not None:
            return kwargs
        known = {field.name for field in dataclasses.fields(cls.config_class)} & kwargs.keys() - {"dtype"}
        options = {key: kwargs[key] for key in known | (kwargs.keys() & set(HUB_ARGUMENTS))}
        config = cls.config_class.from_pretrained(name, **options)
        return {"config": config, **{key: value for key, value in kwargs.items() if key not in options}}
