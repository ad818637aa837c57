"""Attributions against shap, statsmodels and sums over permutations made apart from this code."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.attribution.functional_anova import variance_shares
from ablation.analysis.tables.cells import CellMeans
from ablation.errors import UsageError

SIZES = (2, 3, 2, 2)
MEANS = np.array(
    [
        [-0.802, -1.324, -0.248, 0.42, 1.136, 0.11, -0.553, -0.785, 0.749, 1.635, 0.273, -1.233],
        [-0.958, 1.6, 0.203, -1.732, -0.084, -1.163, -0.629, -0.488, -0.713, 0.553, -0.063, -0.589],
    ]
).reshape(SIZES)
"""A game without any structure; factor b has three levels."""

SHAP = [-0.0160833333333332, 0.7367500000000001, -0.40708333333333335, -0.10058333333333332]
"""`shap.explainers.Exact` 0.51.0 from (0, 0, 0, 0) to (1, 2, 1, 1), `maskers.Independent` at the former."""

ALONE = [0.026739321829865416, 0.04851738211255898, 0.08577591876681949, 0.0038577334634079235]
WITH_ALL = [0.5541137365998386, 0.753780743040075, 0.823383829989247, 0.49400831482796365]
"""Sums of squares of `C(a)*C(b)*C(c)*C(d)` over their total, statsmodels 0.15.0."""


def rows(noise, keep=lambda _: True, seeds=4):
    """Runs whose noise cancels in every cell; seeds shift all cells alike."""
    rng, found = np.random.default_rng(2), []
    for cell in np.ndindex(*SIZES):
        errors = rng.normal(size=seeds)
        for seed, error in enumerate(noise * (errors - errors.mean())):
            found.append((*cell, seed, MEANS[cell] + 0.1 * seed - 0.15 + error))
    table = pd.DataFrame(found, columns=[*"abcd", "seed", "loss"])
    return table[[keep(cell) for cell in zip(*(table[f] for f in "abcd"), strict=True)]]


def attributed(table, full=None, block="seed"):
    found = analyze(table, "loss", list("abcd"), block=block, direction="lower", scale="identity")
    return found.attributed_to(full)


def test_the_shapley_values_are_those_of_shap():
    table = attributed(rows(0.05), {"b": 2}).table.set_index(["factor", "level"])
    chosen = table.loc[[("a", "1"), ("b", "2"), ("c", "1"), ("d", "1")]]
    np.testing.assert_allclose(chosen["shapley"], SHAP, rtol=0, atol=1e-12)


def test_a_factor_with_several_levels_counts_as_changed_at_any_of_them():
    table = attributed(rows(0.05)).table.set_index(["factor", "level"])["shapley"]

    def mean_step(factor, target):
        def at(changed):
            return MEANS[tuple(target[i] if i in changed else 0 for i in range(4))]

        orders = [set(order[: order.index(factor)]) for order in permutations(range(4))]
        return np.mean([at(before | {factor}) - at(before) for before in orders])

    for factor in (0, 2, 3):
        right = np.mean([mean_step(factor, (1, b, 1, 1)) for b in (1, 2)])
        assert table["abcd"[factor], "1"] == pytest.approx(right, abs=1e-12)
    for level in (1, 2):
        assert table["b", str(level)] == pytest.approx(mean_step(1, (1, level, 1, 1)), abs=1e-12)


def test_first_and_last_are_differences_of_two_cells_and_all_add_up():
    found = attributed(rows(0.05), {"b": 1})
    table = found.table.set_index(["factor", "level"])
    assert table.loc[("c", "1"), "first"] == pytest.approx(MEANS[0, 0, 1, 0] - MEANS[0, 0, 0, 0], abs=1e-12)
    assert table.loc[("c", "1"), "last"] == pytest.approx(MEANS[1, 1, 1, 1] - MEANS[1, 1, 0, 1], abs=1e-12)
    total = MEANS[1, 1, 1, 1] - MEANS[0, 0, 0, 0]
    assert found.total[0] == pytest.approx(total, abs=1e-12)
    path = table.loc[[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")], "shapley"]
    assert path.sum() == pytest.approx(total, abs=1e-12)


def test_the_shares_are_those_of_a_full_analysis_of_variance():
    table = attributed(rows(1e-7)).table.drop_duplicates("factor")
    np.testing.assert_allclose(table["share"], ALONE, rtol=1e-6)
    np.testing.assert_allclose(table["share_with_interactions"], WITH_ALL, rtol=1e-6)


def test_noise_is_taken_out_of_the_shares():
    """Four to one, and noise of the means as large as the smaller effect: naive shares would be nearer."""
    rng, means = np.random.default_rng(0), np.array([0.0, 1.0, 2.0, 3.0])  # a moves 2, b moves 1
    found = []
    for _ in range(2000):
        noisy = means + rng.normal(0, 0.5, 4)
        found.append(
            variance_shares(CellMeans(noisy, np.full(4, 4.0), np.zeros((4, 0)), 0.0, 1), (2, 2), 1.0)
        )
    ratio = np.mean([alone[1] for alone, _ in found]) / np.mean([alone[0] for alone, _ in found])
    assert ratio == pytest.approx(0.25, abs=0.03)
    interaction = [with_all[0] - alone[0] for alone, with_all in found]
    assert abs(np.mean(interaction)) < 0.02


def test_where_cells_are_missing_only_what_they_do_not_enter_is_known():
    found = attributed(rows(0.05, keep=lambda cell: cell != (1, 2, 0, 1)))
    table = found.table.set_index(["factor", "level"])
    assert found.n_missing == 1
    assert {name for name, value in table["shapley"].items() if value == value} == {("b", "1")}
    assert table["share"].isna().all()
    assert table["first"].notna().all()
    unknown = {name for name, value in table["last"].items() if np.isnan(value)}
    assert unknown == {("c", "1")}  # the cell without c, the rest changed
    named = attributed(rows(0.05, keep=lambda cell: cell != (1, 2, 0, 1)), {"b": 1}).table
    assert named["shapley"].notna().tolist() == [True, True, False, True, True]  # b at 2 is not on the way


def test_one_change_at_a_time_tells_each_change_alone():
    table = attributed(rows(0.05, keep=lambda cell: sum(c > 0 for c in cell) < 2)).table
    assert table["first"].notna().all()
    assert table[["last", "shapley", "share"]].isna().all(axis=None)


def test_without_replicates_there_are_values_and_no_intervals():
    table = attributed(rows(0.0, seeds=1), block=None).table
    assert table["shapley"].notna().all()
    assert table[["shapley_low", "first_high", "p_order", "share"]].isna().all(axis=None)


def test_cells_that_are_alike_have_no_shares():
    table = rows(0.0).assign(loss=np.random.default_rng(4).normal(size=96))
    found = attributed(table)
    assert found.p_cells > 0.05
    assert found.table["share"].isna().all()
    assert found.table["shapley_low"].notna().all()


@pytest.mark.parametrize(
    ("full", "told"),
    [({"e": 1}, "names of factors"), ({"b": 7}, "'b'"), ({"b": 0}, "not its reference")],
)
def test_a_change_to_what_is_not_there_is_refused(full, told):
    with pytest.raises(UsageError, match=told):
        attributed(rows(0.05), full)


def test_intervals_cover_planted_truths():
    """95 % are promised; `benchmarks.attribution_errors` has more studies."""
    rng, covered = np.random.default_rng(7), []
    cells = list(product((0, 1), repeat=3))
    for _ in range(60):
        shift = 0.05 * rng.normal(size=3)
        made = [
            (*cell, seed, -0.1 * (cell[0] or cell[1]) - 0.05 * cell[2] + shift[seed] + 0.02 * rng.normal())
            for cell in cells
            for seed in range(3)
        ]
        table = pd.DataFrame(made, columns=[*"abc", "seed", "loss"])
        found = analyze(table, "loss", list("abc"), block="seed", direction="lower", scale="identity")
        for name, right in (
            ("first", [-0.1, -0.1, -0.05]),
            ("last", [0, 0, -0.05]),
            ("shapley", [-0.05, -0.05, -0.05]),
        ):
            low, high = found.attribution[f"{name}_low"], found.attribution[f"{name}_high"]
            covered += [*((low <= right) & (right <= high))]
    assert 0.92 <= np.mean(covered) <= 0.99
