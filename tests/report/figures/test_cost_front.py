"""The Pareto front against an example worked by hand."""

import numpy as np
import pandas as pd

from ablation.report.figures.cost_front import pareto_front
from tests.report.figures.every import costs as cost

#        cost, loss
CELLS = {"a": (1, 9), "b": (2, 5), "c": (3, 6), "d": (4, 5), "e": (5, 1), "f": (6, 1)}
"""c loses to b, d costs more than b for the same loss, f more than e: a, b and e are not beaten."""


def table(cells=CELLS, seeds=(-1, 1)):
    """Two seeds per cell whose mean is what CELLS says."""
    return pd.DataFrame(
        {"cell": name, "seed": s, "loss": loss + 0.1 * s, "train_seconds": spent + 0.2 * s}
        for name, (spent, loss) in cells.items()
        for s in seeds
    )


def numbered(picture):
    axes = picture.figure.axes[0]
    return {t.get_text(): tuple(round(float(v), 9) for v in t.xy) for t in axes.texts}


def test_the_front_by_hand():
    costs, losses = np.array(list(CELLS.values()), dtype=float).T
    assert list(pareto_front(costs, losses)) == [True, True, False, False, True, False]


def test_cells_that_are_the_same_are_both_on_the_front():
    assert list(pareto_front(np.array([1.0, 1.0, 2.0]), np.array([3.0, 3.0, 3.0]))) == [True, True, False]


def test_the_front_is_numbered_from_cheap_to_dear():
    picture = cost(table(), ["cell"], "loss", "lower")
    assert numbered(picture) == {"1": (1, 9), "2": (2, 5), "3": (5, 1)}
    key = picture.figure.axes[0].get_title(loc="left").split("\n")
    assert key == ["1  a", "2  b", "3  e"]
    assert "(Pareto front), from cheap to dear: a: 1 and 9; b: 2 and 5; e: 5 and 1." in picture.alt


def test_where_higher_is_better_the_front_turns_around():
    assert numbered(cost(table(), ["cell"], "loss", "higher")) == {"1": (1, 9)}


def test_failed_runs_count_neither_with_their_loss_nor_with_their_cost():
    runs = table()
    runs.loc[len(runs)] = {"cell": "a", "seed": 5, "loss": np.nan, "train_seconds": 1000.0}
    assert numbered(cost(runs, ["cell"], "loss", "lower"))["1"] == (1, 9)


def test_there_is_none_without_costs_that_differ():
    assert cost(table().assign(train_seconds=3.0), ["cell"], "loss", "lower") is None
    assert cost(table().assign(train_seconds=np.nan), ["cell"], "loss", "lower") is None


def test_axes_carry_units_and_what_is_better():
    axes = cost(table(), ["cell"], "loss", "higher").figure.axes[0]
    assert axes.get_xlabel() == "train time in s (lower is better)"
    assert axes.get_ylabel() == "loss (higher is better)"
