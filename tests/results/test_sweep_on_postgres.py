"""A whole sweep whose rows are kept in a database: what a cluster without a shared file system does."""

import os
import subprocess
import sys

import pytest

from ablation.results import read
from tests.sweep import toy


@pytest.mark.slow
def test_a_sweep_keeps_its_rows_in_the_database_and_goes_on_there(postgres, root, tmp_path):
    url = f"{postgres}#toy"

    def sweep(*arguments):
        command = [sys.executable, toy.__file__, "-m", f"results.url='{url}'", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "8 runs, 0 done" in sweep("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    assert len(read(url)) == 8
    assert not (tmp_path / "runs/toy/rows").exists()
    for name in ("results.csv", "results.parquet", "report/report.md"):
        assert (tmp_path / "runs/toy" / name).stat().st_size > 0
    assert "12 runs, 8 done" in sweep("flags.activation=relu,elu,selu")
    assert len(read(url)) == 12
