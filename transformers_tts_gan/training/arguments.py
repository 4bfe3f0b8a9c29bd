"""What decides how a voice is trained; what decides its sound is in the configuration."""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import torch
import yaml
from transformers import HfArgumentParser, TrainingArguments

from ..utils.threads import usable_cores
from .unsupported import refuse_unworkable


# Kim et al., 2021, arXiv:2106.06103, sections 2.3, 2.4 and 3.2, and the settings that its authors published with it:
# pieces of 32 frames, and no clipping. The discriminators are trained from the first step.
VITS_DEFAULTS = {
    "learning_rate": 2e-4,
    "discriminator_learning_rate": 2e-4,
    "adam_epsilon": 1e-9,
    "max_grad_norm": 0.0,
    "discriminator_max_grad_norm": 0.0,
    "discriminator_start_ratio": 0.0,
    "segment_frames": 32,
    "gan_loss": "least_squares",
    "waveform_mel_loss_weight": 45.0,
    "duration_loss_weight": 1.0,
    "kl_loss_weight": 1.0,
    "adversarial_loss_weight": 1.0,
    "feature_matching_loss_weight": 2.0,
}


@dataclass
class TTSGanTrainingArguments(TrainingArguments):
    r"""`TrainingArguments` and what alternating a generator and its discriminators needs beside them.

    Shares such as `discriminator_start_ratio` are of the whole training: of `max_train_minutes` where that is given,
    else of the steps.

    Raises:
        ValueError: For a value out of range, for values that do not fit each other, and for arguments of the Trainer
            that this one cannot follow.

    Example:

    ```python
    training = TTSGanTrainingArguments(output_dir="outputs/my_voice", max_train_minutes=20, ema_decay=0.99)
    ```
    """

    max_train_minutes: float | None = field(
        default=None,
        metadata={"help": "Time budget in minutes. Learning rates and phases then follow the clock, not the steps."},
    )
    alignment_warmup_ratio: float = field(
        default=0.03,
        metadata={"help": "Share of training that learns only the alignment, in a tenth of a full step's time."},
    )
    vocoder_start_ratio: float = field(
        default=0.0,
        metadata={"help": "Share of training after which predicted mel frames go through the vocoder as well."},
    )
    discriminator_start_ratio: float = field(
        default=0.5,
        metadata={"help": "Share of training after which the discriminators join. 1 trains without a GAN."},
    )
    segment_frames: int = field(
        default=32,
        metadata={"help": "Frames of each utterance that go through the vocoder and the discriminators."},
    )
    ground_truth_mel_ratio: float = field(
        default=0.5,
        metadata={"help": "Share of these pieces that are made from the recording's mel frames, not predicted ones."},
    )
    text_encoder_freeze_ratio: float = field(
        default=0.25,
        metadata={"help": "Share of training in which the text encoder is frozen. 1 freezes it for good."},
    )
    text_encoder_lr_ratio: float = field(
        default=0.1, metadata={"help": "Learning rate of the text encoder as a multiple of `learning_rate`."}
    )
    vocoder_lr_ratio: float = field(
        default=1.0, metadata={"help": "Learning rate of the vocoder as a multiple of `learning_rate`."}
    )
    discriminator_learning_rate: float = field(
        default=5e-4, metadata={"help": "Peak learning rate of the discriminators."}
    )
    discriminator_max_grad_norm: float = field(
        default=10.0, metadata={"help": "Gradient norm at which the discriminators are clipped."}
    )
    discriminator_warmup_ratio: float = field(
        default=0.0,
        metadata={
            "help": "Share of training in which only the discriminators learn, after `discriminator_start_ratio`."
        },
    )
    ema_decay: float = field(
        default=0.999,
        metadata={
            "help": "Decay of the averaged weights that are evaluated and saved. 0 saves the weights of the last step."
        },
    )
    binarization_start_ratio: float = field(
        default=0.1,
        metadata={"help": "Share of training after which the soft alignment is pulled toward the Viterbi path."},
    )
    mel_loss_weight: float = field(
        default=1.0, metadata={"help": "Weight of the L1 loss of the predicted log-mel frames."}
    )
    duration_loss_weight: float = field(
        default=0.3, metadata={"help": "Weight of the loss of the predicted log durations."}
    )
    prosody_loss_weight: float = field(
        default=0.1, metadata={"help": "Weight of the losses of pitch, voicing and energy."}
    )
    alignment_loss_weight: float = field(
        default=1.0, metadata={"help": "Weight of the alignment losses. 5 helps with many speakers."}
    )
    kl_loss_weight: float = field(
        default=1.0, metadata={"help": "VITS alone: weight of the distance of the posterior from the prior."}
    )
    waveform_mel_loss_weight: float = field(
        default=1.0, metadata={"help": "Weight of the log-mel loss of the waveform."}
    )
    waveform_stft_loss_weight: float = field(
        default=0.5,
        metadata={"help": "Weight of the log-spectral loss of the waveform, which resolves harmonics and pulses."},
    )
    phase_loss_weight: float = field(
        default=0.0,
        metadata={
            "help": "Weight of the loss of the waveform without its noise, sample by sample: it sets phases. It slows "
            "down what the spectral losses learn first."
        },
    )
    f0_loss_weight: float = field(
        default=0.1, metadata={"help": "Weight of the loss of the pitch that the vocoder predicts from mel frames."}
    )
    adversarial_loss_weight: float = field(default=0.05, metadata={"help": "Weight of the adversarial loss."})
    feature_matching_loss_weight: float = field(
        default=1.0,
        metadata={
            "help": "Weight of the feature matching loss: the distance between the discriminators' feature maps."
        },
    )
    gan_loss: str = field(
        default="hinge", metadata={"help": "Adversarial loss: hinge, or least_squares, which never saturates."}
    )
    push_discriminator: bool = field(
        default=True,
        metadata={"help": "Push the discriminators with the model. They are needed to train on, never to speak."},
    )
    log_samples: int = field(
        default=2,
        metadata={"help": "Number of held-out sentences whose sound and pictures are logged at each evaluation."},
    )
    cpu_threads: int | None = field(
        default=None,
        metadata={"help": "Threads of each process on a CPU. Default: the processes share all cores."},
    )
    # Fields of TrainingArguments that suit a voice better with other defaults.
    learning_rate: float = field(default=1e-3, metadata={"help": "Peak learning rate of the acoustic model."})
    lr_scheduler_type: str = field(
        default="cosine", metadata={"help": "Schedule of the learning rate after the warm-up."}
    )
    warmup_steps: float = field(
        default=100, metadata={"help": "Steps to the peak learning rate, or a share of all steps if below 1."}
    )
    adam_beta1: float = field(default=0.8, metadata={"help": "First beta of AdamW, as GAN vocoders have it."})
    adam_beta2: float = field(default=0.99, metadata={"help": "Second beta of AdamW, as GAN vocoders have it."})
    weight_decay: float = field(default=0.01, metadata={"help": "Weight decay of AdamW."})
    max_grad_norm: float = field(default=1.0, metadata={"help": "Gradient norm at which the generator is clipped."})
    remove_unused_columns: bool = field(
        default=False, metadata={"help": "Must be false: the collator needs all columns."}
    )
    resume_from_checkpoint: str | None = field(
        default=None,
        metadata={"help": "Checkpoint to resume from: true for the newest complete one in `output_dir`, or a folder."},
    )
    ddp_timeout: int = field(
        default=600,
        metadata={"help": "Seconds that a process waits for another one, which may be evaluating or saving."},
    )

    def __post_init__(self):
        if self.bf16 and not torch.accelerator.is_available():
            self.use_cpu = True  # Transformers refuses bf16 on a CPU that was not asked for
        super().__post_init__()
        shares = (
            "alignment_warmup_ratio",
            "vocoder_start_ratio",
            "discriminator_start_ratio",
            "ground_truth_mel_ratio",
            "text_encoder_freeze_ratio",
            "binarization_start_ratio",
            "discriminator_warmup_ratio",
        )
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"`{name}` is {getattr(self, name)}, but it is a share: from 0 to 1.")
        if self.max_train_minutes is not None and self.max_train_minutes <= 0:
            raise ValueError(f"`max_train_minutes` is {self.max_train_minutes}; give a time above 0, or leave it out.")
        if not 0 <= self.ema_decay < 1:
            raise ValueError(f"`ema_decay` is {self.ema_decay}; give one from 0 to below 1, such as 0.999.")
        if self.discriminator_start_ratio < 1 <= self.discriminator_start_ratio + self.discriminator_warmup_ratio:
            raise ValueError(
                f"`discriminator_start_ratio` {self.discriminator_start_ratio} and `discriminator_warmup_ratio` "
                f"{self.discriminator_warmup_ratio} leave the generator nothing of the training: their sum must be "
                "below 1."
            )
        if self.accelerator_config.dispatch_batches is None:
            self.accelerator_config.dispatch_batches = False  # batches of a stream differ in length
        refuse_unworkable(self)

    @classmethod
    def for_vits(cls, output_dir: str, **arguments) -> "TTSGanTrainingArguments":
        """Arguments whose defaults are what VITS was published with, for training a `VitsModel`.

        Args:
            output_dir: Where to.
            arguments: What differs.

        Example:

        ```python
        training = TTSGanTrainingArguments.for_vits("outputs/my_vits", learning_rate=2e-5, max_steps=5_000)
        ```
        """
        return cls(output_dir=output_dir, **VITS_DEFAULTS | arguments)

    def share_cores(self):
        """Take `cpu_threads`, or this process's share of the cores: `accelerate launch` leaves it only one."""
        processes = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
        torch.set_num_threads(self.cpu_threads or max(1, usable_cores() // processes))

    def check_output_dir(self):
        """Make `output_dir` and write to it now: ValueError where that fails, before hours of work are lost."""
        try:
            Path(self.output_dir).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.output_dir):
                pass
        except OSError as error:
            raise ValueError(f"`output_dir` cannot be written: {error}. Name another folder.") from error


def parse_arguments(*classes, arguments: list[str] | None = None, description: str | None = None) -> tuple:
    """Dataclasses from the command line, or from one YAML or JSON file followed by `--name value` for what differs.

    Args:
        classes: Dataclasses whose fields are the arguments, such as [`TTSGanTrainingArguments`].
        arguments: Instead of those of the command line.
        description: What `--help` shows above the arguments, as it is written.

    Raises:
        ValueError: For a file that is not there or holds no table, and for names that no class knows.

    Example:

    ```python
    recipe = ["examples/recipes/my_voice.yaml", "--max_steps", "10"]
    parts, data, training = parse_arguments(ModelArguments, DataArguments, TTSGanTrainingArguments, arguments=recipe)
    ```
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    plain = argparse.RawDescriptionHelpFormatter
    parser = HfArgumentParser(classes, allow_abbrev=False, description=description, formatter_class=plain)
    if arguments and arguments[0].endswith((".yaml", ".yml", ".json")):
        arguments = [*_as_options(Path(arguments[0])), *arguments[1:]]
    *parsed, unknown = parser.parse_args_into_dataclasses(args=arguments, return_remaining_strings=True)
    if unknown:
        raise ValueError(f"No argument is named {unknown}; `--help` lists them all.")
    return tuple(parsed)


class RecipeLoader(yaml.SafeLoader):
    """YAML in which only `true` and `false` are booleans: in `eval_strategy: no`, the word is meant."""


RecipeLoader.yaml_implicit_resolvers = {
    first: [(tag, words) for tag, words in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _as_options(file: Path) -> list[str]:
    if not file.is_file():
        raise ValueError(f"There is no file `{file}` to read arguments from; the recipes lie in `examples/recipes`.")
    table = yaml.load(file.read_text(encoding="utf-8"), Loader=RecipeLoader)
    if not isinstance(table, dict):
        raise ValueError(f"`{file}` holds a {type(table).__name__}, but lines of `name: value` are needed.")
    options = []
    for name, value in table.items():
        values = value if isinstance(value, list) else [value]
        if value is not None:
            options += [f"--{name}", *(json.dumps(each) if isinstance(each, dict) else str(each) for each in values)]
    return options
