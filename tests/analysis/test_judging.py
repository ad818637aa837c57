"""Every case has one verdict, and all verdicts of a study together err as rarely as they say."""

import itertools

import numpy as np
import pytest
from scipy import stats

from ablation.analysis import analyze
from ablation.analysis.probability.multiplicity import holm, nested_holm
from ablation.analysis.verdicts.conservative import Conservative, StandardError
from ablation.analysis.verdicts.judging import Rules, judge
from tests.analysis.test_verdicts import planted

DF = 20


def contrasts(estimates, se=1.0, df=DF):
    """Estimates with one known standard error."""
    e = np.asarray(estimates, dtype=float)
    p = 2 * stats.t.sf(np.abs(e) / se, df)
    errors = ((StandardError(se, df),),) * len(e)
    return Conservative(e, np.full(len(e), se), np.full(len(e), float(df)), p, errors)


def verdict(low, high, margin):
    """The verdict on the effect with a 95 % interval from low to high; a lower response is better."""
    half = stats.t.ppf(0.975, DF)
    found = contrasts([(low + high) / 2], (high - low) / 2 / half)
    return judge(found, Rules(0.05, 0.05, margin, lower_is_better=True)).verdicts[0]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-9, -3, "keep"),  # beyond the margin of 2
        (-9, -1, "better"),
        (-1.9, -0.1, "does nothing"),  # surely better, and surely by less than the margin
        (-1, 1, "does nothing"),
        (-1, 9, "inconclusive"),
        (-9, 9, "inconclusive"),
        (-9, 1, "inconclusive"),
        (1, 9, "worse"),
        (0.1, 1.9, "does nothing"),
        (3, 9, "hurts"),
    ],
)
def test_where_the_interval_lies_decides_the_verdict(low, high, expected):
    assert verdict(low, high, margin=2.0) == expected


@pytest.mark.parametrize(("low", "high"), [*itertools.combinations(np.linspace(-4.05, 4.05, 19), 2)])
def test_every_interval_has_the_verdict_of_the_partition(low, high):
    middle, margin = (low + high) / 2, 2.0
    narrow = (high - low) / 2 * stats.t.ppf(0.95, DF) / stats.t.ppf(0.975, DF)
    is_inside = -margin < middle - narrow and middle + narrow < margin
    signed = low > 0 or high < 0
    if is_inside:
        expected = "does nothing"
    elif signed:
        is_large = low > margin or high < -margin
        expected = {(True, True): "keep", (True, False): "better", (False, True): "hurts"}.get(
            (high < 0, is_large), "worse"
        )
    else:
        expected = "inconclusive"
    assert verdict(low, high, margin) == expected
    without = {True: "keep" if high < 0 else "hurts", False: "inconclusive"}[signed]
    assert verdict(low, high, None) == without


def test_without_second_tests_the_nested_adjustment_is_holm_s():
    rng = np.random.default_rng(0)
    for m in (1, 2, 7):
        p = rng.random(m) ** 3
        adjusted, then = nested_holm(p, np.full(m, np.nan))
        np.testing.assert_array_equal(adjusted, holm(p))
        assert np.isnan(then).all()
        np.testing.assert_array_equal(nested_holm(p, p)[0], holm(p))


def test_a_contrast_whose_second_test_is_open_keeps_its_share():
    one, two = nested_holm([0.01, 0.02, 0.04, np.nan], [0.015, 0.5, 0.9, np.nan])
    # 3 x 0.01, 3 x 0.015, then two contrasts are left: 2 x 0.02 (below 0.045), 2 x 0.04, 2 x 0.5, 1 x 0.9
    np.testing.assert_allclose(one[:3], [0.03, 0.045, 0.08])
    np.testing.assert_allclose(two[:3], [0.045, 1.0, 1.0])
    assert np.isnan([one[3], two[3]]).all()


@pytest.mark.parametrize(
    "effects",
    [[0.0] * 6, [0.0] * 3 + [1.99] * 3, [1.99] * 6, [0.0, 0.0, 1.99, 1.99, 9.0, 9.0], [0.0] + [-1.99] * 5],
)
def test_all_claims_of_sign_and_size_together_err_at_most_at_alpha(effects):
    truth, margin, n = np.array(effects), 2.0, 3000
    rng, wrong, rules = np.random.default_rng(1), 0, Rules(0.05, 0.05, margin, True)
    for _ in range(n):
        se = 0.7 * np.sqrt(rng.chisquare(DF) / DF)
        verdicts = judge(contrasts(truth + 0.7 * rng.normal(size=6), se), rules).verdicts
        right = {"keep": truth < -margin, "better": truth < 0, "worse": truth > 0, "hurts": truth > margin}
        wrong += any(not right[v][i] for i, v in enumerate(verdicts) if v in right)
    assert wrong / n < 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)


@pytest.mark.parametrize(
    ("direction", "codes"), [("lower", ("better", "worse")), ("higher", ("worse", "better"))]
)
def test_a_sure_effect_that_may_be_below_the_margin_is_better_or_worse(direction, codes):
    table = planted({"good": -0.05, "bad": 0.08})
    found = analyze(
        table, "loss", ["good", "bad"], block="seed", margin=5, direction=direction, scale="log"
    ).verdicts
    assert tuple(found["verdict"]) == codes
    assert (found["p_adjusted"] < 0.05).all()
    assert (found["p_beyond"] > 0.05).all()
    assert (found["p_equivalence"] > 0.05).all()
    wide = analyze(table, "loss", ["good", "bad"], block="seed", margin=1, direction=direction, scale="log")
    assert (wide.verdicts["p_beyond"] < 0.05).all()
    assert set(wide.verdicts["verdict"]) == {"keep", "hurts"}
