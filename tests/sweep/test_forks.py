"""What jobs are to each other where each is a fork: `hydra/launcher=ablation`."""

import os
import signal
import threading

import pytest
from numpy import random

from ablation.sweep import jobs
from ablation.sweep.workers import can_fork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="elsewhere joblib keeps its processes"),
]

LOCAL = ("hydra/launcher=ablation", "hydra.launcher.n_jobs=2")
WITH_A_THREAD = """
import threading
thread = threading.Thread(target=threading.Event().wait, daemon=True)
thread.start()
"""


def own_process(_cfg):
    return {"objective": random.random(), "pid": os.getpid()}


def test_each_job_is_a_process_and_draws_other_random_numbers(plain_app, rows):
    code, shown = plain_app(own_process, "x: 0", "x=0,1", "hydra.sweeper.replicates=3", *LOCAL)
    assert code == 0, shown
    assert "Warning" not in shown
    found = [row.responses for row in rows("test_forks")]
    assert len({each["objective"] for each in found}) == len({each["pid"] for each in found}) == 6


def test_what_an_import_starts_runs_in_each_job(plain_app, rows, tmp_path, monkeypatch):
    """A fork of a process with threads would lack them, so jobs are forked off none that has some."""
    (tmp_path / "with_a_thread.py").write_text(WITH_A_THREAD)
    monkeypatch.syspath_prepend(tmp_path)
    import with_a_thread

    def train(_cfg):
        return {"objective": random.random(), "alive": int(with_a_thread.thread.is_alive())}

    code, shown = plain_app(train, "x: 0", "x=0,1", *LOCAL)
    assert code == 0, shown
    assert [row.responses["alive"] for row in rows("test_forks")] == [1, 1]


def kill_parent(cfg):
    if cfg.x == 1:
        os.kill(os.getppid(), signal.SIGKILL)
        threading.Event().wait()
    return 1.0


def test_a_sweep_whose_forking_process_is_killed_says_so_and_goes_on(plain_app, rows):
    one = ("hydra/launcher=ablation", "hydra.launcher.n_jobs=1", "hydra.sweeper.order=null")
    code, shown = plain_app(kill_parent, "x: 0", "x=0,1", *one)
    assert code == 1
    assert "ChildProcessError: the process that starts jobs has been killed by SIGKILL" in shown
    assert len(rows("test_forks")) == 1


def test_an_error_that_cannot_travel_is_told_in_words(plain_app):
    class OddError(Exception):
        def __init__(self, first, second):
            super().__init__(f"{first} {second}")

    def fail(_cfg):
        raise OddError("out of", "luck")

    code, shown = plain_app(fail, "x: 0", "x=0,1", "hydra.sweeper.retries=0", *LOCAL)
    assert code == 1
    assert "failed: x=0 seed=0: OddError: out of luck" in shown


def test_jobs_are_joblibs_where_processes_cannot_be_forked(plain_app, rows, monkeypatch):
    for module in ("launchers", "workers"):
        monkeypatch.setattr(f"ablation.sweep.{module}.can_fork", lambda: False)
    seen, launch = [], jobs.launch
    monkeypatch.setattr("ablation.sweep.study_sweep.launch", lambda *a: seen.append(a[2]) or launch(*a))
    code, shown = plain_app(
        own_process, "x: 0", "x=0,1", "hydra/launcher=ablation", "hydra.launcher.n_jobs=1"
    )
    assert code == 0, shown
    assert {row.responses["pid"] for row in rows("test_forks")} == {os.getpid()}
    assert seen[0].keeps_processes
