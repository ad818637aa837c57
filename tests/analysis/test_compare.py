"""Two studies side by side: numbers by statsmodels and scipy, pairs, what is common, and wrong input."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multitest import multipletests

from ablation.analysis import analyze
from ablation.analysis.compare import compare
from ablation.errors import UsageError

ASKED = {"response": "loss", "factors": ["a", "b"], "block": "seed"}


def runs(seed, effect=-0.05, seeds=range(4), shift=0.0, shared=0.0, **levels):
    """Losses of a full factorial; `shared` is what seeds do to all runs, alike in every study."""
    rng, own = np.random.default_rng(seed), np.random.default_rng(99).normal(0, 1, 30)
    levels = {"a": [False, True], "b": [False, True]} | levels
    table = pd.DataFrame(list(product(*levels.values(), seeds)), columns=[*levels, "seed"])
    log = effect * (table["a"] == levels["a"][-1]) + shared * own[table["seed"]] + shift
    return table.assign(loss=np.exp(log + rng.normal(0, 0.01, len(table))))


@pytest.fixture(scope="module")
def tables():
    return runs(21, shared=0.1), runs(22, effect=-0.02, shared=0.1, shift=0.05)


@pytest.fixture(scope="module")
def paired(tables):
    return compare(*(analyze(table, **ASKED) for table in tables))


def test_change_of_paired_effects_is_the_interaction_with_the_study(tables, paired):
    both = pd.concat([t.assign(later=float(i)) for i, t in enumerate(tables)])
    both = both.assign(y=np.log(both["loss"]), x=both["a"] * 1.0, z=both["b"] * 1.0 - 0.5)
    run = "C(x):C(z):C(seed)"
    # each run has its own mean, each seed and each pair of levels its own change
    joint = smf.ols(
        f"y ~ {run} + later + later:x + later:z + later:I((x - 0.5) * z) + later:C(seed)", both
    ).fit()
    (row,) = paired.effects[paired.effects["factor"] == "a"].to_dict("records")
    assert row["estimate"] == pytest.approx(joint.params["later:x"], rel=1e-9)
    classical = paired.pairs.change.effects.iloc[0]
    assert classical["se"] == pytest.approx(joint.bse["later:x"], rel=1e-9)
    assert classical["df"] == joint.df_resid
    assert row["se"] == pytest.approx(joint.bse["later:x"], rel=1e-9)  # these seeds' effects are alike
    assert row["df"] <= joint.df_resid
    assert row["p"] == pytest.approx(2 * stats.t.sf(abs(row["estimate"] / row["se"]), row["df"]), rel=1e-9)


def test_change_is_the_difference_of_both_effects(paired):
    table = paired.effects
    np.testing.assert_allclose(table["second"] - table["first"], table["estimate"], atol=1e-12)
    assert table["change"][0] == "worse"
    assert table["p_adjusted"].tolist() == pytest.approx(multipletests(table["p"], method="holm")[1])


def test_unpaired_effects_are_compared_by_welch(tables):
    found = compare(*(analyze(table, **ASKED) for table in tables), paired=False)
    for i, row in enumerate(found.effects.to_dict("records")):
        errors = [found.first.verdicts.iloc[i], found.second.verdicts.iloc[i]]
        stated = [(e["estimate"], e["se"] * np.sqrt(e["df"] + 1), e["df"] + 1) for e in errors]
        test = stats.ttest_ind_from_stats(*stated[1], *stated[0], equal_var=False)
        assert row["p"] == pytest.approx(test.pvalue, rel=1e-9)
        assert row["estimate"] / row["se"] == pytest.approx(test.statistic, rel=1e-9)


def test_without_blocks_unpaired_errors_are_those_of_each_cell():
    """y ~ a * study with HC2 is the sum of s² / n over the four groups."""
    rng = np.random.default_rng(3)
    tables = [
        pd.DataFrame({"a": [False] * 6 + [True] * 6, "loss": 5 + rng.normal(0, [1.0] * 6 + [3.0] * 6)})
        for _ in range(2)
    ]
    found = compare(*(analyze(t, "loss", ["a"], scale="identity", direction="lower") for t in tables))
    both = pd.concat([t.assign(study=i, x=t["a"] * 1.0) for i, t in enumerate(tables)])
    joint = smf.ols("loss ~ x * study", both).fit(cov_type="HC2", use_t=True)
    (row,) = found.effects.to_dict("records")
    assert row["estimate"] == pytest.approx(joint.params["x:study"])
    assert row["se"] == pytest.approx(joint.bse["x:study"])
    assert not found.is_paired
    assert found.common.why == "block"


def test_cells_in_pairs(tables, paired):
    change = np.log(tables[1]["loss"]) - np.log(tables[0]["loss"])
    each = tables[0].assign(y=change, cell=tables[0]["a"].astype(str) + tables[0]["b"].astype(str))
    squares = anova_lm(smf.ols("y ~ C(cell) + C(seed)", each).fit())["mean_sq"]
    part = np.array([squares["C(seed)"], 3 * squares["Residual"]]) / 4
    cells = paired.cells
    np.testing.assert_allclose(cells["estimate"], each.groupby("cell")["y"].mean())
    np.testing.assert_allclose(cells["se"], np.sqrt(each.groupby("cell")["y"].var().mean() / 4))
    np.testing.assert_allclose(cells["se"], np.sqrt(part.sum() / 4))
    np.testing.assert_allclose(cells["df"], part.sum() ** 2 / (part**2 / [3, 9]).sum())
    means = [np.log(t["loss"]).groupby(t["seed"]).mean() for t in tables]
    test = stats.ttest_rel(means[1], means[0])
    low, high = test.confidence_interval()
    assert paired.average.p == pytest.approx(test.pvalue)
    assert (paired.average.low, paired.average.high) == pytest.approx((low, high))


def test_cells_of_other_seeds(tables):
    later = runs(23, seeds=range(10, 16), shift=0.05)
    found = compare(analyze(tables[0], **ASKED), analyze(later, **ASKED))
    assert (found.is_paired, found.common.why) == (False, "blocks")
    assert found.cells["n_second"].tolist() == [6] * 4
    sides = [np.log(t["loss"]).groupby(t["seed"]).mean() for t in (tables[0], later)]
    assert found.average.p == pytest.approx(stats.ttest_ind(*sides, equal_var=False).pvalue)
    variance = [
        np.log(t["loss"]).groupby([t["a"], t["b"]]).var().mean() / n for t, n in ((tables[0], 4), (later, 6))
    ]
    np.testing.assert_allclose(found.cells["se"], np.sqrt(sum(variance)))


def test_a_new_component_leaves_pairs_where_its_level_was_known(tables):
    more = runs(24, effect=-0.02, shared=0.1, c=[False, True])
    now = analyze(more, "loss", ["a", "b", "c"], block="seed")
    then = analyze(tables[0], **ASKED)
    blind = compare(then, now)
    assert (blind.is_paired, blind.common.why, blind.common.unknown) == (False, "unknown", ["c"])
    assert blind.cells.empty
    assert blind.keeps_best is None
    seen = compare(then, now, fixed=({"c": "false"}, {}))
    assert seen.is_paired
    assert len(seen.common.first) == 16
    assert len(seen.cells) == 4
    assert seen.only[["study", "factor"]].to_numpy().tolist() == [["second", "c"]]


def test_levels_and_names_are_matched_by_meaning(tables):
    now = (
        runs(25, effect=-0.02)
        .rename(columns={"a": "flags.a"})
        .replace({"flags.a": {True: "true", False: "false"}})
    )
    found = compare(analyze(tables[0], **ASKED), analyze(now, "loss", ["flags.a", "b"], block="seed"))
    assert found.is_paired
    assert found.effects["factor"].tolist() == ["a", "b"]


def test_levels_that_only_one_has():
    then = analyze(runs(26, a=["elu", "gelu", "relu"]), **ASKED)
    now = analyze(runs(27, a=["elu", "relu", "selu"]), **ASKED)
    found = compare(then, now)
    assert found.effects[["level", "reference"]].to_numpy().tolist() == [["relu", "elu"], ["True", "False"]]
    assert found.only[["study", "level"]].to_numpy().tolist() == [["first", "gelu"], ["second", "selu"]]
    assert len(found.cells) == 4


def test_numbers_are_compared_over_the_range_of_both():
    sizes = [
        pd.DataFrame(list(product(values, range(3))), columns=["size", "seed"])
        for values in ([1, 2, 4], [2, 4, 8])
    ]
    noise = np.random.default_rng(5).normal(0, 0.01, 9)
    tables = [
        t.assign(loss=10 + slope * t["size"] + noise) for t, slope in zip(sizes, (1.0, 1.5), strict=True)
    ]
    asked = {"response": "loss", "factors": [], "numeric": ["size"], "scale": "identity", "block": "seed"}
    found = compare(*(analyze(t, **asked) for t in tables), paired=False)
    (row,) = found.effects.to_dict("records")
    slopes = [smf.ols("loss ~ size + C(seed)", t).fit().params["size"] for t in tables]
    assert (row["reference"], row["level"]) == ("2", "4")
    assert (row["first"], row["second"]) == pytest.approx([2 * slope for slope in slopes])


def test_pairs_that_lack_a_level_are_not_used():
    then, now = runs(32, a=["x", "y", "z"]), runs(33, a=["x", "y", "z"])
    then, now = (t[~((t["a"] == "z") & (t["seed"] % 2 == i))] for i, t in enumerate((then, now)))
    found = compare(analyze(then, **ASKED), analyze(now, **ASKED))
    assert len(found.common.first) == 16 >= min(len(then), len(now)) / 2
    assert (found.is_paired, found.common.why) == (False, "levels")
    assert found.effects["level"].tolist() == ["y", "z", "True"]
    assert found.only.empty
    with pytest.raises(UsageError, match="every effect"):
        compare(found.first, found.second, paired=True)


def test_numbers_in_pairs_are_compared_over_the_range_of_both():
    sizes = [
        pd.DataFrame(list(product(values, range(4))), columns=["size", "seed"])
        for values in ([1, 2, 4, 8], [2, 4, 6, 8])
    ]
    noise = np.random.default_rng(6).normal(0, 0.01, (2, 16))
    tables = [t.assign(loss=10 + t["size"] * (1 + i / 2) + noise[i]) for i, t in enumerate(sizes)]
    asked = {"response": "loss", "factors": [], "numeric": ["size"], "scale": "identity", "block": "seed"}
    found = compare(*(analyze(t, **asked) for t in tables))
    (row,) = found.effects.to_dict("records")
    both = tables[0].merge(tables[1], on=["size", "seed"])
    slope = smf.ols("change ~ size + C(seed)", both.assign(change=both["loss_y"] - both["loss_x"])).fit()
    assert (found.is_paired, len(both)) == (True, 12)
    assert (row["reference"], row["level"]) == ("2", "8")
    assert row["estimate"] == pytest.approx(6 * slope.params["size"])


def test_same_within_the_margin():
    asked = ASKED | {"margin": 2.0}
    found = compare(analyze(runs(28, shared=0.1), **asked), analyze(runs(29, shared=0.1), **asked))
    assert found.effects["change"].tolist() == ["same", "same"]
    assert found.margin == pytest.approx(np.log(1.02))
    other = compare(found.first, analyze(runs(29, shared=0.1), **(ASKED | {"margin": 3.0})))
    assert other.margin is None


def test_one_scale_for_both(tables):
    units = analyze(tables[1], **ASKED, scale="identity")
    found = compare(analyze(tables[0], **ASKED), units)
    assert found.scale.name == "identity"
    means = [t.groupby("a")["loss"].mean() for t in tables]
    assert found.effects["estimate"][0] == pytest.approx(
        (means[1][True] - means[1][False]) - (means[0][True] - means[0][False])
    )
    np.testing.assert_allclose(found.cells["first"], tables[0].groupby(["a", "b"])["loss"].mean())


def test_best_cell_then_and_now(tables):
    then = analyze(tables[0], **ASKED)
    assert compare(then, analyze(tables[1], **ASKED)).keeps_best is True
    assert compare(then, analyze(runs(30, effect=+0.2), **ASKED)).keeps_best is False


def test_the_same_values_are_said(tables):
    found = compare(*(analyze(tables[0].copy(), **ASKED) for _ in range(2)))
    assert found.is_identical
    assert found.effects["change"].tolist() == ["same", "same"]
    assert found.effects["estimate"].tolist() == [0, 0]
    assert set(found.cells["change"]) == {"same"}


NESTED = {"norm": [0, 0, 0, 1, 1, 1], "drop": ["off", "on", "on"] * 2, "rate": ["", 0.1, 0.3] * 2}


@pytest.mark.parametrize(
    ("held", "n_pairs"),
    [
        ({"drop": "off"}, 8),
        ({"drop": "off", "rate": "0.1"}, 8),
        ({"drop": "on", "rate": "0.1"}, 8),
        ({"drop": "on", "rate": "0.2"}, 0),
        ({"drop": "on"}, 0),
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_a_nested_study_and_one_that_held_parent_and_child(held, n_pairs, which):
    """Where the parent needs no child, whatever was held as the child says nothing."""
    rng = np.random.default_rng(4)
    cells = pd.DataFrame(NESTED).replace("", np.nan)
    large = pd.concat([cells.assign(seed=seed) for seed in range(4)], ignore_index=True)
    small = large.loc[large["drop"] == "off", ["norm", "seed"]]
    tables = [t.assign(loss=np.exp(rng.normal(0, 0.01, len(t)))) for t in (large, small)]
    asked = (["norm", "drop", "rate"], ["norm"])
    both = [analyze(t, "loss", f, block="seed") for t, f in zip(tables, asked, strict=True)]
    order = slice(None, None, -1 if which else 1)
    found = compare(*both[order], fixed=({}, held)[order])
    assert len(found.common.first) == n_pairs
    assert found.common.unknown == (() if "rate" in held or n_pairs else ["rate"])
    if n_pairs:
        paired = (
            found.first.runs.response[found.common.first],
            found.second.runs.response[found.common.second],
        )
        mine = tables[0][(large["drop"] == held["drop"]) & (held["drop"] == "off" or large["rate"] == 0.1)]
        expected = [mine["loss"].to_numpy(), tables[1]["loss"].to_numpy()][order]
        for values, right in zip(paired, expected, strict=True):
            assert sorted(values) == sorted(right)


def test_failed_runs_leave_their_partners(tables):
    broken = tables[1].copy()
    broken.loc[0, "loss"] = np.nan
    found = compare(analyze(tables[0], **ASKED), analyze(broken, **ASKED))
    assert len(found.common.first) == 15
    assert found.cells["n_first"].tolist() == [3, 4, 4, 4]
    assert set(found.cells["df"]) == {3}


@pytest.mark.parametrize(
    ("change", "asked", "sentence"),
    [
        ({}, {"response": "other"}, "Expected two studies of one response. Received: 'loss' and 'other'"),
        ({}, {"direction": "higher"}, "lower is better, and higher is better"),
        (
            {"a": "a2", "b": "b2"},
            {"factors": ["a2", "b2"]},
            "Expected two studies with a component in common",
        ),
    ],
)
def test_wrong_input_is_a_sentence(tables, change, asked, sentence):
    now = tables[1].rename(columns=change).assign(other=tables[1]["loss"])
    with pytest.raises(UsageError, match=sentence):
        compare(analyze(tables[0], **ASKED), analyze(now, **(ASKED | asked)))


def test_one_study_twice_is_refused(paired):
    with pytest.raises(UsageError, match="one study twice"):
        compare(paired.first, paired.first)


def test_pairs_that_are_not_there_are_refused(tables):
    now = analyze(runs(31, seeds=range(10, 14)), **ASKED)
    with pytest.raises(UsageError, match="same cell and the same block"):
        compare(analyze(tables[0], **ASKED), now, paired=True)
