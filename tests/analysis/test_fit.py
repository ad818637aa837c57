"""Numerical accuracy on certified data, and what must not change when only names, order or units do."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation.analysis import analyze
from tests.analysis.compare import close, noted
from tests.analysis.conftest import FACTORS, load_case


def test_wampler4_has_its_certified_digits():
    case = load_case("c06")
    powers = {f"x{k}": case.table["x"].astype(float) ** k for k in range(1, 6)}
    table = pd.DataFrame({**powers, "y": case.table["y"]})
    found = analyze(table, "y", list(powers), numeric=list(powers), scale="identity", interactions=1)
    certified = case.expected["certified"]
    span = np.ptp(
        table[list(powers)].to_numpy(), axis=0
    )  # effects are of the highest value against the lowest
    close(found.effects["estimate"] / span, certified["b"][1:], rel=1e-5)
    close(found.effects["se"] / span, certified["se"][1:])
    close(found.fit.variance**0.5, certified["sigma"])


def test_the_article_s_fit_has_r_s_overall_numbers(c02):
    found = analyze(c02.table, "performance", FACTORS).article_ols()
    overall = c02.expected["overall_F_centered"]
    close(
        [found.fvalue, found.df_model, found.df_resid], [overall["value"], overall["numdf"], overall["dendf"]]
    )
    close(found.condition_number, c02.expected["cond_number_2norm"])
    close(found.aic, c02.expected["nointercept"]["aic_R"] - 2)  # R counts the variance as a parameter


def random_study(seed, n_missing=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        [(a, b, s) for a in "xyz" for b in "uv" for s in range(3)], columns=["a", "b", "seed"]
    )
    table["loss"] = rng.lognormal(size=len(table))
    return table.drop(index=rng.choice(len(table), n_missing, replace=False))


@given(st.integers(0, 10**6), st.integers(0, 4))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_order_of_rows_does_not_matter(seed, n_missing):
    table = random_study(seed, n_missing)
    shuffled = table.sample(frac=1, random_state=seed)
    for name in ("effects", "anova", "verdicts"):
        one, other = (getattr(analyze(t, "loss", ["a", "b"], block="seed"), name) for t in (table, shuffled))
        numbers = one.select_dtypes("float").columns
        np.testing.assert_allclose(one[numbers], other[numbers], rtol=1e-7, atol=1e-10)


@given(st.integers(0, 10**6), st.floats(1e-6, 1e6))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_units_do_not_matter_on_the_log_scale(seed, factor):
    table = random_study(seed, 2)
    one = analyze(table, "loss", ["a", "b"], block="seed", scale="log").effects
    other = analyze(
        table.assign(loss=table["loss"] * factor), "loss", ["a", "b"], block="seed", scale="log"
    ).effects
    for name in ("estimate", "se", "p", "se_hc3"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-7, atol=1e-10)


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_reference_changes_signs_not_tests(seed):
    table = random_study(seed, 3)
    turned = table.assign(b=pd.Categorical(table["b"], ["v", "u"]))
    one, other = (analyze(t, "loss", ["a", "b"], block="seed").effects.iloc[-1] for t in (table, turned))
    np.testing.assert_allclose(
        [one.estimate, one.p, one.p_hc3], [-other.estimate, other.p, other.p_hc3], rtol=1e-7
    )


@given(st.integers(0, 10**6), st.integers(0, 2))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_model_agrees_with_statsmodels(seed, n_missing):
    table = random_study(seed, n_missing)
    found = analyze(table, "loss", ["a", "b"], block="seed")
    close(found.model.mse_resid, found.fit.variance, rel=1e-8)
    close(found.model.df_resid, found.fit.df_resid)
    difference = np.zeros(len(found.model.params))
    difference[list(found.model.params.index).index("b[u]")] = -2.0
    test = found.model.t_test(difference)
    effect = found.effects.iloc[-1]
    close(
        [effect.estimate, effect.se, effect.p], [test.effect[0], test.sd.item(), test.pvalue.item()], rel=1e-7
    )


def test_weights_act_like_repeated_runs_on_estimates():
    table = random_study(1)
    weighted = table.assign(w=np.where(table["a"] == "x", 2.0, 1.0))
    repeated = (
        pd.concat([table, table[table["a"] == "x"].assign(copy=1)]).fillna({"copy": 0}).astype({"copy": str})
    )
    one = analyze(weighted, "loss", ["a", "b"], weights="w", interactions=1)
    other = analyze(repeated, "loss", ["a", "b"], interactions=1)
    assert other.n_runs == 24
    close(one.effects["estimate"], other.effects["estimate"])
    close(one.model.bse["a[x]"] ** 2 / one.model.scale, other.model.bse["a[x]"] ** 2 / other.model.scale)


def test_a_bad_weight_leaves_its_row_out():
    table = random_study(1).assign(w=1.0)
    table.loc[[0, 1], "w"] = [0.0, np.nan]
    found = analyze(table, "loss", ["a", "b"], weights="w")
    assert list(found.excluded["row"]) == [0, 1]
    assert any(w.code == "missing-weight" for w in found.warnings)


def test_a_factor_called_weight_is_a_factor_when_it_is_missing():
    table = random_study(1).rename(columns={"a": "weight_decay"})
    table.loc[0, "weight_decay"] = None
    found = analyze(table, "loss", ["weight_decay", "b"])
    assert "'weight_decay'" in noted(found, "missing-level")
