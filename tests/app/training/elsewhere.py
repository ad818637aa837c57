"""Keras takes one backend per process: cases of another run in a process of their own, each shown by name."""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from tests.app.training.conformance import BackendConformance

QUICK_JAX = {
    "KERAS_BACKEND": "jax",
    "XLA_FLAGS": "--xla_backend_optimization_level=0",  # halves the time, which is that of compiling
}

Results = dict[str, list[ElementTree.Element]]


def cases_of(folder: Path, conformance: str) -> list[str]:
    """The test functions of a folder, and what the class of this name inherits, as `module::name`."""
    own = [
        f"{path.stem}::{node.name}"
        for path in sorted(folder.glob("test_*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return own + [f"{conformance}::{name}" for name in vars(BackendConformance) if name.startswith("test_")]


def run_cases(folder: Path, root: Path, report: Path, environment: Mapping[str, str]) -> Results:
    """Run a folder's tests with these variables; case → one element per set of parameters."""
    command = [sys.executable, "-m", "pytest", str(folder), "-p", "no:cacheprovider", f"--junitxml={report}"]
    everything = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    done = subprocess.run(command, cwd=root, env=everything, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)  # of what failed, pytest shows it
    found: Results = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').split('.')[-1]}::{case.get('name', '').split('[')[0]}"
        found.setdefault(name, []).append(case)
    return found


def assert_passed(results: Results, case: str) -> None:
    """It was run, and it held with every set of its parameters."""
    assert results.get(case), "it was run"
    for element in results[case]:
        assert not [child for child in element if child.tag in ("failure", "error", "skipped")]
