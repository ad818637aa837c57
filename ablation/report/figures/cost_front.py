"""What a cell costs against what it brings, with the Pareto front."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ablation.analysis.data.factors import Bools, Floats, Ints
from ablation.numbers import plain
from ablation.report.figures.axes import quantity, response_label, scale_axis
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import IN_ALT, short, stem
from ablation.report.figures.style import COLOURS, MUTED, PAPER, SMALL, drawing, new_figure
from ablation.report.ranking import Ranking
from ablation.report.sentences import Wording
from ablation.words import listed

MAX_NAMED = 8


@drawing()
def cost(ranking: Ranking, spent: Floats, name: str, words: Wording) -> Picture | None:
    """Draw every cell's mean response against its mean cost, and the cells that no other beats in both.

    None where the cost was not measured or is the same everywhere.

    Args:
        ranking: the runs by cell.
        spent: what each run cost, (n_runs,); lower is better.
        name: of the cost.
        words: of the response.
    """
    costs = ranking.mean_of(np.where(np.isfinite(spent), spent, np.nan))
    known = np.flatnonzero(~np.isnan(ranking.means) & ~np.isnan(costs))
    if len(known) < 2 or np.ptp(costs[known]) <= 1e-9 * np.abs(costs[known]).max():
        return None
    x, y = costs[known], ranking.means[known]
    front = pareto_front(x, y if words.direction == "lower" else -y)
    order = np.flatnonzero(front)[np.argsort(x[front], kind="stable")]
    names = [ranking.names[known[i]] for i in order]
    figure = new_figure(4.4)
    axes = figure.add_subplot()
    _draw(axes, x, y, order)
    axes.set_xlabel(f"{quantity(name)} (lower is better)")
    axes.set_ylabel(response_label(words))
    key = [f"{n}  {short(cell, 44)}" for n, cell in enumerate(names[:MAX_NAMED], start=1)]
    if len(names) > MAX_NAMED:
        key.append(f"… and {len(names) - MAX_NAMED} more on the front")
    axes.set_title("\n".join(key), fontsize=SMALL, loc="left", linespacing=1.35)
    said = [
        f"{short(cell, IN_ALT)}: {plain(float(x[i]))} and {plain(float(y[i]))}"
        for cell, i in zip(names, order, strict=True)
    ]
    title = f"{short(words.response, IN_ALT)} against {quantity(name)}"
    alt = (
        f"{title}, means of {len(x)} cells. {len(order)} cells are not beaten in both (Pareto front), "
        f"from cheap to dear: {listed(said, between='; ')}."
    )
    return Picture(f"cost_{stem(name)}", f"{title}; numbered cells are not beaten in both", alt, figure)


def _draw(axes: Axes, x: Floats, y: Floats, front: Ints) -> None:
    """Cells at costs x and responses y, (n_cells,) each; those on the front, in this order, numbered."""
    beaten = np.setdiff1d(np.arange(len(x)), front)
    axes.plot(x[beaten], y[beaten], "o", ms=6, color=MUTED, alpha=0.45, mew=0, rasterized=len(x) > 2000)
    scale_axis(axes, "x", x)
    scale_axis(axes, "y", y)
    axes.grid()
    axes.plot(x[front], y[front], drawstyle="steps-post", color=COLOURS[0], lw=1.6)
    axes.plot(x[front], y[front], "o", ms=15, color=COLOURS[0], mec=PAPER, mew=1)
    for place, i in enumerate(front, start=1):
        axes.annotate(
            str(place), (x[i], y[i]), ha="center", va="center", color=PAPER, fontsize=SMALL, fontweight="bold"
        )


def pareto_front(costs: Floats, losses: Floats) -> Bools:
    """Points (n,) that no other matches in both and beats in one; lower is better."""
    front = np.ones(len(costs), dtype=bool)
    for i in range(len(costs)):
        no_worse = (costs <= costs[i]) & (losses <= losses[i])
        better = (costs < costs[i]) | (losses < losses[i])
        front[i] = not (no_worse & better).any()
    return front
