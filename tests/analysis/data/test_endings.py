"""How runs ended, in the words of other tools."""

import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.data.endings import ending_columns, endings
from tests.analysis.compare import noted


def ended(words, name="status", asked=()):
    found = endings(pd.DataFrame({name: words}), asked)
    return None if found is None else list(found)


@pytest.mark.parametrize(
    ("tool", "finished", "others"),
    [
        ("MLflow", "FINISHED", ["FAILED", "RUNNING", "KILLED"]),
        ("Ray", "TERMINATED", ["ERROR", "PENDING", "RUNNING"]),
        ("Optuna", "COMPLETE", ["FAIL", "PRUNED", "RUNNING", "WAITING"]),
        ("Optuna's enumeration", "TrialState.COMPLETE", ["TrialState.PRUNED", "TrialState.FAIL"]),
        ("W&B", "finished", ["crashed", "failed", "killed", "running"]),
        ("Slurm", "COMPLETED", ["FAILED", "TIMEOUT", "OUT_OF_ME+", "CANCELLED by 1000", "NODE_FAIL"]),
        ("Hydra", "JobStatus.COMPLETED", ["JobStatus.FAILED", "JobStatus.UNKNOWN"]),
        ("Sacred", "COMPLETED", ["FAILED", "INTERRUPTED"]),
        ("DVC", "success", ["failed", "queued"]),
        ("SMAC", "StatusType.SUCCESS", ["StatusType.CRASHED", "StatusType.MEMORYOUT"]),
        ("Ax", "COMPLETED", ["ABANDONED", "EARLY_STOPPED", "FAILED"]),
        ("this one", "ok", ["diverged", "out_of_memory"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["status", "State", "info.status", "jobState", "Run State"])
def test_words_of_known_tools(tool, finished, others, name):
    assert ended([finished, *others], name) == ["ok", *others], tool
    assert ended([finished, finished], name) == ["ok", "ok"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["CA", "OK", "TX"], "state"),
        (["train", "frozen"], "bn_state"),
        ([1, 2, 0], "status"),
        (["warm", "running"], "status"),
        (["finished", "failed"], "estate"),
    ],
)
def test_columns_that_speak_of_something_else(words, name):
    assert ended(words, name) is None


def test_an_empty_cell_is_an_end_that_nobody_noted_or_a_good_one():
    assert ended(["finished", "", None]) == ["ok", "not noted", "not noted"]
    assert ended(["", "failed", None]) == ["ok", "failed", "ok"]


def test_a_run_is_finished_where_all_columns_say_so():
    frame = pd.DataFrame({"State": ["COMPLETED"] * 3, "status": ["FINISHED", "FAILED", "RUNNING"]})
    assert list(endings(frame, [])) == ["ok", "FAILED", "RUNNING"]
    assert ending_columns(frame) == ["State", "status"]
    assert list(endings(frame, ["status"])) == ["ok", "ok", "ok"]


def test_runs_that_had_not_finished_are_no_failures_and_told_by_level():
    rows = [(a, s, 1 + 0.1 * a + 0.01 * (s % 3), "COMPLETE") for a in (0, 1) for s in range(6)]
    frame = pd.DataFrame(rows, columns=["a", "seed", "loss", "state"])
    frame.loc[[7, 8, 9], "state"] = ["PRUNED", "PRUNED", "RUNNING"]
    frame.loc[0, "state"] = "FAIL"
    found = analyze(frame, "loss", ["a"], block="seed")
    assert (found.n_runs, found.failures["runs"].tolist(), found.failures["failed"].tolist()) == (
        8,
        [6, 3],
        [1, 0],
    )
    assert noted(found, "unfinished-runs") == (
        "3 of 12 runs had not finished (status PRUNED, RUNNING) and count neither as results nor as "
        "failures. They are more frequent at a=1 (3 of 6), whose average may look better than it is."
    )
    assert noted(found, "failed-runs").startswith("1 of 9 runs failed (status FAIL): ")
    assert found.excluded["reason"].tolist() == [
        "status is FAIL", *["status is PRUNED, not finished"] * 2, "status is RUNNING, not finished"
    ]  # fmt: skip
