"""The results table: one row per finished run, with proper types."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ablation.results.columns import config_values, factor_column, names_in, plain_column, varies
from ablation.results.cost_file import with_costs
from ablation.results.opening import open_existing
from ablation.results.record import StudyRecord
from ablation.results.row import Row
from ablation.results.store import Snapshot

if TYPE_CHECKING:
    import pandas as pd

_FIRST = ("study", "cell", "seed", "key", "status")
_LAST = ("started", "finished", "seconds")
OWN_COLUMNS = (*_FIRST, *_LAST)
"""Columns that every table has, whatever a study varies or measures."""


def read(path: str | os.PathLike[str], design_only: bool = False) -> pd.DataFrame:
    """Read a study's finished runs.

    Args:
        path: The study's folder, such as `runs/quick`, or a URL, as for `open_store`.
        design_only: Keep only the runs of the study's present design (the keys in its record).

    Returns:
        One line per finished run (`ok` or `diverged`), ordered by cell as they first appear in the design (or
        by id without one) and by seed. Columns: study, cell, seed, key, status; every factor (ordered
        categorical, reference first, levels as stored); responses (float, NaN where not measured); other
        config entries that vary; provenance; identity; started, finished (UTC), seconds; what
        `ablation costs` has measured of its cell. A name that is taken gets its kind before it, such as
        `response.seed`. `attrs["excluded"]` lists (path, reason) of what is damaged; `attrs["missing"]` the
        keys of the design that have no finished run.

    Raises:
        UsageError: There is no such folder, or the study's record is damaged.
    """
    return with_costs(table(open_existing(path).scan(), design_only), path)


def table(snapshot: Snapshot, design_only: bool = False) -> pd.DataFrame:
    """Make the table of `read` from a snapshot.

    Returns:
        As for `read`.
    """
    import pandas as pd

    record = snapshot.record
    rows = _ordered(snapshot.rows.values(), record.keys, design_only)
    columns: dict[str, object] = {name: [getattr(row, name) for row in rows] for name in _FIRST}
    _add_config(columns, rows, record)
    _add_identity(columns, rows)
    for name in ("started", "finished"):
        times = [getattr(row, name) for row in rows]
        columns[name] = pd.to_datetime(
            pd.Series(times, dtype=object), utc=True, format="ISO8601", errors="coerce"
        )
    columns["seconds"] = [row.seconds for row in rows]
    frame = pd.DataFrame(columns).astype({"seed": "int64", "seconds": "float64"})
    frame.attrs["excluded"] = [(bad.path, bad.reason) for bad in snapshot.quarantined]
    frame.attrs["missing"] = [key for key in record.keys if key not in snapshot.rows]
    return frame


def _ordered(rows: Iterable[Row], design: Sequence[str], design_only: bool) -> list[Row]:
    """Cells in the order of the design, then other cells by id; within a cell by seed."""
    position = {key: i for i, key in enumerate(design)}
    selected = [row for row in rows if row.key in position or not design_only]
    first: dict[str, int] = {}
    for row in selected:
        place = position.get(row.key, len(position))
        first[row.cell] = min(place, first.get(row.cell, place))
    return sorted(selected, key=lambda row: (first[row.cell], row.cell, row.seed, row.key))


def _add_config(columns: dict[str, object], rows: list[Row], record: StudyRecord) -> None:
    """Add factors, responses, and what else varies, in this order."""
    configs = [row.config for row in rows]
    for name, levels in record.factors.items():
        values = config_values(configs, name, record.defaults)
        if known := record.cell_levels.get(name):
            values = [known.get(row.cell, value) for row, value in zip(rows, values, strict=True)]
        columns[_free(name, "config", columns)] = factor_column(values, levels)
    for name in names_in(row.responses for row in rows):
        columns[_free(name, "response", columns)] = _floats([row.responses.get(name) for row in rows])
    for name in names_in(configs):
        values = config_values(configs, name, record.defaults)
        if name not in record.factors and varies(values):
            columns[_free(name, "config", columns)] = plain_column(values)


def _add_identity(columns: dict[str, object], rows: list[Row]) -> None:
    """Add where the runs ran and what data they saw."""
    for name in names_in(row.provenance for row in rows):
        columns[_free(name, "provenance", columns)] = [row.provenance.get(name) for row in rows]
    for name in names_in(row.identity for row in rows):
        columns[f"identity.{name}"] = plain_column([row.identity.get(name) for row in rows])


def _free(name: str, kind: str, columns: Mapping[str, object]) -> str:
    return f"{kind}.{name}" if name in columns or name in _LAST else name


def _floats(values: list[float | None]) -> object:
    import numpy as np

    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
