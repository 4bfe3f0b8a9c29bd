"""The measures of speech as metrics of the library `evaluate`, which need no download.

Enter: lists of predictions (waveforms or their transcripts) and references. Leaves: a dict of numbers.
A prediction without speech has the worst score and is never left out; a reference without speech is refused. Make
them directly, as `WordErrorRate("zh").compute(...)`, or by the path of their script in `metrics/scripts`, as
`evaluate.load("metrics/scripts/wer.py", "zh")`: the second argument is the language, or the sampling rate in Hz.
"""

import numpy as np

from ..audio.waveform import as_waveform, check_sampling_rate
from ..utils.require import require
from .asr import find_problem
from .error_rates import bootstrap_interval, count_errors
from .mos import RATE, DnsmosPredictor, MosPredictor
from .signal import LOWEST_RATE, compare_waveforms, compare_with_silence
from .speaker import SpeakerEncoder
from .speed import real_time_factors


datasets = require("datasets", "A metric of `evaluate`", extra="eval")
evaluate = require("evaluate", "A metric of `evaluate`", extra="eval")


class SpeechMetric(evaluate.Metric):  # type: ignore[name-defined]
    """Base: `name` is that of the number, `columns` hold what `feature` says."""

    name, inputs = "", "Lists of waveforms `(S,)`, floats in [-1, 1]."
    columns: tuple[str, ...] = ("predictions", "references")
    feature = datasets.Sequence(datasets.Value("float32"))

    def _info(self):
        features = datasets.Features(dict.fromkeys(self.columns, self.feature))
        return evaluate.MetricInfo(
            description=self.__doc__, citation="", inputs_description=self.inputs, features=features
        )


class ErrorRate(SpeechMetric):
    """Base of the metrics that count errors in units of `unit`; `config_name` is the language of both texts.

    Besides the rate, `compute` returns `errors`, `length` (units in the references) and the bounds `low` and `high` of
    the 95 % bootstrap interval over sentences (Bisani and Ney, 2004). An empty transcript is everything
    deleted.
    """

    unit, language = "word", "en"
    inputs = "`predictions`: transcripts, `references`: the texts that were to be said, lists of strings."
    feature = datasets.Value("string")

    def __init__(self, config_name: str | None = None, **kwargs):
        super().__init__(config_name or self.language, **kwargs)

    def _compute(self, predictions, references):
        if None in references:
            raise ValueError(f"Reference {references.index(None)} is `None`; needs a string: leave the pair out.")
        pairs = zip(references, predictions, strict=True)
        counts = np.array([count_errors(text, found, self.unit, self.config_name) for text, found in pairs])
        low, high = bootstrap_interval(counts)
        errors, length = (int(total) for total in counts.sum(axis=0))
        return {self.name: errors / length, "errors": errors, "length": length, "low": low, "high": high}


class WordErrorRate(ErrorRate):
    """Substituted, deleted and inserted words, as a share of the words in the references: `wer`.

    Morris, Maier and Green (2004), "From WER and RIL to MER and WIL"; by a recognizer instead of people as in
    Taylor and Richmond (2021), "Confidence intervals for ASR-based TTS evaluation"; both texts normalized as in
    Radford et al. (2022, arXiv:2212.04356, appendix C).
    """

    name = "wer"


class CharacterErrorRate(ErrorRate):
    """Substituted, deleted and inserted characters, as a share of those in the references: `cer`.

    As [`WordErrorRate`]; of Chinese, hanzi only; of other languages, spaces between words too.
    """

    name, unit = "cer", "character"


class TonePinyinErrorRate(ErrorRate):
    """Wrong, missing and added Chinese syllables, tone included, as a share of those in the references: `tpe`.

    As [`WordErrorRate`], over the syllables that pypinyin reads. Forgives the recognizer's choice between characters
    that sound alike (他, 她), but not a wrong tone.
    """

    name, unit, language = "tpe", "tone", "zh"


class WaveformMetric(SpeechMetric):
    """Base of the metrics that measure waveforms; `config_name` is their sampling rate in Hz."""

    lowest_rate = 1_000  # Hz

    def __init__(self, config_name: str | int | None = None, **kwargs):
        text = str(RATE if config_name is None else config_name)
        self.sampling_rate = check_sampling_rate(int(text) if text.isdecimal() else text, self.lowest_rate)
        super().__init__(text, **kwargs)

    def _compute(self, predictions, references=None):
        if not predictions:
            raise ValueError("`predictions` is empty: pass at least one waveform.")
        for number, recording in enumerate(references or []):
            if problem := find_problem(as_waveform(recording or [], f"reference {number}")):
                raise ValueError(f"Reference {number} is {problem}; needs a recording of speech: leave the pair out.")
        values = self.measure([as_waveform(wave or []) for wave in predictions], references)
        known = [value for value in values if np.isfinite(value)]
        return {self.name: float(np.mean(known)) if known else float("nan"), "values": values}


class SignalMetric(WaveformMetric):
    """Base of the metrics that compare waveforms with recordings: `compute(predictions=waves, references=recordings)`.

    Besides the mean, `compute` returns `values`, one for each pair. A prediction without speech is compared as in
    `compare_with_silence`. `f0_rmse` is NaN, and not in the mean, where the recording has no pitch.
    """

    lowest_rate = LOWEST_RATE

    def measure(self, predictions, references) -> list[float]:
        found = [self.compare(*pair) for pair in zip(predictions, map(np.asarray, references), strict=True)]
        return [abs(getattr(comparison, self.name)) for comparison in found]

    def compare(self, waveform: np.ndarray, recording: np.ndarray):
        silence = compare_with_silence(recording, self.sampling_rate)
        try:
            return compare_waveforms(waveform, recording, self.sampling_rate)
        except ValueError:
            return silence


class MelCepstralDistortion(SignalMetric):
    """Mel-cepstral distortion along the path of dynamic time warping, in dB: `mcd`.

    Kubichek (1993), "Mel-cepstral distance measure for objective speech quality assessment"; Sakoe and Chiba (1978),
    "Dynamic programming algorithm optimization for spoken word recognition". See `compare_waveforms`.
    """

    name = "mcd"


class F0Error(SignalMetric):
    """Root mean square difference of F0 in cents along the path, where both are voiced: `f0_rmse`.

    As the log-F0 error of Hayashi et al. (2021, arXiv:2110.07840), in cents.
    """

    name = "f0_rmse"


class VoicingError(SignalMetric):
    """Share of frames along the path that are voiced in one of the two only: `voicing_error`.

    Nakatani et al. (2008), "A method for fundamental frequency estimation and voicing decision".
    """

    name = "voicing_error"


class DurationError(SignalMetric):
    """Absolute difference of lengths without the silence around, as a share of the recording's: `duration_error`.

    A definition of this project: 0 is as long as the recording, 1 is no speech or twice as long.
    """

    name = "duration_error"


class PredictedMOS(WaveformMetric):
    """MOS that DistillMOS predicts, from 1 to 5: `mos`; of `predictions` alone.

    Stahl and Gamper (2025, arXiv:2502.05356).
    """

    name, columns = "mos", ("predictions",)
    predictor: type[MosPredictor] | type[DnsmosPredictor] = MosPredictor

    def measure(self, predictions, references) -> list[float]:
        predict = self.predictor()
        return [predict(wave, self.sampling_rate) for wave in predictions]


class DnsmosScore(PredictedMOS):
    """MOS that DNSMOS P.835 predicts, from 1 to 5: `dnsmos`; of `predictions` alone.

    Reddy, Gopal and Cutler (2021, arXiv:2110.01763).
    """

    name, predictor = "dnsmos", DnsmosPredictor


class SpeakerSimilarity(WaveformMetric):
    """Cosine of the angle between speaker vectors, from 0 to 1 for the same voice: `speaker_similarity`.

    Wan et al. (2018, arXiv:1710.10467), as trained by Resemblyzer.
    """

    name = "speaker_similarity"

    def measure(self, predictions, references) -> list[float]:
        encode = SpeakerEncoder()
        pairs = zip(predictions, references, strict=True)
        return [float(encode(one, self.sampling_rate) @ encode(other, self.sampling_rate)) for one, other in pairs]


class RealTimeFactor(SpeechMetric):
    """Seconds of computing for a second of sound: `real_time_factor` of all together, and the `median` of them.

    `predictions` are the seconds that each sentence took, `references` the seconds of its sound. Below 1 is faster
    than it plays. A sentence without sound has an infinite factor, and its time counts. A definition, not of a paper.
    """

    name, inputs = "real_time_factor", "`predictions`: seconds of computing, `references`: seconds of sound."
    feature = datasets.Value("float64")

    def _compute(self, predictions, references):
        total, median = real_time_factors(predictions, references)
        return {self.name: total, "median": median}
