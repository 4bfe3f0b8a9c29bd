"""A page to look at and listen to: every sentence as each system said it, the worst first, in one HTML file.

Enter: a [`VoiceReport`] and the folder of its wavs. Leaves: `report.html` and pictures of the spectrograms beside it,
with relative links, so that the folder opens from a disk, a phone or a static host, and needs no network.
"""

import html
import logging
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
import torch

from .evaluation import NAMES, SCORES, Sentence, VoiceReport, interval
from .features import mel_spectrogram


logger = logging.getLogger(__name__)

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --bad: #d33; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line); }
td { font-variant-numeric: tabular-nums; white-space: nowrap; } small { opacity: .7; }
article { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .75rem; }
article > p { font-size: 1.1rem; margin: 0 0 .5rem; }
.systems { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
.systems section { background: var(--soft); border-radius: .4rem; padding: .5rem; min-width: 0; }
audio { width: 100%; height: 2.25rem; display: block; margin: .25rem 0; }
img { width: 100%; height: 7rem; display: block; border-radius: .25rem; }
svg { width: 100%; height: 2.2rem; display: block; } svg text { font: 9px sans-serif; fill: currentColor; }
svg line { stroke: currentColor; stroke-opacity: .4; }
.wrong { color: var(--bad); }
"""
PICTURE_BANDS = 80


def write_page(report: VoiceReport, folder: str | Path, title: str, notes: str = "") -> Path:
    """Write `report.html` and `pictures/` into `folder`, where `wavs/` holds what `evaluate_voice` wrote.

    Args:
        report: From `evaluate_voice` with `wav_dir=folder / "wavs"`.
        folder: Of the page.
        title: Of the page, such as the voice's name.
        notes: One paragraph below it: the recogniser, the settings.

    Without matplotlib, which draws the spectrograms, the page has none.
    """
    folder = Path(folder)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    body = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>{html.escape(notes)}</p>" if notes else "",
        f'<div class="scroll">{summary_table(report)}</div>',
        f"<h2>{len(report.sentences)} sentences, the worst of the voice first</h2>",
        *(card(sentence, report, folder) for sentence in report.worst(len(report.sentences))),
    ]
    if find_spec("matplotlib") is None:
        logger.warning(
            "The page has no spectrograms, which matplotlib draws: `pip install transformers-tts-gan[eval]`."
        )
    if report.left_out:
        body += ["<h2>Left out</h2><ul>", *(f"<li>{html.escape(reason)}</li>" for reason in report.left_out), "</ul>"]
    page = (
        f'<!doctype html>\n<html lang="{html.escape(report.language)}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{html.escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n" + "\n".join(body) + "\n</html>\n"
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    return folder / "report.html"


def summary_table(report: VoiceReport) -> str:
    """All scores with their intervals, a row each and a column for each system."""
    found = {system: report.summary(system) for system in report.systems}
    rows = [
        (NAMES[rate], [interval(found[system][rate], "rate") for system in report.systems]) for rate in report.rates
    ]
    for name, label in SCORES.items():
        cells = [interval(found[system].get(name), "mean") for system in report.systems]
        if any(cells):
            rows.append((label, cells))
    rows.append(("sentences that failed", [str(found[system]["failed"]) for system in report.systems]))
    head = "".join(f"<th>{html.escape(system)}</th>" for system in report.systems)
    lines = [
        f"<tr><th>{label}</th>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for label, cells in rows
    ]
    return f"<table><tr><th></th>{head}</tr>{''.join(lines)}</table>"


def card(sentence: Sentence, report: VoiceReport, folder: Path) -> str:
    """One sentence with all that said it."""
    speaker = f" <small>{html.escape(sentence.speaker)}</small>" if sentence.speaker else ""
    sections = "".join(section(system, sentence, report, folder) for system in report.systems)
    return f'<article><p>{html.escape(sentence.text)}{speaker}</p><div class="systems">{sections}</div></article>'


def section(system: str, sentence: Sentence, report: VoiceReport, folder: Path) -> str:
    """What one system made of a sentence: a player, its spectrogram, its phones, and what was heard."""
    heard = sentence.heard[system]
    errors, length = heard.counts[report.rates[0]]
    mos = f", opinion {heard.scores['mos']:.2f}" if "mos" in heard.scores else ""
    parts = [f"<section><strong>{html.escape(system)}</strong> <small>{errors} of {length} wrong{mos}</small>"]
    if heard.wav:
        parts.append(f'<audio controls preload="none" src="wavs/{html.escape(heard.wav)}"></audio>')
        if find_spec("matplotlib") is not None:
            picture = spectrogram_picture(folder / "wavs" / heard.wav, folder / "pictures")
            parts.append(f'<img loading="lazy" alt="spectrogram" src="pictures/{html.escape(picture)}">')
        parts.append("".join(phone_strip(heard.phones, heard.seconds)))
    said = html.escape(heard.text or f"({heard.problem or 'nothing heard'})")
    parts.append(f'<div class="{"wrong" if errors else "right"}">{said}</div></section>')
    return "".join(parts)


def phone_strip(phones: list[tuple[str, float]], seconds: float) -> Iterator[str]:
    """An SVG as wide as the spectrogram with a line at each phone's end and its name before it."""
    if not phones or not seconds:
        return
    yield f'<svg viewBox="0 0 {100 * seconds:.0f} 24" preserveAspectRatio="none" role="img" aria-label="phones">'
    start = 0.0
    for number, (phone, end) in enumerate(phones):
        yield f'<line x1="{100 * end:.1f}" x2="{100 * end:.1f}" y1="0" y2="24"/>'
        height = 10 if number % 2 else 20
        yield f'<text x="{100 * start:.1f}" y="{height}">{html.escape(phone.strip())}</text>'
        start = end
    yield "</svg>"


def spectrogram_picture(wav: Path, folder: Path) -> str:
    """Write the log-mel spectrogram of `wav` as a PNG, time to the right and low bands at the bottom; its name."""
    from matplotlib.image import imsave

    wave, rate = soundfile.read(wav, dtype="float32")
    window = 2 * (rate // 50)
    mel = mel_spectrogram(torch.from_numpy(wave)[None], rate, window, window // 4, PICTURE_BANDS, 0.0, rate / 2)[0]
    values = mel.numpy().T
    imsave(
        folder / f"{wav.stem}.png", values, origin="lower", vmin=np.max(values) - 9, vmax=np.max(values), cmap="magma"
    )
    return f"{wav.stem}.png"
