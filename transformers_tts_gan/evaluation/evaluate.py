"""How well a voice is understood: a recognizer hears recordings, copy synthesis and the voice say the same sentences.

Enter: a voice, its processor, held-out rows of a corpus (`audio`, `text`, `speaker`, `language`) and a recognizer.
Leaves: a [`VoiceReport`]: error rates, predicted opinions and distances from the recordings with their intervals,
real-time factors, and every sentence with what was heard. A rate means nothing alone: the recordings show what the
recognizer misses, copy synthesis (recording to mel frames and back) what the vocoder loses, and only the rest is the
voice's.
"""

import functools
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm
from transformers import AutomaticSpeechRecognitionPipeline

from ..audio.io import AudioError, audio_name, read_audio, write_audio
from ..audio.loudness import normalize_loudness
from ..metrics.asr import Recognizer, as_recognizer, find_problem, transcribe
from ..metrics.error_rates import bootstrap_interval, count_errors, rate_units, split_units
from ..metrics.mos import LOWEST_SCORE
from ..metrics.signal import Comparison, compare_waveforms, compare_with_silence
from ..metrics.speed import real_time_factors
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..utils.markdown import markdown_table


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
        text: What the recognizer heard; empty where there was nothing to hear.
        counts: By rate (`wer`, ...), errors and length in its units.
        scores: By name (`mos`, `mcd`, ...), a number, the worst where there was nothing to hear; what the recording
            does not let measure, such as the F0 error of a whisper, is not there.
        seconds: Of sound.
        synthesis_seconds: What making it took; 0 for recordings.
        problem: Why there was nothing to hear, or why the recognizer failed: it counts as everything deleted.
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
        return tuple(rate_units(self.language))

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
        """Scores of a system, seconds of sound, sentences that failed, real-time factors (`None` for recordings)."""
        heard = [sentence.heard[system] for sentence in self.sentences]
        spent = [one.synthesis_seconds for one in heard]
        factor, median = real_time_factors(spent, [one.seconds for one in heard]) if any(spent) else (None, None)
        means = {name: self.mean(system, name) for name in SCORES}
        return {
            **{rate: self.score(system, rate) for rate in self.rates},
            **{name: mean for name, mean in means.items() if mean is not None},
            "seconds": sum(one.seconds for one in heard),
            "real_time_factor": _finite(factor),
            "real_time_factor_median": _finite(median),
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
        for name, label in (("real_time_factor", "real-time factor"), ("real_time_factor_median", "... median")):
            factors = [found[system][name] for system in self.systems]
            rows.append([label, *("" if factor is None else f"{factor:.4f}" for factor in factors)])
        rows.append(["seconds", *(f"{found[system]['seconds']:.1f}" for system in self.systems)])
        rows.append(["failed", *(str(found[system]["failed"]) for system in self.systems)])
        return markdown_table(rows)


def evaluate_voice(
    model: TTSGanModel,
    processor: TTSGanProcessor,
    rows: Iterable[dict],
    recognizer: Recognizer | AutomaticSpeechRecognitionPipeline,
    language: str | None = None,
    use_text_encoder: bool = True,
    seed: int = 0,
    wav_dir: str | Path | None = None,
    mos: Callable[[np.ndarray, int], float] | None = None,
    speakers: Callable[[np.ndarray, int], np.ndarray] | None = None,
    others: dict[str, str | Path] | None = None,
) -> VoiceReport:
    """Judge a voice on sentences it has not been trained on.

    Nothing that a voice, a recognizer or a predictor does stops it. A sentence that is refused, that raises, that is
    silent or not finite is wholly wrong and has the worst scores; one that the recognizer fails on is wholly wrong.

    Args:
        rows: With `audio` (whatever `read_audio` takes), `text`, and perhaps `speaker` and `language`.
        recognizer: From `load_recognizer`, a pipeline of Transformers, or any object with a `transcribe`.
        language: Of rows that name none, and of the report; by default the processor's first.
        use_text_encoder: `False` judges the voice without it.
        seed: Of the voice.
        wav_dir: Where to write what was judged, as `0001_voice.wav` and so on; nowhere by default.
        mos: Predicts an opinion score of `(wave, sampling_rate)`, as `MosPredictor`; left out, there are none.
        speakers: Makes a vector of who speaks in `(wave, sampling_rate)`, as `SpeakerEncoder`; left out, speakers are
            not compared with the recording's.
        others: Other systems by name: a folder with their wavs of the same sentences, each named as its recording.

    Raises:
        ImportError: Without the extra `eval`.
        TypeError: `recognizer` cannot recognize.
        ValueError: no row could be judged, or a system has no folder; the message says why.
    """
    report = VoiceReport(language or processor.languages[0], (*SYSTEMS, *(others or {})))
    rows, recognizer = list(rows), as_recognizer(recognizer, report.language)
    say = Performer(model.eval(), processor, report.language, use_text_encoder, seed, others)
    any(not say.voice(row)[2] for row in rows[:3])  # the first call is slow: dictionaries and thread pools
    for number, row in enumerate(tqdm(rows, desc="Judging", disable=None), start=1):
        try:
            recording = recording_of(row, report, processor.sampling_rate)
        except ValueError as error:
            report.left_out.append(f"`{audio_name(row.get('audio'))}`: {error}")
            continue
        heard, measures = {}, Measures(recording, mos, speakers, processor.sampling_rate)
        for system, wave, spent, problem in say.all(row, recording):
            problem = problem or find_problem(wave)
            wave = wave if problem else np.clip(wave, -1.0, 1.0)  # as it is played
            name = "" if wav_dir is None or problem else f"{number:04d}_{system}.wav"
            if name:
                write_audio(Path(wav_dir) / name, wave, processor.sampling_rate)
            scores = measures.opinion(wave, problem)
            if system != "recordings":
                scores |= measures.distances(wave, problem)
            text, problem = ("", problem) if problem else transcribe(recognizer, wave, processor.sampling_rate)
            counts = {rate: count_errors(row["text"], text, RATES[rate], report.language) for rate in report.rates}
            phones = say.phones if system == "voice" else []
            seconds = len(wave) / processor.sampling_rate
            heard[system] = Heard(text, counts, scores, seconds, spent, problem, name, phones)
        report.sentences.append(Sentence(row["text"], row.get("speaker") or "", heard))
    if not report.sentences:
        reasons = "\n".join(report.left_out[:3]) or "`rows` is empty."
        raise ValueError(f"None of {len(rows)} rows could be judged: {reasons}")
    logger.info("judged %d sentences, left out %d", len(report.sentences), len(report.left_out))
    return report


def recording_of(row: dict, report: VoiceReport, sampling_rate: int) -> np.ndarray:
    """The recording of a row, `(S,)`, at the loudness of all.

    Raises:
        ValueError: it cannot be read, there is nothing to count in its text, or it is in another language.
    """
    missing = {"audio", "text"} - row.keys()
    if missing:
        raise ValueError(f"the row has {sorted(row)}; needs `{missing.pop()}` too: rename the column.")
    language = row.get("language") or report.language
    if language != report.language:
        raise ValueError(f"it is in `{language}`, the report on `{report.language}`: judge it in one of its own.")
    recording = read_audio(row["audio"], sampling_rate)
    text = row["text"] if isinstance(row["text"], str) else ""
    if not all(split_units(text, RATES[rate], language) for rate in report.rates):
        raise ValueError(f"there is nothing to count in its text `{row['text']}`: leave the row out.")
    return normalize_loudness(recording)


class Measures:
    """What can be measured of waveforms beside what a recognizer hears, by name; the worst where one failed."""

    def __init__(self, recording: np.ndarray, mos, speakers, sampling_rate: int):
        self.recording, self.mos, self.speakers, self.sampling_rate = recording, mos, speakers, sampling_rate

    @functools.cached_property
    def speaker(self) -> np.ndarray:
        """Who speaks in the recording, as a vector; the same for all that are compared with it."""
        return self.speakers(self.recording, self.sampling_rate)

    def opinion(self, wave: np.ndarray, problem: str) -> dict[str, float]:
        """The predicted opinion of `(S,)` samples, where there is a predictor."""
        if self.mos is None:
            return {}
        return {"mos": LOWEST_SCORE if problem else _measured(self.mos, wave, self.sampling_rate, worst=LOWEST_SCORE)}

    def distances(self, wave: np.ndarray, problem: str) -> dict[str, float]:
        """How far `(S,)` samples are from the recording."""
        scores = {}
        if self.speakers is not None:
            scores["speaker_similarity"] = 0.0 if problem else _measured(self.similarity, wave, worst=0.0)
        if found := self.comparison(wave, problem):
            distances = {**asdict(found), "duration_error": abs(found.duration_error)}
            scores.update({name: value for name, value in distances.items() if np.isfinite(value)})
        return scores

    def similarity(self, wave: np.ndarray) -> float:
        return float(self.speakers(wave, self.sampling_rate) @ self.speaker)

    def comparison(self, wave: np.ndarray, problem: str) -> Comparison | None:
        """With the recording; `None` where that is too short for it, whoever speaks."""
        try:
            silence = compare_with_silence(self.recording, self.sampling_rate)
        except ValueError:
            return None
        try:
            return silence if problem else compare_waveforms(wave, self.recording, self.sampling_rate)
        except ValueError:  # too little speech
            return silence


class Performer:
    """Says a row of a corpus in the three ways that are compared; each way gives `(wave, seconds spent, problem)`."""

    def __init__(self, model, processor, language: str, use_text_encoder: bool, seed: int, others=None):
        self.model, self.processor, self.language = model, processor, language
        self.options = {"use_text_encoder": use_text_encoder, "seed": seed}
        self.phones = []  # of the last sentence of the voice, and when each ends
        self.others = {name: Path(folder) for name, folder in (others or {}).items()}
        for name, folder in self.others.items():
            if name in (*SYSTEMS, "..") or Path(name).name != name:
                raise ValueError(f"{name!r} cannot name another system: it is taken, or no folder can be called that.")
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

    def copy(self, recording: np.ndarray) -> tuple[np.ndarray, float, str]:
        return self.timed(self.copy_synthesis, recording)

    def voice(self, row: dict) -> tuple[np.ndarray, float, str]:
        """Text to waveform, the frontend's work included; a text that it refuses gives no samples and the reason."""
        self.phones = []
        return self.timed(self.speak, row)

    def timed(self, make: Callable, source) -> tuple[np.ndarray, float, str]:
        """What `make(source)` gives and the seconds it took; no samples and the reason where it fails."""
        start = time.perf_counter()
        try:
            return make(source), time.perf_counter() - start, ""
        except Refused as error:
            problem = f"refused: {error}"
        except Exception as error:  # of a voice: the others are judged nevertheless
            problem = f"failed: {type(error).__name__}: {error}"
            logger.warning("A sentence failed, which counts as nothing said: %s", problem)
        return np.zeros(0, dtype=np.float32), time.perf_counter() - start, problem

    @torch.inference_mode()
    def copy_synthesis(self, recording: np.ndarray) -> np.ndarray:
        return to_numpy(self.model.copy_synthesis(torch.from_numpy(recording)[None].to(self.model.device))[0])

    @torch.inference_mode()
    def speak(self, row: dict) -> np.ndarray:
        speaker = row.get("speaker") if row.get("speaker") in self.processor.speakers else None
        try:
            inputs = self.processor(row["text"], language=row.get("language") or self.language, speaker=speaker)
        except ValueError as error:
            raise Refused(error) from error
        output = self.model(**inputs.to(self.model.device), **self.options)
        wave = to_numpy(output.waveform[0, : int(output.waveform_lengths[0])])
        if output.durations is not None:
            ends = output.durations[0].cumsum(0) * self.model.config.hop_length / self.processor.sampling_rate
            phones = self.processor.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist())
            self.phones = [(phone, round(end, 3)) for phone, end in zip(phones, ends.tolist(), strict=True)]
        return wave


class Refused(ValueError):
    """A text that the frontend does not take."""


def _measured(measure: Callable, *arguments, worst: float) -> float:
    """What a predictor says, or the `worst` where it fails."""
    try:
        value = float(measure(*arguments))
    except Exception as error:  # of a predictor that we do not know
        logger.warning("A predictor failed, which counts as %s: %s: %s", worst, type(error).__name__, error)
        return worst
    return value if np.isfinite(value) else worst


def _finite(factor: float | None) -> float | None:
    """What JSON can hold."""
    return factor if factor is not None and np.isfinite(factor) else None


def to_numpy(wave: torch.Tensor) -> np.ndarray:
    return wave.float().cpu().numpy()


def interval(found: dict | None, name: str) -> str:
    """A number with its interval, such as `.041 [.022, .062]`."""
    return "" if found is None else f"{found[name]:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
