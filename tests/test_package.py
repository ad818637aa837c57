"""The road of a user without a clone: the built wheel in a fresh environment, in an empty folder."""

import os
import re
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from ablation.results import read

pytestmark = pytest.mark.slow

TINY = ("data.n_train=64", "data.n_test=100", "training.epochs=1", "hydra.launcher.n_jobs=2")


def run(*command, cwd, code=0, **environment):
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **environment},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """Built from the unpacked sdist, as an installer that finds no wheel would do."""
    built = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", built, cwd=root)
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(built, filter="data")
    (source,) = (path for path in built.iterdir() if path.is_dir())
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built, cwd=source)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def bin_folder(wheel, tmp_path_factory):
    """An environment with the wheel. Its dependencies are those of the tests, seen by their path: the
    package itself is not, since paths in a `.pth` are not searched for further `.pth` files."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site_packages / "dependencies.pth").write_text(here)
    python = folder / "bin/python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel, cwd=folder)
    return folder / "bin"


@pytest.fixture
def ablation(bin_folder, tmp_path):
    return lambda *words, code=0, **env: run(bin_folder / "ablation", *words, cwd=tmp_path, code=code, **env)


def test_the_package_is_the_wheels(bin_folder, tmp_path):
    code = "import ablation, hydra_plugins.ablation_sweeper as s; print(ablation.__file__, s.__file__)"
    for path in run(bin_folder / "python", "-c", code, cwd=tmp_path).split():
        assert Path(path).is_relative_to(bin_folder.parent)


def test_a_built_in_study_runs_in_an_empty_folder(ablation, tmp_path):
    words = ("quick", "flags.attention=none", "flags.activation=relu", "hydra.sweeper.replicates=2", *TINY)
    assert "4 cells × 2 seeds = 8 runs, 0 done" in ablation("plan", *words)
    shown = ablation("sweep", *words)
    assert "What each component does to loss" in shown
    assert len(read(tmp_path / "runs/quick")) == 8
    assert "8 of 8 runs done" in ablation("status")
    assert "Report: runs/quick/report/index.html" in ablation("report", "quick", "figures=false")
    assert (
        "ablation sweep quick flags.attention=none" in (tmp_path / "runs/quick/report/report.md").read_text()
    )
    assert "Received: quikc. Did you mean quick?" in ablation("sweep", "quikc", code=2)


def test_a_flag_of_ones_own_takes_a_file_and_a_study(ablation, root, tmp_path):
    """The files of docs/your-own-parts.md, as they stand there."""
    page = (root / "docs/your-own-parts.md").read_text()
    assert "conf/study/mine.yaml: 4 cells" in ablation("init", "mine")
    for name, text in re.findall(r"```\w+\n# (\S+)\n(.*?)```", page, flags=re.DOTALL):
        (tmp_path / name).write_text(text)
    shown = ablation("sweep", "mine", *TINY)
    assert "4 cells × 3 seeds = 12 runs, 0 done" in shown
    table = read(tmp_path / "runs/mine")
    assert list(table["flags.noise"].cat.categories) == [False, True]
    assert table.groupby("flags.noise", observed=True)["loss"].mean().nunique() == 2
    assert table["identity.plugins"].nunique() == 1
    assert "grad_cam" in ablation("heatmaps", "mine", "images=2")
    assert "12 done" in ablation("plan", "mine", *TINY)
    with (tmp_path / "mine.py").open("a") as file:
        file.write("# changed\n")
    assert "0 done" in ablation("plan", "mine", *TINY)
