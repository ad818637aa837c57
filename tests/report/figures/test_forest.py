"""The forest plot and the bars of the figure-table against the verdicts they draw."""

import math
import re
from types import SimpleNamespace

import numpy as np
import pytest

from ablation.analysis import analyze
from ablation.report.figures import effects_forest
from ablation.report.figures.bars import bar, bar_axis
from ablation.report.figures.forest import changes_axis, effects_of, margin_of, x_limits
from tests.analysis.conftest import FACTORS, load_case
from tests.report.figures.every import marks, points, words, words_of
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
    """Estimates, top to bottom, and whether each is hollow."""
    found = [m for m in marks(picture) if m.size == 4.5]
    return [(m.x[0], "hollow" in m.look) for m in sorted(found, key=lambda m: m.y[0])]


def test_every_verdict_is_a_dot_at_its_estimate_hollow_if_not_significant(analysis):
    table = analysis.verdicts
    found = dots(forest_of(analysis))
    assert [x for x, _ in found] == pytest.approx(list(table["estimate"]))
    assert [hollow for _, hollow in found] == list(table["p_adjusted"] >= 0.05)
    assert {True, False} == {hollow for _, hollow in found}


def by_seed(table, here, factor, levels):
    """Difference of the means of the logarithms at two levels, seed by seed."""
    log_loss, found = np.log(table["loss"]), []
    for seed in sorted(table["seed"].unique()):
        at = [log_loss[here & (table["seed"] == seed) & (table[factor] == level)].mean() for level in levels]
        found.append(at[1] - at[0])
    return pytest.approx(np.array(found))


def test_a_dot_per_seed_is_the_effect_in_the_runs_of_that_seed():
    state = STATES["plain"]()
    analysis = state.analysis
    effects = effects_of(analysis)
    assert [(e.finding.factor, e.finding.level) for e in effects][:2] == [
        ("flags.batch_norm", "True"), ("flags.attention", "spatial"),
    ]  # fmt: skip
    everywhere = state.table["loss"] > 0
    assert effects[0].each == by_seed(state.table, everywhere, "flags.batch_norm", (False, True))
    assert effects[1].each == by_seed(state.table, everywhere, "flags.attention", ("none", "spatial"))


def test_dots_of_a_verdict_at_a_level_are_the_effect_at_that_level():
    table = STATES["plain"]().table
    both = (table["activation"] == "selu") & (table["flags.batch_norm"] == True)  # noqa: E712
    table["loss"] *= np.where(both, 1.4, 1.0)
    found = effects_of(analyze(table, "loss", ["flags.batch_norm", "activation"], block="seed"))
    split = [e for e in found if e.finding.within and e.finding.factor == "flags.batch_norm"]
    assert [e.finding.within[1] for e in split] == ["relu", "elu", "selu"]
    for effect in split:
        here = table["activation"] == effect.finding.within[1]
        assert effect.each == by_seed(table, here, "flags.batch_norm", (False, True))


def test_the_alt_text_has_rs_numbers(case, analysis):
    alt = forest_of(analysis).alt
    for level, expected in case.expected["contrast_B_within_A"].items():
        change = f"{100 * math.expm1(expected['est']):+.2f}\u00a0%".replace("-", "−")
        assert f"BatchNorm at Activation={level} {change}" in alt
    assert "lower is better" in alt
    assert "Margin ±2\u00a0%" in alt


def test_the_band_ends_at_the_margin(analysis):
    (band,) = marks(forest_of(analysis), kind="band")
    assert (band.x[0], band.high[0]) == pytest.approx((-math.log(1.02), math.log(1.02)))


def test_without_a_margin_there_is_no_band():
    picture = forest_of(STATES["no interactions"]().analysis, direction="lower")
    assert not marks(picture, kind="band")
    assert "too small to matter" not in words(picture)


@pytest.mark.parametrize(("direction", "left"), [("lower", "← better"), ("higher", "← worse")])
def test_the_better_side_is_named(analysis, direction, left):
    known = words_of(analysis, direction=direction)
    assert forest_of(analysis, direction=direction).heading.startswith(left)
    assert left in bar_axis(changes_axis(effects_of(analysis), analysis, known), known)


def test_ticks_in_percent_stand_where_the_logarithm_is(analysis):
    axis = forest_of(analysis).x
    found = {text: x for x, text in axis.ticks}
    assert found["+20"] == pytest.approx(math.log(1.2))
    assert found["−20"] == pytest.approx(math.log(0.8))
    assert found["0"] == 0
    assert axis.label == "change of loss in %"


def test_units_instead_of_percent_on_the_identity_scale():
    picture = forest_of(STATES["higher is better"]().analysis, direction="higher")
    assert picture.x.label == "change of loss"
    assert "%" not in picture.alt.replace("95\u00a0%", "")


def test_a_saturated_design_has_only_hollow_dots_and_no_intervals():
    picture = forest_of(STATES["saturated"]().analysis)
    assert [hollow for _, hollow in dots(picture)] == [True] * 4
    assert "no test" in picture.alt
    assert not marks(picture, kind="spans")


def test_a_bar_of_the_table_has_the_interval_where_the_axis_says(analysis):
    """Two ticks of the axis give the scale; the ends of the interval are read from the drawing."""
    known, effects = words_of(analysis), effects_of(analysis)
    axis, band = changes_axis(effects, analysis, known), margin_of(analysis)
    head = bar_axis(axis, known)
    at = [float(x) for x in re.findall(r"M([\d.]+) 31V34", head)]
    values = [value for value, _ in axis.ticks]
    assert len(effects) == 10
    within = []
    for effect in effects:
        ends = re.search(r'class="bars \w+" d="M([\d.]+) [\d.]+H([\d.]+)"', bar(effect, axis, band, known))
        low, high = np.interp([float(e) for e in ends.groups()], at, values)
        step = (values[-1] - values[0]) / (at[-1] - at[0])
        if at[0] <= float(ends[1]) and float(ends[2]) <= at[-1]:
            within.append(effect)
            assert (low, high) == pytest.approx((effect.low, effect.high), abs=0.1 * step)
    assert len(within) == 9, "ends beyond the outermost ticks cannot be read"


def effect(estimate, low, high):
    return SimpleNamespace(estimate=estimate, low=low, high=high)


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
    assert "BatchNorm unknown" not in picture.alt
    assert len(points(picture)) >= len(dots(picture)) > 0


def test_many_contrasts_are_cut_to_the_clearest_and_said_so(monkeypatch):
    monkeypatch.setattr("ablation.report.figures.forest.MAX_ROWS", 10)
    picture = forest_of(STATES["60 levels"]().analysis, direction="lower")
    assert "the 10 clearest of 59" in picture.title
    assert len(dots(picture)) == 10
