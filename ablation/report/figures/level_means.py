"""Marginal means over the runs they summarise, one figure per factor."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Covariate, Factor
from ablation.analysis.model.means import mean_row
from ablation.analysis.probability.distributions import t_quantile
from ablation.numbers import plain
from ablation.report.figures.axes import name_levels, response_label, scale_axis
from ablation.report.figures.forest import significant_levels
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import IN_ALT, short, stem
from ablation.report.figures.style import INK, MUTED, SMALL, drawing, filling, jitter, look, looks, new_figure
from ablation.report.sentences import Wording
from ablation.words import listed

ALL_LEVELS = 40
"""More levels than this do not fit; the first are shown."""


def marginal_means(analysis: Analysis, words: Wording) -> list[Picture]:
    """Draw, for each factor, the mean of each level with its interval over the runs behind it.

    A mean is hollow where its level is not told apart from the reference (Holm).

    Args:
        analysis: whose marginal means are shown.
        words: of the response.
    """
    pictures = []
    for part in analysis.runs.predictors:
        draw = _of_factor if isinstance(part, Factor) else _of_number
        name = words.labels.get(part.name, part.name)
        pictures.append(draw(analysis, part, name, words))  # type: ignore[arg-type]
    return pictures


@drawing()
def _of_factor(analysis: Analysis, factor: Factor, name: str, words: Wording) -> Picture:
    table = analysis.marginal_means
    rows = table[table["factor"] == factor.name].set_index("level")
    levels = factor.levels[:ALL_LEVELS]
    look_of = looks(next(f.levels for f in analysis.selection.attempted.factors if f.name == factor.name))
    clear = significant_levels(analysis)
    figure = new_figure(3.6 if len(levels) < 9 else 4.2)
    axes = figure.add_subplot()
    offsets = 0.5 * jitter(len(factor.codes))
    said = []
    for x, level in enumerate(levels):
        here = factor.codes == x
        style, row = look_of[level], rows.loc[level]
        axes.plot(
            x + offsets[here] - 0.08, analysis.runs.response[here], style.marker, ms=4.5, alpha=0.45,
            color=style.colour, mew=0, rasterized=len(offsets) > 2000, zorder=2,
        )  # fmt: skip
        low, high, mean = (float(row[k]) for k in ("response_low", "response_high", "response"))
        solid = x == 0 or (factor.name, level) in clear
        axes.plot([x + 0.32] * 2, [low, high], color=INK, lw=2, zorder=3)
        axes.plot(x + 0.32, mean, "D", ms=6, mew=1.5, zorder=4, **filling(INK, solid))
        said.append(_words(short(level, IN_ALT), mean, low, high, int(here.sum())))
    ends = rows.loc[list(levels), ["response", "response_low", "response_high"]].to_numpy(dtype=np.float64)
    _response_axis(axes, analysis, ends, words)
    name_levels(axes, [short(level, 20) for level in levels], room=66)
    axes.set_xlim(-0.5, len(levels) - 0.5 + 0.1)
    axes.set_xlabel(short(name, 40))
    figure.legend(handles=_legend(words), loc="outside upper left", ncols=2, borderaxespad=0.2)
    response, by = short(words.response, IN_ALT), short(name, IN_ALT)
    alt = (
        f"{response} by level of {by}, {words.direction} is better; mean, interval and runs: "
        f"{listed(said, between='; ')}."
    )
    return Picture(f"marginal_means_{stem(name)}", f"{response} by {by}", alt, figure)


def _words(level: str, mean: float, low: float, high: float, n: int) -> str:
    interval = f" ({plain(low)} to {plain(high)})" if np.isfinite(low) else ""
    return f"{level} {plain(mean)}{interval}, n = {n}"


def _response_axis(axes: Axes, analysis: Analysis, ends: np.ndarray, words: Wording) -> None:
    """The response axis around the runs, and around the intervals unless these are far wider."""
    runs = analysis.runs.response
    room = 1.5 * np.ptp(runs) or abs(float(runs[0])) or 1.0
    near = ends[np.isfinite(ends) & (ends > runs.min() - room) & (ends < runs.max() + room)]
    scale_axis(axes, "y", np.concatenate([runs, near]))
    axes.grid(axis="y")
    axes.set_ylabel(response_label(words))


def _legend(words: Wording) -> list[Line2D]:
    return [
        Line2D([], [], ls="", marker="o", ms=5, color=MUTED, alpha=0.6, label="one run"),
        Line2D([], [], marker="D", ms=6, lw=2, color=INK, label=f"{words.mean_kind}, {words.level} interval"),
        Line2D(
            [], [], marker="D", ms=6, lw=2, color=INK, mfc="white", label="not told apart from the reference"
        ),
    ]


@drawing()
def _of_number(analysis: Analysis, part: Covariate, name: str, words: Wording) -> Picture:
    """Runs over a factor that enters as a number, and the fitted line at the mean of the other factors."""
    fit, values = analysis.fit, part.values
    at = (np.geomspace if part.is_log else np.linspace)(values.min(), values.max(), 41)
    L = np.tile(mean_row(fit, analysis.runs.predictors, {}), (len(at), 1))
    index = analysis.runs.predictors.index(part)
    column = next(t for t in fit.matrix.terms if t.members == {index}).columns
    L[:, column] = part.code(at)
    found = fit.estimates(L)
    middle = found.estimate + analysis.scaling.shift
    half_width = t_quantile(1 - analysis.request.alpha / 2, fit.df_resid) * found.se
    line, low, high = (analysis.scaling.back(y) for y in (middle, middle - half_width, middle + half_width))
    figure = new_figure(3.6)
    axes = figure.add_subplot()
    style = look(0)
    axes.plot(values, analysis.runs.response, style.marker, ms=4.5, alpha=0.45, color=style.colour, mew=0)
    axes.plot(at, line, color=INK, lw=2)
    if np.isfinite(low).all():
        axes.fill_between(at, low, high, color=INK, alpha=0.12, lw=0)
    _response_axis(axes, analysis, np.array([line, low, high]), words)
    scale_axis(axes, "x", values, log=part.is_log)
    axes.set_xlabel(short(name, 40))
    clear = (part.name, part.points[-1]) in significant_levels(analysis)
    verdict = "significant" if clear else "not significant"
    axes.set_title(f"line: fitted slope ({verdict}, Holm)", fontsize=SMALL, loc="left", color=MUTED)
    first, last = (f"{plain(float(line[i]))} at {at[i]:g}" for i in (0, -1))
    response, by = short(words.response, IN_ALT), short(name, IN_ALT)
    alt = (
        f"{response} over {by} in {fit.n} runs, {words.direction} is better; the fitted line goes from "
        f"{first} to {last}; its slope is {verdict}."
    )
    return Picture(f"marginal_means_{stem(name)}", f"{response} by {by}", alt, figure)
