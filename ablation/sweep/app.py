"""The decorator that makes a training function a Hydra app whose runs are recorded."""

import inspect
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from ablation.errors import UsageError
from ablation.interrupts import on_interrupt
from ablation.results import Response, Snapshot, StudyRecord, open_store
from ablation.sweep.cell import Cell, Identity, make_cell
from ablation.sweep.explain import explain
from ablation.sweep.pickling import register_sentinels
from ablation.sweep.provenance import provenance
from ablation.sweep.run import JobContext, Train, finished, run_cell
from ablation.sweep.search_path import search_first
from ablation.sweep.terminal import print_row
from ablation.sweep.workers import register_workers

_VERSION_BASE: dict[str, Any] = {"version_base": "1.3"} if hydra.__version__.startswith("1.3") else {}
"""Hydra 1.3 asks whose defaults hold; 1.4 has those of 1.3 and warns where it is told so."""

_INTERRUPTED = "Interrupted. Finished runs are kept; the same command goes on."

After = Callable[..., None]
Check = Callable[[Collection[str], Sequence[Mapping[str, Any]]], None]
Responses = Sequence[Response] | Callable[[Any], Sequence[Response]]

register_workers()
register_sentinels()


class App:
    """A training function with what the sweeper needs to know of it. Hydra calls it with a job's config.

    Args:
        train: (settings, seeds) → outcomes, one by one.
        schema: a dataclass of the configuration, with defaults; None for apps without one.
        identity: settings → what else determines a result, such as the hash of the data.
        unkeyed: config keys that change no result, such as the folder of the data.
        after: (settings of the reference cell, the study's folder) → nothing; called once at the end of a
            sweep, before the report. One with more arguments also gets the `Snapshot` of the study's store,
            and the report's `Subject`.
        check: (factors, the cells' flat configurations) → nothing, or a `UsageError` that refuses the plan,
            before anything is trained.
        responses: unit and direction of what is measured; or settings → the same.
    """

    def __init__(
        self,
        train: Train,
        schema: type | None = None,
        identity: Identity | None = None,
        unkeyed: Sequence[str] = (),
        after: After | None = None,
        check: Check | None = None,
        responses: Responses = (),
    ) -> None:
        self.train, self.schema, self.identity, self.unkeyed = train, schema, identity, tuple(unkeyed)
        self.after, self.check = after, check
        self._responses = responses
        self.__name__ = getattr(train, "__name__", "train")
        self.folder = Path(inspect.getfile(train)).resolve().parent

    def cell(self, cfg: DictConfig) -> Cell:
        """The cell that a configuration describes."""
        return make_cell(cfg, self.schema, self.identity, self.unkeyed)

    def responses(self, cfg: DictConfig) -> Sequence[Response]:
        """What is declared of the responses of a configuration."""
        declared = self._responses
        return declared(OmegaConf.to_object(cfg)) if callable(declared) else declared

    def finish(self, cfg: DictConfig, snapshot: Snapshot, subject: Any) -> None:
        """Call what the app wants to be called at the end of a sweep.

        Args:
            cfg: configuration of the reference cell.
            snapshot: what the study's store holds.
            subject: of the report.
        """
        if self.after is not None:
            arguments = (OmegaConf.to_object(cfg), cfg.results.folder, snapshot, subject)
            self.after(*arguments[: len(inspect.signature(self.after).parameters)])

    def __call__(self, cfg: DictConfig) -> None:
        """Do one job: the runs of a cell that are not done yet."""
        cell, store = self.cell(cfg), open_store(cfg.results.url)
        seeds = check_seeds(list(cfg.seeds))
        job = HydraConfig.get()
        log_path = os.path.relpath(Path(job.runtime.output_dir) / f"{job.job.name}.log", cfg.results.folder)
        context = JobContext(cfg.name, cfg.results.folder, provenance(self.folder), log_path)
        if job.mode == RunMode.MULTIRUN:
            sweep, is_stopping = job.sweeper.get("sweep", ""), job.sweeper.get("on_failure") == "stop"
            context = replace(
                context, sweep=sweep, response=cfg.analysis.response, stop_on_failure=is_stopping
            )
        run_cell(cell, seeds, self.train, store, context)
        if job.mode == RunMode.RUN:
            record = store.load_record() or StudyRecord()
            for seed in seeds:
                print_row(finished(store, cell, seed, record), seed)


def main(
    config_path: str | Path,
    config_name: str = "config",
    schema: type | Callable[[], type] | None = None,
    identity: Identity | None = None,
    unkeyed: Sequence[str] = (),
    after: After | None = None,
    own_conf: Path | None = None,
    check: Check | None = None,
    responses: Responses = (),
) -> Callable[[Train], Callable[[], None]]:
    """Make a training function a Hydra app.

    The app's config needs `name` (of the study), `seeds`, `results.folder`, `results.url` and
    `analysis.response`. With a schema, its defaults list names `schema`.

    Args:
        config_path: folder of the configuration, absolute or relative to the decorated function's file.
        config_name: the main file, without `.yaml`.
        schema: as for `App`, or what makes it once the command is known; registered under the name `schema`.
        identity: as for `App`.
        unkeyed: as for `App`.
        after: as for `App`.
        own_conf: a folder of the user's, searched before `config_path` where it exists.
        check: as for `App`.
        responses: as for `App`. `analysis.direction` and `analysis.directions` win over it.

    Returns:
        A decorator; the decorated function takes its arguments from the command line. It ends with exit
        code 2 and a sentence on a mistake of the user.
    """

    def decorate(train: Train) -> Callable[[], None]:
        def start() -> None:
            made = schema if schema is None or isinstance(schema, type) else schema()
            if made is not None:
                ConfigStore.instance().store(name="schema", node=made)
            app = App(train, made, identity, unkeyed, after, check, responses)
            folder = app.folder / config_path
            search_first(own_conf, folder, config_name)
            hydra.main(**_VERSION_BASE, config_path=str(folder), config_name=config_name)(app)()

        return partial(call, start)

    return decorate


def check_seeds(seeds: Sequence[Any]) -> list[int]:
    """The seeds, if they are some and different.

    Raises:
        UsageError: no seed, one below 0 or not an integer, or one given twice.
    """
    good = all(type(seed) is int and 0 <= seed < 2**31 for seed in seeds)
    if not seeds or not good or len(set(seeds)) < len(seeds):
        raise UsageError(
            f"seeds: expected different integers from 0, such as [0,1,2]. Received: {list(seeds)}"
        )
    return list(seeds)


def call(entry: Callable[[], None]) -> None:
    """Run a Hydra app to its end; a user's mistake ends with a sentence and exit code 2."""
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra raises: user errors differ from bugs
    on_interrupt(_interrupt)
    try:
        entry()
    except UsageError as error:
        _exit(str(error))
    except (HydraException, OmegaConfBaseException, YAMLError) as error:
        _exit(explain(error))
    except OSError as error:
        if error.filename is None or _in_a_job(error):
            raise
        _exit(f"Expected a place that can be written to. Received: {error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        print(_INTERRUPTED, file=sys.stderr)
        sys.exit(130)


def _in_a_job(error: BaseException) -> bool:
    """Whether an error comes from an app's job, and not from Hydra, which makes the job's folder."""
    return any(frame.f_code is App.__call__.__code__ for frame, _ in traceback.walk_tb(error.__traceback__))


def _exit(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(2)


def _interrupt(_signal: int, _frame: object) -> None:
    """Clean up and end; whoever does not want to wait for that interrupts again."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    raise KeyboardInterrupt


def _end_at_once(_signal: int, _frame: object) -> None:
    """End without cleaning up: interrupted in the midst of that, joblib waits for its processes for ever."""
    for child in multiprocessing.active_children():
        if child.pid:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
    os.write(2, f"{_INTERRUPTED}\n".encode())
    os._exit(130)
