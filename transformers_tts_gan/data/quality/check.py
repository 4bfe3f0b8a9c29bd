"""The corpus doctor: which recordings of a corpus should not be trained on, and why.

Enter: rows of a corpus, and if there are any, a recognizer and the aligner of a model. Leaves: a [`CorpusReport`] with
the findings of every row, by kind. Most bounds are set by the corpus itself (what is far from its speaker's usual), so
that a quick speaker is no fault. Nothing is deleted and nothing changed: the report says what to leave out.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from ...audio.io import audio_name
from ...metrics.asr import Recognizer
from ...utils.markdown import markdown_table
from .duplicates import same_sound
from .measure import Measures, measure_row
from .transcripts import AlignmentScorer, TranscriptCheck, transcribe_rows


OTHER_TEXTS = 4  # that the aligner compares with a row's own

# What can be wrong with a row, in the order of the table.
KINDS = {
    "unreadable": "recording missing, damaged or empty; no text",
    "characters": "characters without phones",
    "silence": "silent, or no voice in it",
    "clipping": "amplitudes cut off",
    "noise": "noise",
    "band": "upper frequencies missing (wrong sampling rate)",
    "speed": "played at the wrong speed (pitch and pace)",
    "length": "too long or too short, as such or for its text",
    "duplicate": "sound of another row",
    "transcript": "recognizer transcribes something else",
    "alignment": "a model's aligner doubts the text",
}


@dataclass(frozen=True)
class Bounds:
    """Where a fault begins. Each value was set on kathleen (`docs/corpus.md`) with room for other corpora.

    Args:
        min_voiced_seconds: Less is no speech; the shortest word has a vowel of a tenth of a second.
        max_clipped: Share of samples piled up; kathleen has .0002 at most, the telephone prompts of allison (made
            loud) .0065, recordings cut off at a third of their peak .02 (.012 as ogg).
        min_snr_db: Below 12 dB a vocoder learns the noise. LibriTTS takes 20 dB for clean (Zen et al., 2019,
            arXiv:1904.02882, section 3), measured otherwise; 19 dB is the least of kathleen.
        min_band: Bandwidth as a share of the speaker's usual; 16 kHz among 24 kHz is .67.
        speed: Factor of pitch and pace together, and
        speed_deviations: how many robust deviations that must be.
        length: Factor of the usual length of so many phones, and
        length_deviations: how many robust deviations that must be.
        min_seconds, max_seconds: Of speech; training leaves out what is shorter or longer.
        same_fingerprint: Likeness from which two recordings are compared sample by sample, and
        same_wave: the correlation from which they are one; of 60 pairs of readings of a sentence none has over .31.
        phone_error: Least and greatest share of wrong phones that counts as a wrong transcript; between them it is
            the corpus's median and 5 robust deviations: recognizers miss some of every corpus.
        syllables_share: Share of Chinese rows whose number of syllables is the usual; one more than what these are
            off by is a word that the text lacks. (Recognizers leave out a light syllable such as 了 now and then:
            too few must be two more than that.)
        alignment_deviations: How many robust deviations below the usual score of a voice's aligner.
        min_speaker_rows: Speakers with fewer rows are compared with one another, and their pitch with nothing.
    """

    min_voiced_seconds: float = 0.1
    max_clipped: float = 0.008
    min_snr_db: float = 12.0
    min_band: float = 0.75
    speed: float = 1.25
    speed_deviations: float = 3.0
    length: float = 1.6
    length_deviations: float = 2.5
    min_seconds: float = 0.3
    max_seconds: float = 15.0
    same_fingerprint: float = 0.9
    same_wave: float = 0.6
    phone_error: tuple[float, float] = (0.2, 0.5)
    syllables_share: float = 0.9
    alignment_deviations: float = 4.0
    min_speaker_rows: int = 20


@dataclass
class CheckedRow:
    """A row, its numbers and what is wrong with it.

    Args:
        index: In the corpus.
        measures: What was measured.
        length_ratio: Seconds of speech over the usual for so many phones; NaN where it is not known.
        speed_ratio: Pitch and pace over the speaker's usual; NaN where it is not known.
        transcript: Of a recognizer; `None` where it was not asked.
        alignment: Score of its text by [`AlignmentScorer`]; NaN where there is no voice.
        other_alignment: The best score of some other texts of the corpus.
        findings: Reasons by kind.
    """

    index: int
    audio: str
    text: str
    speaker: str
    measures: Measures
    length_ratio: float = float("nan")
    speed_ratio: float = float("nan")
    transcript: TranscriptCheck | None = None
    alignment: float = float("nan")
    other_alignment: float = float("nan")
    findings: dict[str, str] = field(default_factory=dict)

    def find(self, kind: str, reason: str) -> None:
        self.findings.setdefault(kind, reason)


@dataclass
class CorpusReport:
    """What [`check_corpus`] found; `str(report)` is the table, `report.to_dict()` fits into JSON.

    Args:
        rows: All of the corpus, in its order.
        drop: Kinds of faults for which a row is left out.
        bounds: That were applied; `limits` are those that the corpus set.
        notes: About the corpus as a whole.
    """

    rows: list[CheckedRow]
    drop: tuple[str, ...]
    bounds: Bounds
    limits: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def dropped(self) -> list[CheckedRow]:
        return [row for row in self.rows if any(kind in self.drop for kind in row.findings)]

    @property
    def kept(self) -> list[CheckedRow]:
        return [row for row in self.rows if not any(kind in self.drop for kind in row.findings)]

    def to_dict(self) -> dict:
        rows = [asdict(row) for row in self.rows]
        for row in rows:
            del row["measures"]["fingerprint"]
        return {
            "kinds": dict(Counter(kind for row in self.rows for kind in row.findings)),
            "dropped": [row.index for row in self.dropped],
            "notes": self.notes,
            "drop": self.drop,
            "bounds": asdict(self.bounds),
            "limits": self.limits,
            "rows": rows,
        }

    def __str__(self) -> str:
        table = [["fault", "rows", "dropped", "example"]]
        for kind, meaning in KINDS.items():
            found = [row for row in self.rows if kind in row.findings]
            example = f"`{Path(found[0].audio).name}`: {found[0].findings[kind]}" if found else ""
            dropped = str(len(found)) if kind in self.drop else "0"
            table.append([f"{meaning} (`{kind}`)", str(len(found)), dropped, example])
        seconds = sum(row.measures.seconds for row in self.kept)
        total = f"{len(self.kept)} of {len(self.rows)} rows stay ({seconds / 60:.1f} minutes)."
        return "\n\n".join([markdown_table(table), total, "\n".join(f"- {note}" for note in self.notes)]).strip()


def check_corpus(
    rows: Iterable[dict],
    language: str = "en",
    recognizer: Recognizer | None = None,
    voice: AlignmentScorer | None = None,
    drop: Iterable[str] = tuple(KINDS),
    bounds: Bounds = Bounds(),
    cache: Path | None = None,
) -> CorpusReport:
    """Check every row of a corpus.

    Args:
        rows: With `audio` (whatever `read_audio` takes), `text`, and perhaps `speaker` and `language`.
        language: Of rows that name none, and of the recognizer.
        recognizer: Its transcripts are compared with the texts. Rows whose recording is at fault already are left
            out, and so are those in another language.
        voice: The aligner of a model, which scores the texts too.
        drop: Kinds of faults for which a row is left out.
        cache: A file that keeps the transcripts.

    Raises:
        ValueError: There are no rows, or an unknown kind in `drop`.
    """
    drop, rows = tuple(drop), list(rows)
    if unknown := set(drop) - set(KINDS):
        raise ValueError(f"`drop` names {sorted(unknown)}; the kinds of faults are {', '.join(KINDS)}.")
    if not rows:
        raise ValueError("`rows` is empty: there is nothing to check.")
    checked = []
    for index, row in enumerate(tqdm(rows, desc="Measuring", unit="row", disable=None)):
        name, text, speaker = audio_name(row["audio"] or {}), row.get("text") or "", row.get("speaker") or ""
        checked.append(CheckedRow(index, name, text, speaker, measure_row(row, language)))
    report = CorpusReport(checked, drop, bounds)
    flag_measures(report)
    flag_band(report)
    flag_pace(report)
    sound = [row for row in checked if not row.findings]
    if recognizer is not None:
        spoken = [row for row in sound if (rows[row.index].get("language") or language) == language]
        checks = transcribe_rows(
            [rows[row.index] for row in spoken], recognizer, language, bounds.phone_error[0], cache
        )
        for row, transcript in zip(spoken, checks, strict=True):
            row.transcript = transcript
        flag_transcripts(report)
    if voice is not None:
        align_rows(sound, rows, voice)
        flag_alignment(report)
    flag_duplicates(report, lambda row: rows[row.index]["audio"])
    unchecked = sum(row.transcript is None and np.isnan(row.alignment) for row in sound)
    if unchecked and (recognizer is not None or voice is not None):
        report.notes.append(f"{unchecked} texts were not checked: nothing here knows their language.")
    report.notes += notes(report, recognizer is not None, voice is not None)
    return report


def align_rows(sound: list[CheckedRow], rows: list[dict], voice: AlignmentScorer) -> None:
    """Score the text of each row, and some of others, by a voice's aligner."""
    random = np.random.default_rng(0)
    texts = sorted({row.text for row in sound})
    for row in tqdm(sound, desc="Aligning", unit="row", disable=None):
        others = [texts[number] for number in random.integers(len(texts), size=OTHER_TEXTS)]
        own, *scores = voice(rows[row.index], [row.text, *(text for text in others if text != row.text)])
        row.alignment, row.other_alignment = own, max(scores, default=float("-inf"))


def flag_measures(report: CorpusReport) -> None:
    """What a row's own numbers tell."""
    bounds = report.bounds
    for row in report.rows:
        found = row.measures
        if found.unreadable:
            row.find("characters" if row.text.strip() else "unreadable", found.unreadable)
        if found.problem:
            kind = {"silent": "silence", "too long": "length", "too short": "length"}.get(found.problem_kind)
            row.find(kind or "unreadable", found.problem)
            continue
        if found.voiced_seconds < bounds.min_voiced_seconds:
            row.find("silence", f"{found.voiced_seconds:.2f} s with a pitch")
        if found.clipped_share > bounds.max_clipped:
            row.find("clipping", f"{100 * found.clipped_share:.1f} % of the samples piled up")
        if found.snr_db < bounds.min_snr_db:
            row.find("noise", f"speech is {found.snr_db:.0f} dB over the noise")
        if not bounds.min_seconds <= found.speech_seconds <= bounds.max_seconds:
            row.find("length", f"{found.speech_seconds:.2f} s of speech")


def flag_band(report: CorpusReport) -> None:
    """Recordings with less bandwidth than their speaker's usual, in Hz."""
    for rows in by_speaker(report).values():
        usual = float(np.median([row.measures.bandwidth_hz for row in rows]))
        for row in rows:
            if row.measures.bandwidth_hz < report.bounds.min_band * usual:
                row.find("band", f"nothing above {row.measures.bandwidth_hz:.0f} Hz, usual is {usual:.0f} Hz")


def flag_pace(report: CorpusReport) -> None:
    """Recordings too long or short for their text, and those that pitch and pace say were played at another speed."""
    bounds = report.bounds
    for speaker, rows in by_speaker(report).items():
        rows = [row for row in rows if row.measures.phones and np.isfinite(row.measures.f0_hz)]
        if len(rows) < 3:
            continue
        phones = np.log([row.measures.phones for row in rows])
        length = residual(phones, np.log([row.measures.speech_seconds for row in rows]))  # log of the ratio
        pitch = np.log([row.measures.f0_hz for row in rows])
        pitch = pitch - np.median(pitch)
        spread, weights = deviation(length), np.array([deviation(pitch), deviation(length)]) ** -2.0
        speed = (weights[0] * pitch - weights[1] * length) / weights.sum()  # the likeliest, if both have one cause
        for row, ratio, factor, higher in zip(rows, length, speed, pitch, strict=True):
            row.length_ratio = float(np.exp(ratio))
            if abs(ratio) > max(np.log(bounds.length), bounds.length_deviations * spread):
                row.find("length", f"{row.length_ratio:.2f} of the usual length of {row.measures.phones} phones")
            if speaker is None:
                continue  # the pitch of others tells nothing
            row.speed_ratio = float(np.exp(factor))
            far = abs(factor) > max(np.log(bounds.speed), bounds.speed_deviations * weights.sum() ** -0.5)
            if far and higher * ratio < 0:
                row.find("speed", f"pitch {np.exp(higher):.2f} and pace {np.exp(-ratio):.2f} of the usual")


def flag_transcripts(report: CorpusReport) -> None:
    """Rows of whose phones more were wrong than recognizers usually get wrong here, or that lack a syllable."""
    known = [(row, row.transcript) for row in report.rows if row.transcript is not None]
    if not known:
        return
    errors = np.array([transcript.phone_error for _, transcript in known])
    usual = float(np.median(errors)) + 5 * deviation(errors - np.median(errors), 0.01)
    report.limits["phone_error"] = limit = float(np.clip(usual, *report.bounds.phone_error))
    off = [abs(transcript.syllables) for _, transcript in known if transcript.phone_error <= limit] or [0]
    least = 1 + int(np.quantile(off, report.bounds.syllables_share, method="higher"))
    report.limits["syllables"] = least
    for row, transcript in known:
        if transcript.phone_error > limit:
            row.find("transcript", f"{transcript.phone_error:.2f} of the phones wrong: `{transcript.text}`")
        elif transcript.syllables >= least or transcript.syllables < -least:
            row.find("transcript", f"{transcript.syllables:+d} syllables: `{transcript.text}`")


def flag_alignment(report: CorpusReport) -> None:
    """Rows that a voice's aligner finds far less likely than the rest, or no likelier than another text."""
    rows = [row for row in report.rows if np.isfinite(row.alignment) or np.isfinite(row.other_alignment)]
    if not rows:
        return
    own, other = (np.array([getattr(row, name) for row in rows]) for name in ("alignment", "other_alignment"))
    limit = float(np.median(own)) - report.bounds.alignment_deviations * deviation(own[np.isfinite(own)])
    report.limits["alignment"] = limit
    for row in rows:
        if row.alignment < limit or row.alignment <= row.other_alignment:
            row.find(
                "alignment",
                f"{row.alignment:.2f} a frame, usual is {np.median(own):.2f}, another text {row.other_alignment:.2f}",
            )


def flag_duplicates(report: CorpusReport, audio: Callable[[CheckedRow], object]) -> None:
    """Rows with the sound of another one: all but the best of them.

    Where their texts differ, the best is the one whose text was found right; where texts were not checked,
    all of them are found.
    """
    readable = [row for row in report.rows if row.measures.fingerprint is not None and "silence" not in row.findings]
    if not readable:
        return
    prints = np.stack([np.ravel(row.measures.fingerprint) for row in readable])  # type: ignore[arg-type]  # (N, 384)
    bounds = report.bounds
    for numbers in same_sound(
        prints, lambda number: audio(readable[number]), bounds.same_fingerprint, bounds.same_wave
    ):
        group = [readable[number] for number in numbers]
        good = [row for row in group if not row.findings]
        checked = all(row.transcript is not None or np.isfinite(row.alignment) for row in good)
        if len(good) > 1 and not checked and len({row.text for row in group}) > 1:
            good = []
        good.sort(key=lambda row: (row.transcript.phone_error if row.transcript else 0, -row.alignment, row.index))
        for row in group:
            if good[:1] != [row]:
                others = ", ".join(f"`{Path(other.audio).name}`" for other in group if other is not row)
                row.find("duplicate", f"the sound of {others}")


def by_speaker(report: CorpusReport) -> dict[str | None, list[CheckedRow]]:
    """Readable rows by speaker; those of speakers with few rows together under `None`."""
    readable = [row for row in report.rows if not row.measures.problem]
    counts = Counter(row.speaker for row in readable)
    groups = defaultdict(list)
    for row in readable:
        groups[row.speaker if counts[row.speaker] >= report.bounds.min_speaker_rows else None].append(row)
    return groups


def deviation(values: np.ndarray, least: float = 0.03) -> float:
    """A standard deviation that outliers do not move: 1.4826 times the median distance from the median."""
    return max(1.4826 * float(np.median(np.abs(values - np.median(values)))), least)


def residual(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What is left of `y` `(N,)` after the best line over `x`, found again without what lies far from it."""
    keep = np.ones(len(x), dtype=bool)
    for _ in range(5):
        slope, offset = 1.0, np.median(y - x)
        if len(x) >= 10 and np.std(x[keep]) > 0.1:
            slope, offset = np.polyfit(x[keep], y[keep], 1)
        left = y - slope * x - offset
        left = left - np.median(left)
        keep = np.abs(left) < 2.5 * deviation(left)
    return left


def notes(report: CorpusReport, transcribed: bool, aligned: bool) -> list[str]:
    """What is no fault of a row, but worth knowing before training."""
    rows = [row for row in report.rows if not row.measures.problem]
    found = []
    if not (transcribed or aligned):
        found.append(
            "The texts were not checked: a wrong one is found only where its length does not fit. Give a recognizer "
            "or a model of the language, whose aligner checks them too."
        )
    if repeated := len(rows) - len({row.text for row in rows}):
        found.append(f"{repeated} rows have the text of another row. That is no fault; hold out all or none of them.")
    rates = Counter(row.measures.sampling_rate for row in rows)
    if len(rates) > 1:
        found.append(f"Sampling rates differ: {', '.join(f'{rate} Hz {n} times' for rate, n in rates.most_common())}.")
    if rows and (usual := np.median([row.measures.bandwidth_hz for row in rows])) < 0.75 * max(rates) / 2:
        found.append(
            f"Most recordings hold nothing above {usual:.0f} Hz: a voice needs no more than {2 * usual:.0f} Hz."
        )
    found += speaker_notes(report)
    if (lost := [kind for kind in KINDS if kind not in report.drop]) and (
        left := sum(any(kind in row.findings for kind in lost) for row in report.kept)
    ):
        found.append(f"{left} rows with faults stay, as `drop` leaves out {', '.join(lost)}.")
    if len(report.dropped) > 0.2 * len(report.rows):
        found.append("More than a fifth is dropped: play some of them before you believe it.")
    return found


def speaker_notes(report: CorpusReport) -> list[str]:
    """Speakers with little speech, and those that others outweigh."""
    minutes: defaultdict[str, float] = defaultdict(float)
    for row in report.kept:
        minutes[row.speaker] += row.measures.speech_seconds / 60
    counts, found = Counter(row.speaker for row in report.rows), []
    few = [name for name, count in counts.items() if count < report.bounds.min_speaker_rows]
    if few:
        found.append(
            f"{len(few)} of {len(counts)} speakers have fewer than {report.bounds.min_speaker_rows} rows: their speed "
            "was not checked, their length and band only beside one another."
        )
    ordered = sorted(minutes.items(), key=lambda item: item[1])
    if len(ordered) > 1 and ordered[-1][1] > 5 * ordered[0][1]:
        (least, low), (most, high) = ordered[0], ordered[-1]
        found.append(f"Speakers are uneven: `{most}` speaks {high:.1f} minutes, `{least}` {low:.1f}.")
    return found
