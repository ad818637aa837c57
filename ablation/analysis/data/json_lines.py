"""Tables as JSON: one object per line, or a list of objects."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ablation.analysis.data.text_tables import Open
from ablation.errors import UsageError


def read_json_lines(open_bytes: Open, name: str) -> pd.DataFrame:
    """Read JSON lines; `NaN` and `Infinity` are accepted, as Python and Ray write them.

    Nested objects become columns with a dot in their name (`config.lr`), lists their JSON text; null is
    nothing. Numbers, truth values and text stay what they are.

    Raises:
        UsageError: a line is no object, or names something twice.
    """
    with io.TextIOWrapper(open_bytes(), encoding="utf-8-sig") as file:
        return pd.DataFrame([_flat(entry) for entry in _objects(file, name)])


def read_json(open_bytes: Open, name: str) -> pd.DataFrame:
    """Read a list of objects, or JSON lines, as `read_json_lines` does.

    Raises:
        UsageError: as there.
    """
    with io.TextIOWrapper(open_bytes(), encoding="utf-8-sig") as file:
        text = file.read()
    if not text.lstrip().startswith("["):
        return pd.DataFrame([_flat(entry) for entry in _objects(io.StringIO(text), name)])
    try:
        rows = json.loads(text, object_pairs_hook=_distinct)
    except ValueError as error:
        raise _refused(name, str(error)) from error
    if not all(isinstance(row, dict) for row in rows):
        raise _refused(name, "a list with entries that are no objects")
    return pd.DataFrame([_flat(row) for row in rows])


def _objects(lines: io.TextIOBase, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line, object_pairs_hook=_distinct)
        except ValueError as error:
            raise _refused(name, f"line {number}, {error}") from error
        if not isinstance(entry, dict):
            raise _refused(name, f"line {number}, which holds {line.strip()[:40]}")
        yield entry


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"'{twice}' twice in one object")
    return entry


def _flat(entry: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, dict) and value:
            flat.update(_flat(value, f"{start}{key}."))
        else:
            flat[f"{start}{key}"] = json.dumps(value) if isinstance(value, list | dict) else value
    return flat


def _refused(name: str, received: str) -> UsageError:
    return UsageError(
        f"Expected a table of runs in {name}: one JSON object per line, with every name once. "
        f"Received: {received}. A line that was cut off when its program ended can be removed."
    )
