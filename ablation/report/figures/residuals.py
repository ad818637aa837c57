"""Four plots of the residuals, to check the model."""

import numpy as np
import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Factor, Floats
from ablation.analysis.diagnostics.checks import MAX_COOKS_DISTANCE
from ablation.numbers import plain
from ablation.report.figures.plot import Marks, Note, Plot, colour, jitter, symbol
from ablation.report.figures.short_text import IN_ALT, short, told_apart
from ablation.report.figures.ticks import Axis, around, from_zero, named
from ablation.report.sentences import Wording


def residuals(analysis: Analysis, words: Wording) -> list[Plot]:
    """Residuals against fits and normal quantiles, their spread by level, and Cook's distances.

    None for a perfect fit and for a design without an error estimate.
    """
    if not analysis.fit.variance > 0:
        return []
    table = analysis.diagnostics.influence
    scale = analysis.scaling
    unit = " (log scale)" if scale.is_log else " (log-odds)" if scale.is_logit else ""
    return [
        _against_fit(analysis, table, unit), _against_normal(table), _by_level(analysis, words),
        _influence(analysis, table, words),
    ]  # fmt: skip


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    values: Floats = table[column].to_numpy(dtype=np.float64)
    return values


def _residual_axis(values: Floats) -> Axis:
    return around(values, "residual", False)


def _against_fit(analysis: Analysis, table: pd.DataFrame, unit: str) -> Plot:
    fitted, residual = _numbers(table, "fitted"), _numbers(table, "residual")
    alt = (
        f"Residuals of {analysis.fit.n} runs: standard deviation {plain(float(residual.std()))}, from "
        f"{plain(float(residual.min()))} to {plain(float(residual.max()))}."
    )
    marks = [Marks("across", y=[0.0], look="mute thin"), Marks("points", fitted, residual, "run ink", size=3)]
    title = "Residuals against fitted values: a cloud without shape?"
    return Plot(
        "residuals_fit", title, alt, around(fitted, f"fitted{unit}", False), _residual_axis(residual), marks
    )


def _against_normal(table: pd.DataFrame) -> Plot:
    """QQ plot with the line through the quartiles, as R's `qqline` draws it."""
    x, y = _numbers(table, "normal_quantile"), _numbers(table, "residual")
    (x1, x3), (y1, y3) = np.quantile(x, [0.25, 0.75]), np.quantile(y, [0.25, 0.75])
    slope = (y3 - y1) / (x3 - x1) if x3 > x1 else 0.0
    ends = np.array([x.min(), x.max()])
    line = Marks("line", ends, y1 + slope * (ends - x1), "mute thin", symbol="")
    marks = [line, Marks("points", x, y, "run ink", size=3)]
    alt = f"Quantiles of {len(x)} residuals against normal ones, with the line through the quartiles."
    title = "Residuals against normal quantiles: on the line?"
    return Plot("residuals_normal", title, alt, around(x, "normal quantile", False), _residual_axis(y), marks)


def widest_factor(analysis: Analysis) -> Factor | None:
    """The factor whose levels differ most clearly in spread (Brown-Forsythe), else the first."""
    spread = analysis.diagnostics.spread
    by_name = {f.name: f for f in analysis.runs.factors}
    known = spread.dropna(subset=["p"])
    if len(known):
        return by_name[known.loc[known["p"].idxmin(), "factor"]]
    return next(iter(by_name.values()), None)


def _by_level(analysis: Analysis, words: Wording) -> Plot:
    """Residuals by level of the factor whose levels differ most in spread; a bar is one SD either way."""
    residual = analysis.fit.residuals / analysis.fit.root_weights
    factor = widest_factor(analysis)
    if factor is None:  # only numbers: spread against the fit instead
        fitted, size = analysis.fit.y - residual, np.sqrt(np.abs(residual))
        alt = f"The square root of the size of {len(fitted)} residuals against fitted values."
        marks = [Marks("points", fitted, size, "run ink", size=3)]
        title = "Same spread along the fit?"
        axes = around(fitted, "fitted", False), around(size, "√|residual|", False)
        return Plot("residuals_spread", title, alt, *axes, marks)
    levels = factor.levels[:10]
    every = next(f.levels for f in analysis.selection.attempted.factors if f.name == factor.name)
    offsets, sds = 0.5 * jitter(len(residual)), []
    marks = []
    for x, level in enumerate(levels):
        here, at = factor.codes == x, every.index(level)
        marks.append(Marks("points", x + offsets[here], residual[here], f"run {colour(at)}", symbol(at), 3))
        sds.append(float(residual[here].std()))
    sd = np.array(sds)
    marks.append(Marks("bars", np.arange(len(levels)) + 0.36, -sd, high=sd, label="±1 SD"))
    axis = named(told_apart(levels, 14), short(words.labels.get(factor.name, factor.name), 26))
    alt = f"Residuals by level of {words.factor(factor.name)}."
    spread = analysis.diagnostics.spread
    for row in spread[spread["factor"] == factor.name].to_dict("records"):
        if np.isfinite(row["sd_ratio"]):
            widest = short(row["widest"], IN_ALT)
            alt += f" The spread differs {plain(row['sd_ratio'])} times, widest at {widest}."
    title = f"Residuals by {words.factor(factor.name)}: the same spread?"
    return Plot("residuals_spread", title, alt, axis, _residual_axis(residual), marks)


def _influence(analysis: Analysis, table: pd.DataFrame, words: Wording) -> Plot:
    distance = np.nan_to_num(_numbers(table, "cooks_distance"), nan=0.0, posinf=0.0)
    top, x = float(distance.max()), np.arange(len(distance), dtype=float)
    worst = int(distance.argmax())
    run, cell = short(table["run"].iloc[worst], 10), short(words.cell(analysis.runs.levels(worst)), IN_ALT)
    tall = np.flatnonzero(distance > 0.01 * top) if len(x) > 500 else np.arange(len(x))
    marks = [Marks("bars", x[tall], np.zeros(len(tall)), "ink thin", high=distance[tall])]
    if top > 0.5 * MAX_COOKS_DISTANCE:
        marks.append(Marks("across", y=[MAX_COOKS_DISTANCE], look="hurts dash"))
    y = from_zero(max(top, 1e-12), "Cook's distance")
    anchor = "" if worst < len(distance) / 2 else "end"
    notes = [Note(worst, top, f"run {run}", anchor, dx=0, dy=-4)]
    alt = f"Cook's distances of {len(x)} runs. Largest Cook's distance {plain(top)}: run {run}, {cell}."
    title = "Cook's distance: does one run move the fit?"
    axis = around(x, "run, in the order of the table", False)
    return Plot("residuals_influence", title, alt, axis, y, marks, notes)
