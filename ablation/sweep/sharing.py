"""Several jobs on each GPU: how many run at once, and which GPU each of them sees."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from omegaconf import DictConfig

from ablation.errors import UsageError
from ablation.gpus import take_slot, visible_gpus
from ablation.sweep.launchers import launcher_traits
from ablation.sweep.overrides import set_in_jobs

KEY = "hydra.sweeper.jobs_per_gpu"


def share(config: DictConfig) -> None:
    """Have the launcher of a sweep run so many jobs as its GPUs take, if `hydra.sweeper.jobs_per_gpu` is set.

    One job a GPU is meant where the launcher would hide the GPUs of this machine from its jobs.

    Raises:
        UsageError: there is no GPU, or the launcher does not run jobs at once on this machine.
    """
    sweeper, launcher = config.hydra.sweeper, config.hydra.launcher
    traits = launcher_traits(launcher)
    if sweeper.gpus:
        raise UsageError(
            "hydra.sweeper.gpus: expected CUDA_VISIBLE_DEVICES, which names the GPUs, or "
            f"hydra.sweeper.jobs_per_gpu, which sets this. Received: {sweeper.gpus}"
        )
    if sweeper.jobs_per_gpu is None:
        if not (traits.hides_gpus and visible_gpus()):
            return
        set_in_jobs(config.hydra, "sweeper.jobs_per_gpu", 1)
    if not traits.shares_gpus:
        raise UsageError(
            f"{KEY}: expected a launcher that runs jobs at once on this machine, such as "
            "hydra/launcher=ablation or submitit_local. Received: "
            f"{str(launcher.get('_target_')).split('.')[-1]}. {traits.other_share}".rstrip()
        )
    set_in_jobs(config.hydra, "sweeper.gpus", ",".join(gpus_to_share(sweeper.jobs_per_gpu)))
    if "n_jobs" in launcher:
        set_in_jobs(config.hydra, "launcher.n_jobs", n_at_once(sweeper))


def gpus_to_share(jobs_per_gpu: object) -> list[str]:
    """The GPUs of this machine.

    Raises:
        UsageError: there is none, or the number of jobs is none.
    """
    if isinstance(jobs_per_gpu, bool) or not isinstance(jobs_per_gpu, int) or jobs_per_gpu < 1:
        raise UsageError(f"{KEY}: expected a number of jobs from 1. Received: {jobs_per_gpu!r}")
    gpus = visible_gpus()
    if not gpus:
        where = os.environ.get("CUDA_VISIBLE_DEVICES")
        text = "nvidia-smi lists none" if where is None else f"CUDA_VISIBLE_DEVICES={where}"
        raise UsageError(f"{KEY}: expected an NVIDIA GPU to share. Received: none, {text}")
    return gpus


def n_at_once(sweeper: Mapping[str, Any]) -> int | None:
    """Jobs that the GPUs of a sweep take at once; None where it is not about GPUs."""
    gpus = str(sweeper.get("gpus") or "")
    return len(gpus.split(",")) * int(sweeper["jobs_per_gpu"]) if gpus else None


def take_gpu(gpus: Sequence[str], jobs_per_gpu: int) -> None:
    """Have this process, and what it starts, see one GPU alone, the same until it ends.

    CUDA reads the variable when it is first used, which is in the first job of a process.
    """
    name = f"jobs-{','.join(gpus)}-{jobs_per_gpu}"
    slot = take_slot(len(gpus) * jobs_per_gpu, name)
    os.environ["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)]
