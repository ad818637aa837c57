"""Every verdict's effect with its interval, the margin, and a dot per seed: as a figure, and row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Floats
from ablation.analysis.verdicts.finding import Finding
from ablation.analysis.verdicts.judging import BETTER, HURTS, KEEP, WORSE
from ablation.numbers import p_text
from ablation.report.figures.plot import Marks, Plot
from ablation.report.figures.short_text import IN_ALT, contrast_name, short
from ablation.report.figures.ticks import Axis, named, of_changes
from ablation.report.sentences import Wording, verdict_words
from ablation.words import listed

MAX_ROWS = 100
"""A taller figure is no longer read; the table beside it has all rows."""

NAME = 34
"""Characters of a row's name."""

MAX_BLOCKS = 40
"""Of more seeds, no dots: the interval says it better."""

LOOKS = {KEEP: "keep", BETTER: "keep", HURTS: "hurts", WORSE: "hurts"}


@dataclass(frozen=True, eq=False)
class Effect:
    """One verdict: numbers on the analysis scale, NaN where unknown.

    Attributes:
        finding: what was found.
        estimate, low, high: the effect with its interval of level 1 - alpha.
        p: adjusted for all verdicts.
        each: the effect within each block, (n_blocks,); empty without blocks, or with too many.
        blocks: what these are called.
        is_significant: whether p is below alpha.
    """

    finding: Finding
    estimate: float
    low: float
    high: float
    p: float
    each: Floats
    blocks: Sequence[str]
    is_significant: bool

    @property
    def look(self) -> str:
        """Its CSS classes."""
        return LOOKS.get(self.finding.verdict, "mute")


def effects_of(analysis: Analysis) -> list[Effect]:
    """The verdicts in their order."""
    rows = analysis.verdicts[["estimate", "ci_low", "ci_high", "p_adjusted"]].to_numpy(dtype=np.float64)
    block = analysis.runs.block
    few = block is not None and 1 < len(block.levels) <= MAX_BLOCKS
    each = analysis.effects_by_block.T if few else np.empty((len(rows), 0))
    blocks = block.levels if block is not None and few else ()
    alpha = analysis.request.alpha
    return [
        Effect(finding, float(e), float(low), float(high), float(p), per, blocks, bool(p < alpha))
        for finding, (e, low, high, p), per in zip(analysis.findings, rows, each, strict=True)
    ]


def changes_axis(effects: Sequence[Effect], analysis: Analysis, words: Wording) -> Axis:
    """The axis that all rows share."""
    return of_changes(*x_limits(effects, margin_of(analysis)), words)


def margin_of(analysis: Analysis) -> tuple[float, float] | None:
    """The margin on the analysis scale."""
    margin = analysis.request.margin
    return analysis.scaling.margin(margin) if margin else None


def no_change(band: tuple[float, float] | None, words: Wording) -> list[Marks]:
    """The margin as a band, if there is one, and a line at zero."""
    zero = Marks("down", x=[0.0], look="mute thin")
    if not band:
        return [zero]
    label = f"within ±{words.margin_text}: too small to matter"
    return [Marks("band", x=band[:1], high=band[1:], label=label), zero]


def sides(words: Wording) -> tuple[str, str]:
    """What it means to be left of zero, and right of it."""
    return ("better", "worse") if words.direction == "lower" else ("worse", "better")


def row_name(row: Mapping[Any, Any], words: Wording) -> str:
    """What a row of a table of contrasts compares."""
    factor = row["factor"]
    label, n_levels = words.labels.get(factor, factor), len(words.levels.get(factor, ()))
    return contrast_name(label, row["level"], row["reference"], n_levels, NAME)


def effects_forest(analysis: Analysis, words: Wording) -> Plot | None:
    """One row per verdict: level − reference with its interval, hollow when not significant (Holm)."""
    every = effects_of(analysis)
    if not every:
        return None
    shown = every if len(every) <= MAX_ROWS else sorted(every, key=_rank)[:MAX_ROWS]
    axis, band = changes_axis(shown, analysis, words), margin_of(analysis)
    marks = no_change(band, words)
    for y, effect in enumerate(shown):
        marks += row_marks(effect, y, axis, words)
    title = f"What each component does to {short(words.response, IN_ALT)}, with {words.level} intervals"
    if len(shown) < len(every):
        title += f" (the {len(shown)} clearest of {len(every)})"
    rows = named([f"{_name(e.finding, words, NAME)} · {verdict_words(e.finding.verdict)}" for e in shown])
    left, right = sides(words)
    heading = f"← {left} · {right} → · hollow: not significant (Holm, {words.alpha:g})"
    return Plot(
        "effects", title, _alt(every, words), axis, rows, marks, heading=heading, height=24 * len(shown),
        width=840, is_down=True,
    )  # fmt: skip


def row_marks(effect: Effect, y: float, axis: Axis, words: Wording) -> list[Marks]:
    """The interval, the estimate, and the effect of each seed below it."""
    if math.isnan(effect.estimate):
        return []
    marks = []
    if math.isfinite(effect.low):
        low, high = max(effect.low, axis.low), min(effect.high, axis.high)
        marks.append(Marks("spans", [low], [y], effect.look, high=[high]))
        cut = [(low, "<")] * (effect.low < low) + [(high, ">")] * (effect.high > high)
        marks += [Marks("points", [end], [y], effect.look, symbol) for end, symbol in cut]
    there = np.flatnonzero((effect.each > axis.low) & (effect.each < axis.high)).tolist()
    each = effect.each[there]
    tips = [f"{words.block} {effect.blocks[i]}: {words.change(float(effect.each[i]))}" for i in there]
    marks.append(Marks("points", each, np.full(len(each), y + 0.28), "run mute", size=2, tips=tips))
    look = effect.look if effect.is_significant else f"{effect.look} hollow"
    return [*marks, Marks("points", [effect.estimate], [y], look, size=4.5)]


def _name(finding: Finding, words: Wording, limit: int) -> str:
    label = words.labels.get(finding.factor, finding.factor)
    name = contrast_name(label, finding.level, finding.reference, finding.n_levels, limit)
    how, _, place = words.place(finding.factor, finding.within).partition(" ")
    return f"{name} {how} {short(place, limit)}" if how else name


def _rank(effect: Effect) -> tuple[float, float]:
    return (effect.p if not math.isnan(effect.p) else 2.0, -abs(np.nan_to_num(effect.estimate)))


class Interval(NamedTuple):
    """An effect with its interval, on the analysis scale."""

    estimate: float
    low: float
    high: float

    @classmethod
    def of(cls, row: Mapping[Any, Any], which: str = "") -> Interval:
        """The columns `<which>`, `<which>_low`, `<which>_high` of a row, or its estimate with `ci_`."""
        if not which:
            return cls(row["estimate"], row["ci_low"], row["ci_high"])
        return cls(row[which], row[f"{which}_low"], row[f"{which}_high"])


def x_limits(effects: Sequence[Effect | Interval], band: tuple[float, float] | None) -> tuple[float, float]:
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


def _alt(effects: Sequence[Effect], words: Wording) -> str:
    rows = [_words(e, words) for e in sorted(effects, key=_rank)]
    band = f" Margin ±{words.margin_text}." if words.margin else ""
    return (
        f"Forest plot: change of {short(words.response, IN_ALT)} ({words.direction} is better) by each "
        f"component, {words.level} intervals.{band} {listed(rows, between='; ')}."
    )


def _words(effect: Effect, words: Wording) -> str:
    name = _name(effect.finding, words, IN_ALT)
    if math.isnan(effect.estimate):
        return f"{name} unknown"
    change = words.change(effect.estimate)
    if not math.isnan(effect.low):
        change += f" ({words.interval(effect.low, effect.high)})"
    return f"{name} {change}, {p_text(effect.p)}, {verdict_words(effect.finding.verdict)}"
