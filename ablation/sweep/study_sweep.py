"""A study from its command to its report: plan it, launch what is missing, publish the results."""

import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.config_loader import ConfigLoader
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, open_dict

from ablation.design import Design, make_design
from ablation.errors import UsageError
from ablation.files import Disk, make_folders, refusals
from ablation.results import Response, Snapshot, Store, StudyRecord, open_store, without_defaults
from ablation.sweep.compose import Composed, Composer
from ablation.sweep.configurations import Configurations
from ablation.sweep.contract import call_with
from ablation.sweep.jobs import launch, make_jobs
from ablation.sweep.launchers import LauncherTraits, launcher_traits
from ablation.sweep.leaving import check_queued, left_lines, noted
from ablation.sweep.live import progress
from ablation.sweep.messages import outside_lines, print_failures, print_lines, print_plan, unfinished_lines
from ablation.sweep.new_record import check_response, make_record, refuse_fixed
from ablation.sweep.overrides import set_in_jobs, split_overrides
from ablation.sweep.packs import Packs, program_lines
from ablation.sweep.plan import Composing, Plan, Runs, make_plan
from ablation.sweep.plan_json import plan_json
from ablation.sweep.preview import preview
from ablation.sweep.publish import is_published, publish
from ablation.sweep.sharing import n_at_once
from ablation.sweep.slurm import Queue
from ablation.sweep.stable import check_same_twice, hydra_config
from ablation.sweep.survey import check_defaults, survey
from ablation.sweep.sweep_request import JSON, SweepRequest
from ablation.sweep.swept import Planned, Swept
from ablation.sweep.time_left import time_left
from ablation.sweep.tracking import logging_to, wanted_trackers
from ablation.words import counted

if TYPE_CHECKING:
    from ablation.sweep.growing import Growing

_BYTES_PER_ROW = 4000


def design_of(factors: Mapping[str, Sequence[Any]], request: SweepRequest, when: Mapping[str, Any]) -> Design:
    """The cells that a sweep asks for."""
    return make_design(
        factors,
        request.design,
        exclude=request.exclude,
        reference=request.reference or None,
        when=when,
        **request.options,
    )


class StudySweep:
    """Runs a study: plans it, trains what is missing, writes the report.

    Args:
        app: what is swept.
        master: the composed configuration, with Hydra's part.
        loader: composes the configuration of each cell.
        launcher: Hydra's launcher, set up.

    Attributes:
        prefix: before the names of the settings of the analysis, in messages; empty for a function.
        log_key: what the setting of trackers is called.
        packs: how runs of several cells train in one job, of an app that can.
    """

    prefix: str
    log_key: str
    packs: Packs | None = None
    launcher: Launcher | None = None

    def __init__(self, app: Swept, master: DictConfig, loader: ConfigLoader, launcher: Launcher) -> None:
        self.app, self.master, self.loader, self.launcher = app, master, loader, launcher
        self.prefix, self.log_key, self.packs = app.prefix, app.log_key, app.packs
        self._configurations = Configurations(loader, master)

    def run(self, request: SweepRequest) -> bool:
        """Plan, train what is missing, and report.

        Returns:
            Whether no run has failed.

        Raises:
            UsageError: before anything is trained, when the request cannot be met.
        """
        with ExitStack() as meanwhile:
            return self._run(request, meanwhile)

    def _run(self, request: SweepRequest, meanwhile: ExitStack) -> bool:
        """See `run`, which ends what goes on meanwhile."""
        traits, standard_output = self._traits(), sys.stdout
        if request.plan_only == JSON:  # messages for people must not mix with the JSON
            meanwhile.enter_context(redirect_stdout(sys.stderr))
        composer, design, seeds = self._design(request)
        base, folder = composer.config, composer.config.results.folder
        trackers = wanted_trackers(base, self.log_key)
        store = open_store(base.results.url)
        before = store.scan()
        if not (request.plan_only or _is_complete(before)):
            meanwhile.callback(self._end_processes)
            self._start_processes()
        maximum = len(seeds)
        if request.until:  # a fixed sweep does not wait for pandas and the analysis at its start
            from ablation.sweep.growing import begin, expected_lines, seeds_of

            seeds = seeds_of(before, seeds)
        else:
            refuse_fixed(before.record)
        plan = self._plan(composer, design, seeds)
        done = survey(before, plan.runs)
        check_defaults(done.rows, plan.runs, before.record)
        todo = {key: run for key, run in plan.runs.items() if key not in done.rows}
        record = make_record(base, plan, before.record, self._declared(base), self.prefix)
        check_response(record, done.rows.values(), self.prefix)
        print_plan(
            base.name, plan, len(done.rows), time_left(done.rows.values(), len(todo), traits.n_parallel)
        )
        print_lines(program_lines([planned.cell for planned in plan.cells], self.packs, traits.n_parallel))
        growing = begin(plan, record, before, request, maximum, self.prefix) if request.until else None
        after = replace(before, record=record)
        if request.plan_only == JSON:
            place = store.place
            print(plan_json(after, place, plan, done, traits.n_parallel, growing), file=standard_output)
            return True
        if request.plan_only:
            print_lines(expected_lines(growing, before) if growing else preview(after, plan, len(done.rows)))
            return True
        meanwhile.enter_context(logging_to(trackers, base.results.url, folder))
        if growing:
            growing.look(before)
            todo, record = growing.batch(before), growing.present_record
            after = replace(before, record=record)
        if not todo and self._is_published(before, record, folder):
            print_lines([f"Nothing is left to do. Report: {Path(folder) / 'report' / 'index.html'}"])
            return True
        print_lines(outside_lines(before.record, plan, done.n_outside))
        if request.detach:
            check_queued(traits, self.master.hydra.launcher)
        store.check_writable(_BYTES_PER_ROW * max(len(todo), 1))
        with refusals("write to", Path(folder)):
            make_folders(Disk(), Path(folder))
        failures: list[str] = []
        if todo:
            store.save_record(record)
            traits.replace_processes()  # those of an earlier sweep may have been started in another folder
            if request.detach:
                return self._leave(plan, composer, todo, traits, request)
            try:
                if growing:
                    failures, after = self._grow(growing, composer, before, store, traits, request)
                    record = growing.present_record
                else:
                    failures, after = self._train(plan, composer, [todo], store, traits, request)
                check_response(record, survey(after, plan.runs).rows.values(), self.prefix)
            except UsageError:
                if before.record.keys:
                    store.save_record(before.record)
                raise
        self._end_processes()
        self._publish(store, before, after, record, base)
        print_failures(failures)
        return not failures

    def _traits(self) -> LauncherTraits:
        """The traits of the launcher."""
        traits, n = launcher_traits(self.master.hydra.launcher), n_at_once(self.master.hydra.sweeper)
        return replace(traits, n_parallel=n) if n else traits

    def _declared(self, base: DictConfig) -> Sequence[Response]:
        """The responses that the app declares."""
        return self.app.responses(base)

    def _is_published(self, before: Snapshot, record: StudyRecord, folder: str) -> bool:
        """Whether record, views and report are there already."""
        return is_published(before, record, folder)

    def _publish(
        self, store: Store, before: Snapshot, after: Snapshot, record: StudyRecord, base: DictConfig
    ) -> None:
        """Write record, views and report."""
        publish(store, before, after, record, base.results.folder, partial(self.app.finish, base))

    def _design(self, request: SweepRequest) -> tuple[Composing, Design, list[int]]:
        """The composer of the cells, the design, and the seeds of each cell."""
        overrides = split_overrides(
            request.params, request.arguments, self.loader, self.app.unswept, request.when, request.zip
        )
        swept_seeds = self.app.take_seeds(overrides)
        composer = Composer(overrides, self._compose, self.app.by_choice)
        design = design_of(composer.factors, request, composer.when)
        n_seeds = request.max_replicates if request.until else request.replicates
        seeds = swept_seeds or self.app.seeds(overrides, composer.config, n_seeds)
        return composer, design, seeds

    def _plan(self, composer: Composing, design: Design, seeds: Sequence[int]) -> Plan:
        """All runs, checked by the app."""
        plan = make_plan(composer, design, seeds)
        if self.app.check is not None:
            cells = [planned.cell for planned in plan.cells]
            named = without_defaults(cells[0].keyed, cells[0].defaults)
            fixed = [key for key in getattr(composer, "fixed", ()) if key in named]
            call_with(self.app.check, list(plan.factors), [cell.config for cell in cells], fixed)
        return plan

    def _grow(
        self,
        growing: "Growing",
        composer: Composing,
        before: Snapshot,
        store: Store,
        traits: LauncherTraits,
        request: SweepRequest,
    ) -> tuple[list[str], Snapshot]:
        """Train and look until the study ends, or runs are left that may still succeed."""
        after, errors = before, list[str]()
        while growing.batch(after):
            store.save_record(growing.present_record)
            awaited = growing.study.replay.next
            watch = partial(growing.watching, store)
            errors, after = self._train(
                growing.plan, composer, growing.batches(after), store, traits, request, watch
            )
            growing.look(after)
            if request.on_failure == "continue":
                growing.give_up(after)
                growing.look(after)
            if growing.study.replay.next == awaited:
                break
        left = counted(len(growing.batch(after)), "run")
        problems = errors or [f"{left} of the next look left; the same command tries again."]
        return problems if growing.batch(after) else [], replace(after, record=growing.present_record)

    def _train(
        self,
        plan: Plan,
        composer: Composing,
        batches: Sequence[Runs],
        store: Store,
        traits: LauncherTraits,
        request: SweepRequest,
        watch: Callable[[Callable[[], None]], AbstractContextManager[object]] = nullcontext,
    ) -> tuple[list[str], Snapshot]:
        """Launch jobs until every run is there or the retries are used up.

        Args:
            plan: of the study.
            composer: knows the overrides of a cell.
            batches: the runs to do, those of the first batch before those of the next.
            store: of the study.
            traits: of the launcher.
            request: retries, order and the like.
            watch: what goes on meanwhile; it is given what stops the sweep.

        Returns:
            What went wrong with the runs that are left, and what the store holds now.
        """
        todo = {key: run for batch in batches for key, run in batch.items()}
        left, errors, folder = dict(todo), list[str](), composer.config.results.folder
        sweep = secrets.token_hex(8)
        with (
            progress(store, todo, composer.config.analysis.response, folder),
            watch(partial(store.stop, sweep)),
        ):
            for again in range(1 + request.retries):
                waiting = [{key: run for key, run in batch.items() if key in left} for batch in batches]
                errors = list(self._launch(plan, composer, waiting, sweep, traits, request, again > 0))
                left = {key: run for key, run in left.items() if store.find(key) is None}
                if not (left and errors) or store.is_stopped(sweep):
                    break
        after = store.scan()
        is_stopped = bool(left) and store.is_stopped(sweep)
        return unfinished_lines(todo, after, errors, folder, is_stopped, store.place), after

    def _launch(
        self,
        plan: Plan,
        composer: Composing,
        batches: Sequence[Runs],
        sweep: str,
        traits: LauncherTraits,
        request: SweepRequest,
        again: bool,
    ) -> Iterator[str]:
        """Do the jobs of some runs once; yield what went wrong, a line each."""
        assert self.launcher is not None
        assert isinstance(composer, Composer)  # as `_design` made it
        folder = composer.config.results.folder
        queue = Queue(folder) if traits.is_queued else None
        queued = queue.keys() if queue else set()  # of a command that was left or interrupted
        missing = [{key: run for key, run in batch.items() if key not in queued} for batch in batches]
        shared = self.app.places(composer.config, traits)
        set_in_jobs(self.master.hydra, "sweeper.sweep", sweep)
        jobs = [
            job
            for batch in missing
            for job in make_jobs(self.app, plan, composer, batch, request.order, shared, traits.n_parallel)
        ]
        partners = {job.keys[0]: job.partners for job in jobs if job.partners}
        self.app.planned = Planned(composer.reference.keyed, composer.touched, partners)
        with noted(queue, [job.keys for job in jobs], request.detach):
            yield from launch(self.launcher, jobs, traits, again)
        if queue and not request.detach:
            queue.wait()

    def _leave(
        self, plan: Plan, composer: Composing, todo: Runs, traits: LauncherTraits, request: SweepRequest
    ) -> bool:
        """Submit what is neither done nor submitted; whether Slurm takes it."""
        folder = composer.config.results.folder
        errors = list(self._launch(plan, composer, [todo], secrets.token_hex(8), traits, request, False))
        print_failures(errors)
        print_lines([] if errors else left_lines(folder))
        return not errors

    def _start_processes(self) -> None:
        """Have the launcher begin what takes long, while the study is planned."""
        getattr(self.launcher, "start", lambda: None)()

    def _end_processes(self) -> None:
        """Give back the memory of processes that have nothing more to do."""
        getattr(self.launcher, "end", lambda: None)()

    def _compose(self, overrides: Sequence[str]) -> Composed:
        """The cell that Hydra composes from a job's overrides."""
        try:
            cfg = self._configurations.compose(overrides)
        except ValueError as error:  # of a group that is null, which is no choice
            raise UsageError(
                f"Expected levels that Hydra can compose. Received: {' '.join(overrides)}: {error}"
            ) from error
        if cfg.hydra.sweeper != self.master.hydra.sweeper:
            raise UsageError(
                "Expected factors that leave the sweep as it is. Received one that changes hydra.sweeper"
            )
        choices = {str(group): choice for group, choice in cfg.hydra.runtime.choices.items()}
        with hydra_config(cfg), open_dict(cfg):
            del cfg["hydra"]
            self.app.supply(cfg)
            check_same_twice(cfg, self.app.keyed, self.app.advice)
            cell = self.app.cell(cfg)
            return Composed(self.app.frame(cfg), cell, choices)


def _is_complete(before: Snapshot) -> bool:
    """Whether all runs of the study are there, as it was planned last."""
    return bool(before.record.keys) and before.rows.keys() >= set(before.record.keys)
