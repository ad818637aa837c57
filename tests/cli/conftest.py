"""The command `ablation` in this process, in a folder of its own."""

import copy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins

from ablation.app import plugins
from ablation.cli.dispatch import run

Result = tuple[int, str]


@pytest.fixture
def ablation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Words → exit code and what was printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test runner keeps its handlers
    monkeypatch.setattr(sys, "argv", ["ablation"])
    Plugins.instance()  # registers what Hydra finds, once in a process
    store = ConfigStore.instance()  # a study of a command puts its launchers there
    monkeypatch.setattr(store, "repo", copy.deepcopy(store.repo))

    def ablation(*words: str) -> Result:
        GlobalHydra.instance().clear()
        try:
            code = run(words)
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            plugins.use([])
        captured = capfd.readouterr()
        return code, captured.out + captured.err

    return ablation
