"""Warnings about the ways in which training is known to fail, each with what to try, while there is time.

Each warning is given once, and again only after its cause has gone. Nothing here changes the training.
"""

import logging
import statistics
from collections import deque

import torch
import torch.nn.functional as F
from transformers import TrainerCallback

from ..models.aligner import frame_to_phone


logger = logging.getLogger(__name__)

SATURATED = 0.02  # loss of the discriminators; 2 (hinge) or 0.5 (least squares) while they know nothing
SILENT_DB = -30.0  # level of generated pieces, by that of the recorded ones; a new vocoder begins at about -20
NOT_DIAGONAL = 0.6  # share of the alignment on its best path: 0.45 of new weights (the prior), 0.92 of a trained voice
SPIKE, SPIKE_WINDOW, SPIKE_MEMORY = 3.0, 20, 100  # times the median of the last steps, of which there are so many
LEFT_OUT = 3  # steps in a row that were not finite

ADVICE = {
    "saturated": "the discriminators' loss is {value:.4f}: they tell every piece, and the generator learns "
    "nothing. Lower `discriminator_learning_rate`, raise `feature_matching_loss_weight`, or start them later "
    "(`discriminator_start_ratio`).",
    "silence": "the generated pieces are {value:.0f} dB below the recordings. Lower `learning_rate` or "
    "`adversarial_loss_weight`, and go back to a checkpoint from before.",
    "alignment": "only {value:.0%} of the alignment lies on its best path: it is no staircase. Check that the texts "
    "say what is spoken, raise `alignment_warmup_ratio` or `alignment_loss_weight`, or leave out long recordings.",
    "spike": "the loss is {value:.1f} times its median of late. Once is a bad recording; if it comes back, lower "
    "`learning_rate` or `max_grad_norm`.",
    "not finite": "{value:.0f} steps in a row were not finite and left out. Lower `learning_rate`, train without "
    "`fp16` or `bf16`, or go back to a checkpoint from before.",
}


class MonitorCallback(TrainerCallback):
    """Looks at each step and each log, and warns in the log where one of them shows a known failure."""

    def __init__(self, trainer):
        self.trainer = trainer
        self.warned = set()
        self.recent: dict[tuple[str, ...], deque] = {}
        self.in_a_row = 0

    def check_losses(self, losses: dict[str, torch.Tensor]):
        """One batch's losses by name, all finite. Each phase of training has other ones, so a median of its own."""
        loss = sum(losses.values()).item()
        recent = self.recent.setdefault(tuple(losses), deque(maxlen=SPIKE_MEMORY))
        if len(recent) >= SPIKE_WINDOW:
            ratio = loss / max(statistics.median(recent), 1e-9)
            self.warn_if("spike", ratio > SPIKE, ratio)
        recent.append(loss)

    def on_step_end(self, args, state, control, **kwargs):
        self.in_a_row = self.in_a_row + 1 if self.trainer.gan_step.not_finite else 0
        self.warn_if("not finite", self.in_a_row >= LEFT_OUT, self.in_a_row)

    def on_log(self, args, state, control, logs=None, **kwargs):
        logs = logs or {}
        if (loss := logs.get("discriminator_loss")) is not None:
            self.warn_if("saturated", loss < SATURATED, loss)
        if (level := logs.get("level")) is not None:
            self.warn_if("silence", level < SILENT_DB, level)
        settled = self.trainer.clock.progress_here >= min(
            1.0, max(args.alignment_warmup_ratio, args.binarization_start_ratio) + 0.05
        )
        if settled and (share := logs.get("diagonal")) is not None:
            self.warn_if("alignment", share < NOT_DIAGONAL, share)

    def warn_if(self, name: str, wrong: bool, value: float):
        """Warn of `name` if it is `wrong` now and was not before."""
        if not wrong:
            self.warned.discard(name)
        elif name not in self.warned:
            self.warned.add(name)
            if self.trainer.is_world_process_zero():
                step = self.trainer.state.global_step
                logger.warning("Step %d, %s: %s", step, name, ADVICE[name].format(value=value))


@torch.no_grad()
def monitored_values(outputs) -> dict[str, torch.Tensor]:
    """What the losses do not show, for the log, from a [`TTSGanOutput`] or a [`TTSGanVocoderOutput`].

    `level` is that of the generated pieces in dB, relative to the recorded ones. `diagonal` is the share of the
    alignment on its best path.
    """
    values = {}
    if outputs.waveform is not None:
        fake, real = (wave.float().square().mean() for wave in (outputs.waveform, outputs.target_waveform))
        values["level"] = 10 * torch.log10(fake.clamp(min=1e-10) / real.clamp(min=1e-10))
    if getattr(outputs, "alignment", None) is not None:
        values["diagonal"] = diagonal_share(outputs.alignment, outputs.durations)
    return values


def diagonal_share(scores: torch.Tensor, durations: torch.Tensor) -> torch.Tensor:
    """Share of the probability in `scores` `(B, F, T)` that lies on the best path, or one phone beside it.

    The best path, given by `durations` `(B, T)`, passes through every phone in turn; an alignment that is a cloud, or
    in which one phone has swallowed the others, puts little on it. A staircase is 1.
    """
    index = frame_to_phone(durations, scores.shape[1])[..., None]  # (B, F, 1)
    probabilities = F.pad(scores.float().softmax(-1), (1, 1))
    near = sum(probabilities.gather(-1, index + step)[..., 0] for step in (0, 1, 2))  # (B, F)
    mask = torch.arange(scores.shape[1], device=scores.device) < durations.sum(dim=1, keepdim=True)
    return (near * mask).sum() / mask.sum().clamp(min=1)
