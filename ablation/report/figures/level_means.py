"""Marginal means over the runs they summarise, one figure per factor."""

from collections.abc import Callable

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Covariate, Factor, Floats, Ints
from ablation.analysis.model.means import mean_row, means_at
from ablation.numbers import plain
from ablation.report.figures.plot import Marks, Plot, colour, jitter, symbol
from ablation.report.figures.short_text import IN_ALT, short, stem, told_apart
from ablation.report.figures.ticks import Axis, around, named, response_label
from ablation.report.sentences import Wording
from ablation.words import listed

ALL_LEVELS = 40
"""More levels than this do not fit; the first are shown."""


def marginal_means(analysis: Analysis, words: Wording, places: Ints | None = None) -> list[Plot]:
    """For each factor, the mean of each level with its interval over the runs behind it.

    A mean is hollow where its level is not told apart from the reference (Holm).

    Args:
        analysis: whose marginal means are shown.
        words: of the response.
        places: of its runs among the study's, (n_runs,).
    """
    runs = np.arange(analysis.n_runs) if places is None else places
    pictures = []
    for part in analysis.runs.predictors:
        draw: Callable[..., Plot] = _of_factor if isinstance(part, Factor) else _of_number
        pictures.append(draw(analysis, part, words.labels.get(part.name, part.name), words, runs))
    return pictures


def _of_factor(analysis: Analysis, factor: Factor, name: str, words: Wording, runs: Ints) -> Plot:
    table = analysis.marginal_means
    rows = table[table["factor"] == factor.name].set_index("level")
    levels = factor.levels[:ALL_LEVELS]
    every = next(f.levels for f in analysis.selection.attempted.factors if f.name == factor.name)
    clear = significant_levels(analysis)
    offsets = 0.5 * jitter(len(factor.codes))
    numbers = rows.loc[list(levels), ["response", "response_low", "response_high"]].to_numpy(np.float64)
    marks, said, tips = [], [], []
    for x, level in enumerate(levels):
        here, at = np.flatnonzero(factor.codes == x), every.index(level)
        y = analysis.runs.response[here]
        look = f"run {colour(at)}"
        marks.append(Marks("points", x + offsets[here] - 0.1, y, look, symbol(at), 3, runs=runs[here]))
        mean, low, high = map(float, numbers[x])
        tips.append(_words(short(level, IN_ALT), mean, low, high))
        said.append(f"{tips[-1]}, n = {len(here)}")
    place = np.arange(len(levels)) + 0.32
    kind = f"{words.mean_kind}, {words.level} interval"
    marks.append(Marks("bars", place, numbers[:, 1], high=numbers[:, 2], label=kind))
    solid = np.array([x == 0 or (factor.name, level) in clear for x, level in enumerate(levels)])
    for is_solid, look in ((True, "ink"), (False, "ink hollow")):
        here = np.flatnonzero(solid == is_solid)
        label = "" if is_solid or not len(here) else "not told apart from the reference"
        shown = [tips[i] for i in here]
        marks.append(Marks("points", place[here], numbers[here, 0], look, "D", label=label, tips=shown))
    response, by = short(words.response, IN_ALT), short(name, IN_ALT)
    alt = (
        f"{response} by level of {by}, {words.direction} is better; mean, interval and runs: "
        f"{listed(said, between='; ')}."
    )
    axis = named(told_apart(levels, 20), short(name, 40))
    width = max(380.0, 34.0 * len(levels))
    return Plot(
        f"marginal_means_{stem(name)}", f"{response} by {by}", alt, axis, _response(analysis, numbers, words),
        marks, width=width,
    )  # fmt: skip


def _words(level: str, mean: float, low: float, high: float) -> str:
    interval = f" ({plain(low)} to {plain(high)})" if np.isfinite(low) else ""
    return f"{level} {plain(mean)}{interval}"


def _response(analysis: Analysis, ends: Floats, words: Wording) -> Axis:
    """The axis around the runs, and around the intervals unless these are far wider."""
    runs = analysis.runs.response
    room = 1.5 * np.ptp(runs) or abs(float(runs[0])) or 1.0
    near = ends[np.isfinite(ends) & (ends > runs.min() - room) & (ends < runs.max() + room)]
    return around(np.concatenate([runs, near]), response_label(words))


def _of_number(analysis: Analysis, part: Covariate, name: str, words: Wording, runs: Ints) -> Plot:
    """Runs over a factor that enters as a number, and the fitted line at the mean of the other factors."""
    fit, values = analysis.fit, part.values
    at = (np.geomspace if part.is_log else np.linspace)(values.min(), values.max(), 41)
    L = np.tile(mean_row(fit.matrix, analysis.runs.predictors, {}), (len(at), 1))
    index = analysis.runs.predictors.index(part)
    column = next(t for t in fit.matrix.terms if t.members == {index}).columns
    L[:, column] = part.code(at)
    line, low, high = means_at(fit, L, analysis.scaling, analysis.request.alpha)
    marks = [Marks("points", values, analysis.runs.response, "run s0", size=3, runs=runs)]
    marks.append(Marks("area", at, low, high=high))
    marks.append(Marks("line", at, line, symbol=""))
    clear = (part.name, part.points[-1]) in significant_levels(analysis)
    verdict = "significant" if clear else "not significant"
    first, last = (f"{plain(float(line[i]))} at {at[i]:g}" for i in (0, -1))
    response, by = short(words.response, IN_ALT), short(name, IN_ALT)
    alt = (
        f"{response} over {by} in {fit.n} runs, {words.direction} is better; the fitted line goes from "
        f"{first} to {last}; its slope is {verdict}."
    )
    return Plot(
        f"marginal_means_{stem(name)}", f"{response} by {by}", alt,
        around(values, short(name, 40), part.is_log), _response(analysis, np.array([line, low, high]), words),
        marks, heading=f"line: fitted slope ({verdict}, Holm)",
    )  # fmt: skip


def significant_levels(analysis: Analysis) -> set[tuple[str, str]]:
    """(factor, level) whose mean is told apart from the reference's.

    By the verdict; or, of a factor with verdicts per level of another, by its main effect.
    """
    verdicts, effects = analysis.verdicts, analysis.effects
    split = {sure.factor for sure in analysis.findings if sure.within}
    clear: set[tuple[str, str]] = set()
    for table in (verdicts[~verdicts["factor"].isin(split)], effects[effects["factor"].isin(split)]):
        sure = table[table["p_adjusted"] < analysis.request.alpha]
        clear |= set(zip(sure["factor"], sure["level"], strict=True))
    return clear
