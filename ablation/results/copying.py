"""Copy a study from one store to another, and verify that it has arrived."""

import os
from dataclasses import dataclass
from pathlib import Path

from ablation.errors import UsageError
from ablation.results.cost_file import FILE, load_costs, save_costs
from ablation.results.encoding import encode
from ablation.results.opening import is_url, open_existing, open_store
from ablation.results.row import Row
from ablation.results.store import Quarantined, Snapshot


@dataclass(frozen=True)
class Copied:
    """What a copy did.

    Attributes:
        n_rows: Number of rows in the source.
        n_attempts: Number of attempts recorded there.
        conflicts: Keys for which the target already had a different row, which was kept.
        running: Keys that are being trained at the source: copy again when they are done.
        quarantined: Damaged entries of the source, which were not copied.
    """

    n_rows: int
    n_attempts: int
    conflicts: tuple[str, ...]
    running: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]


def copy(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> Copied:
    """Copy rows, attempts, the study's record and its costs; a second call copies only what is new.

    Where the study has grown at the target, its record there stays.

    Args:
        source: A folder or URL, as for `open_store`.
        target: A folder or URL.

    Returns:
        What was copied and what was not.

    Raises:
        UsageError: The source is empty, both are the same place, the target has another study, or a store
            cannot be read or written.
    """
    old, new = open_existing(source) if Path(source).is_file() else open_store(source), open_store(target)
    if old.place == new.place:
        raise UsageError(f"Expected two places. Received: {old.place} twice. Name another target")
    if not is_url(old.place) and Path(new.place).is_relative_to(old.place):
        raise UsageError(f"Expected two places. Received: {new.place}, in {old.place}. Name another target")
    scan, record = old.scan(), old.load_record()
    if not scan.rows and not scan.attempts and record is None:
        raise UsageError(f"{old.place}: expected a study to copy. Received: nothing. Check the name.")
    there = new.load_record()
    if record and there and record.study != there.study and there.study:
        raise UsageError(
            f"{new.place}: expected an empty target, or the study {record.study}. Received: the study "
            f"{there.study}, whose record would be lost. Name another target"
        )
    new.check_writable(4000 * len(scan.rows))
    if record and not (there and set(there.keys) > set(record.keys)):
        new.save_record(record)
    copied = {encode(row) for row in _all_rows(new.scan())}
    for row in _all_rows(scan):
        if encode(row) not in copied:
            new.commit(row)
    _copy_costs(old.place, new.place)
    n_attempts = len(_all_rows(scan)) - len(scan.rows)
    arrived = new.scan().rows
    conflicts = [key for key, row in scan.rows.items() if encode(arrived[key]) != encode(row)]
    running = [
        key for key, tries in scan.attempts.items() if any(attempt.status == "running" for attempt in tries)
    ]
    return Copied(len(scan.rows), n_attempts, tuple(conflicts), tuple(running), scan.quarantined)


def _copy_costs(old: str, new: str) -> None:
    """From folder to folder; what the target has measured stays."""
    if is_url(old) or is_url(new) or (Path(new) / FILE).exists():
        return
    if about := load_costs(old):
        save_costs(new, about.pop("cells"), about)


def _all_rows(scan: Snapshot) -> list[Row]:
    """The rows, and then the results of attempts that are no rows."""
    attempts = [attempt for tries in scan.attempts.values() for attempt in tries]
    return [*scan.rows.values(), *(attempt.row for attempt in attempts if attempt.row is not None)]
