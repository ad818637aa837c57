"""MLflow: the study is an experiment, its flags are params (https://mlflow.org)."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ablation.trackers.tracker import LoggedRun, Tracker, as_texts

_OWN = "ablation."
"""Before the names of tags."""

_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
"""Instead of minutes for a server that is down, unless the user has said otherwise."""

_BATCH, _PARAMS = 1000, 100
_LENGTH = 250
_ENDED = {"FINISHED": False, "FAILED": True}
_REPORT = "mlflow.note.content"


class _Experiment:
    def __init__(self, study: str, uri: str | None) -> None:
        for name, value in _PATIENCE.items():
            os.environ.setdefault(name, value)
        import mlflow

        self._client = mlflow.MlflowClient(uri)
        experiment = self._client.get_experiment_by_name(study)
        self._id = experiment.experiment_id if experiment else self._client.create_experiment(study)
        self._former: dict[str, list[str]] = {}
        self.place = f"{uri or mlflow.get_tracking_uri()}, experiment {study}"

    def sent(self, keys: Collection[str]) -> dict[str, bool]:
        there: dict[str, bool] = {}
        self._former.clear()
        for run in self._runs():
            key = run.data.tags[f"{_OWN}key"]
            self._former.setdefault(key, []).append(run.info.run_id)
            if key in keys and run.info.status in _ENDED:
                there[key] = there.get(key, True) and _ENDED[run.info.status]
        return there

    def send(self, run: LoggedRun) -> None:
        from mlflow.entities import Metric, Param

        for former in self._former.pop(run.key, []):
            self._client.delete_run(former)
        names = _names([*run.flags, *run.responses, *run.history])
        tags = {f"{_OWN}{name}": value for name, value in run.notes.items()}
        tags[_REPORT] = "\n\n".join(f"{k}: {v}" for k, v in run.notes.items() if k in ("report", "error"))
        begun = self._client.create_run(self._id, _milliseconds(run.started), tags, run.name)
        params = [Param(names[name], text) for name, text in as_texts(run.flags).items()]
        at = _milliseconds(run.finished)
        metrics = [
            Metric(names[name], value, at, step + 1)
            for name, values in run.history.items()
            for step, value in enumerate(values)
        ]
        metrics += [Metric(names[name], value, at, 0) for name, value in run.responses.items()]
        for i in range(0, len(params), _PARAMS):
            self._client.log_batch(begun.info.run_id, params=params[i : i + _PARAMS])
        for i in range(0, len(metrics), _BATCH):
            self._client.log_batch(begun.info.run_id, metrics=metrics[i : i + _BATCH])
        self._client.set_terminated(begun.info.run_id, "FAILED" if run.is_failed else "FINISHED", at)

    def close(self) -> None:
        """Nothing is open."""

    def _runs(self) -> Iterator[Any]:
        """The runs of the study that this package has logged, whole or not."""
        query, token = f"tags.`{_OWN}key` LIKE '%'", None
        while True:
            page = self._client.search_runs([self._id], query, max_results=_BATCH, page_token=token)
            yield from page
            token = page.token
            if not token:
                return


def _names(names: Iterable[str]) -> dict[str, str]:
    """Name → one that MLflow takes, a different one for each."""
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        start = re.sub(r"[^\w\-. :/]", "_", name, flags=re.ASCII)[:_LENGTH]
        fitting, number = start, 1
        while fitting in taken:
            number += 1
            fitting = f"{start}_{number}"
        taken.add(fitting)
        renamed[name] = fitting
    return renamed


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def _open(study: str, folder: Path, uri: str | None) -> _Experiment:  # noqa: ARG001
    return _Experiment(study, uri)


TRACKER = Tracker(
    "mlflow", "mlflow", "its tracking URI; without, MLFLOW_TRACKING_URI or MLflow's own default", _open
)
