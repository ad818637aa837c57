"""The forest plot against the verdicts it draws."""

import math

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from ablation.analysis import analyze
from ablation.report.figures import effects_forest
from ablation.report.figures.forest import Effect, x_limits
from tests.analysis.conftest import FACTORS, load_case
from tests.report.figures.every import is_hollow, markers, words, words_of
from tests.report.figures.states import STATES


@pytest.fixture(scope="module")
def case():
    return load_case("c03")


@pytest.fixture(scope="module")
def analysis(case):
    return analyze(case.table, "loss", FACTORS, block="seed", margin=2)


def forest_of(analysis, **known):
    return effects_forest(analysis, words_of(analysis, **known))


def dots(picture):
    """Estimates from top to bottom."""
    return sorted(markers(picture.figure.axes[0], "o"), key=lambda line: line.get_ydata()[0])


def test_every_verdict_is_a_dot_at_its_estimate_hollow_if_not_significant(analysis):
    found = dots(forest_of(analysis))
    table = analysis.verdicts
    assert [line.get_xdata()[0] for line in found] == pytest.approx(list(table["estimate"]))
    assert [is_hollow(line) for line in found] == list(table["p_adjusted"] >= 0.05)
    assert {True, False} == {is_hollow(line) for line in found}


def test_the_alt_text_has_rs_numbers(case, analysis):
    alt = forest_of(analysis).alt
    for level, expected in case.expected["contrast_B_within_A"].items():
        change = f"{100 * math.expm1(expected['est']):+.2f}\u00a0%".replace("-", "−")
        assert f"BatchNorm at Activation={level} {change}" in alt
    assert "lower is better" in alt
    assert "Margin ±2\u00a0%" in alt


def test_the_band_ends_at_the_margin(analysis):
    axes = forest_of(analysis).figure.axes[0]
    (band,) = [p for p in axes.patches if isinstance(p, Rectangle)]
    assert band.get_x() == pytest.approx(-math.log(1.02))
    assert band.get_x() + band.get_width() == pytest.approx(math.log(1.02))


def test_without_a_margin_there_is_no_band():
    picture = forest_of(STATES["no interactions"]().analysis, direction="lower")
    assert not picture.figure.axes[0].patches
    assert "too small to matter" not in words(picture)


@pytest.mark.parametrize(("direction", "left"), [("lower", "← better"), ("higher", "← worse")])
def test_the_better_side_is_named(analysis, direction, left):
    axes = forest_of(analysis, direction=direction).figure.axes[0]
    assert left in {t.get_text() for t in axes.texts if t.get_position()[0] == 0}


def test_ticks_in_percent_stand_where_the_logarithm_is(analysis):
    axes = forest_of(analysis).figure.axes[0]
    found = dict(zip([t.get_text() for t in axes.get_xticklabels()], axes.get_xticks(), strict=True))
    assert found["+20"] == pytest.approx(math.log(1.2))
    assert found["−20"] == pytest.approx(math.log(0.8))
    assert found["0"] == 0
    assert axes.get_xlabel() == "change of loss in %"


def test_units_instead_of_percent_on_the_identity_scale():
    picture = forest_of(STATES["higher is better"]().analysis, direction="higher")
    assert picture.figure.axes[0].get_xlabel() == "change of loss"
    assert "%" not in picture.alt.replace("95\u00a0%", "")


def test_a_saturated_design_has_only_hollow_dots_and_no_intervals():
    state = STATES["saturated"]()
    picture = forest_of(state.analysis)
    assert all(is_hollow(line) for line in dots(picture))
    assert "no test" in picture.alt
    assert len(picture.figure.axes[0].get_lines()) == 1 + len(dots(picture))


def effect(estimate, low, high):
    return Effect("a", "a", "", estimate, low, high, 0.5, "inconclusive", False)


def test_limits_hold_all_estimates_and_do_not_follow_a_wild_interval():
    tame = [effect(e, e - 0.1, e + 0.1) for e in (-0.5, 0.2, 0.3)]
    low, high = x_limits(tame, (-0.02, 0.02))
    assert low < -0.6
    assert high > 0.4
    wild = [*tame, effect(0.1, -50.0, np.inf)]
    low, high = x_limits(wild, None)
    assert -3 < low < -0.6
    assert 0.4 < high < 3


@pytest.mark.parametrize("end", [np.nan, np.inf])
def test_limits_are_finite_without_any_known_interval(end):
    limits = x_limits([effect(end, -end, end)], None)
    assert limits[0] < 0 < limits[1]
    assert np.isfinite(limits).all()


def test_an_empty_pair_of_levels_leaves_every_effect_known():
    case = load_case("c03")
    empty = (case.table["BatchNorm"] == 1) & (case.table["Activation"] == "sigmoid")
    picture = forest_of(analyze(case.table[~empty], "loss", FACTORS, block="seed"))
    assert "not estimable" not in words(picture)
    assert "BatchNorm unknown" not in picture.alt


def test_many_contrasts_are_cut_to_the_clearest_and_said_so(monkeypatch):
    monkeypatch.setattr("ablation.report.figures.forest.MAX_ROWS", 10)
    picture = forest_of(STATES["60 levels"]().analysis, direction="lower")
    assert "the 10 clearest of 59" in picture.title
    assert len(dots(picture)) == 10
