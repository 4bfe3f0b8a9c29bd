"""What was kept and what was dropped: counts, distributions, and the dropped recordings to listen to.

Enter: rows of the corpus and dropped rows with their reasons. Leave: `report.json` and `report.html`.
"""

import html
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


SCORES = {"error": "share of errors", "mos": "predicted MOS", "phones_per_second": "phones a second"}
MOST_EXAMPLES = 200  # dropped rows on the page
BINS = 24
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.2rem .6rem;text-align:left}"
    "svg{margin:.5rem 1rem .5rem 0}.kept{fill:#4a7bb5}.dropped{fill:#c8553d}audio{height:2rem}"
)


@dataclass
class DistillReport:
    """What [`distill`] made; `str(report)` is a summary of a few lines.

    Args:
        teacher: Its name.
        rows: Of the corpus.
        dropped: Rows that were left out, with their `reasons`.
    """

    teacher: str
    rows: Sequence[Mapping]
    dropped: Sequence[Mapping]

    def counts(self) -> dict[str, int]:
        """How many recordings were dropped for each reason; one may have several."""
        return dict(Counter(reason for row in self.dropped for reason in row["reasons"]).most_common())

    def summary(self) -> dict:
        """Counts, seconds and mean scores, as JSON takes them."""
        groups: dict[str, dict] = {}
        for row in self.rows:
            group = groups.setdefault(f"{row['language']} {row['speaker']}", {"recordings": 0, "seconds": 0.0})
            group["recordings"] += 1
            group["seconds"] = round(group["seconds"] + row["seconds"], 3)
        scores: dict[str, dict[str, float]] = {}
        for name in SCORES:
            for kind, rows in (("kept", self.rows), ("dropped", self.dropped)):
                if values := [row[name] for row in rows if row[name] is not None]:
                    scores.setdefault(name, {})[kind] = float(np.mean(values))
        return {
            "teacher": self.teacher,
            "spoken": len(self.rows) + len(self.dropped),
            "kept": len(self.rows),
            "kept_seconds": round(sum(row["seconds"] for row in self.rows), 3),
            "held_out": sum(row["split"] == "test" for row in self.rows),
            "dropped": self.counts(),
            "speakers": groups,
            "mean": scores,
        }

    def __str__(self) -> str:
        found = self.summary()
        minutes, spoken = found["kept_seconds"] / 60, found["spoken"]
        lines = [
            f"{found['kept']} of {spoken} recordings are kept ({minutes:.1f} minutes), {found['held_out']} held out."
        ]
        lines += [f"  dropped, {reason}: {count}" for reason, count in found["dropped"].items()]
        for name, means in found["mean"].items():
            shown = ", ".join(f"{kind} {value:.3f}" for kind, value in means.items())
            lines.append(f"  {SCORES[name]}, mean: {shown}")
        return "\n".join(lines)


def write_report(report: DistillReport, folder: Path, origin: dict) -> None:
    """Write `report.json`, and `report.html` with plots and players."""
    content = json.dumps({"origin": origin, **report.summary()}, ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(content + "\n", encoding="utf-8")
    title = html.escape(f"What {report.teacher} said")
    plots = "".join(histogram(name, report) for name in SCORES)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><pre>{html.escape(str(report))}</pre>"
        f'<p><span style="color:#4a7bb5">■</span> kept, <span style="color:#c8553d">■</span> dropped</p>{plots}'
        f"<h2>Dropped</h2>{_examples(report.dropped)}<h2>How it was made</h2>"
        f"<pre>{html.escape(json.dumps(origin, ensure_ascii=False, indent=1))}</pre></html>\n"
    )
    (folder / "report.html").write_text(page, encoding="utf-8")


def histogram(name: str, report: DistillReport) -> str:
    """The distribution of a score as SVG, dropped recordings on top of the kept ones; empty without any."""
    kept, dropped = ([row[name] for row in rows if row[name] is not None] for rows in (report.rows, report.dropped))
    values = np.array(kept + dropped, dtype=float)
    if not len(values):
        return ""
    low, high = float(values.min()), float(max(np.quantile(values, 0.995), values.min() + 1e-6))
    stacks = [np.histogram(np.clip(part, low, high), BINS, (low, high))[0] for part in (kept, dropped)]
    scale = 100 / max((stacks[0] + stacks[1]).max(), 1)
    bars = ""
    for number, (below, above) in enumerate(zip(*stacks, strict=True)):
        for kind, count, base in (("kept", below, 0), ("dropped", above, below)):
            top, height = 110 - (base + count) * scale, count * scale
            bars += f'<rect class="{kind}" x="{number * 11}" y="{top:.1f}" width="10" height="{height:.1f}"/>'
    label = html.escape(f"{SCORES[name]}: {low:.2f} to {high:.2f}")
    return f'<svg width="270" height="135" role="img" aria-label="{label}">{bars}<text y="130">{label}</text></svg>'


def _examples(dropped: Sequence[Mapping]) -> str:
    rows = ""
    for row in dropped[:MOST_EXAMPLES]:
        player = f'<audio controls preload="none" src="{html.escape(row["audio"])}"></audio>' if row["audio"] else ""
        scores = ", ".join(f"{SCORES[name]} {row[name]:.2f}" for name in SCORES if row[name] is not None)
        cells = (", ".join(row["reasons"]), row["text"], row["transcript"] or row["problem"], scores)
        rows += "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + f"<td>{player}</td></tr>"
    more = f"<p>and {len(dropped) - MOST_EXAMPLES} more in dropped.jsonl</p>" if len(dropped) > MOST_EXAMPLES else ""
    head = "".join(f"<th>{name}</th>" for name in ("reason", "text", "heard", "scores", "recording"))
    return f"<table><tr>{head}</tr>{rows}</table>{more}"
