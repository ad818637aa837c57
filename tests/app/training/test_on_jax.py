"""The cases of `on_jax`, in a process whose Keras runs on JAX."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.app.training.elsewhere import QUICK_JAX, assert_passed, cases_of, run_cases

FOLDER = Path(__file__).parent / "on_jax"
CASES = cases_of(FOLDER, "TestJax")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed"),
]


@pytest.fixture(scope="module")
def results(root, tmp_path_factory):
    """Case → one element per set of parameters; what failed is printed."""
    return run_cases(FOLDER, root, tmp_path_factory.mktemp("jax") / "report.xml", QUICK_JAX)


@pytest.mark.parametrize("case", CASES)
def test_on_jax(results, case):
    assert_passed(results, case)


def test_there_are_cases():
    assert len(CASES) > 5
