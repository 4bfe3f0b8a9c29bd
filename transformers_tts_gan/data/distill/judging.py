"""Whether speech says its text: transcripts, predicted MOS, speaking rate, and the limits of all three.

Enter: a text, and speech `(S,)`. Leave: a score for each; [`reasons`] compares the scores of all with the limits.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from ...audio.trim import trim_silence
from ...metrics.asr import Recognizer, transcribe
from ...metrics.error_rates import count_errors, rate_units, split_units
from ...text.han import HAN, HAN_RANGES
from ...text.phoneset import BOUNDARY, PAUSES
from ...text.utterance import Utterance
from ...utils.require import require


_LATIN_WORD = re.compile("[A-Za-z]{2}|(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
_NO_LATIN = re.compile(rf"[{HAN_RANGES}\d.,:%]+")
FEW = 20  # recordings, of which no usual rate is known
LEAST_DEVIATION = 0.03  # of the logarithm of the rate: even a teacher that always speaks alike varies with the text


def is_mixed(text: str) -> bool:
    """Whether a text has Chinese characters and Latin words.

    >>> is_mixed("我用 Python 写代码"), is_mixed("你好")
    (True, False)
    """
    return HAN.search(text) is not None and _LATIN_WORD.search(text) is not None


def share_of_errors(text: str, language: str, transcripts: Mapping[str, str]) -> float | None:
    """Which share of a text was not understood.

    A text in one language: substitutions, deletions and insertions of words (Chinese: characters) in the transcript
    of the recognizer of that language. A text with Chinese characters and English words: a recognizer that is set to
    one language guesses at words of the other, so insertions do not count there. Each language's characters or words
    are looked for in all transcripts, and the transcript counts in which most of them are found.

    Args:
        text: That was to be said.
        language: Of the text.
        transcripts: By the language that the recognizer was set to.

    Returns:
        None where no recognizer of its language was asked, or there is nothing to count.

    Example:

    >>> share_of_errors("我用 Python", "zh", {"zh": "我用派森", "en": "The Python."})
    0.0
    """
    if not is_mixed(text):
        if language not in transcripts:
            return None
        unit = next(iter(rate_units(language).values()))
        errors, length = count_errors(text, transcripts[language], unit, language)
        return errors / length if length else None
    missed = length = 0
    for code in transcripts.keys() & {"zh", "en"}:
        units = _units(text, code)
        missed += min(_missed(units, _units(transcript, code)) for transcript in transcripts.values())
        length += len(units)
    return missed / length if length else None


def _units(text: str, code: str) -> list[str]:
    """Chinese characters, or English words without numbers, which either language may read."""
    return (
        split_units(text, "character", "zh") if code == "zh" else split_units(_NO_LATIN.sub(" ", text), "word", "en")
    )


def _missed(units: list[str], found: list[str]) -> int:
    if not units:
        return 0
    jiwer = require("jiwer", "Counting errors", extra="eval")
    result = jiwer.process_words([" ".join(units)], [" ".join(found)])
    return result.substitutions + result.deletions


class Judge:
    """Scores speech.

    Args:
        recognizer: Makes a recognizer of a language, or None for a language without one.
        mos: Predicts the MOS of `(wave, sampling_rate)`, if there is a predictor.
    """

    def __init__(self, recognizer: Callable[[str], Recognizer | None], mos: Callable[[np.ndarray, int], float] | None):
        self.recognizer, self.mos = recognizer, mos
        self._made: dict[str, Recognizer | None] = {}

    def __call__(self, utterance: Utterance, wave: np.ndarray, sampling_rate: int) -> dict[str, float | str | None]:
        """Scores of speech `(S,)`: `transcript`, `error`, `mos` and `phones_per_second`."""
        text, language = utterance.text, utterance.language
        transcripts = {}
        for code in dict.fromkeys([language, *(("zh", "en") if is_mixed(text) else ())]):
            if code not in self._made:
                self._made[code] = self.recognizer(code)
            if (found := self._made[code]) is not None:
                transcripts[code] = transcribe(found, wave, sampling_rate).text
        spoken = sum(phone != BOUNDARY and phone not in PAUSES for phone in utterance.phones)
        seconds = len(trim_silence(wave, sampling_rate, keep_seconds=0.0)) / sampling_rate
        return {
            "transcript": " | ".join(transcripts.values()) if transcripts else None,
            "error": _rounded(share_of_errors(text, language, transcripts)),
            "mos": None if self.mos is None else _rounded(self.mos(wave, sampling_rate)),
            "phones_per_second": _rounded(spoken / seconds) if seconds else None,
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def reasons(
    records: Sequence[Mapping], max_error: float, min_mos: float, max_rate_deviation: float
) -> list[list[str]]:
    """Why each recording is dropped: `failed`, `not understood`, `predicted MOS`, `speaking rate`; empty: it is kept.

    The usual speaking rate is the median of the logarithm of phones per second, over the recordings of a language and
    speaker that were understood, each divided by the rate that was asked for; its robust standard deviation is 1.4826
    times the median distance from it. Of fewer than 20 recordings it is that of all speakers of the language, and of
    fewer than 20 of those no rate is unusual.

    Args:
        records: What the processes wrote: each with `language`, `speaker`, `speaking_rate`, `problem` and the scores.
        max_error, min_mos, max_rate_deviation: As in [`DistillArguments`].
    """
    found = []
    for record in records:
        if record["problem"]:
            found.append(["failed"])
            continue
        why = []
        if record["error"] is not None and record["error"] > max_error:
            why.append("not understood")
        if record["mos"] is not None and record["mos"] < min_mos:
            why.append("predicted MOS")
        found.append(why)
    if max_rate_deviation:
        usual = _usual_rates(record for record, why in zip(records, found, strict=True) if not why)
        for record, why in zip(records, found, strict=True):
            near = usual.get((record["language"], record["speaker"])) or usual.get((record["language"], None))
            if (
                near is not None
                and not record["problem"]
                and abs(_log_rate(record) - near[0]) > max_rate_deviation * near[1]
            ):
                why.append("speaking rate")
    return found


def _log_rate(record: Mapping) -> float:
    return float(np.log(max(record["phones_per_second"] or 0.0, 1e-3) / record["speaking_rate"]))


def _usual_rates(records: Iterable[Mapping]) -> dict[tuple[str, str | None], tuple[float, float]]:
    """Median and deviation of the logarithm of the rate, by language and speaker, and by language alone."""
    groups = defaultdict(list)
    for record in records:
        for key in ((record["language"], record["speaker"]), (record["language"], None)):
            groups[key].append(_log_rate(record))
    usual = {}
    for key, rates in groups.items():
        if len(rates) >= FEW:
            median = float(np.median(rates))
            usual[key] = median, max(1.4826 * float(np.median(np.abs(np.array(rates) - median))), LEAST_DEVIATION)
    return usual
