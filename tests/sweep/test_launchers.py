"""The same sweep on every launcher: interrupted and resumed, it ends with the same table."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from ablation.results import read

ROOT = Path(__file__).parents[2]
CONF = f"hydra.searchpath=[file://{ROOT / 'conf'}]"
LAUNCHERS = {
    "basic": ("hydra/launcher=basic",),
    "joblib": ("hydra/launcher=local", "hydra.launcher.n_jobs=2", CONF),
    "ray_local": ("hydra/launcher=ray_local", "hydra.launcher.ray.init.num_cpus=2", CONF),
    "ray_cluster": ("hydra/launcher=ray_cluster", CONF),
    "submitit_local": ("hydra/launcher=submitit_local",),
}
PACKAGES = {"ray_local": "ray", "ray_cluster": "ray", "submitit_local": "submitit"}


def result(folder):
    """The table, less what tells of when and by whom."""
    table = read(folder)
    kept = ["cell", "seed", "key", "status", "flags.norm", "flags.activation", "loss", "device"]
    return table[kept].reset_index(drop=True)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    subprocess.run(
        [sys.executable, str(ROOT / "tests/sweep/toy.py"), "-m"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    return result(folder / "runs/toy")


@pytest.fixture
def cluster(request, monkeypatch, tmp_path):
    """A Ray cluster of two nodes on the loopback address, for the launcher that wants one."""
    if request.node.callspec.params["launcher"] != "ray_cluster":
        yield
        return
    from ray.cluster_utils import Cluster

    monkeypatch.chdir(tmp_path)  # where the machines' processes start
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.add_node(num_cpus=1)
    monkeypatch.setenv("RAY_ADDRESS", made.address)
    yield
    made.shutdown()


@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_sweep_interrupted_and_resumed_ends_with_the_table_of_an_uninterrupted_one(
    start_toy, tmp_path, launcher, uninterrupted
):
    if launcher in PACKAGES:
        pytest.importorskip(PACKAGES[launcher])
    process = start_toy("-m", *LAUNCHERS[launcher], "seconds=1")
    deadline = time.monotonic() + 240
    while len(list((tmp_path / "runs/toy/rows").glob("*.json"))) < 2:
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline, "no rows within four minutes"
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    shown, _ = process.communicate(timeout=60)
    assert process.returncode == 130, shown
    assert "Finished runs are kept; the same command goes on." in shown

    process = start_toy("-m", *LAUNCHERS[launcher])
    shown, _ = process.communicate(timeout=240)
    if "Another sweep of this study" in shown:  # what the first sweep left running has ended meanwhile
        process = start_toy("-m", *LAUNCHERS[launcher])
        shown, _ = process.communicate(timeout=240)
    assert process.returncode == 0, shown
    pd.testing.assert_frame_equal(result(tmp_path / "runs/toy"), uninterrupted)
    assert "Report: " in shown


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["ray_local", "submitit_local"])
def test_a_killed_worker_costs_only_its_runs(start_toy, tmp_path, launcher):
    pytest.importorskip(PACKAGES[launcher])
    process = start_toy("-m", *LAUNCHERS[launcher], "fault=elu:die", "hydra.sweeper.retries=0")
    shown, _ = process.communicate(timeout=300)
    assert process.returncode == 1, shown
    assert "runs are left; the same command tries them again." in shown
    assert len(read(tmp_path / "runs/toy")) == 4
    process = start_toy("-m", *LAUNCHERS[launcher])
    shown, _ = process.communicate(timeout=300)
    assert process.returncode == 0, shown
    assert len(read(tmp_path / "runs/toy")) == 8


def test_a_launcher_that_is_not_installed_is_a_sentence(run_toy, trainings, monkeypatch):
    from importlib import util

    from hydra.core.plugins import Plugins

    found = util.find_spec
    monkeypatch.setattr(
        util, "find_spec", lambda name, *a: None if "ray_launcher" in name else found(name, *a)
    )
    monkeypatch.setattr(
        Plugins.instance(),
        "class_name_to_class",
        {k: v for k, v in Plugins.instance().class_name_to_class.items() if "ray" not in k},
    )
    code, shown = run_toy("-m", *LAUNCHERS["ray_local"])
    assert code == 2
    assert "pip install 'ablation-study[ray]'" in shown
    assert trainings() == []


def test_the_slurm_configuration_has_parameters_that_submitit_knows(run_toy):
    submitit = pytest.importorskip("submitit")
    from hydra_plugins.hydra_submitit_launcher.config import BaseQueueConf
    from omegaconf import OmegaConf

    ours = set(OmegaConf.load(ROOT / "conf/hydra/launcher/slurm.yaml")) - {"_target_", "submitit_folder"}
    shared = set(OmegaConf.structured(BaseQueueConf))
    assert ours - shared <= submitit.SlurmExecutor._valid_parameters()
    code, shown = run_toy("-m", "hydra/launcher=slurm", CONF, "hydra.sweeper.plan_only=true")
    assert code == 0, shown
    assert "divided" not in shown
    assert "8 runs, 0 done" in shown
