"""Learning curves by level: median and quartiles over the runs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, read_factor
from ablation.numbers import plain
from ablation.report.figures.plot import Marks, Plot, colour, symbol
from ablation.report.figures.short_text import IN_ALT, short, stem, told_apart
from ablation.report.figures.ticks import Axis, around, response_label
from ablation.report.sentences import Wording
from ablation.report.subject import History
from ablation.words import counted, listed

MAX_LEVELS = 10

MIN_EPOCHS = 5
"""Fewer points are no curve."""


def learning_curves(
    histories: Mapping[str, History], table: pd.DataFrame, factor: str, words: Wording
) -> Plot | None:
    """Draw the response per epoch: the median over runs of each level, and a band between the quartiles.

    None where no run has `MIN_EPOCHS` of it.

    Args:
        histories: a run's key -> name -> one number (or None) per epoch.
        table: one row per run, with its `key`.
        factor: the column whose levels are told apart.
        words: of the response; `test_<response>` is shown if it was kept, else the response itself.
    """
    if "key" not in table or factor not in table or not len(table):
        return None
    series = which_series(histories, words.response)
    runs = epochs_of([histories.get(str(key), {}).get(series, ()) for key in table["key"]])
    part = read_factor(table[factor], factor)
    by_level = _by_level(runs, part)
    if runs.shape[1] < MIN_EPOCHS or not (np.isfinite(runs).sum(axis=1) > 1).any() or not by_level:
        return None
    lines, said = _lines(by_level, part)
    shown = series.replace("_", " ", 1) if series != words.response else words.response
    name = words.labels.get(factor, factor)
    some = f" ({MAX_LEVELS} of {len(part.levels)} levels)" if len(part.levels) > MAX_LEVELS else ""
    what, by = short(shown, IN_ALT), short(name, IN_ALT)
    alt = (
        f"{what} ({words.direction} is better) over {runs.shape[1]} epochs, by {by}; median of the runs at "
        f"the first and last epoch: {listed(said, between='; ')}."
    )
    n = runs.shape[1]
    epochs = Axis(1 - 0.02 * n, n * 1.02, "epoch", False, [(float(e), str(e)) for e in _epoch_ticks(n)])
    edges = np.concatenate([end for marks in lines if marks.kind == "area" for end in (marks.y, marks.high)])
    return Plot(
        f"learning_curves_{stem(name)}", f"Learning curves: {what} by {by}", alt, epochs,
        around(edges, response_label(replace(words, response=shown))), lines,
        heading=f"{short(name, 30)}: median and quartiles{some}",
    )  # fmt: skip


def which_series(histories: Mapping[str, History], response: str) -> str:
    """The name under which histories keep a response: on test images if they do."""
    known = {name for history in histories.values() for name in history}
    candidates = (f"test_{response}", f"val_{response}", response, f"train_{response}")
    return next((name for name in candidates if name in known), response)


def epochs_of(sequences: Sequence[Sequence[float | None]]) -> Floats:
    """Epochs of every run, (n_runs x longest), NaN where a run has none or is not finite."""
    longest = max((len(sequence) for sequence in sequences), default=0)
    runs = np.full((len(sequences), longest), np.nan)
    for row, sequence in zip(runs, sequences, strict=True):
        row[: len(sequence)] = [np.nan if value is None else value for value in sequence]
    runs[~np.isfinite(runs)] = np.nan
    return runs


def quartiles(runs: Floats) -> tuple[Floats, Floats, Floats]:
    """Quartiles over the runs at each epoch, each (n_epochs,); NaN where no run got that far."""
    known = np.isfinite(runs).any(axis=0)
    quarters = np.full((3, runs.shape[1]), np.nan)
    quarters[:, known] = np.nanquantile(runs[:, known], [0.25, 0.5, 0.75], axis=0)
    return quarters[0], quarters[1], quarters[2]


def _by_level(runs: Floats, part: Factor) -> dict[str, Floats]:
    """The runs of each of the first levels that have any, (n_runs of the level x n_epochs)."""
    known = np.isfinite(runs).any(axis=1)
    split = {level: runs[known & (part.codes == i)] for i, level in enumerate(part.levels[:MAX_LEVELS])}
    return {level: here for level, here in split.items() if len(here)}


def _lines(by_level: Mapping[str, Floats], part: Factor) -> tuple[list[Marks], list[str]]:
    """A band and a line per level, and words for the alt text."""
    marks, said = [], []
    for (level, runs), label in zip(by_level.items(), told_apart(by_level, 16), strict=True):
        low, middle, high = quartiles(runs)
        at, epochs = part.levels.index(level), np.arange(1, runs.shape[1] + 1, dtype=np.float64)
        marks.append(Marks("area", epochs, low, colour(at), high=high))
        marks.append(Marks("line", epochs, middle, colour(at), symbol=""))
        some = np.arange(0, len(epochs), max(1, len(epochs) // 8))
        name = f"{label} ({counted(len(runs), 'run')})"
        tips = [f"{short(level)}, epoch {epochs[i]:.0f}: {plain(float(middle[i]))}" for i in some]
        marks.append(
            Marks("points", epochs[some], middle[some], colour(at), symbol(at), label=name, tips=tips)
        )
        known = middle[np.isfinite(middle)]
        said.append(f"{short(level, IN_ALT)} from {plain(float(known[0]))} to {plain(float(known[-1]))}")
    return marks, said


def _epoch_ticks(n: int) -> list[int]:
    """The first epoch and every second, fifth, tenth …, at most nine in all."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if n / s <= 8)
    return sorted({1, *range(step, n + 1, step)} - ({2} if step == 2 else set()))
