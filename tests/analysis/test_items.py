"""Rows per run and test item: runs of them, parts of variance by statsmodels, planted errors, refusals."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from ablation.analysis import analyze
from ablation.analysis.tables.item_effects import crossed, differences
from ablation.errors import UsageError
from ablation.report.sections.items import item_sentence
from ablation.report.sentences import Wording

ASKED = {"response": "correct", "factors": "norm", "block": "seed", "item": "question", "direction": "higher"}


def planted(rng, n_seeds, n_items, seed=0.1, item=0.3, both=0.2, effect=0.2):
    """Differences (n_seeds x n_items) of a crossed model."""
    parts = rng.normal(0, seed, (n_seeds, 1)) + rng.normal(0, item, (1, n_items))
    return effect + parts + rng.normal(0, both, (n_seeds, n_items))


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(1)
    hard, other = rng.normal(0, 1, 30), rng.normal(0, 0.8, 30)
    found = [
        (norm, seed, f"q{i}", int(rng.random() < 1 / (1 + np.exp(-hard[i] - norm * (0.6 + other[i])))))
        for norm, seed, i in product((False, True), range(5), range(30))
    ]
    return pd.DataFrame(found, columns=["norm", "seed", "question", "correct"])


def test_runs_are_shares_of_their_items(rows):
    found = analyze(rows, **ASKED)
    totals = rows.groupby(["norm", "seed"], as_index=False).agg(
        correct=("correct", "sum"), n=("correct", "size")
    )
    same = analyze(totals, "correct", "norm", block="seed", trials="n", direction="higher")
    assert found.n_runs == 10
    assert found.verdicts["estimate"].tolist() == pytest.approx(same.verdicts["estimate"].tolist())
    assert found.verdicts["p_adjusted"].tolist() == pytest.approx(same.verdicts["p_adjusted"].tolist())


def test_scores_are_averaged(rows):
    scores = rows.assign(correct=rows["correct"] * 2.5 + 1)
    found = analyze(scores, **ASKED)
    means = scores.groupby(["norm", "seed"], as_index=False)["correct"].mean()
    same = analyze(means, "correct", "norm", block="seed", direction="higher")
    pd.testing.assert_frame_equal(found.effects, same.effects)


def test_parts_of_variance_are_those_of_a_crossed_mixed_model():
    d = planted(np.random.default_rng(3), 6, 20)
    mine = crossed(d, 0.05)
    frame = pd.DataFrame(
        [(s, i, d[s, i]) for s in range(6) for i in range(20)], columns=["seed", "item", "d"]
    )
    parts = {"seed": "0 + C(seed)", "item": "0 + C(item)"}
    told = sm.MixedLM.from_formula("d ~ 1", frame, groups=np.ones(120), vc_formula=parts).fit(reml=True)
    item, seed = told.vcomp  # in the order of their names
    assert [mine["sd_seed"] ** 2, mine["sd_item"] ** 2] == pytest.approx([seed, item], rel=1e-3)
    assert mine["sd_both"] ** 2 == pytest.approx(told.scale, rel=1e-4)
    assert mine["se"] == pytest.approx(told.bse["Intercept"], rel=1e-3)


def test_on_these_items_it_is_the_t_test_over_seeds():
    d = planted(np.random.default_rng(4), 5, 12)
    assert crossed(d, 0.05)["p_seeds"] == pytest.approx(stats.ttest_1samp(d.mean(axis=1), 0).pvalue)


def test_errors_hold_what_they_promise():
    """No effect but for seeds and items: other items ask for the wider error, and only that one holds."""
    rng, both, seeds, items = np.random.default_rng(5), [], [], []
    for _ in range(600):
        d = planted(rng, 5, 30, effect=0)
        mine = crossed(d, 0.05)
        both.append(mine["p"] < 0.05)
        seeds.append(mine["p_seeds"] < 0.05)
        items.append(stats.ttest_1samp(d.mean(axis=0), 0).pvalue < 0.05)
    assert np.mean(both) < 0.075
    assert min(np.mean(seeds), np.mean(items)) > 0.1


def test_cells_of_other_factors_are_averaged(rows):
    twice = pd.concat([rows.assign(width=16), rows.assign(width=32, correct=1 - rows["correct"])])
    found = analyze(twice, **{**ASKED, "factors": ["norm", "width"]})
    d = differences(found.items, "norm", "True", "False")
    assert d.shape == (5, 30)
    assert np.allclose(d, 0)
    assert found.item_effects["factor"].tolist() == ["norm", "width"]


def test_one_seed_makes_no_claim(rows):
    found = analyze(rows[rows["seed"] == 0], **ASKED)
    (row,) = found.item_effects.to_dict("records")
    assert np.isnan([row["se"], row["p"], row["p_seeds"]]).all()
    assert "no claim. Fewer than two" in item_sentence(row, Wording.of(found))
    assert set(found.verdicts["verdict"]) == {"inconclusive"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d[d["question"] == "q1"], "at least two items"),
        (lambda d: pd.concat([d, d.iloc[:1]]), "more than once"),
        (lambda d: d.iloc[1:], "Received: question q0 in 9 of them"),
        (lambda d: d.drop(columns="question"), "'question'"),
        (lambda d: d.assign(correct=d["correct"].where(d.index > 0, np.nan)), "a number for every item"),
        (lambda d: d.iloc[:0], "at least one run"),
    ],
)  # fmt: skip
def test_tables_that_lack_items_are_refused(rows, change, told):
    with pytest.raises(UsageError) as raised:
        analyze(change(rows), **ASKED)
    assert told in str(raised.value)


def test_a_run_without_any_number_has_failed(rows):
    lost = rows.assign(correct=rows["correct"].astype(float).where((rows["seed"] > 0) | rows["norm"]))
    found = analyze(lost, **ASKED)
    assert found.selection.failed.sum() == 1
    assert found.item_effects["seeds"].tolist() == [4]
