"""Interactions: means of pairs of factors with their intervals, the clearest pair first."""

from dataclasses import dataclass

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Floats, Predictor
from ablation.analysis.model.means import mean_row, means_at
from ablation.analysis.tables.anova import group_name, tested_interactions
from ablation.numbers import p_text, plain
from ablation.report.figures.plot import Marks, Plot, colour, symbol
from ablation.report.figures.short_text import IN_ALT, cut_together, short, stem, told_apart
from ablation.report.figures.ticks import around, named, response_label
from ablation.report.once import once
from ablation.report.sentences import Wording
from ablation.words import listed

MAX_PAIRS = 120
"""More are not drawn; the table has all."""

MAX_LEVELS = 10

TITLE = 44
"""Room for the names of both factors above a figure, in characters."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two predictors and the test of their interaction.

    Attributes:
        x, lines: the one along x, and the one that has a line a level.
        means, low, high: of the response with intervals, (points of x by points of lines).
        p: adjusted; NaN without a test.
        is_clear: whether it is significant.
    """

    x: Predictor
    lines: Predictor
    means: Floats
    low: Floats
    high: Floats
    p: float
    is_clear: bool


def interactions(analysis: Analysis, words: Wording) -> list[Plot]:
    """Estimated means of every pair in the model, smallest p first; hollow where it is not significant."""
    return [drawn_pair(pair, analysis, words) for pair in pairs(analysis)[:MAX_PAIRS]]


@once
def pairs(analysis: Analysis) -> list[Pair]:
    """Pairs whose interaction is in the model, smallest p first; of numbers, the ends of their range."""
    table, alpha = analysis.interactions, analysis.request.alpha
    tested = dict(zip(table["term"], table["p_adjusted"].astype(float), strict=True))
    groups = tested_interactions(analysis.fit)
    p_of = {term.name: tested[group_name(group)] for group in groups for term in group}
    predictors = analysis.runs.predictors
    drawn = []
    for term in analysis.fit.matrix.terms:
        if term.order != 2:
            continue
        a, b = sorted(term.members, key=lambda i: (-len(predictors[i].points), i))
        p = p_of[term.name]
        drawn.append(Pair(predictors[a], predictors[b], *_means(analysis, a, b), p, p < alpha))
    known = [pair for pair in drawn if np.isfinite(pair.means).any()]
    return sorted(known, key=lambda pair: pair.p if pair.p == pair.p else 2.0)


def _means(analysis: Analysis, a: int, b: int) -> tuple[Floats, Floats, Floats]:
    """Estimated mean response at each pair of points with its interval, (points of a x points of b) each."""
    predictors, fit = analysis.runs.predictors, analysis.fit
    shape = len(predictors[a].points), len(predictors[b].points)
    L = np.array([mean_row(fit.matrix, predictors, {a: i, b: j}) for i, j in np.ndindex(shape)])
    bounds = means_at(fit, L, analysis.scaling, analysis.request.alpha)
    mean, low, high = (values.reshape(shape) for values in bounds)
    return mean, low, high


def drawn_pair(pair: Pair, analysis: Analysis, words: Wording) -> Plot:
    """The means of one pair."""
    n = min(len(pair.x.points), MAX_LEVELS)
    every = {part.name: part.points for part in analysis.selection.attempted.predictors}[pair.lines.name]
    lines, marks = pair.lines.points[:MAX_LEVELS], []
    labels = told_apart(lines, 14)
    for j, level in enumerate(lines):
        at, x = every.index(level), np.arange(n) + 0.1 * (j - (len(lines) - 1) / 2)
        of = colour(at)
        y, low, high = (values[:n, j] for values in (pair.means, pair.low, pair.high))
        marks.append(Marks("bars", x, low, f"{of} thin", high=high))
        marks.append(Marks("line", x, y, of if pair.is_clear else f"{of} thin", symbol=""))
        look = of if pair.is_clear else f"{of} hollow"
        tips = [_tip(pair, i, j, words) for i in range(n)]
        name = f"{short(words.factor(pair.lines.name), 20)}={labels[j]}"
        marks.append(Marks("points", x, y, look, symbol(at), label=name, tips=tips))
    x_name, line_name = cut_together([words.factor(part.name) for part in (pair.x, pair.lines)], TITLE)
    response = short(words.response, IN_ALT)
    title = f"{response} by {x_name} and {line_name}, {words.level} intervals"
    axis = named(told_apart(pair.x.points[:n], 14), x_name)
    return Plot(
        f"interaction_{stem(x_name)}_{stem(line_name)}", title, _alt(pair, words), axis,
        around(_near(pair), response_label(words)), marks,
        heading=f"{x_name} × {line_name}: {p_text(pair.p)}",
    )  # fmt: skip


def _near(pair: Pair) -> Floats:
    """The means, and the ends of intervals that are not far wider than the means are apart."""
    means = pair.means[np.isfinite(pair.means)]
    room = 1.5 * np.ptp(means) or np.inf
    ends = np.concatenate([pair.low.ravel(), pair.high.ravel()])
    near: Floats = ends[(ends > means.min() - room) & (ends < means.max() + room)]
    return np.concatenate([means, near])


def _tip(pair: Pair, i: int, j: int, words: Wording) -> str:
    """One mean in words."""
    at = f"{words.at(pair.x.name, pair.x.points[i])}, {words.at(pair.lines.name, pair.lines.points[j])}"
    low, high = pair.low[i, j], pair.high[i, j]
    interval = f" ({plain(low)} to {plain(high)})" if np.isfinite(low) else ""
    return f"{at}: {plain(float(pair.means[i, j]))}{interval}"


def _alt(pair: Pair, words: Wording) -> str:
    verdict = "significant" if pair.is_clear else "not significant"
    corners = [(i, j) for i in (0, len(pair.x.points) - 1) for j in (0, len(pair.lines.points) - 1)]
    said = [_tip(pair, i, j, words) for i, j in dict.fromkeys(corners)]
    return (
        f"Interaction {words.term([pair.x.name, pair.lines.name])}: {p_text(pair.p)}, {verdict} "
        f"(Benjamini-Hochberg). Estimated means of {short(words.response, IN_ALT)}: "
        f"{listed(said, between='; ')}."
    )
