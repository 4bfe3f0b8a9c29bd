"""What a training step costs, beside a step of VITS on the same utterances, in one run on this machine's CPU.

    python benchmarks/training.py --quick
    python benchmarks/training.py --corpus corpora/kathleen --picture steps.svg --output steps.json

Ours are true steps of `TTSGanTrainer` with preset `small` and the recipes' settings (16 utterances, pieces of 32
frames, bf16, no text encoder): forward, losses, both backward passes, clipping, both optimizers; without
discriminators ("mel only"), with our small set, and with the full set of Vocos. VITS is `transformers.VitsModel`'s own
modules at their default sizes with HiFi-GAN's discriminators as in VITS (Kim et al., 2021, arXiv:2106.06103, section
4.2), pieces of 8,192 samples; its alignment search is left out, and gradients of its second look at recordings: this
favors VITS. Both see whole utterances and decode one piece of each; loading is not counted. Systems take turns, so
that a busy moment of the machine hits all; medians count.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from datasets import Dataset
from speed import describe_machine, spread
from torch import nn
from torch.nn.utils.parametrizations import weight_norm
from transformers import TrainerCallback, VitsConfig, VitsModel
from transformers.utils import logging as transformers_logging

from transformers_tts_gan import (
    PrepareSpeech,
    TTSGanConfig,
    TTSGanDiscriminator,
    TTSGanDiscriminatorConfig,
    TTSGanModel,
    TTSGanProcessor,
    TTSGanTrainer,
    TTSGanTrainingArguments,
    TTSGanVocoderConfig,
    load_speech,
    phone_tokenizer,
    prepare_speech,
)
from transformers_tts_gan.audio.mel import mel_spectrogram, spectrogram
from transformers_tts_gan.audio.pitch import fundamental_frequency
from transformers_tts_gan.models.base_vocoder import cut, segment_starts
from transformers_tts_gan.training.losses import (
    discriminator_least_squares_loss,
    feature_matching_loss,
    generator_least_squares_loss,
)
from transformers_tts_gan.utils.markdown import markdown_table


PHONES_PER_SECOND, SECONDS = 14, 4.0
SYSTEMS = {"mel only": None, "ours": "small", "full set": "base"}  # presets of the discriminators
TINY_SYSTEMS = {"mel only": None, "ours": "tiny", "full set": "small"}
TINY_VITS = {"width": 64, "hidden_size": 16, "num_hidden_layers": 1, "ffn_dim": 16, "flow_size": 16,
             "upsample_initial_channel": 32, "posterior_encoder_num_wavenet_layers": 2}  # fmt: skip
LONGEST = 5024  # frames: 80 s
VITS_PIECE = 8192  # samples: 32 frames
Step = Callable[[], float]  # trains once and returns the seconds that took
Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "cpu": time.process_time}


def synthetic_rows(frames: list[int], config: TTSGanVocoderConfig) -> Dataset:
    """Prepared rows of so many frames: harmonics of a gliding pitch in syllables, with random phones."""
    rows, random = [], np.random.default_rng(0)
    for number, count in enumerate(frames):
        samples, rate = count * config.hop_length, config.sampling_rate
        seconds = np.arange(samples) / rate
        phase = 2 * np.pi * np.cumsum(120 + 10 * (number % 8) + 20 * np.sin(2 * np.pi * seconds / 3)) / rate
        wave = sum(np.sin(k * phase) / k for k in range(1, 20)) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * seconds))
        wave = (0.1 * wave + 0.005 * random.standard_normal(samples)).astype(np.float32)
        f0 = fundamental_frequency(torch.from_numpy(wave)[None], rate, config.hop_length)[0]
        phones = random.integers(3, len(phone_tokenizer()), max(2, round(seconds[-1] * PHONES_PER_SECOND)))
        rows.append(
            {
                "waveform": np.round(wave.clip(-1, 1) * 32767).astype(np.int16),
                "f0": f0.numpy(),
                "frames": count,
                "input_ids": phones.tolist(),
                "speaker_id": 0,
                "language_id": 0,
            }
        )
    return Dataset.from_list(rows).with_format("numpy")


def corpus_rows(folder: str, count: int, config: TTSGanVocoderConfig, processor: TTSGanProcessor) -> Dataset:
    """The first `count` usable rows of a corpus, prepared."""
    rows = load_speech(folder, split="train").select_columns(["audio", "text", "language"])  # one voice for all
    rows = rows.take(min(2 * count, len(rows)))
    return prepare_speech(rows, PrepareSpeech(config, processor))[0].take(count)


class Timer(TrainerCallback):
    """The seconds of the last step: from the batch on the device to both optimizers' steps."""

    def __init__(self, clock: Clock):
        self.clock, self.start, self.seconds = clock, 0.0, 0.0

    def on_step_begin(self, args, state, control, **kwargs):
        self.start = self.clock()

    def on_step_end(self, args, state, control, **kwargs):
        self.seconds = self.clock() - self.start


def our_step(
    rows: Dataset,
    processor: TTSGanProcessor,
    discriminators: str | None,
    preset: str,
    clock: Clock = time.perf_counter,
) -> Step:
    """A step of `TTSGanTrainer` on all `rows` at once; `discriminators` is their preset, `None` trains without."""
    torch.manual_seed(0)
    longest = max(len(ids) for ids in rows["input_ids"])
    config = TTSGanConfig.from_preset(preset, vocab_size=len(processor.tokenizer), max_phones=max(1000, longest))
    timer = Timer(clock)
    args = TTSGanTrainingArguments(
        output_dir=tempfile.mkdtemp(),
        max_steps=1,
        per_device_train_batch_size=len(rows),
        segment_frames=32,
        discriminator_start_ratio=1.0 if discriminators is None else 0.0,
        alignment_warmup_ratio=0.0,
        binarization_start_ratio=0.0,
        warmup_steps=0,
        bf16=True,
        use_cpu=True,
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    trainer = TTSGanTrainer(
        TTSGanModel(config),
        args,
        discriminator=TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(discriminators or "tiny")),
        train_dataset=rows,
        processing_class=processor,
        callbacks=[timer],
    )

    def step() -> float:
        trainer.train()
        return timer.seconds

    return step


class HifiGanDiscriminators(nn.Module):
    """Those of VITS: five by period and one on plain samples (Kong et al., 2020, arXiv:2010.05646, table 5)."""

    def __init__(self, width: int = 1024):
        super().__init__()
        channels, self.periods = (1, width // 32, width // 8, width // 2, width, width), (2, 3, 5, 7, 11)

        def period_discriminator() -> nn.ModuleList:
            sizes = zip(channels, channels[1:], (3, 3, 3, 3, 1), strict=False)
            layers = [nn.Conv2d(i, o, (5, 1), (stride, 1), (2, 0)) for i, o, stride in sizes]
            return nn.ModuleList(map(weight_norm, [*layers, nn.Conv2d(width, 1, (3, 1), padding=(1, 0))]))

        self.by_period = nn.ModuleList(period_discriminator() for _ in self.periods)
        w = width // 64  # 16, 64, 256 and 1,024 channels, 4 in each group but the first
        sizes = [(1, w, 15, 1, 1), (w, 4 * w, 41, 4, w // 4 or 1), (4 * w, 16 * w, 41, 4, w)]
        sizes += [(16 * w, width, 41, 4, 4 * w), (width, width, 41, 4, 16 * w), (width, width, 5, 1, 1)]
        sizes += [(width, 1, 3, 1, 1)]
        self.plain = nn.ModuleList(
            weight_norm(nn.Conv1d(i, o, kernel, stride, kernel // 2, groups=groups))
            for i, o, kernel, stride, groups in sizes
        )

    def forward(self, waveform: torch.Tensor) -> tuple[list[torch.Tensor], list[list[torch.Tensor]]]:
        """`(B, S)` samples to each discriminator's logits and feature maps."""
        views = [waveform[:, None]]
        for period in self.periods:
            views.append(F.pad(waveform, (0, -waveform.shape[1] % period)).unflatten(1, (-1, period))[:, None])
        logits, features = [], []
        for hidden, layers in zip(views, (self.plain, *self.by_period), strict=True):
            maps = []
            for layer in layers[:-1]:
                hidden = F.leaky_relu(layer(hidden), 0.1)
                maps.append(hidden)
            logits.append(layers[-1](hidden))
            features.append(maps)
        return logits, features


class VitsStep:
    """Trains a VITS of `VitsModel`'s modules, with pinned durations in the place of its alignment search."""

    def __init__(self, rows: Dataset, bf16: bool, clock: Clock = time.perf_counter, width: int = 1024, **sizes):
        torch.manual_seed(0)
        config = VitsConfig(**sizes)
        self.model, self.discriminators = VitsModel(config).train(), HifiGanDiscriminators(width)
        self.bf16, self.clock = bf16, clock
        self.hop = int(np.prod(config.upsample_rates))
        self.optimizers = [
            torch.optim.AdamW(module.parameters(), 2e-4, (0.8, 0.99)) for module in (self.model, self.discriminators)
        ]
        waves = [torch.from_numpy(np.asarray(wave, dtype=np.float32) / 32767) for wave in rows["waveform"]]
        self.waveform = nn.utils.rnn.pad_sequence(waves, batch_first=True)
        self.spectrum = spectrogram(self.waveform, 2 * (config.spectrogram_bins - 1), self.hop).transpose(1, 2)
        self.lengths = torch.tensor([len(wave) // self.hop for wave in waves])
        tokens = [2 * len(ids) + 1 for ids in rows["input_ids"]]  # a blank between any two, as its tokenizer puts them
        durations = [spread(int(n), t)[0].float() for n, t in zip(self.lengths, tokens, strict=True)]
        self.durations = nn.utils.rnn.pad_sequence(durations, batch_first=True)[:, None]  # (B, 1, T)
        self.token_mask = (torch.arange(max(tokens)) < torch.tensor(tokens)[:, None]).long()
        self.ids = torch.randint(1, config.vocab_size, self.token_mask.shape)

    def __call__(self) -> float:
        start = self.clock()
        fake, real, loss = self.forward()
        generator, discriminators = self.optimizers
        with self.autocast():
            logits, _ = self.discriminators(torch.cat([real, fake.detach()]))
        halves = [each.chunk(2) for each in logits]
        discriminator_least_squares_loss([r for r, _ in halves], [f for _, f in halves]).backward()
        discriminators.step()
        self.discriminators.requires_grad_(False)
        with self.autocast():
            logits, features = self.discriminators(fake)
            with torch.no_grad():
                _, real_features = self.discriminators(real)
        mels = (mel_spectrogram(wave, 16_000, 1024, self.hop, 80, 0.0, 8_000.0) for wave in (fake, real))
        loss = loss + 45 * F.l1_loss(*mels) + generator_least_squares_loss(logits)
        (loss + 2 * feature_matching_loss(real_features, features)).backward()
        generator.step()
        self.discriminators.requires_grad_(True)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        return self.clock() - start

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16)

    def forward(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Generated and recorded pieces `(B, S)`, and the losses that need no waveform."""
        model, frames = self.model, self.spectrum.shape[2]
        frame_mask = (torch.arange(frames) < self.lengths[:, None])[:, None].float()  # (B, 1, F)
        mask = self.token_mask[:, None].float()  # (B, 1, T)
        with self.autocast():
            text = model.text_encoder(self.ids, mask.transpose(1, 2), self.token_mask)
            latents, _, deviation = model.posterior_encoder(self.spectrum, frame_mask)
            prior_latents = model.flow(latents, frame_mask)
        hidden = text.last_hidden_state.transpose(1, 2).float()
        duration_loss = model.duration_predictor(hidden, mask, durations=self.durations).sum() / mask.sum()
        ends = self.durations[:, 0].cumsum(1)
        index = torch.searchsorted(ends, torch.arange(frames).repeat(len(ends), 1).float(), right=True)
        index = index.clamp(max=ends.shape[1] - 1)[..., None].expand(-1, -1, text.prior_means.shape[-1])
        means, variances = (
            each.float().gather(1, index).transpose(1, 2) for each in (text.prior_means, text.prior_log_variances)
        )
        divergence = variances - deviation.float() - 0.5
        divergence = divergence + 0.5 * (prior_latents.float() - means).square() * (-2 * variances).exp()
        divergence = (divergence * frame_mask).sum() / frame_mask.sum()
        count = VITS_PIECE // self.hop
        starts = segment_starts(self.lengths, len(self.lengths), frames, count, "cpu")
        piece = cut(latents.transpose(1, 2), starts, count).transpose(1, 2)
        with self.autocast():
            fake = model.decoder(piece)[:, 0]
        return fake.float(), cut(self.waveform, starts * self.hop, VITS_PIECE), duration_loss + divergence


def take_turns(steps: dict[str, Step], rounds: int, budget: float) -> dict[str, float]:
    """Median seconds of each step over `rounds`, or two once `budget` seconds are spent; the first is not counted."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    start = time.perf_counter()
    for number in range(rounds + 1):
        if number >= 3 and time.perf_counter() - start > budget:
            break
        for name in list(steps)[:: -1 if number % 2 else 1]:
            times[name].append(steps[name]())
    return {name: statistics.median(each[1:]) for name, each in times.items()}


def compare(
    rows: Dataset, processor: TTSGanProcessor, tiny: bool, rounds: int, budget: float, clock: Clock
) -> list[dict]:
    """Seconds per step on the same utterances: ours with and without discriminators, VITS in both precisions."""
    preset, systems, vits = ("tiny", TINY_SYSTEMS, TINY_VITS) if tiny else ("small", SYSTEMS, {})
    steps: dict[str, Step] = {name: our_step(rows, processor, systems[name], preset, clock) for name in systems}
    steps["VITS, float32"] = VitsStep(rows, False, clock, **vits)
    steps["VITS, bf16"] = VitsStep(rows, True, clock, **vits)
    config = TTSGanConfig.from_preset(preset).vocoder_config
    hop_seconds = config.hop_length / config.sampling_rate
    audio, pieces = sum(rows["frames"]) * hop_seconds, len(rows) * 32 * hop_seconds
    medians = take_turns(steps, rounds, budget)
    return [
        {
            "system": name,
            "seconds_per_step": seconds,
            "audio_per_second": float(audio / seconds),
            "pieces_per_second": pieces / seconds,
            "of_mel_only": seconds / medians["mel only"],
        }
        for name, seconds in medians.items()
    ]


def sweep(points: dict[str, tuple[str, list[int]]], processor: TTSGanProcessor, clock: Clock) -> list[dict]:
    """Seconds per step for each name's preset and utterances (lengths in frames), with the preset's discriminators."""
    found = []
    for name, (preset, frames) in points.items():
        config = TTSGanConfig.from_preset(preset).vocoder_config
        rows = synthetic_rows(frames, config)
        steps = {
            kind: our_step(rows, processor, discriminators, preset, clock)
            for kind, discriminators in (("mel only", None), ("with discriminators", preset))
        }
        audio = sum(frames) * config.hop_length / config.sampling_rate
        for kind, seconds in take_turns(steps, 2, 0.0).items():
            found.append(
                {"point": name, "system": kind, "seconds_per_step": seconds, "audio_per_second": audio / seconds}
            )
    return found


def sweep_table(title: str, rows: list[dict]) -> str:
    cells = [[title, "mel only", "with discriminators", "audio trained per second"]]
    for mel_only, judged in zip(rows[::2], rows[1::2], strict=True):
        cells.append(
            [
                str(mel_only["point"]),
                f"{mel_only['seconds_per_step']:.2f} s",
                f"{judged['seconds_per_step']:.2f} s",
                f"{judged['audio_per_second']:.1f} s",
            ]
        )
    return markdown_table(cells)


def draw(sweeps: dict[str, list[dict]], file: Path):
    """An SVG with one group of bars for each sweep: seconds per step, without discriminators and with them."""
    left, width, height, colors = 60, 260, 240, {"mel only": "#9ab8d8", "with discriminators": "#1f5fa8"}
    parts = []
    for number, (title, rows) in enumerate(sweeps.items()):
        x0, top = left + number * (width + 60), max(row["seconds_per_step"] for row in rows)
        bar = width / len(rows)
        parts.append(f'<text x="{x0 + width / 2}" y="20" text-anchor="middle" font-weight="bold">{title}</text>')
        parts.append(f'<line x1="{x0}" y1="{height}" x2="{x0 + width}" y2="{height}" stroke="black"/>')
        for place, row in enumerate(rows):
            size = (height - 60) * row["seconds_per_step"] / top
            x, y, value = x0 + bar * place + 1, height - size, f"{row['seconds_per_step']:.2f}"
            fill = colors[row["system"]]
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{bar - 3:.1f}" height="{size:.1f}" fill="{fill}"/>')
            parts.append(f'<text x="{x + bar / 2 - 1:.1f}" y="{y - 4:.1f}" text-anchor="middle">{value}</text>')
            if place % 2:
                parts.append(f'<text x="{x:.1f}" y="{height + 16}" text-anchor="middle">{row["point"]}</text>')
    for number, (name, color) in enumerate(colors.items()):
        parts.append(f'<rect x="{left + 160 * number}" y="{height + 32}" width="12" height="12" fill="{color}"/>')
        parts.append(f'<text x="{left + 18 + 160 * number}" y="{height + 42}">{name}, seconds per step</text>')
    total = left + len(sweeps) * (width + 60)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{height + 60}" font-family="sans-serif"'
    background = '<rect width="100%" height="100%" fill="white"/>'
    file.write_text("\n".join([f'{head} font-size="11">', background, *parts, "</svg>\n"]), encoding="utf-8")


def sweep_points(quick: bool) -> dict[str, dict[str, tuple[str, list[int]]]]:
    """What is varied, and the preset and utterance lengths of each point."""
    if quick:
        return {"utterances per step": {"1": ("tiny", [40]), "2": ("tiny", [40] * 2)}}
    return {
        "utterances per step": {str(count): ("small", [250] * count) for count in (1, 4, 16, 32)},
        "frames per utterance": {f"{count:,}": ("small", [count] * 2) for count in (157, 628, 1256, 2512, LONGEST)},
        "preset": {name: (name, [250] * 4) for name in ("tiny", "small", "base")},
    }


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two rounds of the comparison and no tables of sizes")
    parser.add_argument("--tiny", action="store_true", help="tiny models everywhere: tries the script, says nothing")
    parser.add_argument("--corpus", help="folder of recordings; left out, speech-like sounds are made")
    parser.add_argument("--batch", type=int, default=16, help="utterances per step of the comparison")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: processor time, for a busy machine")
    parser.add_argument("--budget", type=float, default=180.0, help="seconds for the comparison beyond two rounds")
    parser.add_argument("--picture", type=Path, help="SVG file for the costs by size")
    parser.add_argument("--output", type=Path, help="JSON file to write all results to")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    args = parse_arguments(arguments)
    torch.set_num_threads(args.threads)
    transformers_logging.set_verbosity_error()
    machine = describe_machine(args.threads)
    print(*(f"{key}: {value}" for key, value in (machine | vars(args)).items()), sep="\n")
    if machine["cpu_share"] < 0.9:
        print("other programs use the CPU: trust ratios only, and not too far, or run again on an idle machine.")
    clock = CLOCKS[args.clock]
    preset, processor = "tiny" if args.tiny else "small", TTSGanProcessor(phone_tokenizer())
    config = TTSGanConfig.from_preset(preset).vocoder_config
    if args.corpus:
        rows = corpus_rows(args.corpus, args.batch, config, processor)
    else:
        length = 1.0 if args.tiny else SECONDS
        rows = synthetic_rows([round(length * config.sampling_rate / config.hop_length)] * args.batch, config)
    seconds = sum(rows["frames"]) * config.hop_length / config.sampling_rate
    what = f"recordings of {args.corpus}" if args.corpus else "speech-like sounds"
    print(
        f"utterances: {len(rows)} {what}, {seconds:.1f} s in all; pieces of {VITS_PIECE} samples; clock: {args.clock}"
    )

    rounds, budget = (2, 0.0) if args.quick else (9, args.budget)
    results = compare(rows, processor, args.tiny, rounds, budget, clock)
    print(f"\n{comparison_table(results)}")
    sweeps = {}
    for title, points in sweep_points(args.tiny).items() if args.tiny or not args.quick else ():
        sweeps[title] = sweep(points, processor, clock)
        print(f"\n{sweep_table(title, sweeps[title])}", flush=True)
    if args.picture and sweeps:
        draw(sweeps, args.picture)
    if args.output:
        args.output.write_text(json.dumps({"machine": machine, "steps": results, "sweeps": sweeps}, indent=1) + "\n")
    by_name = {row["system"]: row for row in results}
    vits_best = max(row["audio_per_second"] for name, row in by_name.items() if name.startswith("VITS"))
    ratio, cost = by_name["ours"]["audio_per_second"] / vits_best, by_name["ours"]["of_mel_only"]
    print(f"\nsummary ours_vs_vits={ratio:.1f} step_vs_mel_only={cost:.2f}")


def comparison_table(results: list[dict]) -> str:
    head = ["step", "seconds", "steps per second", "audio per second", "pieces per second", "x mel only"]
    cells = [
        [
            row["system"],
            f"{row['seconds_per_step']:.2f}",
            f"{1 / row['seconds_per_step']:.3f}",
            f"{row['audio_per_second']:.2f} s",
            f"{row['pieces_per_second']:.2f} s",
            f"{row['of_mel_only']:.2f}",
        ]
        for row in results
    ]
    return markdown_table([head, *cells])


if __name__ == "__main__":
    main()
