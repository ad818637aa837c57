"""A study of a Python function: no configuration is composed, and joblib runs the jobs."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from ablation.design import Design
from ablation.errors import UsageError
from ablation.files import refusals
from ablation.naming import ELSEWHERE
from ablation.results import Response, Snapshot, Store, StudyRecord, open_store, write_views
from ablation.results.canonical import canonical
from ablation.results.folder.late_disk import LateDisk
from ablation.sweep.calls import Calls, Values, level_of, source_of
from ablation.sweep.cell import Cell
from ablation.sweep.jobs import cells_to_do, in_a_line
from ablation.sweep.launchers import LauncherTraits
from ablation.sweep.plan import Composing, Plan, Runs, make_plan
from ablation.sweep.provenance import provenance
from ablation.sweep.run_cells import JobContext, run_cell
from ablation.sweep.sharing import take_gpu
from ablation.sweep.study_sweep import StudySweep, design_of
from ablation.sweep.sweep_request import SweepRequest
from ablation.sweep.swept import at


@dataclass
class CallCells:
    """Makes cells of a function's arguments.

    Args:
        config: the study's name, where its results are, and `analysis`.
        values: argument → canonical text of a level → the value that the function is given.
        zips: name of a factor → its levels in words → the level of each argument.
        when: nested factor → {its parent: levels of that at which it has levels itself}.
        settings: arguments that all cells share.
        defaults: of the function's arguments.
        identity: what else determines a result.
    """

    config: DictConfig
    values: Values
    zips: Mapping[str, Mapping[str, Mapping[str, Any]]]
    when: Mapping[str, Any]
    settings: Mapping[str, Any]
    defaults: Mapping[str, Any]
    identity: Mapping[str, str]

    @property
    def made(self) -> Collection[str]:
        """See `Composing`."""
        return self.zips.keys()

    @property
    def factors(self) -> dict[str, list[Any]]:
        """Factor → its levels, the reference first."""
        taken = {key for levels in self.zips.values() for row in levels.values() for key in row}
        alone = {name: list(map(json.loads, levels)) for name, levels in self.values.items()}
        return {name: levels for name, levels in alone.items() if name not in taken} | {
            name: list(levels) for name, levels in self.zips.items()
        }

    def cells(self, design: Sequence[Mapping[str, Any]]) -> list[Cell]:
        """See `Composing`."""
        known = {name: level_of(value) for name, value in self.settings.items()}
        each = [self._arguments(levels) for levels in design]
        return [self._cell({**self.defaults, **known, **levels}, levels) for levels in each]

    def _arguments(self, levels: Mapping[str, Any]) -> dict[str, Any]:
        """Argument → its level; those of nested factors that have none are left out."""
        arguments: dict[str, Any] = {}
        for name, level in levels.items():
            if name in self.zips:
                arguments |= self.zips[name][level]
            elif not (name in self.when and level == ELSEWHERE):
                arguments[name] = level
        return arguments

    def _cell(self, config: dict[str, Any], levels: Mapping[str, Any]) -> Cell:
        values = {name: self.values[name][canonical(level)] for name, level in levels.items()}
        return Cell({**self.settings, **values}, config, config, dict(self.defaults), self.identity)


class FunctionStudy(StudySweep):
    """Runs a study of a function.

    Args:
        calls: the function.
        cells: makes cells of its arguments.
        seeds: of each cell.
        n_jobs: processes at once, as joblib counts them; None for what `joblib.parallel_config` says.
        backend: of joblib, or `ray`.
        gpus: that the processes share, if they do.

    Attributes:
        prefix, log_key: see `StudySweep`.
        snapshot: what the study holds at its end; None before.
    """

    prefix = ""
    log_key = "log"

    def __init__(
        self,
        calls: Calls,
        cells: CallCells,
        seeds: Sequence[int],
        n_jobs: int | None,
        backend: str | None,
        gpus: Sequence[str] = (),
    ) -> None:
        self.calls, self.cells, self.seeds, self.n_jobs, self.backend = calls, cells, seeds, n_jobs, backend
        self.gpus = gpus
        self.snapshot: Snapshot | None = None

    def _traits(self) -> LauncherTraits:
        from joblib import effective_n_jobs

        # Processes that see one GPU are for no other sweep, and those of another do not see one alone.
        return LauncherTraits(int(effective_n_jobs(self.n_jobs)), keeps_processes=bool(self.gpus))

    def _design(self, request: SweepRequest) -> tuple[Composing, Design, list[int]]:
        design = design_of(self.cells.factors, request, self.cells.when)
        return self.cells, design, list(range(request.max_replicates) if request.until else self.seeds)

    def _plan(self, composer: Composing, design: Design, seeds: Sequence[int]) -> Plan:
        return make_plan(composer, design, seeds)

    def _declared(self, _base: DictConfig) -> Sequence[Response]:
        return ()

    def _is_published(self, _before: Snapshot, _record: StudyRecord, _folder: str) -> bool:
        return False

    def _publish(
        self, store: Store, _before: Snapshot, after: Snapshot, record: StudyRecord, base: DictConfig
    ) -> None:
        """Write record and views; the page is written when it is asked for."""
        if after.record.keys == record.keys:  # else another sweep of the study was planned meanwhile
            store.save_record(record)
        self.snapshot = replace(after, record=record)
        write_views(self.snapshot, Path(base.results.folder))
        store.sweep()

    def _launch(
        self,
        plan: Plan,
        composer: Composing,
        batches: Sequence[Runs],
        sweep: str,
        traits: LauncherTraits,
        request: SweepRequest,
        _again: bool,
    ) -> Iterator[str]:
        from joblib import Parallel, delayed

        if self.backend == "ray":
            _register_ray()
        base = composer.config
        folder, digits = source_of(self.calls.function)
        here = Path.cwd()  # processes may have been started in another folder
        url, results = at(here, base.results.url), at(here, base.results.folder)
        context = JobContext(
            base.name, results, {**provenance(folder), "source": digits}, sweep=sweep,
            response=base.analysis.response, prefix=self.prefix,
            stop_on_failure=request.on_failure == "stop",
        )  # fmt: skip
        disk = LateDisk()
        do = partial(_do, self.calls, partial(open_store, url, disk=disk), context, self.gpus, self.n_jobs)
        jobs = [each for batch in batches for each in cells_to_do(plan, batch, request.order)]
        try:
            errors = Parallel(n_jobs=self.n_jobs, backend=self.backend)(
                delayed(do)(planned.cell, seeds) for planned, seeds in jobs
            )
        except UsageError:
            raise
        except Exception as error:  # a worker that was killed takes the launch with it
            yield f"The launcher ended with {in_a_line(error)}"
            return
        finally:
            traits.replace_processes()
            with refusals("write to", Path(results)):
                disk.wait()
        done = zip(jobs, errors, strict=True)
        yield from (f"failed: {planned.label}: {error}" for (planned, _), error in done if error)


def _register_ray() -> None:
    try:
        from ray.util.joblib import register_ray
    except ModuleNotFoundError as error:
        raise UsageError(
            "backend: expected ray, which is not installed. Run: pip install 'ablation-study[ray]'"
        ) from error
    register_ray()  # type: ignore[no-untyped-call]


def _do(
    calls: Calls,
    opened: Callable[[], Store],
    context: JobContext,
    gpus: Sequence[str],
    n_jobs: int | None,
    cell: Cell,
    seeds: Sequence[int],
) -> str:
    """One job; what went wrong in a line, or nothing."""
    if gpus:
        take_gpu(gpus, (n_jobs or 1) // len(gpus))
    try:
        run_cell(cell, seeds, calls, opened(), context)
    except UsageError:
        raise
    except Exception as error:
        return in_a_line(error)
    return ""
