"""How many of the faults that were planted in a corpus the corpus doctor found."""

import math
from pathlib import Path

import numpy as np

from ...utils.markdown import markdown_table
from .check import CorpusReport


# By planted kind (`plant.FAULTS`), the findings that name it rightly.
NAMED = {"missing words": {"transcript", "alignment", "length"}, "fast": {"speed", "length"}}
NAMED |= {"slow": {"speed", "length", "band"}, "truncated": {"length", "transcript", "alignment"}}
NAMED |= {"transcript": {"transcript", "alignment", "length"}}


def score_planted(report: CorpusReport, kinds: dict[str, str]) -> str:
    """Return a table of how many planted faults were left out, and how many were named rightly.

    Args:
        report: Of a corpus with known faults.
        kinds: The fault of each recording by its path within the corpus, as `planted.json` has it; good ones are not
            in it.
    """
    found: dict[str, list[tuple[bool, bool]]] = {}
    for row in report.rows:
        path = Path(row.audio)
        kind = kinds.get(f"{path.parent.name}/{path.name}", "good")
        named = bool(set(row.findings) & NAMED.get(kind, {kind}))
        found.setdefault(kind, []).append((bool(set(row.findings) & set(report.drop)), named))
    table = [["planted", "rows", "left out", "named rightly"]]
    shares = {kind: np.mean(each, axis=0) for kind, each in found.items()}
    for kind in sorted(shares, key=lambda kind: (kind != "good", kind)):
        named = f"{shares[kind][1]:.2f}" if kind != "good" else ""
        table.append([kind, str(len(found[kind])), f"{shares[kind][0]:.3f}", named])
    worst = min((share[0] for kind, share in shares.items() if kind != "good"), default=math.nan)
    good = shares["good"][0] if "good" in shares else math.nan
    return markdown_table(table) + f"\n\nsummary caught_worst={worst:.3f} good_dropped={good:.3f}"
