"""Jobs for Hydra's launchers: one for each cell that has runs to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher

from ablation.errors import UsageError
from ablation.sweep.launchers import _replace_processes
from ablation.sweep.plan import Plan, Runs


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


def shuffled(jobs: Sequence[Job], seed: int) -> list[Job]:
    """The jobs in an order that the seed gives, so that drift of a machine does not become an effect."""
    return [jobs[i] for i in np.random.default_rng(seed).permutation(len(jobs))]
