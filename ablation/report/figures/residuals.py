"""Four looks at the residuals: is the model fit to be believed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Factor, Floats
from ablation.analysis.diagnostics.checks import MAX_COOKS_DISTANCE
from ablation.numbers import plain
from ablation.report.figures.axes import name_levels, scale_axis
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import IN_ALT, short
from ablation.report.figures.style import HURTS, INK, MUTED, SMALL, drawing, jitter, looks, new_figure
from ablation.report.sentences import Wording

MAX_VECTOR = 2000
"""With more points than this an SVG gets a bitmap of them."""


@drawing()
def residuals(analysis: Analysis, words: Wording) -> Picture | None:
    """Draw residuals against fits and normal quantiles, their spread by level, and Cook's distances.

    None for a perfect fit and for a design without an error estimate.

    Args:
        analysis: whose main model is looked at.
        words: of the response.
    """
    if not analysis.fit.variance > 0:
        return None
    table = analysis.diagnostics.influence
    figure = new_figure(5.6)
    grid = figure.subplots(2, 2)
    unit = " (log scale)" if analysis.scaling.is_log else ""
    _against_fit(grid[0, 0], table, unit)
    _against_normal(grid[0, 1], table)
    _by_level(grid[1, 0], analysis, words)
    _influence(grid[1, 1], table)
    for axes in grid.ravel():
        axes.title.set_position((0, 1))
        axes.tick_params(labelsize=SMALL)
        axes.xaxis.label.set_size(10)
        axes.yaxis.label.set_size(10)
    return Picture("residuals", "Residuals of the main model", _alt(analysis, table, words), figure)


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    values: Floats = table[column].to_numpy(dtype=np.float64)
    return values


def _points(axes: Axes, x: Floats, y: Floats) -> None:
    axes.plot(x, y, "o", ms=4, color=INK, alpha=0.55, mew=0, rasterized=len(x) > MAX_VECTOR)


def _against_fit(axes: Axes, table: pd.DataFrame, unit: str) -> None:
    fitted, residual = _numbers(table, "fitted"), _numbers(table, "residual")
    axes.axhline(0, color=MUTED, lw=1)
    _points(axes, fitted, residual)
    scale_axis(axes, "x", fitted, log=False)
    scale_axis(axes, "y", residual, log=False)
    axes.set_xlabel(f"fitted{unit}")
    axes.set_ylabel("residual")
    axes.set_title("A cloud without shape?", fontsize=10, loc="left")


def _against_normal(axes: Axes, table: pd.DataFrame) -> None:
    """QQ plot with the line through the quartiles, as R's `qqline` draws it."""
    x, y = _numbers(table, "normal_quantile"), _numbers(table, "residual")
    (x1, x3), (y1, y3) = np.quantile(x, [0.25, 0.75]), np.quantile(y, [0.25, 0.75])
    slope = (y3 - y1) / (x3 - x1) if x3 > x1 else 0.0
    ends = np.array([x.min(), x.max()])
    axes.plot(ends, y1 + slope * (ends - x1), color=MUTED, lw=1)
    _points(axes, x, y)
    scale_axis(axes, "x", x, log=False)
    scale_axis(axes, "y", y, log=False)
    axes.set_xlabel("normal quantile")
    axes.set_ylabel("residual")
    axes.set_title("Normal: on the line?", fontsize=10, loc="left")


def widest_factor(analysis: Analysis) -> Factor | None:
    """The factor whose levels differ most clearly in spread (Brown-Forsythe), else the first."""
    spread = analysis.diagnostics.spread
    by_name = {f.name: f for f in analysis.runs.factors}
    known = spread.dropna(subset=["p"])
    if len(known):
        return by_name[known.loc[known["p"].idxmin(), "factor"]]
    return next(iter(by_name.values()), None)


def _by_level(axes: Axes, analysis: Analysis, words: Wording) -> None:
    """Residuals by level of the factor whose levels differ most in spread; a bar is one SD either way."""
    residual = analysis.fit.residuals / analysis.fit.root_weights
    factor = widest_factor(analysis)
    if factor is None:  # only numbers: spread against the fit instead
        fitted = analysis.fit.y - residual
        _points(axes, fitted, np.sqrt(np.abs(residual)))
        axes.set_xlabel("fitted")
        axes.set_ylabel("√|residual|")
        axes.set_title("Same spread along the fit?", fontsize=10, loc="left")
        return
    levels = factor.levels[:10]
    look_of = looks(next(f.levels for f in analysis.selection.attempted.factors if f.name == factor.name))
    offsets = 0.5 * jitter(len(residual))
    for x, level in enumerate(levels):
        here = factor.codes == x
        style = look_of[level]
        axes.plot(
            x + offsets[here], residual[here], style.marker, ms=4, color=style.colour, alpha=0.6, mew=0,
            rasterized=len(residual) > MAX_VECTOR,
        )  # fmt: skip
        sd = float(residual[here].std())
        axes.plot([x + 0.36] * 2, [-sd, sd], color=INK, lw=2)
    scale_axis(axes, "y", residual, log=False)
    axes.set_xlim(-0.5, len(levels) - 0.4)
    name_levels(axes, [short(level, 12) for level in levels], room=28)
    axes.set_xlabel(short(words.labels.get(factor.name, factor.name), 26))
    axes.set_ylabel("residual")
    axes.set_title("Same spread? (bar: ±1 SD)", fontsize=10, loc="left")


def _influence(axes: Axes, table: pd.DataFrame) -> None:
    distance = np.nan_to_num(_numbers(table, "cooks_distance"), nan=0.0, posinf=0.0)
    axes.vlines(np.arange(len(distance)), 0, distance, color=INK, lw=1, rasterized=len(distance) > MAX_VECTOR)
    top = float(distance.max())
    if top > 0.5 * MAX_COOKS_DISTANCE:
        axes.axhline(MAX_COOKS_DISTANCE, color=HURTS, lw=1, ls="--")
    scale_axis(axes, "y", np.array([0.0, max(top, 1e-12)]), log=False)
    axes.set_ylim(bottom=0)
    worst = int(distance.argmax())
    axes.annotate(
        f"run {short(table['run'].iloc[worst], 10)}", (worst, top), xytext=(0, 3), fontsize=SMALL,
        textcoords="offset points", ha="left" if worst < len(distance) / 2 else "right",
    )  # fmt: skip
    axes.set_xlabel("run, in the order of the table")
    axes.set_ylabel("Cook's distance")
    axes.set_title("One run moves the fit?", fontsize=10, loc="left")


def _alt(analysis: Analysis, table: pd.DataFrame, words: Wording) -> str:
    residual = _numbers(table, "residual")
    text = (
        f"Residuals of {analysis.fit.n} runs: standard deviation {plain(float(residual.std()))}, from "
        f"{plain(float(residual.min()))} to {plain(float(residual.max()))}."
    )
    spread = analysis.diagnostics.spread
    factor = widest_factor(analysis)
    for row in spread[spread["factor"] == factor.name].to_dict("records") if factor else []:
        if np.isfinite(row["sd_ratio"]):
            name, widest = words.factor(row["factor"]), short(row["widest"], IN_ALT)
            text += f" Spread differs most by {name}: {plain(row['sd_ratio'])} times, widest at {widest}."
    distance = _numbers(table, "cooks_distance")
    if np.isfinite(distance).any():
        worst = int(np.nanargmax(distance))
        run, cell = short(table["run"].iloc[worst]), short(words.cell(analysis.runs.levels(worst)), IN_ALT)
        text += f" Largest Cook's distance {plain(float(distance[worst]))}: run {run}, {cell}."
    return text
