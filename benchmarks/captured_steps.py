"""Whole training steps as CUDA graphs, on recordings that lie on the device: what `train_on_gpu.py` is made of.

A step of a small model is hundreds of kernels of microseconds, and launching them one by one takes longer than running
them. A graph launches all of them at once. It needs shapes that never change and no look at a value from Python, so
that batches are drawn on the device and have one of a few shapes. Without a GPU the same steps run uncaptured.
"""

import json
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from transformers_tts_gan import TTSGanDiscriminator
from transformers_tts_gan.models.base_vocoder import BaseVocoder
from transformers_tts_gan.models.losses import LOSS_WEIGHTS
from transformers_tts_gan.training.ema import WeightAverage
from transformers_tts_gan.training.losses import (
    discriminator_hinge_loss,
    feature_matching_loss,
    generator_hinge_loss,
)


SILENT_FRAME = -11.5  # the logarithm of the least magnitude of a mel band
RAMP = 100  # steps to the peak learning rate
SYNCHRONIZE = 20  # steps after which Python waits for the device, so that the clock is that of the work
Batch = dict[str, torch.Tensor]
Pieces = dict[str, torch.Tensor]  # what the discriminators see, by its name as their argument


class Shape(NamedTuple):
    """How large a batch of whole utterances is."""

    items: int
    phones: int
    frames: int

    @classmethod
    def parse(cls, text: str) -> "Shape":
        """From `ITEMSxPHONESxFRAMES`."""
        return cls(*map(int, text.split("x")))


class DeviceSpeech:
    """Prepared rows on the device, all samples and frames one after the other.

    Args:
        rows: As `prepare_speech` gives them.
        vocoder: Makes their frames.
        device: Where they lie.
        longest: Frames of the longest batch: so much silence lies behind the last row.
    """

    def __init__(self, rows, vocoder: BaseVocoder, device: torch.device, longest: int):
        self.device, self.hop = device, vocoder.config.hop_length
        rows = rows.with_format("numpy")
        waves = [np.asarray(wave, np.int16) for wave in rows["waveform"]]
        samples = np.concatenate([*waves, np.zeros(longest * self.hop, np.int16)])
        self.samples = torch.from_numpy(samples).to(device)
        self.frames = torch.tensor(rows["frames"], dtype=torch.long, device=device)
        self.starts = self.frames.cumsum(0) - self.frames  # in frames
        f0 = np.concatenate([*(np.asarray(each, np.float32) for each in rows["f0"]), np.zeros(longest, np.float32)])
        self.f0 = torch.from_numpy(f0).to(device)
        self.share = self.frames.float() / self.frames.sum()
        with torch.no_grad():
            mels = [vocoder.log_mel(torch.from_numpy(wave)[None].to(device) / 32767)[0].half() for wave in waves]
        self.log_mel = torch.cat([*mels, mels[0].new_full((longest, mels[0].shape[1]), SILENT_FRAME)])
        if "input_ids" in rows.column_names:
            ids = [torch.as_tensor(each, dtype=torch.long) for each in rows["input_ids"]]
            self.input_ids = nn.utils.rnn.pad_sequence(ids, batch_first=True).to(device)
            self.phones = torch.tensor([len(each) for each in ids], device=device)
            self.speaker = torch.tensor(rows["speaker_id"], dtype=torch.long, device=device)
            self.language = torch.tensor(rows["language_id"], dtype=torch.long, device=device)
            self.durations = torch.zeros_like(self.input_ids)

    def __len__(self) -> int:
        return len(self.frames)

    def minutes(self, sampling_rate: int) -> float:
        return self.frames.sum().item() * self.hop / sampling_rate / 60

    def piece(self, rows: torch.Tensor, first: torch.Tensor, frames: int) -> tuple[torch.Tensor, ...]:
        """Samples `(B, S)`, F0 `(B, F)`, log-mel `(B, F, M)` from frame `first` `(B,)` on; silent past the end."""
        place = first[:, None] + torch.arange(frames, device=self.device)  # (B, F)
        inside, place = place < self.frames[rows][:, None], self.starts[rows][:, None] + place
        begin = (self.starts[rows] + first)[:, None] * self.hop
        samples = self.samples[begin + torch.arange(frames * self.hop, device=self.device)].float() / 32767
        log_mel = self.log_mel[place].float().masked_fill(~inside[..., None], SILENT_FRAME)
        return samples * inside.repeat_interleave(self.hop, dim=1), self.f0[place] * inside, log_mel

    def pieces(self, count: int, frames: int) -> Batch:
        """Random pieces, a recording as often as it is long."""
        rows = torch.multinomial(self.share, count, replacement=True)
        room = (self.frames[rows] - frames).clamp(min=0) + 1
        first = (torch.rand(count, device=self.device) * room).long()
        samples, f0, _ = self.piece(rows, first, frames)
        return {"waveform": samples, "f0": f0}

    def utterances(self, rows: torch.Tensor, phones: int, frames: int) -> Batch:
        """Whole utterances, padded to so many phones and frames."""
        samples, f0, log_mel = self.piece(rows, torch.zeros_like(rows), frames)
        return {
            "input_ids": self.input_ids[rows, :phones],
            "phones": self.phones[rows],
            "speaker_id": self.speaker[rows],
            "language_id": self.language[rows],
            "durations": self.durations[rows, :phones],
            "frames": self.frames[rows],
            "waveform": samples,
            "f0": f0,
            "log_mel": log_mel,
        }

    def buckets(self, shapes: Iterable[Shape]) -> list[tuple[Shape, torch.Tensor]]:
        """For each shape the rows that fit into it and into none before; those that fit into none are left out."""
        left, found = torch.ones(len(self), dtype=torch.bool, device=self.device), []
        for shape in shapes:
            fits = left & (self.frames <= shape.frames) & (self.phones <= shape.phones)
            left &= ~fits
            if fits.any():
                found.append((shape, fits.nonzero()[:, 0]))
        return found


class GanWeights(NamedTuple):
    """How much the losses of the discriminators count for the generator."""

    adversarial: float
    feature_matching: float


class CapturedTraining:
    """Trains a generator, with or without discriminators, by one graph for each shape of a batch.

    Args:
        generator: Its weights that are not frozen are trained and averaged.
        compute: From a batch to the losses of the generator by name, and the real and generated pieces that the
            discriminators see; a loss weighs what `LOSS_WEIGHTS` says.
        discriminator: Is trained on these pieces first in each step; `None` trains without.
        weights: Of its losses.
        rates: Peak learning rates of the generator and of the discriminators.
        warmup: Steps in which only the discriminators learn.
    """

    def __init__(
        self,
        generator: nn.Module,
        compute: Callable[[Batch], tuple[dict[str, torch.Tensor], Pieces, Pieces]],
        discriminator: TTSGanDiscriminator | None,
        weights: GanWeights,
        rates: tuple[float, float],
        warmup: int = 0,
    ):
        self.compute, self.discriminator, self.weights, self.warmup = compute, discriminator, weights, warmup
        self.parameters = [each for each in generator.parameters() if each.requires_grad]
        self.device = self.parameters[0].device
        self.captures = self.device.type == "cuda"
        self.rates = [torch.zeros((), device=self.device) for _ in rates]  # in the graph, so that they can change
        self.peaks = rates
        matrices = [each for each in self.parameters if each.dim() > 1]
        vectors = [each for each in self.parameters if each.dim() <= 1]
        groups = [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = self._optimizer(groups, self.rates[0], (0.8, 0.99))
        self.average = WeightAverage(generator, 0.999)
        if discriminator is not None:
            self.discriminator_optimizer = self._optimizer(discriminator.parameters(), self.rates[1], (0.5, 0.9))
        self.graphs: dict[Shape, tuple[torch.cuda.CUDAGraph, Batch, dict]] = {}
        self.steps = 0

    def _optimizer(self, parameters, rate: torch.Tensor, betas: tuple[float, float]) -> torch.optim.AdamW:
        return torch.optim.AdamW(parameters, lr=rate, betas=betas, fused=True, capturable=self.captures)

    def set_rates(self, share: float):
        """Learning rates at this step, as a share of their peaks; the generator's is 0 in the warm-up."""
        ramps = (self.steps + 1 - self.warmup, self.steps + 1)
        for rate, peak, ramp in zip(self.rates, self.peaks, ramps, strict=True):
            rate.fill_(peak * share * min(1.0, max(0.0, ramp / RAMP)))

    def capture(self, shape: Shape, batch: Batch):
        """Record the step for batches of one shape; nothing is learned by it."""
        if not self.captures:
            return
        for rate in self.rates:
            rate.zero_()
        static = {name: tensor.clone() for name, tensor in batch.items()}
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                self.update(static)
        torch.cuda.current_stream().wait_stream(aside)
        pool = next(iter(self.graphs.values()))[0].pool() if self.graphs else None
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool):
            losses = self.update(static)
        self.graphs[shape] = (graph, static, losses)

    def step(self, shape: Shape, batch: Batch) -> dict[str, torch.Tensor]:
        """One step on a batch; its losses are overwritten by the next step."""
        if self.captures:
            graph, static, losses = self.graphs[shape]
            for name, tensor in batch.items():
                static[name].copy_(tensor, non_blocking=True)
            graph.replay()
        else:
            losses = self.update(batch)
        self.steps += 1
        if self.steps > self.warmup:
            self.average.update()
        return losses

    def update(self, batch: Batch) -> dict[str, torch.Tensor]:
        """What is captured: the discriminators' update, then the generator's."""
        with self._autocast():
            losses, real, fake = self.compute(batch)
        losses = {name: LOSS_WEIGHTS[name] * loss for name, loss in losses.items() if LOSS_WEIGHTS[name]}
        told = {}
        if self.discriminator is not None:
            told["discriminator"] = self._update_discriminator(real, fake)
            losses |= self._adversarial_losses(real, fake)
        sum(losses.values()).backward()
        told["norm"] = nn.utils.clip_grad_norm_(self.parameters, 1.0, foreach=True)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return {name: value.detach().float() for name, value in (losses | told).items()}

    def _autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, cache_enabled=False)  # a graph can keep no cache

    def _update_discriminator(self, real: Pieces, fake: Pieces) -> torch.Tensor:
        loss = torch.zeros((), device=self.device)
        with self._autocast():
            for kind in fake:
                logits, _ = self.discriminator(**{kind: torch.cat([real[kind], fake[kind].detach()])})
                halves = zip(*(each.chunk(2) for each in logits), strict=True)
                loss = loss + discriminator_hinge_loss(*map(list, halves))
        loss.backward()
        nn.utils.clip_grad_norm_(self.discriminator.parameters(), 10.0, foreach=True)
        self.discriminator_optimizer.step()
        self.discriminator_optimizer.zero_grad()
        return loss

    def _adversarial_losses(self, real: Pieces, fake: Pieces) -> dict[str, torch.Tensor]:
        losses = {}
        self.discriminator.requires_grad_(False)
        with self._autocast():
            for kind in fake:
                logits, features = self.discriminator(**{kind: fake[kind]})
                with torch.no_grad():
                    _, real_features = self.discriminator(**{kind: real[kind]})
                matching = feature_matching_loss(real_features, features)
                losses[f"adversarial_{kind}"] = self.weights.adversarial * generator_hinge_loss(logits)
                losses[f"feature_matching_{kind}"] = self.weights.feature_matching * matching
        self.discriminator.requires_grad_(True)
        return losses


def train(
    training: CapturedTraining,
    draw: Callable[[], tuple[Shape, Batch]],
    seconds: float,
    max_steps: int | None,
    every: float,
    on_progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Step until the time or the steps are over, and print losses and milliseconds a step now and then.

    Args:
        training: What steps.
        draw: The shape and the batch of the next step.
        seconds: How long.
        max_steps: At most so many.
        every: Seconds between two lines.
        on_progress: Is told the share of the time, or of `max_steps`, that has passed.
    """
    began = marked = time.perf_counter()
    counted, sums, share = 0, {}, 0.0
    while share < 1:
        on_progress(share)
        training.set_rates(late_cosine(share))
        losses = training.step(*draw())
        counted += 1
        if training.steps % 10 == 0 or max_steps:  # adding them up takes kernels, too
            for name, loss in losses.items():
                sums.setdefault(name, []).append(loss.clone())
        if training.captures and training.steps % SYNCHRONIZE == 0:
            torch.cuda.synchronize()
        now = time.perf_counter()
        share = max((now - began) / seconds, training.steps / max_steps if max_steps else 0.0)
        if sums and (now - marked > every or share >= 1):
            means = {name: round(torch.stack(values).mean().item(), 4) for name, values in sums.items()}
            line = {"seconds": round(now - began, 1), "step": training.steps}
            print(json.dumps(line | {"ms": round(1000 * (now - marked) / counted, 1)} | means), flush=True)
            marked, counted, sums = now, 0, {}


def late_cosine(share: float) -> float:
    """The learning rate as a share of its peak: full for .3 of the time, then down to .02 along a cosine."""
    return 1.0 if share < 0.3 else 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * (share - 0.3) / 0.7))
