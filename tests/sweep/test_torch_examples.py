"""The examples that need PyTorch or scikit-learn, as their users run them; `make test-torch` has both."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

from ablation.results import read
from tests.sweep.test_examples import absent, shown_on

pytestmark = pytest.mark.slow
SWEEP = ("-m", "hydra/sweeper=ablation")
LOOP = (
    "train.py", *SWEEP, "model.batch_norm=false,true", "model.dropout=0,0.3", "optimizer=sgd,adam",
    "hydra.sweeper.replicates=5", "hydra.sweeper.response=test_loss",
)  # fmt: skip
LIGHTNING = (
    "train.py", *SWEEP, "model=mlp,cnn", "model.net.batch_norm=false,true", "data.shift=false,true",
    "hydra.sweeper.replicates=3", "hydra.sweeper.response=val_loss",
)  # fmt: skip
NOTEBOOK = """
import nbclient, nbformat
notebook = nbformat.read("notebook.ipynb", 4)
nbclient.NotebookClient(notebook, timeout=500).execute()
for cell in notebook.cells:
    for output in cell.get("outputs", []):
        print(output.get("data", {}).get("text/html", ""))
        print(output.get("data", {}).get("text/plain", ""))
"""


@pytest.fixture
def run(root, tmp_path):
    """Runs Python in a copy of the examples, where the modules that it needs are installed."""
    shutil.copytree(root / "examples", tmp_path / "examples")

    def in_copy(folder, *words, needs):
        absent = [name for name in needs if find_spec(name) is None]
        if absent:
            pytest.skip(f"needs {', '.join(absent)}: `make test-torch` runs this")
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path / "examples" / folder, text=True, capture_output=True,
            env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}, timeout=560,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    return in_copy


NEAR = 0.1
"""One cell of deep networks without skip connections moved an effect by 3 of 68 between two machines."""


def assert_shown(root, example, printed, near=NEAR, each=0.0):
    """What the page shows was printed: components, verdicts and, but for rounding, numbers."""
    page = (root / "docs/examples.md").read_text()
    lines = shown_on(page, example)
    assert len(lines) > 5
    printed = re.sub(r"\x1b\[[0-9;]*m", "", printed)  # a notebook's text has bold words
    assert absent(lines, printed.splitlines(), near, each) == []


def test_a_loop_of_pytorch_is_swept_as_it_is(root, run, tmp_path):
    printed = run("torch_loop", *LOOP, needs=["torch", "sklearn"])
    assert_shown(root, "examples/torch_loop", printed)
    assert len(read(tmp_path / "examples/torch_loop/runs/train")) == 40


def test_a_lightning_app_is_swept_as_it_is(root, run, tmp_path):
    printed = run("lightning_app", *LIGHTNING, needs=["torch", "sklearn", "lightning"])
    assert_shown(root, "examples/lightning_app", printed)
    study = tmp_path / "examples/lightning_app/runs/train"
    assert len(read(study)) == 24
    assert len(list(study.glob("jobs/*/*/checkpoints/last.ckpt"))) == 24, "no run wrote over another's"


def test_a_notebook_shows_its_study(root, run, tmp_path):
    printed = run(".", "-c", NOTEBOOK, needs=["torch", "sklearn", "nbclient", "ipykernel"])
    assert_shown(root, "examples/notebook.ipynb", printed)
    assert len(read(tmp_path / "examples/runs/train")) == 32


def test_a_function_of_scikit_learn_is_swept(root, run, tmp_path):
    printed = run(".", "sklearn_function.py", needs=["sklearn"])
    # Three of the 30,000 digits behind a mean are read otherwise by another processor.
    assert_shown(root, "examples/sklearn_function.py", printed, near=0.0, each=0.15)
    assert len(read(tmp_path / "examples/runs/train")) == 40


def test_the_page_shows_the_commands_that_are_run(root):
    page = " ".join((root / "docs/examples.md").read_text().replace("\\\n", " ").split())
    for command in (LOOP, LIGHTNING):
        assert " ".join(("python", *command)) in page
