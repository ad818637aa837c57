"""The seeds strip: every run a point, cells in the order of their means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ablation.analysis.data.factors import Factor, Floats, Ints
from ablation.numbers import plain
from ablation.report.figures.axes import response_label, scale_axis
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import IN_ALT, short
from ablation.report.figures.style import FAINT, HURTS, INK, SMALL, drawing, jitter, look, new_figure
from ablation.report.ranking import Ranking
from ablation.report.sentences import Wording
from ablation.words import counted, listed

NAMED_CELLS = 40
"""With more cells, they stand side by side without names."""

NAMED_SEEDS = 8


@drawing()
def seeds_strip(ranking: Ranking, seed: Factor, outliers: Sequence[int], words: Wording) -> Picture:
    """Draw every run as a point, coloured by seed, cells from the best to the worst.

    Outliers are circled and named; runs that failed stand at the edge on the worse side.

    Args:
        ranking: the runs by cell.
        seed: which seed (or other block) each run had.
        outliers: places of the runs that the diagnostics call so, worst first.
        words: of the response.
    """
    names = [f"{words.block} {level}".strip() for level in seed.levels]
    upright = len(ranking.names) <= NAMED_CELLS
    figure = new_figure(1.5 + 0.26 * len(ranking.names) if upright else 4.2)
    axes = figure.add_subplot()
    place = ranking.cell + (0.3 if upright else 0.0) * jitter(len(seed.codes))
    _draw(axes, ranking, seed.codes, len(names), place, upright)
    _draw_means(axes, ranking, upright)
    _draw_failed(axes, ranking, place, words.direction, upright)
    _name_axes(axes, ranking, words, upright)
    _name_outliers(axes, ranking, [names[code] for code in seed.codes], outliers, place, upright)
    figure.legend(
        handles=_legend(ranking, names, words), loc="outside upper left", ncols=4, borderaxespad=0.2
    )
    where = "on top" if upright else "at the left"
    title = f"Every run: {short(words.response, IN_ALT)} by cell, the best {where}"
    return Picture("seeds", title, _alt(ranking, seed, names, outliers, words), figure)


def _draw(axes: Axes, cells: Ranking, codes: Ints, n_seeds: int, place: Floats, upright: bool) -> None:
    many = n_seeds > NAMED_SEEDS
    for code in range(n_seeds):
        here = (codes == code) & ~cells.failed
        style = look(0 if many else code)
        xy = (cells.values[here], place[here]) if upright else (place[here], cells.values[here])
        axes.plot(
            *xy, style.marker, color=style.colour, ms=6 if upright else 4.5, mew=0,
            alpha=0.5 if many else 0.85, rasterized=len(codes) > 2000, zorder=3,
        )  # fmt: skip


def _draw_means(axes: Axes, cells: Ranking, upright: bool) -> None:
    for i in range(cells.n_known):
        ends, mean = [i - 0.38, i + 0.38], [cells.means[i]] * 2
        axes.plot(*((mean, ends) if upright else (ends, mean)), color=INK, lw=1.6, zorder=4)


def _draw_failed(axes: Axes, cells: Ranking, place: Floats, direction: str, upright: bool) -> None:
    """Failed runs at the edge on the worse side, in axis coordinates."""
    edge = 1.0 if direction == "lower" else 0.0
    failed = place[cells.failed]
    if len(failed):
        transform = axes.get_yaxis_transform() if upright else axes.get_xaxis_transform()
        at = np.full(len(failed), edge)
        xy = (at, failed) if upright else (failed, at)
        axes.plot(*xy, "x", transform=transform, color=HURTS, ms=7, mew=2, clip_on=False, zorder=5)


def _name_outliers(
    axes: Axes, cells: Ranking, seeds: Sequence[str], far: Sequence[int], place: Floats, upright: bool
) -> None:
    for i in far:
        xy = (cells.values[i], place[i]) if upright else (place[i], cells.values[i])
        cell = "" if upright else f"{short(cells.names[cells.cell[i]], 22)}, "
        left = axes.transAxes.inverted().transform(axes.transData.transform(xy))[0] < 0.5
        axes.annotate(
            f"{cell}{short(seeds[i], 14)}", xy, xytext=(8, 0) if left else (-8, 0), fontsize=SMALL,
            textcoords="offset points", va="center", ha="left" if left else "right", zorder=6,
        )  # fmt: skip
        axes.plot(*xy, "o", ms=11, mfc="none", mec=INK, mew=1.2, zorder=5)


def _name_axes(axes: Axes, cells: Ranking, words: Wording, upright: bool) -> None:
    n = len(cells.names)
    scale_axis(axes, "x" if upright else "y", cells.values)
    axes.grid(axis="x" if upright else "y")
    if upright:
        axes.set_yticks(range(n), [short(name, 34) for name in cells.names], fontsize=SMALL)
        axes.set_ylim(n - 0.4, -0.6)
        axes.set_xlabel(response_label(words))
        axes.hlines(range(n), 0, 1, transform=axes.get_yaxis_transform(), color=FAINT, lw=0.6, zorder=0)
    else:
        axes.set_xlim(-1, n)
        axes.set_xlabel(f"{n} cells, from the best to the worst")
        axes.set_ylabel(response_label(words))


def _legend(cells: Ranking, names: list[str], words: Wording) -> list[Line2D]:
    handles = []
    if len(names) <= NAMED_SEEDS:
        for i, name in enumerate(names):
            style = look(i)
            label = short(name, 14) or "one run"
            handles.append(Line2D([], [], ls="", marker=style.marker, ms=6, color=style.colour, label=label))
    else:
        label = f"{len(names)} {words.blocks}"
        handles.append(Line2D([], [], ls="", marker="o", color=look(0).colour, label=label))
    handles.append(Line2D([], [], color=INK, lw=1.6, label=words.mean_kind))
    if cells.failed.any():
        handles.append(Line2D([], [], ls="", marker="x", color=HURTS, ms=7, mew=2, label="failed run"))
    return handles


def _alt(cells: Ranking, seed: Factor, names: list[str], far: Sequence[int], words: Wording) -> str:
    best, worst = 0, cells.n_known - 1
    each = f" and {len(names)} {words.blocks}" if len(names) > 1 else ""
    text = (
        f"{counted(int((~cells.failed).sum()), 'run')} of {counted(len(cells.names), 'cell')}{each}: "
        f"{short(words.response, IN_ALT)}, {words.direction} is better. Best {words.mean_kind} "
        f"{plain(float(cells.means[best]))} ({short(cells.names[best], IN_ALT)}), worst "
        f"{plain(float(cells.means[worst]))} ({short(cells.names[worst], IN_ALT)})."
    )
    if cells.failed.any():
        which = sorted({short(cells.names[c], 40) for c in cells.cell[cells.failed]})
        text += f" {counted(int(cells.failed.sum()), 'run')} failed ({listed(which, 4, '; ')})."
    said = [
        f"{short(cells.names[cells.cell[i]], IN_ALT)}, {names[seed.codes[i]]}: {plain(cells.values[i])}"
        for i in far
    ]
    return text + (f" Outliers: {listed(said, between='; ')}." if said else "")
