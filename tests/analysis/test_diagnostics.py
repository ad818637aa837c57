"""Diagnostics against R: influence, outliers, spread, transformation, seeds."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ablation.analysis import analyze
from ablation.analysis.diagnostics.spread import koenker
from tests.analysis.compare import close, noted, row
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
    assert "sigmoid" in noted(blocked, "unequal-spread")


def test_trap_28_breusch_pagan_on_the_intercept_form(c03, blocked):
    expected, fit = c03.expected["breusch_pagan"], blocked.fit
    X = np.hstack([fit.matrix.X[fit.matrix.cell], blocked.runs.block.columns])
    LM, df = koenker(fit.residuals[:, None] ** 2, X, np.arange(len(X)))
    close([LM[0], df, stats.chi2.sf(LM[0], df)], [expected["LM"], expected["df"], expected["p"]])


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
    assert list(found.diagnostics.outliers["run"]) == [5]
    assert "run 5 (" in noted(found, "outlier")


def test_trap_6_several_rows_per_cell_and_seed_are_noticed(c03):
    epochs = pd.concat([c03.table.assign(loss=c03.table["loss"] * (1 + 0.01 * e)) for e in range(3)])
    found = analyze(epochs, "loss", FACTORS, block="seed")
    assert "keep one row per run" in noted(found, "repeated-rows")


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
def test_residuals_of_one_size_say_nothing_of_spread(noise):
    # Two cells with two paired seeds leave residuals ±c alone; rounding must not look like a trend.
    table = pd.DataFrame(
        {"norm": [0, 1, 0, 1], "seed": [0, 0, 1, 1], "loss": [1, 2, 1.5 + noise, 2.5 - noise]}
    )
    found = analyze(table, "loss", ["norm"], block="seed", scale="identity")
    assert np.isnan(found.diagnostics.breusch_pagan["p"][0])
    assert noted(found, "unequal-spread") == ""


def factorial(levels, n_seeds, rng, sd=1.0):
    cells = list(itertools.product(*map(range, levels), range(n_seeds)))
    names = [*"abcdefg"[: len(levels)], "seed"]
    table = pd.DataFrame(cells, columns=names)
    return table.assign(y=rng.normal(size=len(table)) * np.where(table["a"] == 0, sd, 1.0)), names[:-1]


def check(table, factors):
    return analyze(table, "y", factors, block="seed", scale="identity").diagnostics


def test_few_residual_degrees_of_freedom_tell_nothing_of_spread():
    rng = np.random.default_rng(0)
    for levels, n_seeds in (((2, 2), 2), ((2, 2, 2), 2), ((2, 2), 3)):
        found = check(*factorial(levels, n_seeds, rng))
        assert found.spread[["p", "p_adjusted"]].isna().all(axis=None)
        assert found.breusch_pagan["p"].isna().all()


@pytest.mark.parametrize("lost", [[], [3]], ids=["paired", "a run missing"])
def test_mirrored_residuals_tell_nothing_of_spread(lost):
    # Within a seed the residuals of two levels are the same but for the sign, whatever their spreads.
    table, factors = factorial((2,), 20, np.random.default_rng(0), sd=10.0)
    found = check(table.drop(index=lost), factors)
    assert found.fit.df_resid >= 18
    assert found.spread["p"].isna().all()
    assert found.breusch_pagan["p"].isna().all()


def test_p_of_spread_is_that_of_residuals_of_equal_spread():
    # The reference: SciPy's test on 1000 sets of residuals; the standard error of its share is below 0.016.
    rng = np.random.default_rng(4)
    table, factors = factorial((2, 2), 5, rng)
    found = check(table, factors)
    X = found.fit.matrix.X[found.fit.matrix.cell]
    H = X @ np.linalg.pinv(X)
    a, sets = table["a"].to_numpy() == 0, (np.eye(len(X)) - H) @ rng.normal(size=(len(X), 1000))
    null = np.array([stats.levene(e[a], e[~a], center="median").statistic for e in sets.T])
    line = row(found.spread, factor="a")
    close(line.F, stats.levene(*(found.fit.residuals[g] for g in (a, ~a)), center="median").statistic)
    assert abs(line.p - (null >= line.F).mean()) < 0.05


def test_equal_spread_is_rarely_called_unequal():
    # 100 tables of level 5 %: more than 12 alarms have probability 0.001.
    rng = np.random.default_rng(5)
    found = [check(*factorial((2, 2), 5, rng)) for _ in range(100)]
    assert sum((one.spread["p_adjusted"] < 0.05).any() for one in found) <= 12
    assert sum(one.breusch_pagan["p"][0] < 0.05 for one in found) <= 12


def test_a_tenfold_spread_is_seen():
    # Simulated power 0.83 at 10 seeds: fewer than 9 of 15 have probability 0.01.
    rng = np.random.default_rng(6)
    found = [check(*factorial((2, 2), 10, rng, sd=10.0)).spread for _ in range(15)]
    seen = [row(one, factor="a") for one in found]
    assert sum(line.p_adjusted < 0.05 and line.widest == "0" for line in seen) >= 9


def test_many_seeds_are_no_spread_along_the_fit():
    # 20 tables of level 5 %: more than 4 alarms have probability 0.003; with a column per seed 3 of 4 alarm.
    rng = np.random.default_rng(7)
    found = [check(*factorial((2, 2), 100, rng)).breusch_pagan.iloc[0] for _ in range(20)]
    assert {one.df for one in found} == {3}
    assert sum(one.p < 0.05 for one in found) <= 4


def test_a_level_with_one_run_has_no_spread():
    table, factors = factorial((2, 2), 15, np.random.default_rng(8), sd=20.0)
    table["a"] = table["a"].map({0: "wide", 1: "narrow"})
    table = pd.concat([table, pd.DataFrame([{"a": "once", "b": 0, "seed": 0, "y": 0.0}])], ignore_index=True)
    found = analyze(table, "y", factors, block="seed", scale="identity", interactions=1)
    told = noted(found, "unequal-spread")
    assert "widest at wide" in told
    assert "The verdicts allow for it" in told
    assert "nan" not in told


def numeric_depth(curve, twist, **asked):
    rng = np.random.default_rng(9)
    rows = [(a, b, d, s) for a in (0, 1) for b in (0, 1) for d in range(1, 6) for s in range(3)]
    t = pd.DataFrame(rows, columns=["a", "b", "depth", "seed"])
    log_loss = curve * (t["depth"] - 3) ** 2 + twist * (2 * t["a"] - 1) * (2 * t["b"] - 1) * (t["depth"] - 3)
    t["loss"] = np.exp(log_loss + rng.normal(0, 0.03, len(t)))
    factors = asked.pop("factors")
    found = analyze(t, "loss", factors, block="seed", numeric={"depth"} & set(factors), **asked)
    return noted(found, "lack-of-fit")


def test_lack_of_fit_names_what_the_model_lacks():
    curve, higher = "a numeric factor may act along a curve", "interactions of higher order may matter"
    assert numeric_depth(0.1, 0, factors=["depth"]).endswith(f": {curve}.")
    assert numeric_depth(0.1, 0, factors=["a", "depth"]).endswith(f": {curve}.")
    assert numeric_depth(0.1, 0, factors=["a", "b", "depth"]).endswith(f": {curve}, or {higher}.")
    between = numeric_depth(0.1, 0, factors=["a", "depth"], interactions=1)
    assert between.endswith(f": {curve}, or interactions between the factors may matter.")


def test_lack_of_fit_of_factors_speaks_of_interactions_alone(blocked):
    told = noted(blocked, "lack-of-fit")
    assert told.endswith(": interactions of higher order may matter.")
