"""The app of docs/your-own-app.md, copied from the page and started as the page says."""

import os
import re
import subprocess
import sys

import pytest

from ablation.results import read


@pytest.mark.slow
def test_your_own_app_does_what_the_page_says(root, tmp_path):
    page = (root / "docs/your-own-app.md").read_text()
    for name, text in re.findall(r"```\w+\n# (\S+)\n(.*?)```", page, flags=re.DOTALL):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def run(*arguments):
        command = [sys.executable, "train.py", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "seed 7: ok, loss 0.32" in run("depth=4", "seeds=[7]")
    shown = run("-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    assert "6 cells × 3 seeds = 18 runs, 0 done" in shown
    table = read(tmp_path / "runs/mine")
    assert len(table) == 19
    assert list(table["depth"].cat.categories) == [1, 2, 4]
    assert "18 done" in run("-m")
    assert "18 runs, 1 done" not in shown
    assert "24 runs, 19 done" in run("-m", "seeds=[0,1,2,7]")
