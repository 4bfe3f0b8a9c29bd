"""The report of the corpus doctor as a picture."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ...utils.require import require
from .check import CheckedRow, CorpusReport


def draw_report(report: CorpusReport, path: Path) -> None:
    """Draw histograms of what was measured, with the rows that are left out in another color and the bounds as lines.

    Args:
        report: Of [`check_corpus`].
        path: Of the picture; its suffix is the format, such as `.png`.

    Raises:
        ImportError: matplotlib is not installed; the message has the line that installs it.
    """
    figures = require("matplotlib.figure", "Drawing a picture of the report", extra="eval")
    bounds, limits, lost = report.bounds, report.limits, {row.index for row in report.dropped}
    panels: list[tuple[str, Callable[[CheckedRow], float], Sequence[float | str]]] = [
        ("seconds of speech", lambda row: row.measures.speech_seconds, [bounds.min_seconds]),
        ("phones per second", lambda row: row.measures.phone_rate, []),
        ("length over the usual", lambda row: row.length_ratio, [1 / bounds.length, bounds.length]),
        ("pitch and pace over the usual", lambda row: row.speed_ratio, [1 / bounds.speed, bounds.speed]),
        ("speech over noise (dB)", lambda row: row.measures.snr_db, [bounds.min_snr_db]),
        ("bandwidth (kHz)", lambda row: row.measures.bandwidth_hz / 1000, []),
        ("wrong phones", lambda row: row.transcript.phone_error if row.transcript else math.nan, ["phone_error"]),
        ("aligner's score", lambda row: row.alignment, ["alignment"]),
    ]
    figure = figures.Figure(figsize=(12, 6), layout="constrained")
    for axes, (title, value, marks) in zip(figure.subplots(2, 4).flat, panels, strict=True):
        by_fate: dict[bool, list[float]] = {False: [], True: []}
        for row in report.rows:
            by_fate[row.index in lost].append(value(row))
        values = [np.array(each)[np.isfinite(each)] for each in by_fate.values()]
        axes.set_title(title, fontsize=10)
        if not sum(map(len, values)):
            axes.text(0.5, 0.5, "not checked", ha="center", va="center", transform=axes.transAxes)
            continue
        axes.hist(values, bins=40, stacked=True, color=["#4477aa", "#ee6677"], label=["stays", "left out"])
        for mark in marks:
            if (place := limits.get(mark) if isinstance(mark, str) else mark) is not None:
                axes.axvline(place, color="black", linestyle="--", linewidth=1)
        axes.set_yscale("symlog", linthresh=10)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    figure.savefig(path, dpi=100)
