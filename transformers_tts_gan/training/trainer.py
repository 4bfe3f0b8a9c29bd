"""The `Trainer` that alternates: each window of batches trains the discriminators once, then the voice once.

The voice is the Trainer's model; its clipping, schedule, logs and checkpoints stay the Trainer's. The discriminators
stay outside the wrapped model: their gradients are averaged over processes by hand, their weights and optimizer are
saved beside each checkpoint. Order as in HiFi-GAN (Kong et al., 2020, arXiv:2010.05646): discriminators first, on
waveforms without gradients.
"""

import contextlib
import logging
import math

import torch
from torch import nn
from torch.utils.data import IterableDataset
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from ..cards.model_card import card_name, write_model_card
from ..data.prepare import EndlessStream, LengthBucketSampler, SpeechCollator
from ..metrics.speech import SpeechMetrics, measure_speech
from ..models.configuration_tts_gan import TTSGanDiscriminatorConfig
from ..models.discriminators import TTSGanDiscriminator
from .arguments import TTSGanTrainingArguments
from .callbacks import BudgetCallback, SampleCallback, TrainingTable
from .distributed import SIZES, average_gradients, gather, limit_waiting, shares, sizes
from .gan_state import AfterStep, GANStateMixin
from .losses import GAN_LOSSES, feature_matching_loss, multi_resolution_mel_loss, multi_resolution_stft_loss
from .monitor import AlarmCallback, vital_signs
from .seeding import isolated_rng, seed_for_batch
from .unsupported import refuse_launch, refuse_unused


logger = logging.getLogger(__name__)

PROSODY_LOSSES = ("pitch", "voicing", "energy")
WHOLE = dict.fromkeys(SIZES, 1.0)  # the share of a batch that stands alone


class TTSGanTrainer(GANStateMixin):
    """Trains a [`TTSGanModel`] or a [`TTSGanVocoder`] against discriminators.

    Args:
        model: The voice or the vocoder; with `model_init`, a function that makes it, nothing.
        args: [`TTSGanTrainingArguments`].
        discriminator: The discriminators; new ones of preset `small` where left out.
        speech_metrics: Called at each evaluation as `speech_metrics(model, processor, rows)` with the prepared rows
            that are held out; lets the voice speak and returns numbers by name. `{"wer": 0.1}` is logged as
            `eval_wer`, and `metric_for_best_model` may name it. `metrics/speech.py` has ready ones.

    The other arguments are those of `transformers.Trainer`; datasets are what `prepare_speech` returns, or a stream of
    such rows. Evaluated and saved is an average of the weights of the last steps (`ema_decay`); `gan_state.py` tells
    what a checkpoint holds. A run that is killed at any moment and resumed ends with the same bits as one that was
    not, where its length is given in steps.
    """

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        model=None,
        args: TTSGanTrainingArguments | None = None,
        *,
        discriminator: TTSGanDiscriminator | None = None,
        speech_metrics: SpeechMetrics | None = None,
        **kwargs,
    ):
        args = TTSGanTrainingArguments(output_dir="outputs") if args is None else args
        refuse_unused(kwargs)
        self.speech_metrics = speech_metrics
        self._start_state(discriminator or TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("small")))
        kwargs.setdefault("data_collator", SpeechCollator(kwargs.get("processing_class")))
        if isinstance(kwargs.get("train_dataset"), IterableDataset):
            kwargs["train_dataset"] = EndlessStream(kwargs["train_dataset"])
        if args.max_train_minutes is not None and args.max_steps <= 0:
            args.max_steps = 10**7  # the clock ends it
        super().__init__(model, args, **kwargs)
        refuse_launch(self)
        limit_waiting(self.args.ddp_timeout)
        self.model_accepts_loss_kwargs = False
        self.has_acoustic_model = hasattr(self.model, "acoustic")
        if self.place_model_on_device:
            self._move_model_to_device(self.discriminator, self.args.device)
        self._sampler = None
        self._window, self._window_position, self._shares = [], 0, []
        for plain in (PrinterCallback, ProgressCallback):
            self.remove_callback(plain)
        self.alarms = AlarmCallback(self)
        after = AfterStep(self)
        for callback in (after, BudgetCallback(self), SampleCallback(self), TrainingTable(self), self.alarms):
            self.add_callback(callback)

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
        """Remember the whole accumulation window: the discriminators see all of it before the voice moves."""
        samples, count = super().get_batch_samples(epoch_iterator, num_batches, device)
        self._window, self._window_position, self.generator_updates = samples, 0, True
        own = [sizes(batch) for batch in samples]
        finite = all(torch.isfinite(batch["labels"].float().sum()) for batch in samples)
        totals = [sum(column) for column in zip(*own, strict=True)] or [0.0] * len(SIZES)
        rows = gather([finite, len(samples), *totals], self.args.device)  # of each process
        counts = [int(row[1]) for row in rows]
        if min(counts) != max(counts):
            raise ValueError(f"The processes have {counts} batches for the same step: give each as many rows.")
        totals = [sum(column) for column in list(zip(*rows, strict=True))[2:]]
        self._shares = [shares(batch, totals, sum(counts)) for batch in own]
        self._leave_out("a recording", [row[0] for row in rows])
        return samples, count

    def _leave_out(self, what: str, finite: list[float], details: str = "") -> bool:
        """Leave this step out, on all processes, where `what` is not finite on one of them; whether that is so."""
        if all(finite):
            return False
        where = [str(process) for process, fine in enumerate(finite) if not fine]
        where = f" on process {', '.join(where)}" if len(finite) > 1 else ""
        step = self.state.global_step
        logger.warning("Step %d: %s is not finite%s%s; the step is left out.", step, what, where, details)
        self.alarms.leave_out()
        self.generator_updates, self._window = False, []
        return True

    # ---- Steps ----

    def training_step(self, model: nn.Module, inputs: dict, num_items_in_batch=None) -> torch.Tensor:
        model.train()
        self.discriminator.train()
        position, window = self._window_position, len(self._window)
        self._window_position += 1
        if window == 0:  # left out
            return torch.zeros((), device=self.args.device)
        seed_for_batch(self.args.seed, self.state.global_step, position, self.args.process_index)
        progress = self.progress
        discriminator_active, alone = self.discriminator_active(progress), self.discriminator_only(progress)
        self.generator_updates = not alone
        inputs, outputs = {**self._prepare_inputs(inputs), **self.phase(progress)}, None
        if discriminator_active and position == 0:
            if window == 1:  # one forward of the voice serves both
                outputs = self._forward(model, inputs, gradients=not alone)
                fakes = [(outputs.target_waveform, outputs.waveform.detach())]
            else:
                fakes = (self._fake(model, batch, progress) for batch in self._window)
            self._update_discriminator(fakes, window)
        outputs = outputs or self._forward(model, inputs, gradients=not alone)
        if alone:
            with torch.no_grad():
                losses = self.generator_losses(outputs, False, progress, self._shares[position])
        else:
            losses = self._descend(outputs, discriminator_active, progress, window, self._shares[position])
        if losses is None:
            return torch.zeros((), device=self.args.device)
        loss = sum(losses.values()).detach()
        for name, value in {"loss": loss, **losses, **vital_signs(outputs)}.items():
            self._track(name, value)
        self.alarms.watch(losses)
        return loss / window

    def _descend(self, outputs, discriminator_active: bool, progress: float, window: int, share: dict) -> dict | None:
        """The voice's losses, after their backward pass; nothing where they are not finite."""
        self.discriminator.requires_grad_(False)
        try:
            losses = self.generator_losses(outputs, discriminator_active, progress, share)
            loss = sum(losses.values())
            finite = [row[0] for row in gather([bool(torch.isfinite(loss.detach()))], self.args.device)]
            details = ", ".join(f"{name} {value.item():.4g}" for name, value in losses.items())
            if self._leave_out("the loss", finite, f" (here: {details})"):
                self.model.zero_grad()  # what the window's earlier batches left, which processes have not shared yet
                return None
            self.accelerator.backward(loss / window)
        finally:
            self.discriminator.requires_grad_(True)
        return losses

    def discriminator_active(self, progress: float) -> bool:
        """Whether the discriminators have joined; never while only the alignment is learned."""
        return self._discriminator_start() <= progress and self.args.discriminator_start_ratio < 1

    def discriminator_only(self, progress: float) -> bool:
        """Whether the discriminators learn and the voice does not move (`discriminator_warmup_ratio`)."""
        return (
            self.discriminator_active(progress)
            and progress < self._discriminator_start() + self.args.discriminator_warmup_ratio
        )

    def _discriminator_start(self) -> float:
        return max(
            self.args.discriminator_start_ratio, self.args.alignment_warmup_ratio if self.has_acoustic_model else 0.0
        )

    def phase(self, progress: float) -> dict:
        """The model's arguments that change in the course of training."""
        frames = self.args.segment_frames
        if not self.has_acoustic_model:
            return {"segment_frames": frames}
        return {
            "segment_frames": frames
            if progress >= min(self.args.vocoder_start_ratio, self.args.discriminator_start_ratio)
            else None,
            "ground_truth_mel_ratio": self.args.ground_truth_mel_ratio,
            "train_text_encoder": progress >= self.args.text_encoder_freeze_ratio,
            "align_only": progress < self.args.alignment_warmup_ratio,
        }

    def _forward(self, model, inputs: dict, gradients: bool = True):
        with self.compute_loss_context_manager(), torch.set_grad_enabled(gradients and torch.is_grad_enabled()):
            return model(**inputs)

    def _fake(self, model, batch: dict, progress: float) -> tuple[torch.Tensor, torch.Tensor]:
        inputs = {**self._prepare_inputs(batch), **self.phase(progress)}
        outputs = self._forward(model, inputs, gradients=False)
        return outputs.target_waveform, outputs.waveform

    def generator_losses(
        self, outputs, discriminator_active: bool, progress: float, share: dict[str, float] = WHOLE
    ) -> dict[str, torch.Tensor]:
        """Weighted losses of the voice by name; their sum is what it descends.

        `share` is by what a mean over `items`, `frames` or `phones` counts in a step of several batches. That of the
        pitch is over voiced phones or frames, which nobody has counted before; it goes by all phones or items.
        """
        args, plain = self.args, dict(outputs.losses or {})
        losses = {}
        if "mel" in plain:
            losses["mel"] = share["frames"] * args.mel_loss_weight * plain["mel"]
            losses["duration"] = share["phones"] * args.duration_loss_weight * plain["duration"]
            losses["prosody"] = (
                share["phones"] * args.prosody_loss_weight * sum(plain[name] for name in PROSODY_LOSSES)
            )
        if "f0" in plain:
            losses["f0"] = share["items"] * args.f0_loss_weight * plain["f0"]
        if "forward_sum" in plain:
            losses["alignment"] = share["items"] * args.alignment_loss_weight * plain["forward_sum"]
            if progress >= args.binarization_start_ratio:
                binarization = share["frames"] * 0.1 * args.alignment_loss_weight * plain["binarization"]
                losses["alignment"] = losses["alignment"] + binarization
        if outputs.waveform is not None:
            fake, real = outputs.waveform.float(), outputs.target_waveform.float()
            difference = multi_resolution_mel_loss(fake, real, self.model.config.sampling_rate)
            losses["waveform_mel"] = share["items"] * args.waveform_mel_loss_weight * difference
            difference = multi_resolution_stft_loss(fake, real)
            losses["waveform_stft"] = share["items"] * args.waveform_stft_loss_weight * difference
            if discriminator_active:
                with self.compute_loss_context_manager():
                    logits, features = self.discriminator_wrapped(fake)
                    with torch.no_grad():
                        _, real_features = self.discriminator_wrapped(real)
                losses["adversarial"] = (
                    share["items"] * args.adversarial_loss_weight * GAN_LOSSES[args.gan_loss][1](logits)
                )
                matching = feature_matching_loss(real_features, features)
                losses["feature_matching"] = share["items"] * args.feature_matching_loss_weight * matching
        return losses

    def _update_discriminator(self, fakes, window: int):
        """One step of the discriminators over the `(real, fake)` waveforms of all batches of the window."""
        for (real, fake), share in zip(fakes, self._shares, strict=True):
            with self.compute_loss_context_manager():
                logits, _ = self.discriminator_wrapped(torch.cat([real, fake]))
            halves = [each.chunk(2) for each in logits]
            loss = GAN_LOSSES[self.args.gan_loss][0]([real for real, _ in halves], [fake for _, fake in halves])
            loss = share["items"] * loss
            self.accelerator.backward(loss / window)
            self._track("discriminator_loss", loss)
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
            self._track("discriminator_grad_norm", norm)
        elif not scaled:
            step = self.state.global_step
            logger.warning("Step %d: the discriminators' gradient is not finite; they do not move in this step.", step)
            self.alarms.leave_out()

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
        return super()._clip_grad_norm(model) if self.generator_updates else None

    def _get_grad_norm(self, model, grad_norm=None):
        """As the Trainer's; a gradient that is not finite is dropped: clipping would spread it to all weights."""
        norm = super()._get_grad_norm(model, grad_norm) if self.generator_updates else 0.0
        if self.generator_updates and not math.isfinite(norm):
            self.generator_updates = False
            if self.accelerator.scaler is not None:  # it leaves the step out by itself, and learns from it
                return norm
            step = self.state.global_step
            logger.warning("Step %d: the gradient is not finite; the step is left out.", step)
            self.alarms.leave_out()
        if not self.generator_updates:  # Accelerate's optimizers do nothing where gradients are not complete
            self.accelerator.gradient_state._set_sync_gradients(False)
        return norm

    # ---- Evaluation ----

    def prediction_step(self, model, inputs, prediction_loss_only, ignore_keys=None):
        """The losses that need no discriminator, against held-out recordings."""
        with torch.no_grad():
            phase = {**self.phase(1.0), "ground_truth_mel_ratio": 0.0} if self.has_acoustic_model else self.phase(1.0)
            outputs = self._forward(model, {**self._prepare_inputs(inputs), **phase})
            losses = self.generator_losses(outputs, False, 1.0)
        return sum(losses.values()).detach(), None, None

    def evaluation_loop(self, *args, metric_key_prefix: str = "eval", **kwargs):
        """As the Trainer's, and what `speech_metrics` says of the voice."""
        output = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **kwargs)
        if self.speech_metrics is not None:
            dataloader = args[0] if args else kwargs["dataloader"]
            found = measure_speech(self.speech_metrics, self.model, self.processing_class, dataloader.dataset)
            output.metrics.update({f"{metric_key_prefix}_{name}": value for name, value in found.items()})
        return output

    def create_model_card(
        self, language=None, license=None, tags=None, model_name=None, finetuned_from=None, dataset_tags=None, **kwargs
    ):
        """The README of the voice; the Trainer's own knows neither text-to-speech nor where this voice comes from."""
        if self.is_world_process_zero():
            asked = {"language": language, "license": license, "tags": tags, "datasets": dataset_tags}
            with isolated_rng(self.args.seed), self.with_average():
                write_model_card(self, card_name(self, model_name), finetuned_from=finetuned_from, **asked)
