"""Ray Tune's folders of trials (https://docs.ray.io, 2.60.0): `params.json`, `result.json`, `error.txt`.

The words for how trials ended stand in `experiment_state-*.json`, in no order; their folders are named there.
Pickles are never opened, and `progress.csv` lacks what appeared after the first report.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ablation.sources.run_files import below, folders_with, numbers, read_settings, refused
from ablation.sources.source import Found, Run, Settings, Source

_PARAMS, _STATE = "params.json", "experiment_state-*.json"
_OWN = frozenset({
    "timestamp", "done", "training_iteration", "time_this_iter_s", "time_total_s", "pid", "trial_id", "date",
    "time_since_restore", "iterations_since_restore", "hostname", "node_ip", "checkpoint_dir_name", "config",
})  # fmt: skip
"""What Ray adds to every report."""


def _is_here(place: str) -> bool:
    return any(path.with_name("result.json").exists() for path in below(place, _PARAMS))


def _read(place: str, settings: Settings) -> Found:  # noqa: ARG001  (it has none)
    states: dict[Path, str] = {}
    for path in sorted(below(place, _STATE)):  # of an experiment that was restored the last counts
        states |= _states(path)
    return Found([_run(folder, Path(place), states) for folder in folders_with(place, _PARAMS)])


def _states(path: Path) -> dict[Path, str]:
    """Folder → word."""
    try:
        trials = [
            json.loads(trial) for trial, *_ in json.loads(path.read_text(encoding="utf-8"))["trial_data"]
        ]
        return {path.parent / trial["relative_logdir"]: str(trial["status"]) for trial in trials}
    except (ValueError, KeyError, TypeError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise refused(path, "the state of a Ray Tune 2 experiment", problem) from error


def _run(folder: Path, place: Path, states: Mapping[Path, str]) -> Run:
    """A trial; its error stands beside it whatever the state says."""
    last, metrics = _reports(folder / "result.json")
    status = "ERROR" if (folder / "error.txt").exists() else states.get(folder, "")
    name = folder.relative_to(place).as_posix()
    start, total = last.get("timestamp"), last.get("time_total_s")
    seconds = float(total) if isinstance(total, int | float) else None
    started = ""
    if isinstance(start, int | float):
        started = datetime.fromtimestamp(start - (seconds or 0.0), UTC).isoformat(timespec="seconds")
    return Run(name, read_settings(folder / _PARAMS), metrics, status, started, seconds)


def _reports(path: Path) -> tuple[Mapping[str, Any], dict[str, float]]:
    """The last report, and the last value of everything that any of them measured.

    Raises:
        UsageError: a line is damaged.
    """
    last: dict[str, Any] = {}
    measured: dict[str, float] = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for i, line in enumerate(lines, 1):
        try:
            last = json.loads(line)
            measured.update(numbers({key: value for key, value in last.items() if key not in _OWN}))
        except (ValueError, AttributeError) as error:
            raise refused(path, "one Ray Tune report per line", f"line {i}, {error}") from error
    return last, measured


SOURCE = Source("ray", "a folder of Ray Tune's trials (ray_results)", {}, _is_here, _read)
