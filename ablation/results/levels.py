"""The levels of factors in the metadata of a Parquet file: Parquet itself keeps only the order of texts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ablation.extras import needed
from ablation.results.canonical import canonical
from ablation.results.columns import level_names

if TYPE_CHECKING:
    import pandas as pd

_KEY = b"ablation.levels"
"""In the schema's metadata: a JSON object, column -> its levels, the reference first."""

_WITHIN_64_BITS = range(-(2**63), 2**63)


def parquet_with_levels(frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet, with the levels of its categories.

    A factor whose levels have several types, or numbers beyond 64 bits, becomes text in the file; its levels
    keep their types in the metadata.
    """
    import pandas as pd
    import pyarrow
    from pyarrow import parquet

    typed, levels = frame.copy(), {}
    typed.attrs = {}
    for name in typed.columns:
        column = typed[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            levels[str(name)] = column.cat.categories.tolist()
            typed[name] = column.cat.rename_categories(_stored(levels[str(name)]))
        elif column.dtype == object and len({type(value) for value in column if value is not None}) > 1:
            typed[name] = [None if value is None else _text(value) for value in column]
    table = pyarrow.Table.from_pandas(typed, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), _KEY: json.dumps(levels).encode()}
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(metadata), buffer)
    return buffer.getvalue()


def read_typed(open_bytes: Callable[[], BinaryIO], kind: str) -> pd.DataFrame:
    """Read a Parquet or Feather file; levels in its metadata become ordered categories again.

    Args:
        open_bytes: opens the file.
        kind: `parquet` or `feather`.

    Raises:
        ValueError: the file is none.
    """
    import pandas as pd

    with needed("Parquet and Feather files need"):
        import pyarrow  # noqa: F401  (without it pandas speaks of an engine)
    with open_bytes() as file:
        data = file.read()
    read = pd.read_parquet if kind == "parquet" else pd.read_feather
    frame: pd.DataFrame = read(io.BytesIO(data))
    return _restored(frame, _levels(io.BytesIO(data), kind), _stored)


def with_levels_beside(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Give a study's CSV the levels of the Parquet file that was written with it, if their texts agree."""
    beside = path.with_suffix(".parquet")
    if path.suffix != ".csv" or not beside.is_file():
        return frame
    levels = _levels(io.BytesIO(beside.read_bytes()), "parquet")
    return _restored(frame, levels, lambda known: [str(level) for level in known])


def _text(value: object) -> str:
    """A level as text: texts as they are, anything else as JSON."""
    return value if isinstance(value, str) else canonical(value)


def _levels(file: BinaryIO, kind: str) -> Mapping[str, list[Any]]:
    """Column -> levels; nothing where the file has no such note."""
    with needed("Files of tables need"):
        import pyarrow
        from pyarrow import parquet
    try:
        schema = parquet.read_schema(file) if kind == "parquet" else pyarrow.ipc.open_file(file).schema
        levels = json.loads((schema.metadata or {}).get(_KEY, b"{}"))
    except (pyarrow.ArrowException, OSError, ValueError):
        return {}
    return levels if isinstance(levels, dict) else {}


def _restored(
    frame: pd.DataFrame, levels: Mapping[str, list[Any]], stored: Callable[[Sequence[Any]], list[Any]]
) -> pd.DataFrame:
    """Columns whose values are all among the levels become ordered categories of these."""
    import pandas as pd

    for name, known in levels.items():
        if name not in frame.columns:
            continue
        place = {value: i for i, value in enumerate(stored(known))}
        values = frame[name].astype(object)
        codes = values.map(place)
        if len(place) < len(known) or (codes.isna() & values.notna() & (values != "")).any():
            continue
        categories: Any = pd.Index(level_names(known))
        frame[name] = pd.Categorical.from_codes(
            codes.fillna(-1).astype(int), categories=categories, ordered=True
        )
    return frame


def _stored(levels: Sequence[Any]) -> list[Any]:
    """Levels as they stand in the file: as text where Parquet has no common type for them."""
    numbers = [level for level in levels if isinstance(level, int)]
    if len({type(level) for level in levels}) <= 1 and all(n in _WITHIN_64_BITS for n in numbers):
        return list(levels)
    texts = [*map(_text, levels)]
    return texts if len(set(texts)) == len(texts) else [*map(canonical, levels)]
