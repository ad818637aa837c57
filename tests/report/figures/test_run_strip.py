"""The seeds strip: every run, cells in order, failures at the edge, outliers named."""

import numpy as np
import pytest

from ablation.analysis import analyze
from tests.report.figures import every
from tests.report.figures.every import drawn, marks, points, words
from tests.report.figures.states import PLAIN, STATES, grid


def strip(table, direction="lower", factors=tuple(PLAIN)):
    return every.strip(table, list(factors), "loss", direction)


def with_outliers(table, factors=tuple(PLAIN)):
    analysis = analyze(table, "loss", list(factors), block="seed")
    return every.strip(table, list(factors), analysis=analysis), analysis


def runs(picture):
    """Response and place of every run drawn."""
    return points(picture, "run")


@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_every_run_is_a_point_in_the_row_of_its_cells_rank(direction):
    table = STATES["plain"]().table
    means = table.groupby(list(PLAIN), observed=True)["loss"].transform("mean")
    rank = means.rank(method="dense", ascending=direction == "lower").astype(int) - 1
    found = runs(strip(table, direction))
    expected = sorted(zip(table["loss"], rank, strict=True))
    assert [(x, round(y)) for x, y in sorted(map(tuple, found))] == expected
    picture = strip(table, direction)
    circles = drawn(picture, "run", "s0")
    assert circles == pytest.approx(points(picture, "run", "s0"), abs=0.01)
    ids = [int(r) for m in marks(picture, "run") for r in m.runs]
    assert sorted(ids) == list(range(len(table)))
    assert list(table["loss"].iloc[ids]) == list(found[:, 0])


def test_cells_are_named_by_what_they_have():
    names = [text for _, text in strip(STATES["plain"]().table).y.ticks]
    assert names[0] == "batch_norm · relu" or names[0] == "batch_norm · spatial · relu"
    assert {"relu", "spatial · elu", "batch_norm · spatial · selu"} <= set(names)


@pytest.mark.parametrize(("direction", "edge"), [("lower", "high"), ("higher", "low")])
def test_failed_runs_stand_at_the_worse_edge(direction, edge):
    picture = strip(STATES["some diverged"]().table, direction)
    (crosses,) = marks(picture, "cross")
    assert set(crosses.x) == {getattr(picture.x, edge)}
    assert len(crosses.x) == 8  # every fifth of 36
    assert "8 runs failed (" in picture.alt
    assert "failed run" in words(picture)


def test_a_planted_outlier_is_named_and_without_one_none_is():
    table = STATES["plain"]().table
    assert "Outliers" not in with_outliers(table)[0].alt
    table.loc[7, "loss"] *= 1.5
    alt = with_outliers(table)[0].alt
    assert "Outliers: selu, " in alt
    assert f"seed {table.loc[7, 'seed']}: {table.loc[7, 'loss']:.3g}." in alt


def test_a_wild_run_does_not_make_its_neighbours_outliers():
    table = STATES["200 cells"]().table
    table.loc[301, "loss"] *= 1.4
    alt = with_outliers(table, "abc")[0].alt
    row = table.loc[301]
    assert alt.endswith(
        f"Outliers: a={row['a']} · b={row['b']} · c={row['c']}, seed {row['seed']}: {row['loss']:.3g}."
    )


@pytest.mark.parametrize("seed", range(8))
def test_the_circles_are_the_outliers_of_the_diagnostics(seed):
    rng = np.random.default_rng(seed)
    table = STATES["plain"]().table
    wild = rng.choice(len(table), size=seed % 4, replace=False)
    table.loc[wild, "loss"] *= np.exp(rng.choice([-1, 1], len(wild)) * rng.uniform(0.15, 0.5, len(wild)))
    picture, analysis = with_outliers(table)
    circles = [float(x) for m in marks(picture, "ring") for x in m.x]
    found = analysis.diagnostics.outliers
    assert sorted(circles) == sorted(table.loc[found["run"], "loss"])
    assert picture.alt.count("seed ") == len(found)


def test_many_cells_stand_side_by_side_without_names():
    picture = strip(STATES["200 cells"]().table, factors="abc")
    assert picture.x.label.startswith("200 cells")
    assert len(runs(picture)) == 600


def test_many_seeds_share_a_colour():
    picture = strip(grid({"a": ["off", "on"]}, seeds=20), factors="a")
    assert "20 seeds" in words(picture)
    assert [m.look for m in marks(picture, "run")] == ["run s0"]


def test_a_table_without_seeds_or_response():
    table = STATES["plain"]().table
    assert strip(table.drop(columns=["seed", "status"])) is not None
    assert strip(table.drop(columns="loss")) is None
    assert strip(table.iloc[:0]) is None
