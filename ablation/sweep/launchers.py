"""What each launcher is: how many jobs it runs at once, and what it needs to be told."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ablation.sweep.workers import n_workers


def n_at_once(launcher: Mapping[str, Any], recycle: int, n_jobs: int) -> int:
    """Jobs per launch.

    All of them as a rule. With joblib so many that each process does `recycle` of them; with
    `submitit_local`, which starts them all at the same moment, one for each core or GPU.
    """
    if str(launcher.get("_target_")).endswith("submitit_launcher.LocalLauncher"):
        return n_workers()
    n_processes = parallel(launcher) or 1
    return recycle * n_processes if n_processes > 1 else max(n_jobs, 1)


def ray_overrides(launcher: Mapping[str, Any], folder: str) -> list[str]:
    """Overrides for jobs that may run in another working directory: those of a Ray cluster."""
    is_ray = str(launcher.get("_target_")).endswith("RayLauncher")
    if not is_ray or launcher["ray"]["init"].get("address") == "local":
        return []
    escaped = str(Path(folder).absolute()).replace("\\", "\\\\").replace("'", "\\'")
    return [f"results.folder='{escaped}'"]


def _replace_processes() -> None:
    """End the processes that joblib keeps: TensorFlow holds on to what it has traced."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True)


def parallel(launcher: Mapping[str, Any]) -> int | None:
    """How many jobs a launcher does at once, by its configuration; None when only a cluster knows."""
    target = str(launcher.get("_target_", ""))
    if target.endswith("BasicLauncher"):
        return 1
    if "n_jobs" not in launcher:
        return None
    n_jobs = int(launcher["n_jobs"])
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)
