"""The seeds strip: every run a point, cells in the order of their means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ablation.analysis import analyze
from ablation.analysis.data.factors import Bools, Floats, Ints, read_factor
from ablation.errors import UsageError
from ablation.report.figures.names import IN_ALT, listed, number, short
from ablation.report.figures.picture import Picture
from ablation.report.figures.rows import Cells, jitter, read_cells
from ablation.report.figures.scales import response_label, scale_axis
from ablation.report.figures.style import FAINT, HURTS, INK, SMALL, drawing, look, new_figure
from ablation.words import counted

NAMED_CELLS = 40
"""With more cells, they stand side by side without names."""

NAMED_SEEDS = 8
MAX_OUTLIERS, ALPHA = 5, 0.05


@drawing()
def seeds_strip(
    table: pd.DataFrame, factors: Sequence[str], response: str, direction: str, block: str = "seed"
) -> Picture | None:
    """Draw every run as a point, coloured by seed, cells from the best mean to the worst.

    Outliers are named; runs that failed stand at the edge on the worse side.

    Args:
        table: one row per run.
        factors: its columns that the study varied.
        response: what was measured.
        direction: which values are better, `lower` or `higher`.
        block: the column of paired seeds, if the table has it.
    """
    cells = read_cells(table, factors, response)
    if cells is None:
        return None
    seed = read_factor(table[block], block) if block in table else None
    codes: Ints = np.zeros(len(table), dtype=np.intp) if seed is None else seed.codes
    names = ["every run"] if seed is None else [f"{block} {level}" for level in seed.levels]
    far = outliers(cells, codes, direction)
    rank = np.argsort(cells.order(direction), kind="stable")
    upright = len(cells.names) <= NAMED_CELLS
    figure = new_figure(1.5 + 0.26 * len(cells.names) if upright else 4.2)
    axes = figure.add_subplot()
    place = rank[cells.cell] + (0.3 if upright else 0.0) * jitter(len(codes))
    _draw(axes, cells, codes, len(names), place, upright)
    _draw_means(axes, cells, rank, upright)
    _draw_failed(axes, cells, place, direction, upright)
    _name_axes(axes, cells, direction, response, upright)
    _name_outliers(axes, cells, codes, names, far, place, upright)
    figure.legend(handles=_legend(cells, names), loc="outside upper left", ncols=4, borderaxespad=0.2)
    title = f"Every run: {short(response, IN_ALT)} by cell, the best {'on top' if upright else 'at the left'}"
    return Picture("seeds", title, _alt(cells, codes, names, far, response, direction), figure)


def outliers(cells: Cells, seed: Ints, direction: str) -> Ints:
    """Runs that do not fit their cell and seed, worst first, at most five.

    One at a time, the rest being fitted again without it: a wild run pulls its cell's mean, and then its
    neighbours look wild too.
    """
    frame = pd.DataFrame({"cell": cells.cell, "seed": seed, "y": cells.values}).dropna()
    found: list[int] = []
    while len(found) < MAX_OUTLIERS:
        worst = _outlier(frame, direction)
        if worst is None:
            break
        found.append(worst)
        frame = frame.drop(index=worst)
    return np.array(found, dtype=np.intp)


def _outlier(frame: pd.DataFrame, direction: str) -> int | None:
    """The row that fits worst, if it does by its studentized residual (p < 0.05, Bonferroni)."""
    if frame["cell"].nunique() < 2 or frame["seed"].nunique() < 2:
        return None
    try:
        worst = analyze(frame, "y", ["cell"], block="seed", direction=direction).diagnostics.outlier
    except UsageError:  # such as a single run per cell
        return None
    clear = worst[worst["p_adjusted"] < ALPHA]
    return int(clear["run"].iloc[0]) if len(clear) else None


def _draw(axes: Axes, cells: Cells, codes: Ints, n_seeds: int, place: Floats, upright: bool) -> None:
    many = n_seeds > NAMED_SEEDS
    for code in range(n_seeds):
        here = (codes == code) & ~cells.failed
        style = look(0 if many else code)
        xy = (cells.values[here], place[here]) if upright else (place[here], cells.values[here])
        axes.plot(
            *xy, style.marker, color=style.colour, ms=6 if upright else 4.5, mew=0,
            alpha=0.5 if many else 0.85, rasterized=len(codes) > 2000, zorder=3,
        )  # fmt: skip


def _draw_means(axes: Axes, cells: Cells, rank: Ints, upright: bool) -> None:
    for i in np.flatnonzero(~np.isnan(cells.means)):
        ends, mean = [rank[i] - 0.38, rank[i] + 0.38], [cells.means[i]] * 2
        axes.plot(*((mean, ends) if upright else (ends, mean)), color=INK, lw=1.6, zorder=4)


def _draw_failed(axes: Axes, cells: Cells, place: Floats, direction: str, upright: bool) -> None:
    """Failed runs at the edge on the worse side, in axis coordinates."""
    edge = 1.0 if direction == "lower" else 0.0
    failed = place[cells.failed]
    if len(failed):
        transform = axes.get_yaxis_transform() if upright else axes.get_xaxis_transform()
        at = np.full(len(failed), edge)
        xy = (at, failed) if upright else (failed, at)
        axes.plot(*xy, "x", transform=transform, color=HURTS, ms=7, mew=2, clip_on=False, zorder=5)


def _name_outliers(
    axes: Axes, cells: Cells, codes: Ints, names: list[str], far: Ints, place: Floats, upright: bool
) -> None:
    for i in far:
        xy = (cells.values[i], place[i]) if upright else (place[i], cells.values[i])
        cell = "" if upright else f"{short(cells.names[cells.cell[i]], 22)}, "
        left = axes.transAxes.inverted().transform(axes.transData.transform(xy))[0] < 0.5
        axes.annotate(
            f"{cell}{short(names[codes[i]], 14)}", xy, xytext=(8, 0) if left else (-8, 0), fontsize=SMALL,
            textcoords="offset points", va="center", ha="left" if left else "right", zorder=6,
        )  # fmt: skip
        axes.plot(*xy, "o", ms=11, mfc="none", mec=INK, mew=1.2, zorder=5)


def _name_axes(axes: Axes, cells: Cells, direction: str, response: str, upright: bool) -> None:
    label, n = response_label(response, direction), len(cells.names)
    scale_axis(axes, "x" if upright else "y", cells.values)
    axes.grid(axis="x" if upright else "y")
    if upright:
        order = cells.order(direction)
        axes.set_yticks(range(n), [short(cells.names[i], 34) for i in order], fontsize=SMALL)
        axes.set_ylim(n - 0.4, -0.6)
        axes.set_xlabel(label)
        for y in range(n):
            axes.axhline(y, color=FAINT, lw=0.6, zorder=0)
    else:
        axes.set_xlim(-1, n)
        axes.set_xlabel(f"{n} cells, from the best mean to the worst")
        axes.set_ylabel(label)


def _legend(cells: Cells, names: list[str]) -> list[Line2D]:
    handles = []
    if len(names) <= NAMED_SEEDS:
        for i, name in enumerate(names):
            style = look(i)
            handles.append(
                Line2D([], [], ls="", marker=style.marker, ms=6, color=style.colour, label=short(name, 14))
            )
    else:
        handles.append(Line2D([], [], ls="", marker="o", color=look(0).colour, label=f"{len(names)} seeds"))
    handles.append(Line2D([], [], color=INK, lw=1.6, label="mean"))
    if cells.failed.any():
        handles.append(Line2D([], [], ls="", marker="x", color=HURTS, ms=7, mew=2, label="failed run"))
    return handles


def _alt(cells: Cells, codes: Ints, names: list[str], far: Ints, response: str, direction: str) -> str:
    order = [i for i in cells.order(direction) if not np.isnan(cells.means[i])]
    best, worst = order[0], order[-1]
    text = (
        f"{counted(int((~cells.failed).sum()), 'run')} of {counted(len(cells.names), 'cell')} and "
        f"{counted(len(names), 'seed')}: "
        f"{short(response, IN_ALT)}, {direction} is better. Best mean {number(float(cells.means[best]))} "
        f"({short(cells.names[best], IN_ALT)}), worst {number(float(cells.means[worst]))} "
        f"({short(cells.names[worst], IN_ALT)})."
    )
    if cells.failed.any():
        text += f" {_counted(cells)} failed."
    said = [
        f"{short(cells.names[cells.cell[i]], IN_ALT)}, {names[codes[i]]}: {number(float(cells.values[i]))}"
        for i in far
    ]
    return text + (f" Outliers: {listed(said)}." if said else "")


def _counted(cells: Cells) -> str:
    failed: Bools = cells.failed
    which = sorted({short(cells.names[c], 40) for c in cells.cell[failed]})
    return f"{counted(int(failed.sum()), 'run')} ({listed(which, 4)})"
