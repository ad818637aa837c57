"""results.csv and results.parquet: views of the rows, safe to delete; always rebuilt and replaced whole."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.files import Disk, make_folders, refusals, replace_durably
from ablation.results.levels import parquet_with_levels
from ablation.results.opening import is_url, open_existing
from ablation.results.store import Snapshot
from ablation.results.table import table

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters of text that a spreadsheet would run as a formula."""


def gather(
    path: str | os.PathLike[str],
    folder: str | os.PathLike[str] | None = None,
    disk: Disk | None = None,
) -> pd.DataFrame:
    """Read a study, rebuild `results.csv` and `results.parquet`, and remove what crashes have left behind.

    Args:
        path: The study's folder or URL.
        folder: Where the two files go; by default the study's folder.
        disk: The file system; tests pass one that fails.

    Returns:
        The table, as `read` gives it.

    Raises:
        UsageError: There is no such folder, it cannot be written to, or a URL is given without a folder.
    """
    if folder is None and is_url(path):
        raise UsageError(
            "folder: expected a folder for the views, as the rows are in a database. Received: None."
        )
    store = open_existing(path)
    frame = write_views(store.scan(), Path(folder or path), disk)
    store.sweep()
    return frame


def write_views(snapshot: Snapshot, folder: Path, disk: Disk | None = None) -> pd.DataFrame:
    """Write `results.csv` and `results.parquet`, each in one step.

    Parquet keeps types, and in its metadata the levels with their order (`ablation.results.levels`). CSV is
    for people and spreadsheets: text that a spreadsheet would run as a formula gets an apostrophe before it,
    as OWASP advises.

    Returns:
        The table. If the study has no rows, existing files stay as they are.

    Raises:
        UsageError: The folder cannot be written to.
    """
    frame, disk = table(snapshot), disk or Disk()
    for name, write in (("results.csv", _csv), ("results.parquet", parquet_with_levels)):
        path = folder / name
        if frame.empty and path.exists():
            continue
        with refusals("write", path):
            make_folders(disk, folder)
            replace_durably(disk, path, write(frame))
    return frame


def keys_of(parquet_file: Path) -> set[str]:
    """The keys of the runs in a study's `results.parquet`; none if it cannot be read."""
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(parquet_file) as file:  # `read_table` would import pandas for it
            return set(file.read(columns=["key"])["key"].to_pylist())
    except (OSError, pyarrow.ArrowException, KeyError):
        return set()


def _csv(frame: pd.DataFrame) -> bytes:
    plain = frame.copy()
    plain.columns = [_harmless(str(name)) for name in frame.columns]
    for name in plain.columns:
        column = plain[name]
        if column.dtype.kind not in "biufM":
            plain[name] = column.astype(object).map(_harmless)
    written = io.BytesIO()
    plain.to_csv(written, index=False, lineterminator="\n")
    return written.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(_FORMULA) else value


def without_apostrophes(frame: pd.DataFrame) -> pd.DataFrame:
    """Remove the apostrophes that keep text from being a formula, in a CSV that was read as text."""
    plain = frame.copy(deep=False)
    plain.columns = [_original(str(name)) for name in frame.columns]
    for i, name in enumerate(plain.columns):
        column = frame.iloc[:, i]
        if column.str.startswith("'").any():
            plain[name] = column.map(_original)
    return plain


def _original(text: str) -> str:
    quoted = text.startswith("'") and text.lstrip("'").startswith(_FORMULA)
    return text[1:] if quoted else text
