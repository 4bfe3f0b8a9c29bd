"""Which discriminators are worth their time: copy synthesis after equal steps with each set, and what a step costs.

    python benchmarks/discriminators.py --datasets corpora/kathleen corpora/hsk

A vocoder learns from the mel loss alone; from there on each set of discriminators trains a copy of it for the same
steps on the same batches. Judged on held-out recordings by DistillMOS and PESQ (optional packages `distillmos`,
`pesq`) and by the multi-resolution mel distance.
"""

import copy
import json
import logging
import os
import platform
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from datasets import concatenate_datasets
from transformers import TrainerCallback, set_seed

from transformers_tts_gan import (
    TTSGanTrainer,
    TTSGanTrainingArguments,
    TTSGanVocoder,
    TTSGanVocoderConfig,
    load_speech,
)
from transformers_tts_gan.data.prepare import PrepareSpeech, prepare_speech
from transformers_tts_gan.models.configuration_tts_gan import TTSGanDiscriminatorConfig
from transformers_tts_gan.models.discriminators import TTSGanDiscriminator
from transformers_tts_gan.models.losses import multi_resolution_mel_loss
from transformers_tts_gan.training.arguments import parse_arguments


SETS = {
    "none": None,
    "small": {},
    "periods only": {"resolutions": ()},
    "resolutions only": {"periods": ()},
    "small, five periods": {"periods": (2, 3, 5, 7, 11)},
    "small, double width": {"period_channels": (32, 64, 128, 256), "resolution_channels": (32, 64, 64)},
    "small, two resolutions": {"resolutions": (1024, 2048)},
    "base": {"preset": "base"},
}


@dataclass
class CompareArguments:
    """Which recordings, how long, which sets."""

    datasets: list[str] = field(metadata={"help": "Corpora with the splits `train` and `test`."})
    output: str = field(default="outputs/discriminators", metadata={"help": "Folder of the vocoders and tables."})
    sets: list[str] = field(default_factory=lambda: list(SETS), metadata={"help": "Names of the sets to compare."})
    mel_steps: int = field(default=1500, metadata={"help": "Steps of the mel loss that all sets start from."})
    gan_steps: int = field(default=250, metadata={"help": "Steps of each set."})
    batch_size: int = field(default=8, metadata={"help": "Pieces in a batch."})
    segment_frames: int = field(default=32, metadata={"help": "Frames of a piece."})
    max_rows: int = field(default=600, metadata={"help": "Training recordings of each corpus."})
    max_eval_rows: int = field(default=40, metadata={"help": "Held-out recordings of each corpus."})


class StepTimes(TrainerCallback):
    """Seconds of every step."""

    def __init__(self):
        self.seconds, self.began = [], 0.0

    def on_step_begin(self, args, state, control, **kwargs):
        self.began = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        self.seconds.append(time.perf_counter() - self.began)


def load(arguments: CompareArguments, split: str, rows: int, prepare: PrepareSpeech):
    """The first rows of each corpus, prepared."""
    corpora = [load_speech(path, split=split, transcribed=False) for path in arguments.datasets]
    corpora = [corpus.select_columns(["audio"]).take(rows) for corpus in corpora]
    return prepare_speech(concatenate_datasets(corpora), prepare)[0]


def train(
    vocoder, dataset, arguments: CompareArguments, discriminators: dict | None, steps: int, rate: float
) -> float:
    """Train `vocoder` in place; the median seconds of a step."""
    set_seed(1)
    config = dict(discriminators or {})
    discriminator = TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(config.pop("preset", "small"), **config))
    training = TTSGanTrainingArguments(
        output_dir=arguments.output, max_steps=steps, learning_rate=rate,
        discriminator_start_ratio=1.0 if discriminators is None else 0.0,
        per_device_train_batch_size=arguments.batch_size, segment_frames=arguments.segment_frames, warmup_steps=20,
        lr_scheduler_type="constant_with_warmup", bf16=True, save_strategy="no", report_to="none", logging_steps=50,
    )  # fmt: skip
    training.share_cores()
    times = StepTimes()
    TTSGanTrainer(vocoder, training, discriminator=discriminator, train_dataset=dataset, callbacks=[times]).train()
    return statistics.median(times.seconds[len(times.seconds) // 5 :])


@torch.no_grad()
def judge(vocoder, dataset) -> dict[str, float]:
    """Means over held-out recordings of their copy synthesis."""
    import distillmos
    from pesq import pesq

    predictor, rate = distillmos.ConvTransformerSQAModel().eval(), vocoder.config.sampling_rate
    vocoder.eval()
    rows = []
    for row in dataset:
        real = torch.as_tensor(row["waveform"], dtype=torch.float32)[None] / 32767  # (1, S)
        fake = vocoder(labels=real).waveform[:, : real.shape[1]].clamp(-1, 1)
        real = real[:, : fake.shape[1]]
        rows.append(
            {
                "mos": predictor(fake).item(),
                "mos_recording": predictor(real).item(),
                "pesq": pesq(rate, real[0].numpy(), fake[0].numpy(), "wb"),
                "mel_distance": multi_resolution_mel_loss(fake, real, rate).item(),
            }
        )
    vocoder.train()
    return {name: statistics.mean(row[name] for row in rows) for name in rows[0]}


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    (arguments,) = parse_arguments(CompareArguments)
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}", arguments, sep="\n")
    set_seed(0)
    vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset("small"))
    prepare = PrepareSpeech(vocoder.config, None, 0.6, 15.0)
    train_rows = load(arguments, "train", arguments.max_rows, prepare)
    test_rows = load(arguments, "test", arguments.max_eval_rows, prepare)
    start = folder / "start"
    if not (start / "config.json").exists():
        train(vocoder, train_rows, arguments, None, arguments.mel_steps, 1e-3)
        vocoder.save_pretrained(start)
    vocoder = TTSGanVocoder.from_pretrained(start)
    results = {"start": judge(vocoder, test_rows)}
    print("start", results["start"])
    for name in arguments.sets:
        trained = copy.deepcopy(vocoder)
        seconds = train(trained, train_rows, arguments, SETS[name], arguments.gan_steps, 2e-4)
        results[name] = {"step_seconds": seconds, **judge(trained, test_rows)}
        trained.save_pretrained(folder / name.replace(" ", "_").replace(",", ""))
        print(name, {key: round(value, 3) for key, value in results[name].items()}, flush=True)
        (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
