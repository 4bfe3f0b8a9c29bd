"""A page to look at and listen to: every sentence as each system said it, the worst first, in one HTML file.

Enter: a [`VoiceReport`] and the folder of its wavs. Leaves: `report.html` and pictures of the spectrograms beside it,
with relative links, so that the folder opens from a disk, a phone or a static host, and needs no network.
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
from .evaluate import NAMES, RATES, SCORES, Heard, Sentence, VoiceReport


logger = logging.getLogger(__name__)

STYLE = """
:root { color-scheme: light dark; --page: #fff; --card: #f5f5f7; --text: #1b1b1f; --soft: #5a5a64; --line: #d5d5dc;
  --accent: #1d5fbf; --bad: #a3151c; --mark: #ffdcd9; }
@media (prefers-color-scheme: dark) { :root { --page: #151518; --card: #212126; --text: #ececf1; --soft: #a9a9b5;
  --line: #3b3b44; --accent: #7db1ff; --bad: #ff9d97; --mark: #56201f; } }
* { box-sizing: border-box; }
html { background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.1rem; margin: 0 0 .5rem; } h4 { font-size: 1rem; margin: 0; }
p { margin: .5rem 0; max-width: 48rem; } code { font-size: .9em; }
small, .note, figcaption { color: var(--soft); font-size: .875rem; font-weight: normal; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; }
td { font-variant-numeric: tabular-nums; } td small { white-space: nowrap; } tbody th { font-weight: normal; }
.range { background: var(--line); border-radius: 2px; display: block; height: 4px; margin: .3rem 0;
  position: relative; }
.range i { background: var(--accent); border-radius: 2px; height: 4px; min-width: 2px; position: absolute; }
article { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .75rem; }
.systems { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
section { background: var(--card); border-radius: .4rem; min-width: 0; padding: .6rem; }
audio { display: block; height: 2.75rem; margin: .4rem 0; width: 100%; }
img { display: block; height: 6rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.heard { margin: .4rem 0 0; } .problem, mark, del { color: var(--bad); }
mark { background: var(--mark); border-radius: .2rem; padding: 0 .15rem; }
figure { margin: .75rem 0 0; } .scroll { overflow-x: auto; padding-bottom: .25rem; }
.phones { background: linear-gradient(#000 6rem, #0000 0); height: 8.5rem; overflow: hidden;
  position: relative; } .phones img { width: 100%; }
.phones span { border-left: 1px solid #fff6; bottom: 2.5rem; position: absolute; top: 0; }
.phones b { font: 12px/1.25rem system-ui, sans-serif; overflow: hidden; position: absolute; top: 6rem;
  white-space: nowrap; }
.phones b:nth-of-type(even) { top: 7.25rem; }
@media (max-width: 44rem) {
  table, tbody { display: block; } thead { display: none; } td { border: 0; padding: 0; }
  tr { border-bottom: 1px solid var(--line); display: grid; gap: .25rem .75rem; padding: .6rem 0;
    grid-template-columns: repeat(3, minmax(0, 1fr)); }
  tbody th { border: 0; font-weight: bold; grid-column: 1 / -1; padding: 0; }
  td::before { color: var(--soft); content: attr(data-system); display: block; font-size: .875rem; }
}
"""
# Two voices at once cannot be compared: starting one player stops the others.
SCRIPT = """
document.addEventListener("play", (event) => {
  for (const player of document.querySelectorAll("audio")) if (player !== event.target) player.pause();
}, true);
"""
PICTURE_BANDS = 80
REM_PER_SECOND = 20  # of the picture of the phones: the names of short ones stay legible
HIGHER_IS_BETTER = ("mos", "speaker_similarity")
LEGEND = """<p>The <strong>recordings</strong> show what the recognizer misses of a person; <strong>copy</strong>, each
recording turned into mel frames and back, what the vocoder loses; only the rest is the <strong>voice</strong>’s.</p>
<p class="note">↓ lower is better, ↑ higher is better. In brackets and as a bar from 0: the 95 % bootstrap interval
over the sentences. A sentence that a system could not say counts as wholly wrong.</p>"""


def write_page(report: VoiceReport, folder: str | Path, title: str, notes: str = "") -> Path:
    """Write `report.html` and `pictures/` into `folder`, where `wavs/` holds what `evaluate_voice` wrote.

    Args:
        report: From `evaluate_voice` with `wav_dir=folder / "wavs"`.
        folder: Of the page.
        title: Of the page, such as the voice's name.
        notes: One paragraph below it: the recognizer, the settings; what is in backticks is shown as code.

    Without matplotlib, which draws the spectrograms, the page has none.
    """
    folder = Path(folder)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    unit = RATES[report.rates[0]]
    body = [
        f"<header><h1>{html.escape(title)}</h1>",
        f"<p>{with_code(notes[:1].upper() + notes[1:])}</p>" if notes else "",
        f"</header>\n<main>{LEGEND}",
        summary_table(report),
        f"<h2>{counted(len(report.sentences), 'sentence')}, the worst of the voice first</h2>",
        f'<p class="note">What was heard, as it was counted, {unit} by {unit}: <mark>wrong or too much</mark>, '
        "<del>missing</del>. Within a sentence, all spectrograms have the same scale of time.</p>",
        *(card(sentence, report, folder) for sentence in report.worst(len(report.sentences))),
    ]
    if find_spec("matplotlib") is None:
        logger.warning(
            "The page has no spectrograms, which matplotlib draws: `pip install transformers-tts-gan[eval]`."
        )
    if report.left_out:
        body += ["<h2>Left out</h2><ul>", *(f"<li>{with_code(reason)}</li>" for reason in report.left_out), "</ul>"]
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{html.escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + f"\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    return folder / "report.html"


def with_code(text: str) -> str:
    """Escaped text, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary_table(report: VoiceReport) -> str:
    """All scores with their intervals, a row each and a column for each system."""
    found = {system: report.summary(system) for system in report.systems}
    rows = []
    for name, label in {**{rate: NAMES[rate] for rate in report.rates}, **SCORES}.items():
        scores = [found[system].get(name) for system in report.systems]
        if any(scores):
            arrow = "↑" if name in HIGHER_IS_BETTER else "↓"
            rows.append((f"{label} {arrow}", score_cells(scores)))
    factors = [found[system]["real_time_factor"] for system in report.systems]
    rows += [
        ("real-time factor ↓", ["" if factor is None else f"{factor:.3f}" for factor in factors]),
        ("seconds of sound", [f"{found[system]['seconds']:.1f}" for system in report.systems]),
        ("sentences that failed ↓", [str(found[system]["failed"]) for system in report.systems]),
    ]
    names = [html.escape(system) for system in report.systems]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    lines = []
    for label, cells in rows:
        cells = [f'<td data-system="{name}">{cell or "–"}</td>' for name, cell in zip(names, cells, strict=True)]
        lines.append(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>\n')
    return f"<table><thead><tr><td></td>{head}</tr></thead>\n<tbody>{''.join(lines)}</tbody></table>"


def score_cells(scores: list[dict | None]) -> list[str]:
    """Each score with its interval, in digits and as a bar; all bars of a row have the same scale, from 0."""
    top = max(score["high"] for score in scores if score)
    digits = 3 if top < 2 else max(0, 3 - len(str(int(top))))
    cells = []
    for score in scores:
        if score is None:
            cells.append("")
            continue
        number = score["rate"] if "rate" in score else score["mean"]
        left, right = (100 * max(0.0, score[bound]) / max(top, 1e-9) for bound in ("low", "high"))
        cells.append(
            f"<strong>{number:.{digits}f}</strong> <small>[{score['low']:.{digits}f}, {score['high']:.{digits}f}]"
            f'</small><span class="range"><i style="left:{left:.1f}%;width:{right - left:.1f}%"></i></span>'
        )
    return cells


def card(sentence: Sentence, report: VoiceReport, folder: Path) -> str:
    """One sentence with all that said it, and below the phones of the voice and when it said them."""
    speaker = f" <small>{html.escape(sentence.speaker)}</small>" if sentence.speaker else ""
    pictures = {} if find_spec("matplotlib") is None else draw(sentence, folder)
    sections = "".join(section(system, sentence, report, pictures) for system in report.systems)
    text = f'<h3><span lang="{html.escape(report.language)}">{html.escape(sentence.text)}</span>{speaker}</h3>'
    phones = phone_picture(sentence.heard["voice"], pictures.get("voice", ""))
    return f'<article>{text}\n<div class="systems">{sections}</div>{phones}</article>'


def draw(sentence: Sentence, folder: Path) -> dict[str, str]:
    """Draw the spectrograms of a sentence; their links by system."""
    heard = {system: heard.wav for system, heard in sentence.heard.items() if heard.wav}
    names = {system: spectrogram_picture(folder / "wavs" / wav, folder / "pictures") for system, wav in heard.items()}
    return {system: f"pictures/{quote(name)}" for system, name in names.items()}


def section(system: str, sentence: Sentence, report: VoiceReport, pictures: dict[str, str]) -> str:
    """What one system made of a sentence: a player, its spectrogram, and what was heard with its errors."""
    heard, rate = sentence.heard[system], report.rates[0]
    errors, length = heard.counts[rate]
    seconds = f" <small>{heard.seconds:.1f} s</small>" if heard.seconds else ""
    wrong = f"{errors} of {counted(length, RATES[rate])} wrong" if errors else "all right"
    opinion = f", opinion {heard.scores['mos']:.2f}" if "mos" in heard.scores else ""
    name = html.escape(system)
    parts = [f'<section><h4>{name}{seconds}</h4><div class="note">{wrong}{opinion}</div>']
    if heard.wav:
        label = html.escape(f"{system}: {sentence.text}")
        parts.append(f'<audio controls preload="none" aria-label="{label}" src="wavs/{quote(heard.wav)}"></audio>')
    if system in pictures:
        share = 100 * heard.seconds / max(other.seconds for other in sentence.heard.values())
        parts.append(
            f'<img loading="lazy" alt="spectrogram of {name}" src="{pictures[system]}" style="width:{share:.1f}%">'
        )
    if heard.problem:
        parts.append(f'<p class="heard problem">{with_code(heard.problem)}</p></section>')
    else:
        said = marked(sentence.text, heard.text, RATES[rate], report.language)
        parts.append(f'<p class="heard" lang="{html.escape(report.language)}">{said}</p></section>')
    return "".join(parts)


def marked(said: str, heard: str, unit: str, language: str) -> str:
    """What was heard, normalized as for counting, as HTML: `mark` what is wrong or too much, `del` what is missing."""
    import jiwer

    joint = " " if unit == "word" else ""
    said, heard = split_units(said, unit, language), split_units(heard, unit, language)
    parts = []
    for chunk in jiwer.process_words([" ".join(said)], [" ".join(heard)]).alignments[0]:
        meant = html.escape(joint.join(said[chunk.ref_start_idx : chunk.ref_end_idx]))
        got = html.escape(joint.join(heard[chunk.hyp_start_idx : chunk.hyp_end_idx]))
        if chunk.type == "equal":
            parts.append(got)
            continue
        parts += [f"<del>{meant}</del>"] if meant else []
        parts += [f"<mark>{got}</mark>"] if got else []
    return joint.join(parts)


def phone_picture(heard: Heard, picture: str) -> str:
    """The spectrogram of the voice with a line where each phone begins and its name below; silence has no name."""
    if not heard.phones or not heard.seconds:
        return ""
    lines, names, starts = [], [], [0.0, *(end for _, end in heard.phones)]
    for number, (phone, _) in enumerate(heard.phones):
        start = 100 * starts[number] / heard.seconds
        lines.append(f'<span style="left:{start:.2f}%"></span>')
        if phone.strip() and phone != SILENCE:
            names.append((start, html.escape(phone)))
    labels = []
    for number, (start, name) in enumerate(names):
        # Names alternate between two rows, so that each has room until the next but one begins.
        end = names[number + 2][0] if number + 2 < len(names) else 100
        labels.append(f'<b style="left:{start:.2f}%;width:{end - start:.2f}%">{name}</b>')
    image = f'<img loading="lazy" alt="" src="{picture}">' if picture else ""
    return (
        '<figure><figcaption>When the voice said each phone</figcaption><div class="scroll" tabindex="0" '
        'role="group" aria-label="phones of the voice over time"><div class="phones" '
        f'style="width:{REM_PER_SECOND * heard.seconds:.1f}rem">{image}{"".join(lines)}{"".join(labels)}'
        "</div></div></figure>"
    )


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
