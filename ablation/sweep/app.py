"""The decorator that makes a training function a Hydra app whose runs are recorded."""

import copy
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from ablation.errors import UsageError
from ablation.results import FRAMEWORK_KEYS, Response, Snapshot, StudyRecord, open_store
from ablation.sweep.cell import (
    Cell,
    Identity,
    make_cell,
    settings_of,
    stable_entries,
    without,
)
from ablation.sweep.contract import call_with, check_function, name_of, outcomes, refuse_bare
from ablation.sweep.exits import call, is_job
from ablation.sweep.launchers import LauncherTraits
from ablation.sweep.messages import print_row
from ablation.sweep.overrides import ONE_VALUE, Overrides, quoted
from ablation.sweep.packs import Packs
from ablation.sweep.pickling import register_sentinels
from ablation.sweep.run_cells import Train, finished, run_cells
from ablation.sweep.search_path import search_first
from ablation.sweep.stable import stable
from ablation.sweep.supplied import as_overrides, refuse_missing, supply, with_keys
from ablation.sweep.swept import Check, Swept, SweptJob, original
from ablation.sweep.workers import register_workers

VERSION_BASE: dict[str, Any] = {"version_base": "1.3"} if hydra.__version__.startswith("1.3") else {}
"""Hydra 1.3 asks for a version of its defaults; 1.4 has those of 1.3, and warns where they are named."""

After = Callable[..., None]
Responses = Sequence[Response] | Callable[[Any], Sequence[Response]]

register_workers()
register_sentinels()


class App(Swept):
    """A training function, and what the sweeper must know about it. Hydra calls it with a job's config.

    Args:
        train: (settings, seeds) → outcomes, one by one.
        schema: a dataclass of the configuration, with defaults; None for apps without one.
        identity, unkeyed, responses, warm, packs: see `main`.
        after: see `main`. If it takes more arguments, it also gets the `Snapshot` of the store and the
            report's `Subject`.
        check: see `main`. A third argument receives the keys that the command sets.
    """

    prefix = "analysis."
    log_key = "results.log"
    by_choice = False
    unswept = MappingProxyType({
        "seeds": "one list, such as seeds=[0,1,2]: seeds are no factor but replicates",
        "study": ONE_VALUE,
    })  # fmt: skip
    advice = "@main(…, unkeyed=[{}])"

    def __init__(
        self,
        train: Train,
        schema: type | None = None,
        identity: Identity | None = None,
        unkeyed: Sequence[str] = (),
        after: After | None = None,
        check: Check | None = None,
        responses: Responses = (),
        warm: Callable[[], None] | None = None,
        packs: Packs | None = None,
    ) -> None:
        self.train, self.schema, self.identity, self.unkeyed = train, schema, identity, tuple(unkeyed)
        self.after, self.check, self.packs = after, check, packs
        self._responses, self._warm = responses, warm
        self.__name__ = name_of(train)
        file = Path(inspect.getfile(train)).resolve()
        self.folder, self.study = file.parent, file.stem

    def cell(self, cfg: DictConfig) -> Cell:
        """The cell that a configuration describes."""
        return make_cell(cfg, self.schema, self.identity, self.unkeyed)

    def keyed(self, cfg: DictConfig) -> Mapping[str, Any]:
        """What determines the runs of a configuration, but for the seed and the identity."""
        return without(stable_entries(cfg), (*FRAMEWORK_KEYS, *self.unkeyed))

    def frame(self, cfg: DictConfig) -> DictConfig:
        """The configuration, with its places resolved now."""
        with stable():
            in_jobs = dict(cfg.results)
        for key in ("folder", "url"):
            cfg.results[key] = str(cfg.results[key])
        self._is_moving = in_jobs != dict(cfg.results)
        return cfg

    def places(self, cfg: DictConfig, traits: LauncherTraits) -> list[str]:
        """Overrides that give the study's place to jobs in another directory, or at another time."""
        if self._is_moving:
            return [f"++results.{key}={quoted(cfg.results[key])}" for key in ("folder", "url")]
        return traits.job_overrides(cfg.results.folder)

    def responses(self, cfg: DictConfig) -> Sequence[Response]:
        """The declared responses of a configuration."""
        declared = self._responses
        return declared(settings_of(cfg, self.schema)) if callable(declared) else declared

    def warm(self) -> None:
        """Import what jobs need."""
        if self._warm is not None:
            self._warm()

    def finish(self, cfg: DictConfig, snapshot: Snapshot, subject: Any) -> None:
        """Call the app's `after` at the end of a sweep."""
        if self.after is not None:
            call_with(self.after, settings_of(cfg, self.schema), cfg.results.folder, snapshot, subject)

    def take_seeds(self, overrides: Overrides) -> None:
        """None: a sweep over seeds is refused."""

    def seeds(self, overrides: Overrides, cfg: DictConfig, replicates: int) -> list[int]:
        """The seeds of every cell: those named by an override or a file, else 0 to replicates − 1."""
        named = check_seeds(list(cfg.seeds))
        if "seeds" in overrides.fixed or (named != [0] and replicates == 1):
            return named
        if named != [0]:
            raise UsageError(
                f"Expected seeds or hydra.sweeper.replicates. Received: seeds={named} in a file, and "
                f"replicates={replicates}. Remove one of them, or name the seeds in the command"
            )
        return list(range(replicates))

    def jobs(self, cell: str, lines: Sequence[str], seeds: Sequence[int]) -> list[SweptJob]:
        """One job: all seeds of the cell."""
        fixed = [line for line in lines if not line.lstrip("+").startswith("seeds=")]
        return [("", seeds, [*fixed, f"++seeds={seeds}".replace(" ", ""), f"hydra.sweep.subdir=jobs/{cell}"])]

    @is_job
    def __call__(self, cfg: DictConfig) -> None:
        """Do one job: the runs of a cell that are not done yet."""
        job = HydraConfig.get()
        if job.mode == RunMode.MULTIRUN and "replicates" not in job.sweeper:
            raise UsageError(
                f"hydra/sweeper: expected ablation, for a sweep of this app. Received: "
                f"{job.runtime.choices.get('hydra/sweeper')}. Add hydra/sweeper=ablation, or put "
                "`- override hydra/sweeper: ablation` into the defaults of the configuration"
            )
        self.take_gpu()
        self.supply(cfg)
        cell = self.cell(cfg)
        self.check_planned(cell)
        seeds, store = check_seeds(list(cfg.seeds)), open_store(original(cfg.results.url))
        context = self.context(cfg.name, original(cfg.results.folder), cfg.analysis.response)
        cells = [(cell, seeds), *self.further(cfg, cell.key(seeds[0]))]
        together = self.packs.train if self.packs else None
        run_cells(cells, partial(outcomes, self.train), store, context, together)
        if job.mode == RunMode.RUN:
            record = store.load_record() or StudyRecord()
            for seed in seeds:
                print_row(finished(store, cell, seed, record), seed)

    def supply(self, cfg: DictConfig) -> None:
        """Add missing keys to a configuration."""
        supply(cfg, self.study, self.response)
        refuse_missing(cfg)

    def job_folder(self, config: DictConfig) -> str:
        """Where jobs keep their logs, if the configuration leaves it to Hydra: in the study's folder.

        Returns:
            The folder; empty where the configuration says it, or the study's folder depends on the time.
        """
        raw: Any = OmegaConf.to_container(config.hydra.sweep, resolve=False)
        if not str(raw["dir"]).startswith("multirun/${now"):
            return ""
        cfg = copy.deepcopy(config)
        supply(cfg, self.study, self.response)
        with stable():
            in_jobs = str(cfg.results.folder)
        is_moving = in_jobs != str(cfg.results.folder)
        return "" if is_moving else str(Path(in_jobs).absolute())

    @property
    def response(self) -> str:
        """The main response, unless the configuration names it: the first that is declared."""
        declared = () if callable(self._responses) else self._responses
        return declared[0].name if declared else "loss"


def main(
    config_path: str | Path = "conf",
    config_name: str = "config",
    schema: type | Callable[[], type] | None = None,
    identity: Identity | None = None,
    unkeyed: Sequence[str] = (),
    after: After | None = None,
    own_conf: Path | None = None,
    check: Check | None = None,
    responses: Responses = (),
    warm: Callable[[], None] | None = None,
    packs: Packs | None = None,
) -> Callable[[Train], Callable[[], None]]:
    """Make a Hydra app of a training function.

    The framework reads `name` (of the study), `seeds`, `results.folder`, `results.url` and `analysis.*` from
    the app's configuration. It supplies those that are missing: the name of the function's file, `[0]`,
    `runs/${name}` for both places, and for `analysis.response` the first declared response, or `loss`. With a
    schema, the configuration's defaults list names `schema`; without one, the function gets a `DictConfig`.

    Args:
        config_path: folder of the configuration, absolute or relative to the decorated function's file.
        config_name: the main file, without `.yaml`.
        schema: a dataclass of the configuration, with defaults, or a function that makes it when the command
            is known; registered under the name `schema`.
        identity: settings → what else determines a result, such as a hash of the data.
        unkeyed: config keys that do not change a result, such as the folder of the data.
        after: (settings of the reference cell, the study's folder) → None; called once at the end of a sweep,
            before the report.
        own_conf: a folder of the user, searched before `config_path` if it exists.
        check: (factors, the cells' flat configurations) → None; raises a `UsageError` to refuse a plan.
        responses: the unit and direction of each response, or settings → the same. `analysis.direction` and
            `analysis.directions` in the configuration take precedence.
        warm: imports what the function needs and starts no thread; called once before jobs are forked.
        packs: how runs of several cells train in one job.

    Returns:
        A decorator. The decorated function takes its arguments from the command line; a user's mistake ends
        it with one sentence and exit code 2.
    """
    if callable(config_path):
        return partial(call, partial(refuse_bare, config_path))

    def decorate(train: Train) -> Callable[[], None]:
        def start() -> None:
            check_function(train)
            made = schema if schema is None or isinstance(schema, type) else schema()
            app = App(train, made, identity, unkeyed, after, check, responses, warm, packs)
            if made is not None:
                app.schema = with_keys(made, app.study, app.response)
                ConfigStore.instance().store(name="schema", node=app.schema)
            folder = app.folder / config_path
            search_first(own_conf, folder, config_name)
            if made is None or app.schema is not made:
                sys.argv[1:] = as_overrides(sys.argv[1:])
            hydra.main(**VERSION_BASE, config_path=str(folder), config_name=config_name)(app)()

        return partial(call, start)

    return decorate


def check_seeds(seeds: Sequence[Any]) -> list[int]:
    """The seeds, if there are any and all differ.

    Raises:
        UsageError: no seed, one below 0 or not an integer, or one given twice.
    """
    good = all(type(seed) is int and 0 <= seed < 2**31 for seed in seeds)
    if not seeds or not good or len(set(seeds)) < len(seeds):
        raise UsageError(
            f"seeds: expected different integers from 0, such as [0,1,2]. Received: {list(seeds)}"
        )
    return list(seeds)
