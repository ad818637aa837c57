"""What a sweep must know about each of Hydra's launchers: `LAUNCHERS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ablation.errors import UsageError
from ablation.sweep.overrides import quoted
from ablation.sweep.workers import can_fork, n_workers

_JOBS_OF_A_PROCESS = 40

Settings = Mapping[str, Any]
"""`hydra.launcher` of the composed configuration."""


@dataclass(frozen=True)
class LauncherTraits:
    """How a launcher runs jobs.

    Args:
        n_parallel: jobs that run at once; None where only a cluster knows.
        keeps_processes: whether its processes outlive a job. TensorFlow holds on to what it has traced, so
            joblib's are replaced when each has done its share; what jobs return fills the sweep's memory.
        starts_all: whether it starts all jobs of a launch at the same moment.
        is_elsewhere: whether jobs may run in another working directory.
        shares_gpus: whether it runs several jobs at once on this machine, each in a process.
        hides_gpus: whether its jobs see no GPU unless one is assigned to them.
        is_queued: whether Slurm's queue holds jobs that a command has left.
        extra: the extra of this package that installs it.
        other_share: how jobs share GPUs on one for which `hydra.sweeper.jobs_per_gpu` cannot see to it.
    """

    n_parallel: int | None = None
    keeps_processes: bool = False
    starts_all: bool = False
    is_elsewhere: bool = False
    shares_gpus: bool = False
    hides_gpus: bool = False
    is_queued: bool = False
    extra: str = ""
    other_share: str = ""

    def n_per_launch(self, n_jobs: int) -> int:
        """Jobs that one launch may have: all of a sweep's, unless processes or cores want them in shares."""
        if self.starts_all and self.n_parallel:
            return self.n_parallel
        if self.keeps_processes:
            return _JOBS_OF_A_PROCESS * (self.n_parallel or 1)
        return max(n_jobs, 1)

    def replace_processes(self) -> None:
        """End the processes that are kept, if any; the next launch starts others."""
        if self.keeps_processes and (self.n_parallel or 1) > 1:
            from joblib.externals.loky import get_reusable_executor

            get_reusable_executor().shutdown(wait=True)

    def job_overrides(self, folder: str) -> list[str]:
        """Overrides that each job needs to find the study's folder."""
        if not self.is_elsewhere:
            return []
        return [f"++results.folder={quoted(str(Path(folder).absolute()))}"]


LAUNCHERS: dict[str, Callable[[Settings], LauncherTraits]] = {
    "hydra._internal.core_plugins.basic_launcher.BasicLauncher": lambda _: LauncherTraits(
        n_parallel=1, keeps_processes=True
    ),
    "hydra_plugins.ablation_launcher.LocalLauncher": lambda settings: LauncherTraits(
        n_parallel=n_local(settings), keeps_processes=not can_fork(), shares_gpus=True
    ),
    "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher": lambda settings: LauncherTraits(
        n_parallel=_n_jobs(settings), keeps_processes=True, shares_gpus=True
    ),
    "hydra_plugins.hydra_ray_launcher.ray_launcher.RayLauncher": lambda settings: LauncherTraits(
        is_elsewhere=settings.get("ray", {}).get("init", {}).get("address") != "local",
        extra="ray",
        other_share="Ray gives shares of GPUs: hydra.launcher.ray.remote.num_gpus=0.5",
    ),
    "hydra_plugins.hydra_submitit_launcher.submitit_launcher.LocalLauncher": lambda settings: LauncherTraits(
        n_parallel=n_workers(),
        starts_all=True,
        shares_gpus=True,
        hides_gpus=not settings.get("gpus_per_node"),
        extra="slurm",
    ),
    "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher": lambda _: LauncherTraits(
        is_queued=True,
        extra="slurm",
        other_share="Slurm gives shares where they are set up: hydra.launcher.gres=shard:1",
    ),
}
"""`_target_` of a launcher → its traits under given settings. Others are taken for clusters."""


def launcher_traits(settings: Settings) -> LauncherTraits:
    """The traits of the configured launcher.

    Raises:
        UsageError: the settings mean nothing.
    """
    traits = LAUNCHERS.get(str(settings.get("_target_")))
    return traits(settings) if traits else LauncherTraits()


def n_local(settings: Settings) -> int:
    """Number of parallel processes of the launcher `ablation`."""
    return n_workers() if settings.get("n_jobs") is None else _n_jobs(settings)


def _n_jobs(settings: Settings) -> int:
    import joblib

    n_jobs = settings.get("n_jobs")
    try:
        return int(joblib.effective_n_jobs(n_jobs))
    except ValueError as error:
        raise UsageError(
            "hydra.launcher.n_jobs: expected a number of processes, or -1 for one per core. "
            f"Received: {n_jobs}"
        ) from error
