"""A sweep from start to end: plan, train what is missing, gather, report."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf, open_dict

from ablation.errors import UsageError
from ablation.report import write_report
from ablation.results import Store, gather, open_store
from ablation.sweep.app import App, check_seeds
from ablation.sweep.cell import flatten
from ablation.sweep.overrides import Overrides, split_overrides
from ablation.sweep.plan import Plan, make_plan
from ablation.sweep.run import finished
from ablation.sweep.terminal import Runs, print_failures, print_note, print_plan, watching

_BYTES_PER_ROW = 8192


@dataclass(frozen=True)
class Request:
    """What a sweep was asked for.

    Args:
        params: the study's factors, key → levels in Hydra's grammar.
        replicates: number of seeds, 0 to replicates − 1, unless seeds are named.
        retries: how often failed runs are tried again.
        arguments: overrides of the command line.
    """

    params: Mapping[str, object]
    replicates: int
    retries: int
    arguments: Sequence[str]


class Study:
    """One study of an app.

    Args:
        app: the decorated training function.
        master: the configuration that Hydra composed for the sweep.
        loader: composes jobs.
        launcher: runs them.
    """

    def __init__(self, app: App, master: DictConfig, loader: ConfigLoader, launcher: Launcher) -> None:
        self.app, self.master, self.loader, self.launcher = app, master, loader, launcher

    def conduct(self, request: Request) -> None:
        """Plan, train what is missing, gather and report.

        Raises:
            UsageError: before anything is trained, when the request cannot be met.
            SystemExit: with code 1 when runs have failed, after everything else was done.
        """
        overrides = split_overrides(request.params, request.arguments, self.loader)
        base = self._compose(_first_cell(overrides))
        plan = make_plan(overrides, _seeds(overrides, base, request.replicates), self._compose, self.app.cell)
        store = open_store(base.results.url)
        todo = {key: run for key, run in plan.runs.items() if finished(store, run[0].cell, run[1]) is None}
        print_plan(base.name, plan, len(plan.runs) - len(todo))
        store.check_writable(_BYTES_PER_ROW * max(len(todo), 1))
        store.save_study(_record(base, plan))
        failures = self._train(plan, todo, store, base, request.retries) if todo else []
        gather(base.results.url, base.results.folder)
        write_report(base.results.url, base.results.folder)
        if failures:
            print_failures(failures)
            sys.exit(1)

    def _train(self, plan: Plan, todo: Runs, store: Store, base: DictConfig, retries: int) -> list[str]:
        """Launch jobs until every run is there or the retries are used up; return what went wrong last."""
        left, failures = dict(todo), []
        with watching(store, todo, base.analysis.response):
            for _ in range(1 + retries):
                failures = self._launch(_jobs(plan, left), base.results.folder)
                left = {key: run for key, run in left.items() if store.find(key) is None}
                if not (left and failures):
                    break
        if failures:
            failures.append(f"{len(left)} of {len(todo)} runs are left; the same command tries them again.")
        elif left:
            print_note(f"{len(left)} runs are being trained by another sweep of this study.")
        return failures

    def _launch(self, jobs: Sequence[tuple[str, list[str]]], folder: str) -> list[str]:
        """Do the jobs; return what went wrong, a line each."""
        try:
            returns = self.launcher.launch([overrides for _, overrides in jobs], initial_job_idx=0)
        except UsageError:
            raise
        except Exception as error:  # a worker that was killed takes the launch with it
            return [f"The launcher ended with {type(error).__name__}: {str(error).partition(chr(10))[0]}"]
        return _failures([label for label, _ in jobs], returns, folder)

    def _compose(self, overrides: Sequence[str]) -> DictConfig:
        """The configuration of a job, without Hydra's part."""
        cfg = self.loader.load_sweep_config(self.master, list(overrides))
        if cfg.hydra.sweeper != self.master.hydra.sweeper:
            raise UsageError(
                "Expected factors that leave the sweep as it is. Received one that changes hydra.sweeper"
            )
        with open_dict(cfg):
            del cfg["hydra"]
        return cfg


def _first_cell(overrides: Overrides) -> list[str]:
    """The overrides of the reference cell."""
    return [
        *overrides.fixed.values(),
        *(f"{key}={levels[0]}" for key, levels in overrides.swept.items() if levels),
    ]


def _seeds(overrides: Overrides, base: DictConfig, replicates: int) -> list[int]:
    """The seeds of every cell: those named on the command line or in params, else 0 to replicates − 1."""
    if "seeds" in overrides.fixed:
        return check_seeds(list(base.seeds))
    if replicates < 1:
        raise UsageError(f"hydra.sweeper.replicates: expected at least 1. Received: {replicates}")
    return list(range(replicates))


def _jobs(plan: Plan, todo: Runs) -> list[tuple[str, list[str]]]:
    """Label and overrides of one job for each cell that has runs to do."""
    jobs = []
    for planned in plan.cells:
        seeds = [seed for seed in plan.seeds if planned.cell.key(seed) in todo]
        if seeds:
            folder = f"hydra.sweep.subdir=jobs/{planned.cell.id}"
            fixed = [o for o in planned.overrides if not o.startswith("seeds=")]
            jobs.append((planned.label, [*fixed, f"seeds={seeds}".replace(" ", ""), folder]))
    return jobs


def _record(base: DictConfig, plan: Plan) -> dict[str, Any]:
    """What readers of the rows need to know of the design."""
    return {
        "schema": 1,
        "study": base.name,
        "factors": {name: list(levels) for name, levels in plan.factors.items()},
        "seeds": list(plan.seeds),
        "keys": list(plan.runs),
        "defaults": plan.cells[0].cell.defaults,
        **flatten(OmegaConf.to_object(base.analysis)),
    }


def _failures(labels: Sequence[str], returns: Sequence[JobReturn], folder: str) -> list[str]:
    """One line for each job that raised.

    Raises:
        UsageError: every failure is one and the same mistake of the user.
    """
    failed = [(label, r) for label, r in zip(labels, returns, strict=True) if r.status != JobStatus.COMPLETED]
    errors = [r._return_value for _, r in failed]
    if errors and all(isinstance(error, UsageError) for error in errors):
        raise UsageError("\n".join(dict.fromkeys(map(str, errors))))
    return [
        f"failed: {label}: {type(e).__name__}: {str(e).partition(chr(10))[0]} (log: {_log(job, folder)})"
        for (label, job), e in zip(failed, errors, strict=True)
    ]


def _log(job: JobReturn, folder: str) -> str:
    """Where the job's log is."""
    hydra = job.hydra_cfg.hydra if job.hydra_cfg else None
    return f"{folder}/{hydra.sweep.subdir}/{hydra.job.name}.log" if hydra else folder
