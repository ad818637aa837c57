"""Sweeps that are interrupted in earnest: what is finished stays, and the same command goes on."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.results import open_store, read
from ablation.results.folder.store import FolderStore
from ablation.sweep import study_sweep
from tests.sweep import toy
from tests.sweep.conftest import wait_for_rows

pytestmark = pytest.mark.slow

PROCESSES = {
    "ablation": ("-m", "hydra/launcher=ablation", "hydra.launcher.n_jobs=2"),
    "joblib": ("-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.launcher.batch_size=1"),
}


@pytest.fixture
def processes(request):
    """The words of a sweep in two processes."""
    return PROCESSES[getattr(request, "param", "ablation")]


def rows(tmp_path):
    folder = tmp_path / "runs/toy/rows"
    return sorted(folder.glob("*.json")) if folder.exists() else []


def contents(tmp_path):
    return {path.name: path.read_bytes() for path in rows(tmp_path)}


def resume(start_toy, tmp_path, before, processes):
    """The same command, undisturbed: it ends well with all rows, and those from before as they were."""
    process = start_toy(*processes)
    shown, _ = process.communicate(timeout=120)
    assert process.returncode == 0, shown
    after = contents(tmp_path)
    assert len(after) == 8
    assert before.items() <= after.items()


def group_members(group):
    """Processes of a group that still run; zombies are gone but for their parent."""
    members = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, IndexError):
            continue
        if entry.name.isdigit() and int(fields[2]) == group and fields[0] != "Z":
            members.append(int(entry.name))
    return members


def wait_until_gone(group):
    deadline = time.monotonic() + 15
    while group_members(group) and time.monotonic() < deadline:
        time.sleep(0.1)
    return group_members(group)


@pytest.mark.parametrize(
    ("processes", "number", "whole_group"),
    [
        ("ablation", signal.SIGINT, True),
        ("ablation", signal.SIGINT, False),
        ("ablation", signal.SIGTERM, False),
        ("joblib", signal.SIGINT, True),
        ("joblib", signal.SIGTERM, False),
    ],
    indirect=["processes"],
)
def test_an_interrupted_sweep_ends_soon_and_keeps_what_is_finished(
    start_toy, tmp_path, processes, number, whole_group
):
    process = start_toy(*processes, "seconds=0.7")
    wait_for_rows(tmp_path / "runs/toy", 2, process)
    (os.killpg if whole_group else os.kill)(process.pid, number)

    shown, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Finished runs are kept; the same command goes on." in shown
    assert "Traceback" not in shown
    assert wait_until_gone(process.pid) == []
    before = contents(tmp_path)
    assert 2 <= len(before) < 8

    resume(start_toy, tmp_path, before, processes)


@pytest.mark.parametrize(
    ("processes", "pause_seconds"),
    [("ablation", 0.0), ("ablation", 0.02), ("ablation", 0.2), ("joblib", 0.02)],
    indirect=["processes"],
)
def test_a_second_interrupt_ends_it_as_well_and_leaves_nothing_running(
    start_toy, tmp_path, processes, pause_seconds
):
    process = start_toy(*processes, "seconds=0.7")
    wait_for_rows(tmp_path / "runs/toy", 2, process)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(pause_seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)

    process.communicate(timeout=20)
    assert process.returncode != 0
    assert wait_until_gone(process.pid) == []
    before = contents(tmp_path)

    resume(start_toy, tmp_path, before, processes)


def test_a_killed_sweep_loses_no_finished_run(start_toy, tmp_path, processes, trainings):
    process = start_toy(*processes, "seconds=0.7")
    wait_for_rows(tmp_path / "runs/toy", 3, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    kept = contents(tmp_path)
    n_started = len(trainings())

    resume(start_toy, tmp_path, kept, processes)
    assert len(trainings()) == n_started + 8 - len(kept)


@pytest.mark.parametrize(
    ("processes", "message"),
    [
        (
            "ablation",
            "died: norm=true activation=elu: its process has ended with exit code 137",
        ),
        ("joblib", "The launcher ended with TerminatedWorkerError"),
    ],
    indirect=["processes"],
)
def test_a_worker_that_dies_ends_with_a_clear_message_and_costs_its_runs_alone(
    start_toy, tmp_path, processes, message
):
    process = start_toy(*processes, "fault=elu:die", "seconds=0.2")
    shown, _ = process.communicate(timeout=120)
    assert process.returncode == 1, shown
    assert message in shown
    assert "runs are left; the same command tries them again" in shown
    assert "Traceback" not in shown

    process = start_toy(*processes)
    shown, _ = process.communicate(timeout=120)
    assert process.returncode == 0, shown
    assert len(read(tmp_path / "runs/toy")) == 8


def test_two_sweeps_at_once_train_each_run_once(start_toy, tmp_path, trainings):
    both = [start_toy("-m", "seconds=0.3") for _ in range(2)]
    for process in both:
        shown, _ = process.communicate(timeout=120)
        assert process.returncode == 0, shown
    assert len(rows(tmp_path)) == 8
    assert len(trainings()) == 8


def test_a_run_that_another_sweep_finishes_at_the_last_moment_counts_as_done(run_toy, tmp_path, monkeypatch):
    assert run_toy("-m")[0] == 0
    store = open_store(tmp_path / "runs/toy")
    key, late = next(iter(store.scan().rows.items()))
    (tmp_path / f"runs/toy/rows/{key}.json").unlink()
    held, scan_rows, n_scans = store.claim(key), FolderStore._scan_rows, []

    def finish_elsewhere(self):
        n_scans.append(1)
        if len(n_scans) == 2:  # after the sweep, once its claims have been read
            store.commit(late, held)
            held.release()
        return scan_rows(self)

    monkeypatch.setattr(FolderStore, "_scan_rows", finish_elsewhere)
    code, shown = run_toy("-m")

    assert code == 0, shown
    assert len(n_scans) == 2
    assert "are left" not in shown
    assert store.find(key) == late


def test_a_sweep_says_if_another_design_took_its_place_meanwhile(run_toy, tmp_path, monkeypatch):
    launch = study_sweep.launch

    def plan_elsewhere(*arguments):
        store = open_store(tmp_path / "runs/toy")
        record = store.load_record()
        store.save_record(replace(record, keys=record.keys[:4], seeds=(0,)))
        return launch(*arguments)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(study_sweep, "launch", plan_elsewhere)
        assert "Another sweep of this study was planned meanwhile" in run_toy("-m")[1]
    assert "was planned meanwhile" not in run_toy("-m")[1]


def test_a_sweep_in_the_background_of_a_script_ignores_interrupts_as_the_shell_wants(tmp_path, root):
    command = f'trap "" INT; exec "{sys.executable}" "{toy.__file__}" -m seconds=0.2'
    environment = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen(["sh", "-c", command], cwd=tmp_path, env=environment, start_new_session=True)
    wait_for_rows(tmp_path / "runs/toy", 1, process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=120) == 0
    assert len(rows(tmp_path)) == 8
