"""Residual plots against the tables they draw."""

import numpy as np
import pytest

from ablation.analysis import analyze
from ablation.report.figures import residuals
from tests.analysis.conftest import FACTORS, load_case
from tests.report.figures.every import marks, points, words_of


@pytest.fixture(scope="module")
def analysis():
    return analyze(load_case("c03").table, "loss", FACTORS, block="seed")


@pytest.fixture(scope="module")
def panels(analysis):
    return residuals(analysis, words_of(analysis))


def test_residuals_are_observed_minus_fitted(analysis, panels):
    fitted, residual = points(panels[0], "run").T
    assert fitted + residual == pytest.approx(np.log(analysis.runs.response))


def test_the_normal_line_goes_through_the_quartiles(panels):
    """R's qqline: through the quartiles of both axes."""
    (line,) = marks(panels[1], kind="line")
    x, y = points(panels[1], "run").T
    for q in (0.25, 0.75):
        assert np.interp(np.quantile(x, q), line.x, line.y) == pytest.approx(np.quantile(y, q))


def test_bars_are_standard_deviations_of_the_factor_whose_spread_differs_most(analysis, panels):
    assert panels[2].x.label == "Activation"
    sigmoid = np.array(analysis.runs.predictors[3].codes) == 3
    (bars,) = marks(panels[2], kind="bars")
    assert bars.high[3] == pytest.approx(analysis.fit.residuals[sigmoid].std())


def test_the_largest_cooks_distance_is_named(analysis):
    _, _, spread, influence = residuals(analysis, words_of(analysis))
    worst = analysis.diagnostics.influence["cooks_distance"].idxmax()
    run = analysis.diagnostics.influence.loc[worst, "run"]
    assert [note.text for note in influence.notes] == [f"run {run}"]
    assert f"run {run}, SpatialAttention · sigmoid" in influence.alt
    assert "widest at sigmoid" in spread.alt
