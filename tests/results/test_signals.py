"""Fault 7: interrupts in mid-sweep; gathering killed at any point."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.results.arena import fight

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_an_interrupted_sweep_ends_non_zero_and_goes_on(tmp_path):
    outcome = fight("interruptions", "folder", f"{tmp_path}/", tmp_path)
    assert outcome.problems == []
    assert outcome.n_keys == 18 * 30


def test_gathering_killed_at_any_step_leaves_the_old_or_the_new_views(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.results.gather_kills", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout) == []
    assert int((tmp_path / "n_steps").read_text()) == 10, (
        "two files: open, write, sync, replace, sync the folder"
    )
