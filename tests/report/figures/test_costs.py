"""Costs against an example worked by hand."""

import numpy as np
import pandas as pd
import pytest

from ablation.report.figures.costs import depends_on_load
from tests.report.figures.every import costs, drawn, marks, points

#        cost, loss
CELLS = {"a": (1, 9), "b": (2, 5), "c": (3, 6), "d": (4, 5), "e": (5, 1), "f": (6, 1.2)}


def table(cells=CELLS, seeds=(-1, 0, 1), cost="n_parameters"):
    """Three seeds per cell whose mean and median are what CELLS says."""
    return pd.DataFrame(
        {"cell": name, "seed": s, "loss": loss + 0.1 * s, cost: spent + 0.2 * s}
        for name, (spent, loss) in cells.items()
        for s in seeds
    )


def cost(runs, direction="lower", name="n_parameters", ties=(0,)):
    return costs(runs, ["cell"], "loss", direction, name, ties)


def test_a_cell_is_a_point_at_its_median_cost_and_its_mean():
    picture = cost(table())
    expected = np.array(sorted(CELLS.values()), dtype=float)
    assert np.array(sorted(map(tuple, points(picture)))) == pytest.approx(expected)
    circles = drawn(picture, "hollow")
    assert np.sort(circles, axis=0) == pytest.approx(np.sort(points(picture, "hollow"), axis=0), abs=0.05)


def test_one_slow_run_does_not_move_a_cell():
    runs = table()
    runs.loc[2, "n_parameters"] = 1000.0
    assert 1.0 in points(cost(runs))[:, 0]


def test_bars_are_the_ranges_over_the_runs_of_a_cell():
    (across,) = marks(cost(table()), kind="spans")
    (up,) = marks(cost(table()), kind="bars")
    assert np.asarray(across.high) - across.x == pytest.approx(np.full(6, 0.4))
    assert np.asarray(up.high) - up.y == pytest.approx(np.full(6, 0.2))


def test_only_what_ties_with_the_best_is_filled_and_the_cheapest_of_these_named():
    picture = cost(table(), ties=(0, 1))
    assert sorted(map(tuple, points(picture, "s0").round(6))) == [(5, 1), (6, 1.2)]
    assert len(points(picture, "hollow")) == 4
    assert [note.text for note in picture.notes] == ["e"]
    assert "The cheapest of these: e, 1 at 5." in picture.alt


def test_where_ranges_of_costs_overlap_none_is_called_cheapest():
    runs = table({"a": (5, 1), "b": (5.1, 1.1), "c": (9, 7)})
    assert cost(runs, ties=(0, 1)).notes == []


def test_times_depend_on_load_so_none_is_called_cheapest():
    assert depends_on_load("train_seconds")
    assert not depends_on_load("flops")
    assert cost(table(cost="train_seconds"), name="train_seconds", ties=(0, 1)).notes == []


def test_failed_runs_count_neither_with_their_loss_nor_with_their_cost():
    runs = table()
    runs.loc[len(runs)] = {"cell": "a", "seed": 5, "loss": np.nan, "n_parameters": 1000.0}
    assert points(cost(runs))[:, 0].max() == 6


def test_there_is_none_without_costs_that_differ():
    assert cost(table().assign(n_parameters=3.0)) is None
    assert cost(table().assign(n_parameters=np.nan)) is None


def test_axes_carry_units_and_what_is_better():
    picture = cost(table(cost="train_seconds"), "higher", "train_seconds")
    assert picture.x.label == "train time in s (lower is better)"
    assert picture.y.label == "loss (higher is better)"
