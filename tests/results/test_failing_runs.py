"""Fault 9: losses that are not finite, memory that runs out, processes killed by the kernel."""

import os
import resource
import signal
from dataclasses import replace

import pytest

from ablation.results import open_store, read
from tests.results.stand_in import make_row
from tests.results.worker import Log, child, insist

RUNS = [make_row(seed=seed) for seed in range(3)]


@pytest.mark.parametrize("epoch", [0, 4], ids=["first", "last"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_diverged_run_is_final_and_counted(epoch, value, tmp_path):
    store, log = open_store(tmp_path / "quick"), Log(tmp_path / "log")
    losses = [0.5] * 5
    losses[epoch] = value

    def diverge(row):
        return replace(row, status="diverged", responses={"loss": losses[-1]}, history={"loss": losses})

    assert insist(store, RUNS[0], log, diverge)
    assert insist(store, RUNS[1], log, lambda row: row)
    frame = read(tmp_path / "quick")
    assert frame["status"].value_counts().to_dict() == {"diverged": 1, "ok": 1}
    assert store.find(RUNS[0].key).history["loss"][epoch] is None
    assert frame["loss"].isna().sum() == (epoch == 4)
    assert store.claim(RUNS[0].key) is None, "diverged is final: nobody trains it again"
    assert len(log.keys("T")) == 2


def test_memory_that_runs_out_is_retried_a_bounded_number_of_times(tmp_path):
    store, log = open_store(tmp_path / "quick"), Log(tmp_path / "log")

    def train(row):
        if row.seed == 1:
            bytearray(1 << 40)
        return row

    def sweep():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 34, 1 << 34))
        assert [insist(store, row, log, train) for row in RUNS] == [True, False, True]

    with child(sweep) as pid:
        assert os.waitpid(pid, 0)[1] == 0
    attempts = store.attempts(RUNS[1].key)
    assert [(attempt.number, attempt.status) for attempt in attempts] == [
        (number, "out_of_memory") for number in (1, 2, 3)
    ]
    assert "out of memory" in attempts[0].row.error
    assert list(read(tmp_path / "quick")["seed"]) == [0, 2]
    assert insist(store, RUNS[1], log, lambda row: row), "with more memory, the same command finishes it"
    assert len(read(tmp_path / "quick")) == 3


def test_a_process_killed_by_the_kernel_is_a_lost_attempt(tmp_path):
    store, log = open_store(tmp_path / "quick"), Log(tmp_path / "log")

    def train(row):
        if row.seed == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return row

    for row in RUNS:
        for _ in range(3):
            with child(lambda row=row: insist(store, row, log, train)) as pid:
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            if status == 0:
                break
        assert status == (-9 if row.seed == 1 else 0)
    assert [attempt.status for attempt in store.attempts(RUNS[1].key)] == ["lost"] * 3
    assert list(read(tmp_path / "quick")["seed"]) == [0, 2]
    assert insist(store, RUNS[1], log, lambda row: row), "nobody waits for a dead holder"
    assert store.attempts(RUNS[1].key) == ()
    assert store.sweep() == 3


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("bad"), "error"), (TimeoutError("late"), "timeout")]
)
def test_an_exception_is_an_attempt_with_its_words(error, status, tmp_path):
    store, log = open_store(tmp_path / "quick"), Log(tmp_path / "log")

    def fail(_row):
        raise error

    assert not insist(store, RUNS[0], log, fail, n_tries=2)
    kept = store.attempts(RUNS[0].key)
    assert [(attempt.status, attempt.row.error) for attempt in kept] == [(status, str(error))] * 2
    assert read(tmp_path / "quick").empty
