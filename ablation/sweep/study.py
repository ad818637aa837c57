"""A study from its command to its report: plan, launch what is missing, gather, analyse."""

import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf, open_dict

from ablation.design import make_design
from ablation.errors import UsageError
from ablation.report import write_report
from ablation.results import Store, first_defaults, gather, keys_of, open_store
from ablation.sweep.app import App, check_seeds
from ablation.sweep.compose import Composer
from ablation.sweep.forecast import time_left
from ablation.sweep.jobs import launch, make_jobs
from ablation.sweep.launchers import n_at_once, parallel, ray_overrides
from ablation.sweep.live import progress
from ablation.sweep.overrides import Overrides, split_overrides
from ablation.sweep.plan import Plan, Runs, make_plan
from ablation.sweep.preview import preview
from ablation.sweep.record import check_response, make_record
from ablation.sweep.request import SweepRequest
from ablation.sweep.run import is_stopped
from ablation.sweep.survey import Survey, check_defaults, survey
from ablation.sweep.terminal import failure_line, print_failures, print_lines, print_plan
from ablation.words import counted

_BYTES_PER_ROW = 4000


class Study:
    """Conducts one sweep of an app.

    Args:
        app: what is swept.
        master: the composed configuration, with Hydra's part.
        loader: composes the configuration of each cell.
        launcher: Hydra's launcher, set up.
    """

    def __init__(self, app: App, master: DictConfig, loader: ConfigLoader, launcher: Launcher) -> None:
        self.app, self.master, self.loader, self.launcher = app, master, loader, launcher

    def run(self, request: SweepRequest) -> None:
        """Plan, train what is missing, gather and report.

        Raises:
            UsageError: before anything is trained, when the request cannot be met.
            SystemExit: with code 1 when runs have failed, after everything else was done.
        """
        base, plan = self._plan(request)
        store = open_store(base.results.url)
        found, earlier = survey(store, plan.runs), store.load_study() or {}
        check_defaults(found.rows, plan.runs, first_defaults(earlier))
        todo = {key: run for key, run in plan.runs.items() if key not in found.rows}
        record = make_record(base, plan, earlier, self.app.responses(base))
        check_response(record, found.rows.values())
        left = time_left(found.rows.values(), len(todo), parallel(self.master.hydra.launcher))
        print_plan(base.name, plan, len(found.rows), left)
        if request.plan_only:
            print_lines(preview(record, plan, base.results.url, len(found.rows)))
            return
        if not todo and earlier == record and _is_reported(base.results.folder, found):
            print_lines([f"Nothing is left to do. Report: {_report(base.results.folder)}"])
            return
        store.check_writable(_BYTES_PER_ROW * max(len(todo), 1))
        store.save_study(record)
        failures = self._train(plan, todo, store, base, request) if todo else []
        gather(base.results.url, base.results.folder)
        if self.app.after is not None:
            self.app.after(OmegaConf.to_object(base), base.results.folder)
        write_report(base.results.url, base.results.folder)
        if (store.load_study() or {}).get("keys") != record["keys"]:
            print_lines(["Another sweep of this study was planned meanwhile: the report is of its design."])
        if failures:
            print_failures(failures)
            sys.exit(1)

    def _plan(self, request: SweepRequest) -> tuple[DictConfig, Plan]:
        """The configuration of the reference cell, and all runs."""
        overrides = split_overrides(request.params, request.arguments, self.loader)
        composer = Composer(overrides, self._compose, self.app.cell)
        design = make_design(
            composer.factors,
            request.design,
            resolution=request.resolution,
            runs=request.runs,
            generators=request.generators,
            foldover=request.foldover,
            exclude=request.exclude,
            reference=request.reference or None,
        )
        seeds = _seeds(overrides, composer.config, request.replicates)
        plan = make_plan(composer, design, seeds)
        if self.app.check is not None:
            self.app.check(list(plan.factors), [planned.cell.config for planned in plan.cells])
        return composer.config, plan

    def _train(
        self, plan: Plan, todo: Runs, store: Store, base: DictConfig, request: SweepRequest
    ) -> list[str]:
        """Launch jobs until every run is there or the retries are used up; return what went wrong last."""
        left, errors, folder = dict(todo), [], base.results.folder
        launcher = self.master.hydra.launcher
        with progress(store, todo, base.analysis.response, folder):
            for again in range(1 + request.retries):
                jobs = make_jobs(plan, left, request.order, ray_overrides(launcher, folder))
                at_once = n_at_once(launcher, request.recycle, len(jobs))
                errors = list(launch(self.launcher, jobs, at_once, again > 0))
                left = {key: run for key, run in left.items() if store.find(key) is None}
                if not (left and errors) or is_stopped(store):
                    break
        return _told(store, left, errors, folder, len(todo)) if left else []

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


def _seeds(overrides: Overrides, base: DictConfig, replicates: int) -> list[int]:
    """The seeds of every cell: those named by an override or a file, else 0 to replicates − 1."""
    told = check_seeds(list(base.seeds))
    if "seeds" in overrides.fixed or (told != [0] and replicates == 1):
        return told
    if told != [0]:
        raise UsageError(
            f"Expected seeds or hydra.sweeper.replicates. Received: seeds={told} in a file, and "
            f"replicates={replicates}. Remove one of them, or name the seeds in the command"
        )
    return list(range(replicates))


def _told(store: Store, left: Runs, errors: Sequence[str], folder: str, n_todo: int) -> list[str]:
    """What went wrong with the runs that are left; nothing when others train them or have just done so."""
    attempted = {key: attempts[-1] for key in left if (attempts := store.attempts(key))}
    # Rows after attempts: what another sweep has finished in between is done.
    left = {key: run for key, run in left.items() if store.find(key) is None}
    last = {key: attempt for key, attempt in attempted.items() if key in left}
    failed = {key: attempt for key, attempt in last.items() if attempt.status != "running"}
    n_elsewhere = len(last) - len(failed)
    if n_elsewhere:
        print_lines([f"Another sweep of this study is training {counted(n_elsewhere, 'run')}."])
    if n_elsewhere == len(left):
        return list(errors) if left else []
    lines = [failure_line(*left[key], attempt, folder) for key, attempt in failed.items()]
    crashes = [error for error in errors if not (lines and error.startswith("failed: "))]
    if not (failed or errors or is_stopped(store)):
        crashes = [f"Jobs ended well, but left no rows in {store.place}. Do their machines see this place?"]
    stopped = " The first failure stopped the sweep (hydra.sweeper.on_failure)." if is_stopped(store) else ""
    n_left = len(left) - n_elsewhere
    return [
        *lines,
        *crashes,
        f"{n_left} of {n_todo} runs are left; the same command tries them again.{stopped}",
    ]


def _report(folder: str) -> Path:
    return Path(folder) / "report" / "index.html"


def _is_reported(folder: str, found: Survey) -> bool:
    """Whether the table has every row, and the report is not older than it."""
    table = Path(folder) / "results.parquet"
    views = [table.with_suffix(".csv"), table.parent / "report" / "report.md", _report(folder)]
    if not all(path.exists() for path in (table, *views)):
        return False
    if any(path.stat().st_mtime < table.stat().st_mtime for path in views[1:]):
        return False
    return found.rows.keys() <= keys_of(table)
