"""Learning curves by level: median and quartiles over the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ablation.analysis.factors import Floats, read_factor
from ablation.report.figures.names import IN_ALT, factor_names, listed, number, plain, short, stem
from ablation.report.figures.picture import Picture
from ablation.report.figures.scales import response_label, scale_axis
from ablation.report.figures.style import drawing, looks, new_figure

History = Mapping[str, Sequence[float | None]]

MAX_LEVELS = 10


@drawing()
def learning_curves(
    histories: Mapping[str, History], table: pd.DataFrame, factor: str, response: str, direction: str
) -> Picture | None:
    """Draw the response per epoch: the median over runs of each level, and a band between the quartiles.

    None where no run has two epochs of it.

    Args:
        histories: a run's key -> name -> one number (or None) per epoch.
        table: one row per run, with its `key`.
        factor: the column whose levels are told apart.
        response: what was measured; `test_<response>` is shown if it was kept, else the response itself.
        direction: which values are better, `lower` or `higher`.
    """
    if "key" not in table or factor not in table or not len(table):
        return None
    series = which_series(histories, response)
    part = read_factor(table[factor], factor)
    keys = [str(key) for key in table["key"]]
    runs = _runs([histories.get(key, {}).get(series, ()) for key in keys])
    n_epochs = runs.shape[1]
    if n_epochs < 2:
        return None
    figure = new_figure(3.9)
    axes = figure.add_subplot()
    epochs = np.arange(1, n_epochs + 1)
    look_of, drawn, said, edges = looks(part.levels), [], [], []
    for i, level in enumerate(part.levels[:MAX_LEVELS]):
        here = runs[part.codes == i]
        here = here[np.isfinite(here).any(axis=1)]
        if not len(here):
            continue
        low, middle, high = quartiles(here)
        style = look_of[level]
        (line,) = axes.plot(
            epochs, middle, color=style.colour, lw=2, marker=style.marker, ms=5, mew=0,
            markevery=max(1, n_epochs // 8), zorder=3,
        )  # fmt: skip
        axes.fill_between(epochs, low, high, color=style.colour, alpha=0.18, lw=0)
        drawn.append((line, f"{short(level, 16)} ({len(here)} runs)"))
        edges += [low, high]
        last = middle[np.isfinite(middle)]
        said.append(f"{short(level, IN_ALT)} from {number(float(last[0]))} to {number(float(last[-1]))}")
    if not drawn:
        return None
    scale_axis(axes, "y", np.concatenate(edges))
    scale_axis(axes, "x", epochs.astype(np.float64), log=False)
    axes.set_xlim(1 - 0.02 * n_epochs, n_epochs * 1.02)
    axes.set_xticks(_epoch_ticks(n_epochs))
    axes.grid(axis="y")
    axes.set_xlabel("epoch")
    words = {"t": f"{response} on test images"}.get(
        series[:1] if series.startswith("test_") else "", response
    )
    if series.startswith("train_"):
        words = f"{response} in training"
    axes.set_ylabel(response_label(words, direction))
    name = factor_names([str(c) for c in table.columns])[factor] if factor in table else factor
    figure.legend(
        [line for line, _ in drawn], [text for _, text in drawn], loc="outside upper left",
        ncols=2, borderaxespad=0.2, title=f"{short(name, 30)}: median and quartiles", alignment="left",
    )  # fmt: skip
    alt = (
        f"{short(words, IN_ALT)} over {n_epochs} epochs by {short(name, IN_ALT)}, {direction} is better; "
        f"median of the runs at the first and last epoch: {listed(said)}."
    )
    title = f"Learning curves: {plain(words)} by {short(name, IN_ALT)}"
    return Picture(f"learning_curves_{stem(name)}", title, alt, figure)


def which_series(histories: Mapping[str, History], response: str) -> str:
    """The name under which histories keep a response: on test images if they do."""
    known = {name for history in histories.values() for name in history}
    wanted = (f"test_{response}", f"val_{response}", response, f"train_{response}")
    return next((name for name in wanted if name in known), response)


def _runs(sequences: Sequence[Sequence[float | None]]) -> Floats:
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
    found = np.full((3, runs.shape[1]), np.nan)
    found[:, known] = np.nanquantile(runs[:, known], [0.25, 0.5, 0.75], axis=0)
    return found[0], found[1], found[2]


def _epoch_ticks(n: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if n / s <= 8)
    return sorted({1, *range(step, n + 1, step)} - ({2} if step == 2 else set()))
