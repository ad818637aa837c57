"""Import a table of another tool's runs into a study's folder, as if they had been trained here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis.data.column_kinds import BLOCKS, ROLES, describe, words_of
from ablation.analysis.data.endings import OK, endings, is_unfinished
from ablation.analysis.data.factors import Factor, read_factor
from ablation.errors import UsageError
from ablation.results import Row, Store, StudyRecord, cell_key, open_store, run_key, write_views
from ablation.results.opening import is_url
from ablation.results.record import DesignRecord
from ablation.words import counted, listed

MARK = "imported"
"""Entry of the record that says where an imported study comes from."""


@dataclass(frozen=True)
class Imported:
    """The result of an import.

    Attributes:
        place: The study, without a password.
        rows: Runs that are rows of the study, now or before.
        failed: Runs kept as failed attempts.
        unfinished: Runs that had not ended at the source, and are no rows.
        repeated: Finished runs that repeat a cell and seed; the first counts.
        notes: Sentences about what was found.
    """

    place: str
    rows: int
    failed: int
    unfinished: int
    repeated: int
    notes: tuple[str, ...]


def import_runs(frame: pd.DataFrame, target: str, record: StudyRecord, blocks: Sequence[str]) -> Imported:
    """Make a study from the runs of a source; a second call adds new runs.

    Args:
        frame: as `ablation.sources.read` gives it.
        target: the study's folder, or the URL of its rows.
        record: how the study is judged, with `factors` in their order and, under `MARK`, where it comes from.
        blocks: the columns that repeat a cell.

    Raises:
        UsageError: the target holds something else.
    """
    store = open_store(target)
    _check_target(store, target, record)
    seeds, seed_column, notes = _seeds(frame, record, blocks)
    words = _words(frame, record)
    rows = _rows(frame, record, words, seeds, seed_column)
    unfinished = [is_unfinished(word) for word in words]
    ended = [row for row, is_open in zip(rows, unfinished, strict=True) if not is_open]
    final = Counter(row.key for row in ended if row.is_final)
    record = replace(
        record,
        seeds=tuple(sorted(set(seeds))),
        keys=tuple(dict.fromkeys(row.key for row in rows)),
        design=DesignRecord(
            "imported", f"{counted(len({row.cell for row in rows}), 'cell')}, imported", notes
        ),
    )
    store.check_writable(4000 * len(rows))
    store.save_record(record)
    failed = _commit(store, ended)
    snapshot = store.scan()
    if not is_url(target):
        write_views(snapshot, Path(target))
    repeated = sum(final.values()) - len(final)
    return Imported(store.place, len(snapshot.rows), failed, sum(unfinished), repeated, notes)


def _check_target(store: Store, target: str, record: StudyRecord) -> None:
    """Refuse a place that holds anything but an earlier import of the same runs."""
    there = store.load_record()
    if there is None:
        is_empty = is_url(target) or not Path(target).exists() or not any(Path(target).iterdir())
        received = "" if is_empty and not store.scan().rows else "a place that holds other things"
    else:
        same = there.unknown.get(MARK) == record.unknown[MARK]
        received = "" if same else f"the study {there.study}, which is not from there"
    if received:
        raise UsageError(
            f"--to: expected a new folder, or an earlier import from the same source. Received: "
            f"{store.place}, {received}. Choose another folder; nothing was changed."
        )


def _seeds(
    frame: pd.DataFrame, record: StudyRecord, blocks: Sequence[str]
) -> tuple[list[int], str | None, tuple[str, ...]]:
    """The seed of every run, the column that has it, and what to know of it."""
    column = seed_column(blocks)
    if column is None:
        factors = [read_factor(frame[name], name).codes for name in record.factors]
        cells = pd.Series(list(zip(*factors, strict=True)) or [()] * len(frame))
        numbered = cells.groupby(cells).cumcount().tolist()
        note = "The source has no seed: the runs of a cell are numbered, so a seed stands for no pairing."
        return numbered, None, (note,) if any(numbered) else ()
    numbers = pd.to_numeric(frame[column], errors="coerce")
    if numbers.notna().all() and (numbers % 1 == 0).all():
        return [int(number) for number in numbers], column, ()
    block = read_factor(frame[column], column)
    levels = listed([f"{i} is {level}" for i, level in enumerate(block.levels)])
    return [int(code) for code in block.codes], column, (f"Seeds stand for levels of {column}: {levels}.",)


def seed_column(blocks: Sequence[str]) -> str | None:
    """The block that becomes the seed; others, such as data sets, become factors."""
    return next((name for name in blocks if words_of(name) & BLOCKS), None)


def _words(frame: pd.DataFrame, record: StudyRecord) -> Sequence[str]:
    ended = endings(frame, (*record.reported, *record.factors))
    return [OK] * len(frame) if ended is None else list(ended)


def _rows(
    frame: pd.DataFrame, record: StudyRecord, words: Sequence[str], seeds: Sequence[int], seed: str | None
) -> list[Row]:
    """One row per run: what was set is its config, what was measured its responses."""
    config, responses, rest = _parts(frame, record, seed)
    origin = {"source": record.unknown[MARK]}
    now = datetime.now(UTC)
    rows = []
    for i, values in enumerate(frame.to_dict("records")):
        flags = {name: _plain(values[name]) for name in config if not _is_missing(values[name])}
        numbers = {name: _number(values[name]) for name in responses}
        status = "error"
        if words[i] == OK:
            status = "ok" if numbers.get(record.response) is not None else "diverged"
        start, seconds = _started(values.get("started"), now), _number(values.get("seconds")) or 0.0
        rows.append(
            Row(
                key=run_key(flags, seeds[i], origin),
                study=record.study,
                cell=cell_key(flags, origin),
                seed=seeds[i],
                status=status,
                config=flags,
                responses=numbers if status == "ok" else {},
                identity=origin,
                provenance={name: str(values[name]) for name in rest if not _is_missing(values[name])},
                started=start.isoformat(),
                finished=(start + timedelta(seconds=max(seconds, 0.0))).isoformat(),
                seconds=max(seconds, 0.0),
                error=None if status != "error" else f"{words[i]}, as the source says",
            )
        )
    return rows


def _parts(
    frame: pd.DataFrame, record: StudyRecord, seed: str | None
) -> tuple[list[str], list[str], list[str]]:
    """The columns that are config, responses and provenance."""
    roles: Mapping[str, str] = frame.attrs.get(ROLES, {})
    config, responses, rest = [], [], []
    for column in describe(frame):
        role = roles.get(column.name)
        if column.name in (seed, "started", "seconds"):
            continue
        if column.name in record.factors or role == "flag":
            config.append(column.name)
        elif column.name in record.reported or role == "response" or column.kind in ("response", "cost"):
            responses.append(column.name)
        elif column.kind in ("factor", "numeric", "block", "set"):
            config.append(column.name)
        else:
            rest.append(column.name)
    return config, responses, rest


def _commit(store: Store, rows: Sequence[Row]) -> int:
    """Write rows that are not there yet; return how many runs have only failed."""
    snapshot = store.scan()
    for row in rows:
        if row.is_final and row.key not in snapshot.rows:
            store.commit(row)
    done = {*snapshot.rows, *(row.key for row in rows if row.is_final)}
    failed = {row.key: row for row in rows if row.key not in done}
    for key, row in failed.items():
        if key not in snapshot.attempts:
            store.commit(row)
    return len(failed)


def _started(text: object, now: datetime) -> datetime:
    """When a run began; now where nobody knows. A time without a zone is that of this machine."""
    if not isinstance(text, str) or not text:
        return now
    return datetime.fromisoformat(text).astimezone(UTC)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _plain(value: Any) -> object:
    """A value of a table as JSON has it."""
    return value.item() if isinstance(value, np.generic) else value


def _number(value: object) -> float | None:
    number = pd.to_numeric(value, errors="coerce")
    return float(number) if np.isfinite(number) else None


def levels_of(column: pd.Series, factor: Factor) -> list[object]:
    """The levels of a factor with their own types, in their order."""
    first = dict(zip(reversed(factor.codes), reversed(list(column)), strict=True))
    return [_plain(first[i]) for i in range(len(factor.levels))]
