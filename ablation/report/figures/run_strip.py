"""The seeds strip: every run a point, cells in the order of their means."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ablation.analysis.data.factors import Factor, Floats
from ablation.numbers import plain
from ablation.report.cell_ranking import Ranking
from ablation.report.figures.plot import Marks, Note, Plot, colour, jitter, symbol
from ablation.report.figures.short_text import IN_ALT, short, told_apart
from ablation.report.figures.ticks import Axis, around, named, response_label
from ablation.report.sentences import Wording
from ablation.words import counted, listed

NAMED_CELLS = 40
"""With more cells, they stand side by side without names."""

NAMED_SEEDS = 8


def seeds_strip(ranking: Ranking, seed: Factor, outliers: Sequence[int], words: Wording) -> Plot:
    """Every run as a point, coloured by seed, cells from the best to the worst.

    Outliers are ringed and named; runs that failed stand at the edge on the worse side.

    Args:
        ranking: the runs by cell.
        seed: which seed (or other block) each run had.
        outliers: places of the runs that the diagnostics call so, worst first.
        words: of the response.
    """
    names = [f"{words.block} {level}".strip() for level in seed.levels]
    upright = len(ranking.names) <= NAMED_CELLS
    place = ranking.cell + (0.5 if upright else 0.0) * jitter(len(seed.codes))
    values = around(ranking.values, response_label(words))
    marks = [*_runs(ranking, seed, names, place, words), *_failed(ranking, place, values, words.direction)]
    marks.append(_means(ranking, words))
    if len(outliers):
        ringed = np.array(outliers)
        marks.append(Marks("points", ranking.values[ringed], place[ringed], "ring ink", size=6))
    notes = list(_outlier_names(ranking, [names[code] for code in seed.codes], outliers, place, upright))
    cells = named(told_apart(ranking.names, 40))
    if not upright:
        n = len(ranking.names)
        cells = Axis(-1, n, f"{n} cells, from the best to the worst", is_named=True)
        marks = [_turned(one) for one in marks]
    where = "on top" if upright else "at the left"
    title = f"Every run: {short(words.response, IN_ALT)} by cell, the best {where}"
    axes = (values, cells) if upright else (cells, values)
    return Plot(
        "seeds", title, _alt(ranking, seed, names, outliers, words), *axes, marks, notes, width=824,
        height=22 * len(ranking.names) if upright else 260, is_down=upright,
    )  # fmt: skip


def _runs(
    ranking: Ranking, seed: Factor, names: Sequence[str], place: Floats, words: Wording
) -> Iterator[Marks]:
    """The runs of each seed; of many seeds, all alike."""
    there = np.flatnonzero(~ranking.failed)
    if len(names) > NAMED_SEEDS:
        label = f"{len(names)} {words.blocks}"
        yield Marks("points", ranking.values[there], place[there], "run s0", size=3, label=label, runs=there)
        return
    for code, name in enumerate(told_apart(names, 14)):
        here = there[seed.codes[there] == code]
        label, look = name or "one run", f"run {colour(code)}"
        yield Marks("points", ranking.values[here], place[here], look, symbol(code), label=label, runs=here)


def _means(ranking: Ranking, words: Wording) -> Marks:
    at = np.arange(ranking.n_known) + (-0.4)
    return Marks("bars", ranking.means[: len(at)], at, label=words.mean_kind, high=at + 0.8)


def _failed(ranking: Ranking, place: Floats, values: Axis, direction: str) -> Iterator[Marks]:
    """Failed runs at the edge on the worse side."""
    failed = np.flatnonzero(ranking.failed)
    if len(failed):
        edge = np.full(len(failed), values.high if direction == "lower" else values.low)
        yield Marks("points", edge, place[failed], "cross hurts", "x", label="failed run", runs=failed)


def _turned(marks: Marks) -> Marks:
    """The same with x and y changed over."""
    return replace(marks, kind="spans" if marks.kind == "bars" else marks.kind, x=marks.y, y=marks.x)


def _outlier_names(
    ranking: Ranking, seeds: Sequence[str], far: Sequence[int], place: Floats, upright: bool
) -> Iterator[Note]:
    for i in far:
        cell = "" if upright else f"{short(ranking.names[ranking.cell[i]], 22)}, "
        x, y = (ranking.values[i], place[i]) if upright else (place[i], ranking.values[i])
        span = np.nanmin(ranking.values), np.nanmax(ranking.values)
        left = x < np.mean(span) if upright else x < len(ranking.names) / 2
        side = ("", 9.0) if left else ("end", -9.0)
        yield Note(float(x), float(y), f"{cell}{short(seeds[i], 14)}", *side)


def _alt(cells: Ranking, seed: Factor, names: list[str], far: Sequence[int], words: Wording) -> str:
    best, worst = 0, cells.n_known - 1
    each = f" and {len(names)} {words.blocks}" if len(names) > 1 else ""
    text = (
        f"{counted(int((~cells.failed).sum()), 'run')} of {counted(len(cells.names), 'cell')}{each}: "
        f"{short(words.response, IN_ALT)}, {words.direction} is better. Best {words.mean_kind} "
        f"{plain(float(cells.means[best]))} ({short(cells.names[best], IN_ALT)}), worst "
        f"{plain(float(cells.means[worst]))} ({short(cells.names[worst], IN_ALT)})."
    )
    if cells.failed.any():
        which = sorted({short(cells.names[c], 40) for c in cells.cell[cells.failed]})
        text += f" {counted(int(cells.failed.sum()), 'run')} failed ({listed(which, 4, '; ')})."
    said = [
        f"{short(cells.names[cells.cell[i]], IN_ALT)}, {names[seed.codes[i]]}: {plain(cells.values[i])}"
        for i in far
    ]
    return text + (f" Outliers: {listed(said, between='; ')}." if said else "")
