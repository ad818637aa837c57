"""What a sweep does to a store, act by act, for the tests that break every step of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ablation.results import Store, StudyRecord
from tests.results.stand_in import make_row
from tests.results.worker import Log, finish, work

EARLIER, NEW, FAILED = make_row(seed=1), make_row(seed=2), make_row(seed=3, status="error", responses={})
OLD_RECORD = StudyRecord(study="quick", keys=("old",) * 20)
NEW_RECORD = StudyRecord(study="quick", keys=("new",) * 20)
WANTED = [EARLIER, NEW]

Act = Callable[[Store, Log], object]


def _commit_failed(store: Store, log: Log) -> None:  # noqa: ARG001  (acts have one signature)
    with store.claim(FAILED.key) as claim:  # type: ignore[union-attr]
        store.commit(FAILED, claim)


def _commit_failed_again(store: Store, log: Log) -> None:
    _commit_failed(store, log)
    _commit_failed(store, log)


ACTS: dict[str, Act] = {
    "run": lambda store, log: finish(store, NEW, log, lambda row: row),
    "failed_run": _commit_failed,
    "failed_again": _commit_failed_again,
    "second_row": lambda store, _log: store.commit(replace(EARLIER, error="second")),
    "study_record": lambda store, _log: store.save_record(NEW_RECORD),
    "stop": lambda store, _log: store.stop("ab12"),
    "check_writable": lambda store, _log: store.check_writable(),
    "sweep": lambda store, _log: store.sweep(older_than_seconds=-60),
}


def prepare(store: Store, log: Log) -> None:
    """A study with one finished run and a record, and something to sweep."""
    work(store, [EARLIER], log)
    store.save_record(OLD_RECORD)
    log.path.with_suffix("").joinpath(".tmp-stray").write_bytes(b"half a r")


def broken_promises(store: Store, log: Log) -> list[str]:
    """What is wrong right after a fault, whatever it was: strays are nobody's business."""
    scan, problems = store.scan(), []
    if not set(log.keys("A")) <= set(scan.rows) or scan.rows.get(EARLIER.key) != EARLIER:
        problems.append("I1: an acknowledged row is lost")
    if scan.rows.get(NEW.key) not in (None, NEW):
        problems.append("I2: another row")
    if scan.quarantined:
        problems.append(f"I3: {scan.quarantined}")
    if store.load_record() not in (OLD_RECORD, NEW_RECORD):
        problems.append("half a study record")
    return problems


def after_rerun(store: Store, log: Log) -> list[str]:
    """What is wrong once the same command has run again, undisturbed, and strays were swept."""
    work(store, WANTED, log)
    store.sweep(older_than_seconds=-60)
    problems = broken_promises(store, log)
    if dict(store.scan().rows) != {row.key: row for row in WANTED}:
        problems.append("I4: the table is not that of an undisturbed sweep")
    if len(log.keys("T")) > len(WANTED) + 1:
        problems.append("more than one repeated training")
    return problems


def leftovers(study: Path) -> list[str]:
    """Files that no study has in the end; attempts that were recorded or lost are history, and stay."""
    rows = {f"rows/{row.key}.json" for row in WANTED}
    ends = ("/attempt-0001.json", "/attempt-0002.json", ".claim", "/attempt-0002.claim")
    history = {f"attempts/{FAILED.key}{end}" for end in ends}
    history |= {f"attempts/{EARLIER.key}/attempt-0001.json"}
    paths = {str(path.relative_to(study)) for path in study.rglob("*") if path.is_file()}
    return sorted(paths - rows - history - {"study.json", "stops/ab12"})
