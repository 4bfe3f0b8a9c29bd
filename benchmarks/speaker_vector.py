"""Can a voice speak as a person whom it heard for some seconds, by a vector alone?

    python benchmarks/speaker_vector.py --model examples/voices/bilingual --corpus corpora/kathleen

A voice knows each of its speakers by a row of a table. This makes a row for a new person, with all weights frozen:

- *mixture*: of the two rows, in shares and at a pitch that a speaker encoder finds most like the person;
- *fitted*: by the gradient of the usual losses on the seconds, which is the best row that they tell of.

The held-out sentences are spoken with each, and the speaker encoder compares them with the person's recordings of the
same sentences. Beside them: the voice's own speakers; voices that were fine-tuned (`--tuned "1 minute=FOLDER"`); the
recordings through the vocoder; and a recording with another one of the same person, the most that can be asked for.
The seconds are drawn anew by each seed. In brackets: 95 % intervals over seeds and sentences.
"""

import argparse
import os
import platform
from collections.abc import Callable

import numpy as np
import torch
from tqdm.auto import tqdm

from transformers_tts_gan import (
    MosPredictor,
    ProsodyControls,
    SpeakerEncoder,
    TTSGanModel,
    TTSGanProcessor,
    load_speech,
)
from transformers_tts_gan.audio.io import read_audio
from transformers_tts_gan.audio.loudness import normalize_loudness
from transformers_tts_gan.audio.pitch import fundamental_frequency
from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.data.prepare import PrepareSpeech
from transformers_tts_gan.evaluation.ablation_report import interval, show
from transformers_tts_gan.evaluation.run import evenly_spread
from transformers_tts_gan.evaluation.systems import CopySynthesis, TextToSpeech
from transformers_tts_gan.utils.markdown import markdown_table


SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the second speaker
TEXTS = 8  # that each mixture speaks before one is chosen
BATCH = 8
Score = tuple[float, float]  # speaker similarity and predicted MOS


class Person:
    """The seconds that are known of a person.

    Args:
        prepare: Turns recordings into numbers.
        rows: Recordings with texts, in the order in which they are taken.
        seconds: Of speech, at most; one recording is always taken.
    """

    def __init__(self, prepare: PrepareSpeech, rows: list[dict], seconds: float):
        frames_per_second = prepare.config.sampling_rate / prepare.config.hop_length
        self.rows: list[dict] = []
        self.seconds = 0.0
        for row in rows:
            prepared = prepare({**row, "speaker": None})
            length = prepared["frames"] / frames_per_second
            if self.rows and self.seconds + length > seconds:
                break
            self.rows.append(prepared)
            self.seconds += length

    @property
    def waveform(self) -> np.ndarray:
        """All seconds in one, `(S,)`."""
        return np.concatenate([row["waveform"] for row in self.rows]).astype(np.float32) / 32767

    @property
    def pitch(self) -> float:
        """The median F0 in semitones above 1 Hz."""
        return median_pitch(np.concatenate([row["f0"] for row in self.rows]))


def median_pitch(f0: np.ndarray) -> float:
    """Of F0 `(F,)` in Hz, 0 where unvoiced: the median in semitones above 1 Hz."""
    return float(np.median(12 * np.log2(f0[f0 > 0])))


def say(
    model: TTSGanModel, processor: TTSGanProcessor, text: str, language: str, vector: torch.Tensor, semitones: float
) -> np.ndarray:
    """`(S,)` samples of a text in the voice of a row `(1, H)`."""
    controls = ProsodyControls(pitch_shift=semitones)
    output = model.synthesize(**processor(text, language=language), speaker_embedding=vector, controls=controls)
    return output.waveform[0, : int(output.waveform_lengths[0])].numpy()


def mixture(
    model: TTSGanModel, processor: TTSGanProcessor, person: Person, encode: SpeakerEncoder, language: str
) -> tuple[torch.Tensor, float, float]:
    """The mixture of the first two rows that is most like a person: a row `(1, H)`, semitones, the second's share."""
    table, rate = model.acoustic.speaker_embedding.weight, processor.sampling_rate
    wanted, texts, found = encode(person.waveform, rate), [row["text"] for row in person.rows[:TEXTS]], []
    for share in SHARES:
        vector = torch.lerp(table[:1], table[1:2], share)
        spoken = np.concatenate([say(model, processor, text, language, vector, 0.0) for text in texts])
        f0 = fundamental_frequency(torch.from_numpy(spoken)[None], rate, model.config.hop_length)[0].numpy()
        semitones = person.pitch - median_pitch(f0)
        spoken = np.concatenate([say(model, processor, text, language, vector, semitones) for text in texts])
        found.append((float(encode(spoken, rate) @ wanted), vector, semitones, share))
    return max(found, key=lambda each: each[0])[1:]


def fit(
    model: TTSGanModel, processor: TTSGanProcessor, person: Person, steps: int, learning_rate: float, seed: int
) -> torch.Tensor:
    """The row `(1, H)` with the least loss on the seconds of a person; it starts as the mean of the known ones."""
    vector = model.acoustic.speaker_embedding.weight.mean(0, keepdim=True).clone().requires_grad_()
    optimizer = torch.optim.Adam([vector], learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    collate, generator = SpeechCollator(processor), torch.Generator().manual_seed(seed)
    for _ in range(steps):
        chosen = torch.randperm(len(person.rows), generator=generator)[:BATCH].tolist()
        batch = collate([person.rows[number] for number in chosen])
        loss = model(**batch, speaker_embedding=vector.expand(len(chosen), -1), segment_frames=None).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return vector.detach()


class Scorer:
    """Scores what is said of held-out rows."""

    def __init__(self, rows: list[dict], rate: int):
        self.rows, self.rate, self.encode, self.mos = rows, rate, SpeakerEncoder(), MosPredictor()
        self.recordings = [normalize_loudness(read_audio(row["audio"], rate)) for row in rows]
        self.wanted = [self.encode(recording, rate) for recording in self.recordings]
        self.scores: dict[str, list[list[Score]]] = {}

    def __call__(self, name: str, speak: Callable[[dict, np.ndarray], np.ndarray]) -> None:
        """Score `speak(row, recording)` of each row, one seed more of what has this name."""
        scores = []
        for row, recording, wanted in zip(self.rows, self.recordings, self.wanted, strict=True):
            wave = speak(row, recording)
            scores.append((float(self.encode(wave, self.rate) @ wanted), self.mos(wave, self.rate)))
        self.scores.setdefault(name, []).append(scores)

    def compare_recordings(self, name: str) -> None:
        """Score each recording as if it were the next one."""
        following = {id(row): self.recordings[number - 1] for number, row in enumerate(self.rows)}
        self(name, lambda row, recording: following[id(row)])

    def table(self) -> str:
        lines = [["", "speaker similarity", "predicted MOS"]]
        for name, by_seed in self.scores.items():
            values = np.array(by_seed).transpose(2, 0, 1)  # (2, seeds, sentences)
            lines.append([name, *(show(interval(each, np.ones_like(each))) for each in values)])
        return markdown_table(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder or Hub id of a voice with two speakers or more")
    parser.add_argument("--corpus", required=True, help="of one person whom the voice does not know")
    parser.add_argument("--language", default="en", help="of the corpus")
    parser.add_argument("--seconds", type=float, nargs="+", default=[10, 30, 60], help="that are known of the person")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1], help="each draws its own recordings")
    parser.add_argument("--steps", type=int, default=100, help="of fitting a row")
    parser.add_argument("--learning_rate", type=float, default=0.03, help="of fitting a row")
    parser.add_argument("--limit", type=int, default=30, help="held-out sentences, evenly spread")
    parser.add_argument("--tuned", nargs="*", default=[], metavar="NAME=FOLDER", help="voices that know the person")
    args = parser.parse_args(arguments)

    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, {args.model}, {args.corpus}")
    processor = TTSGanProcessor.from_pretrained(args.model)
    model = TTSGanModel.from_pretrained(args.model).eval().requires_grad_(False)
    scorer = Scorer(evenly_spread(list(load_speech(args.corpus, split="test")), args.limit), processor.sampling_rate)
    copies, prepare = CopySynthesis(model), PrepareSpeech(model.config.vocoder_config, processor)
    scorer.compare_recordings("another recording of the person")
    scorer("copy synthesis", lambda row, recording: copies.say(row, recording).waveform)
    for each in args.tuned:
        name, folder = each.split("=", 1)
        tuned = TextToSpeech(TTSGanModel.from_pretrained(folder).eval(), TTSGanProcessor.from_pretrained(folder), "en")
        scorer(f"fine-tuned, {name}", lambda row, recording, tuned=tuned: tuned.say(row).waveform)
    table = model.acoustic.speaker_embedding.weight

    def speak_with(vector: torch.Tensor, semitones: float = 0.0) -> Callable[[dict, np.ndarray], np.ndarray]:
        return lambda row, recording: say(model, processor, row["text"], args.language, vector, semitones)

    for number, speaker in enumerate(processor.speakers):
        scorer(speaker, speak_with(table[number : number + 1]))
    for seed in tqdm(args.seeds, desc="Seeds", disable=None):
        rows = list(load_speech(args.corpus, split="train").shuffle(seed=seed))
        for seconds in args.seconds:
            person = Person(prepare, rows, seconds)
            row, semitones, share = mixture(model, processor, person, scorer.encode, args.language)
            print(f"seed {seed}, {person.seconds:.1f} s: {share:.0%} {processor.speakers[1]}, {semitones:+.1f} st")
            scorer(f"mixture, {seconds:g} s", speak_with(row, semitones))
            row = fit(model, processor, person, args.steps, args.learning_rate, seed)
            scorer(f"fitted, {seconds:g} s", speak_with(row))
    print(scorer.table())


if __name__ == "__main__":
    main()
