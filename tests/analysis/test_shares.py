"""Shares of counts on the logit scale: R's quasi-binomial numbers, statsmodels', and wrong input."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ablation.analysis import analyze
from ablation.analysis.compare import compare
from ablation.errors import UsageError
from ablation.report.sentences import Wording, lead_sentences
from tests.analysis.compare import row
from tests.analysis.conftest import load_case

ASKED = {"factors": ["norm", "width"], "block": "seed", "trials": "n", "direction": "higher"}
R_STOPS = 2e-5
"""R stops at a change of the deviance by 1e-8, which leaves the dispersion with five digits."""


@pytest.fixture(scope="module")
def table():
    return load_case("c22").table


@pytest.fixture(scope="module")
def expected():
    return load_case("c22").expected


@pytest.fixture(scope="module")
def found(table):
    return analyze(table, "correct", interactions=1, **ASKED)


@pytest.mark.parametrize(("factor", "term"), [("norm", "normon"), ("width", "width32")])
def test_odds_are_those_of_r(found, expected, factor, term):
    (told,) = (one for one in expected["coefficients"] if one["term"] == term)
    effect = row(found.effects, factor=factor)
    numbers = [told[name] for name in ("Estimate", "Std. Error", "t value", "Pr(>|t|)")]
    assert effect[["estimate", "se", "t", "p"]].tolist() == pytest.approx(numbers, rel=R_STOPS)
    assert effect["df"] == expected["df"]
    assert found.fit.variance == pytest.approx(expected["dispersion"], rel=R_STOPS)


def test_means_are_those_of_r_on_the_response_scale(found, expected):
    for told in expected["norm_response"]:
        mean = row(found.marginal_means, factor="norm", level=told["norm"])
        assert mean["response"] == pytest.approx(told["prob"], rel=1e-6)
        by_delta = mean["se"] * told["prob"] * (1 - told["prob"])
        assert by_delta == pytest.approx(told["SE"], rel=R_STOPS)


def test_with_interactions_and_without_counts_it_is_statsmodels_model(table):
    shares = table.assign(acc=table["correct"] / table["n"]).drop(columns=["correct", "n"])
    found = analyze(
        shares, "acc", ["norm", "width"], block="seed", scale="logit", direction="higher", interactions=2
    )
    X = pd.get_dummies(shares["seed"], prefix="s", drop_first=True, dtype=float)
    a, b = (shares["norm"] == "on") - 0.5, (shares["width"] == 32) - 0.5
    X = sm.add_constant(X.assign(a=a, b=b, ab=a * b))
    told = sm.GLM(shares["acc"], X, family=sm.families.Binomial()).fit(scale="X2", use_t=True)
    effect = row(found.effects, factor="norm")
    assert effect["estimate"] == pytest.approx(told.params["a"], rel=1e-8)
    assert effect["se"] == pytest.approx(told.bse["a"], rel=1e-7)
    assert effect["p"] == pytest.approx(told.pvalues["a"], rel=1e-6)


def test_a_share_with_its_counts_is_the_same_as_the_counts(table, found):
    shares = table.assign(acc=table["correct"] / table["n"])
    same = analyze(shares, "acc", interactions=1, **ASKED)
    pd.testing.assert_frame_equal(same.effects, found.effects)
    assert (same.request.response, found.request.response) == ("acc", "correct / n")
    assert found.request.measured == "correct"


def test_uneven_counts_weigh_as_in_statsmodels(table):
    uneven = table.assign(n=[500, 1000] * 8, correct=table["correct"] * np.array([1, 2] * 8) - np.arange(16))
    found = analyze(uneven, "correct", interactions=1, **ASKED)
    X = pd.get_dummies(uneven["seed"], prefix="s", drop_first=True, dtype=float)
    X = sm.add_constant(X.assign(a=(uneven["norm"] == "on") * 1.0, b=(uneven["width"] == 32) * 1.0))
    share, binomial = uneven["correct"] / uneven["n"], sm.families.Binomial()
    told = sm.GLM(share, X, family=binomial, var_weights=uneven["n"]).fit(scale="X2", use_t=True)
    effect = row(found.effects, factor="norm")
    assert effect["estimate"] == pytest.approx(told.params["a"], rel=1e-8)
    assert effect["se"] == pytest.approx(told.bse["a"], rel=1e-7)


def test_effects_are_told_as_changes_of_the_share_around_its_mean(table, found):
    words, mean = Wording.of(found), table["correct"].sum() / table["n"].sum()
    effect = row(found.effects, factor="norm")["estimate"]
    middle = np.log(mean / (1 - mean))
    low, high = (1 / (1 + np.exp(-(middle + half))) for half in (-effect / 2, effect / 2))
    assert found.scaling.change(effect) == pytest.approx(high - low, rel=1e-12)
    assert found.scaling.change(effect) == pytest.approx(0.045217, abs=5e-4)  # R's means differ by so much
    assert found.scaling.log_odds(high - low) == pytest.approx(effect, rel=1e-12)
    assert words.change(effect) == f"+{high - low:.3g}".replace("-", "−")
    assert "it raises correct / n by 0.045" in lead_sentences(found, words)[0]


def test_effects_of_few_shares_near_one_are_told_around_their_mean_too():
    acc = [0.972, 0.972, 0.974, 0.971, 0.97, 0.989, 0.995, 0.979, 0.989, 0.99]
    near = pd.DataFrame({"norm": ["off"] * 5 + ["on"] * 5, "seed": [*range(5)] * 2, "acc": acc})
    found = analyze(near, "acc", ["norm"], block="seed", scale="logit", direction="higher")
    odds = np.mean(acc) / (1 - np.mean(acc))
    ratio = np.exp(row(found.effects, factor="norm")["estimate"] / 2)
    change = odds * ratio / (1 + odds * ratio) - odds / ratio / (1 + odds / ratio)
    assert found.scaling.change(2 * np.log(ratio)) == pytest.approx(change, rel=1e-9)
    assert change == pytest.approx(np.mean(acc[5:]) - np.mean(acc[:5]), abs=0.002)


def test_a_margin_is_a_change_of_the_share(table):
    found = analyze(table, "correct", margin=0.08, **ASKED)
    low, high = found.scaling.margin(0.08)
    assert (found.scaling.change(low), found.scaling.change(high)) == pytest.approx((-0.08, 0.08))
    assert set(found.verdicts["verdict"]) == {"does nothing"}


def test_the_best_cell_has_the_share_of_all_its_tries(table, found):
    best = found.best_cells.iloc[0]
    mine = table[(table["norm"] == best["norm"]) & (table["width"].astype(str) == best["width"])]
    assert best["mean"] == pytest.approx(mine["correct"].sum() / mine["n"].sum())


def test_planted_odds_come_back_at_the_promised_error():
    """Overdispersed counts: intervals cover, where those of counting alone would not."""
    rng = np.random.default_rng(1)
    covered, narrow = [], []
    for _ in range(80):
        frame = pd.DataFrame([(a, s) for a in (0, 1) for s in range(8)], columns=["a", "seed"])
        p = 1 / (1 + np.exp(-(1.5 + 0.4 * frame["a"] + rng.normal(0, 0.2, 16))))
        frame = frame.assign(n=1000, correct=rng.binomial(1000, p))
        found = analyze(frame, "correct", "a", trials="n", direction="higher")
        effect, dispersion = found.effects.iloc[0], found.fit.variance
        off = abs(effect["estimate"] - 0.4)
        covered.append(effect["ci_low"] < 0.4 < effect["ci_high"])
        narrow.append(off < 1.96 * effect["se"] / np.sqrt(dispersion))
    assert 0.90 <= np.mean(covered) <= 0.99
    assert np.mean(narrow) < 0.85


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"correct": 501}, "expected counts from 0 to 'n'. Received: 501"),
        ({"correct": -1}, "expected counts from 0 to 'n'. Received: -1"),
        ({"correct": 76.8}, "expected shares from 0 to 1. Received: 76.8"),
        ({"n": 0}, "expected whole numbers of tries"),
        ({"n": 500.5}, "expected whole numbers of tries"),
        ({"correct": 1}, "0 and 1 alone, which may be either"),
        ({"correct": np.nan}, "no run with both"),
        ({"correct": 500}, "not 0 or 1 in all runs of a level"),
    ],
)  # fmt: skip
def test_what_is_no_share_is_refused(table, change, told):
    with pytest.raises(UsageError) as raised:
        analyze(table.assign(**change), "correct", **ASKED)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scale": "log"}, "scale: expected none"),
        ({"scale": "identity"}, "scale: expected none"),
        ({"weights": "n"}, "weights: expected none"),
        ({"direction": "zero"}, "direction: expected none"),
        ({"margin": 2}, "margin: expected none"),
        ({"trials": "m"}, "Expected columns 'm'"),
        ({"trials": 1000}, "trials= names a column"),
        ({"scale": "logit", "trials": None}, "shares from 0 to 1 in 'correct'"),
    ],
)  # fmt: skip
def test_what_a_share_does_not_have_is_refused(table, change, told):
    with pytest.raises(UsageError, match=told):
        analyze(table, "correct", **{**ASKED, **change})


def joint_glm(tables, family, y, n, factors, dispersions):
    """Two studies in one model: every term once more with the study, each with its dispersion."""
    parts = []
    for i, one in enumerate(tables):
        X = pd.get_dummies(one["seed"], prefix=f"s{i}_", dtype=float)
        parts.append(X.assign(**{f"{name}{i}": one[name] * 1.0 for name in factors}, y=y(one), n=n(one)))
    both = pd.concat(parts).fillna(0.0)
    weights = both["n"] / np.repeat(dispersions, [len(one) for one in tables])
    return sm.GLM(both["y"], both.drop(columns=["y", "n"]), family=family, var_weights=weights).fit(
        scale=1, tol=1e-12
    )


def interaction(joint, name):
    """Second minus first of a term, and its standard error."""
    test = joint.t_test(f"{name}1 - {name}0 = 0")
    return [float(test.effect[0]), float(test.sd.item())]


def welch_df(first, second):
    """Satterthwaite's, of the errors of both effects."""
    v, df = np.array([first["se"], second["se"]]) ** 2, np.array([first["df"], second["df"]])
    return v.sum() ** 2 / (v**2 / df).sum()


def test_a_change_of_shares_is_the_interaction_of_the_joint_quasi_binomial_model(table):
    rng = np.random.default_rng(8)
    frames = [table.assign(norm=table["norm"] == "on", width=table["width"] == 32)]
    odds = np.log(0.8 / 0.2) + 0.9 * frames[0]["norm"] + rng.normal(0, 0.2, len(table))
    frames.append(frames[0].assign(correct=rng.binomial(500, 1 / (1 + np.exp(-odds)))))
    studies = [analyze(frame, "correct", interactions=1, **ASKED) for frame in frames]
    found = compare(*studies)
    joint = joint_glm(
        frames, sm.families.Binomial(), lambda f: f["correct"] / f["n"], lambda f: f["n"],
        ["norm", "width"], [one.fit.variance for one in studies],
    )  # fmt: skip
    for name in ("norm", "width"):
        change, effects = row(found.effects, factor=name), [row(one.effects, factor=name) for one in studies]
        expected = interaction(joint, name)
        assert change["estimate"] == pytest.approx(expected[0], rel=1e-8)
        se = np.hypot(*(one["se"] for one in effects))
        assert se == pytest.approx(expected[1], rel=1e-7)
        verdicts = [row(one.verdicts, factor=name)["se"] for one in studies]
        # both allow unequal spread in two ways; here each is added before the wider is taken
        assert change["se"] == pytest.approx(np.hypot(*verdicts), rel=0.01)
        assert change["df"] <= welch_df(*effects) * (1 + 1e-9)
    assert not found.is_paired
    assert found.common.why == "scale"


def test_changed_cells_are_those_of_the_saturated_quasi_binomial_model(table):
    later = table.assign(correct=(table["correct"] * 0.97).astype(int))
    later.loc[(later["norm"] == "on") & (later["width"] == 32), "correct"] = 500
    found = compare(*(analyze(one, "correct", interactions=1, **ASKED) for one in (table, later)))
    cells = [one["norm"] + "/" + one["width"].astype(str) for one in (table, later)]
    told = []
    for one, cell in zip((table, later), cells, strict=True):
        X = pd.get_dummies(cell, dtype=float).loc[:, lambda x: [c for c in x if c != "on/32"]]
        some = one[cell != "on/32"]
        binomial = sm.families.Binomial()
        if one is table:
            some, X = one, pd.get_dummies(cell, dtype=float)
        X = X.loc[some.index]
        model = sm.GLM(some["correct"] / some["n"], X, family=binomial, var_weights=some["n"])
        told.append(model.fit(scale="X2"))
    for here, cell in (("norm=on width=16", "on/16"), ("norm=off width=32", "off/32")):
        mine = row(found.cells, cell=here)
        assert mine["estimate"] == pytest.approx(told[1].params[cell] - told[0].params[cell], rel=1e-8)
        assert mine["se"] == pytest.approx(np.hypot(told[0].bse[cell], told[1].bse[cell]), rel=1e-7)
    full = row(found.cells, cell="norm=on width=32")
    assert full["second"] == 1
    assert np.isnan(full["estimate"])
    assert np.isnan(found.average.estimate)


def test_a_change_of_counts_is_the_interaction_of_the_joint_quasi_poisson_model(counts):
    rng = np.random.default_rng(5)
    frames = [counts, counts.assign(errors=rng.poisson(np.exp(0.8 + 0.2 * counts["a"])))]
    studies = [
        analyze(frame, "errors", ["a", "b"], block="seed", scale="count", interactions=1) for frame in frames
    ]
    found = compare(*studies)
    joint = joint_glm(
        frames, sm.families.Poisson(), lambda f: f["errors"], lambda f: 1.0 + 0 * f["errors"], ["a", "b"],
        [one.fit.variance for one in studies],
    )  # fmt: skip
    change, expected = row(found.effects, factor="a"), interaction(joint, "a")
    assert change["estimate"] == pytest.approx(expected[0], rel=1e-7)
    se = np.hypot(*(row(one.effects, factor="a")["se"] for one in studies))
    assert se == pytest.approx(expected[1], rel=1e-6)
    assert change["percent"] == pytest.approx(100 * np.expm1(expected[0]))


def test_studies_on_two_scales_or_in_pairs_of_shares_are_refused(table, found):
    as_is = analyze(table, "correct", ["norm", "width"], block="seed", direction="higher", scale="identity")
    with pytest.raises(UsageError, match="on one scale where shares or counts"):
        compare(found, replace(as_is, request=found.request))
    with pytest.raises(UsageError, match="paired: expected studies on the log"):
        compare(found, analyze(table, "correct", **ASKED), paired=True)


@pytest.fixture(scope="module")
def counts():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        [(a, b, s) for a in (0, 1) for b in (0, 1) for s in range(5)], columns=["a", "b", "seed"]
    )
    return frame.assign(errors=rng.poisson(np.exp(0.4 + 0.9 * frame["a"] + rng.normal(0, 0.4, 20))))


def test_counts_with_zeros_are_statsmodels_quasi_poisson(counts):
    assert (counts["errors"] == 0).any()
    found = analyze(counts, "errors", ["a", "b"], block="seed", scale="count", interactions=1)
    X = sm.add_constant(pd.get_dummies(counts["seed"], prefix="s", drop_first=True, dtype=float))
    X = X.assign(a=counts["a"], b=counts["b"])
    told = sm.GLM(counts["errors"], X, family=sm.families.Poisson()).fit(scale="X2", use_t=True)
    effect = row(found.effects, factor="a")
    assert effect[["estimate", "se", "p"]].tolist() == pytest.approx(
        [told.params["a"], told.bse["a"], told.pvalues["a"]], rel=1e-6
    )
    assert effect["percent"] == pytest.approx(100 * np.expm1(told.params["a"]))
    best = found.best_cells.iloc[0]
    mine = counts[(counts["a"].astype(str) == best["a"]) & (counts["b"].astype(str) == best["b"])]
    assert best["mean"] == pytest.approx(mine["errors"].mean())
    assert Wording.of(found).mean_kind == "mean"


def test_what_is_no_count_is_refused(counts):
    for change, told in (({"errors": -1}, "counts from 0"), ({"errors": 0}, "counts from 0")):
        with pytest.raises(UsageError, match=told):
            analyze(counts.assign(**change), "errors", ["a", "b"], scale="count")
    nothing = counts.assign(errors=counts["errors"] * counts["a"])
    with pytest.raises(UsageError, match="not 0 in all runs of a level"):
        analyze(nothing, "errors", ["a", "b"], block="seed", scale="count")
    with pytest.raises(UsageError, match="weights: expected none"):
        analyze(counts, "errors", ["a"], scale="count", weights="b")
