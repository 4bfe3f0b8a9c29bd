"""A page that shows how prosody models say each sentence: melody, timing and pauses beside the recording.

Enter: rows of `recorded_prosody`, and what each model predicts of them. Leaves: one HTML file with drawings in it,
which needs no network; players link to wavs in its folder. The template is `page/prosody.html`.
"""

import math
from itertools import accumulate, chain
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ..metrics.prosody import VOICED, PhoneProsody, Scores, compare_prosody, summarize
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.prosody import PITCH_REFERENCE_HZ, Prosody
from .html_report import counted, load_template
from .prosody import FRAME_SECONDS, phone_prosody, spoken_prosody


RECORDING = "recording"
SECOND, LEFT, PANEL, NAME, LABELS = 200, 44, 96, 22, 36  # pixels: of a second, the axis, a curve, its name, its words
LEAST_SEMITONES = 8  # that a drawing is high
TOTALS = {
    "log_duration_rmse": "log-duration RMSE ↓",
    "log_duration_correlation": "log-duration correlation ↑",
    "f0_rmse": "F0 RMSE, cents ↓",
    "f0_correlation": "F0 correlation ↑",
    "f0_variance_ratio": "F0 variance, as a share of the recordings'",
    "pause_f1": "pause F1 ↑",
}


def write_prosody_page(
    rows: list[dict],
    systems: dict[str, list[Prosody]],
    folder: str | Path,
    title: str,
    processor: TTSGanProcessor,
    wavs: dict[str, list[str]] | None = None,
    notes: str = "",
    frame_seconds: float = FRAME_SECONDS,
) -> Path:
    """Write `prosody.html` into `folder`: each sentence as it was recorded and as each system predicts it.

    Args:
        rows: Of `recorded_prosody`, in the order of the page; some 20 are a good length.
        systems: By name, of each row what the system predicts, as of `predict_prosody`.
        folder: Of the page.
        title: Of the page.
        processor: That made the rows; its phones tell the words.
        wavs: By name of a system, or `recording`, of each row a wav file, relative to `folder`.
        notes: One paragraph below the title. Words in backticks are shown as code.
        frame_seconds: Seconds per frame.

    Returns:
        The path of the page.

    Raises:
        ValueError: For a system that does not say each row, for wavs of an unknown system, and for a system that is
            called `recording`.
        FileNotFoundError: For a wav that is not in `folder`.
        ImportError: The extra `eval` is not installed.

    Example:

    ```python
    systems = {"with PL-BERT": predict_prosody(model, processor, rows)}
    write_prosody_page(rows, systems, "outputs/melody", "Melody", processor)
    ```
    """
    folder, wavs = Path(folder), wavs or {}
    check(rows, systems, folder, wavs)
    folder.mkdir(parents=True, exist_ok=True)
    cards: list[dict] = []
    scores: dict[str, list[Scores]] = {name: [] for name in systems}
    for number, row in enumerate(rows):
        phones = tuple(processor.tokenizer.convert_ids_to_tokens(row["input_ids"]))
        spoken = phone_prosody(phones, spoken_prosody(row), frame_seconds)
        said = {name: phone_prosody(phones, each[number], frame_seconds) for name, each in systems.items()}
        for name, predicted in said.items():
            scores[name].append(compare_prosody(predicted, spoken, row["text"]))
        parts = [{"name": RECORDING, "wav": link(wavs, RECORDING, number), "score": ""}] if RECORDING in wavs else []
        parts += [
            {"name": name, "wav": link(wavs, name, number), "score": score_text(scores[name][-1])} for name in systems
        ]
        language = processor.languages[row["language_id"]]
        words = word_places(processor, row["text"], language, spoken)
        drawing = draw({RECORDING: spoken, **said}, words)
        cards.append({"text": row["text"], "language": language, "parts": parts, "drawing": drawing})
    totals = {name: summarize(each) for name, each in scores.items()}
    page = load_template("prosody.html").render(
        title=title,
        notes=notes,
        systems=list(systems),
        rows=[
            {"label": text, "cells": [(name, number_text(totals[name].get(column))) for name in systems]}
            for column, text in TOTALS.items()
        ],
        count=counted(len(rows), "sentence"),
        reference=round(PITCH_REFERENCE_HZ),
        cards=cards,
    )
    (folder / "prosody.html").write_text(page, encoding="utf-8")
    return folder / "prosody.html"


def check(rows: list[dict], systems: dict[str, list[Prosody]], folder: Path, wavs: dict[str, list[str]]) -> None:
    """Refuse systems and wavs that do not fit the rows."""
    if RECORDING in systems:
        raise ValueError(f"A system is called `{RECORDING}`, as the ground truth is: give it another name.")
    if unknown := sorted(wavs.keys() - systems.keys() - {RECORDING}):
        raise ValueError(f"`wavs` has `{unknown[0]}`; the systems are {sorted(systems)}: use their names.")
    sizes = [(name, len(values)) for table in (systems, wavs) for name, values in table.items()]
    for name, size in sizes:
        if size != len(rows):
            raise ValueError(
                f"`{name}` has {counted(size, 'sentence')}, but there are {len(rows)} rows: say each once."
            )
    for wav in chain(*wavs.values()):
        if not (folder / wav).is_file():
            raise FileNotFoundError(f"`{wav}` is not in `{folder}`: write the wavs there, then the page.")


def number_text(value: float | None) -> str:
    """A number in digits; a dash for what the sentences do not tell."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def link(wavs: dict[str, list[str]], name: str, number: int) -> str:
    """The relative link of a sentence's wav; "" where there is none."""
    return quote(wavs[name][number]) if name in wavs else ""


def score_text(scores: Scores) -> str:
    """The scores of one sentence in words, such as `log-duration RMSE 0.21, F0 correlation 0.80, no pauses`."""
    found = [f"log-duration RMSE {scores['log_duration_rmse'][0] ** 0.5:.2f}"] if "log_duration_rmse" in scores else []
    found += [f"F0 correlation {scores['f0_correlation'][0]:.2f}"] if "f0_correlation" in scores else []
    hits, predicted, spoken = (int(scores[name][0]) for name in ("pause_hits", "pauses_predicted", "pauses_spoken"))
    pauses = f"{hits} of {counted(spoken, 'pause')} hit" if spoken else "no pauses"
    return ", ".join([*found, pauses, *([f"{predicted - hits} added"] if predicted > hits else [])])


def word_places(
    processor: TTSGanProcessor, text: str, language: str, spoken: PhoneProsody
) -> list[tuple[str, np.ndarray]]:
    """Each word as it is spelled, and the places of its phones; of a text that reads otherwise, phones as names."""
    words, places = processor.read(text, language).words, np.flatnonzero(spoken.sounds)
    if [phone for word in words for phone in word.phones] == [spoken.phones[place] for place in places]:
        ends = accumulate(len(word.phones) for word in words)
        return [(word.text, places[end - len(word.phones) : end]) for word, end in zip(words, ends, strict=True)]
    return [(" ".join(spoken.phones[place] for place in word), word) for word in spoken.words()]


def draw(said: dict[str, PhoneProsody], words: list[tuple[str, np.ndarray]]) -> dict:
    """What the template draws of a sentence: a panel for each system, each on its own time; all in pixels."""
    pitches = np.concatenate([each.semitones[voiced(each)] for each in said.values()])
    low, high = (pitches.min() - 1, pitches.max() + 1) if len(pitches) else (0.0, 0.0)
    missing = max(0.0, LEAST_SEMITONES - (high - low)) / 2
    low, high = low - missing, high + missing
    step = NAME + PANEL + LABELS
    every = 4 * math.ceil((high - low) / 24)  # semitones from line to line
    ticks = range(math.ceil(low / every) * every, math.floor(high) + 1, every)

    def height(semitones, top: int):
        """Pixels from the top of the drawing, in the panel that begins at `top`."""
        return top + NAME + PANEL * (high - semitones) / (high - low)

    panels, recording = [], said[RECORDING]
    for number, (name, each) in enumerate(said.items()):
        top = number * step
        melody = polyline(each, height(recording.semitones, top), voiced(recording))
        panels.append(
            {
                "name": name,
                "top": top,
                "reference": "" if name == RECORDING else melody,
                "ticks": [{"y": f"{height(tick, top):.1f}", "label": f"{tick:+d}"} for tick in ticks],
                **curve(each, height(each.semitones, top), words),
            }
        )
    longest = max(float(each.seconds.sum()) for each in said.values())
    return {
        "panels": panels,
        "width": round(LEFT + SECOND * longest) + 8,
        "height": step * len(said),
        "left": LEFT,
        "name_height": NAME,
        "panel_height": PANEL,
    }


def voiced(said: PhoneProsody) -> np.ndarray:
    """Which phones are drawn: sounds of words that have a voice."""
    return said.sounds & (said.voicing >= VOICED)


def curve(said: PhoneProsody, heights: np.ndarray, words: list[tuple[str, np.ndarray]]) -> dict:
    """One system's phones as level lines at `heights` `(T,)`, joined within a phrase; its pauses and its words."""
    ends = LEFT + SECOND * np.cumsum(said.seconds)  # pixels
    starts = ends - SECOND * said.seconds
    return {
        "phones": [
            {"x": f"{starts[place]:.1f}", "end": f"{ends[place]:.1f}", "y": f"{heights[place]:.1f}"}
            for place in np.flatnonzero(voiced(said))
        ],
        "line": polyline(said, heights, voiced(said)),
        "pauses": [
            {
                "x": f"{starts[place]:.1f}",
                "width": f"{ends[place] - starts[place]:.1f}",
                "seconds": f"{said.seconds[place]:.2f}",
            }
            for place in np.flatnonzero(said.pauses)
        ],
        # Words alternate between two rows, so that each has room until the next but one begins.
        "words": [
            {"x": f"{starts[places[0]]:.1f}", "text": text, "row": number % 2}
            for number, (text, places) in enumerate(words)
        ],
    }


def polyline(said: PhoneProsody, heights: np.ndarray, drawn: np.ndarray) -> str:
    """An SVG path through the middles of the phones that are `drawn`, on the time of `said`; a pause breaks it."""
    middles = LEFT + SECOND * (np.cumsum(said.seconds) - said.seconds / 2)
    parts, last = [], None
    for place in np.flatnonzero(drawn):
        begins = last is None or said.pauses[last:place].any()
        parts.append(f"{'M' if begins else 'L'}{middles[place]:.1f},{heights[place]:.1f}")
        last = place
    return "".join(parts)
