"""How well a voice is understood: a recogniser hears recordings, copy synthesis and the voice say the same sentences.

Enter: a voice, its processor, held-out rows of a corpus (`audio`, `text`, `speaker`, `language`) and a recogniser.
Leaves: a [`VoiceReport`]: error rates, predicted opinions and distances from the recordings with their intervals,
real-time factors, and every sentence with what was heard. A rate means nothing alone: the recordings show what the
recogniser misses, copy synthesis (recording to mel frames and back) what the vocoder loses, and only the rest is the
voice's.
"""

import functools
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from .audio import SILENCE_PEAK, AudioError, audio_name, normalize_loudness, read_audio, write_audio
from .metrics import bootstrap_interval, count_errors, split_units
from .modeling_tts_gan import TTSGanModel
from .predictors import MosPredictor, SpeakerEncoder
from .processing_tts_gan import TTSGanProcessor
from .recognition import Recognizer
from .signal_metrics import compare_waveforms


logger = logging.getLogger(__name__)

SYSTEMS = ("recordings", "copy", "voice")
SCORES = {
    "mos": "predicted opinion (1-5)",
    "speaker_similarity": "speaker similarity",
    "mcd": "mel-cepstral distortion (dB)",
    "f0_rmse": "F0 error (cents)",
    "voicing_error": "voicing error",
    "duration_error": "duration error",
}
RATES = {"wer": "word", "cer": "character", "tpe": "tone"}
NAMES = {"wer": "word error rate", "cer": "character error rate", "tpe": "tone-pinyin error rate"}


@dataclass
class Heard:
    """One sentence as one system said it.

    Args:
        text: What the recogniser heard; empty where there was nothing to hear.
        counts: By rate (`wer`, ...), errors and length in its units.
        scores: By name (`mos`, `mcd`, ...), a number; what could not be measured is not there.
        seconds: Of sound.
        synthesis_seconds: What making it took; 0 for recordings.
        problem: Why there was nothing to hear, if so: it counts as everything deleted.
        wav: Name of the file in `wav_dir`; empty where none was written.
        phones: Of the voice: each phone and the second at which it ends.
    """

    text: str
    counts: dict[str, tuple[int, int]]
    scores: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    synthesis_seconds: float = 0.0
    problem: str = ""
    wav: str = ""
    phones: list[tuple[str, float]] = field(default_factory=list)


@dataclass
class Sentence:
    """A sentence, its speaker, and what was heard of it by system."""

    text: str
    speaker: str
    heard: dict[str, Heard]


@dataclass
class VoiceReport:
    """What [`evaluate_voice`] found; `str(report)` is the table, `report.to_dict()` fits into JSON.

    Args:
        language: Of the sentences.
        systems: Who said the sentences: `recordings`, `copy`, `voice`, and those compared with them.
        sentences: All that were judged.
        left_out: Rows that could not be judged, and why: an unreadable recording, or no words in the text.
    """

    language: str
    systems: tuple[str, ...] = SYSTEMS
    sentences: list[Sentence] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def rates(self) -> tuple[str, ...]:
        """Which error rates tell about this language, the main one first."""
        return ("cer", "tpe") if self.language == "zh" else ("wer", "cer")

    def score(self, system: str, rate: str) -> dict[str, float | int]:
        """`rate`, the bounds `low` and `high` of its 95 % interval, `errors` and `length`."""
        counts = np.array([sentence.heard[system].counts[rate] for sentence in self.sentences])
        low, high = bootstrap_interval(counts)
        errors, length = (int(total) for total in counts.sum(axis=0))
        return {"rate": errors / length, "low": low, "high": high, "errors": errors, "length": length}

    def mean(self, system: str, score: str) -> dict[str, float | int] | None:
        """Mean of a score over the `count` sentences that have it, its 95 % interval `low` to `high`; or `None`."""
        values = [sentence.heard[system].scores.get(score) for sentence in self.sentences]
        values = np.array([value for value in values if value is not None])
        if not len(values):
            return None
        drawn = np.random.default_rng(0).integers(len(values), size=(1_000, len(values)))
        low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
        return {"mean": float(values.mean()), "low": float(low), "high": float(high), "count": len(values)}

    def summary(self, system: str) -> dict:
        """Scores of a system, seconds of sound, real-time factor (`None` for recordings), sentences that failed."""
        heard = [sentence.heard[system] for sentence in self.sentences]
        seconds, spent = sum(one.seconds for one in heard), sum(one.synthesis_seconds for one in heard)
        means = {name: self.mean(system, name) for name in SCORES}
        return {
            **{rate: self.score(system, rate) for rate in self.rates},
            **{name: mean for name, mean in means.items() if mean is not None},
            "seconds": seconds,
            "real_time_factor": spent / seconds if spent and seconds else None,
            "failed": sum(bool(one.problem) for one in heard),
        }

    def worst(self, count: int = 10, system: str = "voice") -> list[Sentence]:
        """The sentences with the highest main error rate, worst first."""

        def rate(sentence: Sentence) -> float:
            errors, length = sentence.heard[system].counts[self.rates[0]]
            return errors / max(length, 1)

        return sorted(self.sentences, key=rate, reverse=True)[:count]

    def to_dict(self) -> dict:
        return {"summary": {system: self.summary(system) for system in self.systems}, **asdict(self)}

    def __str__(self) -> str:
        found = {system: self.summary(system) for system in self.systems}
        scores = [name for name in SCORES if any(name in summary for summary in found.values())]
        rows = [["", *self.systems]]
        for rate in self.rates:
            rows.append([NAMES[rate], *(interval(found[system][rate], "rate") for system in self.systems)])
        for name in scores:
            rows.append([SCORES[name], *(interval(found[system].get(name), "mean") for system in self.systems)])
        factors = [found[system]["real_time_factor"] for system in self.systems]
        rows.append(["real-time factor", *("" if factor is None else f"{factor:.4f}" for factor in factors)])
        rows.append(["seconds", *(f"{found[system]['seconds']:.1f}" for system in self.systems)])
        rows.append(["failed", *(str(found[system]["failed"]) for system in self.systems)])
        return markdown_table(rows)


def evaluate_voice(
    model: TTSGanModel,
    processor: TTSGanProcessor,
    rows: Iterable[dict],
    recognizer: Recognizer,
    language: str | None = None,
    use_text_encoder: bool = True,
    seed: int = 0,
    wav_dir: str | Path | None = None,
    mos: MosPredictor | None = None,
    speakers: SpeakerEncoder | None = None,
    others: dict[str, str | Path] | None = None,
) -> VoiceReport:
    """Judge a voice on sentences it has not been trained on.

    Args:
        rows: With `audio` (whatever `read_audio` takes), `text`, and perhaps `speaker` and `language`.
        recognizer: From `load_recognizer`, or any object with its `transcribe`.
        language: Of rows that name none, and of the report; by default the processor's first.
        use_text_encoder: `False` judges the voice without it.
        seed: Of the voice.
        wav_dir: Where to write what was judged, as `0001_voice.wav` and so on; nowhere by default.
        mos: Predicts opinion scores; left out, there are none.
        speakers: Compares speakers with the recording's; left out, they are not compared.
        others: Other systems by name: a folder with their wavs of the same sentences, each named as its recording.

    Raises:
        ValueError: no row could be judged, or a system has no folder; the message says why.
    """
    report = VoiceReport(language or processor.languages[0], (*SYSTEMS, *(others or {})))
    rows = list(rows)
    say = Performer(model.eval(), processor, report.language, use_text_encoder, seed, others)
    if rows:
        say.voice(rows[0])  # the first call is slow: dictionaries and thread pools
    for number, row in enumerate(tqdm(rows, desc="Judging", disable=None), start=1):
        try:
            recording = read_audio(row["audio"], processor.sampling_rate)
            if not all(split_units(row["text"], RATES[rate], report.language) for rate in report.rates):
                raise ValueError(f"there is nothing to count in its text `{row['text']}`.")
        except (AudioError, ValueError) as error:
            report.left_out.append(f"`{audio_name(row['audio'])}`: {error}")
            continue
        recording, heard = normalize_loudness(recording), {}
        measures = Measures(recording, mos, speakers, processor.sampling_rate)
        for system, wave, spent, problem in say.all(row, recording):
            problem = problem or nothing_to_hear(wave)
            name = "" if wav_dir is None or problem else f"{number:04d}_{system}.wav"
            if name:
                write_audio(Path(wav_dir) / name, wave, processor.sampling_rate)
            text = "" if problem else recognizer.transcribe(wave, processor.sampling_rate)
            counts = {rate: count_errors(row["text"], text, RATES[rate], report.language) for rate in report.rates}
            scores = measures.opinion(wave, problem)
            if system != "recordings":
                scores |= measures.distances(wave, problem)
            phones = say.phones if system == "voice" else []
            seconds = len(wave) / processor.sampling_rate
            heard[system] = Heard(text, counts, scores, seconds, spent, problem, name, phones)
        report.sentences.append(Sentence(row["text"], row.get("speaker") or "", heard))
    if not report.sentences:
        reasons = "\n".join(report.left_out[:3]) or "`rows` is empty."
        raise ValueError(f"None of {len(rows)} rows could be judged: {reasons}")
    logger.info("judged %d sentences, left out %d", len(report.sentences), len(report.left_out))
    return report


class Measures:
    """What can be measured of waveforms beside what a recogniser hears, by name; the worst where one failed."""

    def __init__(
        self, recording: np.ndarray, mos: MosPredictor | None, speakers: SpeakerEncoder | None, sampling_rate: int
    ):
        self.recording, self.mos, self.speakers, self.sampling_rate = recording, mos, speakers, sampling_rate

    @functools.cached_property
    def speaker(self) -> np.ndarray:
        """Who speaks in the recording, as a vector; the same for all that are compared with it."""
        return self.speakers(self.recording, self.sampling_rate)

    def opinion(self, wave: np.ndarray, problem: str) -> dict[str, float]:
        """The predicted opinion of `(S,)` samples, where there is a predictor."""
        return {} if self.mos is None else {"mos": self.mos(np.zeros(0) if problem else wave, self.sampling_rate)}

    def distances(self, wave: np.ndarray, problem: str) -> dict[str, float]:
        """How far `(S,)` samples are from the recording."""
        scores = {}
        if self.speakers is not None:
            vector = self.speakers(np.zeros(0) if problem else wave, self.sampling_rate)
            scores["speaker_similarity"] = float(vector @ self.speaker)
        if not problem:
            try:
                found = compare_waveforms(wave, self.recording, self.sampling_rate)
            except ValueError:
                return scores
            distances = {**asdict(found), "duration_error": abs(found.duration_error)}
            scores.update({name: value for name, value in distances.items() if np.isfinite(value)})
        return scores


class Performer:
    """Says a row of a corpus in the three ways that are compared; each way gives `(wave, seconds spent, problem)`."""

    def __init__(self, model, processor, language: str, use_text_encoder: bool, seed: int, others=None):
        self.model, self.processor, self.language = model, processor, language
        self.options = {"use_text_encoder": use_text_encoder, "seed": seed}
        self.phones = []  # of the last sentence of the voice, and when each ends
        self.others = {name: Path(folder) for name, folder in (others or {}).items()}
        for name, folder in self.others.items():
            if not folder.is_dir():
                raise ValueError(f"There is no folder `{folder}` with the sentences of `{name}`.")

    def all(self, row: dict, recording: np.ndarray) -> Iterator[tuple[str, np.ndarray, float, str]]:
        """The name of each system and its way to say `row`, of which `recording` `(S,)` is the recording."""
        yield "recordings", recording, 0.0, ""
        yield "copy", *self.copy(recording)
        yield "voice", *self.voice(row)
        for name, folder in self.others.items():
            yield name, *self.other(folder / f"{Path(audio_name(row['audio'])).stem}.wav")

    def other(self, path: Path) -> tuple[np.ndarray, float, str]:
        """What another system said; a missing or unusable file counts as a sentence it could not say."""
        try:
            return normalize_loudness(read_audio(path, self.processor.sampling_rate)), 0.0, ""
        except AudioError as error:
            return np.zeros(0, dtype=np.float32), 0.0, str(error)

    @torch.inference_mode()
    def copy(self, recording: np.ndarray) -> tuple[np.ndarray, float, str]:
        start = time.perf_counter()
        wave = self.model.copy_synthesis(torch.from_numpy(recording)[None].to(self.model.device))[0]
        return to_numpy(wave), time.perf_counter() - start, ""

    @torch.inference_mode()
    def voice(self, row: dict) -> tuple[np.ndarray, float, str]:
        """Text to waveform, the frontend's work included; a text that it refuses gives no samples and the reason."""
        start, self.phones = time.perf_counter(), []
        speaker = row.get("speaker") if row.get("speaker") in self.processor.speakers else None
        try:
            inputs = self.processor(row["text"], language=row.get("language") or self.language, speaker=speaker)
        except ValueError as error:
            return np.zeros(0, dtype=np.float32), 0.0, f"refused: {error}"
        output = self.model(**inputs.to(self.model.device), **self.options)
        wave = to_numpy(output.waveform[0, : int(output.waveform_lengths[0])])
        spent = time.perf_counter() - start
        if output.durations is not None:
            ends = output.durations[0].cumsum(0) * self.model.config.hop_length / self.processor.sampling_rate
            phones = self.processor.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist())
            self.phones = [(phone, round(end, 3)) for phone, end in zip(phones, ends.tolist(), strict=True)]
        return wave, spent, ""


def nothing_to_hear(wave: np.ndarray) -> str:
    """Why a recogniser need not be asked (it may well invent words): "not finite", "silent", or "" for a good wave."""
    if not np.isfinite(wave).all():
        return "not finite"
    return "silent" if len(wave) == 0 or np.abs(wave).max() < SILENCE_PEAK else ""


def to_numpy(wave: torch.Tensor) -> np.ndarray:
    return wave.float().cpu().numpy()


def interval(found: dict | None, name: str) -> str:
    """A number with its interval, such as `.041 [.022, .062]`."""
    return "" if found is None else f"{found[name]:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def markdown_table(rows: list[list[str]]) -> str:
    """Rows, the first of them the head, as a Markdown table with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, " | ".join("-" * max(width, 3) for width in widths))
    return "\n".join(f"| {line} |" for line in lines)
