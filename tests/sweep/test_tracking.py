"""Sweeps that log their runs: the tracker gets what is missing, and never stops a training."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

import ablation
from ablation.cli.dispatch import run
from ablation.errors import UsageError
from ablation.results import read
from tests.sweep.conftest import started, wait_for_rows


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test runner keeps its handlers


def train(norm=False, seed=0):
    return 1.0 + 0.5 * norm + 0.01 * seed


def sweep(**more):
    return ablation.sweep(train, {"norm": [False, True]}, seeds=2, **more)


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A package of MLflow's name that cannot be used, for this process and those that it starts."""
    package = tmp_path / "packages/mlflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("print('chatter')\nraise ConnectionError('nobody there')\n")
    monkeypatch.setenv("PYTHONPATH", f"{package.parent}:{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.syspath_prepend(package.parent)
    for name in [name for name in sys.modules if name.partition(".")[0] == "mlflow"]:
        monkeypatch.delitem(sys.modules, name)  # where it is installed, and was used by an earlier test


@pytest.mark.usefixtures("broken")
def test_a_tracker_that_is_down_costs_one_warning_and_no_run(capsys):
    study = sweep(log=["mlflow"])
    assert len(study.table) == 4
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Warning")]
    assert shown == [
        "Warning: mlflow: 4 runs not logged. ConnectionError: nobody there. The rows are kept; send what is "
        f"missing later: ablation export {study.place} --to mlflow"
    ]
    assert "chatter" in Path("runs/train/jobs/trackers.log").read_text()
    assert run(["export", "train", "--to", "mlflow"]) == 1
    assert "4 runs not logged" in capsys.readouterr().err
    assert run(["export", "train", "--to", "mlflow", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert told["trackers"][0] == {
        "tracker": "mlflow", "uri": "", "place": "", "sent": 0, "there": 0, "missing": 4,
        "problem": "ConnectionError: nobody there",
    }  # fmt: skip


def test_runs_are_logged_once_by_the_sweep_by_a_resume_and_by_hand(capsys):
    pytest.importorskip("tensorboard", reason="nox -s trackers has it")
    sweep()
    sweep(log="tensorboard")  # as after a kill between row and log
    assert "4 runs logged." in capsys.readouterr().out
    ablation.sweep(train, {"norm": [False, True]}, seeds=3, log={"tensorboard": None})
    assert "tensorboard (runs/train/tensorboard): 2 runs logged, 4 were there." in capsys.readouterr().out
    assert run(["export", "train", "--to", "tensorboard"]) == 0
    assert "0 runs logged, 6 were there" in capsys.readouterr().out
    assert len(list(Path("runs/train/tensorboard").glob("*/events*"))) == len(read("runs/train")) == 6


@pytest.mark.slow
def test_a_killed_sweep_has_logged_what_it_had_finished_and_goes_on_without_a_double(tmp_path, root, capsys):
    pytest.importorskip("tensorboard", reason="nox -s trackers has it")
    (tmp_path / "script.py").write_text(
        "import time, ablation\n\ndef train(norm, seed):\n    time.sleep(0.3)\n    return 1 + norm + seed\n\n"
        "ablation.sweep(train, {'norm': [False, True]}, seeds=40, log='tensorboard')\n"
    )
    environment = {"PYTHONPATH": f"{root}:{os.environ.get('PYTHONPATH', '')}"}
    process = started("script.py", cwd=tmp_path, root=root, **environment)
    wait_for_rows(Path("runs/train"), 3, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    n_done, deadline = len(list(Path("runs/train/rows").glob("*.json"))), time.monotonic() + 120
    while len(list(Path("runs/train/tensorboard").glob("*/events*"))) < n_done:
        assert time.monotonic() < deadline, "not so many runs within two minutes"
        time.sleep(0.1)
    assert 3 <= n_done < 80
    assert run(["export", "train", "--to", "tensorboard"]) == 0
    assert f"0 runs logged, {n_done} were there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("setting", "message"), [("nonsense", "log: expected some of"), ({"wandb": 1}, "Received: wandb: 1")]
)
def test_what_is_no_tracker_is_refused_before_anything_is_trained(setting, message):
    with pytest.raises(UsageError, match=f"^{message}|{message}$") as told:
        sweep(log=setting)
    assert "results" not in str(told.value)
    assert not Path("runs").exists()


def test_a_plain_app_and_a_plan_refuse_it_in_their_own_words(plain_app):
    code, shown = plain_app(lambda cfg: cfg.a, "a: 1", "a=1,2", "hydra.sweeper.log=[nonsense]")
    assert (code, "hydra.sweeper.log: expected some of tensorboard" in shown) == (2, True), shown


@pytest.mark.parametrize(
    ("words", "received"),
    [(["train"], "train"), (["train", "--to", "mlflow,wandb", "--uri", "x"], "train --to=mlflow,wandb"),
     (["train", "--to", "nonsense"], "nonsense"), (["none", "--to", "tensorboard"], "")],
)  # fmt: skip
def test_what_export_cannot_mean_is_a_sentence(capsys, words, received):
    assert run(["export", *words]) == 2
    assert f"Received: {received}" in capsys.readouterr().err
