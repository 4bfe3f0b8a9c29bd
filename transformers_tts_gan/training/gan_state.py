"""What a checkpoint holds besides the Trainer's own files: discriminators, averaged weights, schedules, the clock.

A folder `checkpoint-N` holds, besides the files of the Trainer:

- `model.safetensors`: the model as it is evaluated and published, with averaged weights. `from_pretrained`, the Hub
  and `load_best_model_at_end` take this one.
- `training_weights.safetensors`: the weights that training goes on with; absent where they are the same
  (`ema_decay` 0) and with `save_only_model`.
- `discriminator`: the discriminators. `gan_state.pt`: their optimizer and schedule, the count of averages, minutes.
- `losses.pt`, one for each process: the sums of the losses since the last log.

`save_model` writes the averaged weights, too. After training the model in memory has the weights that training ended
with, or with `load_best_model_at_end` those of the best `model.safetensors`.
"""

import copy
import logging
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers.trainer_utils import SaveStrategy

from ..models.discriminators import DISCRIMINATOR_FOLDER, HIDDEN_FOLDER, TTSGanDiscriminator
from .ema import WeightAverage


logger = logging.getLogger(__name__)

GAN_STATE = "gan_state.pt"
TRAINING_WEIGHTS = "training_weights.safetensors"


class GANStateMixin:
    """The part of [`TTSGanTrainer`] that writes and reads this state. It changes nothing else.

    The trainer has the `discriminator` with its `discriminator_optimizer` and `discriminator_lr_scheduler`, the
    `average` of the weights, a `clock` and `loss_means`.
    """

    _resumed_from: Path | None = None  # until the first epoch begins
    _resumed_average: dict[str, torch.Tensor] | None = None

    # ---- Saving ----

    @property
    def _losses_file(self) -> str:
        return "losses.pt" if self.args.world_size == 1 else f"losses_{self.args.process_index}.pt"

    def _save_rng_state(self, output_dir: str):
        super()._save_rng_state(output_dir)
        tracked = self.loss_means.state_dict()
        sums = {"loss": self._tr_loss, "logged": self._globalstep_last_logged, "tracked": tracked}
        torch.save(sums, Path(output_dir, self._losses_file))

    def _save_optimizer_and_scheduler(self, output_dir: str):
        super()._save_optimizer_and_scheduler(output_dir)
        if self.args.should_save:
            state = {
                "optimizer": self.discriminator_optimizer.state_dict(),
                "scheduler": self.discriminator_lr_scheduler.state_dict(),
                "averages": 0 if self.average is None else self.average.updates,
                "seconds": self.clock.seconds,
            }
            torch.save(state, Path(output_dir, GAN_STATE))

    def _save(self, output_dir: str | None = None, state_dict: dict | None = None):
        if not self.args.should_save:
            return
        folder = Path(output_dir or self.args.output_dir)
        with self.with_average():
            super()._save(str(folder), state_dict)
        hide = not self.args.push_discriminator and folder == Path(self.args.output_dir)
        self.discriminator.save_pretrained(folder / (HIDDEN_FOLDER if hide else DISCRIMINATOR_FOLDER))
        if self._saving and self.average is not None and not self.args.save_only_model:
            weights = {name: weight.contiguous() for name, weight in self.average.copy_of_weights().items()}
            save_file(weights, folder / TRAINING_WEIGHTS, metadata={"format": "pt"})

    # ---- Loading ----

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model=None):
        super()._load_from_checkpoint(resume_from_checkpoint, model)
        self._load_discriminator(resume_from_checkpoint)
        if (path := Path(resume_from_checkpoint, TRAINING_WEIGHTS)).exists():
            saved, weights = load_file(path), dict(self.model.named_parameters())
            self._resumed_average = {name: weights[name].detach().clone() for name in saved}
            with torch.no_grad():
                for name, weight in saved.items():
                    weights[name].copy_(weight)

    def _load_best_model(self):
        super()._load_best_model()
        self._load_discriminator(self.state.best_model_checkpoint)
        self.average = None  # the model in memory is the published one now

    def _load_discriminator(self, folder: str):
        if Path(folder, DISCRIMINATOR_FOLDER).exists():
            extra = copy.deepcopy(dict(self.discriminator.extra_discriminators))
            path = Path(folder, DISCRIMINATOR_FOLDER)
            saved = TTSGanDiscriminator.from_pretrained(path, extra_discriminators=extra)
            self.discriminator.load_state_dict(saved.state_dict())

    def _prepare_for_training(self, max_steps, train_dataloader, resume_from_checkpoint):
        state = None
        if resume_from_checkpoint is not None:
            self._resumed_from = Path(resume_from_checkpoint)
            if (path := self._resumed_from / GAN_STATE).exists():
                state = torch.load(path, map_location="cpu", weights_only=True)
                self.clock.seconds_before = state["seconds"]
            else:
                logger.warning("`%s` holds no `%s`: only weights are resumed.", resume_from_checkpoint, GAN_STATE)
        self.clock.synchronize()
        prepared = super()._prepare_for_training(max_steps, train_dataloader, resume_from_checkpoint)
        self._prepare_discriminator(max_steps)
        if self.args.ema_decay > 0:
            self.average = WeightAverage(self.model, self.args.ema_decay, self._resumed_average)
        if state is not None:
            self.discriminator_optimizer.load_state_dict(state["optimizer"])
            self.discriminator_lr_scheduler.load_state_dict(state["scheduler"])
            if self.average is not None and self._resumed_average is not None:
                self.average.updates = state["averages"]
        return prepared

    def _run_epoch(self, *args, **kwargs):
        """As the Trainer's, but a training that had done all its steps when it was killed does no other one."""
        resumed, finished = self._resumed_from, self.clock.progress >= 1
        if resumed is not None:  # the Trainer has set its own sums to 0 by now
            self._load_losses(resumed / self._losses_file)
            self._resumed_from = None
        if resumed is None or not finished:
            return super()._run_epoch(*args, **kwargs)
        logger.warning("`%s` has all steps of the training: nothing is left to train.", resumed)
        self._load_rng_state(str(resumed))
        self.control.should_training_stop = True
        if self.args.save_strategy == SaveStrategy.STEPS:  # others save after this
            self._end_epoch(*args, **kwargs)

    def _end_epoch(self, model, epoch, *, trial, ignore_keys_for_eval, start_time, **kwargs):
        """What comes after the last step of an epoch: an evaluation or a log, which lacks the last gradient norm."""
        self.control.should_log = self.control.should_evaluate = self.control.should_save = False
        self.control = self.callback_handler.on_epoch_end(self.args, self.state, self.control)
        self._maybe_log_save_evaluate(
            self._tr_loss, None, model, trial, epoch, ignore_keys_for_eval, start_time, learning_rate=None
        )

    def _finalize_training(self, *args, **kwargs):
        if self._resumed_from is not None:  # all epochs were done
            logger.warning("`%s` has all steps of the training: nothing is left to train.", self._resumed_from)
            self._load_losses(self._resumed_from / self._losses_file)
            self._load_rng_state(str(self._resumed_from))
            self._resumed_from = None
        return super()._finalize_training(*args, **kwargs)

    def _load_losses(self, path: Path):
        if path.exists():
            sums = torch.load(path, map_location="cpu", weights_only=True)
            self.loss_means.load_state_dict(sums["tracked"], self.args.device)
            self._globalstep_last_logged = sums["logged"]
            self._tr_loss += sums["loss"].to(self.args.device)
            self._total_loss_scalar -= sums["loss"].item()  # the mean at the end is of this session alone
