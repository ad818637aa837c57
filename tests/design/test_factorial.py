from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation.design import check_factors, full_factorial
from ablation.errors import UsageError

FACTORS = st.dictionaries(
    st.text(min_size=1), st.lists(st.integers(), min_size=1, max_size=4, unique=True), max_size=4
)


@given(FACTORS)
def test_every_combination_comes_once_and_the_references_first(factors):
    cells = full_factorial(factors)
    assert len(cells) == prod(len(levels) for levels in factors.values())
    assert len({tuple(cell.items()) for cell in cells}) == len(cells)
    assert cells[0] == {name: levels[0] for name, levels in factors.items()}
    for name, levels in factors.items():
        assert {cell[name] for cell in cells} == set(levels)


def test_no_factors_make_one_cell():
    assert full_factorial({}) == [{}]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([], "at least one level"), (["x", "x"], "Received 'x' 2 times"), ([True, True], "each level once")],
)
def test_factors_that_are_none_are_named(levels, expected):
    with pytest.raises(UsageError, match=r"^flags\.a: ") as error:
        check_factors({"fine": ["x", "y"], "flags.a": levels})
    assert expected in str(error.value)


def test_one_and_true_are_different_levels():
    check_factors({"a": [1, True, "1", 1.0]})
