"""Loading that never leaves random weights behind without an error."""


class StrictLoadingMixin:
    """Mixin in front of `PreTrainedModel`: `from_pretrained` raises where a weight is missing from the file."""

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *args, output_loading_info: bool = False, **kwargs):
        """As of any model of Transformers.

        Raises:
            ValueError: Where the file lacks weights of the model; Transformers would make random ones and warn.
        """
        model, info = super().from_pretrained(pretrained_model_name_or_path, *args, output_loading_info=True, **kwargs)
        if missing := sorted(info["missing_keys"]):
            shown = ", ".join(f"`{name}`" for name in missing[:8]) + (", ..." if len(missing) > 8 else "")
            raise ValueError(
                f"`{pretrained_model_name_or_path}` lacks {len(missing)} weights of `{cls.__name__}`: {shown}. Check "
                "that the file is whole and belongs to its `config.json`; a model with new parts comes from "
                "`TTSGanModel.from_pretrained_parts`."
            )
        return (model, info) if output_loading_info else model
