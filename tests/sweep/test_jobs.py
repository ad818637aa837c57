import os

import pytest
from omegaconf import OmegaConf

from ablation.gpus import count_gpus
from ablation.sweep.launchers import n_at_once
from ablation.sweep.workers import n_cores, register_workers

JOBLIB = {"_target_": "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher"}


@pytest.mark.parametrize(
    ("launcher", "n"),
    [
        ({"_target_": "hydra._internal.core_plugins.basic_launcher.BasicLauncher"}, 1000),
        ({"_target_": "hydra_plugins.hydra_ray_launcher.ray_launcher.RayLauncher"}, 1000),
        ({**JOBLIB, "n_jobs": 1}, 1000),
        ({**JOBLIB, "n_jobs": 3}, 30),
        ({**JOBLIB, "n_jobs": -1}, 10 * os.cpu_count() if os.cpu_count() > 1 else 1000),
    ],
)
def test_processes_that_joblib_keeps_are_replaced_after_their_share_of_jobs(launcher, n):
    assert n_at_once(launcher, recycle=10, n_jobs=1000) == n


def test_ray_has_all_cores_whatever_the_gpus(monkeypatch, root):
    monkeypatch.setattr("ablation.sweep.workers.count_gpus", lambda: 1)
    register_workers()
    launcher = OmegaConf.load(root / "conf/hydra/launcher/ray_local.yaml")
    assert launcher.ray.init.num_cpus == n_cores() >= 1
    assert OmegaConf.load(root / "conf/hydra/launcher/local.yaml").n_jobs == 1


@pytest.mark.parametrize(("visible", "n"), [("", 0), ("-1", 0), ("2", 1), ("0,1", 2), ("0,-1,1", 1)])
def test_gpus_are_counted_as_cuda_does(monkeypatch, visible, n):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert count_gpus() == n
