"""What a person sees of a training run: a bar by the clock, a table of losses, sounds and pictures in TensorBoard."""

import logging
import sys

import numpy as np
import torch
from tqdm.auto import tqdm
from transformers import TrainerCallback
from transformers.integrations import TensorBoardCallback


logger = logging.getLogger(__name__)

COLUMNS = ("minutes", "loss", "mel", "duration", "prosody", "alignment", "wave_mel", "f0", "adversarial",
           "feature_matching", "discriminator_loss", "grad_norm", "learning_rate")  # fmt: skip


class BudgetCallback(TrainerCallback):
    """Ends training when the minutes are over, after a last checkpoint."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_step_end(self, args, state, control, **kwargs):
        if args.max_train_minutes is not None and self.trainer.progress >= 1:
            control.should_training_stop = True
            control.should_save = args.save_strategy != "no"
            control.should_evaluate = args.eval_strategy != "no"
        return control


class TrainingTable(TrainerCallback):
    """A progress bar over the whole training and, at each log, one row of losses above it."""

    def __init__(self, trainer):
        self.trainer, self.bar, self.header = trainer, None, None

    def on_train_begin(self, args, state, control, **kwargs):
        if not state.is_world_process_zero or args.disable_tqdm:
            return
        self.bar = tqdm(
            total=100,
            desc="Training",
            bar_format="{desc} {percentage:3.0f}%|{bar}| {postfix}",
            mininterval=0.5 if sys.stderr.isatty() else 30,
        )
        self.header = None

    def on_step_end(self, args, state, control, **kwargs):
        if self.bar is not None:
            progress = self.trainer.progress_here  # only the first process has a bar
            self.bar.n = round(100 * progress, 1)
            minutes = self.trainer.seconds / 60
            left = minutes / max(progress, 1e-3) - minutes
            self.bar.set_postfix_str(
                f"step {state.global_step}, {minutes:.1f} min, {left:.1f} min left", refresh=False
            )
            self.bar.update(0)

    def on_log(self, args, state, control, logs=None, **kwargs):
        if self.bar is None or not logs or "loss" not in logs:
            return
        names = tuple(name for name in COLUMNS if name in logs)
        if names != self.header:
            self.header = names
            tqdm.write("  step" + "".join(f"{name[:13]:>14}" for name in names))
        tqdm.write(f"{state.global_step:6d}" + "".join(f"{float(logs[name]):14.4g}" for name in names))

    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        if self.bar is not None and metrics:
            tqdm.write(f"{state.global_step:6d}  held out: loss {metrics.get('eval_loss', float('nan')):.4f}")

    def on_train_end(self, args, state, control, **kwargs):
        if self.bar is not None:
            self.bar.close()


class SampleCallback(TrainerCallback):
    """At each evaluation, held-out sentences in TensorBoard: the speech, its mel and the learned alignment."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_evaluate(self, args, state, control, **kwargs):
        writers = [c.tb_writer for c in self.trainer.callback_handler.callbacks if isinstance(c, TensorBoardCallback)]
        dataset = self.trainer.eval_dataset
        if (
            not writers
            or writers[0] is None
            or dataset is None
            or not self.trainer.is_voice
            or not state.is_world_process_zero
        ):
            return
        for number in range(min(args.log_samples, len(dataset))):
            self.write(writers[0], number, dataset[number], state.global_step)

    @torch.no_grad()
    def write(self, writer, number: int, row: dict, step: int):
        """One held-out row: spoken from its text, and aligned to its recording."""
        model = self.trainer.model
        was_training, rate = model.training, model.config.sampling_rate
        model.eval()
        batch = self.trainer._prepare_inputs(self.trainer.data_collator([row]))
        spoken = model(
            **{name: value for name, value in batch.items() if name not in ("labels", "label_lengths", "f0")}
        )
        aligned = model(**batch)
        model.train(was_training)
        writer.add_audio(f"voice/{number}", spoken.waveform[0].float().cpu(), step, sample_rate=rate)
        writer.add_audio(f"recording/{number}", batch["labels"][0].float().cpu(), step, sample_rate=rate)
        writer.add_image(f"mel/{number}", picture(spoken.log_mel[0]), step)
        writer.add_image(f"alignment/{number}", picture(aligned.alignment[0].exp()), step)


def picture(values: torch.Tensor) -> np.ndarray:
    """`(F, M)` values as an image `(1, M, F)` from 0 to 1, time to the right and the first band at the bottom."""
    values = values.float().cpu().numpy().T[::-1]
    return ((values - values.min()) / (np.ptp(values) + 1e-9))[None]
