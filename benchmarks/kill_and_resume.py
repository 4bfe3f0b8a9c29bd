"""Kill trainings at random moments, resume them until they are done, and compare every bit with one never killed.

    python benchmarks/kill_and_resume.py --chains 50

A chain is one training of a tiny model that is killed one to three times with SIGKILL: at a random moment, while a
checkpoint is being written, or after the last checkpoint. Every second chain trains on two processes, of which one
or both are killed. Each start resumes from the newest checkpoint, if there is one. At the end the weights, averages,
optimizers, schedules, logged losses and published files must be those of a training that was left alone.
The last line is `summary chains=50 equal=50`.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


STEPS, RATE = 6, 16_000
TEXTS = ("Yes.", "Good day.", "Hello.", "A red bird.", "Go on.", "Why not?", "One, two.", "We see.")
KINDS = ("any moment", "while saving", "after the last checkpoint")
TIMED = ("minutes", "runtime", "per_second", "preparation_time", "train_loss")  # differ from run to run
PATIENCE = 180  # seconds until a training counts as hanging
PATIENCE_ALONE = 20  # seconds that a process may wait for one that has been killed


def prepared_rows(processor, vocoder_config):
    """Twelve short sounds with a pitch and syllables, ready for training."""
    from transformers_tts_gan import PrepareSpeech, prepare_speech

    rows = []
    for number in range(12):
        seconds = 0.6 + 0.05 * number
        clock = np.arange(round(seconds * RATE)) / RATE
        wave = sum(np.sin(2 * np.pi * (120 + 15 * number) * k * clock) / k for k in range(1, 12))
        inside = np.clip(np.minimum(clock, seconds - clock) / 0.05 - 1, 0, 1)
        sound = (0.2 * wave * inside * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * clock))).astype(np.float32)
        audio = {"array": sound, "sampling_rate": RATE, "path": f"{number}.wav"}
        rows.append({"audio": audio, "text": TEXTS[number % len(TEXTS)], "speaker": "speaker", "language": "en"})
    return prepare_speech(rows, PrepareSpeech(vocoder_config, processor), "raise")[0]


def train(folder: str, environment: dict[str, str]):
    """One process of a training in `folder`, from its newest checkpoint on; writes `result-RANK` when it is done."""
    os.environ.update(environment)
    import torch
    from transformers import set_seed

    from transformers_tts_gan import (
        TTSGanConfig,
        TTSGanDiscriminator,
        TTSGanDiscriminatorConfig,
        TTSGanModel,
        TTSGanProcessor,
        TTSGanTrainer,
        TTSGanTrainingArguments,
        phone_tokenizer,
    )

    torch.set_num_threads(1)
    set_seed(0)
    processor = TTSGanProcessor(phone_tokenizer())
    model = TTSGanModel(TTSGanConfig.from_preset("tiny", vocab_size=len(processor.tokenizer)))
    rows = prepared_rows(processor, model.config.vocoder_config)
    args = TTSGanTrainingArguments(
        output_dir=folder, max_steps=STEPS, save_strategy="steps", save_steps=2, eval_strategy="steps", eval_steps=3,
        logging_steps=2, per_device_train_batch_size=2, gradient_accumulation_steps=2, discriminator_start_ratio=0.3,
        alignment_warmup_ratio=0.1, text_encoder_freeze_ratio=0.0, segment_frames=12, save_total_limit=3,
        warmup_steps=2, use_cpu=True, report_to=[], disable_tqdm=True,
    )  # fmt: skip
    discriminator = TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("tiny"))
    data = {"train_dataset": rows, "eval_dataset": rows.select([0, 1]), "processing_class": processor}
    trainer = TTSGanTrainer(model, args, discriminator=discriminator, **data)
    trainer.train(resume_from_checkpoint="true" if list(Path(folder).glob("checkpoint-*")) else None)
    trainer.save_model()
    if trainer.args.world_size > 1:
        torch.distributed.barrier()
    Path(folder, f"result-{trainer.args.process_index}").write_text(digest(trainer), encoding="utf-8")


def digest(trainer) -> str:
    """A hash of all that training changes, in memory and in the published files."""
    found = hashlib.sha256()
    logs = trainer.state.log_history
    feed(found, [{name: log[name] for name in log if not name.endswith(TIMED)} for log in logs])
    modules = (trainer.model, trainer.discriminator, trainer.optimizer, trainer.discriminator_optimizer)
    for part in (*modules, trainer.lr_scheduler, trainer.discriminator_lr_scheduler):
        feed(found, part.state_dict())
    feed(found, [trainer.average.averages, trainer.average.updates])
    for name in ("model.safetensors", "discriminator/model.safetensors"):
        found.update(Path(trainer.args.output_dir, name).read_bytes())
    return found.hexdigest()


def feed(found, value):
    """Hash tensors by their bits, whatever lies around them by its text."""
    if hasattr(value, "numpy"):
        found.update(value.detach().contiguous().numpy().tobytes())
    elif isinstance(value, dict):
        for name, each in sorted(value.items(), key=lambda item: str(item[0])):  # JSON has sorted the logs
            found.update(str(name).encode())
            feed(found, each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            feed(found, each)
    else:
        found.update(repr(value).encode())


def start(folder: Path, processes: int) -> list[multiprocessing.Process]:
    """The processes of a training, with what `torchrun` tells each of them."""
    shared = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    if processes > 1:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        shared |= {"WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1"}
        shared |= {"MASTER_PORT": port, "ACCELERATE_USE_CPU": "true"}
        if sys.platform == "linux":
            shared["GLOO_SOCKET_IFNAME"] = "lo"
    context = multiprocessing.get_context("forkserver")
    jobs = []
    for rank in range(processes):
        own = {"RANK": str(rank), "LOCAL_RANK": str(rank)} if processes > 1 else {}
        jobs.append(context.Process(target=quietly, args=(str(folder), shared | own)))
        jobs[-1].start()
    return jobs


def quietly(folder: str, environment: dict[str, str]):
    """`train`, with all that it prints in a file of its own."""
    log = os.open(f"{folder}-{environment.get('RANK', 0)}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    train(folder, environment)


def finish(jobs: list[multiprocessing.Process], seconds: float = PATIENCE) -> bool:
    """Whether all end well in time."""
    until = time.monotonic() + seconds
    for job in jobs:
        job.join(max(0.1, until - time.monotonic()))
    end(jobs)
    return all(job.exitcode == 0 for job in jobs)


def end(jobs: list[multiprocessing.Process]):
    for job in jobs:
        if job.is_alive():
            job.kill()
        job.join()


def wait_for(kind: str, folder: Path, jobs: list[multiprocessing.Process], chance: random.Random, usual: float):
    """Return at the moment to kill, or when the training has ended before it came."""
    until = time.monotonic() + (chance.uniform(0, usual) if kind == "any moment" else PATIENCE)
    while time.monotonic() < until and any(job.is_alive() for job in jobs):
        if kind == "while saving" and list(folder.glob("_unfinished/checkpoint-*")):
            return time.sleep(chance.uniform(0, 0.06))
        if kind == "after the last checkpoint" and (folder / f"checkpoint-{STEPS}").exists():
            return time.sleep(chance.uniform(0, 0.03))
        time.sleep(0.002)


def run_chain(folder: Path, processes: int, kinds: list[str], chance: random.Random, usual: float) -> list[str]:
    """Kill and resume as `kinds` say, then train to the end; the kinds that came in time."""
    killed = []
    for kind in kinds:
        jobs = start(folder, processes)
        wait_for(kind, folder, jobs, chance, usual)
        victims = jobs if chance.random() < 0.5 else [chance.choice(jobs)]
        if any(job.is_alive() for job in victims):
            killed.append(kind)
        for job in victims:
            job.kill()
        if victims != jobs:
            finish(jobs, PATIENCE_ALONE)  # the others see that one is gone
        end(jobs)
    for result in folder.glob("result-*"):
        result.unlink()
    finish(start(folder, processes))
    return killed


def results(folder: Path, processes: int) -> list[str]:
    files = [folder / f"result-{rank}" for rank in range(processes)]
    return [file.read_text(encoding="utf-8") if file.exists() else "none" for file in files]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chains", type=int, default=50, help="Trainings to kill and resume.")
    parser.add_argument("--seed", type=int, default=0, help="Of the moments.")
    parser.add_argument("--keep", help="Folder for the trainings; a temporary one otherwise.")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["transformers_tts_gan.training.trainer", "datasets"])
    root = Path(options.keep or tempfile.mkdtemp(prefix="kill_and_resume_"))
    root.mkdir(parents=True, exist_ok=True)
    expected, usual = {}, {}
    for processes in (1, 2):
        folder = root / f"whole-{processes}"
        began = time.monotonic()
        if not finish(start(folder, processes)):
            sys.exit(f"The training that nobody kills failed on {processes} processes: see {folder}-0.log")
        expected[processes], usual[processes] = results(folder, processes), time.monotonic() - began
    equal, counts = 0, dict.fromkeys(KINDS, 0)
    for number in range(options.chains):
        processes, folder = 1 + number % 2, root / f"chain-{number}"
        kinds = [KINDS[(number // 2) % 3], *chance.choices(KINDS, k=chance.randrange(3))]
        killed = run_chain(folder, processes, kinds, chance, usual[processes])
        same = results(folder, processes) == expected[processes]
        equal += same
        for kind in killed:
            counts[kind] += 1
        print(f"chain {number}: processes={processes} killed={json.dumps(killed)} equal={int(same)}", flush=True)
        if same and not options.keep:
            shutil.rmtree(folder)
    print("kills " + ", ".join(f"{kind}: {count}" for kind, count in counts.items()))
    print(f"summary chains={options.chains} equal={equal}")
    if not options.keep and equal == options.chains:
        shutil.rmtree(root)
    sys.exit(equal != options.chains)


if __name__ == "__main__":
    main()
