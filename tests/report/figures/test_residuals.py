"""Residual plots against the tables they draw."""

import numpy as np
import pytest

from ablation.analysis import analyze
from ablation.report.figures import residuals
from tests.analysis.conftest import FACTORS, load_case
from tests.report.figures.every import markers, words, words_of


@pytest.fixture(scope="module")
def analysis():
    return analyze(load_case("c03").table, "loss", FACTORS, block="seed")


@pytest.fixture(scope="module")
def panels(analysis):
    return residuals(analysis, words_of(analysis)).figure.axes


def test_residuals_are_observed_minus_fitted(analysis, panels):
    fitted, residual = markers(panels[0], "o")[0].get_data()
    assert fitted + residual == pytest.approx(np.log(analysis.runs.response))


def test_the_normal_line_goes_through_the_quartiles(panels):
    """R's qqline: through the quartiles of both axes."""
    line = next(one for one in panels[1].get_lines() if one.get_marker() == "None")
    x, y = markers(panels[1], "o")[0].get_data()
    for q in (0.25, 0.75):
        assert np.interp(np.quantile(x, q), *line.get_data()) == pytest.approx(np.quantile(y, q))


def test_bars_are_standard_deviations_of_the_factor_whose_spread_differs_most(analysis, panels):
    assert panels[2].get_xlabel() == "Activation"
    sigmoid = np.array(analysis.runs.predictors[3].codes) == 3
    bars = [line for line in panels[2].get_lines() if line.get_marker() == "None"]
    assert bars[3].get_ydata()[1] == pytest.approx(analysis.fit.residuals[sigmoid].std())


def test_the_largest_cooks_distance_is_named(analysis):
    picture = residuals(analysis, words_of(analysis))
    worst = analysis.diagnostics.influence["cooks_distance"].idxmax()
    run = analysis.diagnostics.influence.loc[worst, "run"]
    assert f"run {run}" in words(picture)
    assert f"run {run}, SpatialAttention · sigmoid" in picture.alt
    assert "widest at sigmoid" in picture.alt
