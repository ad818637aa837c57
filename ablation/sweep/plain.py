"""Any app of `@hydra.main` as it is: what the framework has to know of it stands in `hydra.sweeper`."""

import copy
import functools
import inspect
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from ablation.errors import UsageError
from ablation.results import Outcome, Response, Snapshot, Store, open_store
from ablation.sweep.app import check_seeds
from ablation.sweep.cell import Cell, flatten, without
from ablation.sweep.entries import entries_of
from ablation.sweep.exits import is_job
from ablation.sweep.messages import print_lines
from ablation.sweep.overrides import Overrides, set_in_jobs
from ablation.sweep.peers import direction_of
from ablation.sweep.read_outcome import LINES, ContractError, Expected, outcome_of, stamp
from ablation.sweep.run_cells import run_cell
from ablation.sweep.stable import differing, stable
from ablation.sweep.swept import Swept, SweptJob, at

ANALYSIS = ("response", "direction", "margin", "responses", "directions", "numeric", "interactions", "alpha",
            "scale")  # fmt: skip
"""Keys of `hydra.sweeper` that are `analysis.*` in a decorated app."""

OWN_SETTINGS = (*ANALYSIS, "study", "log", "folder", "url", "seed_key", "unkeyed", "metrics", "metrics_line")
"""Keys of `hydra.sweeper` that say what a decorated app says elsewhere."""

_RESPONSE = "objective"


class PlainApp(Swept):
    """An app that knows nothing of this package.

    Args:
        task: the function under `@hydra.main`.
        config: composed, with Hydra's part.
    """

    prefix = "hydra.sweeper."
    log_key = "hydra.sweeper.log"
    by_choice = True
    unswept = MappingProxyType({})
    advice = "hydra.sweeper.unkeyed=[{}]"

    def __init__(self, task: TaskFunction, config: DictConfig) -> None:
        functools.update_wrapper(self, task)
        settings: Any = OmegaConf.to_container(config.hydra.sweeper, resolve=True)
        self.task = task
        self.folder = getattr(task, "folder", None) or Path(inspect.getfile(task)).resolve().parent
        self.study = str(settings["study"] or config.hydra.job.name)
        self.results = str(settings["folder"] or f"runs/{self.study}")
        self.url = str(settings["url"] or self.results)
        self.log = settings["log"]
        settings["direction"] = direction_of(settings["direction"])
        self.analysis = {key: settings[key] for key in ANALYSIS if settings[key] not in (None, [], {})}
        self.analysis.setdefault("response", _RESPONSE)
        self.seed_key = settings["seed_key"] or _seed_key(config)
        self.first_seed = _first_seed(config, self.seed_key)
        self.unkeyed = [*settings["unkeyed"], *([self.seed_key] if self.seed_key else [])]
        self.expected = _expected(settings, self.analysis)

    def cell(self, cfg: DictConfig) -> Cell:
        """The cell that a configuration describes."""
        config = self._entries(cfg)
        return Cell(None, config, without(config, self.unkeyed), {}, {})

    def keyed(self, cfg: DictConfig) -> Mapping[str, Any]:
        """What determines the runs of a configuration, but for the seed."""
        with stable():
            return without(entries_of(cfg), self.unkeyed)

    def frame(self, cfg: DictConfig) -> DictConfig:  # noqa: ARG002
        """The same for every configuration."""
        results = {"folder": self.results, "url": self.url, "log": self.log}
        return OmegaConf.create({"name": self.study, "results": results, "analysis": self.analysis})

    def responses(self, cfg: DictConfig) -> Sequence[Response]:  # noqa: ARG002
        """Nothing is declared."""
        return ()

    def take_seeds(self, overrides: Overrides) -> list[int] | None:
        """The seeds in `seed=0,1,2`."""
        if self.seed_key is None and "seed" in overrides.swept:
            if not overrides.signs.get("seed"):
                raise UsageError(
                    "seed: expected a key of the app. Received: one that it does not have. If it reads it "
                    "all the same, add it: +seed=0,1"
                )
            self.seed_key, self.unkeyed = "seed", [*self.unkeyed, "seed"]
        texts = overrides.swept.pop(self.seed_key or "", None)
        if texts is None:
            return None
        if not all(text.isdigit() for text in texts):
            raise UsageError(f"{self.seed_key}: expected integers from 0. Received: {', '.join(texts)}")
        self.sign = overrides.signs.get(self.seed_key or "", "")
        return check_seeds([int(text) for text in texts])

    def seeds(self, overrides: Overrides, cfg: DictConfig, replicates: int) -> list[int]:  # noqa: ARG002
        """The seed that the configuration has, and those after it; without a key numbers of repetitions."""
        self.sign = overrides.signs.get(self.seed_key or "", "")
        if self.seed_key is None and replicates > 1:
            print_lines([
                "No key seeds this app, so the replicates of a cell repeat one command: they show its noise "
                "only if it draws other random numbers each time. A key that seeds it: "
                "hydra.sweeper.seed_key=…"
            ])  # fmt: skip
        return check_seeds([self.first_seed + i for i in range(replicates)])

    def jobs(self, cell: str, lines: Sequence[str], seeds: Sequence[int]) -> list[SweptJob]:
        """One job for each seed, in a folder of its own."""
        fixed = [line for line in lines if line.lstrip("+").partition("=")[0] != self.seed_key]
        jobs: list[SweptJob] = []
        for seed in seeds:
            seeding = [f"{self.sign}{self.seed_key}={seed}"] if self.seed_key else []
            place = f"hydra.sweep.subdir=jobs/{cell}/{seed}"
            jobs.append((f" seed={seed}", (seed,), (*fixed, *seeding, place)))
        return jobs

    def finish(self, cfg: DictConfig, snapshot: Snapshot, subject: Any) -> None:
        """Nothing is called."""

    @is_job
    def __call__(self, cfg: DictConfig) -> Any:
        """Do one job: one run, unless it is done already."""
        job, returned = HydraConfig.get(), None
        self.take_gpu()
        seed, output = int(Path(job.sweep.subdir).name), Path(job.runtime.output_dir)
        cell = self.cell(cfg)
        self.check_planned(cell)
        url, folder = (at(job.runtime.cwd, place) for place in (self.url, self.results))
        store, context = open_store(url), self.context(self.study, folder, self.expected.response)

        def train(_settings: object, seeds: Sequence[int]) -> Iterator[Outcome]:
            nonlocal returned
            before = stamp(output, self.expected)
            returned = _called(self.task, cfg)
            yield outcome_of(returned, seeds[0], output, self.expected, before)

        rows = run_cell(cell, [seed], train, store, context)
        if rows and self.seed_key is None:
            self._refuse_copies(cell, seed, store, int(job.sweeper.replicates))
        return returned

    def _entries(self, cfg: DictConfig) -> dict[str, Any]:
        """A configuration as every job sees it, less what follows the seed."""
        with stable():
            if self.seed_key is None:
                return entries_of(cfg)
            first, second = (entries_of(_with(cfg, self.seed_key, seed)) for seed in (1, 2))
        return without(first, [self.seed_key, *differing(first, second)])

    def _refuse_copies(self, cell: Cell, seed: int, store: Store, replicates: int) -> None:
        """Refuse repetitions that give the same numbers: their spread is no noise.

        Raises:
            ContractError: another repetition of the cell has the same responses.
        """
        rows = {i: store.find(cell.key(i)) for i in range(replicates)}
        same = [i for i, row in rows.items() if row and i != seed and row.responses == rows[seed].responses]  # type: ignore[union-attr]
        if same:
            store.stop(str(HydraConfig.get().sweeper.sweep))
            raise ContractError(
                "hydra.sweeper.replicates: expected repetitions that differ, as no key seeds this app. "
                f"Received: the same numbers twice, {dict(rows[seed].responses)}. "  # type: ignore[union-attr]
                "Name the key that seeds it, hydra.sweeper.seed_key=…, or ask for one replicate. If this was "
                "chance, the same command goes on"
            )


def plain_app(task: TaskFunction, config: DictConfig) -> tuple[PlainApp, DictConfig]:
    """Wrap an app, and have Hydra's launchers put its jobs into the folder of the study.

    Returns:
        The app, and the configuration for launchers.
    """
    app = PlainApp(task, config)
    _tell_misplaced(config.hydra.overrides.task)
    return app, in_folder(config, str(Path(app.results).absolute()))


def _tell_misplaced(overrides: Sequence[str]) -> None:
    """Say where this study sets what a decorated app has as keys, if the command adds these to the app."""
    own = {f"results.{key}": key for key in ("log", "folder", "url")}
    own |= {f"analysis.{key}": key for key in ANALYSIS}
    added = [line.lstrip("+").partition("=")[0] for line in overrides if line.startswith("+")]
    print_lines([
        f"Note: {key} is a key of the app alone; the study's is hydra.sweeper.{own[key]}."
        for key in added if key in own
    ])  # fmt: skip


def in_folder(config: DictConfig, folder: str) -> DictConfig:
    """A configuration with which launchers put jobs into a folder.

    Args:
        config: composed, with Hydra's part.
        folder: absolute; empty for the one that the configuration says.
    """
    config = copy.deepcopy(config)
    if folder:
        set_in_jobs(config.hydra, "sweep.dir", folder)
    return config


def refuse_own_settings(settings: Mapping[str, Any]) -> None:
    """Refuse settings that a decorated app has in another place.

    Raises:
        UsageError: naming the place.
    """
    own = [key for key in OWN_SETTINGS if settings.get(key) not in (None, [], {}, LINES[0])]
    if own:
        places = {"study": "name", "folder": "results.folder", "url": "results.url", "log": "results.log",
                  "seed_key": "seeds", "unkeyed": "main(…, unkeyed=[…])"}  # fmt: skip
        place = places.get(own[0], f"analysis.{own[0]}" if own[0] in ANALYSIS else "what it yields")
        raise UsageError(
            f"hydra.sweeper.{own[0]}: expected of apps without @ablation.sweep.main alone. Received it for "
            f"one with it, which has {place} instead"
        )


def without_own_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a sweep of any app is asked for."""
    return {key: value for key, value in settings.items() if key not in OWN_SETTINGS}


def _expected(settings: Mapping[str, Any], analysis: Mapping[str, Any]) -> Expected:
    """Where the response is found."""
    metrics, line = settings["metrics"], settings["metrics_line"]
    if line not in LINES:
        raise UsageError(f"hydra.sweeper.metrics_line: expected {' or '.join(LINES)}. Received: {line}")
    if metrics and not settings["response"]:
        raise UsageError(
            f"hydra.sweeper.response: expected the name of a number in {metrics}. Received: none. Such as "
            "hydra.sweeper.response=val_loss"
        )
    return Expected(analysis["response"], metrics, line, analysis.get("direction"), PlainApp.prefix)


def _seed_key(config: DictConfig) -> str | None:
    """The key `seed` of an app, at the top or the only one below; None without any."""
    raw: Any = OmegaConf.to_container(config, resolve=False)
    keys = [
        key for key in flatten({k: v for k, v in raw.items() if k != "hydra"}) if key.split(".")[-1] == "seed"
    ]
    if "seed" in keys or not keys:
        return "seed" if keys else None
    if len(keys) > 1:
        raise UsageError(
            f"hydra.sweeper.seed_key: expected the key that seeds a run. Received: none, and the app has "
            f"{', '.join(keys)}. Name one"
        )
    return keys[0]


def _first_seed(config: DictConfig, seed_key: str | None) -> int:
    """The seed that a run has by itself; 1 where it has none, as many apps take 0 for none."""
    if seed_key is None:
        return 0
    missing = object()
    seed = OmegaConf.select(config, seed_key, default=missing, throw_on_missing=False)
    if seed is missing and not OmegaConf.is_missing(config, seed_key):
        raise UsageError(
            f"hydra.sweeper.seed_key: expected a key of the app. Received: {seed_key}. If the app reads it "
            f"although it has none, add it: +{seed_key}=0"
        )
    if isinstance(seed, str):
        raise UsageError(f"{seed_key}: expected an integer from 0. Received: {seed}")
    return seed if type(seed) is int and seed >= 0 else 1


def _with(cfg: DictConfig, key: str, seed: int) -> DictConfig:
    """A copy of a configuration with another seed."""
    changed = copy.deepcopy(cfg)
    with read_write(changed), open_dict(changed):
        OmegaConf.update(changed, key, seed, force_add=True)
    return changed


def _called(task: TaskFunction, cfg: DictConfig) -> Any:
    """What a training returns; one that ends the process has failed."""
    try:
        return task(cfg)
    except SystemExit as end:
        raise RuntimeError(f"The training ended its process with exit code {end.code}") from end
