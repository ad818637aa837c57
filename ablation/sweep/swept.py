"""What a sweep needs from an app, decorated or not."""

import copy
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from ablation.errors import UsageError
from ablation.results import Response, Snapshot
from ablation.results.opening import is_url
from ablation.sweep.cell import Cell
from ablation.sweep.launchers import LauncherTraits
from ablation.sweep.overrides import Overrides
from ablation.sweep.packs import Packs, Partner
from ablation.sweep.provenance import provenance
from ablation.sweep.run_cells import JobContext
from ablation.sweep.sharing import take_gpu
from ablation.sweep.stable import differing, refuse_differences

SweptJob = tuple[str, Sequence[int], Sequence[str]]
Check = Callable[..., None]


@dataclass(frozen=True)
class Planned:
    """What jobs know of the plan, to notice if a cell differs where they run.

    Args:
        keyed: what determines the runs of the reference cell.
        touched: the keys that levels change.
        partners: key of a job's first run → the job's further cells.
    """

    keyed: Mapping[str, Any]
    touched: Collection[str]
    partners: Mapping[str, Sequence[Partner]] = field(default_factory=dict)


class Swept(ABC):
    """An app that Hydra calls with a job's configuration.

    Attributes:
        folder: of its code.
        check: (factors, the cells' flat configurations) → nothing, or a `UsageError` that refuses the plan.
        packs: how runs of several cells train in one job; None for an app that trains cell by cell.
        planned: set before jobs are launched.
    """

    prefix: ClassVar[str]
    """Before the names of its settings of the analysis, in messages."""
    log_key: ClassVar[str]
    """What its setting of trackers is called."""
    by_choice: ClassVar[bool]
    """Whether the levels of a config group are the choices, even where its files set a `name`."""
    unswept: ClassVar[Mapping[str, str]]
    """Keys that are no factors → what to say of it."""
    advice: ClassVar[str]
    """How to name keys that change no result; `{}` stands for them."""

    folder: Path
    check: Check | None = None
    packs: Packs | None = None
    planned: Planned | None = None

    def supply(self, cfg: DictConfig) -> None:  # noqa: B027
        """Add what a configuration lacks, before it is given to the methods below.

        Raises:
            UsageError: values that are left to the user are missing.
        """

    @abstractmethod
    def cell(self, cfg: DictConfig) -> Cell:
        """The cell that a configuration describes."""

    @abstractmethod
    def keyed(self, cfg: DictConfig) -> Mapping[str, Any]:
        """What determines the runs of a configuration, but for the seed and the identity."""

    @abstractmethod
    def frame(self, cfg: DictConfig) -> DictConfig:
        """What the framework reads: `name`, `results.folder`, `results.url` and `analysis`."""

    @abstractmethod
    def responses(self, cfg: DictConfig) -> Sequence[Response]:
        """The declared responses of a configuration."""

    @abstractmethod
    def take_seeds(self, overrides: Overrides) -> list[int] | None:
        """Seeds that were swept like a factor; they no longer count as one."""

    @abstractmethod
    def seeds(self, overrides: Overrides, cfg: DictConfig, replicates: int) -> list[int]:
        """The seeds of every cell."""

    @abstractmethod
    def jobs(self, cell: str, lines: Sequence[str], seeds: Sequence[int]) -> list[SweptJob]:
        """The jobs for a cell.

        Returns:
            Each job: what to add to the cell's name, its seeds, and its overrides.
        """

    def warm(self) -> None:  # noqa: B027
        """Import what jobs need, and start no thread: jobs may be forks of this process."""

    def places(self, cfg: DictConfig, traits: LauncherTraits) -> list[str]:  # noqa: ARG002
        """Overrides that each job needs to find the study."""
        return []

    @abstractmethod
    def finish(self, cfg: DictConfig, snapshot: Snapshot, subject: Any) -> None:
        """Called at the end of a sweep."""

    @abstractmethod
    def __call__(self, cfg: DictConfig) -> Any:
        """Do one job."""

    def check_planned(self, cell: Cell) -> None:
        """Refuse a cell that differs from the plan here: its rows would not count.

        Raises:
            UsageError: naming the keys.
        """
        if self.planned is None:  # a single run
            return
        place = Path(HydraConfig.get().sweep.subdir or "").parts
        if place[:1] == ("jobs",) and place[1:2] != (cell.id,):
            keys = [k for k in differing(self.planned.keyed, cell.keyed) if k not in self.planned.touched]
            refuse_differences(self.planned.keyed, cell.keyed, keys, self.advice)
            raise UsageError(_ANOTHER_CELL)

    def further(self, cfg: DictConfig, first: str) -> list[tuple[Cell, Sequence[int]]]:
        """The further cells of this job, beside that of its configuration, with their seeds.

        Args:
            cfg: of the job.
            first: key of its first run.

        Raises:
            UsageError: one is another here than in the plan.
        """
        partners = self.planned.partners.get(first, ()) if self.planned else ()
        cells = [(self.cell(_changed(cfg, each.change)), each.seeds) for each in partners]
        if [cell.id for cell, _ in cells] != [each.id for each in partners]:
            raise UsageError(_ANOTHER_CELL)
        return cells

    def take_gpu(self) -> None:
        """See one of the GPUs alone that the jobs of a sweep share."""
        sweeper = HydraConfig.get().sweeper
        if gpus := sweeper.get("gpus"):
            take_gpu(gpus.split(","), sweeper.jobs_per_gpu)

    def context(self, name: str, folder: str, response: str) -> JobContext:
        """What all rows of this job have in common."""
        job = HydraConfig.get()
        context = JobContext(name, folder, provenance(self.folder), _log(job, folder))
        if job.mode != RunMode.MULTIRUN:
            return context
        return replace(
            context,
            sweep=job.sweeper.get("sweep", ""),
            response=response,
            prefix=self.prefix,
            stop_on_failure=job.sweeper.get("on_failure") == "stop",
        )


_ANOTHER_CELL = (
    "Expected the cell as it was planned. Received: another level of a factor in the job. Give levels that "
    "do not depend on the machine or its environment"
)


def _changed(cfg: DictConfig, change: Mapping[str, Any]) -> DictConfig:
    """A copy of a configuration with other values."""
    changed = copy.deepcopy(cfg)
    with read_write(changed), open_dict(changed):
        for key, value in change.items():
            OmegaConf.update(changed, key, value)
    return changed


def original(place: str) -> str:
    """A place relative to where the command was given, if the job has a working directory of its own."""
    job = HydraConfig.get()
    return at(job.runtime.cwd, place) if job.job.chdir else place


def at(folder: str | Path, place: str) -> str:
    """A place relative to a working directory."""
    return place if is_url(place) else str(Path(folder) / place)


def _log(job: Any, folder: str) -> str | None:
    """The job's log, relative to the study's folder; None if it has none."""
    handlers = (job.job_logging or {}).get("handlers") or {}
    names = [name for handler in handlers.values() if (name := handler.get("filename"))]
    path = next((Path(name) for name in names if Path(name).is_file()), None)
    return os.path.relpath(path, folder) if path else None
