"""Jobs for Hydra's launchers, for the cells that have runs to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher

from ablation.errors import UsageError
from ablation.sweep.compose import Composer
from ablation.sweep.launchers import LauncherTraits
from ablation.sweep.packs import Partner, grouped, partner
from ablation.sweep.plan import Plan, PlannedCell, Runs
from ablation.sweep.read_outcome import ContractError
from ablation.sweep.swept import Swept
from ablation.words import counted


@dataclass(frozen=True)
class Job:
    """A job: what Hydra composes it from, its label, the keys of its runs, and its further cells."""

    label: str
    overrides: tuple[str, ...]
    keys: tuple[str, ...]
    partners: tuple[Partner, ...] = ()


def make_jobs(
    app: Swept,
    plan: Plan,
    composer: Composer,
    todo: Runs,
    order: int | None,
    shared: Sequence[str],
    n_parallel: int | None,
) -> list[Job]:
    """The jobs for the cells that have runs to do.

    Args:
        app: knows what a job of it is.
        plan: of the study.
        composer: knows the overrides of a cell.
        todo: the plan's runs that are missing.
        order: seed of the order of the jobs, so that the drift of a machine does not become an effect; None
            keeps the design's order.
        shared: overrides for every job.
        n_parallel: how many jobs run at once; None where only a cluster knows.
    """
    cells = cells_to_do(plan, todo, order)
    groups = grouped([planned.cell for planned, _ in cells], app.packs, n_parallel)
    return [job for places in groups for job in _jobs(app, composer, [cells[i] for i in places], shared)]


def _jobs(
    app: Swept, composer: Composer, cells: Sequence[tuple[PlannedCell, list[int]]], shared: Sequence[str]
) -> Iterator[Job]:
    """The jobs of a cell, or the one of several that train together."""
    (first, seeds), *others = cells
    partners = tuple(partner(first.cell, planned.cell, some) for planned, some in others)
    further = tuple(planned.cell.key(seed) for planned, some in others for seed in some)
    more = f" and {counted(len(others), 'cell')} beside it" if others else ""
    for which, some, lines in app.jobs(first.cell.id, composer.lines(first.levels), seeds):
        keys = (*map(first.cell.key, some), *further)
        yield Job(f"{first.label}{which}{more}", (*lines, *shared), keys, partners)


def cells_to_do(plan: Plan, todo: Runs, order: int | None) -> list[tuple[PlannedCell, list[int]]]:
    """Each cell that has runs to do, with their seeds; plan, todo and order as for `make_jobs`."""
    cells = [
        (planned, [seed for seed in plan.seeds if planned.cell.key(seed) in todo]) for planned in plan.cells
    ]
    left = [(planned, seeds) for planned, seeds in cells if seeds]
    return left if order is None else [left[i] for i in np.random.default_rng(order).permutation(len(left))]


def launch(
    launcher: Launcher, jobs: Sequence[Job], traits: LauncherTraits, again: bool = False
) -> Iterator[str]:
    """Do the jobs; yield what went wrong, a line each.

    Args:
        launcher: Hydra's.
        jobs: to do.
        traits: of the launcher.
        again: whether these are what is left of a launch before.

    Raises:
        UsageError: all jobs of the first launch failed, and by one and the same mistake of the user; or a
            run has broken the contract between app and sweep.
    """
    size = traits.n_per_launch(len(jobs))
    for start in range(0, len(jobs), size):
        some = jobs[start : start + size]
        if start:
            traits.replace_processes()
        try:
            returns = launcher.launch([job.overrides for job in some], initial_job_idx=start)
        except UsageError:
            raise
        except Exception as error:  # a worker that was killed takes the launch with it
            yield f"The launcher ended with {in_a_line(error)}"
            continue
        yield from _errors([job.label for job in some], returns, may_raise=not (start or again))


def _errors(labels: Sequence[str], returns: Sequence[JobReturn], may_raise: bool) -> list[str]:
    returned = zip(labels, returns, strict=True)
    failed = [(label, r._return_value) for label, r in returned if r.status != JobStatus.COMPLETED]
    for _, error in failed:
        if isinstance(error, ContractError):
            raise error
    messages = {str(error) for _, error in failed}
    if (
        may_raise
        and len(failed) == len(labels)
        and len(messages) == 1
        and isinstance(failed[0][1], UsageError)
    ):
        raise UsageError(messages.pop())
    return [
        f"died: {label}: {error}"
        if isinstance(error, ChildProcessError)
        else f"failed: {label}: {in_a_line(error)}"
        for label, error in failed
    ]


def in_a_line(error: object) -> str:
    """Kind and first line of an error."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
