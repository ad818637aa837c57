"""Keras takes one backend per process: the cases of `on_jax` run in another, each shown here by its name."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.app.training.conformance import BackendConformance

FOLDER = Path(__file__).parent / "on_jax"
CASES = [
    f"{path.stem}::{node.name}"
    for path in sorted(FOLDER.glob("test_*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
] + [f"TestJax::{name}" for name in vars(BackendConformance) if name.startswith("test_")]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed"),
]


@pytest.fixture(scope="module")
def results(root, tmp_path_factory):
    """Case → one element per set of parameters; what failed is printed."""
    report = tmp_path_factory.mktemp("jax") / "report.xml"
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "XLA_FLAGS": "--xla_backend_optimization_level=0",  # halves the time, which is that of compiling
    }
    command = [sys.executable, "-m", "pytest", str(FOLDER), "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    found: dict[str, list[ElementTree.Element]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname').split('.')[-1]}::{case.get('name').split('[')[0]}"
        found.setdefault(name, []).append(case)
    return found


@pytest.mark.parametrize("case", CASES)
def test_on_jax(results, case):
    assert results.get(case), "it was run"
    for element in results[case]:
        assert not [child for child in element if child.tag in ("failure", "error", "skipped")]


def test_there_are_cases():
    assert len(CASES) > 5
