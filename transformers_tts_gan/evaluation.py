"""How well a voice is understood: a recogniser hears recordings, copy synthesis and the voice say the same sentences.

Enter: a voice, its processor, held-out rows of a corpus (`audio`, `text`, `speaker`, `language`) and a recogniser.
Leaves: a [`VoiceReport`]: error rates with intervals, seconds of sound, real-time factors, and every sentence with
what was heard. A rate means nothing alone: the recordings show what the recogniser misses, copy synthesis (recording
to mel frames and back) what the vocoder loses, and only the rest is the voice's.
"""

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
from .processing_tts_gan import TTSGanProcessor
from .recognition import Recognizer


logger = logging.getLogger(__name__)

SYSTEMS = ("recordings", "copy", "voice")
RATES = {"wer": "word", "cer": "character", "tpe": "tone"}
NAMES = {"wer": "word error rate", "cer": "character error rate", "tpe": "tone-pinyin error rate"}


@dataclass
class Heard:
    """One sentence as one system said it.

    Args:
        text: What the recogniser heard; empty where there was nothing to hear.
        counts: By rate (`wer`, ...), errors and length in its units.
        seconds: Of sound.
        synthesis_seconds: What making it took; 0 for recordings.
        problem: Why there was nothing to hear, if so: it counts as everything deleted.
    """

    text: str
    counts: dict[str, tuple[int, int]]
    seconds: float = 0.0
    synthesis_seconds: float = 0.0
    problem: str = ""


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
        sentences: All that were judged.
        left_out: Rows that could not be judged, and why: an unreadable recording, or no words in the text.
    """

    language: str
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

    def summary(self, system: str) -> dict:
        """Scores of a system, seconds of sound, real-time factor (`None` for recordings), sentences that failed."""
        heard = [sentence.heard[system] for sentence in self.sentences]
        seconds, spent = sum(one.seconds for one in heard), sum(one.synthesis_seconds for one in heard)
        return {
            **{rate: self.score(system, rate) for rate in self.rates},
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
        systems = {system: self.summary(system) for system in SYSTEMS}
        return {"systems": systems, **asdict(self)}

    def __str__(self) -> str:
        names = [f"{NAMES[rate]} [95 % interval]" for rate in self.rates]
        rows = [["", *names, "seconds", "real-time factor", "failed"]]
        for system in SYSTEMS:
            found = self.summary(system)
            scores = ["{rate:.3f} [{low:.3f}, {high:.3f}]".format(**found[rate]) for rate in self.rates]
            speed = "" if found["real_time_factor"] is None else f"{found['real_time_factor']:.4f}"
            rows.append([system, *scores, f"{found['seconds']:.1f}", speed, str(found["failed"])])
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
) -> VoiceReport:
    """Judge a voice on sentences it has not been trained on.

    Args:
        rows: With `audio` (whatever `read_audio` takes), `text`, and perhaps `speaker` and `language`.
        recognizer: From `load_recognizer`, or any object with its `transcribe`.
        language: Of rows that name none, and of the report; by default the processor's first.
        use_text_encoder: `False` judges the voice without it.
        seed: Of the voice.
        wav_dir: Where to write what was judged, as `0001_voice.wav` and so on; nowhere by default.

    Raises:
        ValueError: no row could be judged; the message says why.
    """
    report = VoiceReport(language or processor.languages[0])
    rows = list(rows)
    say = Performer(model.eval(), processor, report.language, use_text_encoder, seed)
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
        heard = {}
        for system, wave, spent, problem in say.all(row, normalize_loudness(recording)):
            problem = problem or nothing_to_hear(wave)
            if wav_dir is not None and not problem:
                write_audio(Path(wav_dir) / f"{number:04d}_{system}.wav", wave, processor.sampling_rate)
            text = "" if problem else recognizer.transcribe(wave, processor.sampling_rate)
            counts = {rate: count_errors(row["text"], text, RATES[rate], report.language) for rate in report.rates}
            heard[system] = Heard(text, counts, len(wave) / processor.sampling_rate, spent, problem)
        report.sentences.append(Sentence(row["text"], row.get("speaker") or "", heard))
    if not report.sentences:
        reasons = "\n".join(report.left_out[:3]) or "`rows` is empty."
        raise ValueError(f"None of {len(rows)} rows could be judged: {reasons}")
    logger.info("judged %d sentences, left out %d", len(report.sentences), len(report.left_out))
    return report


class Performer:
    """Says a row of a corpus in the three ways that are compared; each way gives `(wave, seconds spent, problem)`."""

    def __init__(self, model, processor, language: str, use_text_encoder: bool, seed: int):
        self.model, self.processor, self.language = model, processor, language
        self.options = {"use_text_encoder": use_text_encoder, "seed": seed}

    def all(self, row: dict, recording: np.ndarray) -> Iterator[tuple[str, np.ndarray, float, str]]:
        """The name of each system and its way to say `row`, of which `recording` `(S,)` is the recording."""
        yield "recordings", recording, 0.0, ""
        yield "copy", *self.copy(recording)
        yield "voice", *self.voice(row)

    @torch.inference_mode()
    def copy(self, recording: np.ndarray) -> tuple[np.ndarray, float, str]:
        start = time.perf_counter()
        wave = self.model.copy_synthesis(torch.from_numpy(recording)[None].to(self.model.device))[0]
        return to_numpy(wave), time.perf_counter() - start, ""

    @torch.inference_mode()
    def voice(self, row: dict) -> tuple[np.ndarray, float, str]:
        """Text to waveform, the frontend's work included; a text that it refuses gives no samples and the reason."""
        start = time.perf_counter()
        speaker = row.get("speaker") if row.get("speaker") in self.processor.speakers else None
        try:
            inputs = self.processor(row["text"], language=row.get("language") or self.language, speaker=speaker)
        except ValueError as error:
            return np.zeros(0, dtype=np.float32), 0.0, f"refused: {error}"
        output = self.model(**inputs.to(self.model.device), **self.options)
        wave = output.waveform[0, : int(output.waveform_lengths[0])]
        return to_numpy(wave), time.perf_counter() - start, ""


def nothing_to_hear(wave: np.ndarray) -> str:
    """Why a recogniser need not be asked (it may well invent words): "not finite", "silent", or "" for a good wave."""
    if not np.isfinite(wave).all():
        return "not finite"
    return "silent" if len(wave) == 0 or np.abs(wave).max() < SILENCE_PEAK else ""


def to_numpy(wave: torch.Tensor) -> np.ndarray:
    return wave.float().cpu().numpy()


def markdown_table(rows: list[list[str]]) -> str:
    """Rows, the first of them the head, as a Markdown table with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, " | ".join("-" * max(width, 3) for width in widths))
    return "\n".join(f"| {line} |" for line in lines)
