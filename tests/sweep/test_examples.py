"""The examples as a user runs them, and what their pages show of them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from ablation.results import read


def shown_on(page, example):
    """The lines of the block that a page says is an example's output."""
    block = re.search(rf"<!-- output of {re.escape(example)} -->\n```text\n(.*?)```", page, flags=re.DOTALL)
    return [line.rstrip() for line in block[1].splitlines() if line.strip()]


def without_numbers(line):
    """Libraries of other machines round otherwise."""
    return re.sub(r"[\d.,]+", "#", " ".join(line.replace("─", "").split()))


@pytest.mark.slow
def test_the_function_gives_what_its_page_shows(root, tmp_path):
    def run():
        return subprocess.run(
            [sys.executable, root / "examples/function.py"], cwd=tmp_path, text=True, capture_output=True,
            env={**os.environ, "PYTHONPATH": str(root)}, check=True, timeout=300,
        ).stdout  # fmt: skip

    printed = {without_numbers(line) for line in run().splitlines()}
    page = (root / "docs/python-function.md").read_text()
    lines = shown_on(page, "examples/function.py")
    assert len(lines) > 10
    assert [line for line in lines if without_numbers(line) not in printed] == []
    assert len(read(tmp_path / "runs/train")) == 40
    assert (tmp_path / "page/index.html").exists()
    assert "40 runs, 40 done" in run()


@pytest.mark.slow
def test_the_command_gives_what_its_page_shows(root, tmp_path):
    page = (root / "docs/any-command.md").read_text()
    here = Path(sys.executable).parent
    shutil.copytree(root / "examples/command", tmp_path, dirs_exist_ok=True)
    written = re.search(r"```yaml\n# study.yaml\n(.*?)```", page, flags=re.DOTALL)[1]
    assert OmegaConf.create(written) == OmegaConf.load(tmp_path / "study.yaml")

    def run():
        return subprocess.run(
            [sys.executable, "-m", "ablation.cli", "run", "study.yaml"], cwd=tmp_path, text=True,
            capture_output=True, check=True, timeout=500,
            env={**os.environ, "PYTHONPATH": str(root), "PATH": f"{here}:{os.environ['PATH']}"},
        ).stdout  # fmt: skip

    printed = {without_numbers(line) for line in run().splitlines()}
    lines = shown_on(page, "examples/command/study.yaml")
    assert len(lines) > 6
    assert [line for line in lines if without_numbers(line) not in printed] == []
    assert len(read(tmp_path / "runs/study")) == 24
    assert "Nothing is left to do" in run()
