"""The half-normal plot: which contrasts stand out when nothing is left to estimate the error."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ablation.analysis import Analysis
from ablation.numbers import plain
from ablation.report.figures.axes import tick
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import IN_ALT, short
from ablation.report.figures.style import INK, MUTED, SMALL, drawing, filling, new_figure
from ablation.words import listed

MAX_NAMED, MIN_CONTRASTS = 8, 3


@drawing()
def half_normal(analysis: Analysis) -> Picture | None:
    """Draw the contrasts of an unreplicated design against half-normal quantiles (Daniel 1959; Lenth 1989).

    Hollow contrasts are within Lenth's margin of error. None where there is an error estimate, too few
    contrasts to tell large from small, or all are zero.

    Args:
        analysis: of an unreplicated design.
    """
    table = analysis.lenth
    if table is None or len(table) < MIN_CONTRASTS:
        return None
    sizes = table["estimate"].abs().to_numpy(dtype=np.float64)
    if not sizes.max() > 0:
        return None
    beyond = table["beyond_ME"].to_numpy(dtype=bool)
    named = [i for i in range(len(sizes)) if beyond[i] or i < MIN_CONTRASTS][:MAX_NAMED]
    me, sme = float(table["ME"].iloc[0]), float(table["SME"].iloc[0])
    figure = new_figure(4.4)
    axes = figure.add_subplot()
    _draw(axes, table, named)
    _draw_margins(axes, sizes.max(), me, sme)
    axes.set_xlabel("half-normal quantile")
    axes.set_ylabel("size of contrast" + (" (difference of logs)" if analysis.scaling.is_log else ""))
    said = [f"{short(table['contrast'].iloc[i], IN_ALT)} {plain(float(sizes[i]))}" for i in named]
    alt = (
        f"Half-normal plot of {len(sizes)} contrasts; {int(beyond.sum())} beyond Lenth's margin of error "
        f"{plain(me)}, {int(table['beyond_SME'].sum())} beyond the simultaneous one {plain(sme)}. "
        f"Largest: {listed(said, between='; ')}."
    )
    return Picture("half_normal", "Which contrasts stand out from noise (half-normal plot)", alt, figure)


def _draw(axes: Axes, table: pd.DataFrame, named: list[int]) -> None:
    for i, row in enumerate(table.to_dict("records")):
        q, size = float(row["half_normal"]), abs(float(row["estimate"]))
        axes.plot(q, size, "o", ms=7, mew=1.4, **filling(INK, bool(row["beyond_ME"])))
        if i in named:
            axes.annotate(
                short(row["contrast"], 24), (q, size), xytext=(-8, 0), textcoords="offset points",
                fontsize=SMALL, ha="right", va="center",
            )  # fmt: skip
    axes.set_xlim(0, 1.06 * float(table["half_normal"].max()))


def _draw_margins(axes: Axes, largest: float, me: float, sme: float) -> None:
    top = 1.12 * max(largest, min(sme, 2.5 * largest))
    for y, words, style in ((me, "margin of error, each", "--"), (sme, "margin of error, all at once", ":")):
        if 0 < y < top:
            axes.axhline(y, color=MUTED, lw=1.2, ls=style)
            axes.annotate(
                words, (0, y), xytext=(4, 2), textcoords="offset points", fontsize=SMALL, color=MUTED
            )
    axes.set_ylim(0, top)
    ticks = [t for t in axes.get_yticks() if t <= top]
    axes.set_yticks(ticks, [tick(t) for t in ticks])
