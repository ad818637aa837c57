"""trackio: the study is a local project (https://github.com/gradio-app/trackio).

trackio raises nothing when it cannot write, so it is asked afterwards what it has kept. It has no status and
no notes: these stand among the flags, with `ablation.` before their names.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ablation.naming import slug
from ablation.results import UNFINISHED
from ablation.trackers.tracker import LoggedRun, Tracker

_OWN = "ablation."
_NOTES = ("key", "status", "report", "error")
_ELSEWHERE = ("TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL")


class _Project:
    def __init__(self, study: str, uri: str | None) -> None:
        if uri:
            os.environ["TRACKIO_DIR"] = str(Path(uri).absolute())
        if remote := [name for name in _ELSEWHERE if os.environ.get(name)]:
            raise ValueError(f"Expected a project on this machine. Received: {remote[0]}. Unset it")
        import trackio
        from trackio.utils import TRACKIO_DIR

        self._trackio, self._name = trackio, slug(study)
        self._former: dict[str, list[Any]] = {}
        self.place = str(TRACKIO_DIR / f"{self._name}.db")

    def sent(self, keys: Collection[str]) -> dict[str, bool]:
        there: dict[str, bool] = {}
        self._former.clear()
        for run in self._runs():
            config = run.config or {}
            if (key := str(config.get(f"{_OWN}key"))) in keys:
                self._former.setdefault(key, []).append(run)
                there[key] = there.get(key, True) and config.get(f"{_OWN}status") in UNFINISHED
        return there

    def send(self, run: LoggedRun) -> None:
        for former in self._former.pop(run.key, []):
            former.delete()
        notes = {f"{_OWN}{name}": run.notes[name] for name in _NOTES if name in run.notes}
        log = self._trackio.init(
            project=self._name,
            name=run.name,
            config={**{k.lstrip("_") or k: v for k, v in run.flags.items()}, **notes},
            embed=False,
            auto_log_gpu=False,
            auto_log_cpu=False,
        )
        for step, measured in enumerate(run.epochs(), 1):
            log.log(measured, step)
        log.log(dict(run.responses), step=0)
        log.finish()

    def close(self) -> None:
        """Nothing is open."""

    def _runs(self) -> list[Any]:
        try:
            return list(self._trackio.Api().runs(self._name))
        except ValueError:  # there is no such project yet
            return []


def _open(study: str, folder: Path, uri: str | None) -> _Project:  # noqa: ARG001
    return _Project(study, uri)


TRACKER = Tracker("trackio", "trackio", "the folder of its projects; without, TRACKIO_DIR or its own", _open)
