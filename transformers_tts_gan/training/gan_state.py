"""What a training carries along besides the Trainer's own: discriminators, averaged weights, schedules, the clock.

A checkpoint `checkpoint-N` holds, besides the files of the Trainer:

- `model.safetensors`: the voice as it is evaluated and published, with averaged weights. `from_pretrained`, the Hub
  and `load_best_model_at_end` take this one.
- `training_weights.safetensors`: the weights that training goes on with; absent where they are the same
  (`ema_decay` 0) and with `save_only_model`.
- `discriminator`: the discriminators. `gan_state.pt`: their optimizer and schedule, the count of averages, minutes.
- `losses.pt`, one for each process: the sums of the losses since the last log.

`save_model` writes the averaged weights, too. After training the voice in memory has the weights that training ended
with, or with `load_best_model_at_end` those of the best `model.safetensors`.
"""

import contextlib
import copy
import logging
import time
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from transformers import TrainerCallback

from ..models.discriminators import DISCRIMINATOR_FOLDER, HIDDEN_FOLDER, TTSGanDiscriminator
from .checkpoints import AtomicCheckpointsMixin
from .distributed import gather, lost_process, mean_over_processes
from .ema import WeightAverage
from .schedules import DiscriminatorSchedule, clock_warmup, generator_schedule
from .seeding import isolated_rng, random_state, set_random_state


logger = logging.getLogger(__name__)

GAN_STATE = "gan_state.pt"
TRAINING_WEIGHTS = "training_weights.safetensors"


class AfterStep(TrainerCallback):
    """Averages the weights and reads the clock, before anyone looks at the step."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_optimizer_step(self, args, state, control, **kwargs):
        if self.trainer.average is not None and self.trainer.generator_updates:
            self.trainer.average.update()
        self.trainer.read_clock()


class GANStateMixin(AtomicCheckpointsMixin):
    """The part of [`TTSGanTrainer`] that is saved and resumed; its steps are in `training/trainer.py`."""

    def _start_state(self, discriminator: TTSGanDiscriminator):
        self.discriminator = self.discriminator_wrapped = discriminator
        self.discriminator_optimizer = self.discriminator_lr_scheduler = None
        self.average: WeightAverage | None = None
        self.generator_updates = True  # whether the step at hand is to change the voice
        self.seconds_before, self.started, self._progress = 0.0, None, 0.0
        self._tracked, self._resumed_from, self._resumed_average = {}, None, None
        self._beginning = self._new_discriminators = None

    def train(self, resume_from_checkpoint=None, trial=None, **kwargs):
        """As `Trainer.train`. A process that is left alone by the others ends with a message."""
        self.seconds_before, self.started = 0.0, time.monotonic()
        self._tracked, self._resumed_from, self._resumed_average, self._beginning = {}, None, None, None
        try:
            return super().train(resume_from_checkpoint, trial, **kwargs)
        except RuntimeError as error:
            if not lost_process(error):
                raise
            raise RuntimeError(
                f"Process {self.args.process_index} got no answer from another one at step {self.state.global_step}: "
                "it has died or hangs (`ddp_timeout` is how long it was waited for). Look for the first error in its "
                "output, then start all of them again with `resume_from_checkpoint`."
            ) from error
        finally:
            self.seconds_before, self.started = self.seconds, None
            self._beginning = None

    def _inner_training_loop(self, batch_size: int, **kwargs):
        """Each attempt of `auto_find_batch_size` begins with what the first one began with."""
        if self.args.auto_find_batch_size:
            if self._beginning is None:
                self._beginning = copy.deepcopy((self.model.state_dict(), self.discriminator.state_dict()))
                self._beginning = (*self._beginning, random_state())
            else:
                voice, discriminators, randomness = self._beginning
                self.model.load_state_dict(voice)
                self.discriminator.load_state_dict(discriminators)
                set_random_state(randomness)
                for module in (self.model, self.discriminator):
                    module.zero_grad()
                self.optimizer = self.lr_scheduler = None
                self._tracked = {}
                logger.warning("The memory was too small: starting again with %d rows a batch.", batch_size)
        return super()._inner_training_loop(batch_size, **kwargs)

    def call_model_init(self, trial=None):
        """A new voice and new discriminators for each trial of `hyperparameter_search`, always the same ones."""
        if self._new_discriminators is None:
            self._new_discriminators = copy.deepcopy(self.discriminator.state_dict())
        self.discriminator.load_state_dict(self._new_discriminators)
        return super().call_model_init(trial)

    # ---- Time ----

    @property
    def seconds(self) -> float:
        """Training time so far, over all sessions."""
        return self.seconds_before + (0.0 if self.started is None else time.monotonic() - self.started)

    @property
    def progress_here(self) -> float:
        """`progress` at this very moment, by this process's own clock."""
        share = self.state.global_step / max(1, self.state.max_steps)
        if self.args.max_train_minutes is not None:
            share = max(share, self.seconds / (60 * self.args.max_train_minutes))
        return min(1.0, share)

    @property
    def progress(self) -> float:
        """Share of the training that is done, from 0 to 1: of the minutes where they are given, else of the steps.

        The clock is that of the first process, read before and after each step, so that all processes agree.
        """
        return self.progress_here if self.args.max_train_minutes is None else self._progress

    def read_clock(self):
        """Bring `progress` up to date; all processes must call it together."""
        if self.args.max_train_minutes is not None:
            self._progress = gather([self.progress_here], self.args.device)[0][0]

    # ---- Optimizers ----

    def create_optimizer(self, model=None) -> torch.optim.Optimizer:
        """AdamW in groups: the text encoder and the vocoder have learning rates of their own."""
        if self.optimizer is None:
            model = self.model if model is None else model
            decaying = set(self.get_decay_parameter_names(model))
            ratios = {"text_encoder": self.args.text_encoder_lr_ratio, "vocoder": self.args.vocoder_lr_ratio}
            groups = {}
            for name, parameter in model.named_parameters():
                if parameter.requires_grad:
                    ratio = ratios.get(name.split(".")[0], 1.0)
                    groups.setdefault((ratio, name in decaying), []).append(parameter)
            optimizer_class, options = self.get_optimizer_cls_and_kwargs(self.args, model)
            self.optimizer = optimizer_class(
                [
                    {
                        "params": parameters,
                        "lr": self.args.learning_rate * ratio,
                        "weight_decay": self.args.weight_decay if decays else 0.0,
                    }
                    for (ratio, decays), parameters in sorted(groups.items(), key=lambda group: group[0], reverse=True)
                ],
                **options,
            )
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer=None):
        if self.lr_scheduler is None:
            optimizer = self.optimizer if optimizer is None else optimizer
            self.lr_scheduler = generator_schedule(self.args, optimizer, num_training_steps, lambda: self.progress)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def _prepare_for_training(self, max_steps, train_dataloader, resume_from_checkpoint):
        state = None
        if resume_from_checkpoint is not None:
            self._resumed_from = Path(resume_from_checkpoint)
            if (path := self._resumed_from / GAN_STATE).exists():
                state = torch.load(path, map_location="cpu", weights_only=True)
                self.seconds_before = state["seconds"]
            else:
                logger.warning("`%s` holds no `%s`: only weights are resumed.", resume_from_checkpoint, GAN_STATE)
        self.read_clock()
        prepared = super()._prepare_for_training(max_steps, train_dataloader, resume_from_checkpoint)
        self._prepare_discriminators(max_steps)
        if self.args.ema_decay > 0:
            self.average = WeightAverage(self.model, self.args.ema_decay, self._resumed_average)
        if state is not None:
            self.discriminator_optimizer.load_state_dict(state["optimizer"])
            self.discriminator_lr_scheduler.load_state_dict(state["scheduler"])
            if self.average is not None and self._resumed_average is not None:
                self.average.updates = state["averages"]
        return prepared

    def _prepare_discriminators(self, max_steps: int):
        args = self.args
        self.discriminator_wrapped = self.accelerator.prepare_model(self.discriminator, evaluation_mode=True)
        if args.world_size > 1:
            for tensor in (*self.discriminator.parameters(), *self.discriminator.buffers()):
                dist.broadcast(tensor.data, src=0)
        betas, peak = (args.adam_beta1, args.adam_beta2), args.discriminator_learning_rate
        optimizer = torch.optim.AdamW(self.discriminator.parameters(), peak, betas, args.adam_epsilon)
        self.discriminator_optimizer = self.accelerator.prepare_optimizer(optimizer)
        warmup = args.get_warmup_steps(max_steps) if args.max_train_minutes is None else clock_warmup(args)
        self.discriminator_lr_scheduler = DiscriminatorSchedule(optimizer, peak, warmup, self.optimizer)

    # ---- Evaluation and logs ----

    def with_average(self):
        """A context in which the voice has its averaged weights."""
        return contextlib.nullcontext() if self.average is None else self.average.in_model()

    def evaluate(self, *args, **kwargs):
        """As the Trainer's, of the averaged weights, and training goes on with the random state it had."""
        with isolated_rng(self.args.seed), self.with_average():
            return super().evaluate(*args, **kwargs)

    def predict(self, *args, **kwargs):
        """As the Trainer's, of the averaged weights, and training goes on with the random state it had."""
        with isolated_rng(self.args.seed), self.with_average():
            return super().predict(*args, **kwargs)

    def _track(self, name: str, value: torch.Tensor):
        total, count = self._tracked.get(name, (0.0, 0))
        self._tracked[name] = (total + value.detach().float(), count + 1)

    def log(self, logs: dict[str, float], start_time: float | None = None):
        """Adds the means of all losses, over the steps since the last time and over all processes."""
        if "loss" in logs:
            means = {name: total / count for name, (total, count) in self._tracked.items()}
            self._tracked = {}
            if means:
                found = mean_over_processes(means, self.args.device)
                logs.update({name: round(found[name], 4) for name in means})
            if "discriminator_loss" in logs:
                logs["discriminator_learning_rate"] = self.discriminator_lr_scheduler.get_last_lr()[0]
            logs["minutes"] = round(self.seconds / 60, 2)
        super().log(logs, start_time)

    def _run_epoch(self, *args, **kwargs):
        if self._resumed_from is not None:
            self._load_sums(self._resumed_from / self._sums_file)
            self._resumed_from = None
        return super()._run_epoch(*args, **kwargs)

    # ---- Saving ----

    @property
    def _sums_file(self) -> str:
        return "losses.pt" if self.args.world_size == 1 else f"losses_{self.args.process_index}.pt"

    def _save_rng_state(self, output_dir: str):
        super()._save_rng_state(output_dir)
        sums = {"loss": self._tr_loss, "logged": self._globalstep_last_logged, "tracked": self._tracked}
        torch.save(sums, Path(output_dir, self._sums_file))

    def _load_sums(self, path: Path):
        if path.exists():
            sums = torch.load(path, map_location="cpu", weights_only=True)
            device, tracked = self.args.device, sums["tracked"]
            self._tracked = {name: (total.to(device), count) for name, (total, count) in tracked.items()}
            self._globalstep_last_logged = sums["logged"]
            self._tr_loss += sums["loss"].to(device)
            self._total_loss_scalar -= sums["loss"].item()  # the mean at the end is of this session alone

    def _save_optimizer_and_scheduler(self, output_dir: str):
        super()._save_optimizer_and_scheduler(output_dir)
        if self.args.should_save:
            state = {
                "optimizer": self.discriminator_optimizer.state_dict(),
                "scheduler": self.discriminator_lr_scheduler.state_dict(),
                "averages": 0 if self.average is None else self.average.updates,
                "seconds": self.seconds,
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
        self.average = None  # the voice in memory is the published one now

    def _load_discriminator(self, folder: str):
        if Path(folder, DISCRIMINATOR_FOLDER).exists():
            saved = TTSGanDiscriminator.from_pretrained(Path(folder, DISCRIMINATOR_FOLDER))
            self.discriminator.load_state_dict(saved.state_dict())
