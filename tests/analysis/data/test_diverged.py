"""Runs that diverged to a finite value are named, and verdicts are given with and without them."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from tests.analysis.compare import noted, told

WILD = {7: 1e6, 17: 3e5}


def table(wild=WILD, seeds=6):
    rng = np.random.default_rng(4)
    rows = [(o, w, s) for o in ("adam", "sgd") for w in (32, 64) for s in range(seeds)]
    frame = pd.DataFrame(rows, columns=["opt", "width", "seed"])
    frame["loss"] = np.exp(0.15 * (frame["opt"] == "sgd") + rng.normal(0, 0.02, len(frame)))
    for row, value in wild.items():
        frame.loc[row, "loss"] = value
    return frame


def found_in(frame, **asked):
    return analyze(frame, "loss", ["opt", "width"], block="seed", **asked)


def test_they_are_marked_and_verdicts_are_given_without_them():
    found = found_in(table())
    assert np.flatnonzero(found.diverged).tolist() == [7, 17]
    assert set(found.verdicts["verdict"]) == {"inconclusive"}
    without = found.without_diverged
    expected = found_in(table().assign(loss=lambda f: f["loss"].where(f["loss"] < 100)))
    pd.testing.assert_frame_equal(without.verdicts, expected.verdicts)
    assert without.verdicts.set_index("factor").loc["opt", "verdict"] == "hurts"
    assert without.failures["failed"].sum() == 4
    sentence = noted(found, "diverged-runs")
    assert sentence.startswith("2 runs look diverged, far from all others: run 7 (")
    assert "loss 1000000" in sentence
    assert "opt=sgd instead of adam: inconclusive with them, hurts (+" in sentence


def test_no_seeds_are_forecast_from_their_noise():
    found = found_in(table(), margin=3)
    assert found.forecasts.empty
    assert all("more seed" not in sentence for sentence in told(found)["sentence"])
    assert all("no noise to forecast seeds from" in sentence for sentence in told(found)["sentence"])


def test_rows_are_told_apart_where_their_labels_repeat():
    frame = table()
    frame.index = [0] * len(frame)
    assert found_in(frame).without_diverged.n_runs == len(frame) - 2


def test_the_worse_side_of_a_reward_is_the_lower_one():
    frame = table({3: -5e4}).assign(loss=lambda f: f["loss"] - 1)
    assert np.flatnonzero(found_in(frame, direction="higher").diverged).tolist() == [3]
    assert found_in(frame, direction="lower").diverged is None


def test_a_level_that_is_worse_by_far_in_every_run_is_an_effect():
    frame = table({}, seeds=4)
    frame["loss"] = np.where(frame["opt"].eq("sgd") & frame["width"].eq(64), 1000, 1) * frame["loss"]
    assert found_in(frame).diverged is None


def test_a_level_whose_runs_disagree_on_being_far_has_diverged():
    frame = table({18 + i: 10.0 ** (4 + i) for i in range(6)})
    assert np.flatnonzero(found_in(frame).diverged).tolist() == list(range(18, 24))


@pytest.mark.parametrize("size", [1e308, 1e3, 50.0])
def test_any_size_far_enough_is_found(size):
    assert np.flatnonzero(found_in(table({5: size})).diverged).tolist() == [5]


def test_ordinary_tables_have_none(c02, c03):
    assert analyze(c02.table, "performance", ["BatchNorm", "Activation"], direction="lower").diverged is None
    assert analyze(c03.table, "loss", ["BatchNorm", "Activation"], block="seed").diverged is None


DRAWS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "normal, positive": lambda rng, n: 10 + rng.normal(size=n),
    "lognormal": lambda rng, n: rng.lognormal(0, 1, n),
    "wide lognormal": lambda rng, n: rng.lognormal(0, 2, n),
    "t with 3 degrees of freedom": lambda rng, n: rng.standard_t(3, n),
}


@pytest.mark.parametrize("noise", list(DRAWS))
@pytest.mark.parametrize("n", [24, 160, 1000])
def test_ordinary_noise_is_never_called_diverged(noise, n):
    from ablation.analysis.data.diverged import _first_far

    rng = np.random.default_rng(n)
    drawn = (np.sort(DRAWS[noise](rng, n)) for _ in range(300))
    assert [_first_far(y) for y in drawn] == [None] * 300


def test_a_best_cell_with_failures_is_marked():
    frame = table({})
    frame.loc[[0, 1], "loss"] = np.nan
    frame.loc[frame["width"].eq(32) & frame["opt"].eq("adam"), "loss"] *= 0.8
    found = found_in(frame)
    assert found.best_cell.failed == 2
    assert noted(found, "best-cell-failed") == (
        "The best cell, adam · width=32, failed in 2 of its 6 runs: its mean is that of the others."
    )
    assert noted(found_in(table({})), "best-cell-failed") == ""
