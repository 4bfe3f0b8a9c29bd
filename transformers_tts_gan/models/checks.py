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
