"""Marginal means against averages computed by hand."""

import numpy as np
import pytest

from ablation.analysis import analyze
from ablation.report.figures import marginal_means
from tests.analysis.conftest import FACTORS, load_case
from tests.report.figures.every import drawn, marks, points, words_of
from tests.report.figures.states import PLAIN, STATES


@pytest.fixture(scope="module")
def state():
    return STATES["plain"]()


@pytest.fixture(scope="module")
def pictures(state):
    return marginal_means(state.analysis, words_of(state.analysis))


def diamonds(picture):
    """Means from left to right, and whether each is hollow."""
    found = [
        (x, y, "hollow" in m.look)
        for m in marks(picture)
        if m.symbol == "D" and "run" not in m.look.split()
        for x, y in zip(m.x, m.y, strict=True)
    ]
    return [(y, hollow) for _, y, hollow in sorted(found)]


def test_one_picture_per_factor_in_order(pictures):
    assert [p.name for p in pictures] == [
        f"marginal_means_{n}" for n in ("batch_norm", "attention", "activation")
    ]


def test_a_mean_is_the_geometric_mean_of_a_balanced_levels_runs(state, pictures):
    for picture, (factor, levels) in zip(pictures, PLAIN.items(), strict=True):
        log_loss = np.log(state.table["loss"])
        expected = [np.exp(log_loss[state.table[factor] == level].mean()) for level in levels]
        assert [y for y, _ in diamonds(picture)] == pytest.approx(expected)


def test_every_run_is_a_point(state, pictures):
    for picture in pictures:
        assert sorted(points(picture, "run")[:, 1]) == pytest.approx(sorted(state.table["loss"]))
    circles = drawn(pictures[0], "run", "s0")
    expected = points(pictures[0], "run", "s0")
    assert len(circles) == 18
    assert circles[:, 1] == pytest.approx(expected[:, 1], abs=3e-5)


def test_a_mean_is_hollow_if_its_level_is_not_told_apart_from_the_reference():
    """Planted: attention and relu do next to nothing, all others do."""
    analysis = analyze(load_case("c03").table, "loss", FACTORS, block="seed")
    found = marginal_means(analysis, words_of(analysis))
    hollow = [[h for _, h in diamonds(picture)] for picture in found]
    assert hollow == [[False, False], [False, False], [False, True], [False, True, False, False]]


def test_the_alt_text_tells_means_and_runs(state, pictures):
    mean = np.exp(np.log(state.table["loss"])[state.table["activation"] == "selu"].mean())
    assert f"selu {mean:.3g} (" in pictures[2].alt
    assert pictures[2].alt.count("n = 12") == 3


def test_a_number_gets_a_line_that_goes_through_its_fitted_slope():
    analysis = STATES["only numbers"]().analysis
    (picture,) = marginal_means(analysis, words_of(analysis))
    (line,) = marks(picture, kind="line")
    x, y = line.x, line.y
    slope = np.polyfit(analysis.runs.predictors[0].values, np.log(analysis.runs.response), 1)[0]
    assert np.diff(np.log(y)) / np.diff(x) == pytest.approx(np.full(40, slope))
    assert "slope (significant" in picture.heading
