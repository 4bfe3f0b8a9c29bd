"""The `Trainer` that alternates: each window of batches trains the critics once, then the voice once.

The voice is the Trainer's model; its clipping, schedule, logs and checkpoints stay the Trainer's. The critics stay
outside the wrapped model: their gradients are averaged over processes by hand, their weights and optimizer are saved
beside each checkpoint. Order as in HiFi-GAN (Kong et al., 2020, arXiv:2010.05646): critics first, on waveforms without
gradients.
"""

import contextlib
import logging
import math
import time
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from transformers import Trainer, get_scheduler
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from .batching import LengthBucketSampler, SpeechCollator
from .callbacks import BudgetCallback, SampleCallback, TrainingTable
from .configuration_tts_gan import TTSGanDiscriminatorConfig
from .discriminators import TTSGanDiscriminator
from .losses import (
    discriminator_hinge_loss,
    feature_matching_loss,
    generator_hinge_loss,
    multi_resolution_mel_loss,
)
from .training_args import TTSGanTrainingArguments


logger = logging.getLogger(__name__)

DISCRIMINATOR_FOLDER = "discriminator"
GAN_STATE = "gan_state.pt"
SCHEDULE_STEPS = 10_000
PROSODY_LOSSES = ("pitch", "voicing", "energy")


class TTSGanTrainer(Trainer):
    """Trains a [`TTSGanModel`] or a [`TTSGanVocoder`] against critics.

    Args:
        model: The voice or the vocoder.
        args: [`TTSGanTrainingArguments`].
        discriminator: The critics; new ones of preset `small` where left out.

    The other arguments are those of `transformers.Trainer`; datasets are what `prepare_speech` returns.
    """

    loss_is_scaled_for_ga = True

    def __init__(
        self, model, args: TTSGanTrainingArguments, *, discriminator: TTSGanDiscriminator | None = None, **kwargs
    ):
        self.discriminator = discriminator or TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("small"))
        kwargs.setdefault("data_collator", SpeechCollator(kwargs.get("processing_class")))
        if args.max_train_minutes is not None and args.max_steps <= 0:
            args.max_steps = 10**7  # the clock ends it
        super().__init__(model, args, **kwargs)
        self.model_accepts_loss_kwargs = False
        self.is_voice = hasattr(self.model, "acoustic")
        if self.place_model_on_device:
            self._move_model_to_device(self.discriminator, self.args.device)
        self.discriminator_wrapped = self.discriminator
        self.discriminator_optimizer = self.discriminator_lr_scheduler = None
        self.seconds_before, self.started = 0.0, None
        self._tracked, self._sampler = {}, None
        self._window, self._window_position, self._window_broken = [], 0, False
        for plain in (PrinterCallback, ProgressCallback):
            self.remove_callback(plain)
        for callback in (BudgetCallback(self), SampleCallback(self), TrainingTable(self)):
            self.add_callback(callback)

    # ---- Time ----

    @property
    def seconds(self) -> float:
        """Training time so far, over all sessions."""
        return self.seconds_before + (0.0 if self.started is None else time.monotonic() - self.started)

    @property
    def progress_here(self) -> float:
        """`progress` by this process's own clock, for a process that looks alone."""
        share = self.state.global_step / max(1, self.state.max_steps)
        if self.args.max_train_minutes is not None:
            share = max(share, self.seconds / (60 * self.args.max_train_minutes))
        return min(1.0, share)

    @property
    def progress(self) -> float:
        """Share of the training that is done, from 0 to 1: of the minutes where they are given, else of the steps.

        By the clock of the first process: all processes must ask for it together.
        """
        if self.args.world_size > 1 and self.args.max_train_minutes is not None:
            return self._from_first_process(self.progress_here)
        return self.progress_here

    def _from_first_process(self, value: float) -> float:
        shared = torch.tensor(value, dtype=torch.float64, device=self.args.device)
        dist.broadcast(shared, src=0)
        return shared.item()

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
            self.lr_scheduler = self._schedule(self.optimizer if optimizer is None else optimizer, num_training_steps)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def _schedule(self, optimizer, steps: int):
        """The schedule that `lr_scheduler_type` names, over the steps or else over `max_train_minutes`."""
        args = self.args
        if args.max_train_minutes is None:
            warmup = args.get_warmup_steps(steps)
            return get_scheduler(args.lr_scheduler_type, optimizer, warmup, steps, args.lr_scheduler_kwargs)
        shape = get_scheduler(args.lr_scheduler_type, optimizer, 0, SCHEDULE_STEPS, args.lr_scheduler_kwargs)
        if not isinstance(shape, LambdaLR):
            raise ValueError(
                f"`lr_scheduler_type` is `{args.lr_scheduler_type}`, which cannot follow the clock: take `cosine`, "
                "`linear` or `constant`, or give `max_steps` instead of `max_train_minutes`."
            )
        shape, warmup = shape.lr_lambdas[0], max(1, args.get_warmup_steps(1000))

        def rate(step: int) -> float:
            return min(1, (step + 1) / warmup) * shape(int(self.progress * SCHEDULE_STEPS))

        return LambdaLR(optimizer, rate)

    def _prepare_for_training(self, max_steps, train_dataloader, resume_from_checkpoint):
        self.started = time.monotonic()
        prepared = super()._prepare_for_training(max_steps, train_dataloader, resume_from_checkpoint)
        self.discriminator_wrapped = self.accelerator.prepare_model(self.discriminator, evaluation_mode=True)
        if self.args.world_size > 1:
            for tensor in (*self.discriminator.parameters(), *self.discriminator.buffers()):
                dist.broadcast(tensor.data, src=0)
        betas = (self.args.adam_beta1, self.args.adam_beta2)
        optimizer = torch.optim.AdamW(self.discriminator.parameters(), self.args.discriminator_learning_rate, betas)
        self.discriminator_optimizer = self.accelerator.prepare_optimizer(optimizer)
        self.discriminator_lr_scheduler = self._schedule(optimizer, max_steps)
        if resume_from_checkpoint is not None and (path := Path(resume_from_checkpoint, GAN_STATE)).exists():
            state = torch.load(path, map_location="cpu", weights_only=True)
            self.discriminator_optimizer.load_state_dict(state["optimizer"])
            self.discriminator_lr_scheduler.load_state_dict(state["scheduler"])
            self.seconds_before = state["seconds"]
        return prepared

    # ---- Steps ----

    def _get_train_sampler(self, train_dataset=None):
        dataset = self.train_dataset if train_dataset is None else train_dataset
        if dataset is None or "frames" not in (getattr(dataset, "column_names", None) or ()):
            return super()._get_train_sampler(train_dataset)
        self._sampler = LengthBucketSampler(dataset["frames"], self.args.train_batch_size, self.args.seed)
        return self._sampler

    def _run_epoch(self, model, epoch: int, *args, **kwargs):
        """As the Trainer's, which does not reach the sampler where several processes resume within an epoch."""
        if self._sampler is not None:
            self._sampler.set_epoch(epoch)
        return super()._run_epoch(model, epoch, *args, **kwargs)

    def get_batch_samples(self, epoch_iterator, num_batches, device):
        """Remember the whole accumulation window: the critics see all of it before the voice moves."""
        samples, count = super().get_batch_samples(epoch_iterator, num_batches, device)
        self._window, self._window_position = samples, 0
        total = sum((batch["labels"].float().sum() for batch in samples), torch.zeros((), device=self.args.device))
        self._window_broken = not self._finite_everywhere(total)
        if self._window_broken:
            logger.warning("Step %d: a recording is not finite; the step is left out.", self.state.global_step)
        return samples, count

    def training_step(self, model: nn.Module, inputs: dict, num_items_in_batch=None) -> torch.Tensor:
        model.train()
        self.discriminator.train()
        if self._window_broken:
            return torch.zeros((), device=self.args.device)
        progress, window = self.progress, len(self._window) or 1
        judged = self.judged(progress)
        inputs, outputs = {**self._prepare_inputs(inputs), **self.phase(progress)}, None
        if judged and self._window_position == 0:
            if window == 1:  # one forward of the voice serves both
                outputs = self._forward(model, inputs)
                pairs = [(outputs.target_waveform, outputs.waveform.detach())]
            else:
                pairs = (self._fake(model, batch, progress) for batch in self._window)
            self._update_discriminator(pairs, window)
        self._window_position += 1
        outputs = outputs or self._forward(model, inputs)
        self.discriminator.requires_grad_(False)
        try:
            losses = self.generator_losses(outputs, judged, progress)
            loss = sum(losses.values())
            if not self._finite_everywhere(loss):
                step = self.state.global_step
                logger.warning("Step %d: the loss is not finite (%s); the step is left out.", step, losses)
                self._window_broken = True
                self.model.zero_grad()  # what the window's earlier batches left, which processes have not shared yet
                return torch.zeros_like(loss.detach())
            self.accelerator.backward(loss / window)
        finally:
            self.discriminator.requires_grad_(True)
        self._track("loss", loss)
        for name, value in losses.items():
            self._track(name, value)
        return loss.detach() / window

    def judged(self, progress: float) -> bool:
        """Whether the critics have joined; never while only the alignment is learnt."""
        start = max(self.args.gan_start, self.args.alignment_warmup if self.is_voice else 0.0)
        return start <= progress and self.args.gan_start < 1

    def phase(self, progress: float) -> dict:
        """The model's arguments that change in the course of training."""
        frames = self.args.segment_frames
        if not self.is_voice:
            return {"segment_frames": frames}
        return {
            "segment_frames": frames if progress >= min(self.args.vocoder_start, self.args.gan_start) else None,
            "recorded_mel_share": self.args.recorded_mel_share,
            "train_text_encoder": progress >= self.args.text_encoder_frozen,
            "align_only": progress < self.args.alignment_warmup,
        }

    def _forward(self, model, inputs: dict):
        with self.compute_loss_context_manager():
            return model(**inputs)

    def _fake(self, model, batch: dict, progress: float) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.no_grad():
            outputs = self._forward(model, {**self._prepare_inputs(batch), **self.phase(progress)})
        return outputs.target_waveform, outputs.waveform

    def generator_losses(self, outputs, judged: bool, progress: float) -> dict[str, torch.Tensor]:
        """Weighted losses of the voice by name; their sum is what it descends."""
        args, plain = self.args, dict(outputs.losses or {})
        losses = {}
        if "mel" in plain:
            losses["mel"] = args.weight_mel * plain["mel"]
            losses["duration"] = args.weight_duration * plain["duration"]
            losses["prosody"] = args.weight_prosody * sum(plain[name] for name in PROSODY_LOSSES)
        if "f0" in plain:
            losses["f0"] = args.weight_f0 * plain["f0"]
        if "forward_sum" in plain:
            losses["alignment"] = args.weight_alignment * plain["forward_sum"]
            if progress >= args.binarization_start:
                losses["alignment"] = losses["alignment"] + 0.1 * args.weight_alignment * plain["binarization"]
        if outputs.waveform is not None:
            fake, real = outputs.waveform.float(), outputs.target_waveform.float()
            rate = self.model.config.sampling_rate
            losses["wave_mel"] = args.weight_wave_mel * multi_resolution_mel_loss(fake, real, rate)
            if judged:
                with self.compute_loss_context_manager():
                    logits, features = self.discriminator_wrapped(fake)
                    with torch.no_grad():
                        _, real_features = self.discriminator_wrapped(real)
                losses["adversarial"] = args.weight_adversarial * generator_hinge_loss(logits)
                matching = feature_matching_loss(real_features, features)
                losses["feature_matching"] = args.weight_feature_matching * matching
        return losses

    def _update_discriminator(self, pairs, window: int):
        parameters = list(self.discriminator.parameters())
        for real, fake in pairs:
            with self.compute_loss_context_manager():
                logits, _ = self.discriminator_wrapped(torch.cat([real, fake]))
            halves = [each.chunk(2) for each in logits]
            loss = discriminator_hinge_loss([real for real, _ in halves], [fake for _, fake in halves])
            self.accelerator.backward(loss / window)
            self._track("discriminator_loss", loss)
        if self.args.world_size > 1:
            for parameter in parameters:
                dist.all_reduce(parameter.grad)
                parameter.grad /= self.args.world_size
        self.accelerator.unscale_gradients(self.discriminator_optimizer)
        norm = nn.utils.clip_grad_norm_(parameters, self.args.discriminator_max_grad_norm)
        self._track("discriminator_grad_norm", norm)
        with self._sync_gradients():
            if torch.isfinite(norm):
                self.discriminator_optimizer.step()
                self.discriminator_lr_scheduler.step()
            self.discriminator_optimizer.zero_grad()

    @contextlib.contextmanager
    def _sync_gradients(self):
        """Accelerate's optimizers do nothing before the last batch of a window; the critics step before its first."""
        state = self.accelerator.gradient_state
        before = state.sync_gradients
        state._set_sync_gradients(True)
        try:
            yield
        finally:
            state._set_sync_gradients(before)

    def _get_grad_norm(self, model, grad_norm=None):
        """As the Trainer's; a gradient that is not finite is dropped: clipping would spread it to all weights."""
        norm = super()._get_grad_norm(model, grad_norm)
        if not math.isfinite(norm):
            logger.warning("Step %d: the gradient is not finite; the step is left out.", self.state.global_step)
            model.zero_grad()
        return norm

    def _finite_everywhere(self, loss: torch.Tensor) -> bool:
        finite = torch.isfinite(loss.detach()).float()
        if self.args.world_size > 1:
            dist.all_reduce(finite, op=dist.ReduceOp.MIN)
        return bool(finite)

    # ---- Evaluation, logs and checkpoints ----

    def prediction_step(self, model, inputs, prediction_loss_only, ignore_keys=None):
        """The losses that need no critic, against held-out recordings."""
        with torch.no_grad():
            phase = {**self.phase(1.0), "recorded_mel_share": 0.0} if self.is_voice else self.phase(1.0)
            outputs = self._forward(model, {**self._prepare_inputs(inputs), **phase})
            losses = self.generator_losses(outputs, False, 1.0)
        return sum(losses.values()).detach(), None, None

    def evaluate(self, *args, **kwargs):
        """As the Trainer's, and training goes on with the random state it had."""
        devices = [self.args.device] if self.args.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(self.args.seed)
            return super().evaluate(*args, **kwargs)

    def _track(self, name: str, value: torch.Tensor):
        total, count = self._tracked.get(name, (0.0, 0))
        self._tracked[name] = (total + value.detach().float(), count + 1)

    def log(self, logs: dict[str, float], start_time: float | None = None):
        """Adds the means of all losses since the last time."""
        if "loss" in logs:
            for name, (total, count) in self._tracked.items():
                logs[name] = round((total / count).item(), 4)
            self._tracked = {}
            logs["minutes"] = round(self.seconds / 60, 2)
        super().log(logs, start_time)

    def _save_optimizer_and_scheduler(self, output_dir: str):
        super()._save_optimizer_and_scheduler(output_dir)
        if self.args.should_save:
            state = {
                "optimizer": self.discriminator_optimizer.state_dict(),
                "scheduler": self.discriminator_lr_scheduler.state_dict(),
                "seconds": self.seconds,
            }
            torch.save(state, Path(output_dir, GAN_STATE))

    def _save(self, output_dir: str | None = None, state_dict: dict | None = None):
        super()._save(output_dir, state_dict)
        if self.args.should_save:
            self.discriminator.save_pretrained(Path(output_dir or self.args.output_dir, DISCRIMINATOR_FOLDER))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model=None):
        super()._load_from_checkpoint(resume_from_checkpoint, model)
        self._load_discriminator(resume_from_checkpoint)

    def _load_best_model(self):
        super()._load_best_model()
        self._load_discriminator(self.state.best_model_checkpoint)

    def _load_discriminator(self, folder: str):
        if Path(folder, DISCRIMINATOR_FOLDER).exists():
            saved = TTSGanDiscriminator.from_pretrained(Path(folder, DISCRIMINATOR_FOLDER))
            self.discriminator.load_state_dict(saved.state_dict())
