"""A backend that is not installed: what a user can do about it."""

import sys

import pytest

from ablation.app.training import devices
from ablation.errors import UsageError

CPU = "Install one: pip install 'ablation-study[cpu]'"
USE = "se {0}{1}: pip install 'ablation-study[{0}]', then KERAS_BACKEND={0}"
THERE = ", which is there"


@pytest.mark.parametrize(
    ("python", "there", "told"),
    [
        ((3, 13), [], f". {CPU}"),
        ((3, 13), ["torch"], f". {CPU}; or u{USE.format('torch', THERE)}"),
        ((3, 14), [], f", and TensorFlow has no release for Python 3.14. U{USE.format('jax', '')}"),
        (
            (3, 14),
            ["jax", "torch"],
            ", and TensorFlow has no release for Python 3.14. "
            f"U{USE.format('jax', THERE)}; or u{USE.format('torch', THERE)}",
        ),
    ],
)
def test_it_says_what_can_be_installed_and_what_is_there(monkeypatch, python, there, told):
    def no_tensorflow():
        raise ModuleNotFoundError("No module named 'tensorflow'")

    monkeypatch.setattr(devices, "import_backend", no_tensorflow)
    monkeypatch.setattr(devices, "find_spec", lambda name: name in there or None)
    monkeypatch.setattr(sys, "version_info", python)
    with pytest.raises(UsageError) as refused:
        devices.prepare_device(None)
    assert str(refused.value) == (
        f"Expected a deep-learning backend. Received: No module named 'tensorflow'{told}"
    )
