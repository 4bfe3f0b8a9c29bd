"""The family of `transformers.VitsModel`: VITS and MMS, which Transformers runs, but does not train."""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import VitsModel

from ..inference.synthesize import synthesize_row
from ..models.aligner import frame_to_phone
from ..models.configuration_tts_gan import TTSGanDiscriminatorConfig
from ..models.discriminators import TTSGanDiscriminator
from ..models.vits.speech import vits_log_mel
from ..models.vits.training import VitsTraining
from .arguments import TTSGanTrainingArguments
from .families import ModelFamily
from .gan_step import Phase, training_phase
from .pictures import Sample, picture


class VitsFamily(ModelFamily):
    """A `VitsModel` of Transformers. It is trained whole from the first step, by its own discriminators.

    The losses are those of VITS (Kim et al., 2021, arXiv:2106.06103, section 2): the discriminators' are sums over the
    sub-discriminators and feature maps, where those of the other families are means.
    """

    def __init__(self, model: VitsModel):
        self.speaks = True

    def training_module(self, model: VitsModel) -> VitsTraining:
        return VitsTraining(model)

    def new_discriminator(self) -> TTSGanDiscriminator:
        return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("vits"))

    def learning_rate_ratios(self, args: TTSGanTrainingArguments) -> dict[str, float]:
        return {}

    def training_phase(
        self, args: TTSGanTrainingArguments, progress: float, discriminator: TTSGanDiscriminator
    ) -> Phase:
        return training_phase(args, progress, False, discriminator)

    def evaluation_phase(self, args: TTSGanTrainingArguments, discriminator: TTSGanDiscriminator) -> Phase:
        return Phase({"segment_frames": args.segment_frames}, False, False, True)

    def losses(
        self, outputs, args: TTSGanTrainingArguments, phase: Phase, share: dict[str, float]
    ) -> dict[str, torch.Tensor]:
        plain = outputs.losses
        return {
            "waveform_mel": share["items"] * args.waveform_mel_loss_weight * plain["waveform_mel"],
            "kl": share["frames"] * args.kl_loss_weight * plain["kl"],
            "duration": share["phones"] * args.duration_loss_weight * plain["duration"],
        }

    @torch.no_grad()
    def sample(self, model: VitsModel, processor, row: dict, batch: dict[str, torch.Tensor]) -> Sample:
        spoken = synthesize_row(model, processor, row)
        durations = self.training_module(model)(**batch).durations
        owners = frame_to_phone(durations, int(durations.sum()))[0]  # (F,)
        path = F.one_hot(owners, durations.shape[1])
        return Sample(spoken.waveform, picture(vits_log_mel(model, spoken.waveform)), picture(path))

    def discriminator_loss(
        self, args: TTSGanTrainingArguments, real: list[torch.Tensor], fake: list[torch.Tensor]
    ) -> torch.Tensor:
        return len(real) * super().discriminator_loss(args, real, fake)

    def adversarial_loss(self, args: TTSGanTrainingArguments, logits: list[torch.Tensor]) -> torch.Tensor:
        return len(logits) * super().adversarial_loss(args, logits)

    def feature_matching_loss(self, real: list[list[torch.Tensor]], fake: list[list[torch.Tensor]]) -> torch.Tensor:
        return sum(map(len, fake)) * super().feature_matching_loss(real, fake)


def family_of(model: nn.Module) -> ModelFamily:
    """The family that `model` belongs to."""
    return VitsFamily(model) if isinstance(model, VitsModel) else ModelFamily(model)
