"""One step of the training: which batches it takes, what is trained in it, and whether the generator moves at its end.

A step is the window of batches between two updates of the weights. Its phase is set by the progress of the training
when the window is fetched: which parts of the model run, and which side is updated. What goes wrong within the step
is recorded here, so that the optimizers, the average of the weights and the warnings all follow the same object.
"""

from dataclasses import dataclass, replace

from ..models.discriminators import TTSGanDiscriminator
from .arguments import TTSGanTrainingArguments


@dataclass(frozen=True)
class Phase:
    """What is trained at one moment of the training.

    Args:
        model_inputs: Arguments of the model's `forward` that change in the course of the training.
        binarization: The soft alignment must agree with the hard one.
        discriminator_updates: The discriminators are trained.
        generator_updates: The generator is trained.
    """

    model_inputs: dict[str, object]
    binarization: bool
    discriminator_updates: bool
    generator_updates: bool

    @property
    def adversarial(self) -> bool:
        """Whether the generator has adversarial losses."""
        return self.discriminator_updates and self.generator_updates


def training_phase(
    args: TTSGanTrainingArguments, progress: float, has_acoustic_model: bool, discriminator: TTSGanDiscriminator
) -> Phase:
    """The phase at `progress`, from 0 to 1. The discriminators never join while only the alignment is learned."""
    start = max(args.discriminator_start_ratio, args.alignment_warmup_ratio if has_acoustic_model else 0.0)
    active = start <= progress and args.discriminator_start_ratio < 1
    needs_waveform = args.discriminator_start_ratio if discriminator.waveform_discriminators else 1.0
    with_vocoder = progress >= min(args.vocoder_start_ratio, needs_waveform)
    model_inputs = {"segment_frames": args.segment_frames}
    if has_acoustic_model:
        model_inputs = {
            "segment_frames": args.segment_frames if with_vocoder else None,
            "mel_piece_frames": max(discriminator.config.mel_windows, default=None) if active else None,
            "ground_truth_mel_ratio": args.ground_truth_mel_ratio,
            "train_text_encoder": progress >= args.text_encoder_freeze_ratio,
            "align_only": progress < args.alignment_warmup_ratio,
        }
    return Phase(
        model_inputs,
        binarization=progress >= args.binarization_start_ratio,
        discriminator_updates=active,
        generator_updates=not (active and progress < start + args.discriminator_warmup_ratio),
    )


def evaluation_phase(
    args: TTSGanTrainingArguments, has_acoustic_model: bool, discriminator: TTSGanDiscriminator
) -> Phase:
    """All losses that need no discriminator, with predicted mels alone."""
    phase = training_phase(args, 1.0, has_acoustic_model, discriminator)
    predicted = {"ground_truth_mel_ratio": 0.0, "mel_piece_frames": None}
    model_inputs = phase.model_inputs | (predicted if has_acoustic_model else {})
    return replace(phase, model_inputs=model_inputs, discriminator_updates=False)


class GANStep:
    """The step at hand.

    Args:
        batches: The window: all batches of this step on this process. The discriminators see all of them before the
            generator is updated.
        shares: By what the losses of each batch are multiplied; see `training/distributed.py`.
        phase: What is trained in it.

    Attributes:
        generator_updates: Whether the generator, its optimizer, schedule and average move at the end of the step.
        skipped: The batches that are left train nothing.
        not_finite: Something in the step was not finite and was left out.
    """

    def __init__(self, batches: list[dict], shares: list[dict[str, float]], phase: Phase):
        self.batches, self.shares, self.phase = batches, shares, phase
        self.generator_updates, self.skipped, self.not_finite = phase.generator_updates, False, False
        self._next = 0

    def __len__(self) -> int:
        return len(self.batches)

    def next_position(self) -> int:
        """The place of the batch that comes now, from 0."""
        self._next += 1
        return self._next - 1

    def skip(self):
        """Leave out what is left of the step, because something in it is not finite."""
        self.skipped, self.batches = True, []
        self.drop_generator_update()

    def drop_generator_update(self, overflow: bool = False):
        """Leave the generator as it is; an `overflow` of scaled losses is expected now and then, and no fault."""
        self.generator_updates = False
        self.not_finite = self.not_finite or not overflow
