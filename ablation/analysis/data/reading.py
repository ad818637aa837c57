"""From what the caller hands in (DataFrame, file, study folder) to one DataFrame, levels kept as written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ablation.errors import UsageError


def read_table(table: pd.DataFrame | str | Path) -> pd.DataFrame:
    """Read a table of runs.

    Args:
        table: a DataFrame; a `.parquet` or `.csv` file; or a study folder, read by `ablation.results`.

    Returns:
        One row per run. A CSV's columns stay text, so that levels such as `None` and `NA` survive.

    Raises:
        UsageError: nothing is there, or it is of another kind.
    """
    if isinstance(table, pd.DataFrame):
        return table
    if not isinstance(table, str | Path):
        raise UsageError(
            "Expected a DataFrame, a file (.parquet, .csv) or a study folder. "
            f"Received: {type(table).__name__}."
        )
    return _read_path(Path(table))


def _read_path(path: Path) -> pd.DataFrame:
    if path.is_dir():
        from ablation.results import read  # the store is needed only for study folders

        frame: pd.DataFrame = read(path)
        return frame
    if not path.exists():
        raise UsageError(f"Expected a table of runs. Received: {path}, which does not exist. Check the path.")
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (ValueError, OSError) as error:  # pandas' and Arrow's complaints are ValueErrors
        raise UsageError(
            f"Expected a table of runs in {path}: CSV in UTF-8 with a line of names and as many entries in "
            f"every line, or Parquet. Received: {error}."
        ) from error
    raise UsageError(
        f"Expected a .parquet or .csv file or a study folder. Received: {path}. Convert it first."
    )
