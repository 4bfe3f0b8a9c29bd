"""Evaluation of a model on held-out sentences, beside ground truth, copy synthesis and other systems.

Enter: a model, its processor, held-out rows of a corpus (`audio`, `text`, `speaker`, `language`) and a recognizer.
Leaves: a [`VoiceReport`]: error rates, predicted MOS and distances from the recordings with their intervals, real-time
factors, and every sentence with its transcripts.
"""

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm
from transformers import AutomaticSpeechRecognitionPipeline, VitsModel

from ..audio.io import audio_name, read_audio, write_audio
from ..audio.loudness import normalize_loudness
from ..metrics.asr import Recognizer, as_recognizer, find_problem, transcribe
from ..metrics.error_rates import count_errors, split_units
from ..metrics.mos import LOWEST_SCORE
from ..metrics.signal import Comparison, compare_waveforms, compare_with_silence
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.vits.processor import VitsProcessor
from .report import RATES, Sentence, SystemResult, VoiceReport
from .systems import (
    CopySynthesis,
    GroundTruth,
    Source,
    Synthesis,
    System,
    TextToSpeech,
    VitsCopySynthesis,
    other_systems,
    synthesize,
)


logger = logging.getLogger(__name__)


def evaluate_voice(
    model: TTSGanModel | VitsModel,
    processor: TTSGanProcessor | VitsProcessor,
    rows: Iterable[dict],
    recognizer: Recognizer | AutomaticSpeechRecognitionPipeline,
    language: str | None = None,
    use_text_encoder: bool = True,
    seed: int = 0,
    wav_dir: str | Path | None = None,
    mos: Callable[[np.ndarray, int], float] | None = None,
    speakers: Callable[[np.ndarray, int], np.ndarray] | None = None,
    others: Mapping[str, Source] | None = None,
) -> VoiceReport:
    """Evaluate a model on sentences that it was not trained on.

    No failure stops it. A sentence that is refused, that raises an error, that is silent or not finite is wholly wrong
    and has the worst scores; one that the recognizer fails on is wholly wrong.

    Args:
        model: To evaluate.
        processor: Of the model.
        rows: With `audio` (anything that `read_audio` takes), `text`, and perhaps `speaker`, `language` and
            `test_set`, the name of the test set that the row belongs to.
        recognizer: From `load_recognizer`, a pipeline of Transformers, or any object with a `transcribe`.
        language: Of rows that name none, and of the report; by default the processor's first.
        use_text_encoder: `False` speaks without the text encoder.
        seed: Of the synthesis.
        wav_dir: Where to write all sounds, as `0001_tts.wav` and so on; by default they are not written.
        mos: Predicts the MOS of `(wave, sampling_rate)`, as `MosPredictor`; by default there are no such scores.
        speakers: Makes a vector of the speaker in `(wave, sampling_rate)`, as `SpeakerEncoder`; by default speakers
            are not compared.
        others: Other systems by name: a folder of wavs, a command, or a function (see `other_systems`).

    Raises:
        ImportError: The extra `eval` is not installed.
        TypeError: `recognizer` cannot recognize.
        ValueError: No row could be evaluated, or a system has no folder; the message says why.

    Example:

    ```python
    rows = load_speech("my_corpus", split="test")
    report = evaluate_voice(model, processor, rows, load_recognizer("Systran/faster-whisper-base", "en"))
    print(report)
    ```
    """
    language, rows = language or processor.languages[0], list(rows)
    rate = processor.sampling_rate
    tts = TextToSpeech(model.eval(), processor, language, use_text_encoder, seed)
    copies: System
    if isinstance(model, VitsModel):
        copies = VitsCopySynthesis(model, processor.speakers)
    else:
        copies = CopySynthesis(model)
    systems: dict[str, System] = {"ground_truth": GroundTruth(), "copy_synthesis": copies, "tts": tts}
    systems |= other_systems(others or {}, rate)
    recognizer = as_recognizer(recognizer, language)
    _warm_up(tts, rows)
    return evaluate_systems(systems, rows, recognizer, language, rate, wav_dir, mos, speakers)


def evaluate_systems(
    systems: Mapping[str, System],
    rows: list[dict],
    recognizer: Recognizer,
    language: str,
    rate: int,
    wav_dir: str | Path | None = None,
    mos: Callable[[np.ndarray, int], float] | None = None,
    speakers: Callable[[np.ndarray, int], np.ndarray] | None = None,
) -> VoiceReport:
    """Let systems say rows of a corpus, and measure each beside the recording.

    Args:
        systems: By key; `ground_truth` and `tts` among them.
        rate: That all of them speak at, in Hz.
        rows, recognizer, language, wav_dir, mos, speakers: As [`evaluate_voice`] takes them.

    Raises:
        ValueError: No row could be evaluated.
    """
    report = VoiceReport(language, tuple(systems))
    for number, row in enumerate(tqdm(rows, desc="Evaluating", disable=None), start=1):
        try:
            recording = recording_of(row, report, rate)
        except ValueError as error:
            report.left_out.append(f"`{audio_name(row.get('audio'))}`: {error}")
            continue
        results, measures = {}, Measures(recording, mos, speakers, rate)
        for key, system in systems.items():
            speech = _playable(synthesize(system, row, recording))
            wav = "" if wav_dir is None or speech.problem else f"{number:04d}_{key}.wav"
            if wav_dir is not None and wav:
                write_audio(Path(wav_dir) / wav, speech.waveform, rate)
            scores = measures.predicted_mos(speech.waveform, speech.problem)
            if key != "ground_truth":
                scores |= measures.distances(speech.waveform, speech.problem)
            results[key] = _result(row["text"], speech, scores, wav, recognizer, report, rate)
        report.sentences.append(Sentence(row["text"], row.get("speaker") or "", results, row.get("test_set") or ""))
    if not report.sentences:
        reasons = "\n".join(report.left_out[:3]) or "`rows` is empty."
        raise ValueError(f"None of {len(rows)} rows could be evaluated: {reasons}")
    logger.info("evaluated %d sentences, left out %d", len(report.sentences), len(report.left_out))
    return report


def recording_of(row: dict, report: VoiceReport, sampling_rate: int) -> np.ndarray:
    """The recording of a row, `(R,)`, at the loudness of all.

    Raises:
        ValueError: It cannot be read, there is nothing to count in its text, or it is in another language.
    """
    missing = {"audio", "text"} - row.keys()
    if missing:
        raise ValueError(f"the row has {sorted(row)}; needs `{missing.pop()}` too: rename the column.")
    language = row.get("language") or report.language
    if language != report.language:
        raise ValueError(f"it is in `{language}`, the report on `{report.language}`: evaluate it in one of its own.")
    recording = read_audio(row["audio"], sampling_rate)
    text = row["text"] if isinstance(row["text"], str) else ""
    if not all(split_units(text, RATES[rate], language) for rate in report.rates):
        raise ValueError(f"there is nothing to count in its text `{row['text']}`: leave the row out.")
    return normalize_loudness(recording)


class Measures:
    """The scores of waveforms beside a recording, by name; the worst one if there was a problem.

    Args:
        recording: `(R,)` samples.
        mos: Predicts the MOS of `(wave, sampling_rate)`, if there is a predictor.
        speakers: Makes a vector of the speaker in `(wave, sampling_rate)`, if there is an encoder.
        sampling_rate: Of all waveforms, in Hz.
    """

    def __init__(
        self,
        recording: np.ndarray,
        mos: Callable[[np.ndarray, int], float] | None,
        speakers: Callable[[np.ndarray, int], np.ndarray] | None,
        sampling_rate: int,
    ):
        self.recording, self.mos, self.speakers, self.sampling_rate = recording, mos, speakers, sampling_rate

    def predicted_mos(self, wave: np.ndarray, problem: str) -> dict[str, float]:
        """`mos` of `(S,)` samples, if there is a predictor."""
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
        """Cosine of the angle between the speaker vectors of `(S,)` samples and of the recording."""
        return float(self._speaker_vector(wave) @ self._recorded_speaker)

    def comparison(self, wave: np.ndarray, problem: str) -> Comparison | None:
        """Distances of `(S,)` samples from the recording; `None` if the recording is too short for them."""
        try:
            silence = compare_with_silence(self.recording, self.sampling_rate)
        except ValueError:
            return None
        try:
            return silence if problem else compare_waveforms(wave, self.recording, self.sampling_rate)
        except ValueError:  # too little speech
            return silence

    @functools.cached_property
    def _recorded_speaker(self) -> np.ndarray:
        return self._speaker_vector(self.recording)

    def _speaker_vector(self, wave: np.ndarray) -> np.ndarray:
        if self.speakers is None:
            raise ValueError("`speakers` is None; needs a `SpeakerEncoder` to compare speakers.")
        return self.speakers(wave, self.sampling_rate)


def _warm_up(tts: TextToSpeech, rows: list[dict]) -> None:
    """Speak once: the first call is slow, since it loads dictionaries and starts threads."""
    for row in rows[:3]:
        if "text" in row and not synthesize(tts, row, np.zeros(0, dtype=np.float32)).problem:
            return


def _playable(speech: Synthesis) -> Synthesis:
    """With the problem of its samples, if they have one, and else in [-1, 1], as a player plays them."""
    speech.problem = speech.problem or find_problem(speech.waveform)
    if not speech.problem:
        speech.waveform = np.clip(speech.waveform, -1.0, 1.0)
    return speech


def _result(
    text: str,
    speech: Synthesis,
    scores: dict[str, float],
    wav: str,
    recognizer: Recognizer,
    report: VoiceReport,
    sampling_rate: int,
) -> SystemResult:
    """Transcribe one sentence of one system and count its errors."""
    transcript, problem = "", speech.problem
    if not problem:
        transcript, problem = transcribe(recognizer, speech.waveform, sampling_rate)
    counts = {rate: count_errors(text, transcript, RATES[rate], report.language) for rate in report.rates}
    seconds = len(speech.waveform) / sampling_rate
    return SystemResult(transcript, counts, scores, seconds, speech.seconds, problem, wav, speech.phones)


def _measured(measure: Callable[..., float], *arguments, worst: float) -> float:
    """What a predictor returns, or the `worst` if it fails."""
    try:
        value = float(measure(*arguments))
    except Exception as error:  # of a predictor that we do not know
        logger.warning("A predictor failed, which counts as %s: %s: %s", worst, type(error).__name__, error)
        return worst
    return value if np.isfinite(value) else worst
