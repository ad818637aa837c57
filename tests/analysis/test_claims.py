"""Verdicts, tables and notes claim no more than the runs show. Expected numbers come from NumPy and SciPy."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ablation.analysis import analyze
from ablation.design import make_design
from tests.analysis.compare import close, noted, row, told


def studied(levels, log_loss, n_seeds=5, noise=0.02, seed=0):
    """Every cell with paired seeds; `log_loss` maps a cell (a dictionary) to its mean on the log scale."""
    rng = np.random.default_rng(seed)
    cells = [dict(zip(levels, values, strict=True)) for values in itertools.product(*levels.values())]
    return measured(cells, log_loss, n_seeds, noise, rng)


def measured(cells, log_loss, n_seeds, noise, rng):
    rows = [{**cell, "seed": s} for cell in cells for s in range(n_seeds)]
    means = np.array([log_loss(r) for r in rows])
    return pd.DataFrame(rows).assign(loss=np.exp(means + rng.normal(0, noise, len(rows))))


def codes(found):
    return {notice.code for notice in found.warnings}


@pytest.fixture
def half_fraction():
    """c and d change each other's effect, in cells where that is one contrast with a:b."""
    factors = dict.fromkeys("abcd", (0, 1))
    cells = make_design(factors, "fractional", runs=8).cells
    rng = np.random.default_rng(0)
    return measured(cells, lambda r: 0.3 * (2 * r["c"] - 1) * (2 * r["d"] - 1), 4, 0.02, rng)


def test_interactions_that_share_a_contrast_are_tested_together(half_fraction):
    found = analyze(half_fraction, "loss", list("abcd"), block="seed", margin=3)
    t = half_fraction
    signs = {name: 2.0 * t[name] - 1 for name in "abcd"}
    blocks = pd.get_dummies(t["seed"]).to_numpy(float)
    small = [*signs.values(), signs["a"] * signs["c"], signs["a"] * signs["d"]]

    def rss(columns):
        X = np.column_stack([blocks, *columns])
        return float(np.linalg.lstsq(X, np.log(t["loss"]), rcond=None)[1][0])

    full = rss([*small, signs["a"] * signs["b"]])
    expected = (rss(small) - full) / (full / 21)
    tested = row(found.interactions, term="a:b + c:d")
    assert tested["aliased"]
    close([tested.F, tested.df, tested.p], [expected, 1, stats.f.sf(expected, 1, 21)], rel=1e-6)
    close(row(found.anova, term="a:b + c:d").F, expected, rel=1e-6)
    assert len(found.interactions) == 3, "each of the six pairs is in one of three contrasts"
    assert "the runs cannot tell which" in noted(found, "interaction")
    assert "on average" in row(told(found), factor="c").sentence
    assert "may depend on a or b or d" in row(told(found), factor="c").sentence


def test_a_number_that_does_much_over_its_range_does_not_do_nothing():
    levels = {"width": (16, 64, 256, 512), "bn": (0, 1)}
    table = studied(levels, lambda r: -0.001 * r["width"])
    verdict = row(
        analyze(table, "loss", ["bn"], numeric=["width"], block="seed", margin=3).verdicts, factor="width"
    )
    assert verdict.verdict == "keep"
    slope = stats.linregress(table["width"], np.log(table["loss"])).slope
    close(verdict.percent, 100 * np.expm1(slope * (512 - 16)), rel=1e-6)


def test_an_interaction_with_a_number_gives_a_verdict_at_both_ends():
    table = studied({"x": (-1, 0, 1), "bn": (0, 1)}, lambda r: 0.2 * r["x"] * (2 * r["bn"] - 1))
    found = analyze(table, "loss", ["bn"], numeric=["x"], block="seed", margin=3).verdicts
    assert list(row(found, factor="bn", within="x=-1")[["verdict"]]) == ["keep"]
    assert row(found, factor="bn", within="x=1").verdict == "hurts"
    assert row(found, factor="x", within="bn=0").verdict == "keep"
    assert row(found, factor="x", within="bn=1").verdict == "hurts"
    slopes = [
        stats.linregress(part["x"], np.log(part["loss"])).slope for _, part in table.groupby("bn", sort=True)
    ]
    close(row(found, factor="x", within="bn=1").estimate, 2 * slopes[1], rel=1e-6)
    close(row(found, factor="bn", within="x=1").estimate - row(found, factor="bn", within="x=-1").estimate,
          2 * (slopes[1] - slopes[0]), rel=1e-6)  # fmt: skip


def test_a_margin_in_percent_does_not_become_one_in_units():
    table = studied({"a": (0, 1), "b": (0, 1)}, lambda r: np.log(0.05) + 0.7 * r["a"])
    table.loc[0, "loss"] = 0.0
    found = analyze(table, "loss", ["a", "b"], block="seed", margin=3)
    assert "margin-unit" in codes(found)
    assert found.request.margin is None
    assert "does nothing" not in set(found.verdicts["verdict"])
    meant = analyze(table, "loss", ["a", "b"], block="seed", margin=3, scale="identity")
    assert meant.request.margin == 3, "asked for in units"
    below = table.assign(loss=table["loss"] - 1)
    assert analyze(below, "loss", ["a", "b"], block="seed", margin=3).request.margin == 3, "no loss in %"


def test_lenth_says_nothing_of_a_design_that_leaves_one_out():
    cells = make_design(dict.fromkeys("abcde", (False, True)), "leave_one_out").cells
    losses = [10, 10.1, 10.2, 10.05, 9.95, 14]
    table = pd.DataFrame(cells).assign(loss=losses)
    for order in ("abcde", "edcba"):
        found = analyze(table, "loss", list(order), scale="identity")
        assert found.lenth is None
        for name, loss in zip("abcde", losses[1:], strict=True):
            close(row(found.effects, factor=name).estimate, 10 - loss)


def test_cells_that_share_no_seed_are_not_compared():
    table = studied({"a": (0, 1), "b": (0, 1)}, lambda _: 0.0)
    rerun = (table["a"] == 1) & (table["b"] == 1) & (table["seed"] < 2)
    kept = table[((table["a"] == 0) | (table["b"] == 0)) | rerun].copy()
    moved = (kept["a"] == 1) & (kept["b"] == 1)
    kept.loc[moved, "seed"] += 98
    kept.loc[moved, "loss"] *= np.exp(-0.5)
    found = analyze(kept, "loss", ["a", "b"], block="seed")
    alone = row(found.best_cells, cell="a=1 b=1")
    assert np.isnan([alone["seed_adjusted"], alone["se"], alone["ci_low"]]).all()
    assert not alone["within_noise"]
    assert "incomparable-cells" in codes(found)
    known = found.best_cells[found.best_cells["seed_adjusted"].notna()]
    # The three other cells have all seeds, so their means are those of their runs, and all within noise.
    for r in known.itertuples():
        runs = kept[(kept["a"] == int(r.a)) & (kept["b"] == int(r.b))]
        close(r.mean, np.exp(np.log(runs["loss"]).mean()), rel=1e-9)
    assert known["within_noise"].all()
    assert len(known) == 3


def test_what_is_detectable_is_that_of_the_verdict():
    def log_loss(r):
        return 0.1 * r["a"] * {"p": 0, "q": -0.3, "r": 0.2, "s": 1}[r["b"]]

    found = analyze(
        studied({"a": (0, 1), "b": tuple("pqrs")}, log_loss), "loss", ["a", "b"], block="seed", margin=2
    )
    verdicts, power = found.verdicts, found.power
    assert (verdicts["within"] != "").any()
    assert list(power["within"]) == list(verdicts["within"])
    alpha = 0.9 * 0.05 / len(verdicts)
    for r in power.itertuples():
        critical = stats.t.ppf(1 - alpha / 2, r.df)
        found_at = stats.nct.sf(critical, r.df, r.detectable / r.se)
        assert abs(found_at - 0.8) < 1e-4
        assert r.alpha == pytest.approx(alpha)


def test_claims_of_nothing_are_corrected_for_their_number():
    names = list("abcde")
    table = studied(dict.fromkeys(names, (0, 1)), lambda _: 0.0, n_seeds=3, noise=0.06, seed=2)
    found = analyze(table, "loss", names, block="seed", margin=3).verdicts
    low, high = np.log([1 / 1.03, 1.03])
    alone = np.maximum(
        stats.t.sf((found["estimate"] - low) / found["se"], found["df"]),
        stats.t.cdf((found["estimate"] - high) / found["se"], found["df"]),
    )
    order = np.argsort(alone)
    holm = np.maximum.accumulate(np.sort(alone) * np.arange(len(alone), 0, -1))
    close(found["p_equivalence"].to_numpy()[order], holm, rel=1e-6)
    assert ((found["verdict"] == "does nothing") == (found["p_equivalence"] < 0.05)).all()
    assert (alone < 0.05).sum() > (found["verdict"] == "does nothing").sum(), "the correction matters here"


def test_effects_beyond_the_margin_are_rarely_called_nothing():
    rng, names = np.random.default_rng(1), list("abcde")
    edge = {name: np.log(1.03) for name in names}
    wrong, n = 0, 150
    for _ in range(n):
        table = studied(
            dict.fromkeys(names, (0, 1)), lambda r: sum(edge[k] * r[k] for k in names), n_seeds=2,
            noise=0.03, seed=int(rng.integers(1 << 30)),
        )  # fmt: skip
        found = analyze(table, "loss", names, block="seed", margin=3).verdicts
        wrong += (found["verdict"] == "does nothing").any()
    assert wrong / n < 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)


def test_failures_at_the_reference_are_told_as_well():
    table = studied({"bn": (False, True), "act": ("relu", "elu")}, lambda r: 0.1 * r["bn"], n_seeds=10)
    fails = ~table["bn"] & (table["seed"] < 7)
    table.loc[fails, "loss"] = np.nan
    found = analyze(table, "loss", ["bn", "act"], block="seed")
    assert "Runs with bn=False fail more often: 14 of 20." in row(told(found), factor="bn").sentence
    assert list(found.best_cells["failed"]) == [7, 7, 0, 0]


def test_without_a_repeated_cell_the_error_is_said_to_be_assumed():
    levels = {"a": (0, 1), "b": (0, 1), "c": (0, 1), "d": tuple("wxyz")}
    table = studied(levels, lambda r: 0.1 * r["a"], n_seeds=1)
    found = analyze(table, "loss", list(levels), block="seed", margin=2)
    assert "(13 degrees of freedom)" in noted(found, "unreplicated"), (
        "32 cells − mean − 6 main effects − 12 of pairs"
    )
    twice = studied(levels, lambda r: 0.1 * r["a"], n_seeds=2)
    assert "unreplicated" not in codes(analyze(twice, "loss", list(levels), block="seed"))


@pytest.mark.parametrize("decimals", [2, 3])
def test_rounded_responses_that_tie_by_chance_all_count(decimals):
    table = studied({"a": (0, 1), "b": (0, 1)}, lambda r: r["a"], n_seeds=6, noise=0.01, seed=2)
    rounded = table.assign(loss=table["loss"].round(decimals)).drop(columns="seed")
    found = analyze(rounded, "loss", ["a", "b"])
    assert found.n_runs == len(table)


def test_rows_logged_twice_are_still_found_without_a_seed():
    table = studied({"a": (0, 1), "b": (0, 1)}, lambda r: r["a"], n_seeds=6, noise=0.01).drop(columns="seed")
    twice = pd.concat([table, table.iloc[:5]])
    assert analyze(twice, "loss", ["a", "b"]).n_runs == len(table)


def test_levels_without_a_test_get_no_letters():
    table = studied({"a": ("x", "y", "z")}, lambda _: 0.0, n_seeds=1)
    assert analyze(table, "loss", ["a"]).letters.empty


def test_a_kept_component_whose_effect_may_reverse_is_said_to_help_on_average():
    """a lowers the loss by 23 % without b and raises it by 10 % with it; a:b is aliased with c:e."""
    noise = np.random.default_rng(1)
    cells = [
        (a, b, c, a ^ b ^ c, seed) for a, b, c in itertools.product((0, 1), repeat=3) for seed in range(4)
    ]
    table = pd.DataFrame(cells, columns=["a", "b", "c", "e", "seed"])
    sign = 2 * table - 1
    table["loss"] = np.exp(-0.04 * sign.a + 0.09 * sign.a * sign.b + noise.normal(0, 0.02, len(table)))
    said = told(analyze(table, "loss", ["a", "b", "c", "e"], block="seed"))["sentence"][0]
    assert said.startswith("Keep a: on average it lowers loss")
    assert "Its effect may depend on b or c or e" in said
