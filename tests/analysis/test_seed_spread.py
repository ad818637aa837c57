"""Effects that differ from seed to seed: the check, against R, and the wider error, against dense algebra."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import linalg

from ablation.analysis import analyze
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.model.slopes import slopes_of
from ablation.analysis.verdicts.seed_spread import PRIOR_DF, STEADIER, added_by_slopes, seed_spread
from tests.analysis.compare import close, row
from tests.analysis.conftest import load_case


@pytest.fixture
def c21():
    return load_case("c21")


@pytest.fixture
def additive(c21):
    return analyze(c21.table, "y", ["a", "b", "c"], block="seed", scale="identity", interactions=1)


def contrasts(found):
    L = contrast_rows(found.fit, found.runs.predictors)[1]
    return L, found.fit.coordinates(L), slopes_of(found.fit, found.runs)


def test_the_check_is_the_f_test_of_r(c21, additive):
    expected = c21.expected["seed_by_a_F"]
    found = row(additive.diagnostics.by_seed, factor="a")
    close([found.F, found.p], [expected["F"], expected["Pr(>F)"]])
    assert [found.df1, found.df2] == [expected["Df"], expected["Res.Df"]]


def test_the_additive_model_and_the_effect_per_seed_are_those_of_r(c21, additive):
    for expected in c21.expected["additive"]:
        if expected["term"] in "abc":
            found = row(additive.effects, factor=expected["term"])
            close(
                [found.estimate, found.se, found.p],
                [expected[k] for k in ("Estimate", "Std. Error", "Pr(>|t|)")],
            )
    expected, found = c21.expected["per_seed_a"], row(additive.robustness, factor="a")
    close([found.block_mean, found.p_block], [expected["estimate"], expected["p"]])
    close([found.block_ci_low, found.block_ci_high], expected["ci"])


def test_the_slopes_of_a_component_give_the_errors_of_r(c21, additive):
    _, a, slopes = contrasts(additive)
    for i, name in enumerate("abc"):
        own = slopes.each[i]
        se = np.sqrt(own.squares.mean() * (a[i] @ a[i]))
        of = {
            key: next(r for r in c21.expected[key] if r["term"] == name)
            for key in ("CR2_by_seed", "lmer_zero_correlation_KR")
        }
        close(se, of["CR2_by_seed"]["SE"])  # one variance per component: clusters and slopes agree
        # lme4's slopes are independent of the seed's effect at a = b = c = 0, ours of that at the mean.
        close(se, of["lmer_zero_correlation_KR"]["Std. Error"], rel=0.04)
        assert len(own.squares) == of["CR2_by_seed"]["df_Satt"]


def test_the_verdicts_error_is_that_of_all_components_and_the_own_where_it_is_larger(c21, additive):
    """Of R's errors by seed (CR2), 4 degrees of freedom each, 12 together."""
    own = {r["term"]: r["SE"] ** 2 for r in c21.expected["CR2_by_seed"] if r["term"] in "abc"}
    alike = np.mean(list(own.values()))
    for name in "abc":
        found = row(additive.verdicts, factor=name)
        drawn = (PRIOR_DF * alike + 4 * own[name]) / (PRIOR_DF + 4)
        close(found.se**2, max(drawn, alike))
        close(found.df, STEADIER * 12)
    assert row(additive.verdicts, factor="c").se > row(additive.verdicts, factor="a").se


def dense(found, a, weights=None):
    """The same with the matrices written out: per contrast factor and degrees of freedom."""
    fit, runs = found.fit, found.runs
    X = np.column_stack([fit.matrix.X[fit.matrix.cell], np.eye(fit.n_blocks)[fit.matrix.block]])
    root = np.ones(fit.n) if weights is None else np.sqrt(weights)
    N = linalg.null_space((root[:, None] * X).T)
    y, df = N.T @ (root * fit.y), N.shape[1]
    parts = []
    for part in runs.predictors:
        same = (part.codes[:, None] == part.codes) & (fit.matrix.block[:, None] == fit.matrix.block)
        parts.append(np.outer(root, root) / np.mean(root**2) * same)

    def moment(K):
        gains, directions = np.linalg.eigh(N.T @ K @ N)
        real = gains > 1e-9
        squares = (directions[:, real].T @ y) ** 2 / (y @ y / df)
        return (squares - 1).sum() / gains[real].sum(), gains[real]

    alike, gains = moment(sum(parts))
    ratios = []
    for K in parts:
        own, n = moment(K)[0], len(moment(K)[1])
        ratios.append(max(0, alike, (PRIOR_DF * alike + n * own) / (PRIOR_DF + n)))
    x = fit.loadings(a).T
    added = [sum(t * (v @ K @ v) for t, K in zip(ratios, parts, strict=True)) / (v @ v) for v in x]
    known = min(STEADIER * gains.sum() ** 2 / (gains**2).sum(), df)
    return np.sqrt(1 + np.array(added)), np.full(len(a), known)


@pytest.mark.parametrize("kind", ["balanced", "runs lost", "weights"])
def test_the_wider_error_is_that_of_dense_matrices(kind):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(itertools.product([0, 1], [0, 1], "xyz", range(4)), columns=["a", "b", "c", "seed"])
    table["y"] = rng.normal(size=len(table)) + rng.normal(size=4)[table["seed"]] * table["a"]
    table["w"] = rng.uniform(0.5, 2, len(table))
    if kind == "runs lost":
        table = table[rng.random(len(table)) > 0.2].reset_index(drop=True)
    weighted = kind == "weights"
    found = analyze(
        table, "y", ["a", "b", "c"], block="seed", scale="identity", weights="w" if weighted else None
    )
    L, a, slopes = contrasts(found)
    spread = seed_spread(found.fit, slopes)
    factor = np.sqrt(1 + added_by_slopes(found.fit, L, slopes) @ spread.ratios())
    close(
        [factor, np.full(len(L), min(spread.df, found.fit.df_resid))],
        dense(found, a, table["w"].to_numpy() if weighted else None),
        rel=1e-6,
    )


def study(rng, spread, n_seeds=5, levels=((0, 1), (0, 1), (0, 1))):
    table = pd.DataFrame(itertools.product(*levels, range(n_seeds)), columns=["a", "b", "c", "seed"])
    y = rng.normal(size=len(table))
    for name in spread:
        y += spread[name] * rng.normal(size=n_seeds)[table["seed"]] * table[name]
    return analyze(table.assign(y=y), "y", ["a", "b", "c"], block="seed", scale="identity")


def test_a_component_that_differs_from_seed_to_seed_is_named():
    found = study(np.random.default_rng(1), {"b": 4.0})
    notice = next(w for w in found.warnings if w.code == "differs-by-seed")
    assert [name for name, *_ in notice.facts["effects"]] == ["b"]
    assert row(found.diagnostics.by_seed, factor="b").ratio > 1
    widened = found.verdicts["se"] / found.effects["se"]
    assert widened.idxmax() == 1


def test_without_spread_few_components_are_named_and_errors_are_little_wider():
    rng = np.random.default_rng(2)
    found = [study(rng, {}) for _ in range(60)]
    named = sum(any(w.code == "differs-by-seed" for w in one.warnings) for one in found)
    assert named <= 8, "60 studies at 5 %: more than 8 have probability 0.002"
    widened = [one.verdicts["se"] / one.effects["se"] for one in found]
    assert np.min(widened) >= 1 - 1e-12
    assert np.median(widened) < 1.15


def test_without_seeds_or_beyond_them_nothing_is_widened():
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"a": [0, 1] * 6, "seed": np.repeat(range(6), 2), "y": rng.normal(size=12)})
    for block in (None, "seed"):  # with one component the residuals are its differences between seeds
        found = analyze(table, "y", ["a"], block=block, scale="identity")
        close(found.verdicts[["se", "df"]], found.effects[["se", "df"]])
        assert found.diagnostics.by_seed["p"].isna().all()


def test_many_columns_are_judged_by_some():
    rng = np.random.default_rng(4)
    table = pd.DataFrame(itertools.product([0, 1], [0, 1], range(600)), columns=["a", "b", "seed"])
    table["y"] = rng.normal(size=len(table)) + rng.normal(size=600)[table["seed"]] * table["a"]
    found = analyze(table, "y", ["a", "b"], block="seed", scale="identity")
    per_seed = row(found.robustness, factor="a")
    close(
        row(found.verdicts, factor="a").se,
        (per_seed.block_ci_high - per_seed.block_ci_low) / 2 / 1.964,
        rel=0.1,
    )
