"""Interquartile means and probabilities of improvement: rliable's numbers, and what few runs make of them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ablation.analysis import analyze
from ablation.analysis.tables.robust import interquartile_mean
from ablation.report.sections.robustness import _traps
from tests.analysis.compare import row
from tests.analysis.conftest import load_case

DRAWN = 0.004
"""Bootstraps of 2,000 and 20,000 draws differ by so much: a tenth of the interval."""


@pytest.fixture(scope="module")
def found():
    table = load_case("c23").table
    return analyze(table, "loss", "flag", block=["data", "seed"], reference={"flag": "off"})


@pytest.fixture(scope="module")
def told():
    return load_case("c25").expected


def test_interquartile_means_are_those_of_rliable(found, told):
    for level, numbers in told["iqm"].items():
        mine = row(found.iqm, factor="flag", level=level)
        assert mine["iqm"] == pytest.approx(numbers["iqm"], rel=1e-12)
        assert mine[["ci_low", "ci_high"]].tolist() == pytest.approx(
            [numbers["low"], numbers["high"]], abs=DRAWN
        )


def test_probabilities_of_improvement_are_those_of_rliable(found, told):
    mine, numbers = found.improvement.iloc[0], told["improvement_lower"]
    assert mine["probability"] == pytest.approx(numbers["p"], rel=1e-12)
    assert mine[["ci_low", "ci_high"]].tolist() == pytest.approx([numbers["low"], numbers["high"]], abs=0.03)


def test_an_interquartile_mean_of_three_is_the_mean(told):
    assert told["iqm_of_three"] == np.mean(told["three"])  # rliable's own
    assert interquartile_mean(np.array(told["three"])) == pytest.approx(np.mean(told["three"]))
    assert interquartile_mean(np.array([1.0, 2.0, 3.0, 100.0])) == 2.5


@pytest.mark.parametrize("n", [4, 7, 8, 50])
def test_interquartile_means_are_trimmed_by_whole_runs(n):
    values = np.random.default_rng(n).normal(size=n)
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25))


def test_ties_count_half_and_cells_of_other_factors_are_strata():
    rows = [(a, b, s, 10 * b + value) for a, values in ((0, (1, 2)), (1, (2, 3)))
            for b in (0, 1) for s, value in enumerate(values)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["a", "b", "seed", "score"])
    found = analyze(table, "score", ["a", "b"], block="seed", direction="higher", interactions=1)
    mine = row(found.improvement, factor="a")
    assert (mine["probability"], mine["strata"]) == (0.875, 2)
    assert row(found.improvement, factor="b")["probability"] == 1


def runs_of(n):
    """Two levels with n runs each, many of them tied."""
    rng = np.random.default_rng(5)
    score = np.round(rng.normal(size=2 * n) + np.repeat([0, 0.1], n), 1)
    return pd.DataFrame({"a": np.repeat([0, 1], n), "score": score})


def test_many_runs_are_compared_without_a_table_of_all_pairs():
    table = runs_of(4000)
    found = analyze(table, "score", ["a"], direction="higher").improvement
    on, off = (table.loc[table["a"] == level, "score"] for level in (1, 0))
    expected = stats.mannwhitneyu(on, off).statistic / 4000**2
    assert found["probability"][0] == pytest.approx(expected, rel=1e-12)
    assert found["ci_low"][0] < expected < found["ci_high"][0]


def test_of_very_many_runs_there_are_none():
    found = analyze(runs_of(10_001), "score", ["a"], direction="higher")
    assert found.iqm.empty
    assert found.improvement.empty


def test_traps_are_told(found):
    said = " ".join(_traps(found.iqm))
    assert "whole strata" in said
    assert "0.82 times as wide as they should be" in said
    assert "it is their mean" not in said
    three = found.iqm.assign(left_out=0, whole=0, runs=3, strata=1)
    assert "leaves out none: it is their mean" in " ".join(_traps(three))
