"""What happens after each step, and what a person sees: a bar, a table of losses, speech and pictures in the log."""

import logging
import sys

import numpy as np
import torch
from tqdm.auto import tqdm
from transformers import TrainerCallback
from transformers.integrations import TensorBoardCallback, TrackioCallback


logger = logging.getLogger(__name__)

COLUMNS = ("minutes", "loss", "mel", "kl", "duration", "prosody", "alignment", "waveform_mel", "waveform_stft", "f0",
           "adversarial", "feature_matching", "discriminator_loss", "grad_norm", "learning_rate")  # fmt: skip
SPEEDS = ("_runtime", "_per_second", "_preparation_time")  # what the Trainer adds to an evaluation


class StepCallback(TrainerCallback):
    """Averages the weights and reads the clock after each step, before anyone looks at it."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_optimizer_step(self, args, state, control, **kwargs):
        if self.trainer.average is not None and self.trainer.gan_step.generator_updates:
            self.trainer.average.update()
        self.trainer.clock.synchronize()


class BudgetCallback(TrainerCallback):
    """Ends training when the minutes are over, after a last checkpoint."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_step_end(self, args, state, control, **kwargs):
        if args.max_train_minutes is not None and self.trainer.clock.progress >= 1:
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
            progress = self.trainer.clock.progress_here  # only the first process has a bar
            self.bar.n = round(100 * progress, 1)
            minutes = self.trainer.clock.seconds / 60
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
            names = [name for name in metrics if name.startswith("eval_") and not name.endswith(SPEEDS)]
            found = ", ".join(f"{name.removeprefix('eval_')} {metrics[name]:.4f}" for name in names)
            tqdm.write(f"{state.global_step:6d}  held out: {found}")

    def on_train_end(self, args, state, control, **kwargs):
        if self.bar is not None:
            self.bar.close()


class SampleCallback(TrainerCallback):
    """At each evaluation, held-out sentences in TensorBoard or Trackio: the speech, its mel, the learned alignment."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_evaluate(self, args, state, control, **kwargs):
        write = [WRITERS[type(c)](c) for c in self.trainer.callback_handler.callbacks if type(c) in WRITERS]
        dataset, speaks = self.trainer.eval_dataset, self.trainer.family.speaks
        if not write or dataset is None or not speaks or not state.is_world_process_zero:
            return
        for number in range(min(args.log_samples, len(dataset))):
            sounds, pictures = self.synthesize(dataset[number], number)
            for one in write:
                one(sounds, pictures, self.trainer.model.config.sampling_rate, state.global_step)

    @torch.no_grad()
    def synthesize(self, row: dict, number: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """One held-out row, spoken from its text and aligned to its recording: sounds and pictures by name."""
        model = self.trainer.model
        was_training = model.training
        model.eval()
        batch = self.trainer._prepare_inputs(self.trainer.data_collator([row]))
        sample = self.trainer.family.sample(model, self.trainer.processing_class, row, batch)
        model.train(was_training)
        ground_truth = batch["labels"][0].float().cpu().numpy()
        sounds = {f"tts/{number}": sample.waveform, f"ground_truth/{number}": ground_truth}
        pictures = {f"mel/{number}": sample.mel, f"alignment/{number}": sample.alignment}
        return sounds, pictures


def to_tensorboard(callback: TensorBoardCallback):
    """Writes samples of one row to TensorBoard, as `(sounds, pictures, sampling_rate, step)`."""

    def write(sounds: dict, pictures: dict, rate: int, step: int):
        if callback.tb_writer is None:
            return
        for name, wave in sounds.items():
            callback.tb_writer.add_audio(name, wave, step, sample_rate=rate)
        for name, image in pictures.items():
            callback.tb_writer.add_image(name, image, step)

    return write


def to_trackio(callback: TrackioCallback):
    """The same for Trackio, which makes every sound as loud as can be; the step is given as in its logs."""

    def write(sounds: dict, pictures: dict, rate: int, step: int):
        import trackio

        media = {name: trackio.Audio(wave, caption=f"step {step}", sample_rate=rate) for name, wave in sounds.items()}
        for name, image in pictures.items():
            pixels = np.repeat((image[0] * 255).astype(np.uint8)[..., None], 3, axis=-1)
            media[name] = trackio.Image(pixels, caption=f"step {step}")
        trackio.log({**media, "train/global_step": step})

    return write


WRITERS = {TensorBoardCallback: to_tensorboard, TrackioCallback: to_trackio}
