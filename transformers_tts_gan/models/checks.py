"""What a model refuses: text that is too long, and numbers that are none."""

import torch


def refuse_long(mask: torch.Tensor, max_phones: int):
    """Texts beyond the limit are the caller's to split."""
    if mask.shape[1] > max_phones:
        raise ValueError(
            f"The text has {mask.shape[1]} phones, but this voice takes at most {max_phones} at once: split it into "
            "sentences, as `TTSGanPipeline` does."
        )


def refuse_not_finite(values: torch.Tensor, what: str):
    """A model whose training diverged would speak NaN, which players turn into silence or a crash."""
    if not values.isfinite().all():
        raise ValueError(
            f"The {what} that the model predicts are not finite: its weights, or the tensors given, hold NaN or "
            "infinity. Load an earlier checkpoint; in half precision try `dtype=torch.float32`."
        )


def refuse_attentions(asked: bool | None) -> None:
    """Attention weights are asked for, which are never formed."""
    if asked:
        raise ValueError(
            "`output_attentions` is true, but the attention here is `scaled_dot_product_attention`, which never "
            "forms the weights: leave it out. `alignment`, with `labels`, tells which phones the frames belong to."
        )
