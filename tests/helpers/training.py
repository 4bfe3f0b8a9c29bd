"""Small speech-like corpora, voices and trainers for the tests of training; nothing is downloaded.

Recordings are sums of harmonics under an envelope: silent before and after, voiced, with a pitch, like short words.
"""

import functools
import json
import multiprocessing
import os
import socket
import sys
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, PreTrainedTokenizerFast, TrainerCallback, set_seed

from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.data.prepare import PrepareSpeech, prepare_speech
from transformers_tts_gan.models.configuration_tts_gan import TTSGanConfig, TTSGanDiscriminatorConfig
from transformers_tts_gan.models.discriminators import TTSGanDiscriminator
from transformers_tts_gan.models.modeling_tts_gan import TTSGanModel
from transformers_tts_gan.models.processing_tts_gan import TTSGanProcessor
from transformers_tts_gan.models.tokenization_tts_gan import phone_tokenizer
from transformers_tts_gan.training.arguments import TTSGanTrainingArguments
from transformers_tts_gan.training.seeding import random_state
from transformers_tts_gan.training.trainer import TTSGanTrainer


RATE = 16_000
TEXTS = ("Yes.", "Good day.", "Hello.", "A red bird.", "Go on.", "Why not?", "One, two.", "We see.")


# Arguments of the trainer; what else `make_trainer` is given is for `TTSGanTrainingArguments`.
PARTS = ("data_collator", "callbacks", "model", "model_init", "speech_metrics", "compute_metrics", "train_dataset",
         "preprocess_logits_for_metrics", "compute_loss_func", "losses")  # fmt: skip


def speech_like(seconds: float, pitch_hz: float = 150.0, rate: int = RATE) -> np.ndarray:
    """`(S,)` samples of a gliding voice with syllables, between two short silences."""
    time = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.1 * np.sin(2 * np.pi * time))) / rate
    wave = sum(np.sin(k * phase) / k for k in range(1, 12))
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    inside = np.clip(np.minimum(time, seconds - time) / 0.05 - 1, 0, 1)
    return (0.2 * wave * syllables * inside).astype(np.float32)


@torch.no_grad()
def silence(vocoder):
    """Gains that let nothing through, whatever the frames."""
    vocoder.head.weight.zero_()
    vocoder.head.bias.zero_()
    vocoder.head.bias.view(5, -1)[:3] = -30.0


def speech_rows(count: int) -> list[dict]:
    """Rows as `load_speech` gives them, 0.6 to 1.5 s long, with the samples inside."""
    lengths = np.linspace(0.6, 1.5, count)
    return [
        {
            "audio": {"array": speech_like(lengths[n], 120 + 15 * n), "sampling_rate": RATE, "path": f"row{n}.wav"},
            "text": TEXTS[n % len(TEXTS)],
            "speaker": "speaker",
            "language": "en",
        }
        for n in range(count)
    ]


def write_corpus(folder: Path, train: int = 6, test: int = 2) -> Path:
    """A folder with wav files and `metadata.jsonl`, split in two."""
    lines = []
    for number, row in enumerate(speech_rows(train + test)):
        write_audio(folder / f"{number}.wav", row["audio"]["array"], RATE)
        split = "train" if number < train else "test"
        lines.append(json.dumps({"audio": f"{number}.wav", "text": row["text"], "split": split}))
    (folder / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def text_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer of the words in `TEXTS`."""
    words = sorted({word for text in TEXTS for word in text.replace(".", " .").replace("?", " ?").split()})
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=64
    )


@functools.cache
def tiny_processor(with_text_encoder: bool = False) -> TTSGanProcessor:
    return TTSGanProcessor(phone_tokenizer(), text_tokenizer() if with_text_encoder else None)


def tiny_model(with_text_encoder: bool = False) -> TTSGanModel:
    """A new voice, always the same one."""
    set_seed(0)
    encoder = None
    if with_text_encoder:
        encoder = BertConfig(
            vocab_size=len(tiny_processor(True).text_tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
        )
    vocabulary = len(tiny_processor().tokenizer)
    return TTSGanModel(TTSGanConfig.from_preset("tiny", vocab_size=vocabulary, text_encoder_config=encoder))


def tiny_discriminator() -> TTSGanDiscriminator:
    set_seed(1)
    return TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("tiny"))


@functools.cache
def prepared_rows(count: int = 12, with_text_encoder: bool = False) -> Dataset:
    """`count` rows ready for training."""
    processor = tiny_processor(with_text_encoder)
    config = TTSGanConfig.from_preset("tiny").vocoder_config
    return prepare_speech(speech_rows(count), PrepareSpeech(config, processor), "raise")[0]


def make_trainer(folder: Path, with_text_encoder: bool = False, discriminator=None, **arguments) -> TTSGanTrainer:
    """A trainer of a tiny voice on 12 rows, 3 batches of 4; `arguments` replace those of training."""
    parts = {name: arguments.pop(name) for name in PARTS if name in arguments}
    defaults = {
        "output_dir": str(folder),
        "per_device_train_batch_size": 4,
        "per_device_eval_batch_size": 4,
        "max_steps": 3,
        "discriminator_start_ratio": 0.0,
        "segment_frames": 12,
        "text_encoder_freeze_ratio": 0.0,
        "binarization_start_ratio": 0.0,
        "alignment_warmup_ratio": 0.0,
        "warmup_steps": 0,
        "save_strategy": "no",
        "logging_steps": 1,
        "disable_tqdm": True,
        "use_cpu": True,
        "report_to": [],
    }
    model = parts.pop("model", None)
    if model is None and "model_init" not in parts:
        model = tiny_model(with_text_encoder)
    return TTSGanTrainer(
        model,
        TTSGanTrainingArguments(**{**defaults, **arguments}),
        discriminator=discriminator or tiny_discriminator(),
        train_dataset=parts.pop("train_dataset", None) or prepared_rows(12, with_text_encoder),
        eval_dataset=prepared_rows(2, with_text_encoder),
        processing_class=tiny_processor(with_text_encoder),
        **parts,
    )


def weights(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A copy of all weights by name."""
    return {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}


def unmoved(before: dict[str, torch.Tensor], module: torch.nn.Module) -> list[str]:
    """Names of the weights that are what they were."""
    return [name for name, tensor in module.state_dict().items() if torch.equal(before[name], tensor)]


class Watch(TrainerCallback):
    """Keeps a copy of some module's weights at the end of each step."""

    def __init__(self):
        self.module, self.steps = None, []

    def on_step_end(self, args, state, control, **kwargs):
        self.steps.append(weights(self.module))


def assert_same(first, second, where=""):
    """Equal to the last bit, through dicts and lists."""
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second), where
    elif isinstance(first, np.ndarray):
        assert np.array_equal(first, second), where
    elif isinstance(first, dict):
        assert first.keys() == second.keys(), where
        for name in first:
            assert_same(first[name], second[name], f"{where}/{name}")
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second), where
        for number, pair in enumerate(zip(first, second, strict=True)):
            assert_same(*pair, f"{where}/{number}")
    else:
        assert first == second, where


def everything(trainer) -> dict:
    """All that training changes, and all that it has logged but for the time it took."""
    timed = ("minutes", "runtime", "per_second", "preparation_time", "train_loss")  # the last is of one session
    return {
        "voice": weights(trainer.model),
        "discriminators": weights(trainer.discriminator),
        "average": {} if trainer.average is None else trainer.average.averages,
        "averages": None if trainer.average is None else trainer.average.updates,
        "optimizer": trainer.optimizer.state_dict(),
        "discriminators' optimizer": trainer.discriminator_optimizer.state_dict(),
        "schedule": trainer.lr_scheduler.state_dict(),
        "rate": trainer.lr_scheduler.get_last_lr(),
        "discriminators' schedule": trainer.discriminator_lr_scheduler.state_dict(),
        "discriminators' rate": trainer.discriminator_lr_scheduler.get_last_lr(),
        "random numbers": random_state(),
        "logs": [
            {name: value for name, value in log.items() if not name.endswith(timed)}
            for log in trainer.state.log_history
        ],
    }


def start_process(target, *arguments, **environment: str) -> multiprocessing.Process:
    """`target(*arguments)` in a process of its own, forked off one that has imported everything and done nothing."""
    tests, root = Path(__file__).parents[1:3]
    paths = [str(tests), str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(os.pathsep.join(paths).split(os.pathsep)))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["helpers.training"])
    process = context.Process(target=_with_environment, args=(environment, target, arguments))
    process.start()
    return process


def _with_environment(environment: dict[str, str], target, arguments):
    os.environ.update(environment)
    torch.set_num_threads(1)
    target(*arguments)


def exit_code(process: multiprocessing.Process, seconds: float = 300) -> int:
    """That of the process when it has ended; it is ended and the test fails where that takes too long."""
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"A process still ran after {seconds} s.")
    return process.exitcode


def start_together(target, *arguments, processes: int = 2) -> list[multiprocessing.Process]:
    """`target(*arguments)` in processes that find each other, with the environment that `torchrun` gives them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1"}
    shared |= {"MASTER_PORT": port, "ACCELERATE_USE_CPU": "true"}
    if sys.platform == "linux":
        shared["GLOO_SOCKET_IFNAME"] = "lo"
    return [start_process(target, *arguments, **shared, RANK=str(n), LOCAL_RANK=str(n)) for n in range(processes)]
