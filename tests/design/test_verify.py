from collections import Counter
from itertools import combinations
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ablation.design import make_design
from tests.design.cells import full_factorial, verify
from tests.design.published import FLAGS, dummies, rank, rows, strength, two_level

SIZES = st.lists(st.integers(2, 4), min_size=2, max_size=4)


def named(sizes):
    return {f"f{i}": [f"level{j}" for j in range(size)] for i, size in enumerate(sizes)}


def effects(n_factors):
    return [*((i,) for i in range(n_factors)), *combinations(range(n_factors), 2)]


def name(effect):
    return ":".join(f"f{i}" for i in effect)


@st.composite
def some_cells(draw):
    """Factors and part of their full factorial in which every level occurs."""
    factors = named(draw(SIZES))
    cells = full_factorial(factors)
    chosen = draw(st.lists(st.sampled_from(range(len(cells))), min_size=1, unique=True))
    kept = [cells[i] for i in chosen]
    present = {f: [v for v in levels if any(c[f] == v for c in kept)] for f, levels in factors.items()}
    return present, kept


def codes_of(cells, factors):
    return np.array([[levels.index(c[f]) for f, levels in factors.items()] for c in cells])


@given(some_cells())
@settings(max_examples=150, deadline=None)
def test_ranks_are_those_of_dummy_coded_models(drawn):
    factors, cells = drawn
    found = verify(cells, factors)
    codes = codes_of(cells, factors)
    every = effects(len(factors))
    assert found.main_effects.rank == rank(dummies(codes, every[: len(factors)]))
    assert found.interactions.rank == rank(dummies(codes, every))


@given(some_cells())
@settings(max_examples=100, deadline=None)
def test_an_effect_is_estimable_if_without_it_the_rank_falls_by_its_parameters(drawn):
    factors, cells = drawn
    found = verify(cells, factors).main_effects
    codes = codes_of(cells, factors)
    columns = dummies(codes, effects(len(factors))[: len(factors)])
    for i in range(len(factors)):
        without = {t: x for t, x in columns.items() if t != (i,)}
        whole = rank(columns) - rank(without) == columns[(i,)].shape[1] > 0
        assert (f"f{i}" in found.estimable) == whole


@given(some_cells())
@settings(max_examples=100, deadline=None)
def test_balance_and_orthogonality_are_those_of_counts(drawn):
    factors, cells = drawn
    found = verify(cells, factors)
    codes = codes_of(cells, factors)
    n = len(cells)
    single = [Counter(column) for column in codes.T.tolist()]
    assert found.balanced == all(len(set(counts.values())) == 1 for counts in single)
    assert found.orthogonal == all(
        Counter(zip(codes[:, i].tolist(), codes[:, j].tolist(), strict=True))[a, b] * n
        == single[i][a] * single[j][b]
        for i, j in combinations(range(len(factors)), 2)
        for a in single[i]
        for b in single[j]
    )


@given(SIZES, st.data())
@settings(max_examples=60, deadline=None)
def test_every_fraction_keeps_what_it_promises(sizes, data):
    factors = named(sizes)
    least = 1 + sum(size - 1 for size in sizes)
    two_level = {2: [], 3: [4], 4: [8]}  # fractions in powers of two
    known = two_level[len(sizes)] if set(sizes) == {2} else list(range(least, prod(sizes)))
    assume(known)
    n_cells = data.draw(st.sampled_from(known))
    design = make_design(factors, "fractional", runs=n_cells)
    codes = rows(design)
    found = verify(design.cells, design.factors)
    assert len(codes) == len(np.unique(codes, axis=0)) == n_cells
    assert design.cells[0] == design.reference == {f: levels[0] for f, levels in factors.items()}
    assert all({c[f] for c in design.cells} == set(levels) for f, levels in factors.items())
    assert found.main_effects.full
    if found.resolution:
        assert strength(codes) == found.resolution - 1
        assert found.d_efficiency == pytest.approx(1)
    else:
        assert strength(codes) < 2
        assert 0 < found.d_efficiency < 1


@pytest.mark.parametrize(("sizes", "n_cells"), [((2, 2, 2, 4), 16), ((3, 3, 3, 3), 27), ((2, 2, 3, 3), 18)])
def test_effects_are_estimable_with_interactions_where_brute_force_says_so(sizes, n_cells):
    design = make_design(named(sizes), "fractional", runs=n_cells)
    found = verify(design.cells, design.factors).interactions
    columns = dummies(rows(design), effects(len(sizes)), balanced=True)
    for effect in effects(len(sizes)):
        without = {t: x for t, x in columns.items() if t != effect}
        whole = rank(columns) - rank(without) == columns[effect].shape[1]
        assert (name(effect) in found.estimable) == whole


def test_aliases_are_what_the_least_squares_estimate_carries():
    # y is made of one interaction; main effects are fitted without it: the alias matrix, by lstsq
    design = make_design(two_level(6), "fractional", runs=12)
    found = verify(design.cells, design.factors)
    signs = 2.0 * rows(design) - 1
    X = np.column_stack([np.ones(12), signs])
    for first, second in combinations(range(6), 2):
        fitted = np.linalg.lstsq(X, signs[:, first] * signs[:, second], rcond=None)[0][1:]
        pair = f"{'ABCDEF'[first]}:{'ABCDEF'[second]}"
        listed = {a.effect: a.sign * a.share for a in found.aliases if a.other == pair}
        assert {k: round(v, 6) for k, v in listed.items()} == {
            "ABCDEF"[i]: round(b, 6) for i, b in enumerate(fitted) if abs(b) > 1e-9
        }


def test_d_efficiency_of_one_factor_at_a_time_by_hand():
    # two flags, three cells: |X'X| = 16 of the 27 that three orthogonal cells would have
    cells = [{"a": False, "b": False}, {"a": True, "b": False}, {"a": False, "b": True}]
    found = verify(cells, {"a": FLAGS, "b": FLAGS})
    assert found.d_efficiency == pytest.approx((16 / 27) ** (1 / 3))
    assert not found.balanced


def test_a_full_factorial_is_known_without_a_matrix():
    factors = named((2, 3, 4))
    found = verify(full_factorial(factors), factors)
    part = verify(full_factorial(factors)[:-1], factors)
    assert found.interactions.full
    assert found.interactions.parameters == part.interactions.parameters == 1 + 6 + 11
    assert not found.aliases
