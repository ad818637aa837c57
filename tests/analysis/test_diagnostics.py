"""Diagnostics against R: influence, outliers, spread, transformation, seeds."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from tests.analysis.compare import close, row
from tests.analysis.conftest import FACTORS, load_case


@pytest.fixture
def blocked(c03):
    return analyze(c03.table, "loss", FACTORS, block="seed")


def test_influence_points_at_the_run(c03, blocked):
    influence = blocked.diagnostics.influence
    worst = influence["cooks_distance"].idxmax()
    close(influence["cooks_distance"][worst], c03.expected["max_cooks"])
    assert worst + 1 == c03.expected["max_cooks_row_1based_in_used"]
    finite = c03.table[np.isfinite(c03.table["loss"])]
    assert influence["run"][worst] == finite.index[worst]
    assert f"Activation={finite['Activation'].iloc[worst]}" in influence["cell"][worst]
    assert influence["block"][worst] == str(finite["seed"].iloc[worst])


def test_the_outlier_test_matches_r():
    case = load_case("c15")
    found = analyze(case.table, "weight", ["group"], scale="identity").diagnostics
    expected = case.expected
    close(found.influence["cooks_distance"].max(), expected["max_cooks"])
    close(abs(found.outlier["studentized"][0]), expected["studentized_max"])
    close(found.outlier["p_adjusted"][0], expected["bonferroni_outlier_p"])


def test_effect_sizes_of_plant_growth_match_r():
    case = load_case("c15")
    found = row(analyze(case.table, "weight", ["group"], scale="identity").anova, term="group")
    close(found.partial_eta_sq, case.expected["eta2"])
    close(found.partial_omega_sq, case.expected["omega2"])
    close([found.partial_eta_sq_low, found.partial_eta_sq_high], case.expected["eta2_ci90"])


def test_spread_by_level_matches_levene_about_the_median(c03, blocked):
    expected = c03.expected["levene_activation_on_resid"]
    found = row(blocked.diagnostics.spread, factor="Activation")
    close([found.F, found.p], [expected["F"], expected["p"]])
    assert found.widest == "sigmoid"
    assert any(w.code == "unequal-spread" and "sigmoid" in w for w in blocked.warnings)


def test_trap_28_breusch_pagan_on_the_intercept_form(c03, blocked):
    expected = c03.expected["breusch_pagan"]
    found = blocked.diagnostics.breusch_pagan.iloc[0]
    close([found.LM, found.df, found.p], [expected["LM"], expected["df"], expected["p"]])


def test_trap_20_box_cox_is_advice_only(c03, blocked):
    found = blocked.diagnostics.box_cox.iloc[0]
    assert round(found.power, 2) == c03.expected["boxcox_lambda"]
    assert abs(found.ci_high - c03.expected["boxcox_ci"][1]) < 0.005
    assert found.ci_low <= c03.expected["boxcox_ci"][0]  # R stops looking at -2
    assert blocked.scale == "log"  # the truth of this case is log-normal; the interval excludes 0


def test_trap_12b_the_mixed_model_gives_variances_not_tests(c03, blocked):
    expected = c03.expected["random_seed"]
    found = blocked.diagnostics.block_variance.iloc[0]
    close(
        [found.block_variance, found.residual_variance], [expected["var_seed"], expected["sigma2"]], rel=1e-3
    )
    close(found.share, found.block_variance / (found.block_variance + found.residual_variance))
    assert analyze(c03.table, "loss", FACTORS).diagnostics.block_variance.empty


def test_seeds_that_do_nothing_have_no_variance():
    table = pd.DataFrame({"a": [0, 1] * 6, "seed": np.repeat([0, 1, 2], 4), "loss": [1.0, 2, 1.2, 2.2] * 3})
    found = analyze(table, "loss", ["a"], block="seed").diagnostics.block_variance
    assert found["block_variance"][0] == 0


def test_an_outlier_is_named(c02):
    table = c02.table.copy()
    table.loc[5, "performance"] *= 2
    found = analyze(table, "performance", FACTORS, interactions=1)
    assert any(w.code == "outlier" and w.startswith("Run 5 (BatchNorm=0") for w in found.warnings)


def test_trap_6_several_rows_per_cell_and_seed_are_noticed(c03):
    epochs = pd.concat([c03.table.assign(loss=c03.table["loss"] * (1 + 0.01 * e)) for e in range(3)])
    found = analyze(epochs, "loss", FACTORS, block="seed")
    assert any(w.code == "repeated-rows" and "keep one row per run" in w for w in found.warnings)


def test_an_interaction_and_lack_of_fit_are_noticed(blocked):
    codes = [w.code for w in blocked.warnings]
    assert {"failed-runs", "interaction", "lack-of-fit", "unequal-spread"} <= set(codes)


@pytest.mark.parametrize("change", ["constant", "saturated", "perfect"])
def test_nothing_breaks_without_an_error_estimate(c02, change):
    table = c02.table.copy()
    if change == "constant":
        table["performance"] = 0.05
    if change == "perfect":
        table["performance"] = 0.05 - 0.004 * table["BatchNorm"]
    found = analyze(
        table, "performance", FACTORS, scale="identity", interactions=4 if change == "saturated" else 1
    )
    for name in (
        "effects",
        "pairs",
        "letters",
        "marginal_means",
        "anova",
        "lack_of_fit",
        "interactions",
        "verdicts",
    ):
        assert getattr(found, name) is not None
    for name in ("failures", "robustness", "best_cells", "power", "equivalence", "excluded", "warnings"):
        assert getattr(found, name) is not None
    for name in ("influence", "outlier", "spread", "breusch_pagan", "box_cox", "block_variance"):
        assert getattr(found.diagnostics, name) is not None
    assert found.effects[["p", "p_adjusted"]].isna().all(axis=None)
    assert not set(found.verdicts["verdict"]) & {"keep", "hurts", "does nothing"}


@pytest.mark.parametrize("noise", [0.01, 0.3, 1e-5])
def test_residuals_of_one_size_have_no_spread_along_the_fit(noise):
    # Two cells with two paired seeds leave residuals ±c alone; rounding must not look like a trend.
    table = pd.DataFrame(
        {"norm": [0, 1, 0, 1], "seed": [0, 0, 1, 1], "loss": [1, 2, 1.5 + noise, 2.5 - noise]}
    )
    found = analyze(table, "loss", ["norm"], block="seed", scale="identity")
    assert found.diagnostics.breusch_pagan.iloc[0][["LM", "p"]].tolist() == [0.0, 1.0]
    assert all("along the fit" not in str(warning) for warning in found.warnings)
