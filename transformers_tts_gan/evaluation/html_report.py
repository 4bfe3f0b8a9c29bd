"""A page of a report: every sentence as each system said it, the worst first, to play and to compare.

Enter: a [`VoiceReport`] and the folder of its wavs. Leaves: `report.html` and pictures of the spectrograms beside it,
with relative links, so that the folder opens from a disk, a phone or a static host, and needs no network. The
template, the style and the script are in `page/`.
"""

import html
import logging
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import numpy as np
import soundfile
import torch

from ..audio.mel import mel_spectrogram
from ..metrics.error_rates import split_units
from ..models.tokenization_tts_gan import SILENCE
from ..utils.require import require
from .melody import MelodyPaths, melody_paths
from .report import NAMES, RATES, SCORES, Sentence, SystemResult, VoiceReport, label


logger = logging.getLogger(__name__)

PICTURE_BANDS = 80
REM_PER_SECOND = 20  # of the picture of the phones: the names of short ones stay legible
HIGHER_IS_BETTER = ("mos", "speaker_similarity")


def write_page(report: VoiceReport, folder: str | Path, title: str, notes: str = "") -> Path:
    """Write `report.html` and `pictures/` into `folder`, where `wavs/` holds what `evaluate_voice` wrote.

    Without matplotlib, which colors the spectrograms, the page has none.

    Args:
        report: From `evaluate_voice` with `wav_dir=folder / "wavs"`.
        folder: Of the page.
        title: Of the page, such as the name of the voice.
        notes: One paragraph below the title: the recognizer, the settings. Words in backticks are shown as code.

    Returns:
        The path of the page.

    Raises:
        ImportError: The extra `eval` is not installed.

    Example:

    ```python
    report = evaluate_voice(model, processor, rows, recognizer, wav_dir="report/wavs")
    write_page(report, "report", "My voice", "Transcribed by `whisper-base`.")
    ```
    """
    folder = Path(folder)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    draws = find_spec("matplotlib") is not None
    if not draws:
        logger.warning(
            "The page has no spectrograms, since matplotlib is missing: `pip install 'transformers-tts-gan[eval]'`."
        )
    page = load_template("report.html").render(
        title=title,
        notes=notes[:1].upper() + notes[1:],
        language=report.language,
        unit=RATES[report.rates[0]],
        systems=[label(system) for system in report.systems],
        rows=summary_rows(report),
        count=counted(len(report.sentences), "sentence"),
        cards=[card(sentence, report, folder, draws) for sentence in report.worst(len(report.sentences))],
        left_out=report.left_out,
        draws=draws,
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    return folder / "report.html"


def load_template(name: str):
    """A template of `page/`, which escapes all that it is given."""
    jinja2 = require("jinja2", "The page of a report", extra="eval")
    files = jinja2.FileSystemLoader(Path(__file__).parent / "page")
    environment = jinja2.Environment(loader=files, autoescape=True)
    environment.filters["with_code"] = with_code
    return environment.get_template(name)


def safe(markup: str):
    """HTML that the template does not escape again."""
    return require("markupsafe", "The page of a report", extra="eval").Markup(markup)


def with_code(text: str):
    """Escaped text, with words in backticks as code."""
    return safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)))


def counted(number: int, noun: str) -> str:
    """A number and its noun, such as `1 word` or `2 words`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary_rows(report: VoiceReport) -> list[dict]:
    """All totals, a row each and a cell for each system."""
    found = {system: report.summary(system) for system in report.systems}
    rows = []
    for name, text in {**{rate: NAMES[rate] for rate in report.rates}, **SCORES}.items():
        scores = [found[system].get(name) for system in report.systems]
        if any(scores):
            rows.append((f"{text} {'↑' if name in HIGHER_IS_BETTER else '↓'}", score_cells(scores)))
    factors = [found[system]["real_time_factor"] for system in report.systems]
    rows += [
        ("real-time factor ↓", [{"text": "" if factor is None else f"{factor:.3f}"} for factor in factors]),
        ("seconds of sound", [{"text": f"{found[system]['seconds']:.1f}"} for system in report.systems]),
        ("sentences that failed ↓", [{"text": str(found[system]["failed"])} for system in report.systems]),
    ]
    systems = [label(system) for system in report.systems]
    return [{"label": text, "cells": list(zip(systems, cells, strict=True))} for text, cells in rows]


def score_cells(scores: list[dict | None]) -> list[dict]:
    """Each score with its interval, in digits and as a bar; all bars of a row have the same scale, from 0."""
    top = max(score["high"] for score in scores if score)
    digits = 3 if top < 2 else max(0, 3 - len(str(int(top))))
    cells: list[dict] = []
    for score in scores:
        if score is None:
            cells.append({"text": ""})
            continue
        number = score["rate"] if "rate" in score else score["mean"]
        left, right = (100 * max(0.0, score[bound]) / max(top, 1e-9) for bound in ("low", "high"))
        cells.append(
            {
                "text": f"{number:.{digits}f}",
                "interval": f"[{score['low']:.{digits}f}, {score['high']:.{digits}f}]",
                "left": f"{left:.1f}",
                "width": f"{right - left:.1f}",
            }
        )
    return cells


def card(sentence: Sentence, report: VoiceReport, folder: Path, draws: bool) -> dict:
    """One sentence with all systems that said it, and below the phones of TTS and when it said them."""
    wavs = {system: folder / "wavs" / result.wav for system, result in sentence.results.items() if result.wav}
    pictures = draw(wavs, folder) if draws else {}
    melody = melody_paths(wavs) if draws else None
    return {
        "text": sentence.text,
        "speaker": sentence.speaker,
        "parts": [part(system, sentence, report, pictures.get(system, ""), melody) for system in report.systems],
        "phones": phone_picture(sentence.results["tts"], pictures.get("tts", ""), melody),
        "f0": f"F0 from {melody.low:.0f} to {melody.high:.0f} Hz" if melody else "",
    }


def draw(wavs: dict[str, Path], folder: Path) -> dict[str, str]:
    """Draw the spectrograms of a sentence; their links by system."""
    names = {system: spectrogram_picture(wav, folder / "pictures") for system, wav in wavs.items()}
    return {system: f"pictures/{quote(name)}" for system, name in names.items()}


def melody_of(system: str, melody: MelodyPaths | None) -> dict[str, str]:
    """The F0 curve of a system and, moved to its speech, that of the recording; "" for what there is not."""
    if melody is None:
        return {"curve": "", "reference": ""}
    return {"curve": melody.curves.get(system, ""), "reference": melody.references.get(system, "")}


def part(system: str, sentence: Sentence, report: VoiceReport, picture: str, melody: MelodyPaths | None) -> dict:
    """One sentence of one system: its sound, its spectrogram, and its transcript with the errors."""
    result, rate = sentence.results[system], report.rates[0]
    errors, length = result.counts[rate]
    longest = max(other.seconds for other in sentence.results.values()) or 1.0
    return {
        "system": label(system),
        "seconds": f"{result.seconds:.1f}" if result.seconds else "",
        "errors": f"{errors} of {counted(length, RATES[rate])} wrong" if errors else "all right",
        "mos": f"{result.scores['mos']:.2f}" if "mos" in result.scores else "",
        "wav": f"wavs/{quote(result.wav)}" if result.wav else "",
        "picture": picture,
        **melody_of(system, melody),
        "width": f"{100 * result.seconds / longest:.1f}",
        "problem": result.problem,
        "transcript": safe(marked(sentence.text, result.text, RATES[rate], report.language)),
    }


def marked(reference: str, transcript: str, unit: str, language: str) -> str:
    """The transcript, normalized as for counting, as HTML: `mark` for wrong or added units, `del` for missing ones."""
    import jiwer

    joint = " " if unit == "word" else ""
    said, found = split_units(reference, unit, language), split_units(transcript, unit, language)
    parts = []
    for chunk in jiwer.process_words([" ".join(said)], [" ".join(found)]).alignments[0]:
        meant = html.escape(joint.join(said[chunk.ref_start_idx : chunk.ref_end_idx]))
        got = html.escape(joint.join(found[chunk.hyp_start_idx : chunk.hyp_end_idx]))
        if chunk.type == "equal":
            parts.append(got)
            continue
        parts += [f"<del>{meant}</del>"] if meant else []
        parts += [f"<mark>{got}</mark>"] if got else []
    return joint.join(parts)


def phone_picture(result: SystemResult, picture: str, melody: MelodyPaths | None) -> dict | None:
    """The spectrogram of TTS with a line where each phone begins and its name below; silence has no name."""
    if not result.phones or not result.seconds:
        return None
    starts = [100 * end / result.seconds for end in (0.0, *(end for _, end in result.phones))]
    named = [
        (start, phone)
        for start, (phone, _) in zip(starts, result.phones, strict=False)
        if phone.strip() and phone != SILENCE
    ]
    names = []
    for number, (start, phone) in enumerate(named):
        # Names alternate between two rows, so that each has room until the next but one begins.
        end = named[number + 2][0] if number + 2 < len(named) else 100
        names.append({"phone": phone, "start": f"{start:.2f}", "width": f"{end - start:.2f}"})
    return {
        "width": f"{REM_PER_SECOND * result.seconds:.1f}",
        "picture": picture,
        **melody_of("tts", melody),
        "lines": [f"{start:.2f}" for start in starts[:-1]],
        "names": names,
    }


def spectrogram_picture(wav: Path, folder: Path) -> str:
    """Write the log-mel spectrogram of `wav` as a PNG, time to the right and low bands at the bottom; its name."""
    from matplotlib import colormaps
    from PIL import Image

    wave, rate = soundfile.read(wav, dtype="float32")
    window = 2 * (rate // 50)
    wave = np.pad(wave, (0, max(0, window - len(wave))))
    mel = mel_spectrogram(torch.from_numpy(wave)[None], rate, window, window // 4, PICTURE_BANDS, 0.0, rate / 2)[0]
    values = mel.numpy().T[::-1]  # (bands, frames), the highest band first
    shades = np.clip(1 + (values - np.max(values)) / 9, 0, 1) * 255
    picture = Image.fromarray(shades.astype(np.uint8)).convert("P")
    picture.putpalette((colormaps["magma"](np.arange(256))[:, :3] * 255).astype(np.uint8).tobytes())
    picture.save(folder / f"{wav.stem}.png", optimize=True)  # one byte a color: half the file of RGBA
    return f"{wav.stem}.png"
