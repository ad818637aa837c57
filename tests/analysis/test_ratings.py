"""Ratings by the proportional-odds model: R's numbers, planted odds, wrong input, and how they are told.

`cases/ratings.csv` and `.json` were made by R 4.2.2, MASS 7.3-58.2 and ordinal 2022.11-16:

    library(MASS); library(ordinal); library(jsonlite)
    set.seed(11)
    d <- expand.grid(rater = 1:2, seed = 1:6, width = c("16", "32"), norm = c("off", "on"))
    s <- rnorm(6, 0, 0.8)
    eta <- 1.1 * (d$norm == "on") + 0.5 * (d$width == "32") + s[d$seed]
    d$rating <- 1 + rowSums(outer(eta + rlogis(nrow(d)), c(-1.5, -0.3, 0.8, 2.0), ">"))
    d <- d[-5, c("norm", "width", "seed", "rating")]
    d$y <- ordered(d$rating); d$norm <- factor(d$norm, c("off", "on")); d$seed <- factor(d$seed)
    exact <- clm.control(gradTol = 1e-10)
    polr  <- polr(y ~ norm + width, d, Hess = TRUE, control = list(reltol = 1e-15))
    clm   <- clm(y ~ norm + width, data = d, control = exact)
    seeds <- clm(y ~ norm + width + seed, data = d, control = exact)
    pairs <- clm(y ~ norm * width + seed, data = d, control = exact,
                 contrasts = list(norm = "contr.sum", width = "contr.sum"))
    clmm  <- clmm(y ~ norm + width + (1 | seed), data = d)
"""

import json

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.compare import compare
from ablation.errors import UsageError
from ablation.report.sentences import Wording, lead_sentences
from tests.analysis.compare import row
from tests.analysis.conftest import CASES

ASKED = {
    "factors": ["norm", "width"],
    "scale": "ordinal",
    "direction": "higher",
    "reference": {"norm": "off"},
}
R_STOPS = 2e-6
"""polr stops by BFGS at six or seven digits."""


@pytest.fixture(scope="module")
def table():
    return pd.read_csv(CASES / "ratings.csv")


@pytest.fixture(scope="module")
def told():
    return json.loads((CASES / "ratings.json").read_text())


@pytest.fixture(scope="module")
def found(table):
    return analyze(table, "rating", block="seed", interactions=1, **ASKED)


@pytest.mark.parametrize(("by", "block"), [("polr", None), ("clm", None), ("seeds", "seed")])
def test_log_odds_and_errors_are_those_of_r(table, told, by, block):
    found = analyze(table, "rating", block=block, interactions=1, **ASKED)
    for factor, term in (("norm", "normon"), ("width", "width32")):
        effect = row(found.effects, factor=factor)
        assert effect[["estimate", "se", "t"]].tolist() == pytest.approx(told[by][term][:3], rel=R_STOPS)


def test_cuts_are_those_of_r(table, told):
    """R's are at the reference levels, ours at the middle of all."""
    found = analyze(table, "rating", interactions=1, **ASKED)
    middle = (told["clm"]["normon"][0] + told["clm"]["width32"][0]) / 2
    expected = [told["clm"][f"{k}|{k + 1}"][0] - middle for k in (1, 2, 3, 4)]
    assert found.scaling.cuts.tolist() == pytest.approx(expected, rel=1e-6)


def test_with_interactions_effects_are_averages_as_in_r(table, told):
    found = analyze(table, "rating", block="seed", interactions=2, **ASKED)
    for factor, term in (("norm", "norm1"), ("width", "width1")):
        effect, (estimate, se, *_) = row(found.effects, factor=factor), told["pairs"][term]
        assert effect[["estimate", "se"]].tolist() == pytest.approx([-2 * estimate, 2 * se], rel=1e-6)


def test_seeds_as_blocks_lie_near_those_as_random_effects(found, told):
    """A mixed model shrinks seeds, so its effects are smaller: by a sixth at most here."""
    for factor, term in (("norm", "normon"), ("width", "width32")):
        effect = row(found.effects, factor=factor)
        assert 1 < effect["estimate"] / told["clmm"][term][0] < 1.17
        assert effect["se"] == pytest.approx(told["clmm"][term][1], rel=0.02)


def test_two_kinds_of_ratings_are_logistic_regression(table):
    """As statsmodels fits it, with the seeds in it."""
    import statsmodels.api as sm

    two = table.assign(rating=np.where(table["rating"] > 2, 5, 1))
    found = analyze(two, "rating", block="seed", interactions=1, **ASKED)
    X = pd.get_dummies(two["seed"], dtype=float).assign(a=two["norm"] == "on", b=two["width"] == 32) * 1.0
    expected = sm.GLM(two["rating"] > 2, X, family=sm.families.Binomial()).fit(tol=1e-12)
    effect = row(found.effects, factor="norm")
    assert effect["estimate"] == pytest.approx(expected.params["a"], rel=1e-7)
    assert effect["se"] == pytest.approx(expected.bse["a"], rel=1e-7)


def test_effects_are_told_as_changes_of_the_mean_rating(found, table):
    words, scale = Wording.of(found), found.scaling
    effect = row(found.effects, factor="norm")["estimate"]
    middle = float(scale.link(np.array(table["rating"].mean())))
    ends = scale.back(np.array([middle - effect / 2, middle + effect / 2]))
    assert scale.back(np.array(middle)) == pytest.approx(table["rating"].mean(), rel=1e-12)
    assert scale.change(effect) == pytest.approx(ends[1] - ends[0], rel=1e-12)
    assert scale.log_odds(-scale.change(effect)) == pytest.approx(-effect, rel=1e-9)
    assert scale.log_odds(4.5) == np.inf
    assert words.change(effect) == f"+{ends[1] - ends[0]:.3g}"
    assert "rating" in lead_sentences(found, words)[0]


def test_mean_ratings_come_back_from_the_model_without_effects():
    """With cuts alone the mean rating is that of the runs."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": [0, 1] * 40, "y": np.tile(rng.integers(1, 6, 40).repeat(2), 1)})
    found = analyze(frame, "y", "a", scale="ordinal", direction="higher")
    assert row(found.effects, factor="a")["estimate"] == pytest.approx(0, abs=1e-9)
    assert found.marginal_means["response"].tolist() == pytest.approx([frame["y"].mean()] * 2, rel=1e-9)
    best = found.best_cells.iloc[0]
    assert best["mean"] == pytest.approx(frame["y"].mean())


def test_a_margin_is_a_change_of_the_mean_rating(table):
    wide = analyze(table, "rating", margin=2.5, interactions=1, **ASKED)
    assert set(wide.verdicts["verdict"]) == {"does nothing"}
    assert wide.scaling.change(wide.scaling.margin(2.5)[1]) == pytest.approx(2.5, rel=1e-9)


def test_ratings_need_no_equal_steps(table, found):
    """Effects depend on the order alone."""
    other = table.assign(rating=table["rating"].map({1: 0, 2: 10, 3: 11, 4: 12, 5: 100}))
    same = analyze(other, "rating", block="seed", interactions=1, **ASKED)
    columns = ["estimate", "se", "p"]
    assert same.effects[columns].to_numpy() == pytest.approx(found.effects[columns].to_numpy(), rel=1e-8)


def test_planted_odds_come_back():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"a": [0, 1] * 4000})
    linear = 0.7 * frame["a"] + rng.logistic(size=8000)
    frame["y"] = 1 + (linear.to_numpy()[:, None] > np.array([-1.5, 0, 1.0])).sum(axis=1)
    effect = row(analyze(frame, "y", "a", scale="ordinal", direction="higher").verdicts, factor="a")
    assert abs(effect["estimate"] - 0.7) < 2 * effect["se"] < 0.1
    assert effect["verdict"] in ("keep", "better")


@pytest.mark.parametrize(
    ("change", "more", "told"),
    [
        ({"rating": 3}, {}, "ratings that differ in 'rating'"),
        ({"rating": np.arange(47) / 7}, {}, "ratings of few kinds, such as 1 to 5"),
        ({"rating": np.repeat([1, 2], [24, 23])}, {}, "not the lowest or the highest alone"),
        ({"seed": np.arange(47) % 16}, {"block": "seed"}, "at least 4 ratings of each 'seed'"),
        ({}, {"weights": "seed"}, "weights: expected none"),
        ({}, {"trials": "seed"}, "scale: expected none"),
        ({}, {"direction": "zero"}, "direction: expected none"),
    ],
)
def test_what_ratings_are_not_is_refused(table, change, more, told):
    frame = table.sort_values("norm", ascending=False, ignore_index=True).assign(**change)
    with pytest.raises(UsageError) as raised:
        analyze(frame, "rating", **{**ASKED, **more})
    assert told in str(raised.value)


def test_too_few_runs_are_refused(table):
    few = table[::7].assign(rating=[1, 2, 3, 1, 2, 3, 1])
    with pytest.raises(UsageError, match="more ratings than the model has numbers"):
        analyze(few.assign(width=list("abcdeab")), "rating", **{**ASKED, "reference": None})


def test_two_studies_of_ratings_are_not_compared_on_this_scale(table, found):
    with pytest.raises(UsageError, match="Received: ratings"):
        compare(found, analyze(table, "rating", block="seed", **ASKED))
