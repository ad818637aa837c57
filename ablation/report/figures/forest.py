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
from ablation.analysis.verdicts.finding import Finding
from ablation.numbers import p_text
from ablation.report.figures.axes import quantity, relative_ticks, tick
from ablation.report.figures.picture import Picture
from ablation.report.figures.short_text import IN_ALT, contrast_name, short
from ablation.report.figures.style import BAND, HURTS, INK, KEEP, MUTED, NEUTRAL, drawing, filling, new_figure
from ablation.report.sentences import Wording, verdict_lines, verdict_words
from ablation.words import listed

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
def effects_forest(analysis: Analysis, words: Wording) -> Picture | None:
    """Draw one row per verdict: level − reference with its interval, hollow when not significant (Holm).

    Args:
        analysis: whose verdicts are shown.
        words: of the response.
    """
    every = _effects(analysis, words)
    if not every:
        return None
    shown = every if len(every) <= MAX_ROWS else sorted(every, key=_rank)[:MAX_ROWS]
    has_two_lines = any(e.within or verdict_lines(e.verdict)[1] for e in shown)
    figure = new_figure(1.5 + (0.42 if has_two_lines else 0.34) * len(shown))
    axes = figure.add_subplot()
    band = analysis.scaling.margin(analysis.request.margin) if analysis.request.margin else None
    low, high = x_limits(shown, band)
    if band:
        axes.axvspan(max(band[0], low), min(band[1], high), color=BAND, lw=0, zorder=0)
    axes.axvline(0, color=MUTED, lw=1, zorder=1)
    for y, effect in enumerate(shown):
        _draw(axes, y, effect, (low, high))
    _name_rows(axes, shown)
    _name_x(axes, (low, high), words)
    figure.legend(handles=_legend(words, shown), loc="outside upper left", ncols=2, borderaxespad=0.2)
    title = f"What each component does to {short(words.response, IN_ALT)}, with {words.level} intervals"
    if len(shown) < len(every):
        title += f" (the {len(shown)} clearest of {len(every)})"
    return Picture("effects", title, _alt(every, words), figure)


def _effects(analysis: Analysis, words: Wording) -> list[Effect]:
    rows = analysis.verdicts[["estimate", "ci_low", "ci_high", "p_adjusted"]].to_numpy(dtype=np.float64)
    return [
        _effect(found, words, *map(float, numbers))
        for found, numbers in zip(analysis.findings, rows, strict=True)
    ]


def _effect(found: Finding, words: Wording, estimate: float, low: float, high: float, p: float) -> Effect:
    contrast = words.labels.get(found.factor, found.factor), found.level, found.reference, found.n_levels
    names = contrast_name(*contrast), contrast_name(*contrast, limit=IN_ALT)
    within = ""
    if found.within:
        factor, level = found.within
        within = f"{words.labels.get(factor, factor)}={level}"
    return Effect(*names, within, estimate, low, high, p, found.verdict, p < words.alpha)


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
    """The verdict in one line, and what it leaves open in a second."""
    first, second = ("unknown", "") if math.isnan(effect.estimate) else verdict_lines(effect.verdict)
    bold = "bold" if effect.verdict in _BOLD else "normal"
    style: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "fontsize": 10}
    colour = _COLOUR.get(effect.verdict, NEUTRAL)
    axes.text(1.03, y, first, va="bottom" if second else "center", color=colour, fontweight=bold, **style)
    if second:
        axes.text(1.03, y, second, va="top", color=MUTED, **style)


def _name_x(axes: Axes, limits: tuple[float, float], words: Wording) -> None:
    axes.set_xlim(*limits)
    if words.is_log:
        ticks, unit = relative_ticks(*limits)
    else:
        steps, unit = MaxNLocator(5).tick_values(*limits), ""
        ticks = [(t, tick(t)) for t in steps if limits[0] <= t <= limits[1]]
    axes.set_xticks([x for x, _ in ticks], [text for _, text in ticks])
    axes.grid(axis="x")
    sides = ("← better", "worse →") if words.direction == "lower" else ("← worse", "better →")
    for x, side, text in ((0.0, "left", sides[0]), (1.0, "right", sides[1])):
        axes.text(x, 1.0, text, transform=axes.transAxes, ha=side, va="bottom", fontsize=10, color=MUTED)
    axes.set_xlabel(f"change of {quantity(words.response, words.unit)}{unit}")


def _legend(words: Wording, shown: list[Effect]) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = []
    for significant, text in ((True, f"significant (Holm, {words.alpha:g})"), (False, "not significant")):
        if any(e.significant is significant for e in shown):
            fill = filling(INK, significant)
            handles.append(Line2D([], [], ls="", marker="o", ms=7, mew=1.4, label=text, **fill))
    if words.margin:
        handles.append(Patch(color=BAND, label=f"within ±{words.margin_text}: too small to matter"))
    return handles


def _alt(effects: list[Effect], words: Wording) -> str:
    rows = [_words(e, words) for e in sorted(effects, key=_rank)]
    band = f" Margin ±{words.margin_text}." if words.margin else ""
    return (
        f"Forest plot: change of {short(words.response, IN_ALT)} ({words.direction} is better) by each "
        f"component, {words.level} intervals.{band} {listed(rows, between='; ')}."
    )


def _words(effect: Effect, words: Wording) -> str:
    name = effect.words + (f" at {short(effect.within, IN_ALT)}" if effect.within else "")
    if math.isnan(effect.estimate):
        return f"{name} unknown"
    change = words.change(effect.estimate)
    if not math.isnan(effect.low):
        change += f" ({words.interval(effect.low, effect.high)})"
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
