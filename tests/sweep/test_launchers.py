"""The same sweep on every launcher."""

import pytest

from ablation.sweep.workers import can_fork
from tests.sweep.conformance import CONF, ROOT, LauncherConformance


class TestBasic(LauncherConformance):
    overrides = ("hydra/launcher=basic",)


class TestLocal(LauncherConformance):
    overrides = ("hydra/launcher=local", "hydra.launcher.n_jobs=2", CONF)
    survives_a_killed_worker = can_fork()


class TestJoblib(LauncherConformance):
    overrides = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.launcher.batch_size=1")


class TestRayLocal(LauncherConformance):
    overrides = ("hydra/launcher=ray_local", "hydra.launcher.ray.init.num_cpus=2", CONF)
    package = "ray"
    survives_a_killed_worker = True


class TestRayCluster(LauncherConformance):
    """A cluster of two nodes on the loopback address, which the launcher joins."""

    overrides = ("hydra/launcher=ray_cluster", CONF)
    package = "ray"
    test_a_failure_stops_the_sweep_on_request_whatever_launcher_it_is = None  # by the code of TestRayLocal

    @pytest.fixture(autouse=True)
    def surroundings(self, monkeypatch, tmp_path):
        pytest.importorskip("ray")
        from ray.cluster_utils import Cluster

        monkeypatch.chdir(tmp_path)  # where the machines' processes start
        made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        made.add_node(num_cpus=1)
        monkeypatch.setenv("RAY_ADDRESS", made.address)
        yield
        made.shutdown()


class TestSubmititLocal(LauncherConformance):
    overrides = ("hydra/launcher=submitit_local",)
    package = "submitit"
    survives_a_killed_worker = True


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
    code, shown = run_toy("-m", *TestRayLocal.overrides)
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
