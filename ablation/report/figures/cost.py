"""What a cell costs against what it brings, with the Pareto front."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ablation.analysis.data.factors import Bools, Floats, Ints
from ablation.report.figures.names import IN_ALT, listed, number, short, stem
from ablation.report.figures.picture import Picture
from ablation.report.figures.rows import read_cells
from ablation.report.figures.scales import quantity, response_label, scale_axis
from ablation.report.figures.style import COLOURS, MUTED, PAPER, SMALL, drawing, new_figure

MAX_NAMED = 8


@drawing()
def cost(
    table: pd.DataFrame,
    factors: Sequence[str],
    response: str,
    direction: str,
    cost: str = "train_seconds",
) -> Picture | None:
    """Draw every cell's mean response against its mean cost, and the cells that no other beats in both.

    None where the cost was not measured or is the same everywhere.

    Args:
        table: one row per run.
        factors: its columns that the study varied.
        response: what was measured.
        direction: which values of it are better, `lower` or `higher`; of the cost, lower is.
        cost: the column with the cost.
    """
    cells = read_cells(table, factors, response)
    if cells is None or cost not in table or cost == response:
        return None
    spent = pd.to_numeric(table[cost], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    spent = np.where(np.isfinite(spent) & ~cells.failed, spent, np.nan)
    costs = cells.mean_of(spent)
    known = np.flatnonzero(~np.isnan(cells.means) & ~np.isnan(costs))
    if len(known) < 2 or np.ptp(costs[known]) <= 1e-9 * np.abs(costs[known]).max():
        return None
    x, y = costs[known], cells.means[known]
    front = pareto_front(x, y if direction == "lower" else -y)
    order = np.flatnonzero(front)[np.argsort(x[front], kind="stable")]
    names = [cells.names[known[i]] for i in order]
    figure = new_figure(4.4)
    axes = figure.add_subplot()
    _draw(axes, x, y, order)
    axes.set_xlabel(f"{quantity(cost)} (lower is better)")
    axes.set_ylabel(response_label(response, direction))
    key = [f"{n}  {short(name, 44)}" for n, name in enumerate(names[:MAX_NAMED], start=1)]
    if len(names) > MAX_NAMED:
        key.append(f"… and {len(names) - MAX_NAMED} more on the front")
    axes.set_title("\n".join(key), fontsize=SMALL, loc="left", linespacing=1.35)
    said = [
        f"{short(name, IN_ALT)}: {number(float(x[i]))} and {number(float(y[i]))}"
        for name, i in zip(names, order, strict=True)
    ]
    alt = (
        f"{short(response, IN_ALT)} against {quantity(cost)}, means of {len(x)} cells. {len(order)} cells "
        f"are not beaten in both (Pareto front), from cheap to dear: {listed(said)}."
    )
    title = f"{short(response, IN_ALT)} against {quantity(cost)}; numbered cells are not beaten in both"
    return Picture(f"cost_{stem(cost)}", title, alt, figure)


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
