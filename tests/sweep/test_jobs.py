import joblib
import pytest
from omegaconf import OmegaConf

from ablation.gpus import count_gpus
from ablation.sweep.launchers import LAUNCHERS, launcher_traits
from ablation.sweep.workers import can_fork, n_cores, n_workers, register_workers

PLUGINS = "hydra_plugins.hydra_"
BASIC = {"_target_": "hydra._internal.core_plugins.basic_launcher.BasicLauncher"}
LOCAL = {"_target_": "hydra_plugins.ablation_launcher.LocalLauncher", "n_jobs": None}
JOBLIB = {"_target_": f"{PLUGINS}joblib_launcher.joblib_launcher.JoblibLauncher"}
RAY = {"_target_": f"{PLUGINS}ray_launcher.ray_launcher.RayLauncher"}
SUBMITIT = {"_target_": f"{PLUGINS}submitit_launcher.submitit_launcher.LocalLauncher"}
SLURM = {"_target_": f"{PLUGINS}submitit_launcher.submitit_launcher.SlurmLauncher"}
N_CORES = joblib.cpu_count()


@pytest.mark.parametrize(
    ("settings", "n_per_launch", "n_parallel"),
    [
        (BASIC, 40, 1),
        (LOCAL, 1000 if can_fork() else 40 * n_workers(), n_workers()),
        ({**LOCAL, "n_jobs": 3}, 1000 if can_fork() else 120, 3),
        (RAY, 1000, None),
        (SLURM, 1000, None),
        ({"_target_": "somebody.elses.Launcher"}, 1000, None),
        ({**JOBLIB, "n_jobs": 1}, 40, 1),
        ({**JOBLIB, "n_jobs": 3}, 120, 3),
        ({**JOBLIB, "n_jobs": -1}, 40 * N_CORES, N_CORES),
        (SUBMITIT, n_workers(), n_workers()),
    ],
)
def test_how_many_jobs_run_at_once_and_belong_to_a_launch(settings, n_per_launch, n_parallel):
    traits = launcher_traits(settings)
    assert traits.n_per_launch(n_jobs=1000) == n_per_launch
    assert traits.n_parallel == n_parallel


def test_the_registry_names_launchers_as_hydra_does():
    from hydra.core.plugins import Plugins
    from hydra.plugins.launcher import Launcher

    for package in ("hydra_plugins.hydra_ray_launcher", "hydra_plugins.hydra_submitit_launcher"):
        pytest.importorskip(package)
    installed = {f"{each.__module__}.{each.__name__}" for each in Plugins.instance().discover(Launcher)}
    assert set(LAUNCHERS) <= installed


def test_only_a_cluster_that_runs_already_needs_to_be_told_where_the_study_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    joined = {**RAY, "ray": {"init": {"address": "auto"}}}
    assert launcher_traits(joined).job_overrides("it's") == [rf"++results.folder='{tmp_path}/it\'s'"]
    for alone in (BASIC, JOBLIB | {"n_jobs": 2}, {**RAY, "ray": {"init": {"address": "local"}}}, SLURM):
        assert launcher_traits(alone).job_overrides("x") == []


def test_ray_has_all_cores_whatever_the_gpus(monkeypatch, root):
    monkeypatch.setattr("ablation.sweep.workers.count_gpus", lambda: 1)
    register_workers()
    launcher = OmegaConf.load(root / "conf/hydra/launcher/ray_local.yaml")
    assert launcher.ray.init.num_cpus == n_cores() >= 1
    assert launcher_traits(LOCAL).n_parallel == 1
    assert launcher_traits(LOCAL).keeps_processes, "GPUs take long to start"


@pytest.mark.parametrize(("visible", "n"), [("", 0), ("-1", 0), ("2", 1), ("0,1", 2), ("0,-1,1", 1)])
def test_gpus_are_counted_as_cuda_does(monkeypatch, visible, n):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert count_gpus() == n
