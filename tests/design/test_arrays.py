import numpy as np
import pytest

from ablation.design import make_design
from ablation.design.exchange import d_optimal
from ablation.design.orthogonal_arrays import PLACKETT_BURMAN, SIZES, pool
from ablation.errors import UsageError
from tests.design.cells import verify
from tests.design.published import L9, L18, MIXED, plackett_burman, rows, strength, two_level


def levels(*sizes):
    return {f"f{i}": list(range(size)) for i, size in enumerate(sizes)}


def published(lines):
    codes = np.array([[int(c) - 1 for c in line] for line in lines])
    return [dict(zip(levels(*codes.max(0)), row, strict=True)) for row in codes.tolist()]


def test_l9_is_the_published_array():
    design = make_design(levels(3, 3, 3, 3), "fractional", resolution=3)
    assert design.words == "orthogonal array L9 (9 of the 81 cells of 3×3×3×3) of resolution III"
    known = verify(published(L9), levels(3, 3, 3, 3))
    found = verify(design.cells, design.factors)
    assert len(design.cells) == 9
    assert strength(rows(design)) == 2
    # by hand: any two columns of L9 fix the others, so A_3 = 4 · 2 and nothing else (81/9 − 1 = 8)
    assert found.word_lengths == known.word_lengths == (0, 0, 8, 0)


def test_l18_has_the_pattern_of_the_published_array():
    sizes = (2, *[3] * 7)
    design = make_design(levels(*sizes), "fractional", runs=18)
    known = verify(published(L18), levels(*sizes))
    assert strength(rows(design)) == 2
    assert verify(design.cells, design.factors).word_lengths == known.word_lengths


@pytest.mark.parametrize("n_cells", PLACKETT_BURMAN)
def test_plackett_burman_has_the_pattern_of_the_published_design(n_cells):
    names = two_level(n_cells - 1)
    cells = [dict(zip(names, row, strict=True)) for row in plackett_burman(n_cells).tolist()]
    known = verify(cells, names)
    design = make_design(names, "fractional", runs=n_cells)
    found = verify(design.cells, names)
    assert known.orthogonal
    assert known.balanced
    assert found.word_lengths == known.word_lengths
    assert found.main_effects.full
    assert design.words.startswith("Plackett–Burman design")
    assert design.cells[0] == design.reference


def test_plackett_burman_does_not_repeat_cells():
    # four columns of the design in 12 cells always hold a cell twice, so it cannot be had
    assert len(set(map(tuple, plackett_burman(12)[:, :4].tolist()))) < 12
    with pytest.raises(UsageError, match="no such fraction"):
        make_design(two_level(4), "fractional", runs=12)
    for n_factors in range(5, 12):
        design = make_design(two_level(n_factors), "fractional", runs=12)
        assert len(set(map(tuple, rows(design).tolist()))) == 12


def test_three_level_fractions_reach_resolution_iv_in_27_cells():
    # 3^(4−1) with I = ABCD (Wu & Hamada, §6)
    design = make_design(levels(3, 3, 3, 3), "fractional", resolution=4)
    assert len(design.cells) == 27
    assert verify(design.cells, design.factors).word_lengths == (0, 0, 0, 2)


def test_half_fraction_of_the_mixed_factorial():
    design = make_design(MIXED, "fractional", runs=16)
    found = verify(design.cells, design.factors)
    assert design.words == "2×2×2×4 half fraction in 16 cells of resolution IV"
    assert found.balanced
    assert found.orthogonal
    assert found.d_efficiency == pytest.approx(1)
    assert strength(rows(design)) == 3  # so main effects are clear of two-factor interactions
    assert (found.interactions.rank, found.interactions.parameters) == (16, 19)
    assert found.interactions.estimable == tuple(MIXED)
    note = next(n for n in design.notes if n.startswith("Of the 19"))
    assert note == (
        "Of the 19 parameters of the model with two-factor interactions, 16 can be estimated at once. "
        "No two-factor interaction can be told from all others. Not wholly separable: "
        "bn:drop and skip:attention; bn:skip and drop:attention; bn:attention and drop:skip."
    )


def test_twelve_cells_of_the_mixed_factorial_are_d_optimal_but_not_orthogonal():
    design = make_design(MIXED, "fractional", runs=12)
    found = verify(design.cells, design.factors)
    assert found.d_efficiency == pytest.approx(0.967, abs=5e-4)
    assert not found.balanced
    assert found.main_effects.full
    assert "D-efficiency 0.967" in design.words
    assert (
        "Not balanced: D-efficiency 0.967 for main effects (1 is a balanced orthogonal design)."
        in design.notes
    )


def test_eight_cells_of_the_mixed_factorial_are_not_rank_deficient():
    # pydoe's gsd gives a deficient one
    design = make_design(MIXED, "fractional", runs=8)
    found = verify(design.cells, design.factors)
    assert (found.main_effects.rank, found.orthogonal) == (7, True)


def test_exchange_finds_orthogonal_arrays_where_they_exist():
    # L12(2^4 3^1) exists (Wang & Wu 1991); in 12 cells no table of ours has it
    design = make_design(levels(2, 2, 2, 2, 3), "fractional", resolution=3)
    assert len(design.cells) == 12
    assert strength(rows(design)) == 2


def test_exchange_is_the_same_at_every_call():
    assert np.array_equal(d_optimal((2, 2, 3, 4), 14), d_optimal((2, 2, 3, 4), 14))


def test_exchange_works_on_factorials_too_large_to_list():
    codes = d_optimal((3,) * 12, 30)
    assert len(np.unique(codes, axis=0)) == 30
    factors = {name: tuple(v) for name, v in levels(*[3] * 12).items()}
    assert verify([dict(zip(factors, row, strict=True)) for row in codes.tolist()], factors).main_effects.full


@pytest.mark.parametrize("n_cells", SIZES)
def test_every_column_of_every_array_is_balanced(n_cells):
    columns = pool(n_cells, range(2, 10))
    assert columns
    for size, found in columns.items():
        for column in found:
            assert set(np.bincount(column, minlength=size)) == {n_cells // size}


@pytest.mark.parametrize("n_cells", [9, 12, 16, 18, 20, 24, 25, 27, 36, 49, 50, 54, 64, 81])
def test_columns_of_one_size_are_as_orthogonal_as_their_table_says(n_cells):
    for size, found in pool(n_cells, (2, 3, 5, 7)).items():
        codes = np.column_stack(found)
        marks = np.hstack([codes == level for level in range(size)]).astype(int)
        counts = marks.T @ marks
        same = np.tile(np.eye(len(found), dtype=bool), (size, size))
        assert set(counts[~same]) <= {n_cells // size**2}
