"""The cases of `on_torch`, in a process whose Keras runs on PyTorch."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.app.training.elsewhere import assert_passed, cases_of, run_cases

FOLDER = Path(__file__).parent / "on_torch"
CASES = cases_of(FOLDER, "TestTorch")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("torch") is None, reason="PyTorch is not installed here: `make test-torch` runs this"
    ),
]


@pytest.fixture(scope="module")
def results(root, tmp_path_factory):
    """Case → one element per set of parameters; what failed is printed."""
    environment = {"KERAS_BACKEND": "torch"}
    return run_cases(FOLDER, root, tmp_path_factory.mktemp("torch") / "report.xml", environment)


@pytest.mark.parametrize("case", CASES)
def test_on_torch(results, case):
    assert_passed(results, case)


def test_there_are_cases():
    assert len(CASES) > 5
