"""Weights & Biases: the study is a group of a project, its flags are the config (https://wandb.ai).

A run's id follows from study and key, so a run that is sent again is the same run. Offline
(`WANDB_MODE=offline`), a file in the run's folder says that it is whole.
"""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ablation.trackers.tracker import LoggedRun, Tracker

_PROJECT = "ablation"
_SECONDS = 30
_MARK = "ablation-"
_ENDED = {"finished": False, "failed": True}


class _Group:
    def __init__(self, study: str, uri: str | None) -> None:
        import wandb

        self._wandb, self._study = wandb, study
        entity, _, project = (uri or os.environ.get("WANDB_PROJECT") or _PROJECT).rpartition("/")
        self._entity, self._project = entity or os.environ.get("WANDB_ENTITY"), project
        settings = wandb.setup().settings
        self._folder = Path(settings.wandb_dir) if settings._offline else None
        self.place = f"{self._folder or '/'.join(filter(None, (self._entity, project)))}, group {study}"

    def sent(self, keys: Collection[str]) -> dict[str, bool]:
        there = self._online() if self._folder is None else self._offline(self._folder)
        return {key: there[self._id(key)] for key in keys if self._id(key) in there}

    def send(self, run: LoggedRun) -> None:
        log = self._wandb.init(
            entity=self._entity,
            project=self._project,
            group=self._study,
            id=self._id(run.key),
            name=run.name,
            config=dict(run.flags),
            notes="\n".join(f"{name}: {text}" for name, text in run.notes.items()),
            tags=[run.notes["status"]],
            settings=self._settings(run),
        )
        folder = Path(log.settings.sync_dir)
        for step, measured in enumerate([*run.epochs(), run.responses], 1):
            log.log(dict(measured), step=step)
        log.finish(exit_code=int(run.is_failed))
        if self._folder is not None:
            (folder / f"{_MARK}{'failed' if run.is_failed else 'finished'}").touch()

    def close(self) -> None:
        """Nothing is open: each run has been finished."""

    def _id(self, key: str) -> str:
        return hashlib.sha256(f"{self._study}/{key}".encode()).hexdigest()[:32]

    def _settings(self, run: LoggedRun) -> Any:
        return self._wandb.Settings(
            console="off", silent=True, disable_git=True, save_code=False, init_timeout=_SECONDS,
            x_disable_stats=True, x_disable_meta=True, x_save_requirements=False,
            x_start_time=run.started.timestamp(),
        )  # fmt: skip

    def _online(self) -> dict[str, bool]:
        """Id → whether it failed, of the group's runs on the server."""
        path = "/".join(filter(None, (self._entity, self._project)))
        runs = self._wandb.Api(timeout=_SECONDS).runs(path, filters={"group": self._study})
        try:
            return {run.id: _ENDED[run.state] for run in runs if run.state in _ENDED}
        except ValueError as error:
            if "Could not find project" in str(error):
                return {}
            raise

    def _offline(self, folder: Path) -> dict[str, bool]:
        """Id → whether it has only failed, of the runs in a folder."""
        there: dict[str, bool] = {}
        for mark in folder.glob(f"offline-run-*/{_MARK}*"):
            own = mark.parent.name.split("-")[3]  # a number comes after it where two began in one second
            there[own] = there.get(own, True) and _ENDED[mark.name.removeprefix(_MARK)]
        return there


def _open(study: str, folder: Path, uri: str | None) -> _Group:  # noqa: ARG001
    return _Group(study, uri)


TRACKER = Tracker(
    "wandb", "wandb", "a project, or entity/project; without, WANDB_PROJECT or the project ablation", _open
)
