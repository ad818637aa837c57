"""The built-in app on PyTorch, as a user runs it."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from ablation.results import read

TINY = ("training.epochs=1", "training.batch_size=16", "data.n_train=48", "data.n_test=20")


def app(folder, root, *words, **changed):
    environment = {**os.environ, "PYTHONPATH": str(root), **changed}
    command = [sys.executable, "-m", "ablation", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)


@pytest.mark.parametrize(
    ("study", "levels", "response"),
    [
        ("quick", "attention=none dropout=false,true activation=relu", "reconstruction_loss"),
        ("density", "attention=none,spatial dropout=true", "contrast_auroc.rgb.grad_cam"),
    ],
)
def test_a_study_is_trained_and_measured(tmp_path, root, study, levels, response):
    factors = [f"flags.{factor}" for factor in ("batch_norm=true", *levels.split())]
    done = app(tmp_path, root, "-m", f"study={study}", *factors, *TINY, "hydra.sweeper.replicates=1")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    table = read(tmp_path / "runs" / study)
    assert len(table) == 2
    assert set(table["status"]) == {"ok"}
    assert set(table["backend"]) == {"torch"}
    assert (table[response] > 0).all()
    assert (tmp_path / "runs" / study / "report/index.html").exists()


@pytest.mark.skipif(find_spec("tensorflow") is not None, reason="TensorFlow, the default, is installed")
def test_without_tensorflow_it_says_how_to_use_pytorch(tmp_path, root):
    done = app(tmp_path, root, "seeds=[0]", *TINY, KERAS_BACKEND="")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "use torch, which is there" in done.stderr
    assert "KERAS_BACKEND=torch" in done.stderr
