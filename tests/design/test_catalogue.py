import numpy as np
import pytest

from ablation.design import make_design
from ablation.design.catalogue import added_columns
from tests.design.cells import verify
from tests.design.published import WORD_LENGTHS, rows, strength, two_level


@pytest.mark.parametrize(("key", "published"), WORD_LENGTHS.items())
def test_catalogued_fractions_have_the_published_wordlength_patterns(key, published):
    n_factors, n_cells = key
    design = make_design(two_level(n_factors), "fractional", runs=n_cells)
    found = verify(design.cells, design.factors)
    expected = [float(a) for a in published.split()]
    assert list(found.word_lengths[: len(expected)]) == expected
    assert found.resolution == next(i for i, a in enumerate(expected, 1) if a)


@pytest.mark.parametrize(("n_factors", "n_cells"), [(4, 8), (7, 8), (8, 16), (9, 32), (8, 64)])
def test_fractions_have_the_strength_that_their_resolution_says(n_factors, n_cells):
    design = make_design(two_level(n_factors), "fractional", runs=n_cells)
    assert strength(rows(design)) == verify(design.cells, design.factors).resolution - 1


@pytest.mark.parametrize(
    ("n_factors", "resolution", "n_cells"),
    [
        (5, 3, 8),
        (5, 4, 16),
        (6, 4, 16),
        (7, 3, 8),
        (7, 4, 16),
        (7, 7, 64),
        (8, 4, 16),
        (8, 5, 64),
        (9, 4, 32),
        (11, 5, 128),
        (30, 4, 64),
    ],
)
def test_a_resolution_gives_the_fewest_cells_that_reach_it(n_factors, resolution, n_cells):
    # Montgomery, Design and Analysis of Experiments, table 8.14; Box, Hunter & Hunter for V in 128 cells
    design = make_design(two_level(n_factors), "fractional", resolution=resolution)
    assert len(design.cells) == n_cells
    assert verify(design.cells, design.factors).resolution >= resolution


def test_resolution_iv_is_taken_where_it_costs_no_more_than_iii():
    # pydoe's fracfact_by_res(8, 3) stops at III in the same 16 cells
    design = make_design(two_level(8), "fractional", resolution=3)
    assert len(design.cells) == 16
    assert "resolution IV" in design.words


def test_no_column_is_taken_twice():
    for n_cells in (4, 8, 16, 32, 64, 128):
        basic = [1 << i for i in range(n_cells.bit_length() - 1)]
        for n_factors in range(len(basic) + 1, n_cells):
            columns = basic + added_columns(n_factors, n_cells)
            if len(columns) > len(basic):
                assert len(set(columns)) == len(columns) == n_factors
                assert max(columns) < n_cells


def test_the_reference_cell_leads_whatever_it_is():
    for resolution in (3, 4):
        reference = {"A": 1, "C": 1, "F": 1}
        design = make_design(two_level(6), "fractional", resolution=resolution, reference=reference)
        assert design.cells[0] == design.reference == {"A": 1, "B": 0, "C": 1, "D": 0, "E": 0, "F": 1}
        assert np.unique(rows(design), axis=0).shape == rows(design).shape
