"""The main job as a user starts it, with networks small enough for a test."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ablation.results import read

pytestmark = pytest.mark.slow

TINY = (
    "model.units=[2,2,2]",
    "model.latent=2",
    "data.n_train=256",
    "data.n_test=100",
    "training.epochs=1",
    "hydra.sweeper.replicates=1",
)
NAMES = [
    "BatchNorm",
    "Dropout",
    "SpatialAttention",
    "Activation_elu",
    "Activation_relu",
    "Activation_selu",
    "Activation_sigmoid",
]


def python(cwd: Path, code: Path, *arguments: str) -> str:
    """Run a module of the project in `code`, from another folder, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_sweep_of_real_networks_ends_in_the_articles_table(root, tmp_path):
    shown = python(tmp_path, root, "ablation", "-m", *TINY)

    table = read(tmp_path / "runs/quick")
    assert len(table) == 32
    assert set(table["status"]) == {"ok"}
    assert {"loss", "reconstruction_loss", "kl", "train_loss", "n_parameters", "train_seconds"} <= set(table)
    assert (table["loss"] - table["reconstruction_loss"] - table["kl"]).abs().max() < 1e-6
    assert table["identity.data"].nunique() == 1
    assert table["device"].str.startswith("CPU, 1 thread").all()
    rows = [line.split()[0] for line in shown.splitlines() if re.match(r"\w+ +-?\d\.\d+(e-\d+)? ", line)]
    assert rows == NAMES
    report = (tmp_path / "runs/quick/report/report.md").read_text()
    assert "their p-values test 'response = 0'" in report
    assert "2×2×2×4 full factorial × 1 seed = 32 runs; 32 finite" in report

    assert "32 runs, 32 done" in python(tmp_path, root, "ablation", "-m", *TINY)


def test_a_seed_gives_the_same_run_again(root, tmp_path):
    single = (*TINY[:-1], "flags.dropout=true", "flags.attention=spatial", "seeds=[3]")
    for name in ("one", "two"):
        python(tmp_path, root, "ablation", *single, f"name={name}")
    one, two = (read(tmp_path / "runs" / name).iloc[0] for name in ("one", "two"))
    assert one["key"] == two["key"]
    assert one["loss"] == pytest.approx(two["loss"], rel=1e-5)


def test_adding_a_flag_as_the_page_says(root, tmp_path):
    """Follow docs/adding-a-flag.md literally, in a copy of the project, and sweep the new flag."""
    copy = tmp_path / "copy"
    for part in ("ablation", "hydra_plugins", "conf"):
        shutil.copytree(root / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    page = (root / "docs/adding-a-flag.md").read_text()
    python(tmp_path, copy, "ablation", *TINY[:-1], "seeds=[0]", "flags.batch_norm=true", "name=mine")

    steps = re.findall(r"`([\w/]+\.(?:py|yaml))`[^`]*```(\w+)\n(.*?)```", page, flags=re.DOTALL)
    assert [kind for _, kind, _ in steps] == ["diff", "diff", "yaml"]
    for path, kind, block in steps:
        if kind == "yaml":
            (copy / path).write_text(block)
        else:
            _apply(copy / path, block)
    density = ("model=density", "data=synthetic_density", "hydra.sweeper.plan_only=true")
    assert "flags.noise: false, true" in python(tmp_path, copy, "ablation", "-m", "study=mine", *density)
    shown = python(tmp_path, copy, "ablation", "-m", "study=mine", *TINY)

    assert "4 cells × 1 seed = 4 runs, 1 done" in shown, "the run from before the flag counts"
    table = read(tmp_path / "runs/mine")
    assert list(table["flags.noise"].cat.categories) == [False, True]
    assert "noise " in shown
    assert table.groupby("flags.noise", observed=True)["loss"].mean().nunique() == 2


def _apply(path: Path, diff: str) -> None:
    """Apply a diff without line numbers: what it shows must stand in the file exactly once."""
    lines = diff.splitlines()
    before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    after = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))
