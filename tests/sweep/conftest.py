"""Apps started as a user starts them, in a folder of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import hydra
import pandas as pd
import pytest
from hydra.core.global_hydra import GlobalHydra

from ablation.results import open_store, read
from tests.sweep import toy

TOY = Path(toy.__file__)
Result = tuple[int, str]


@pytest.fixture
def run_toy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """The toy app, or another, in this process: arguments → exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test runner keeps its handlers

    def run(*arguments: str, entry: Callable[[], None] = toy.train) -> Result:
        GlobalHydra.instance().clear()
        monkeypatch.setattr(sys, "argv", ["toy.py", *arguments])
        code = 0
        try:
            entry()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capfd.readouterr()
        return code, captured.out + captured.err

    return run


PLAIN = ("-m", "hydra/sweeper=ablation")


@pytest.fixture
def plain_app(run_toy, tmp_path, monkeypatch):
    """Sweep a function with a configuration, without a report: arguments → exit code and what was shown."""
    monkeypatch.setattr("ablation.sweep.study_sweep.publish", lambda *_: None)

    def run(task, config, *arguments, mode=PLAIN):
        (tmp_path / "conf").mkdir(exist_ok=True)
        texts = {"config": config} if isinstance(config, str) else config
        for name, text in texts.items():
            path = tmp_path / "conf" / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        entry = hydra.main(version_base="1.3", config_path=str(tmp_path / "conf"), config_name="config")(task)
        return run_toy(*mode, *arguments, entry=entry)

    return run


@pytest.fixture
def rows(tmp_path):
    """The rows of a study, by default that of the app."""
    return lambda name="test_plain": list(open_store(tmp_path / "runs" / name).scan().rows.values())


@pytest.fixture
def record(tmp_path):
    return lambda name="test_plain": open_store(tmp_path / "runs" / name).load_record()


def started(*words: str, cwd: Path, root: Path, **environment: str) -> subprocess.Popen[str]:
    """Python with these words as a process group of its own, as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for_rows(folder: Path, n: int, process: subprocess.Popen[str]) -> None:
    """Until the study in this folder has `n` rows; the process that makes them must live."""
    deadline = time.monotonic() + 240
    while len(list(folder.glob("rows/*.json"))) < n:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "not so many rows within four minutes"
        time.sleep(0.05)


@pytest.fixture
def start_toy(tmp_path: Path, root: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts the toy app with these arguments."""
    return lambda *arguments: started(str(TOY), *arguments, cwd=tmp_path, root=root)


@pytest.fixture
def trainings(tmp_path: Path) -> Callable[[], list[str]]:
    """What the toy app has trained so far, one line per training."""
    return lambda: (
        (tmp_path / "trained.txt").read_text().splitlines() if (tmp_path / "trained.txt").exists() else []
    )


def result(folder: Path) -> pd.DataFrame:
    """A study's table, less what tells of when and by whom."""
    kept = ["cell", "seed", "key", "status", "flags.norm", "flags.activation", "loss", "device"]
    return read(folder)[kept].reset_index(drop=True)


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, root: Path) -> pd.DataFrame:
    """The table of a sweep in the foreground that nobody disturbed."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, str(TOY), "-m"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return result(folder / "runs/toy")
