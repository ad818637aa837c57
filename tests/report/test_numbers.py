"""Examples in the docstrings of numbers, names and LaTeX."""

import doctest

import pytest

from ablation import naming, numbers
from ablation.report.formats import latex


@pytest.mark.parametrize("module", [latex, naming, numbers])
def test_the_examples_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
