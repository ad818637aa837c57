"""Read a DataFrame, a file or a study's folder as one DataFrame, with levels as they were written."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ablation.analysis.data.json_lines import read_json, read_json_lines
from ablation.analysis.data.text_tables import Open, read_text_table
from ablation.errors import UsageError
from ablation.extras import needed
from ablation.results.levels import read_typed, with_levels_beside

Reader = Callable[[Open, str], pd.DataFrame]


def _typed(kind: str) -> Reader:
    return lambda open_bytes, _: read_typed(open_bytes, kind)


READERS: dict[str, Reader] = {
    ".csv": partial(read_text_table, separator=","),
    ".tsv": partial(read_text_table, separator="\t"),
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".parquet": _typed("parquet"),
    ".feather": _typed("feather"),
}
"""The extension of a file -> how its bytes become a table."""


def _open_zst(path: Path) -> Any:
    with needed("Files that end in .zst need"):
        import pyarrow  # has the codec, which Python has from 3.14 on
    return pyarrow.CompressedInputStream(pyarrow.OSFile(str(path)), "zstd")


OPENERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _open_zst,
}
"""The last extension of a compressed file -> how to open it."""

FILES = f"a file ({', '.join(READERS)}; also with {', '.join(OPENERS)} after it)"


def read_table(table: pd.DataFrame | str | Path) -> pd.DataFrame:
    """Read a table of runs.

    Args:
        table: a DataFrame; a file (`READERS`, `OPENERS`); or a study folder, read by `ablation.results`.

    Returns:
        One row per run. Cells of CSV and TSV files stay text, so that levels such as `None` and `NA` survive.

    Raises:
        UsageError: nothing is there, or it is of another kind, or two columns have one name.
    """
    if isinstance(table, pd.DataFrame):
        return table
    if not isinstance(table, str | Path):
        raise UsageError(
            f"Expected a DataFrame, {FILES} or a study folder. Received: {type(table).__name__}."
        )
    path = Path(table)
    if path.is_dir():
        from ablation.results import read  # the store is needed only for study folders

        frame: pd.DataFrame = read(path)
        return frame
    return _read_file(path)


def is_table(path: Path) -> bool:
    """Whether a file's name says that it is a table that can be read."""
    return _reader(path) is not None


def _reader(path: Path) -> tuple[Reader, Callable[[Path], Any]] | None:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    opener = OPENERS.get(suffixes.pop()) if suffixes and suffixes[-1] in OPENERS else None
    reader = READERS.get(suffixes[-1]) if suffixes else None
    return None if reader is None else (reader, opener or partial(Path.open, mode="rb"))


def _read_file(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise UsageError(f"Expected a table of runs. Received: {path}, which does not exist. Check the path.")
    known = _reader(path)
    if known is None:
        raise UsageError(f"Expected {FILES} or a study folder. Received: {path}. Convert it first.")
    reader, opener = known
    try:
        frame = reader(partial(opener, path), str(path))
    except (
        ValueError,
        OSError,
        EOFError,
        lzma.LZMAError,
    ) as error:  # those of pandas and Arrow are ValueErrors
        raise UsageError(
            f"Expected a table of runs in {path}: CSV in UTF-8 with a line of names and as many entries in "
            f"every line, or one of {', '.join(READERS)}, whole. Received: {error}."
        ) from error
    return with_levels_beside(_without_repeats(frame, path), path)


def _without_repeats(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """One column for each name; a column may be there twice if both are the same.

    Raises:
        UsageError: two columns that differ have one name.
    """
    repeated = frame.columns.duplicated()
    for i in repeated.nonzero()[0]:
        name = frame.columns[i]
        first = list(frame.columns).index(name)
        if not frame.iloc[:, first].equals(frame.iloc[:, i]):
            raise UsageError(
                f"Expected every column of {path} once. Received: '{name}' as column {first + 1} and as "
                f"column {i + 1}, with different values. Rename one of them."
            )
    return frame.loc[:, ~repeated]
