"""What an evaluation found: every sentence as each system said it, totals with their intervals, and the table of them.

Enter: sentences with counts of errors and scores, from [`evaluate_voice`]. Leaves: a [`VoiceReport`].
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from ..metrics.error_rates import bootstrap_interval, rate_units
from ..metrics.speed import real_time_factors
from ..utils.markdown import markdown_table


# The systems of every report, by key: what they are called in tables and on pages.
SYSTEMS = {"ground_truth": "ground truth", "copy_synthesis": "copy synthesis", "tts": "TTS"}
SCORES = {
    "mos": "predicted MOS (1-5)",
    "speaker_similarity": "speaker similarity",
    "mcd": "mel-cepstral distortion (dB)",
    "f0_rmse": "F0 error (cents)",
    "voicing_error": "voicing error",
    "duration_error": "duration error",
}
RATES = {"wer": "word", "cer": "character", "tpe": "tone"}
NAMES = {"wer": "word error rate", "cer": "character error rate", "tpe": "tone-pinyin error rate"}


@dataclass
class SystemResult:
    """One sentence as one system said it.

    Args:
        text: The transcript; empty if there was a problem.
        counts: By rate (`wer`, ...), the number of errors and of units in the reference text.
        scores: By name (`mos`, `mcd`, ...), a number; the worst one if there was a problem. A score that the recording
            does not allow, such as the F0 error of a whisper, is missing.
        seconds: Of sound.
        synthesis_seconds: Of computing; 0 for ground truth and for wavs that were there already.
        problem: Why there was no speech, or why the recognizer failed; "" if all went well. All units are then wrong.
        wav: Name of the file in `wav_dir`; empty if none was written.
        phones: Of `tts`: each phone and the second at which it ends.
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
    """A sentence, its speaker, the results by system, and the test set that it belongs to."""

    text: str
    speaker: str
    results: dict[str, SystemResult]
    test_set: str = ""


@dataclass
class VoiceReport:
    """What [`evaluate_voice`] found; `str(report)` is a table, and `report.to_dict()` fits into JSON.

    Args:
        language: Of the sentences.
        systems: Keys of the systems: `ground_truth`, `copy_synthesis`, `tts`, and those compared with them.
        sentences: All that were evaluated.
        left_out: Rows that could not be evaluated, with the reason: an unreadable recording, or no words in the text.

    Example:

    ```python
    report = evaluate_voice(model, processor, rows, recognizer)
    print(report)
    print(report.summary("tts")["wer"])  # {"rate": 0.05, "low": 0.03, "high": 0.07, "errors": 5, "length": 100}
    ```
    """

    language: str
    systems: tuple[str, ...] = tuple(SYSTEMS)
    sentences: list[Sentence] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def rates(self) -> tuple[str, ...]:
        """The error rates that suit the language, the main one first."""
        return tuple(rate_units(self.language))

    @property
    def test_sets(self) -> list[str]:
        """The names of the test sets, in the order in which they came."""
        return list(dict.fromkeys(sentence.test_set for sentence in self.sentences))

    def of(self, test_set: str) -> "VoiceReport":
        """The report on one of the test sets alone."""
        return replace(self, sentences=[each for each in self.sentences if each.test_set == test_set], left_out=[])

    def score(self, system: str, rate: str) -> dict[str, float | int]:
        """An error rate of a system: `rate`, the bounds `low` and `high` of its 95 % interval, `errors`, `length`."""
        counts = np.array([sentence.results[system].counts[rate] for sentence in self.sentences])
        low, high = bootstrap_interval(counts)
        errors, length = (int(total) for total in counts.sum(axis=0))
        return {"rate": errors / length, "low": low, "high": high, "errors": errors, "length": length}

    def mean(self, system: str, score: str) -> dict[str, float | int] | None:
        """The `mean` of a score over the `count` sentences that have it, and its 95 % interval, `low` to `high`."""
        found = [sentence.results[system].scores.get(score) for sentence in self.sentences]
        values = np.array([value for value in found if value is not None])
        if not len(values):
            return None
        drawn = np.random.default_rng(0).integers(len(values), size=(1_000, len(values)))
        low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
        return {"mean": float(values.mean()), "low": float(low), "high": float(high), "count": len(values)}

    def summary(self, system: str) -> dict:
        """All rates and scores of a system, seconds of sound, failed sentences and real-time factors."""
        results = [sentence.results[system] for sentence in self.sentences]
        spent = [result.synthesis_seconds for result in results]
        factor, median = real_time_factors(spent, [each.seconds for each in results]) if any(spent) else (None, None)
        means = {name: self.mean(system, name) for name in SCORES}
        return {
            **{rate: self.score(system, rate) for rate in self.rates},
            **{name: mean for name, mean in means.items() if mean is not None},
            "seconds": sum(result.seconds for result in results),
            "real_time_factor": _finite(factor),
            "real_time_factor_median": _finite(median),
            "failed": sum(bool(result.problem) for result in results),
        }

    def worst(self, count: int = 10, system: str = "tts") -> list[Sentence]:
        """The sentences with the highest main error rate, the worst first."""

        def rate(sentence: Sentence) -> float:
            errors, length = sentence.results[system].counts[self.rates[0]]
            return errors / max(length, 1)

        return sorted(self.sentences, key=rate, reverse=True)[:count]

    def worst_text(self, count: int = 10) -> str:
        """The worst sentences of `tts` as a Markdown list, with the transcripts of TTS and copy synthesis."""
        lines = [f"The {min(count, len(self.sentences))} worst sentences of TTS, and their transcripts:"]
        for sentence in self.worst(count):
            errors, length = sentence.results["tts"].counts[self.rates[0]]
            lines.append(f"- {errors}/{length} {sentence.text}")
            for system in ("tts", "copy_synthesis"):
                result = sentence.results[system]
                nothing = f"({result.problem or 'no words'})"
                lines.append(f"  - {SYSTEMS[system]}: {result.text or nothing}")
        return "\n".join(lines)

    def summary_line(self) -> str:
        """`summary wer_ground_truth=… wer_copy_synthesis=… wer_tts=… mos_ground_truth=…`, for scripts to read."""
        found, rate = {system: self.summary(system) for system in self.systems}, self.rates[0]
        rates = [f"{rate}_{system}={found[system][rate]['rate']:.3f}" for system in self.systems]
        scored = [system for system in self.systems if "mos" in found[system]]
        return " ".join(["summary", *rates, *(f"mos_{each}={found[each]['mos']['mean']:.3f}" for each in scored)])

    def to_dict(self) -> dict:
        """Everything, as JSON takes it."""
        return {"summary": {system: self.summary(system) for system in self.systems}, **asdict(self)}

    def __str__(self) -> str:
        found = {system: self.summary(system) for system in self.systems}
        scores = [name for name in SCORES if any(name in summary for summary in found.values())]
        rows = [["", *map(label, self.systems)]]
        for rate in self.rates:
            rows.append([NAMES[rate], *(interval_text(found[system][rate], "rate") for system in self.systems)])
        for name in scores:
            rows.append([SCORES[name], *(interval_text(found[system].get(name), "mean") for system in self.systems)])
        for name, title in (("real_time_factor", "real-time factor"), ("real_time_factor_median", "... median")):
            factors = [found[system][name] for system in self.systems]
            rows.append([title, *("" if factor is None else f"{factor:.4f}" for factor in factors)])
        rows.append(["seconds", *(f"{found[system]['seconds']:.1f}" for system in self.systems)])
        rows.append(["failed", *(str(found[system]["failed"]) for system in self.systems)])
        return markdown_table(rows)


def label(system: str) -> str:
    """The name of a system in tables and on pages; that of another system is its key."""
    return SYSTEMS.get(system, system)


def interval_text(found: dict | None, name: str) -> str:
    """A number with its interval, such as `0.041 [0.022, 0.062]`; "" for none."""
    return "" if found is None else f"{found[name]:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def tables(report: VoiceReport) -> Iterable[str]:
    """A table for each test set under its name, if there are several, and one for all."""
    if len(report.test_sets) > 1:
        for name in report.test_sets:
            part = report.of(name)
            yield f"Test set `{name}`, {len(part.sentences)} sentences:\n\n{part}"
        yield f"All {len(report.sentences)} sentences:\n\n{report}"
    else:
        yield str(report)


def _finite(factor: float | None) -> float | None:
    """What JSON can hold."""
    return factor if factor is not None and np.isfinite(factor) else None
