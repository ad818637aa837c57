import ast
from pathlib import Path

import pytest

from ablation import networks

SOURCES = sorted(Path(networks.__file__).parent.glob("*.py"))


def imported(path):
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_networks_name_no_backend(path):
    modules = set(imported(path))
    assert not {m for m in modules if m.split(".")[0] in ("tensorflow", "jax", "torch")}
    assert not {m for m in modules if m.startswith(("keras.src", "keras.backend"))}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_tensors_are_handled_by_keras_ops_alone(path):
    names = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
    assert not names & {"tf", "jnp", "torch", "tensorflow"}


def test_the_sources_were_found():
    assert {"attention.py", "autoencoder.py", "blocks.py", "data.py"} <= {path.name for path in SOURCES}
