"""The `Trainer` that alternates: each window of batches trains the discriminators once, then the generator once.

The generator is the Trainer's model; its clipping, schedule, logs and checkpoints stay the Trainer's. The
discriminators stay outside the wrapped model: their gradients are averaged over processes by hand, their weights and
optimizer are saved beside each checkpoint. Order as in HiFi-GAN (Kong et al., 2020, arXiv:2010.05646): discriminators
first, on waveforms without gradients.
"""

import contextlib
import logging
import math
from collections.abc import Sequence

import torch
import torch.distributed as dist
from torch import nn
from torch.utils.data import IterableDataset
from transformers import Trainer
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from ..cards.model_card import card_name, write_model_card
from ..data.samplers import EndlessStream, LengthBucketSampler
from ..metrics.speech import SpeechMetrics, measure_speech
from ..models.discriminators import TTSGanDiscriminator
from .arguments import TTSGanTrainingArguments
from .callbacks import BudgetCallback, SampleCallback, StepCallback, TrainingTable
from .checkpoints import AtomicCheckpointsMixin
from .clock import TrainingClock
from .distributed import SIZES, average_gradients, explain_lost_process, gather, limit_waiting, shares, sizes
from .ema import WeightAverage
from .gan_state import GANStateMixin
from .gan_step import GANStep, Phase
from .generator_losses import GeneratorLoss, check_losses, extra_losses
from .interrupts import StopSignals
from .loss_means import LossMeans
from .monitor import MonitorCallback, monitored_values
from .optimizers import discriminator_optimizer, generator_groups
from .restarts import Beginning
from .schedules import DiscriminatorSchedule, discriminator_warmup, generator_schedule
from .seeding import isolated_rng, seed_for_batch
from .unsupported import refuse_blind, refuse_launch, refuse_unused
from .vits import family_of


logger = logging.getLogger(__name__)

WHOLE = dict.fromkeys(SIZES, 1.0)  # the share of a batch that stands alone


class TTSGanTrainer(GANStateMixin, AtomicCheckpointsMixin, Trainer):
    """Trains a [`TTSGanModel`] or a [`TTSGanVocoder`] against discriminators.

    Args:
        model: The model or the vocoder; with `model_init`, a function that makes it, nothing.
        args: [`TTSGanTrainingArguments`].
        discriminator: The discriminators; new ones of preset `small` where left out. [`TTSGanDiscriminator.add`] puts
            one of your own beside them.
        losses: Losses of your own, which the generator descends as well; see [`GeneratorLoss`].
        speech_metrics: Called at each evaluation as `speech_metrics(model, processor, rows)` with the prepared rows
            that are held out; lets the model speak and returns numbers by name. `{"wer": 0.1}` is logged as
            `eval_wer`, and `metric_for_best_model` may name it. `metrics/speech.py` has ready ones.

    The other arguments are those of `transformers.Trainer`; datasets are what `prepare_speech` returns, or a stream of
    such rows. Evaluated and saved is an average of the weights of the last steps (`ema_decay`); `gan_state.py` tells
    what a checkpoint holds. A run that is killed at any moment and resumed ends with the same bits as one that was
    not, where its length is given in steps.

    Example:

        trainer = TTSGanTrainer(model, args, train_dataset=train, eval_dataset=held_out, processing_class=processor)
        trainer.train()
        trainer.save_model()
    """

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        model=None,
        args: TTSGanTrainingArguments | None = None,
        *,
        discriminator: TTSGanDiscriminator | None = None,
        losses: Sequence[GeneratorLoss] = (),
        speech_metrics: SpeechMetrics | None = None,
        **kwargs,
    ):
        args = TTSGanTrainingArguments(output_dir="outputs") if args is None else args
        refuse_unused(kwargs)
        check_losses(losses)
        self.speech_metrics, self.losses = speech_metrics, tuple(losses)
        self.discriminator = discriminator
        self.discriminator_optimizer = self.discriminator_lr_scheduler = None
        self.average: WeightAverage | None = None
        self.gan_step: GANStep | None = None
        self.clock, self.loss_means, self.stop_signals = TrainingClock(self), LossMeans(), StopSignals()
        self._sampler = self._beginning = self._trial_discriminator = None
        if isinstance(kwargs.get("train_dataset"), IterableDataset):
            kwargs["train_dataset"] = EndlessStream(kwargs["train_dataset"])
        if args.max_train_minutes is not None and args.max_steps <= 0:
            args.max_steps = 10**7  # the clock ends it
        super().__init__(model, args, **kwargs)
        refuse_launch(self)
        self.family = family_of(self.model)
        if kwargs.get("data_collator") is None:
            self.data_collator = self.family.collator(self.processing_class)
        self.discriminator = discriminator or self.family.new_discriminator()
        self.discriminator_wrapped = self.discriminator
        refuse_blind(self.discriminator, self.family.speaks)
        limit_waiting(self.args.ddp_timeout)
        self.model_accepts_loss_kwargs = False
        if self.place_model_on_device:
            self._move_model_to_device(self.discriminator, self.args.device)
        for plain in (PrinterCallback, ProgressCallback):
            self.remove_callback(plain)
        self.monitor = MonitorCallback(self)
        for callback in (StepCallback, BudgetCallback, SampleCallback, TrainingTable):
            self.add_callback(callback(self))
        self.add_callback(self.monitor)

    # ---- Starting ----

    def train(self, resume_from_checkpoint=None, trial=None, **kwargs):
        """As `Trainer.train`. A process that is left alone by the others ends with a message."""
        self.clock.start()
        self.loss_means, self._resumed_from, self._resumed_average = LossMeans(), None, None
        self.stop_agreed = False
        try:
            with explain_lost_process(self):
                return super().train(resume_from_checkpoint, trial, **kwargs)
        finally:
            self.clock.stop()
            self._beginning = None

    def _inner_training_loop(self, batch_size: int, **kwargs):
        """Each attempt of `auto_find_batch_size` begins with what the first one began with."""
        if self.args.auto_find_batch_size and self._beginning is None:
            self._beginning = Beginning(self.model, self.discriminator)
        elif self.args.auto_find_batch_size:
            self._beginning.restore(self.model, self.discriminator)
            self.optimizer = self.lr_scheduler = None
            self.loss_means = LossMeans()
            logger.warning("The memory was too small: starting again with %d rows a batch.", batch_size)
        return super()._inner_training_loop(batch_size, **kwargs)

    def call_model_init(self, trial=None):
        """A new model and new discriminators for each trial of `hyperparameter_search`, always the same ones."""
        if self.discriminator is not None:  # it is made after the first model
            if self._trial_discriminator is None:
                self._trial_discriminator = Beginning(self.discriminator)
            self._trial_discriminator.restore(self.discriminator)
        return super().call_model_init(trial)

    def _wrap_model(self, model: nn.Module, training: bool = True, dataloader=None) -> nn.Module:
        """As the Trainer's, but what a batch is given to may be a module of its own around the model."""
        module = self.family.training_module(self.model)
        if module is self.model:
            return super()._wrap_model(model, training, dataloader)
        if model is not self.model:  # an earlier `train` has wrapped it
            return model
        return self.accelerator.prepare_model(module) if training else module

    # ---- Optimizers ----

    def create_optimizer(self, model=None) -> torch.optim.Optimizer:
        """AdamW in groups: the text encoder and the vocoder have learning rates of their own."""
        if self.optimizer is None:
            model = self.model if model is None else model
            ratios = self.family.learning_rate_ratios(self.args)
            groups = generator_groups(model, self.args, ratios, set(self.get_decay_parameter_names(model)))
            optimizer_class, options = self.get_optimizer_cls_and_kwargs(self.args, model)
            self.optimizer = optimizer_class(groups, **options)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer=None):
        if self.lr_scheduler is None:
            optimizer = self.optimizer if optimizer is None else optimizer
            steps, clock = num_training_steps, self.clock
            self.lr_scheduler = generator_schedule(self.args, optimizer, steps, lambda: clock.progress)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def _prepare_discriminator(self, max_steps: int):
        self.discriminator_wrapped = self.accelerator.prepare_model(self.discriminator, evaluation_mode=True)
        if self.args.world_size > 1:
            for tensor in (*self.discriminator.parameters(), *self.discriminator.buffers()):
                dist.broadcast(tensor.data, src=0)
        optimizer = discriminator_optimizer(self.discriminator, self.args)
        self.discriminator_optimizer = self.accelerator.prepare_optimizer(optimizer)
        peak, warmup = self.args.discriminator_learning_rate, discriminator_warmup(self.args, max_steps)
        self.discriminator_lr_scheduler = DiscriminatorSchedule(optimizer, peak, warmup, self.optimizer)

    # ---- Batches ----

    def _get_train_sampler(self, train_dataset=None):
        dataset = self.train_dataset if train_dataset is None else train_dataset
        if dataset is None or "frames" not in (getattr(dataset, "column_names", None) or ()):
            return super()._get_train_sampler(train_dataset)
        window = self.args.world_size * self.args.gradient_accumulation_steps
        self._sampler = LengthBucketSampler(dataset["frames"], self._train_batch_size, self.args.seed, window=window)
        return self._sampler

    def _run_epoch(self, model, epoch: int, *args, **kwargs):
        """As the Trainer's, which does not reach the sampler where several processes resume within an epoch."""
        if self._sampler is not None:
            self._sampler.set_epoch(epoch)
        return super()._run_epoch(model, epoch, *args, **kwargs)

    def get_batch_samples(self, epoch_iterator, num_batches, device):
        """Begin a step with the whole accumulation window, which all processes agree on."""
        samples, count = super().get_batch_samples(epoch_iterator, num_batches, device)
        own = [sizes(batch) for batch in samples]
        finite = all(torch.isfinite(batch["labels"].float().sum()) for batch in samples)
        totals = [sum(column) for column in zip(*own, strict=True)] or [0.0] * len(SIZES)
        stop = self.stop_signals.received is not None
        rows = gather([finite, len(samples), stop, *totals], self.args.device)  # of each process
        counts = [int(row[1]) for row in rows]
        if min(counts) != max(counts):
            raise ValueError(f"The processes have {counts} batches for the same step: give each as many rows.")
        totals = [sum(column) for column in list(zip(*rows, strict=True))[3:]]
        self.stop_agreed = any(row[2] for row in rows)
        phase = self.family.training_phase(self.args, self.clock.progress, self.discriminator)
        self.gan_step = GANStep(samples, [shares(batch, totals, sum(counts)) for batch in own], phase)
        self._skip_unless_finite("a recording", [row[0] for row in rows])
        return samples, count

    def _skip_unless_finite(self, what: str, finite: list[float], details: str = "") -> bool:
        """Leave this step out, on all processes, where `what` is not finite on one of them; whether that is so."""
        if all(finite):
            return False
        where = [str(process) for process, fine in enumerate(finite) if not fine]
        where = f" on process {', '.join(where)}" if len(finite) > 1 else ""
        step = self.state.global_step
        logger.warning("Step %d: %s is not finite%s%s; the step is left out.", step, what, where, details)
        self.gan_step.skip()
        return True

    # ---- Steps ----

    def training_step(self, model: nn.Module, inputs: dict, num_items_in_batch=None) -> torch.Tensor:
        """One batch: the discriminators' update if it is the first of the step, then the generator's gradients."""
        model.train()
        self.discriminator.train()
        step, phase, position = self.gan_step, self.gan_step.phase, self.gan_step.next_position()
        if step.skipped:
            return torch.zeros((), device=self.args.device)
        seed_for_batch(self.args.seed, self.state.global_step, position, self.args.process_index)
        inputs, outputs = {**self._prepare_inputs(inputs), **phase.model_inputs}, None
        if phase.discriminator_updates and position == 0:
            if len(step) == 1:  # one forward of the generator serves both
                outputs = self._forward(model, inputs, gradients=phase.generator_updates)
                pairs = [self.family.pieces(outputs)]
            else:
                pairs = (self._real_and_fake(model, batch, phase) for batch in step.batches)
            self._update_discriminator(pairs, step)
        outputs = outputs or self._forward(model, inputs, gradients=phase.generator_updates)
        losses = self._generator_backward(outputs, step, step.shares[position])
        if step.skipped:
            return torch.zeros((), device=self.args.device)
        loss = sum(losses.values()).detach()
        for name, value in {"loss": loss, **losses, **monitored_values(outputs)}.items():
            self.loss_means.add(name, value)
        self.monitor.check_losses(losses)
        return loss / len(step)

    def _generator_backward(self, outputs, step: GANStep, share: dict[str, float]) -> dict[str, torch.Tensor]:
        """The generator's losses, after their backward pass; the step is skipped where they are not finite."""
        if not step.phase.generator_updates:
            with torch.no_grad():
                return self.generator_losses(outputs, step.phase, share)
        self.discriminator.requires_grad_(False)
        try:
            losses = self.generator_losses(outputs, step.phase, share)
            window, loss = len(step), sum(losses.values())
            finite = [row[0] for row in gather([bool(torch.isfinite(loss.detach()))], self.args.device)]
            details = ", ".join(f"{name} {value.item():.4g}" for name, value in losses.items())
            if self._skip_unless_finite("the loss", finite, f" (here: {details})"):
                self.model.zero_grad()  # what the window's earlier batches left, which processes have not shared yet
            else:
                self.accelerator.backward(loss / window)
        finally:
            self.discriminator.requires_grad_(True)
        return losses

    def _forward(self, model, inputs: dict, gradients: bool = True):
        with self.compute_loss_context_manager(), torch.set_grad_enabled(gradients and torch.is_grad_enabled()):
            return model(**inputs)

    def _real_and_fake(self, model, batch: dict, phase: Phase) -> tuple[dict, dict]:
        outputs = self._forward(model, {**self._prepare_inputs(batch), **phase.model_inputs}, gradients=False)
        return self.family.pieces(outputs)

    def generator_losses(self, outputs, phase: Phase, share: dict[str, float] = WHOLE) -> dict[str, torch.Tensor]:
        """Weighted losses of the generator by name; their sum is what it descends.

        `share` is by what a mean over `items`, `frames` or `phones` counts in a step of several batches. That of the
        pitch is over voiced phones or frames, which nobody has counted before; it goes by all phones or items.
        """
        args = self.args
        losses = self.family.losses(outputs, args, phase, share) | extra_losses(self.losses, outputs, share)
        if phase.adversarial:
            real, fake = self.family.pieces(outputs)
            with self.compute_loss_context_manager():
                logits, features = self.discriminator_wrapped(**fake)
                with torch.no_grad():
                    _, real_features = self.discriminator_wrapped(**real)
            adversarial = self.family.adversarial_loss(args, logits)
            losses["adversarial"] = share["items"] * args.adversarial_loss_weight * adversarial
            matching = self.family.feature_matching_loss(real_features, features)
            losses["feature_matching"] = share["items"] * args.feature_matching_loss_weight * matching
        return losses

    def _update_discriminator(self, pairs, step: GANStep):
        """One step of the discriminators over the pieces, real and fake, of all batches of the window."""
        for (real, fake), share in zip(pairs, step.shares, strict=True):
            both = {name: torch.cat([real[name], piece.detach()]) for name, piece in fake.items()}
            with self.compute_loss_context_manager():
                logits, _ = self.discriminator_wrapped(**both)
            halves = [each.chunk(2) for each in logits]
            halves = [list(half) for half in zip(*halves, strict=True)]
            loss = share["items"] * self.family.discriminator_loss(self.args, *halves)
            self.accelerator.backward(loss / len(step))
            self.loss_means.add("discriminator_loss", loss)
        if self.args.world_size > 1:
            average_gradients(self.discriminator)
        self.accelerator.unscale_gradients(self.discriminator_optimizer)
        parameters = self.discriminator.parameters()
        norm = nn.utils.clip_grad_norm_(parameters, self.args.discriminator_max_grad_norm or math.inf)
        finite, scaled = bool(torch.isfinite(norm)), self.accelerator.scaler is not None
        with self._sync_gradients():
            if finite or scaled:  # a gradient scaler leaves the step out by itself, and learns from it
                self.discriminator_lr_scheduler.apply()
                self.discriminator_optimizer.step()
            self.discriminator_optimizer.zero_grad()
        if finite:
            self.discriminator_lr_scheduler.step()
            self.loss_means.add("discriminator_grad_norm", norm)
        elif not scaled:
            number = self.state.global_step
            logger.warning("Step %d: the discriminators' gradient is not finite; they are not updated.", number)
            step.not_finite = True

    @contextlib.contextmanager
    def _sync_gradients(self):
        """Accelerate's optimizers do nothing before a window's last batch; discriminators step before its first."""
        state = self.accelerator.gradient_state
        before = state.sync_gradients
        state._set_sync_gradients(True)
        try:
            yield
        finally:
            state._set_sync_gradients(before)

    def _clip_grad_norm(self, model):
        return super()._clip_grad_norm(model) if self.gan_step.generator_updates else None

    def _get_grad_norm(self, model, grad_norm=None):
        """As the Trainer's; a gradient that is not finite is dropped: clipping would spread it to all weights."""
        step = self.gan_step
        norm = super()._get_grad_norm(model, grad_norm) if step.generator_updates else 0.0
        if step.generator_updates and not math.isfinite(norm):
            scaled = self.accelerator.scaler is not None
            step.drop_generator_update(overflow=scaled)
            if scaled:  # the scaler leaves the step out by itself, and learns from it
                return norm
            number = self.state.global_step
            logger.warning("Step %d: the gradient is not finite; the step is left out.", number)
        if not step.generator_updates:  # Accelerate's optimizers do nothing where gradients are not complete
            self.accelerator.gradient_state._set_sync_gradients(False)
        return norm

    # ---- Logs and evaluation ----

    def log(self, logs: dict[str, float], start_time: float | None = None):
        """Adds the means of all losses, over the steps since the last time and over all processes."""
        if "loss" in logs:
            logs.update(self.loss_means.take(self.args.device))
            if "discriminator_loss" in logs:
                logs["discriminator_learning_rate"] = self.discriminator_lr_scheduler.get_last_lr()[0]
            logs["minutes"] = round(self.clock.seconds / 60, 2)
        super().log(logs, start_time)

    def with_average(self):
        """A context in which the model has its averaged weights."""
        return contextlib.nullcontext() if self.average is None else self.average.in_model()

    def evaluate(self, *args, **kwargs):
        """As the Trainer's, of the averaged weights, and training goes on with the random state it had."""
        with isolated_rng(self.args.seed), self.with_average():
            return super().evaluate(*args, **kwargs)

    def predict(self, *args, **kwargs):
        """As the Trainer's, of the averaged weights, and training goes on with the random state it had."""
        with isolated_rng(self.args.seed), self.with_average():
            return super().predict(*args, **kwargs)

    def prediction_step(self, model, inputs, prediction_loss_only, ignore_keys=None):
        """The losses that need no discriminator, against held-out recordings."""
        with torch.no_grad():
            phase = self.family.evaluation_phase(self.args, self.discriminator)
            outputs = self._forward(model, {**self._prepare_inputs(inputs), **phase.model_inputs})
            losses = self.generator_losses(outputs, phase)
        return sum(losses.values()).detach(), None, None

    def evaluation_loop(self, *args, metric_key_prefix: str = "eval", **kwargs):
        """As the Trainer's, and what `speech_metrics` says of the model."""
        output = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **kwargs)
        if self.speech_metrics is not None:
            dataloader = args[0] if args else kwargs["dataloader"]
            found = measure_speech(self.speech_metrics, self.model, self.processing_class, dataloader.dataset)
            output.metrics.update({f"{metric_key_prefix}_{name}": value for name, value in found.items()})
        return output

    def create_model_card(
        self, language=None, license=None, tags=None, model_name=None, finetuned_from=None, dataset_tags=None, **kwargs
    ):
        """The README of the model; the Trainer's own knows neither text-to-speech nor where the model comes from."""
        if self.is_world_process_zero():
            asked = {"language": language, "license": license, "tags": tags, "datasets": dataset_tags}
            with isolated_rng(self.args.seed), self.with_average():
                write_model_card(self, card_name(self, model_name), finetuned_from=finetuned_from, **asked)
