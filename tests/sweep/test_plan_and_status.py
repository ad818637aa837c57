"""What a user sees before, during and after a sweep."""

import os
import re
import subprocess
import sys

import pytest

from ablation.numbers import duration
from ablation.sweep import status
from ablation.sweep.time_left import time_left

PLAN = "hydra.sweeper.plan_only=true"


@pytest.fixture
def run_status(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = status.main(arguments)
        shown = capfd.readouterr()
        return code, shown.out + shown.err

    return run


def test_a_plan_trains_nothing_and_leaves_nothing(run_toy, trainings, tmp_path):
    code, shown = run_toy("-m", PLAN)
    assert code == 0
    assert "Design: 2×2 full factorial." in shown
    assert "4 cells × 2 seeds = 8 runs, 0 done" in shown
    assert "Nothing was trained" in shown
    assert trainings() == []
    assert not (tmp_path / "runs").exists()


def test_a_plan_without_runs_does_not_wait_for_pandas(tmp_path, root):
    code = (
        "import runpy, sys; sys.argv = ['toy.py', '-m', 'hydra.sweeper.plan_only=true'];"
        f"runpy.run_path({str(root / 'tests/sweep/toy.py')!r}, run_name='__main__');"
        "print('loaded:', [name for name in ('pandas', 'scipy', 'statsmodels') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert "Nothing was trained" in done.stdout, done.stderr
    assert "loaded: []" in done.stdout


def test_a_plan_shows_the_aliases_of_a_fraction(run_toy):
    _, shown = run_toy(
        "-m", "rate=0.1,0.2", PLAN, "hydra.sweeper.design=fractional", "hydra.sweeper.resolution=III"
    )
    for line in ("norm = ", "activation = ", "rate = "):
        assert line in shown


def test_a_plan_judges_time_and_detectable_effects_by_finished_rows(run_toy, trainings):
    run_toy("-m", "seeds=[0,1,2]", "rate=0.0")
    n_before = len(trainings())
    code, shown = run_toy("-m", "seeds=[0,1,2,3,4,5]", "rate=0.0", PLAN)
    assert code == 0
    assert re.search(r"24 runs, 12 done, about 0?\.?\d+ s left", shown)
    assert "Smallest effect on the loss found with probability 80 %, judged by 12 finished runs:" in shown
    assert "flags.norm: true − false: " in shown
    assert len(trainings()) == n_before


def test_twice_the_seeds_see_effects_smaller_by_a_root_of_two(run_toy):
    run_toy("-m", "seeds=[0,1,2]", "rate=0.0")
    sizes = []
    for n in (50, 100):
        _, shown = run_toy("-m", f"seeds={list(range(n))}".replace(" ", ""), "rate=0.0", PLAN)
        sizes.append(float(shown.partition("flags.norm: true − false: ")[2].partition(" %")[0]))
    assert sizes[0] / sizes[1] == pytest.approx(2**0.5, rel=0.08), "two digits are shown"


def test_a_finished_study_says_so_and_writes_nothing(run_toy, tmp_path):
    run_toy("-m")
    report = tmp_path / "runs/toy/report/report.md"
    before = report.stat().st_mtime_ns
    code, shown = run_toy("-m")
    assert code == 0
    assert "Nothing is left to do. Report: runs/toy/report/index.html" in shown
    assert report.stat().st_mtime_ns == before


def test_a_finished_study_whose_report_is_gone_gets_it_again(run_toy, tmp_path):
    run_toy("-m")
    report = tmp_path / "runs/toy/report/report.md"
    report.unlink()
    run_toy("-m")
    assert report.exists()


def test_the_first_failure_stops_the_sweep_on_request(run_toy, trainings):
    stop = ("-m", "fault=elu:raise", "hydra.sweeper.on_failure=stop", "hydra.sweeper.order=null")
    code, shown = run_toy(*stop, "rate=0.1,0.2")
    assert code == 1
    assert "The first failure stopped the sweep" in shown
    assert shown.count("RuntimeError: out of luck (log: ") == 2, "at once, and at the end"
    failed = next(i for i, line in enumerate(trainings()) if " elu " in line)
    assert len(trainings()) == failed + 1
    code, _ = run_toy("-m", "rate=0.1,0.2")
    assert code == 0, "the next sweep goes on"
    assert len(set(trainings())) == 16


def test_status_tells_what_is_done_and_what_failed(run_toy, run_status):
    run_toy("-m", "fault=elu:raise")
    code, shown = run_status("runs/toy")
    assert code == 0
    assert "Study toy: 4 of 8 runs done, 0 in work by 0 processes, 4 failed." in shown
    assert "Last: loss " in shown
    assert shown.count("failed: norm=") == 4
    assert "RuntimeError: out of luck (log: runs/toy/jobs/" in shown
    run_toy("-m")
    assert "8 of 8 runs done, 0 in work by 0 processes, 0 failed." in run_status("runs/toy")[1]


def test_status_counts_what_is_running(run_toy, run_status, tmp_path):
    from ablation.results import open_store

    run_toy("-m", "fault=elu:raise")
    store = open_store(tmp_path / "runs/toy")
    missing = [key for key in store.load_record().keys if store.find(key) is None]
    with store.claim(missing[0]), store.claim(missing[1]):
        _, shown = run_status("runs/toy")
    assert re.search(r"4 of 8 runs done, 2 in work by 1 process, 2 failed, about \S+ s left\.", shown)


@pytest.mark.parametrize("arguments", [(), ("runs/none",), ("--all",), ("runs/a", "runs/b")])
def test_a_status_of_nothing_is_a_sentence(run_status, arguments):
    code, shown = run_status(*arguments)
    assert code == 2
    assert "xpected" in shown


def test_time_left_is_shared_among_what_runs_at_once(tmp_path, run_toy):
    from ablation.results import open_store

    run_toy("-m", "seconds=0.01")
    rows = list(open_store(tmp_path / "runs/toy").scan().rows.values())
    mean = sum(row.seconds for row in rows) / len(rows)
    assert time_left(rows, 6000, 2) == f", about {duration(3000 * mean)} left"
    assert "divided by what runs at once" in time_left(rows, 6000, None)
    assert time_left(rows, 0, 2) == time_left([], 5, 2) == ""


@pytest.mark.parametrize(
    ("levels", "effect"), [("1,0.5", "rate: 0.5 − 1.0: "), ("null,4", "width: 4 − null: ")]
)
def test_a_plan_knows_finished_runs_whatever_kind_their_levels_are(run_toy, levels, effect):
    key = effect.partition(":")[0]
    swept = ("-m", "seeds=[0,1]", f"{key}={levels}")
    run_toy(*swept)
    _, shown = run_toy(*swept, PLAN)
    assert effect in shown
