"""The forest plot: every verdict's effect with its interval, and the margin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Factor
from ablation.report.figures.names import (
    IN_ALT,
    contrast_name,
    factor_names,
    listed,
    number,
    p_text,
    percent,
    short,
)
from ablation.report.figures.picture import Picture
from ablation.report.figures.scales import quantity, relative_ticks, tick
from ablation.report.figures.style import BAND, HURTS, INK, KEEP, MUTED, NEUTRAL, drawing, filling, new_figure
from ablation.report.sentences import verdict_words

MAX_ROWS = 100
"""A taller figure is no longer read; the table beside it has all rows."""

_COLOUR = {"keep": KEEP, "hurts": HURTS, "better": KEEP, "worse": HURTS}
_BOLD = ("keep", "hurts")


@dataclass(frozen=True)
class Effect:
    """One row: numbers on the analysis scale, NaN where unknown; `words` is the longer name."""

    name: str
    words: str
    within: str
    estimate: float
    low: float
    high: float
    p: float
    verdict: str
    significant: bool


@drawing()
def effects_forest(analysis: Analysis, response: str, direction: str) -> Picture | None:
    """Draw one row per verdict: level − reference with its interval, hollow when not significant (Holm).

    Args:
        analysis: whose verdicts are shown.
        response: what was measured.
        direction: which values are better, `lower` or `higher`.
    """
    every = _effects(analysis)
    if not every:
        return None
    shown = every if len(every) <= MAX_ROWS else sorted(every, key=_rank)[:MAX_ROWS]
    figure = new_figure(
        1.5
        + (0.42 if any(e.within or e.verdict != verdict_words(e.verdict) for e in shown) else 0.34)
        * len(shown)
    )
    axes = figure.add_subplot()
    band = analysis.scaling.margin(analysis.request.margin) if analysis.request.margin else None
    low, high = x_limits(shown, band)
    if band:
        axes.axvspan(max(band[0], low), min(band[1], high), color=BAND, lw=0, zorder=0)
    axes.axvline(0, color=MUTED, lw=1, zorder=1)
    for y, effect in enumerate(shown):
        _draw(axes, y, effect, (low, high))
    _name_rows(axes, shown)
    _name_x(axes, (low, high), analysis.scaling.is_log, response, direction)
    figure.legend(handles=_legend(analysis, shown), loc="outside upper left", ncols=2, borderaxespad=0.2)
    title = f"What each component does to {short(response, IN_ALT)}, with {_level(analysis)} intervals"
    if len(shown) < len(every):
        title += f" (the {len(shown)} clearest of {len(every)})"
    return Picture("effects", title, _alt(analysis, every, response, direction), figure)


def _effects(analysis: Analysis) -> list[Effect]:
    table, alpha = analysis.verdicts, analysis.request.alpha
    called = factor_names(analysis.request.factors)
    sizes = {p.name: len(p.levels) if isinstance(p, Factor) else 0 for p in analysis.runs.predictors}
    return [_effect(row, called, sizes[row["factor"]], alpha) for row in table.to_dict("records")]


def _effect(row: dict[str, object], called: dict[str, str], n_levels: int, alpha: float) -> Effect:
    factor, within = str(row["factor"]), str(row["within"])
    for name in sorted(called, key=len, reverse=True):
        if within.startswith(f"{name}="):
            within = called[name] + within[len(name) :]
            break
    estimate, low, high, p = (float(str(row[k])) for k in ("estimate", "ci_low", "ci_high", "p_adjusted"))
    contrast = called[factor], str(row["level"]), str(row["reference"]), n_levels
    names = contrast_name(*contrast), contrast_name(*contrast, limit=IN_ALT)
    return Effect(*names, within, estimate, low, high, p, str(row["verdict"]), p < alpha)


def _rank(effect: Effect) -> tuple[float, float]:
    return (effect.p if not math.isnan(effect.p) else 2.0, -abs(np.nan_to_num(effect.estimate)))


def x_limits(effects: list[Effect], band: tuple[float, float] | None) -> tuple[float, float]:
    """Limits that hold all estimates, zero, the margin, and intervals unless one would dwarf all else."""
    points = [0.0, *(band or ())] + [e.estimate for e in effects if math.isfinite(e.estimate)]
    reaches = [abs(end - e.estimate) for e in effects for end in (e.low, e.high)]
    known = [r for r in reaches if math.isfinite(r)]
    reach = min(max(known, default=0.0), max(3 * float(np.median(known or [0])), 1.5 * float(np.ptp(points))))
    ends = [0.0, *points]
    for e in effects:
        if math.isfinite(e.estimate):
            ends += [max(e.low, e.estimate - reach), min(e.high, e.estimate + reach)]
    ends = [end for end in ends if math.isfinite(end)]
    low, high = min(ends), max(ends)
    pad = 0.06 * (high - low) or 1.0
    return low - pad, high + pad


def _draw(axes: Axes, y: int, effect: Effect, limits: tuple[float, float]) -> None:
    """One interval; an arrow where it goes on beyond the plot."""
    colour = _COLOUR.get(effect.verdict, NEUTRAL)
    if math.isnan(effect.estimate):
        axes.text(0, y, " not estimable", va="center", color=MUTED)
        return
    if not math.isnan(effect.low):
        low, high = max(effect.low, limits[0]), min(effect.high, limits[1])
        axes.plot([low, high], [y, y], color=colour, lw=2, solid_capstyle="butt", zorder=2)
        for cut, end, marker in ((effect.low < low, low, "<"), (effect.high > high, high, ">")):
            if cut:
                axes.plot(end, y, marker, color=colour, ms=7, clip_on=False, zorder=3)
    fill = filling(colour, effect.significant)
    axes.plot(effect.estimate, y, "o", ms=7.5, mew=1.6, zorder=4, **fill)


def _name_rows(axes: Axes, shown: list[Effect]) -> None:
    """Names at the left, verdicts at the right; every line by itself, as browsers' fonts differ in width."""
    axes.set_yticks([])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    across = axes.get_yaxis_transform()
    for y, effect in enumerate(shown):
        name: dict[str, Any] = {"transform": across, "ha": "right", "fontsize": 10}
        axes.text(-0.03, y, effect.name, va="bottom" if effect.within else "center", **name)
        if effect.within:
            axes.text(-0.03, y, short(f"at {effect.within}"), va="top", color=MUTED, **name)
        _name_verdict(axes, y, effect)


def _name_verdict(axes: Axes, y: int, effect: Effect) -> None:
    """The verdict in one line, or with what it leaves open in a second."""
    word = verdict_words(effect.verdict) if not math.isnan(effect.estimate) else "unknown"
    first, _, second = word.partition(", ")
    bold = "bold" if effect.verdict in _BOLD else "normal"
    style: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "fontsize": 10}
    colour = _COLOUR.get(effect.verdict, NEUTRAL)
    axes.text(1.03, y, first, va="bottom" if second else "center", color=colour, fontweight=bold, **style)
    if second:
        axes.text(1.03, y, second.replace("by less than the", "<"), va="top", color=MUTED, **style)


def _name_x(axes: Axes, limits: tuple[float, float], is_log: bool, response: str, direction: str) -> None:
    axes.set_xlim(*limits)
    if is_log:
        ticks, unit = relative_ticks(*limits)
    else:
        steps, unit = MaxNLocator(5).tick_values(*limits), ""
        ticks = [(t, tick(t)) for t in steps if limits[0] <= t <= limits[1]]
    axes.set_xticks([x for x, _ in ticks], [text for _, text in ticks])
    axes.grid(axis="x")
    sides = ("← better", "worse →") if direction == "lower" else ("← worse", "better →")
    for x, side, words in ((0.0, "left", sides[0]), (1.0, "right", sides[1])):
        axes.text(x, 1.0, words, transform=axes.transAxes, ha=side, va="bottom", fontsize=10, color=MUTED)
    axes.set_xlabel(f"change of {quantity(response)}{unit}")


def _legend(analysis: Analysis, shown: list[Effect]) -> list[Line2D | Patch]:
    alpha = f"{analysis.request.alpha:g}"
    handles: list[Line2D | Patch] = []
    for significant, words in ((True, f"significant (Holm, {alpha})"), (False, "not significant")):
        if any(e.significant is significant for e in shown):
            fill = filling(INK, significant)
            handles.append(Line2D([], [], ls="", marker="o", ms=7, mew=1.4, label=words, **fill))
    if analysis.request.margin:
        unit = " %" if analysis.scaling.is_log else ""
        words = f"within ±{analysis.request.margin:g}{unit}: too small to matter"
        handles.append(Patch(color=BAND, label=words))
    return handles


def _level(analysis: Analysis) -> str:
    return f"{100 * (1 - analysis.request.alpha):g} %"


def _alt(analysis: Analysis, effects: list[Effect], response: str, direction: str) -> str:
    is_log = analysis.scaling.is_log
    rows = [_words(e, is_log) for e in sorted(effects, key=_rank)]
    margin = analysis.request.margin
    band = f" Margin ±{margin:g}{' %' if is_log else ''}." if margin else ""
    return (
        f"Forest plot: change of {short(response, IN_ALT)} ({direction} is better) by each component, "
        f"{_level(analysis)} intervals.{band} {listed(rows)}."
    )


def _words(effect: Effect, is_log: bool) -> str:
    name = effect.words + (f" at {short(effect.within, IN_ALT)}" if effect.within else "")
    if math.isnan(effect.estimate):
        return f"{name} unknown"
    write = (lambda x: percent(100 * math.expm1(x))) if is_log else number
    change = write(effect.estimate)
    if not math.isnan(effect.low):
        change += f" ({write(effect.low)} to {write(effect.high)})"
    return f"{name} {change}, {p_text(effect.p)}, {verdict_words(effect.verdict)}"


def significant_levels(analysis: Analysis) -> set[tuple[str, str]]:
    """(factor, level) whose mean is told apart from the reference's.

    By the verdict; or, of a factor with verdicts per level of another, by its main effect.
    """
    verdicts, effects = analysis.verdicts, analysis.effects
    split = set(verdicts.loc[verdicts["within"] != "", "factor"])
    clear: set[tuple[str, str]] = set()
    for table in (verdicts[~verdicts["factor"].isin(split)], effects[effects["factor"].isin(split)]):
        found = table[table["p_adjusted"] < analysis.request.alpha]
        clear |= set(zip(found["factor"], found["level"], strict=True))
    return clear
