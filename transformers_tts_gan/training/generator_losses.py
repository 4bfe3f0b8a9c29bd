"""What the generator descends: the losses of its output, each with the weight that the training arguments give it."""

from collections.abc import Sequence
from typing import Protocol

import torch

from ..models.losses import LOSS_WEIGHTS
from .arguments import TTSGanTrainingArguments


PROSODY_LOSSES = ("pitch", "voicing", "energy")


class GeneratorLoss(Protocol):
    """A loss of your own: any callable with a `name` and a `weight`.

    It is called with the output of each batch, a [`TTSGanOutput`] or [`TTSGanVocoderOutput`], and returns a scalar, or
    `None` where the output lacks what it needs: `waveform` and `target_waveform`, both `(B, S)`, are `None` as long as
    the vocoder is not trained. It is logged and evaluated by its name, multiplied by its weight.
    """

    name: str
    weight: float

    def __call__(self, outputs) -> torch.Tensor | None: ...


def check_losses(losses: Sequence[GeneratorLoss]):
    """`ValueError` for extra losses whose names collide, with each other or with those that every training has."""
    taken = {*LOSS_WEIGHTS, "loss", "prosody", "alignment", "adversarial", "feature_matching", "kl"}
    for loss in losses:
        if loss.name in taken:
            raise ValueError(f"`losses` has one named `{loss.name}`, but there is such a loss already: rename it.")
        taken.add(loss.name)


def extra_losses(losses: Sequence[GeneratorLoss], outputs, share: dict[str, float]) -> dict[str, torch.Tensor]:
    """Weighted losses of the user, but for those that have nothing to say of this output."""
    found = ((loss, loss(outputs)) for loss in losses)
    return {loss.name: share["items"] * loss.weight * value for loss, value in found if value is not None}


def acoustic_losses(
    plain: dict[str, torch.Tensor], args: TTSGanTrainingArguments, binarization: bool, share: dict[str, float]
) -> dict[str, torch.Tensor]:
    """Weighted losses of frames, phones and alignment, from those of the model's output.

    Args:
        plain: Means by name; what a phase does not train is absent.
        args: The weights.
        binarization: Whether the soft alignment must agree with the hard one already.
        share: By what a mean over `items`, `frames` or `phones` is multiplied.
    """
    losses = {}
    if "mel" in plain:
        losses["mel"] = share["frames"] * args.mel_loss_weight * plain["mel"]
        losses["duration"] = share["phones"] * args.duration_loss_weight * plain["duration"]
        prosody = sum(plain[name] for name in PROSODY_LOSSES)
        losses["prosody"] = share["phones"] * args.prosody_loss_weight * prosody
    if "f0" in plain:
        losses["f0"] = share["items"] * args.f0_loss_weight * plain["f0"]
    if "forward_sum" in plain:
        losses["alignment"] = share["items"] * args.alignment_loss_weight * plain["forward_sum"]
        if binarization:
            agreement = share["frames"] * 0.1 * args.alignment_loss_weight * plain["binarization"]
            losses["alignment"] = losses["alignment"] + agreement
    return losses


def waveform_losses(
    plain: dict[str, torch.Tensor], args: TTSGanTrainingArguments, share: dict[str, float]
) -> dict[str, torch.Tensor]:
    """Weighted spectral losses of a generated piece, and a foreign vocoder's own losses, which count once."""
    losses = {
        "waveform_mel": share["items"] * args.waveform_mel_loss_weight * plain["waveform_mel"],
        "waveform_stft": share["items"] * args.waveform_stft_loss_weight * plain["waveform_stft"],
    }
    if args.phase_loss_weight and "phase" in plain:
        losses["phase"] = share["items"] * args.phase_loss_weight * plain["phase"]
    return losses | {name: share["items"] * loss for name, loss in plain.items() if name not in LOSS_WEIGHTS}
