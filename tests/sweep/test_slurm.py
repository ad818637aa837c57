"""On a real Slurm of one node: left and gathered, interrupted, killed, held back."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.sweep.conformance import CONF
from tests.sweep.slurm import cluster, why_not

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")]
SLURM = (
    "-m",
    "hydra/launcher=slurm",
    CONF,
    "hydra.launcher.partition=main",
    "hydra.launcher.timeout_min=30",
    "hydra.launcher.mem_gb=0.5",
    "hydra.launcher.cpus_per_task=1",
)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("slurm")) as conf:
        yield str(conf)


@pytest.fixture(autouse=True)
def in_it(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", slurm)
    yield
    subprocess.run(["scancel", "--user=root"], check=False)


@pytest.fixture
def sweep(start_toy):
    """The toy on Slurm, to its end: arguments → exit code and what it printed."""

    def run(*arguments):
        process = start_toy(*SLURM, *arguments)
        shown, _ = process.communicate(timeout=120)
        return process.returncode, shown

    return run


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.2)


def n_rows(folder):
    return len(list((folder / "runs/toy/rows").glob("*.json")))


def status(folder):
    command = [sys.executable, "-m", "ablation.cli", "status", "toy"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def squeue():
    return subprocess.run(["squeue", "--noheader", "--array"], capture_output=True, text=True).stdout


def test_jobs_are_left_watched_and_gathered_by_the_same_command(sweep, trainings, tmp_path):
    detached = ("hydra.sweeper.detach=true", "seconds=2")
    code, shown = sweep(*detached)
    assert (code, "In Slurm's queue, array" in shown) == (0, True), shown
    assert "sacct" not in shown
    assert "In Slurm's queue, array" in status(tmp_path)
    code, shown = sweep(*detached)  # submits nothing twice
    assert (code, "This command does not wait" in shown) == (0, True), shown
    wait_for(lambda: n_rows(tmp_path) == 8 and not squeue())
    code, shown = sweep(*detached)
    assert (code, "Report: runs/toy/report/index.html" in shown) == (0, True), shown
    assert len(trainings()) == 8
    assert "queue" not in status(tmp_path)


def test_an_interrupted_command_names_scancel_and_the_same_one_waits_for_its_jobs(
    start_toy, sweep, trainings, tmp_path
):
    process = start_toy(*SLURM, "seconds=2")
    wait_for(lambda: n_rows(tmp_path) >= 1)
    os.killpg(process.pid, signal.SIGINT)
    shown, _ = process.communicate(timeout=60)
    assert process.returncode == 130, shown
    assert "`scancel " in shown
    code, shown = sweep("seconds=2")
    assert (code, "Report: " in shown) == (0, True), shown
    assert len(trainings()) == 8


def test_a_job_that_is_cancelled_is_submitted_again(start_toy, tmp_path):
    process = start_toy(*SLURM, "seconds=3")
    wait_for(lambda: " R " in squeue())
    running = next(line.split()[0] for line in squeue().splitlines() if " R " in line)
    subprocess.run(["scancel", running], check=True)
    shown, _ = process.communicate(timeout=120)
    assert process.returncode == 0, shown
    assert n_rows(tmp_path) == 8


def test_a_job_that_slurm_requeues_ends_well(start_toy, tmp_path):
    process = start_toy(*SLURM, "seconds=3")
    wait_for(lambda: " R " in squeue())
    running = next(line.split()[0] for line in squeue().splitlines() if " R " in line)
    subprocess.run(["scontrol", "requeue", running], check=True)
    wait_for(lambda: "(BeginTime)" in squeue())  # Slurm lets a requeued job wait for two minutes
    subprocess.run(["scontrol", "update", f"JobId={running}", "StartTime=now"], check=True)
    shown, _ = process.communicate(timeout=200)
    assert process.returncode == 0, shown
    assert n_rows(tmp_path) == 8


def test_an_array_that_is_held_back_says_why_and_what_to_set(sweep):
    code, shown = sweep("hydra.launcher.timeout_min=600", "hydra.sweeper.detach=true")
    assert code == 0, shown
    assert "Slurm holds 4 jobs of array" in shown
    assert "PartitionTimeLimit. Lower hydra.launcher.timeout_min" in shown


def test_jobs_are_left_to_slurm_alone(run_toy):
    code, shown = run_toy("-m", "hydra.sweeper.detach=true")
    assert code == 2
    assert "hydra.sweeper.detach: expected hydra/launcher=slurm" in shown
