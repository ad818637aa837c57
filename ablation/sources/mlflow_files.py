"""MLflow's store in files: `mlruns/<experiment>/<run>/` with `meta.yaml`, `params/` and `metrics/`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ablation.errors import UsageError
from ablation.sources.source import Run, chosen

_STATES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_META = "meta.yaml"

SYSTEM = "system/"
"""Start of the names of metrics that MLflow takes of the machine."""

PARENT = "mlflow.parentRunId"


def is_store(place: str) -> bool:
    """Whether a folder has experiments in it."""
    return any(b"experiment_id" in path.read_bytes() for path in _safely(Path(place)))


def _safely(folder: Path) -> Iterator[Path]:
    try:
        yield from (path for path in folder.glob(f"*/{_META}") if not path.parent.name.startswith("."))
    except (OSError, ValueError):
        return


def read_store(place: str, wanted: str | None) -> list[Run]:
    """The runs of one experiment that has not been deleted, without those that only hold others.

    Raises:
        UsageError: there is no such experiment, or a file is damaged.
    """
    experiments = {}
    for path in sorted(_safely(Path(place))):
        meta = _meta(path, "name", "lifecycle_stage")
        if meta["lifecycle_stage"] == "active" and any(path.parent.glob(f"*/{_META}")):
            experiments[str(meta["name"])] = path.parent
    name = chosen("an experiment", "experiment", list(experiments), wanted, place)
    runs, parents = [], set()
    for path in experiments[name].glob(f"*/{_META}"):
        meta = _meta(path, "run_id", "status", "start_time", "lifecycle_stage")
        if meta["lifecycle_stage"] == "active":
            runs.append((meta["start_time"], meta["run_id"], _run(path.parent, meta)))
            parents |= {text for _, text in _texts(path.parent / "tags", PARENT)}
    return [run for _, key, run in sorted(runs, key=lambda each: each[:2]) if key not in parents]


def _run(folder: Path, meta: dict[str, Any]) -> Run:
    start, end = meta["start_time"], meta.get("end_time")
    return Run(
        str(meta.get("run_name") or meta["run_id"]),
        dict(_texts(folder / "params")),
        {name: _latest(folder / "metrics" / name, text) for name, text in _texts(folder / "metrics")},
        _STATES.get(meta["status"], str(meta["status"])),
        datetime.fromtimestamp(start / 1000, UTC).isoformat(),
        (end - start) / 1000 if end else None,
    )


def _texts(folder: Path, pattern: str = "*") -> Iterator[tuple[str, str]]:
    """Name → content; a name with a slash is a file in a folder. Those of the machine are passed over."""
    for path in sorted(folder.rglob(pattern)):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(SYSTEM):
            yield name, path.read_text(encoding="utf-8")


def _latest(path: Path, text: str) -> float:
    """The value at the last step, and of several there the last; lines are time, value and step.

    Raises:
        UsageError: a line is damaged.
    """
    try:
        if not text.endswith("\n"):
            raise ValueError("no end of the last line")
        lines = [line.split() for line in text.splitlines()]
        values = [(int(rest[0]) if rest else 0, int(time), float(value)) for time, value, *rest in lines]
    except ValueError as error:
        raise UsageError(
            f"{path}: expected lines with a time, a value and a step, as MLflow 3 writes them. Received: "
            f"{error}. If the run goes on, try again; a line that was cut off can be removed from a copy."
        ) from error
    return max(reversed(values), key=lambda one: one[:2])[2]


def _meta(path: Path, *names: str) -> dict[str, Any]:
    """A file `meta.yaml`.

    Raises:
        UsageError: it is damaged, or lacks an entry.
    """
    import yaml

    try:
        meta = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        received = "a file without " + ", ".join(n for n in names if n not in meta)
        if all(name in meta for name in names):
            return dict(meta)
    except (yaml.YAMLError, TypeError) as error:
        received = " ".join(str(error).split())
    raise UsageError(
        f"{path}: expected the notes of an MLflow run or experiment. Received: {received}. "
        "Restore the file, or remove its folder from a copy."
    )
