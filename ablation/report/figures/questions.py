"""What a change contributes by several definitions, side by side with their intervals."""

import math

import numpy as np

from ablation.analysis import Analysis
from ablation.report.figures.forest import Interval, row_name, x_limits
from ablation.report.figures.plot import Marks, Plot, symbol
from ablation.report.figures.short_text import IN_ALT, short
from ablation.report.figures.ticks import named, of_changes
from ablation.report.sentences import Wording
from ablation.words import listed

QUESTIONS = {
    "first": "alone (add one in)",
    "average": "on average",
    "shapley": "over all orders (Shapley)",
    "last": "last (leave one out)",
}
"""Column of `Analysis.attribution` → what the question is called; in the order in which they are drawn."""

MAX_CHANGES = 24


def questions(analysis: Analysis, words: Wording) -> Plot | None:
    """A row per change, with a mark and an interval for each question; None where only averages are known."""
    table = analysis.attribution
    if not table[["first", "last", "shapley"]].notna().any(axis=None):
        return None
    largest = table[list(QUESTIONS)].abs().max(axis=1).nlargest(MAX_CHANGES).index
    shown = table.loc[sorted(largest)].to_dict("records")
    each = {name: [Interval.of(row, name) for row in shown] for name in QUESTIONS}
    axis = of_changes(*x_limits([one for answers in each.values() for one in answers], None), words)
    marks = [Marks("down", x=[0.0], look="mute thin")]
    for place, (name, answers) in enumerate(each.items()):
        y = np.arange(len(shown)) + 0.2 * (place - 1.5)
        x, low, high = np.array(answers, dtype=np.float64).T
        bounds = low.clip(axis.low, axis.high), high.clip(axis.low, axis.high)
        known = np.flatnonzero(np.isfinite(low))
        marks.append(Marks("spans", bounds[0][known], y[known], f"s{place} thin", high=bounds[1][known]))
        tips = [f"{QUESTIONS[name]}: {_tip(one, words)}" for one in answers]
        look = Marks("points", x, y, f"s{place}", symbol(place), 3.5, QUESTIONS[name], tips=tips)
        marks += [look] if np.isfinite(x).any() else []
    names = [row_name(row, words) for row in shown]
    title = f"What each change contributes to {short(words.response, IN_ALT)} by four questions"
    title += f" (the {len(shown)} largest of {len(table)})" if len(shown) < len(table) else ""
    said = [
        f"{name}: "
        + listed(
            [
                f"{QUESTIONS[q]} {_tip(each[q][i], words)}"
                for q in QUESTIONS
                if not math.isnan(each[q][i].estimate)
            ]
        )
        for i, name in enumerate(names)
    ]
    alt = f"{title}, {words.direction} is better, {words.level} intervals. {listed(said[:8], between='; ')}."
    return Plot(
        "questions", title, alt, axis, named(names), marks, height=64 * len(shown), width=824, is_down=True
    )


def _tip(answer: Interval, words: Wording) -> str:
    if not math.isfinite(answer.low):
        return words.change(answer.estimate)
    return f"{words.change(answer.estimate)} ({words.interval(answer.low, answer.high)})"
