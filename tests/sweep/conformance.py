"""What every launcher promises. The tests of a third one inherit `LauncherConformance`, as those of all do.

class TestMine(LauncherConformance):
    overrides = ("hydra/launcher=mine",)
    package = "hydra_plugins.hydra_mine_launcher"
"""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from ablation.results import open_store, read
from ablation.sweep.launchers import launcher_traits
from tests.sweep.conftest import result

ROOT = Path(__file__).parents[2]
CONF = f"hydra.searchpath=[file://{ROOT / 'conf'}]"


@pytest.mark.slow
class LauncherConformance:
    """Inherit it, and say which launcher. `surroundings` may be overridden.

    Attributes:
        overrides: that choose the launcher.
        package: what must be installed; tests are skipped without.
        survives_a_killed_worker: whether a process that dies takes no other job with it.
    """

    overrides: Sequence[str]
    package: str = "hydra"
    survives_a_killed_worker: bool = False

    @pytest.fixture(autouse=True)
    def surroundings(self):
        """What the launcher needs beside the command, such as a cluster."""
        pytest.importorskip(self.package)

    def test_a_sweep_interrupted_and_resumed_ends_with_the_table_of_an_uninterrupted_one(
        self, start_toy, tmp_path, uninterrupted
    ):
        process = start_toy("-m", *self.overrides, "seconds=1")
        deadline = time.monotonic() + 240
        while len(list((tmp_path / "runs/toy/rows").glob("*.json"))) < 2:
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline, "no rows within four minutes"
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        shown, _ = process.communicate(timeout=60)
        assert process.returncode == 130, shown
        assert "Finished runs are kept; the same command goes on." in shown

        code, shown = self._sweep(start_toy)
        if "Another sweep of this study" in shown:  # what the first sweep left running has ended meanwhile
            code, shown = self._sweep(start_toy)
        assert code == 0, shown
        pd.testing.assert_frame_equal(result(tmp_path / "runs/toy"), uninterrupted)
        assert "Report: " in shown

    def test_a_killed_worker_costs_only_its_runs(self, start_toy, tmp_path):
        if not self.survives_a_killed_worker:
            pytest.skip("the launch dies with it: test_interruption")
        code, shown = self._sweep(start_toy, "fault=elu:die", "hydra.sweeper.retries=0")
        assert code == 1, shown
        assert "runs are left; the same command tries them again." in shown
        assert len(read(tmp_path / "runs/toy")) == 4
        code, shown = self._sweep(start_toy)
        assert code == 0, shown
        assert len(read(tmp_path / "runs/toy")) == 8

    def test_a_failure_stops_the_sweep_on_request_whatever_launcher_it_is(self, start_toy, tmp_path):
        stop = ("hydra.sweeper.on_failure=stop", "hydra.sweeper.retries=0", "hydra.sweeper.order=null")
        code, shown = self._sweep(start_toy, "rate=0.1,0.2,0.3", "fault=relu:raise", *stop)
        assert code == 1, shown
        assert "The first failure stopped the sweep" in shown
        n_tried = len(open_store(tmp_path / "runs/toy").attempted())
        assert 1 <= n_tried < 12, "some cells had not begun"

    def test_the_registry_knows_it(self, run_toy, monkeypatch):
        from ablation.sweep import study_sweep

        seen = []
        monkeypatch.setattr(study_sweep, "launcher_traits", lambda s: seen.append(s) or launcher_traits(s))
        code, shown = run_toy("-m", *self.overrides, "hydra.sweeper.plan_only=true")
        assert code == 0, shown
        assert launcher_traits(seen[0]).n_per_launch(n_jobs=1000) >= 1

    def _sweep(self, start_toy, *arguments):
        process = start_toy("-m", *self.overrides, *arguments)
        shown, _ = process.communicate(timeout=300)
        return process.returncode, shown
