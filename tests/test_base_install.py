"""`pip install ablation-study` without extras, on any machine: tables and their reports."""

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from ablation.extras import EXTRAS


def python(root, folder, *words):
    return subprocess.run(
        [sys.executable, *words], cwd=folder, text=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}, timeout=300,
    )  # fmt: skip


@pytest.fixture
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


def named(requirements):
    return {re.match(r"[\w.-]+", one)[0].lower() for one in requirements}


def test_the_notebook_of_a_table_runs_without_extras_and_without_posix(root, tmp_path):
    for name in ("table.ipynb", "table.csv"):
        shutil.copy(root / "examples" / name, tmp_path)
    done = python(root, tmp_path, "-m", "tests.base_install", "forbid")
    assert done.returncode == 0, done.stderr
    assert "Keep standardise (at momentum=0.9): it raises close / points by" in done.stdout
    assert "<td>keep</td>" in done.stdout
    assert done.stdout.count("data:image/svg+xml;base64,") >= 3
    assert r"\begin{tabular}" in done.stdout
    assert done.stdout.rstrip().endswith("LOADED")
    assert (tmp_path / "page/index.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "page/figures/effects.svg").exists()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import ablation; ablation.sweep(len, factors={})", "Sweeps need the package omegaconf"),
        ("from ablation.sweep import main", "Sweeps need the package hydra"),
        (
            "from ablation.cli import main; sys.exit(main(['sweep', 'quick']))",
            "`ablation sweep` needs the package",
        ),
        (
            "import runpy; runpy.run_module('ablation', run_name='__main__')",
            "`python -m ablation` needs the package",
        ),
        ("import ablation; ablation.Study('runs.parquet', 'loss', ['a'])", "Parquet and Feather files need"),
    ],
)
def test_what_needs_an_extra_says_which(root, tmp_path, code, told):
    (tmp_path / "runs.parquet").write_bytes(b"")
    done = python(
        root, tmp_path, "-c", f"import sys; from tests.base_install import forbid; forbid(); {code}"
    )
    last = done.stderr.splitlines()[-1]
    extra = "files" if "Parquet" in told else "sweep"
    assert f"{told}" in last
    assert last.endswith(f"which is not installed. Run: pip install 'ablation-study[{extra}]'")
    assert done.returncode == (1 if code.startswith(("import ablation", "from ablation.sweep")) else 2)


def test_the_base_has_what_tables_need_and_each_extra_its_packages(project):
    assert named(project["dependencies"]) == {"numpy", "pandas", "scipy", "statsmodels", "jinja2", "rich"}
    extras = project["optional-dependencies"]
    packages = {"hydra": "hydra-core", "yaml": "pyyaml", "PIL": "pillow"}
    for module, extra in EXTRAS.items():
        assert packages.get(module, module) in named(extras[extra])
    assert extras["sweep"][0] == "ablation-study[files,images]"


def test_every_extra_for_training_brings_what_sweeps_need(project):
    extras = project["optional-dependencies"]
    without = [name for name, packages in extras.items() if packages[0] != "ablation-study[sweep]"]
    assert without == ["files", "images", "sweep", "dev"]
