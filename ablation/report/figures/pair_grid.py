"""The interaction grid: how the effect of one factor depends on another, pair by pair."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Floats, Predictor
from ablation.analysis.model.means import mean_row
from ablation.analysis.tables.anova import group_name, tested_interactions
from ablation.numbers import p_text, plain
from ablation.report.figures.axes import name_levels, response_label, scale_axis
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import IN_ALT, cut_together, short
from ablation.report.figures.style import INK, MUTED, SMALL, WIDTH, Look, drawing, filling, looks, new_figure
from ablation.report.sentences import Wording
from ablation.words import counted, listed

MAX_PANELS, ENOUGH = 12, 6
"""At most so many pairs, and so many if fewer are significant."""

MAX_LEVELS = 10

TITLE = 26
"""Room for the names of both factors above a panel, in characters."""


@dataclass(frozen=True)
class Pair:
    """Two predictors: means (points of x by points of lines) of the response, and the test."""

    x: Predictor
    lines: Predictor
    means: Floats
    p: float
    significant: bool


@drawing()
def interactions(analysis: Analysis, words: Wording) -> Picture | None:
    """Draw estimated means of pairs of factors, smallest p first; faint and hollow where not significant.

    Args:
        analysis: whose interactions are shown.
        words: of the response.
    """
    pairs = _pairs(analysis)
    if not pairs:
        return None
    n_clear = sum(pair.significant for pair in pairs)
    shown = pairs[: min(MAX_PANELS, max(ENOUGH, n_clear))]
    look_of = {part.name: looks(part.points) for part in analysis.selection.attempted.predictors}
    n_columns = min(2, len(shown))
    n_rows = math.ceil(len(shown) / n_columns)
    figure = new_figure(0.4 + 2.75 * n_rows, WIDTH if n_columns == 2 else 4.2)
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    values = np.concatenate([pair.means.ravel() for pair in shown])
    for axes, pair in zip(grid.ravel(), shown, strict=False):
        scale_axis(axes, "y", values)
        _draw(axes, pair, words, look_of[pair.lines.name])
    for axes in grid.ravel()[len(shown) :]:
        axes.remove()
    figure.supylabel(response_label(words), fontsize=11)
    response = short(words.response, IN_ALT)
    title = f"Interactions: {response} by pairs of components, p adjusted (Benjamini-Hochberg)"
    if len(shown) < len(pairs):
        title += f" (the {len(shown)} clearest of {len(pairs)})"
    return Picture("interactions", title, _alt(pairs, len(shown), words, analysis.request.alpha), figure)


def _pairs(analysis: Analysis) -> list[Pair]:
    """Pairs whose interaction is in the model, smallest p first; of numbers, the ends of their range."""
    table, alpha = analysis.interactions, analysis.request.alpha
    tested = dict(zip(table["term"], table["p_adjusted"].astype(float), strict=True))
    groups = tested_interactions(analysis.fit)
    p_of = {term.name: tested[group_name(group)] for group in groups for term in group}
    predictors = analysis.runs.predictors
    pairs = []
    for term in analysis.fit.matrix.terms:
        if term.order != 2:
            continue
        a, b = sorted(term.members, key=lambda i: (-len(predictors[i].points), i))
        p = p_of[term.name]
        pairs.append(Pair(predictors[a], predictors[b], _means(analysis, a, b), p, p < alpha))
    known = [pair for pair in pairs if np.isfinite(pair.means).any()]
    return sorted(known, key=lambda pair: pair.p if pair.p == pair.p else 2.0)


def _means(analysis: Analysis, a: int, b: int) -> Floats:
    """Estimated mean response at each pair of points, (points of a x points of b)."""
    predictors = analysis.runs.predictors
    shape = len(predictors[a].points), len(predictors[b].points)
    L = [mean_row(analysis.fit, predictors, {a: i, b: j}) for i, j in np.ndindex(shape)]
    found = analysis.fit.estimates(np.array(L)).estimate + analysis.scaling.shift
    means: Floats = analysis.scaling.back(found).reshape(shape)
    return means


def _draw(axes: Axes, pair: Pair, words: Wording, look_of: dict[str, Look]) -> None:
    n = min(len(pair.x.points), MAX_LEVELS)
    for j, level in enumerate(pair.lines.points[:MAX_LEVELS]):
        style = look_of[level]
        axes.plot(
            range(n), pair.means[:n, j], color=style.colour, marker=style.marker, ms=6, mew=1.3,
            lw=2 if pair.significant else 1, alpha=1 if pair.significant else 0.75,
            label=short(level, 12), **filling(style.colour, pair.significant),
        )  # fmt: skip
    name_levels(axes, [short(level, 12) for level in pair.x.points[:n]], room=28)
    axes.set_xlim(-0.25, n - 0.75)
    axes.grid(axis="y")
    axes.tick_params(labelsize=SMALL)
    x, lines = cut_together([words.factor(part.name) for part in (pair.x, pair.lines)], TITLE)
    weight = "bold" if pair.significant else "normal"
    axes.set_title(
        f"{x} × {lines}\n{p_text(pair.p)}", fontsize=10, fontweight=weight,
        color=INK if pair.significant else MUTED, loc="left",
    )  # fmt: skip
    axes.legend(handles=axes.get_lines(), title=lines, title_fontsize=SMALL, handlelength=1.4, loc="best")


def _alt(pairs: list[Pair], n_shown: int, words: Wording, alpha: float) -> str:
    n_clear = sum(pair.significant for pair in pairs)
    names = [words.term([pair.x.name, pair.lines.name]) for pair in pairs]
    tests = [f"{name} {p_text(pair.p)}" for name, pair in zip(names, pairs, strict=True)]
    text = (
        f"{n_clear} of {counted(len(pairs), 'interaction')} significant (Benjamini-Hochberg, {alpha:g}). "
        f"Estimated means of {short(words.response, IN_ALT)}: {listed(tests[:n_shown], between='; ')}. "
        f"{names[0]}: {listed(_corners(pairs[0]), between='; ')}."
    )
    left = tests[n_shown:]
    return f"{text} Not drawn: {listed(left, between='; ')}." if left else text


def _corners(pair: Pair) -> list[str]:
    """The means at the first and last levels, in words."""
    x, lines = ([short(level, 24) for level in part.points] for part in (pair.x, pair.lines))
    return [f"{x[i]} and {lines[j]} {plain(float(pair.means[i, j]))}" for i in (0, -1) for j in (0, -1)]
