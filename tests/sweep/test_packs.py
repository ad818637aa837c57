"""Runs of several cells in one job, with an app that trains nothing."""

import os
from pathlib import Path

import numpy as np
import pytest

from ablation.results import UNFINISHED, open_store
from ablation.sweep import Outcome, Packs, main
from ablation.sweep.packs import grouped, program_lines
from tests.sweep.conftest import started
from tests.sweep.toy import UNKEYED, Toy, _loss, run

ARGUMENTS = (
    "-m", "hydra/sweeper=ablation", "hydra/launcher=basic", "flags.norm=false,true",
    "flags.activation=relu,elu", "rate=0.1,0.2", "seeds=[0,1]", "hydra.sweeper.retries=0",
)  # fmt: skip


def kind(values):
    """Cells of one norm train together."""
    return values["flags.norm"]


def together(runs):
    """As `run`, but all at once; `fault` of the first run says what goes wrong."""
    with Path("together.txt").open("a") as told:
        told.write(
            " ".join(f"{c.flags.norm},{c.flags.activation},{c.rate},{seed}" for c, seed in runs) + "\n"
        )
    for place, (config, seed) in enumerate(runs):
        if config.fault == "pack:raise" and place == 3:
            raise RuntimeError("the pack fell apart")
        if config.fault == "pack:memory" and place == 3:
            raise MemoryError("Not even one run fits into the device's memory.")
        if config.fault == "pack:die" and place == 3 and not Path("died.txt").exists():
            Path("died.txt").touch()
            os._exit(137)
        loss = float("nan") if config.fault == f"{config.flags.activation}:diverge" else _loss(config, seed)
        yield place, Outcome(seed, {"loss": loss}, provenance={"pack": str(len(runs))})


def app(off=""):
    return main(config_path="conf", schema=Toy, unkeyed=UNKEYED, packs=Packs(kind, lambda _: off, together))(
        run
    )


@pytest.fixture
def sweep(run_toy, tmp_path, monkeypatch):
    """Arguments → exit code, what was shown, the rows by cell and seed, and the packs."""
    monkeypatch.setattr("ablation.sweep.study_sweep.publish", lambda *_: None)

    def sweep(*arguments, off=""):
        code, shown = run_toy(*ARGUMENTS, *arguments, entry=app(off))
        rows = open_store(tmp_path / "runs" / "toy").scan().rows.values()
        found = {
            (*(r.config[k] for k in ("flags.norm", "flags.activation", "rate")), r.seed): r for r in rows
        }
        told = tmp_path / "together.txt"
        packs = [line.split() for line in told.read_text().splitlines()] if told.exists() else []
        return code, shown, found, packs

    return sweep


def test_cells_of_a_kind_are_one_job_and_each_run_is_the_row_that_it_is_alone(sweep, tmp_path):
    code, shown, rows, packs = sweep()
    assert code == 0
    assert "2 programs instead of 8" in shown
    assert [len(pack) for pack in packs] == [8, 8]
    assert all(len({run.split(",")[0] for run in pack}) == 1 for pack in packs)
    (tmp_path / "runs").rename(tmp_path / "packed")
    code, shown, alone, packs = sweep(off="nobody wants it")
    assert code == 0
    assert "8 programs, one for each cell, as nobody wants it; 2 programs would do." in shown
    assert len(packs) == 2, "none beside those of before"
    assert rows.keys() == alone.keys()
    assert len(rows) == 16
    for name, row in rows.items():
        other = alone[name]
        assert (row.responses, row.key, row.cell) == (other.responses, other.key, other.cell)
        assert row.config == other.config
        assert row.provenance["pack"] == "8"


def test_what_is_done_is_not_trained_again(sweep):
    sweep("rate=0.1,0.2", "seeds=[0]")
    code, _, rows, packs = sweep("rate=0.1,0.2,0.3")
    assert code == 0
    assert len(rows) == 24
    assert sorted(len(pack) for pack in packs) == [4, 4, 8, 8]
    trained = [each for pack in packs for each in pack]
    assert len(set(trained)) == len(trained) == 24


@pytest.mark.parametrize("fault", ["raise", "memory"])
def test_a_pack_that_fails_is_trained_cell_by_cell_and_blames_nobody(sweep, tmp_path, fault):
    code, _, rows, packs = sweep(f"fault=pack:{fault}")
    assert code == 0
    assert len(rows) == 16
    assert len(packs) == 2, "it is not tried again"
    assert len((tmp_path / "trained.txt").read_text().splitlines()) == 16 - 2 * 3
    attempts = open_store(tmp_path / "runs" / "toy").scan().attempts.values()
    assert not [attempt for each in attempts for attempt in each if attempt.status in UNFINISHED]


def test_a_run_that_diverges_is_a_row_and_its_neighbours_are_what_they_are(sweep):
    code, _, rows, _ = sweep("fault=elu:diverge")
    assert code == 0
    for (_, activation, _, _), row in rows.items():
        assert row.status == ("diverged" if activation == "elu" else "ok")
        assert (row.responses["loss"] is None or np.isnan(row.responses["loss"])) == (activation == "elu")


def test_a_process_that_dies_loses_only_what_was_not_done(root, tmp_path):
    source = tmp_path / "app.py"
    source.write_text("from tests.sweep.test_packs import app\n\nif __name__ == '__main__':\n    app()()\n")
    words = [w for w in ARGUMENTS if "retries" not in w and "basic" not in w]
    words += ["hydra/launcher=ablation", "hydra.launcher.n_jobs=1", "hydra.sweeper.retries=1"]
    shown, _ = started("app.py", *words, "fault=pack:die", cwd=tmp_path, root=root).communicate(timeout=240)
    rows = open_store(tmp_path / "runs" / "toy").scan().rows
    assert len(rows) == 16, shown
    sizes = [len(line.split()) for line in (tmp_path / "together.txt").read_text().splitlines()]
    assert sorted(sizes) == [5, 8, 8], shown


class _Cell:
    def __init__(self, kind):
        self.config = {"kind": kind}


@pytest.mark.parametrize(
    ("kinds", "n_parallel", "groups"),
    [
        ("abab", 1, [[0, 2], [1, 3]]),
        ("aaaa", 1, [[0, 1, 2, 3]]),
        ("aaaa", 2, [[0, 1], [2, 3]]),
        ("aaaab", 4, [[0, 1], [2, 3], [4]]),
        ("aaaa", None, [[0, 1, 2, 3]]),
        ("a--a", 1, [[0, 3], [1], [2]]),
        ("", 2, []),
    ],
)
def test_there_are_jobs_for_all_processes_and_no_more_than_needed(kinds, n_parallel, groups):
    cells = [_Cell(None if kind == "-" else kind) for kind in kinds]
    packs = Packs(lambda values: values["kind"], lambda _: "", lambda _: [])
    assert grouped(cells, packs, n_parallel) == groups
    assert grouped(cells, None, n_parallel) == [[i] for i in range(len(kinds))]


def test_an_app_without_programs_says_nothing_of_them():
    cells = [_Cell(None), _Cell(None)]
    packs = Packs(lambda values: values["kind"], lambda _: "", lambda _: [])
    assert program_lines(cells, packs, 1) == program_lines(cells, None, 1) == []
