"""Examples in the docstrings of numbers, names and LaTeX."""

import doctest

import pytest

from ablation.report import latex, names, numbers


@pytest.mark.parametrize("module", [latex, names, numbers])
def test_the_examples_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
