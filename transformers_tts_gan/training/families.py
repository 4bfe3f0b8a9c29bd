"""What the trainer must know of the kind of model that it trains: one class for each kind.

The trainer alternates, counts, averages, saves and resumes for all of them. A family says which module is trained,
what is trained when, which losses there are, and by what discriminators it is judged.
"""

from collections.abc import Callable

import torch
from torch import nn

from ..data.collator import SpeechCollator
from ..inference.synthesize import synthesize_row
from ..models.configuration_tts_gan import TTSGanDiscriminatorConfig
from ..models.discriminators import TTSGanDiscriminator
from .arguments import TTSGanTrainingArguments
from .gan_step import Phase, evaluation_phase, training_phase
from .generator_losses import acoustic_losses, waveform_losses
from .losses import GAN_LOSSES, feature_matching_loss
from .pictures import Sample, picture


class ModelFamily:
    """A [`TTSGanModel`] or a vocoder alone; other families replace what is different with them.

    Args:
        model: The generator.

    Attributes:
        speaks: Whether it makes speech from text; a vocoder makes it from mel frames.
    """

    def __init__(self, model: nn.Module):
        self.speaks = hasattr(model, "acoustic")

    def training_module(self, model: nn.Module) -> nn.Module:
        """The module that a batch is given to: its output has `losses`, `waveform` and `target_waveform`."""
        return model

    def collator(self, processor) -> Callable[[list[dict]], dict[str, torch.Tensor]]:
        """Makes a batch of prepared rows."""
        return SpeechCollator(processor)

    def new_discriminator(self) -> TTSGanDiscriminator:
        """New discriminators, where the user gives none."""
        return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("small"))

    def learning_rate_ratios(self, args: TTSGanTrainingArguments) -> dict[str, float]:
        """Multiples of `learning_rate` by the first part of a weight's name; 1 for all others."""
        return {"text_encoder": args.text_encoder_lr_ratio, "vocoder": args.vocoder_lr_ratio}

    def training_phase(
        self, args: TTSGanTrainingArguments, progress: float, discriminator: TTSGanDiscriminator
    ) -> Phase:
        """What is trained at `progress`, from 0 to 1."""
        return training_phase(args, progress, self.speaks, discriminator)

    def evaluation_phase(self, args: TTSGanTrainingArguments, discriminator: TTSGanDiscriminator) -> Phase:
        """What is measured on held-out rows."""
        return evaluation_phase(args, self.speaks, discriminator)

    def pieces(self, outputs) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
        """What the discriminators are to tell apart, by the names of their arguments: ground truth, and generated."""
        pairs = {
            "waveform": (outputs.target_waveform, outputs.waveform),
            "log_mel": (getattr(outputs, "target_mel_piece", None), getattr(outputs, "mel_piece", None)),
        }
        pairs = {name: pair for name, pair in pairs.items() if pair[1] is not None}
        return tuple({name: pair[side].float() for name, pair in pairs.items()} for side in (0, 1))

    def losses(
        self, outputs, args: TTSGanTrainingArguments, phase: Phase, share: dict[str, float]
    ) -> dict[str, torch.Tensor]:
        """Weighted losses that need no discriminator, by name; `share` is explained in `generator_losses.py`."""
        plain = dict(outputs.losses or {})
        losses = acoustic_losses(plain, args, phase.binarization, share)
        return losses if outputs.waveform is None else losses | waveform_losses(plain, args, share)

    def discriminator_loss(
        self, args: TTSGanTrainingArguments, real: list[torch.Tensor], fake: list[torch.Tensor]
    ) -> torch.Tensor:
        """Of the logits of recorded and generated pieces."""
        return GAN_LOSSES[args.gan_loss][0](real, fake)

    def adversarial_loss(self, args: TTSGanTrainingArguments, logits: list[torch.Tensor]) -> torch.Tensor:
        """Of the logits of generated pieces, before its weight."""
        return GAN_LOSSES[args.gan_loss][1](logits)

    def feature_matching_loss(self, real: list[list[torch.Tensor]], fake: list[list[torch.Tensor]]) -> torch.Tensor:
        """Of the feature maps, before its weight."""
        return feature_matching_loss(real, fake)

    @torch.no_grad()
    def sample(self, model: nn.Module, processor, row: dict, batch: dict[str, torch.Tensor]) -> Sample:
        """A held-out row, spoken from its text and aligned to its recording; `batch` holds this row alone."""
        spoken = synthesize_row(model, processor, row)
        aligned = model(**batch, align_only=True)
        return Sample(spoken.waveform, picture(spoken.log_mel), picture(aligned.alignment[0].exp()))
