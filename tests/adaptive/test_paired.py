"""A paired t test with looks: against scipy's, closed forms, and a simulation of its errors."""

import numpy as np
import pytest
from scipy import stats

from ablation.adaptive.paired import PairedLook, PairedPlan
from ablation.errors import UsageError

PLAN = PairedPlan(level=0.05, first=3, maximum=12, margin=1.0)


def ended(gains, plan=PLAN):
    """The look at which it ends."""
    for n in range(plan.first, plan.maximum + 1):
        look = PairedLook(plan, np.asarray(gains, float)[:n])
        if look.decision:
            return look
    raise AssertionError("the last look ends it")


def test_at_the_first_look_the_repeated_p_value_is_the_t_tests_over_what_may_be_spent():
    gains = np.array([1.1, 0.9, 1.05])
    p = stats.ttest_1samp(gains, 0, alternative="greater").pvalue
    assert PairedLook(PLAN, gains).p == pytest.approx(p * (12 / 3) ** 2, rel=1e-6)


def test_the_estimate_and_its_error_are_those_of_the_paired_t_test():
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=(2, 8))
    found, look = stats.ttest_rel(before, after), PairedLook(PLAN, before - after)
    assert look.estimate / look.se == pytest.approx(found.statistic)
    low, high = look.interval(0.05)
    naive = found.confidence_interval(0.95)
    assert low < naive.low < naive.high < high


@pytest.mark.parametrize(
    ("mean", "noise", "reason", "decision"),
    [
        (3.0, 0.9, "better", "accept"),
        (-3.0, 0.1, "worse", "reject"),
        (-3.0, 0.9, "not better", "reject"),
        (0.0, 0.1, "too small to matter", "reject"),
    ],
)
def test_what_is_clear_is_decided(mean, noise, reason, decision):
    look = ended(mean + noise * np.resize([1.0, -0.8, 0.2, -0.4], 12))
    assert (look.reason, look.decision) == (reason, decision)


def test_what_is_not_clear_at_the_last_look_stays_open():
    look = ended(0.4 + np.resize([1.0, -1.0, 0.2, -0.2], 12), PairedPlan(0.001, 12, 12, 0.1))
    assert (look.reason, look.decision) == ("open at the most seeds", "undecided")


def test_a_change_without_a_chance_is_given_up():
    plan = PairedPlan(level=0.0001, first=4, maximum=12)
    look = ended(0.1 + np.resize([1.0, -1.0, 0.2, -0.2], 12), plan)
    assert (look.reason, look.decision) == ("not better", "reject")
    assert len(look.gains) < 12
    assert look.chance < 0.02


def test_the_same_numbers_are_no_gain():
    look = PairedLook(PLAN, np.zeros(3))
    assert (look.reason, look.decision) == ("the same numbers", "reject")


def test_a_gain_without_noise_is_accepted():
    assert PairedLook(PLAN, np.full(3, 0.2)).decision == "accept"


def test_changes_that_do_nothing_are_rarely_accepted():
    rng = np.random.default_rng(3)
    gains = rng.normal(size=(400, 6))
    plan = PairedPlan(level=0.2, first=3, maximum=6, alpha=1e-12)
    accepted = np.mean([ended(row, plan).decision == "accept" for row in gains])
    assert 0.1 < accepted < 0.2 + 3 * np.sqrt(0.2 * 0.8 / 400)


def test_fewer_than_two_seeds_are_no_first_look():
    with pytest.raises(UsageError, match="3:12"):
        PairedPlan(0.05, first=1)
