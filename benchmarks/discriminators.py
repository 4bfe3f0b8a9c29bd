"""How fast each discriminator learns to tell real pieces from those of a frozen generator, by seconds of CPU.

    python benchmarks/discriminators.py --datasets corpora/kathleen --vocoder examples/voices/bilingual
    python benchmarks/discriminators.py --datasets corpora/kathleen --model examples/voices/bilingual

With `--vocoder` the pieces are waveforms: recordings, and their copy synthesis. With `--model` they are mel frames:
those of recordings, and what the acoustic model predicts of them, with the recordings' durations and prosody. A
discriminator that cannot tell them after a minute teaches a generator nothing in an hour. The table has, at each mark
of CPU seconds, the share of held-out pairs in which the real piece has the higher mean logit, and the hinge loss:
2 is blind, 0 is perfect. How a generator learns beside them is what `examples/experiments/discriminators.yaml`
shows.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from datasets import concatenate_datasets
from torch import nn
from tqdm.auto import tqdm

from transformers_tts_gan import TTSGanModel, TTSGanProcessor, load_speech
from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.data.prepare import PrepareSpeech, prepare_speech
from transformers_tts_gan.models.base_vocoder import cut, load_vocoder, segment_starts
from transformers_tts_gan.models.configuration_tts_gan import TTSGanDiscriminatorConfig
from transformers_tts_gan.models.discriminators import MelDiscriminator, TTSGanDiscriminator
from transformers_tts_gan.training.losses import discriminator_hinge_loss


Pieces = tuple[torch.Tensor, torch.Tensor]  # real and generated, `(N, S)` samples or `(N, F, M)` frames
STRIDES = ((1, 2), (2, 2), (2, 2), (1, 2))


class Whole(nn.Module):
    """The library's discriminators, which see waveforms."""

    def __init__(self, preset: str = "small", **fields):
        super().__init__()
        self.inner = TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset(preset, **fields))

    def forward(self, waveform: torch.Tensor) -> list[torch.Tensor]:
        return self.inner(waveform)[0]


class OfWaveformMel(nn.Module):
    """A mel discriminator that sees the log-mel frames of a waveform."""

    def __init__(self, vocoder: nn.Module, channels: int = 32):
        super().__init__()
        self.inner, self.frames = MelDiscriminator(10_000, (channels,) * 4, STRIDES), [vocoder.log_mel]

    def forward(self, waveform: torch.Tensor) -> list[torch.Tensor]:
        return [self.inner(self.frames[0](waveform))[0]]


class OfSamples(nn.Module):
    """The samples through strided convolutions (Kumar et al., 2019, MelGAN, arXiv:1910.06711, section 2.3)."""

    def __init__(self):
        super().__init__()
        sizes, strides = (1, 16, 64, 128, 128), (4, 4, 4, 4)
        self.layers = nn.ModuleList(
            nn.Conv1d(i, o, 4 * s + 1, s, 2 * s, groups=1 if i == 1 else 4)
            for i, o, s in zip(sizes, sizes[1:], strides, strict=False)
        )
        self.output = nn.Conv1d(sizes[-1], 1, 3, padding=1)

    def forward(self, waveform: torch.Tensor) -> list[torch.Tensor]:
        hidden = waveform[:, None]
        for layer in self.layers:
            hidden = F.leaky_relu(layer(hidden), 0.1)
        return [self.output(hidden)]


class OfVocoderFeatures(nn.Module):
    """Heads on what the frozen first blocks of a vocoder make of mel frames (Lee et al., 2025, arXiv:2508.17874)."""

    def __init__(self, vocoder: nn.Module, blocks: int = 4, waveform: bool = False):
        super().__init__()
        self.frozen, self.blocks, self.waveform = [vocoder], blocks, waveform  # in a list: its weights are not trained
        size = vocoder.config.hidden_size
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Conv1d(size, 64, 5, padding=2), nn.LeakyReLU(0.1), nn.Conv1d(64, 1, 5, padding=2))
            for _ in range(blocks + 1)
        )

    def forward(self, pieces: torch.Tensor) -> list[torch.Tensor]:
        vocoder = self.frozen[0]
        hidden = vocoder.norm(vocoder.embed(vocoder.log_mel(pieces) if self.waveform else pieces))
        states = [hidden]
        for block in vocoder.blocks[: self.blocks]:
            states.append(block(states[-1]))
        return [head(state.transpose(1, 2)) for head, state in zip(self.heads, states, strict=True)]


class OfBands(nn.Module):
    """Mel frames with the bands as channels: convolutions over time alone."""

    def __init__(self, bands: int, channels: int = 64):
        super().__init__()
        sizes = (bands, channels, channels, channels)
        self.layers = nn.ModuleList(nn.Conv1d(i, o, 5, padding=2) for i, o in zip(sizes, sizes[1:], strict=False))
        self.output = nn.Conv1d(channels, 1, 3, padding=1)

    def forward(self, log_mel: torch.Tensor) -> list[torch.Tensor]:
        hidden = (log_mel.transpose(1, 2) + 5) / 2
        for layer in self.layers:
            hidden = F.leaky_relu(layer(hidden), 0.1)
        return [self.output(hidden)]


class OfMel(nn.Module):
    """The library's mel discriminators."""

    def __init__(self, windows: tuple[int, ...], channels: int = 32):
        super().__init__()
        self.inner = nn.ModuleList(MelDiscriminator(window, (channels,) * 4, STRIDES) for window in windows)

    def forward(self, log_mel: torch.Tensor) -> list[torch.Tensor]:
        return [discriminator(log_mel)[0] for discriminator in self.inner]


def waveform_candidates(vocoder: nn.Module) -> dict[str, Callable[[], nn.Module]]:
    return {
        "small": Whole,
        "its periods alone": lambda: Whole(resolutions=()),
        "its spectrograms alone": lambda: Whole(periods=()),
        "log-mel of the waveform": lambda: OfWaveformMel(vocoder),
        "log-mel of the waveform, 16 channels": lambda: OfWaveformMel(vocoder, 16),
        "samples, strided": OfSamples,
        "vocoder features": lambda: OfVocoderFeatures(vocoder, waveform=True),
    }


def mel_candidates(model: TTSGanModel) -> dict[str, Callable[[], nn.Module]]:
    return {
        "mel, windows of 32, 64, 128": lambda: OfMel((32, 64, 128)),
        "mel, window of 128": lambda: OfMel((128,)),
        "mel, window of 32": lambda: OfMel((32,)),
        "mel, window of 128, 16 channels": lambda: OfMel((128,), 16),
        "bands as channels": lambda: OfBands(model.vocoder.config.num_mel_bins),
        "vocoder features": lambda: OfVocoderFeatures(model.vocoder),
    }


@torch.no_grad()
def waveform_pieces(vocoder: nn.Module, rows, length: int, each: int) -> Pieces:
    """Random pieces of `length` frames of recordings, `each` of every one, and their copy synthesis."""
    real, fake = [], []
    for row in tqdm(rows, desc="Copy synthesis", disable=None):
        wave = torch.as_tensor(row["waveform"], dtype=torch.float32)[None] / 32767
        copy, frames = vocoder.copy_synthesis(wave), wave.shape[1] // vocoder.config.hop_length
        for _ in range(each if frames >= length else 0):
            starts = segment_starts(None, 1, frames, length, wave.device) * vocoder.config.hop_length
            real.append(cut(wave, starts, length * vocoder.config.hop_length))
            fake.append(cut(copy, starts, length * vocoder.config.hop_length))
    return torch.cat(real), torch.cat(fake)


@torch.no_grad()
def mel_pieces(model: TTSGanModel, processor: TTSGanProcessor, rows, length: int, each: int) -> Pieces:
    """Random pieces of `length` mel frames of recordings, and the same frames as they are predicted."""
    real, fake, collate = [], [], SpeechCollator(processor)
    for row in tqdm(rows, desc="Predicted frames", disable=None):
        for _ in range(each if row["frames"] >= length else 0):
            output = model(**collate([row]), segment_frames=None, mel_piece_frames=length)
            real.append(output.target_mel_piece)
            fake.append(output.mel_piece)
    return torch.cat(real), torch.cat(fake)


@torch.no_grad()
def score(candidate: nn.Module, pieces: Pieces) -> tuple[float, float]:
    """Share of pairs that are told right, and the hinge loss."""
    real, fake = candidate(pieces[0]), candidate(pieces[1])
    means = [torch.stack([each.flatten(1).mean(1) for each in logits]).mean(0) for logits in (real, fake)]
    return (means[0] > means[1]).float().mean().item(), discriminator_hinge_loss(real, fake).item()


def learn(
    candidate: nn.Module, train: Pieces, test: Pieces, rate: float, betas: tuple, marks: list[float], batch_size: int
) -> tuple[float, list[tuple[float, float]]]:
    """CPU seconds of a step, and the scores at each mark."""
    optimizer = torch.optim.AdamW(candidate.parameters(), rate, betas)
    seconds, steps, scores = 0.0, 0, []
    while len(scores) < len(marks):
        began = time.process_time()
        rows = torch.randint(len(train[0]), (batch_size,))
        loss = discriminator_hinge_loss(candidate(train[0][rows]), candidate(train[1][rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds, steps = seconds + time.process_time() - began, steps + 1
        if seconds >= marks[len(scores)]:
            scores.append(score(candidate, test))
    return seconds / steps, scores


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", nargs="+", required=True, help="corpora with the splits `train` and `test`")
    generator = parser.add_mutually_exclusive_group(required=True)
    generator.add_argument("--vocoder", help="folder or Hub id of a vocoder or a voice: tell its waveforms")
    generator.add_argument("--model", help="folder or Hub id of a voice: tell its mel frames")
    parser.add_argument("--candidates", nargs="*", help="names from the table; default: all")
    parser.add_argument("--marks", nargs="+", type=float, default=[5.0, 20.0, 60.0], help="CPU seconds")
    parser.add_argument("--learning_rate", type=float, default=1e-3)
    parser.add_argument("--betas", nargs=2, type=float, default=[0.5, 0.9])
    parser.add_argument("--batch_size", type=int, default=16)
    parser.add_argument("--frames", type=int, help="of a piece; default: 40 of waveforms, 128 of mel frames")
    parser.add_argument("--train_rows", type=int, default=400)
    parser.add_argument("--test_rows", type=int, default=80)
    arguments = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(1)
    print(f"{platform.machine()}, {os.cpu_count()} cores, 1 thread, torch {torch.__version__}", arguments, sep="\n")
    if arguments.vocoder:
        vocoder, processor = load_vocoder(arguments.vocoder).eval(), None
        candidates, length = waveform_candidates(vocoder), arguments.frames or 40
    else:
        model = TTSGanModel.from_pretrained(arguments.model).eval()
        vocoder, processor = model.vocoder, TTSGanProcessor.from_pretrained(arguments.model)
        candidates, length = mel_candidates(model), arguments.frames or 128
    prepare, pairs = PrepareSpeech(vocoder.config, processor), []
    for split, count in (("train", arguments.train_rows), ("test", arguments.test_rows)):
        corpora = [load_speech(path, split=split, transcribed=processor is not None) for path in arguments.datasets]
        rows = concatenate_datasets(corpora).shuffle(seed=0)
        rows, _ = prepare_speech(rows.take(min(count, len(rows))), prepare)
        if processor is None:
            pairs.append(waveform_pieces(vocoder, rows, length, 4))
        else:
            pairs.append(mel_pieces(model, processor, rows, length, 2))
    print(f"{len(pairs[0][0])} training pairs, {len(pairs[1][0])} held-out pairs")
    marks = sorted(arguments.marks)
    print("| discriminator | weights | seconds a step |" + "".join(f" after {mark:g} s |" for mark in marks))
    print("|---|---|---|" + "---|" * len(marks))
    for name in arguments.candidates or candidates:
        torch.manual_seed(0)
        candidate = candidates[name]()
        size = sum(weight.numel() for weight in candidate.parameters()) / 1e6
        step, scores = learn(
            candidate, *pairs, arguments.learning_rate, tuple(arguments.betas), marks, arguments.batch_size
        )
        cells = "".join(f" {right:.3f}, {loss:.2f} |" for right, loss in scores)
        print(f"| {name} | {size:.2f}M | {step:.3f} |{cells}", flush=True)


if __name__ == "__main__":
    main()
