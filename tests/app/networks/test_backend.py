import ast
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ablation import app
from tests.app.training.elsewhere import QUICK_JAX

APP = Path(app.__file__).parent
ROOMS = [path for room in ("networks", "maps", "data", "problems") for path in (APP / room).rglob("*.py")]
SOURCES = sorted(ROOMS)
ATTENTION = [f"networks/attention/test_{name}.py" for name in ("parity", "gaussian", "self_attention")]
ELSEWHERE = {
    "jax": [*ATTENTION, "maps/test_traced.py"],
    "torch": [*ATTENTION, *(f"maps/test_{name}.py" for name in ("grad_cam", "maps", "deletion"))],
}


def imported(path):
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_networks_name_no_backend(path):
    modules = set(imported(path))
    assert not {m for m in modules if m.split(".")[0] in ("tensorflow", "jax", "torch")}
    assert not {m for m in modules if m.startswith(("keras.src", "keras.backend"))}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_tensors_are_handled_by_keras_ops_alone(path):
    names = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
    assert not names & {"tf", "jnp", "torch", "tensorflow"}


def test_the_sources_were_found():
    assert {"spatial.py", "autoencoder.py", "blocks.py", "data.py"} <= {path.name for path in SOURCES}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ELSEWHERE)
def test_layers_and_heatmaps_hold_on_other_backends_as_well(root, backend):
    if find_spec(backend) is None:
        pytest.skip(f"needs {backend}" + (": `make test-torch` runs this" if backend == "torch" else ""))
    tests = [f"tests/app/{name}" for name in ELSEWHERE[backend]]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    environment = os.environ | QUICK_JAX | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
