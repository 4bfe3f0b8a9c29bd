"""A voice in ten minutes of one GPU: vocoder and acoustic model side by side, then both against discriminators.

    python benchmarks/train_on_gpu.py prepare --datasets corpora/teacher --output prepared
    nvidia-cuda-mps-control -d  # lets several processes share the GPU
    python benchmarks/train_on_gpu.py vocoder --data prepared --output vocoder --seconds 105
    python benchmarks/train_on_gpu.py acoustic --data prepared --output acoustic --seconds 105
    python benchmarks/train_on_gpu.py joint --data prepared --vocoder vocoder --acoustic acoustic --output voice

The second and the third stage may run at once, in two shells.

`tts-gan train` does the same with every phase, text encoders, checkpoints and several processes. It launches kernel by
kernel, which leaves a GPU idle with a model as small as `small`. Here whole steps are CUDA graphs
(`captured_steps.py`), all recordings lie on the device, and durations are fixed before the frames are learned.
`prepare` reads corpora as `tts-gan train` does and needs no GPU. The arms of an ablation are `joint` with
`--discriminators gpu`, `mel` and `none`, started at once; `--snapshots` keeps the voice at shares of its training, for
a curve. `tts-gan evaluate --model voice` judges it.

Measured 2026-11-26 on one NVIDIA H200 (bf16, preset `small`, 190.5 minutes of speech of two speakers in 4,594
utterances), with the script that this one was made from: a vocoder step of 64 pieces took 11 ms with the acoustic
model's of 14 ms beside it; with three arms at once a joint step took 29 ms without discriminators, 39 ms with those of
mel frames, and 81 ms with preset `gpu`. Steps of `TTSGanTrainer`, three processes at once and batches of 48, took 40
ms (vocoder), 120 to 150 ms (acoustic model) and 316 ms (joint, with discriminators three times as large) at a GPU load
of 8 %. What came of it is in `docs/results/gan.md`. That script took its durations from an acoustic model that had
been trained for 3,742 steps. This version, cleaned up since, has itself run only on a CPU, uncaptured.
"""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from captured_steps import CapturedTraining, DeviceSpeech, GanWeights, Shape, train
from datasets import load_from_disk
from torch import nn

from transformers_tts_gan import (
    DataArguments,
    ModelArguments,
    PrepareSpeech,
    TTSGanConfig,
    TTSGanDiscriminator,
    TTSGanDiscriminatorConfig,
    TTSGanModel,
    TTSGanProcessor,
    TTSGanVocoder,
    TTSGanVocoderConfig,
    prepare_speech,
)
from transformers_tts_gan.models.aligner import forward_sum_loss, viterbi_durations
from transformers_tts_gan.models.base_vocoder import load_vocoder
from transformers_tts_gan.models.discriminators import DISCRIMINATOR_FOLDER
from transformers_tts_gan.models.layers import length_mask
from transformers_tts_gan.models.modeling_tts_gan import GroundTruth
from transformers_tts_gan.models.outputs import TTSGanOutput
from transformers_tts_gan.training.build import build_processor
from transformers_tts_gan.training.corpora import load_corpora


LEARNING_RATES = {"vocoder": 1.5e-3, "acoustic": 1.2e-3, "joint": 4e-4}
ALIGNMENT_RATE, ALIGNMENT_BATCH = 5e-4, 32
GROUND_TRUTH_SHARE = 0.5  # of the pieces that the vocoder makes in joint training
PROCESSOR_FOLDER = "processor"


def prepare(arguments: argparse.Namespace):
    """Read corpora, and write their rows as numbers with the processor that knows their speakers."""
    rows = load_corpora(DataArguments(arguments.datasets, language=arguments.language), "train")
    processor = build_processor(ModelArguments(acoustic=arguments.acoustic, preset=arguments.preset), rows)
    if arguments.acoustic is None:
        config = TTSGanVocoderConfig.from_preset(arguments.preset)
    else:
        config = TTSGanConfig.from_pretrained(arguments.acoustic).vocoder_config
    processor.sampling_rate = config.sampling_rate
    prepared, _ = prepare_speech(rows, PrepareSpeech(config, processor))
    prepared.save_to_disk(arguments.output)
    processor.save_pretrained(arguments.output / PROCESSOR_FOLDER)


def train_vocoder(arguments: argparse.Namespace):
    """The vocoder by its spectral losses alone."""
    device = start(arguments)
    if arguments.vocoder is None:
        vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset(arguments.preset))
    else:
        vocoder = load_vocoder(arguments.vocoder)
    vocoder = vocoder.to(device).train()
    speech = on_device(load_from_disk(arguments.data), vocoder, arguments)

    def compute(batch):
        with torch.no_grad():
            log_mel = vocoder.log_mel(batch["waveform"])
        _, losses = vocoder.rebuild(log_mel, batch["f0"], batch["waveform"])
        return losses, {}, {}

    shape = Shape(arguments.pieces, 0, arguments.segment_frames)

    def draw():
        return shape, speech.pieces(shape.items, shape.frames)

    training = CapturedTraining(vocoder, compute, None, gan_weights(arguments), rates(arguments))
    training.capture(*draw())
    train(training, draw, arguments.seconds, arguments.max_steps, arguments.log_seconds)
    with training.average.in_model():
        vocoder.save_pretrained(arguments.output)


def train_acoustic(arguments: argparse.Namespace):
    """The alignment, then the acoustic model with its durations; the vocoder inside stays as it is."""
    model, speech, processor = load_voice(arguments)
    model.vocoder.requires_grad_(False)
    learn_alignment(model, speech, arguments.alignment_steps, with_phones=True)
    training = train_voice(arguments, model, speech, None, lambda folder: save(model, processor, None, folder))
    finish(arguments, model, speech, processor, training, None)


def train_joint(arguments: argparse.Namespace):
    """Acoustic model and vocoder together, with or without discriminators."""
    model, speech, processor = load_voice(arguments)
    discriminator = None
    if arguments.discriminators != "none":
        config = TTSGanDiscriminatorConfig.from_preset(arguments.discriminators)
        discriminator = TTSGanDiscriminator(config).to(speech.device).train()
    keep = lambda folder: save(model, processor, discriminator, folder)  # noqa: E731
    training = train_voice(arguments, model, speech, discriminator, keep)
    finish(arguments, model, speech, processor, training, discriminator)


def train_voice(
    arguments: argparse.Namespace,
    model: TTSGanModel,
    speech: DeviceSpeech,
    discriminator: TTSGanDiscriminator | None,
    keep: Callable[[Path], None],
) -> CapturedTraining:
    """Train with durations of the present alignment; `keep` saves the voice at each of the snapshots."""
    speech.durations = durations(model, speech)
    model.acoustic.aligner.requires_grad_(False)
    buckets = speech.buckets(arguments.shapes)
    batches = np.array([len(rows) / shape.items for shape, rows in buckets])
    print(f"{[len(rows) for _, rows in buckets]} of {len(speech)} utterances by shape")
    random, marks = np.random.default_rng(arguments.seed), sorted(arguments.snapshots)

    def draw(number: int | None = None):
        shape, rows = buckets[random.choice(len(buckets), p=batches / batches.sum()) if number is None else number]
        chosen = rows[torch.randint(len(rows), (shape.items,), device=speech.device)]
        return shape, speech.utterances(chosen, shape.phones, shape.frames)

    def snapshot(share: float):
        if marks and share >= marks[0]:
            with training.average.in_model():
                keep(arguments.output / f"at_{marks.pop(0):g}")

    joint = arguments.stage == "joint"
    compute = voice_losses(model, arguments.joint_pieces if joint else 0, arguments.segment_frames, discriminator)
    warmup = arguments.warmup_steps if discriminator is not None else 0
    training = CapturedTraining(model, compute, discriminator, gan_weights(arguments), rates(arguments), warmup)
    for number in range(len(buckets)):
        training.capture(*draw(number))
    train(training, draw, arguments.seconds, arguments.max_steps, arguments.log_seconds, snapshot)
    return training


def voice_losses(model: TTSGanModel, pieces: int, length: int, discriminator: TTSGanDiscriminator | None):
    """What a batch of utterances teaches; with `pieces`, so many of `length` frames go through the vocoder."""
    mel_frames = 0 if discriminator is None else max(discriminator.config.mel_windows, default=0)
    hears = discriminator is not None and bool(discriminator.waveform_discriminators)

    def compute(batch):
        mask = length_mask(batch["phones"], batch["input_ids"].shape[1])[..., None].float()
        frame_mask = length_mask(batch["frames"], batch["log_mel"].shape[1])[..., None].float()
        condition = speaker_and_language(model, batch["speaker_id"], batch["language_id"])
        encoded = model.acoustic.encode(model.acoustic.embed(batch["input_ids"]), mask, condition, None)
        sound = (batch["waveform"], batch["log_mel"], batch["frames"], frame_mask)
        truth = GroundTruth(*sound, batch["durations"], None, {})
        predicted = model.acoustic.predict(encoded.prosody, mask)
        output = model.compare(encoded, predicted, mask, condition, truth, batch["f0"], None, 0.0)
        real, fake = {}, {}
        if mel_frames:
            model.cut_mel_piece(output, truth, mel_frames)
            real["log_mel"], fake["log_mel"] = output.target_mel_piece.float(), output.mel_piece.float()
        if pieces:
            row = torch.arange(pieces, device=mask.device) % len(mask)  # each utterance as often
            of = TTSGanOutput(log_mel=output.log_mel[row], losses={})
            heard = GroundTruth(*(each[row] for each in sound), None, None, {})
            model.compare_piece(of, heard, batch["f0"][row], length, GROUND_TRUTH_SHARE)
            output.losses |= of.losses
            if hears:
                real["waveform"], fake["waveform"] = of.target_waveform, of.waveform.float()
        return output.losses, real, fake

    return compute


def speaker_and_language(model: TTSGanModel, speaker: torch.Tensor, language: torch.Tensor) -> torch.Tensor:
    """`(B, 1, H)`, without the model's check of the numbers, for which Python would wait for the device."""
    acoustic = model.acoustic
    return (acoustic.speaker_embedding(speaker) + acoustic.language_embedding(language))[:, None]


def scores(model: TTSGanModel, speech: DeviceSpeech, rows: torch.Tensor) -> torch.Tensor:
    """Of each frame of these rows against each of their phones, `(B, F, T)`."""
    batch = speech.utterances(rows, int(speech.phones[rows].max()), int(speech.frames[rows].max()))
    mask = length_mask(batch["phones"], batch["input_ids"].shape[1])[..., None].float()
    frame_mask = length_mask(batch["frames"], batch["log_mel"].shape[1])[..., None].float()
    phones = model.acoustic.embed(batch["input_ids"])
    phones = phones + speaker_and_language(model, batch["speaker_id"], batch["language_id"])
    return model.acoustic.aligner(phones, batch["log_mel"], mask, frame_mask)


def learn_alignment(model: TTSGanModel, speech: DeviceSpeech, steps: int, with_phones: bool):
    """Train the aligner, and `with_phones` what it compares frames with; uncaptured, since the loss is on the CPU."""
    acoustic = model.acoustic
    modules = [acoustic.aligner]
    if with_phones:
        modules += [acoustic.phone_embedding, acoustic.speaker_embedding, acoustic.language_embedding]
    parameters = [each.requires_grad_(True) for module in modules for each in module.parameters()]
    optimizer = torch.optim.AdamW(parameters, ALIGNMENT_RATE if not with_phones else LEARNING_RATES["acoustic"])
    by_length = speech.frames.argsort()
    for step in range(steps):
        first = int(torch.randint(max(1, len(speech) - ALIGNMENT_BATCH + 1), ()))
        rows = by_length[first : first + ALIGNMENT_BATCH]
        loss = forward_sum_loss(scores(model, speech, rows), speech.phones[rows], speech.frames[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 99 or step == steps - 1:
            print(f"alignment, step {step + 1}: {loss.item():.4f}", flush=True)


@torch.no_grad()
def durations(model: TTSGanModel, speech: DeviceSpeech) -> torch.Tensor:
    """Of all phones of all rows, `(N, T)` in frames."""
    found = torch.zeros_like(speech.input_ids)
    for rows in speech.frames.argsort().split(ALIGNMENT_BATCH):
        best = viterbi_durations(scores(model, speech, rows), speech.phones[rows], speech.frames[rows])
        found[rows, : best.shape[1]] = best
    return found


def load_voice(arguments: argparse.Namespace) -> tuple[TTSGanModel, DeviceSpeech, TTSGanProcessor]:
    """The voice of the parts that are named and new ones, the rows on its device, and its processor."""
    device = start(arguments)
    processor = TTSGanProcessor.from_pretrained(Path(arguments.data, PROCESSOR_FOLDER))
    config = None if arguments.acoustic else TTSGanConfig.from_preset(arguments.preset)
    model = TTSGanModel.from_pretrained_parts(
        config, vocoder=arguments.vocoder, acoustic=arguments.acoustic, processor=processor
    )
    model = model.without_text_encoder().to(device).train()
    return model, on_device(load_from_disk(arguments.data), model.vocoder, arguments), processor


def finish(arguments, model, speech, processor, training: CapturedTraining, discriminator):
    """Save the average, its aligner taught what the phones have become, so that it can be trained on."""
    with training.average.in_model():
        model.requires_grad_(False)
        learn_alignment(model, speech, arguments.alignment_steps, with_phones=False)
        save(model, processor, discriminator, arguments.output)
    print(f"summary stage={arguments.stage} steps={training.steps} output={arguments.output}")


def save(model: TTSGanModel, processor: TTSGanProcessor, discriminator: nn.Module | None, folder: Path):
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    if discriminator is not None:
        discriminator.save_pretrained(folder / DISCRIMINATOR_FOLDER)


def start(arguments: argparse.Namespace) -> torch.device:
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU, uncaptured"
    print(f"{arguments.stage} on {name}, torch {torch.__version__}")
    return device


def on_device(rows, vocoder: nn.Module, arguments: argparse.Namespace) -> DeviceSpeech:
    longest = max(arguments.segment_frames, *(shape.frames for shape in arguments.shapes))
    speech = DeviceSpeech(rows, vocoder, vocoder.device, longest)
    print(f"{speech.minutes(vocoder.config.sampling_rate):.1f} minutes on the device")
    return speech


def gan_weights(arguments: argparse.Namespace) -> GanWeights:
    return GanWeights(arguments.adversarial_weight, arguments.feature_matching_weight)


def rates(arguments: argparse.Namespace) -> tuple[float, float]:
    return arguments.learning_rate or LEARNING_RATES[arguments.stage], arguments.discriminator_learning_rate


def parse(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=("prepare", "vocoder", "acoustic", "joint"))
    parser.add_argument("--output", type=Path, required=True, help="folder to write")
    parser.add_argument("--datasets", nargs="+", help="prepare: corpora with the split `train`")
    parser.add_argument("--language", default="en", help="prepare: of rows that name none")
    parser.add_argument("--data", type=Path, help="what `prepare` wrote")
    parser.add_argument("--preset", default="small", help="sizes of new parts")
    parser.add_argument("--vocoder", help="folder or Hub id to start from")
    parser.add_argument("--acoustic", help="voice to start from")
    parser.add_argument("--discriminators", default="gpu", help="joint: a preset, or none")
    parser.add_argument("--seconds", type=float, default=380.0, help="of captured training")
    parser.add_argument("--max_steps", type=int, help="stop earlier after so many")
    parser.add_argument("--alignment_steps", type=int, default=600, help="before acoustic training, and after any")
    parser.add_argument("--warmup_steps", type=int, default=400, help="in which only the discriminators learn")
    parser.add_argument("--snapshots", nargs="*", type=float, default=[], help="shares at which the voice is saved")
    parser.add_argument("--learning_rate", type=float, help="default: by stage")
    parser.add_argument("--discriminator_learning_rate", type=float, default=1e-3)
    parser.add_argument("--adversarial_weight", type=float, default=0.1)
    parser.add_argument("--feature_matching_weight", type=float, default=2.0)
    parser.add_argument("--pieces", type=int, default=64, help="vocoder: pieces in a batch")
    parser.add_argument("--joint_pieces", type=int, default=32, help="joint: pieces through the vocoder")
    parser.add_argument("--segment_frames", type=int, default=32, help="of a piece")
    shapes = [Shape(48, 48, 200), Shape(24, 96, 400), Shape(12, 240, 1040)]
    what = "of batches, as ITEMSxPHONESxFRAMES, the smallest first; longer utterances are left out"
    parser.add_argument("--shapes", nargs="+", type=Shape.parse, default=shapes, help=what)
    parser.add_argument("--log_seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(words)
    needed = {"prepare": ["datasets"], "joint": ["data", "vocoder", "acoustic"]}.get(arguments.stage, ["data"])
    if missing := [f"--{name}" for name in needed if getattr(arguments, name) is None]:
        parser.error(f"{arguments.stage} needs {', '.join(missing)}")
    return arguments


def main(words: list[str] | None = None):
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = parse(words)
    stages = {"prepare": prepare, "vocoder": train_vocoder, "acoustic": train_acoustic, "joint": train_joint}
    stages[arguments.stage](arguments)


if __name__ == "__main__":
    main()
