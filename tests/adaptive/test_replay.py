"""A whole study without random numbers, made of sines; its p values were computed apart from this code."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.replay import Replay
from ablation.errors import UsageError

TABLE = pd.read_csv(Path(__file__).with_name("case8.csv"))
FACTORS = {"a": ["0", "1"], "b": ["0", "1"], "c": ["u", "v", "w"]}
PLAN = AdaptivePlan("loss", "lower", 0.6, FACTORS, scale="identity", maximum=8, dropping=False)
SEEDS = list(range(8))

# seeds -> adjusted p, adjusted p of equivalence of a 1, b 1, c v, c w
ADJUSTED = {
    2: [(0.009698, 1), (1, 1), (1, 1), (1, 1)],
    3: [(0.000099, 1), (1, 0.255584), (1, 1), (1, 1)],
    4: [(0.000001, 1), (1, 0.046412), (1, 0.384657), (0.364571, 1)],
    5: [(0, 1), (1, 0.004937), (1, 0.038780), (0.182813, 0.723616)],
}


def played(plan, table=TABLE, seeds=SEEDS):
    study = Replay(plan, seeds)
    while study.next is not None:
        study.take(table)
    return study


def verdicts(look):
    return list(look.verdicts["verdict"])


def test_every_look_has_the_p_values_of_the_reference():
    looks = {look.seeds: look for look in played(PLAN).looks}
    for seeds, wanted in ADJUSTED.items():
        found = looks[seeds].verdicts[["p_adjusted", "p_equivalence"]].to_numpy()
        np.testing.assert_allclose(found, np.array(wanted), atol=6e-7)
    six = looks[6].verdicts
    np.testing.assert_allclose(six["estimate"], [-1.08657, 0.07178, 0.22063, 0.48030], atol=5e-6)
    np.testing.assert_allclose(six["se"], [0.11885, 0.11307, 0.14563, 0.14191], atol=5e-6)
    np.testing.assert_allclose(six["df"], [33.654, 33.654, 25.305, 25.305], atol=2e-3)
    assert six["p_adjusted"].iloc[3] == pytest.approx(0.025066, abs=6e-7)


def test_it_ends_when_every_verdict_is_settled():
    study = played(PLAN)
    assert [look.open for look in study.looks] == [3, 3, 2, 1, 1, 1, 0]
    assert study.looks[-1].ended == "settled"
    assert verdicts(study.looks[-1]) == ["keep", "does nothing", "does nothing", "worse"]


def test_a_level_that_nothing_open_needs_gets_no_more_seeds_and_keeps_its_verdict():
    study = played(replace(PLAN, dropping=True))
    assert study.dropped == {("c", "v"): 5}
    last = study.looks[-1]
    assert (last.seeds, last.ended) == (6, "settled")
    assert list(last.verdicts["decided_at"]) == [5, 5, 5, 6]
    at_five = study.looks[-2].verdicts
    for name in ("estimate", "ci_low", "ci_high", "verdict"):
        assert list(last.verdicts[name])[:3] == list(at_five[name])[:3]


def test_rows_of_a_dropped_level_and_of_later_seeds_do_not_count():
    plan = replace(PLAN, dropping=True)
    late = TABLE.assign(loss=TABLE["loss"] + 100.0 * ((TABLE["c"] == "v") & (TABLE["seed"] >= 5)))
    late.loc[late["seed"] >= 6, "loss"] = 1e6
    stray = pd.concat([late, late[late["seed"] == 0].assign(seed=99)])
    pd.testing.assert_frame_equal(played(plan, stray).looks[-1].verdicts, played(plan).looks[-1].verdicts)


def test_an_open_row_of_a_dropped_factor_is_the_plain_mean_of_differences_by_seed():
    last = played(replace(PLAN, dropping=True)).looks[-1].verdicts
    means = TABLE[TABLE["seed"] < 6].groupby(["seed", "c"])["loss"].mean().unstack()
    assert last["estimate"].iloc[3] == pytest.approx((means["w"] - means["u"]).mean(), rel=1e-12)


def test_one_factor_at_a_time_drops_the_cell_of_a_settled_component_at_once():
    cells = {(0, 0, "u"): 0.0, (1, 0, "u"): -30.0, (0, 1, "u"): 0.2, (0, 0, "w"): 0.3}
    rng = np.random.default_rng(3)
    rows = [(*cell, seed, 5 + mean + 0.5 * rng.normal()) for seed in range(8) for cell, mean in cells.items()]
    table = pd.DataFrame(rows, columns=["a", "b", "c", "seed", "loss"])
    factors = {"a": ["0", "1"], "b": ["0", "1"], "c": ["u", "w"]}
    start = {"a": "0", "b": "0", "c": "u"}
    plan = replace(PLAN, factors=factors, first=5, dropping=True, one_factor=True, start=start)
    study = played(plan, table)
    assert ("a", "1") in study.looks[0].dropped
    assert verdicts(study.looks[0])[0] == "keep"


def test_levels_of_a_slope_are_never_dropped():
    rng = np.random.default_rng(4)
    rows = [
        (a, depth, c, seed, 5 + 3.0 * depth + a + 2 * (c == "v") + 0.3 * rng.normal())
        for seed in range(8)
        for a in (0, 1)
        for depth in (1, 2, 3)
        for c in "uvw"
    ]
    table = pd.DataFrame(rows, columns=["a", "depth", "c", "seed", "loss"])
    factors = {"a": ["0", "1"], "depth": ["1", "2", "3"], "c": ["u", "v", "w"]}
    plan = replace(PLAN, factors=factors, numeric={"depth": "linear"}, dropping=True, margin=0.17)
    study = played(plan, table)
    assert verdicts(study.looks[-1])[1] == "hurts"
    assert study.looks[-1].verdicts["estimate"].iloc[1] == pytest.approx(6, abs=0.5)
    assert any(look.dropped for look in study.looks), "a level of c gets no more seeds"
    assert all(name == "c" for name, _ in study.dropped)


def test_alpha_reaches_the_boundaries():
    lax, strict = (played(replace(PLAN, alpha=alpha)).looks for alpha in (0.2, 0.05))
    assert lax[-1].seeds < strict[-1].seeds
    width, wider = (look.verdicts["ci_high"] - look.verdicts["ci_low"] for look in (lax[0], strict[0]))
    assert (width < wider).all()


def test_at_the_maximum_it_ends_whatever_is_open():
    noisy = TABLE.assign(loss=5 + 3 * np.sin(np.arange(len(TABLE)) ** 2))
    study = played(PLAN, noisy)
    assert [look.seeds for look in study.looks] == [2, 3, 4, 5, 6, 7, 8]
    assert study.looks[-1].ended == "maximum"
    assert study.looks[-1].open > 0
    assert "seeds_needed" not in study.looks[-1].verdicts, "more seeds would not be valid"


def test_a_hopeless_study_ends_early_on_request():
    noisy = TABLE.assign(loss=5 + 3 * np.sin(np.arange(len(TABLE)) ** 2))
    study = played(replace(PLAN, hopeless=True), noisy)
    assert study.looks[-1].ended == "hopeless"
    assert study.looks[-1].seeds < 8
    last = study.looks[-1]
    assert (last.chances(8)[last.is_open] < 0.1).all()


def test_a_level_that_failed_everywhere_stays_in_the_family():
    failing = TABLE.assign(loss=TABLE["loss"].where(~((TABLE["c"] == "v") & (TABLE["seed"] < 3))))
    first = Replay(PLAN, SEEDS).take(failing)
    assert first.open > 0


def test_the_intervals_are_those_of_repeated_looks():
    look = played(PLAN).looks[3]
    row = look.verdicts.iloc[0]
    naive = 2.0129 * row["se"]  # t with 46 degrees of freedom
    assert row["ci_high"] - row["estimate"] > 1.25 * naive


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"maximum": 12}, "maximum=8"),
        ({"margin": 0.5}, "margin=0.6"),
        ({"response": "kl"}, "response=loss"),
        ({"factors": {"a": ["0", "1"]}}, "factors="),
    ],
)
def test_another_plan_is_refused_with_the_reason(changes, word):
    with pytest.raises(UsageError, match=word):
        replace(PLAN, **changes).check_unchanged(PLAN)


def test_a_plan_survives_the_record():
    import json

    assert AdaptivePlan.from_record(json.loads(json.dumps(PLAN.as_record()))) == PLAN
    PLAN.check_unchanged(AdaptivePlan.from_record(PLAN.as_record()))


def test_fewer_than_two_seeds_are_no_first_look():
    with pytest.raises(UsageError, match="2 or more seeds"):
        replace(PLAN, first=1)


def test_a_verdict_whose_runs_have_ended_is_not_split_by_an_interaction_that_is_flagged_later():
    study = Replay(replace(PLAN, dropping=True), SEEDS)
    while not study.dropped:
        study.take(TABLE)
    turned = np.where(TABLE["c"] == "w", 9.0, -9.0) * (TABLE["a"] == 1)
    last = study.take(TABLE.assign(loss=TABLE["loss"] + turned))
    assert last.analysis.flagged_interactions == ("a:c",)
    named = last.verdicts[["factor", "level", "within"]].apply(tuple, axis=1).tolist()
    assert named == [("a", "1", ""), ("b", "1", ""), ("c", "v", ""), ("c", "w", "a=0"), ("c", "w", "a=1")]


def test_a_loss_of_zero_after_the_first_look_ends_a_study_of_logarithms_with_what_to_do():
    study = Replay(replace(PLAN, scale="auto"), SEEDS)
    table = TABLE.assign(loss=np.exp(TABLE["loss"] / 10))
    table.loc[(table["seed"] == 3) & (table["a"] == 1), "loss"] = 0.0
    study.take(table)
    assert study.looks[0].analysis.scale == "log"
    study.take(table)
    with pytest.raises(UsageError, match=r"6 of 48 runs at 0 or below.*analysis\.scale=identity"):
        study.take(table)
