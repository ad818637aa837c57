"""From runs of any tool to one table."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from ablation.analysis.data.column_kinds import ROLES
from ablation.errors import UsageError
from ablation.results.columns import names_in
from ablation.sources.source import Found, Run

FLAG, RESPONSE = "flag", "response"


def table(found: Found, place: str) -> pd.DataFrame:
    """One row per run.

    A flag or response whose name is taken gets its kind before it, such as `response.status`.

    Returns:
        See `ablation.sources.read`. `attrs[ROLES]` has, for flags and responses, which of these a column is;
        `attrs["directions"]` what the tool knows of its responses; `attrs["doubts"]` what is not sure.

    Raises:
        UsageError: there are no runs, or two flags of a run have one name.
    """
    runs = found.runs
    if not runs:
        raise UsageError(f"{place}: expected runs. Received: none. Check the name and the settings.")
    columns: dict[str, object] = {"run": [run.name for run in runs]}
    if any(run.status for run in runs):
        columns["status"] = [run.status for run in runs]
    roles: dict[str, str] = {}
    directions = {}
    flags = [flat(run.flags, run.name, place) for run in runs]
    for name in names_in(flags):
        title = _free(name, "config", columns)
        values = [flag.get(name) for flag in flags]
        columns[title], roles[title] = (typed(values) if found.are_texts else values), FLAG
    for name in names_in([run.responses for run in runs]):
        title = _free(name, "response", columns)
        columns[title], roles[title] = [_number(run.responses.get(name)) for run in runs], RESPONSE
        if name in found.directions:
            directions[title] = found.directions[name]
    for name in names_in([run.others for run in runs]):
        others = [_leaf(run.others[name]) if name in run.others else None for run in runs]
        columns[_free(name, "other", columns)] = others
    for name, values in _times(runs):
        if columns.setdefault(name, values) is values and name == "seconds":
            roles[name] = RESPONSE
    frame = pd.DataFrame({name: _column(values, roles.get(name)) for name, values in columns.items()})
    frame.attrs = {ROLES: roles, "directions": directions, "doubts": found.doubts}
    return frame


def flat(flags: Mapping[str, object], run: str, place: str) -> dict[str, object]:
    """Nested flags under one name each: `optimizer: {lr: 0.1}` is `optimizer.lr`.

    Lists, and null, become their JSON text; a number that is not finite becomes its word.

    Raises:
        UsageError: two flags get one name, and differ.
    """
    if not any(isinstance(value, dict | list | tuple | float) or value is None for value in flags.values()):
        return dict(flags)
    named: dict[str, object] = {}
    for name, value in _leaves(flags):
        if name in named and named[name] != value:
            raise UsageError(
                f"{place}: expected every flag once. Received: {name} twice in run {run}, with the values "
                f"{named[name]!r} and {value!r}. Rename one of them."
            )
        named[name] = value
    return named


def typed(values: Sequence[object]) -> list[object]:
    """Texts as numbers or booleans, if all of them are; else unchanged."""
    for read in (_integer, _decimal, _truth):
        known: dict[object, object] = {None: None}
        try:
            return [known[v] if v in known else known.setdefault(v, read(str(v))) for v in values]
        except ValueError:
            continue
    return list(values)


def typed_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of texts, as a CSV is read, with numbers and truth values; an empty cell is nothing."""
    if any(not pd.api.types.is_string_dtype(kind) for kind in frame.dtypes):
        return frame
    columns = {
        name: [text if isinstance(text, str) and text != "" else None for text in frame[name]]
        for name in frame
    }
    return pd.DataFrame({name: _column(typed(values), FLAG) for name, values in columns.items()})


def _integer(text: str) -> int:
    if text != str(int(text)):
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> float:
    if re.match(r"[+-]?0\d|.*_", text) or not math.isfinite(
        float(text)
    ):  # 007 and 1_000 are names, NaN a word
        raise ValueError(text)
    return float(text)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _leaves(flags: Mapping[str, object], start: str = "") -> Iterator[tuple[str, object]]:
    for key, value in flags.items():
        name = f"{start}{key}"
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, _leaf(value)


def _leaf(value: object) -> object:
    if isinstance(value, dict | list | tuple) or value is None:
        return json.dumps(value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _free(name: str, kind: str, columns: Mapping[str, object]) -> str:
    """The name, or with its kind before it where it is taken."""
    return f"{kind}.{name}" if name in columns or name in ("started", "run", "status") else name


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _times(runs: Sequence[Run]) -> Iterator[tuple[str, list[object]]]:
    wanted: dict[str, Callable[[Run], object]] = {
        "started": lambda run: run.started or None,
        "seconds": lambda run: run.seconds,
    }
    for name, get in wanted.items():
        values = [get(run) for run in runs]
        if any(value is not None for value in values):
            yield name, values


def _column(values: object, role: str | None) -> pd.Series:
    """Flags keep their own types, also beside a missing one; other columns are as pandas takes them."""
    if role != FLAG:
        return pd.Series(values)
    kinds = {type(value) for value in values}  # type: ignore[attr-defined]
    is_plain = len(kinds) == 1 or kinds == {float, type(None)}
    return pd.Series(values) if is_plain else pd.Series(values, dtype=object)
