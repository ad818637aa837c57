"""The code and versions of a run: columns of the table, never part of a key."""

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("ablation-study", "tensorflow", "tensorflow-cpu", "keras", "jax", "torch", "numpy")


@cache
def provenance(folder: Path) -> dict[str, str]:
    """Versions of Python and of what trains, and the commit of the code in a folder, at the first call."""
    versions = {"python": platform.python_version(), "commit": _commit(folder)}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {name: text for name, text in versions.items() if text}


def _commit(folder: Path) -> str:
    """The commit, with `+` when files differ; empty outside of git."""
    command = ["git", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False, cwd=folder)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
