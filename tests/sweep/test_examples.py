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


NUMBER = re.compile(r"[+−-]?\d[\d,]*(?:\.\d+)?")


def absent(shown, printed, near=0.0, each=0.0):
    """The lines of a page that were not printed.

    Args:
        shown: of the page.
        printed: by the example.
        near: how far a number may be, as a share of the largest in its line: float32 differs by machine.
        each: how far, as a share of itself.
    """
    lines = [_read(line) for line in printed]
    return [line for line in shown if not any(_is_alike(_read(line), other, near, each) for other in lines)]


def _read(line):
    """A line's words, and its numbers."""
    words = " ".join(line.replace("─", "").split())
    numbers = [float(text.replace("−", "-").replace(",", "")) for text in NUMBER.findall(words)]
    return NUMBER.sub("#", words), numbers


def _is_alike(mine, other, near, each):
    """Whether words are the same, and numbers or near."""
    room = near * max(map(abs, mine[1]), default=0)
    return mine[0] == other[0] and all(
        abs(a - b) <= room + each * abs(a) for a, b in zip(mine[1], other[1], strict=True)
    )


def test_a_stale_interval_of_a_page_is_seen():
    """As it stood in docs/examples.md while digits were not compared."""
    stale = ["scale  on − off  inconclusive  −0.0014  −0.00526 to +0.00245  0.51"]
    now = ["scale  on − off  inconclusive  −0.0014  −0.00522 to +0.00241  0.5"]
    assert absent(now, now) == []
    assert absent(stale, now) == stale


@pytest.mark.slow
def test_the_function_gives_what_its_page_shows(root, tmp_path):
    def run():
        return subprocess.run(
            [sys.executable, root / "examples/function.py"], cwd=tmp_path, text=True, capture_output=True,
            env={**os.environ, "PYTHONPATH": str(root)}, check=True, timeout=300,
        ).stdout  # fmt: skip

    printed = run().splitlines()
    page = (root / "docs/python-function.md").read_text()
    lines = shown_on(page, "examples/function.py")
    assert len(lines) > 10
    assert absent(lines, printed) == []
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

    printed = run().splitlines()
    lines = shown_on(page, "examples/command/study.yaml")
    assert len(lines) > 6
    assert absent(lines, printed, near=1e-3) == []
    assert len(read(tmp_path / "runs/study")) == 24
    assert "Nothing is left to do" in run()
