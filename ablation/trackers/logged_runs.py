"""From a store's snapshot to runs in the form that trackers show."""

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ablation.naming import cell_text
from ablation.results import FRAMEWORK_KEYS, UNFINISHED, Row, Snapshot, StudyRecord
from ablation.trackers.tracker import LoggedRun


def logged_runs(snapshot: Snapshot, folder: Path) -> list[LoggedRun]:
    """The finished runs of a study, and the failed ones that are not being tried again now."""
    last = [tries[-1] for key, tries in snapshot.attempts.items() if tries and key not in snapshot.rows]
    failed = [attempt.row for attempt in last if attempt.row and attempt.status in UNFINISHED]
    report = (folder / "report" / "index.html").absolute().as_uri()
    return [_logged(row, snapshot.record, report) for row in (*snapshot.rows.values(), *failed)]


def _logged(row: Row, record: StudyRecord, report: str) -> LoggedRun:
    levels = {name: record.level(name, row.config, row.cell) for name in record.factors}
    others = {name: value for name, value in _own(row.config).items() if name not in levels}
    notes = {"key": row.key, "cell": row.cell, "status": row.status, "report": report, **row.provenance}
    notes |= {"error": row.error} if row.error else {}
    notes |= {"log": row.log} if row.log else {}
    return LoggedRun(
        key=row.key,
        name=f"{cell_text(list(levels), levels.values())} seed={row.seed}".strip(),
        is_failed=not row.is_final,
        flags={**levels, **others, "seed": row.seed},
        responses={"seconds": row.seconds, **{k: _number(v) for k, v in row.responses.items()}},
        history={f"history/{name}": [_number(v) for v in each] for name, each in row.history.items()},
        started=datetime.fromisoformat(row.started),
        finished=datetime.fromisoformat(row.finished),
        notes=notes,
    )


def _own(config: Mapping[str, object]) -> Mapping[str, object]:
    """The entries of an app, without those that this package has put beside them."""
    if "results.url" not in config:
        return config
    return {name: value for name, value in config.items() if name.partition(".")[0] not in FRAMEWORK_KEYS}


def _number(value: float | None) -> float:
    return math.nan if value is None else value
