"""What all tests share."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# A shell has what it starts in the background ignore Ctrl-C, and so would the sweeps that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
LONG = ("on_jax", "launchers", "end_to_end", "run", "package", "backends", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first, or one process would be left with the last of them."""
    items.sort(key=lambda item: item.path.stem.removeprefix("test_") not in LONG)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Data beside the repository that tests may read: real MNIST as IDX files, reference tables."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared beside the repository: real MNIST and reference tables")
    return folder


@pytest.fixture(autouse=True)
def stderr_stays_open() -> None:
    """Hydra closes all log handlers; that of absl, which TensorFlow brings, would close pytest's stderr."""
    absl_logging = sys.modules.get("absl.logging")
    if absl_logging is not None:
        absl_logging.get_absl_handler().python_handler.stream = sys.__stderr__


@pytest.fixture(autouse=True, scope="module")
def launchers_end_with_their_tests(root: Path) -> Iterator[None]:
    """`ablation run` in this process gives Hydra those of `conf/`, which other tests have as files."""
    yield
    if (hydra := sys.modules.get("hydra.core.config_store")) is not None:
        stored = hydra.ConfigStore.instance().repo.get("hydra", {}).get("launcher", {})
        for file in (root / "conf/hydra/launcher").iterdir():
            stored.pop(file.name, None)
