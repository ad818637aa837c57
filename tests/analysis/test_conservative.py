"""Errors that allow unequal spread, and runs that have no error of their own, against R and by hand."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.verdicts.conservative import robust_errors
from tests.analysis.compare import close, row, told
from tests.analysis.conftest import load_case


@pytest.fixture
def c24():
    return load_case("c24")


def scores(table, **asked):
    return analyze(table, "score", ["variant"], direction="higher", scale="identity", **asked)


def errors(found):
    """HC2 and unbiased error of each main contrast, with degrees of freedom."""
    L = contrast_rows(found.fit, found.runs.predictors)[1]
    return robust_errors(found.fit, L, found.runs, found.fit.residuals**2, found.fit.variance)


def test_a_run_of_leverage_one_leaves_other_contrasts_their_robust_error(c24):
    expected = next(r for r in c24.expected["hc2_satterthwaite"] if r["term"] == "variantb")
    found = row(scores(c24.table).verdicts, level="b")
    close([found.estimate, found.se, found.df], [expected[k] for k in ("beta", "SE", "df_Satt")])
    close(found.p_adjusted, expected["p_Satt"])
    assert found.verdict == "inconclusive"
    without = row(scores(c24.table[c24.table["variant"] != "c"]).verdicts, level="b")
    close([found.se, found.df], [without.se, without.df])


def test_a_contrast_with_such_a_run_takes_the_noise_of_the_others(c24):
    found = scores(c24.table)
    known = c24.table[c24.table["variant"] != "c"].groupby("variant")["score"]
    n, variance = known.size(), known.var()
    # All others: each squared residual over 1 - leverage estimates the variance of its run.
    own = float((n * variance).sum() / n.sum())
    close(row(found.verdicts, level="c").se, np.sqrt(variance["a"] / n["a"] + own))
    notice = next(w for w in found.warnings if w.code == "no-own-error")
    assert notice.facts == {"runs": 1, "effects": [("variant", "c", "a")]}


def test_such_a_run_takes_the_noise_of_its_noisiest_level():
    rng = np.random.default_rng(0)
    sizes = {("a1", "b1"): 6, ("a1", "b2"): 6, ("a2", "b1"): 3, ("a2", "b2"): 1}
    noise = {"a1": 0.03, "a2": 0.3}
    rows = [(a, b, rng.normal(0, noise[a])) for (a, b), n in sizes.items() for _ in range(n)]
    table = pd.DataFrame(rows, columns=["A", "B", "y"])
    found = analyze(table, "y", ["A", "B"], scale="identity", interactions=2)
    cells = table.groupby(["A", "B"])["y"]
    variance, n = cells.var(), cells.size()
    variance["a2", "b2"] = variance["a2", "b1"]
    close(errors(found)[0][0][0], np.sqrt((variance / n).sum()) / 2)


def test_a_seed_that_no_other_run_has_changes_nothing():
    rng = np.random.default_rng(1)
    rows = [
        (v, s, 1 + rng.normal(0, sd))
        for v, sd in zip("abcde", [0.3, *[0.03] * 4], strict=True)
        for s in range(5)
    ]
    both = [
        scores(pd.DataFrame(r, columns=["variant", "seed", "score"]), block="seed")
        for r in (rows, [*rows, ("b", 99, 1.0)])
    ]
    for name in ("estimate", "se", "df", "p_adjusted"):
        close(both[1].verdicts[name], both[0].verdicts[name])
    notice = next(w for w in both[1].warnings if w.code == "no-own-error")
    assert notice.facts == {"runs": 1, "effects": []}


def test_hc3_is_known_where_no_run_is_alone(c24):
    effects = scores(c24.table).effects
    assert np.isfinite(row(effects, level="b").se_hc3)
    assert np.isnan(row(effects, level="c").se_hc3)
    without = scores(c24.table[c24.table["variant"] != "c"]).effects
    close(row(effects, level="b").se_hc3, row(without, level="b").se_hc3)


def test_hc3_is_left_out_where_it_is_a_multiple_of_the_classical_error():
    rng = np.random.default_rng(2)
    cells = pd.MultiIndex.from_product([[0, 1], [0, 1], [0, 1]], names=["a", "b", "run"]).to_frame(
        index=False
    )
    found = analyze(cells.assign(y=rng.normal(size=8)), "y", ["a", "b"], scale="identity")
    assert found.effects[["se_hc3", "p_hc3"]].isna().all(axis=None)
    three = pd.concat([cells, cells[cells["run"] == 1].assign(run=2)])
    more = analyze(three.assign(y=rng.normal(size=12)), "y", ["a", "b"], scale="identity")
    assert more.effects["se_hc3"].notna().all()


def test_the_unbiased_error_has_the_right_mean_and_hc2_is_known_from_r(c24):
    rng = np.random.default_rng(3)
    table = c24.table[c24.table["variant"] != "c"]
    sd = np.where(table["variant"] == "a", 0.3, 0.03)
    squares = [
        errors(scores(table.assign(score=sd * rng.normal(size=len(table)))))[1][0][0] ** 2 for _ in range(400)
    ]
    assert np.mean(squares) == pytest.approx(
        0.3**2 / 4 + 0.03**2 / 12, rel=4 * np.std(squares) / 20 / np.mean(squares)
    )


def test_levels_without_any_residual_take_the_error_of_all_runs():
    table = pd.DataFrame({"v": list("aaabbbccc"), "y": [1.0, 1, 1, 2, 2, 2, 1, 2, 3]})
    found = row(analyze(table, "y", ["v"], scale="identity").verdicts, level="b")
    close([found.se, found.df], [np.sqrt(2 / 6 * 2 / 3), 6])


def test_a_noisy_third_level_does_not_hide_a_clear_difference():
    rng = np.random.default_rng(4)
    sd = {"a": 0.01, "b": 0.01, "c": 2.0}
    rows = [(v, (v == "b") * 0.5 + rng.normal(0, s)) for v, s in sd.items() for _ in range(6)]
    found = told(analyze(pd.DataFrame(rows, columns=["v", "y"]), "y", ["v"], scale="identity"))
    assert row(found, level="b").verdict == "hurts"
