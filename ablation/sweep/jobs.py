"""Jobs for Hydra's launchers: one for each cell that has runs to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher

from ablation.design import shuffled
from ablation.errors import UsageError
from ablation.sweep.forecast import parallel
from ablation.sweep.plan import Plan, Runs
from ablation.sweep.workers import n_workers


@dataclass(frozen=True)
class Job:
    """What Hydra composes a job from, and what people call it."""

    label: str
    overrides: tuple[str, ...]


def make_jobs(plan: Plan, todo: Runs, order: int | None, told: Sequence[str] = ()) -> list[Job]:
    """One job for each cell that has runs to do.

    Args:
        plan: of the study.
        todo: its runs that are missing.
        order: seed of the order of the jobs, so that the drift of a machine does not become an effect; None
            keeps the design's order.
        told: overrides for every job.
    """
    jobs = []
    for planned in plan.cells:
        seeds = [seed for seed in plan.seeds if planned.cell.key(seed) in todo]
        if seeds:
            fixed = [line for line in planned.overrides if not line.lstrip("+").startswith("seeds=")]
            own = f"seeds={seeds}".replace(" ", ""), f"hydra.sweep.subdir=jobs/{planned.cell.id}"
            jobs.append(Job(planned.label, (*fixed, *told, *own)))
    return jobs if order is None else shuffled(jobs, order)


def launch(launcher: Launcher, jobs: Sequence[Job], n_at_once: int, again: bool = False) -> Iterator[str]:
    """Do the jobs; yield what went wrong, a line each.

    Args:
        launcher: Hydra's.
        jobs: to do.
        n_at_once: jobs per launch. Processes that joblib keeps are replaced in between.
        again: whether these are what is left of a launch before.

    Raises:
        UsageError: all jobs of the first launch failed, and by one and the same mistake of the user.
    """
    for start in range(0, len(jobs), n_at_once):
        some = jobs[start : start + n_at_once]
        if start:
            _replace_processes()
        try:
            returns = launcher.launch([job.overrides for job in some], initial_job_idx=start)
        except UsageError:
            raise
        except Exception as error:  # a worker that was killed takes the launch with it
            yield f"The launcher ended with {type(error).__name__}: {str(error).partition(chr(10))[0]}"
            continue
        yield from _errors([job.label for job in some], returns, may_raise=not (start or again))


def _errors(labels: Sequence[str], returns: Sequence[JobReturn], may_raise: bool) -> list[str]:
    failed = [(label, r) for label, r in zip(labels, returns, strict=True) if r.status != JobStatus.COMPLETED]
    errors = [r._return_value for _, r in failed]
    told = {str(error) for error in errors}
    if may_raise and len(errors) == len(labels) and len(told) == 1 and isinstance(errors[0], UsageError):
        raise UsageError(told.pop())
    return [
        f"failed: {label}: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        for (label, _), error in zip(failed, errors, strict=True)
    ]


def n_at_once(launcher: Mapping[str, Any], recycle: int, n_jobs: int) -> int:
    """Jobs per launch.

    All of them as a rule. With joblib so many that each process does `recycle` of them; with
    `submitit_local`, which starts them all at the same moment, one for each core or GPU.
    """
    if str(launcher.get("_target_")).endswith("submitit_launcher.LocalLauncher"):
        return n_workers()
    n_processes = parallel(launcher) or 1
    return recycle * n_processes if n_processes > 1 else max(n_jobs, 1)


def told_elsewhere(launcher: Mapping[str, Any], folder: str) -> list[str]:
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
