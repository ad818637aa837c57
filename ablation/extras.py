"""Packages that only some parts need, and the extra of this package that installs each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ablation.errors import UsageError

EXTRAS = {
    "hydra": "sweep",
    "joblib": "sweep",
    "omegaconf": "sweep",
    "pooch": "sweep",
    "pydoe": "sweep",
    "pyarrow": "files",
    "yaml": "files",
    "matplotlib": "images",
    "PIL": "images",
}
"""A package, as it is imported -> the extra."""


@contextmanager
def needed(purpose: str, extra: str = "") -> Iterator[None]:
    """Say which extra to install if a package that is imported within is not there.

    Args:
        purpose: what needs it, with the verb: `Parquet files need`.
        extra: which one it is; that of the package, if not given.

    Raises:
        UsageError: a package of an extra is missing. What else is missing stays a fault.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        raise UsageError(
            f"{purpose} the package {package}, which is not installed. "
            f"Run: pip install 'ablation-study[{extra or EXTRAS[package]}]'"
        ) from error
