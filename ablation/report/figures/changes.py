"""Effects before and after, their differences, and the cells that two studies share."""

import math
from collections.abc import Sequence

import numpy as np

from ablation.analysis.changes.effect_changes import BETTER, WORSE
from ablation.analysis.compare import Comparison
from ablation.report.figures.bars import drawn_row
from ablation.report.figures.forest import MAX_ROWS, Interval, no_change, row_name, sides, x_limits
from ablation.report.figures.plot import Marks, Note, Plot
from ablation.report.figures.short_text import IN_ALT, short
from ablation.report.figures.ticks import Axis, around, named, of_changes, response_label
from ablation.report.sentences import Wording
from ablation.report.sentences.changes import Row, change_sentence, change_words
from ablation.words import listed

LOOKS = {BETTER: "keep", WORSE: "hurts"}
HEIGHT = 34.0
"""Pixels of a row with two intervals."""


def effects_axis(comparison: Comparison, words: Wording) -> Axis:
    """The axis that effects of both studies share."""
    rows = comparison.effects.to_dict("records")
    both = [Interval.of(row, which) for row in rows for which in ("first", "second")]
    return of_changes(*x_limits(both, None), words)


def change_bar(row: Row, axis: Axis) -> str:
    """Both effects as a small drawing for a row of a table: the former above, in grey."""
    return drawn_row([Marks("down", x=[0.0], look="mute thin"), *_both(row, 0.0, 0.25, axis)], axis)


def _both(row: Row, then: float, now: float, axis: Axis) -> list[Marks]:
    look = LOOKS.get(row["change"], "ink")
    return [
        *_one(Interval.of(row, "first"), then, "mute", axis, 3.0),
        *_one(Interval.of(row, "second"), now, look, axis, 4.0),
    ]


def _one(
    effect: Interval, y: float, look: str, axis: Axis, size: float, is_clear: bool = True
) -> list[Marks]:
    marks = []
    if math.isfinite(effect.low):
        low, high = max(effect.low, axis.low), min(effect.high, axis.high)
        marks.append(Marks("spans", [low], [y], look, high=[high]))
    point = look if is_clear else f"{look} hollow"
    return [*marks, Marks("points", [effect.estimate], [y], point, size=size)]


def effects_then_and_now(comparison: Comparison, words: Wording) -> Plot | None:
    """One row per effect: in the former study in grey, in the later one below."""
    rows = _shown(comparison)
    if not rows:
        return None
    axis = effects_axis(comparison, words)
    marks = [Marks("down", x=[0.0], look="mute thin")]
    for y, row in enumerate(rows):
        marks += _both(row, y - 0.14, y + 0.14, axis)
    left, right = sides(words)
    names = [_name(row, words) for row in rows]
    title = f"Effects on {short(words.response, IN_ALT)} then (grey) and now, with {words.level} intervals"
    return Plot(
        "then_and_now", title, _alt(title, rows, words), axis, named(names), marks,
        heading=f"← {left} · {right} → · above: then · below: now", height=HEIGHT * len(rows), width=840,
        is_down=True,
    )  # fmt: skip


def effect_changes(comparison: Comparison, words: Wording) -> Plot | None:
    """One row per effect: how much it has changed, with the margin."""
    rows = _shown(comparison)
    if not rows:
        return None
    band = None if comparison.margin is None else (-comparison.margin, comparison.margin)
    axis = of_changes(*x_limits([Interval.of(row) for row in rows], band), words)
    marks = no_change(band, words)
    for y, row in enumerate(rows):
        look, is_clear = LOOKS.get(row["change"], "mute"), row["p_adjusted"] < words.alpha
        marks += _one(Interval.of(row), y, look, axis, 4.5, is_clear)
    names = [_name(row, words) for row in rows]
    left, right = sides(words)
    title = (
        f"How much each effect on {short(words.response, IN_ALT)} has changed, with {words.level} intervals"
    )
    return Plot(
        "effect_changes", title, _alt(title, rows, words), axis, named(names), marks,
        heading=f"← {left} now · {right} now → · hollow: not significant (Holm, {words.alpha:g})",
        height=24 * len(rows), width=840, is_down=True,
    )  # fmt: skip


def _name(row: Row, words: Wording) -> str:
    return f"{row_name(row, words)} · {change_words(row['change'])}"


def _shown(comparison: Comparison) -> list[Row]:
    """The rows of a figure: of many, those that changed most clearly."""
    rows: list[Row] = list(comparison.effects.to_dict("records"))
    return rows if len(rows) <= MAX_ROWS else sorted(rows, key=lambda row: row["p"])[:MAX_ROWS]


def _alt(title: str, rows: Sequence[Row], words: Wording) -> str:
    return (
        f"{title}. {listed([change_sentence(row, words).removesuffix('.') for row in rows], between='; ')}."
    )


def cells_then_and_now(comparison: Comparison, words: Wording, names: Sequence[str]) -> Plot | None:
    """Each cell that both have as a point: then across, now up, and the line on which nothing changes."""
    cells = comparison.cells
    if len(cells) < 2:
        return None
    x, y = (cells[name].to_numpy(dtype=np.float64) for name in ("first", "second"))
    both, label = np.concatenate([x, y]), response_label(words)
    axes = around(both, f"{label}, then"), around(both, f"{label}, now")
    ends = [axes[0].low, axes[0].high]
    marks = [Marks("line", ends, ends, "mute thin dash", symbol="")]
    for change in dict.fromkeys(cells["change"]):
        at = np.flatnonzero((cells["change"] == change).to_numpy())
        tips = [f"{names[i]}\nthen: {x[i]:.4g}\nnow: {y[i]:.4g}\n{change_words(change)}" for i in at.tolist()]
        look = LOOKS.get(change, "mute hollow")
        marks.append(Marks("points", x[at], y[at], look, tips=tips, label=change_words(change)))
    title = f"The {len(cells)} cells that both studies have"
    counts = [
        f"{int((cells['change'] == c).sum())} {change_words(c)}" for c in dict.fromkeys(cells["change"])
    ]
    note = Note(ends[1], ends[1], "no change", "end", -4, 14, "q")
    alt = f"{title}: {words.response} then across and now up; {listed(counts)} (Holm over all cells)."
    return Plot("cells_then_and_now", title, alt, *axes, marks, [note], height=300, width=520)
