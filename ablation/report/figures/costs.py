"""The mean of each cell against its cost: medians with ranges, and the cells that tie with the best."""

from collections.abc import Sequence

import numpy as np

from ablation.analysis.costs.frontier import spread_by_cell, varies
from ablation.analysis.data.factors import Bools, Floats, Ints
from ablation.numbers import plain
from ablation.report.cell_ranking import Ranking
from ablation.report.figures.plot import Marks, Note, Plot
from ablation.report.figures.short_text import IN_ALT, short, stem
from ablation.report.figures.ticks import around, quantity, response_label
from ablation.report.sentences import Wording
from ablation.words import counted

LOADED = ("seconds", "time", "latency")
"""Words in the names of costs that depend on what else a machine does."""


def cost(ranking: Ranking, spent: Floats, name: str, words: Wording, ties: Sequence[int] = ()) -> Plot | None:
    """Every cell's mean response against its median cost, with the range of both over its runs.

    Only cells that tie with the best are filled: which of the others is better for its cost, noise decides.
    None where the cost was not measured or is the same everywhere.

    Args:
        ranking: the runs by cell.
        spent: what each run cost, (n_runs,), or each with its bounds, (3 x n_runs); lower is better.
        name: of the cost.
        words: of the response.
        ties: ranks of cells that are not separated from the best, the best too.
    """
    bounded, n = np.broadcast_to(spent, (3, len(ranking.cell))), len(ranking.names)
    counts = np.isfinite(bounded).all(axis=0) & ~ranking.failed
    low, x, high = spread_by_cell(np.where(counts, bounded, np.nan), ranking.cell, n)
    known = np.flatnonzero(~np.isnan(ranking.means) & ~np.isnan(x))
    if not varies(x[known]):
        return None
    y_low, _, y_high = spread_by_cell(ranking.values, ranking.cell, n)
    tied = np.isin(known, ties)
    marks = []
    if (high > low).any():
        marks.append(Marks("spans", low[known], ranking.means[known], "mute thin", high=high[known]))
    marks.append(Marks("bars", x[known], y_low[known], "mute thin", high=y_high[known]))
    for here, look, label in (
        (~tied, "mute hollow", "worse than the best"),
        (tied, "s0", "ties with the best"),
    ):
        at = known[here]
        codes = ranking.codes[at]
        marks.append(
            Marks("points", x[at], ranking.means[at], look, label=label if len(at) else "", cells=codes)
        )
    cheap = None if depends_on_load(name) else _cheapest(low, high, known[tied])
    notes = []
    if cheap is not None:
        notes.append(
            Note(float(x[cheap]), float(ranking.means[cheap]), short(ranking.names[cheap], 40), dy=-8)
        )
    title = (
        f"{short(words.response, IN_ALT)} against {quantity(name)}, median and range over the runs of a cell"
    )
    return Plot(
        f"cost_{stem(name)}", title, _alt(ranking, x, known, tied, cheap, name, words),
        around(np.concatenate([low, high]), f"{quantity(name)} (lower is better)"),
        around(np.concatenate([y_low, y_high]), response_label(words)), marks, notes, height=240,
    )  # fmt: skip


def depends_on_load(name: str) -> bool:
    """Whether a cost is a time, which another job on the machine makes longer."""
    return any(word in name.lower() for word in LOADED)


def _cheapest(low: Floats, high: Floats, tied: Ints) -> int | None:
    """The cell among those that tie with the best whose dearest run is cheaper than any run of the others."""
    if len(tied) < 2:
        return None
    first = int(tied[np.argmin(high[tied])])
    others = tied[tied != first]
    return first if high[first] < low[others].min() else None


def _alt(
    ranking: Ranking, x: Floats, known: Ints, tied: Bools, cheap: int | None, name: str, words: Wording
) -> str:
    best = int(known[0])
    text = (
        f"{short(words.response, IN_ALT)} against {quantity(name)}: {counted(len(known), 'cell')}, "
        f"{int(tied.sum())} of them tie with the best. Best: {short(ranking.names[best], IN_ALT)}, "
        f"{plain(float(ranking.means[best]))} at {plain(float(x[best]))}."
    )
    if cheap is not None:
        mean, spent = plain(float(ranking.means[cheap])), plain(float(x[cheap]))
        text += f" The cheapest of these: {short(ranking.names[cheap], IN_ALT)}, {mean} at {spent}."
    return text
