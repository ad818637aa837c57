"""Tukey on the model's standard error, letters, and the studentized range itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ablation.analysis import analyze
from ablation.analysis.probability import studentized_range
from ablation.analysis.tables.pairs import letter_display
from tests.analysis.compare import TINY_P, close, row
from tests.analysis.conftest import FACTORS, load_case


def check_pairs(table, factor, expected, separator, sign):
    for pair, numbers in expected.items():
        first, second = pair.split(separator)
        found = row(
            table, factor=factor, level=first if sign > 0 else second, reference=second if sign > 0 else first
        )
        close([sign * found.estimate], [numbers.get("est", numbers.get("diff"))])
        low, high = sorted([sign * found.ci_low, sign * found.ci_high])
        close([low, high], [numbers["lo"], numbers["hi"]], rel=1e-3)
        if numbers["p"] < TINY_P:
            assert found.p_adjusted < TINY_P
        else:
            close(found.p_adjusted, numbers["p"], rel=1e-3, abs_=0)


def test_pairs_of_the_unreplicated_case_match_r(c02):
    found = analyze(c02.table, "performance", FACTORS, scale="identity", interactions=1)
    check_pairs(found.pairs, "Activation", c02.expected["pairs_activation_tukey"], " - ", -1)


def test_trap_15_tukey_uses_the_model_s_error_and_blocks(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed")
    check_pairs(found.pairs, "Activation", c03.expected["pairs_A_tukey"], " - ", -1)


def test_one_factor_matches_r_s_tukey_hsd():
    case = load_case("c15")
    found = analyze(case.table, "weight", ["group"], scale="identity")
    check_pairs(found.pairs, "group", case.expected["tukey"], "-", 1)
    assert list(found.letters["letters"]) == ["a", "ab", "b"]
    assert list(found.letters["level"]) == ["trt1", "ctrl", "trt2"]


@pytest.mark.parametrize("n_groups", [3, 4, 10, 32])
@pytest.mark.parametrize("df", [1, 2, 5, 30, 1000])
def test_the_studentized_range_agrees_with_scipy(n_groups, df):
    q = np.array([0.5, 2.0, 3.5, 5.0, 8.0])
    expected = stats.studentized_range.sf(q, n_groups, df)
    close(studentized_range.upper_tail(q, n_groups, df), expected, rel=1e-4, abs_=1e-9)


def test_the_critical_value_is_the_tabled_one():
    # Montgomery, Design and Analysis of Experiments, table of q(0.05; 4, 16)
    assert round(studentized_range.critical_value(0.05, 4, 16), 2) == 4.05


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] != p[1])))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_levels_share_a_letter_exactly_when_not_apart(pairs):
    levels = list("uvwxyz")
    apart = {frozenset((levels[i], levels[j])) for i, j in pairs}
    letters = dict(zip(levels, letter_display(levels, apart), strict=True))
    for a in levels:
        assert letters[a]
        for b in levels:
            if a != b:
                assert bool(set(letters[a]) & set(letters[b])) == (frozenset((a, b)) not in apart)
