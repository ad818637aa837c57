"""results.csv and results.parquet: views of the rows, safe to delete, rebuilt whole and replaced at once."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.files import Disk, make_folders, refusals, replace_durably
from ablation.results.canonical import canonical
from ablation.results.opening import is_url, open_store
from ablation.results.table import read

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Starts of text that a spreadsheet takes for a formula and runs."""


def gather(
    path: str | os.PathLike[str],
    folder: str | os.PathLike[str] | None = None,
    disk: Disk | None = None,
) -> pd.DataFrame:
    """Read a study, rebuild its views, `results.csv` and `results.parquet`, and sweep what crashes have left.

    Parquet keeps types and levels (a factor whose levels have several types becomes text). CSV is for people
    and spreadsheets: text that one would run as a formula gets an apostrophe before it, as OWASP advises.

    Args:
        path: The study's folder or URL.
        folder: Where the views go; the study's folder unless said otherwise.
        disk: The file system; tests give one that fails.

    Returns:
        The table, as `read` gives it.

    Raises:
        UsageError: There is no such folder, or it cannot be written to.
    """
    if folder is None and is_url(path):
        raise UsageError(
            "folder: expected a folder for the views, as the rows are in a database. Received: None."
        )
    frame = read(path)
    place, disk = Path(folder or path), disk or Disk()
    for name, data in (("results.csv", _csv(frame)), ("results.parquet", _parquet(frame))):
        with refusals("write", place / name):
            make_folders(disk, place)
            replace_durably(disk, place / name, data)
    open_store(path).sweep()
    return frame


def keys_of(table: Path) -> set[str]:
    """The runs in a study's `results.parquet`; none where it cannot be read."""
    import pyarrow
    from pyarrow import parquet

    try:
        return set(parquet.read_table(table, columns=["key"])["key"].to_pylist())
    except (OSError, pyarrow.ArrowException, KeyError):
        return set()


def _csv(frame: pd.DataFrame) -> bytes:
    plain = frame.copy()
    plain.columns = [_harmless(str(name)) for name in frame.columns]
    for name in plain.columns:
        column = plain[name]
        if column.dtype.kind not in "biufM":
            plain[name] = column.astype(object).map(_harmless)
    return bytes(plain.to_csv(index=False, lineterminator="\n").encode())


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _parquet(frame: pd.DataFrame) -> bytes:
    import pandas as pd

    typed = frame.copy()
    typed.attrs = {}
    for name in typed.columns:
        column = typed[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            levels = list(column.cat.categories)
            if len({type(level) for level in levels}) > 1:
                typed[name] = column.cat.rename_categories([_text(level) for level in levels])
        elif column.dtype == object and len({type(value) for value in column if value is not None}) > 1:
            typed[name] = [None if value is None else _text(value) for value in column]
    buffer = io.BytesIO()
    typed.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _text(value: object) -> str:
    return value if isinstance(value, str) else canonical(value)
