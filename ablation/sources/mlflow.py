"""MLflow's tracking store: a database, a folder of files, or a server (https://mlflow.org, 3.17.2).

MLflow keeps every parameter as text. A metric that is not a number is 0.0 with a mark, an infinite one the
largest float.
"""

import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ablation.sources.databases import Database, has_tables, opened
from ablation.sources.mlflow_files import PARENT, SYSTEM, is_store, read_store
from ablation.sources.mlflow_server import is_server, runs_of
from ablation.sources.source import Found, Run, Settings, Source, chosen
from ablation.words import shown

_OF_EXPERIMENT = (
    "JOIN runs r ON r.run_uuid = x.run_uuid "
    "WHERE r.experiment_id = :experiment AND r.lifecycle_stage = 'active'"
)


def _is_here(place: str) -> bool:
    return (
        is_server(place)
        or is_store(place)
        or has_tables(place, "experiments", "runs", "params", "latest_metrics", "tags")
    )


def _read(place: str, settings: Settings) -> Found:
    if is_server(place):
        return Found(_answered(runs_of(place, settings.get("experiment"))), are_texts=True)
    if is_store(place):
        return Found(read_store(place, settings.get("experiment")), are_texts=True)
    with opened(place) as database:
        experiments = dict(
            database.rows(
                "SELECT e.name, e.experiment_id FROM experiments e WHERE e.lifecycle_stage = 'active' "
                "AND EXISTS (SELECT 1 FROM runs r WHERE r.experiment_id = e.experiment_id) ORDER BY 2"
            )
        )
        wanted = settings.get("experiment")
        name = chosen("an experiment", "experiment", list(experiments), wanted, shown(place))
        return Found(_runs(database, experiments[name]), are_texts=True)


def _runs(database: Database, experiment: int) -> list[Run]:
    parents = {
        key
        for (key,) in database.rows(
            f"SELECT DISTINCT x.value FROM tags x {_OF_EXPERIMENT} AND x.key = '{PARENT}'",
            experiment=experiment,
        )
    }
    params = _by_run(
        database.rows(
            f"SELECT x.run_uuid, x.key, x.value FROM params x {_OF_EXPERIMENT}", experiment=experiment
        )
    )
    metrics = _by_run(
        (key, name, number(value, is_nan))
        for key, name, value, is_nan in database.rows(
            f"SELECT x.run_uuid, x.key, x.value, x.is_nan FROM latest_metrics x {_OF_EXPERIMENT}",
            experiment=experiment,
        )
        if not name.startswith(SYSTEM)
    )
    rows: Sequence[Any] = database.rows(
        "SELECT run_uuid, name, status, start_time, end_time FROM runs r WHERE r.experiment_id = :experiment "
        "AND r.lifecycle_stage = 'active' ORDER BY start_time, run_uuid",
        experiment=experiment,
    )
    return [
        Run(name or key, params[key], metrics[key], status, _iso(start), _seconds(start, end))
        for key, name, status, start, end in rows
        if key not in parents
    ]


def _answered(runs: Sequence[Mapping[str, Any]]) -> list[Run]:
    """The runs that a server has given, in the order in which they began."""
    tags = [{tag["key"]: tag["value"] for tag in run["data"].get("tags", ())} for run in runs]
    parents = {each.get(PARENT) for each in tags}
    kept = [run for run in runs if run["info"]["run_id"] not in parents]
    kept.sort(key=lambda run: (run["info"].get("start_time", 0), run["info"]["run_id"]))
    return [
        Run(
            info.get("run_name") or info["run_id"],
            {one["key"]: one["value"] for one in data.get("params", ())},
            {
                one["key"]: number(float(one["value"]), False)
                for one in data.get("metrics", ())
                if not one["key"].startswith(SYSTEM)
            },
            info["status"],
            _iso(info.get("start_time")),
            _seconds(info.get("start_time"), info.get("end_time")),
        )
        for info, data in ((run["info"], run["data"]) for run in kept)
    ]


def _by_run(rows: Iterable[Any]) -> dict[str, dict[str, Any]]:
    by_run: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, name, value in rows:
        by_run[key][name] = value
    return by_run


def number(value: float, is_nan: bool) -> float:
    """A metric as it was logged.

    >>> number(0.0, True), number(sys.float_info.max, False), number(0.5, False)
    (nan, inf, 0.5)
    """
    if is_nan:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else value


def _iso(milliseconds: int | None) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat() if milliseconds else ""


def _seconds(start: int | None, end: int | None) -> float | None:
    return (end - start) / 1000 if start and end else None


SOURCE = Source(
    "mlflow",
    "an MLflow store (sqlite:///mlflow.db, postgresql://…, http://localhost:5000, a folder mlruns)",
    {"experiment": "the name of an MLflow experiment"},
    _is_here,
    _read,
)
