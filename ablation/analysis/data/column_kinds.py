"""What a column of a table of runs seems to be: a setting, an outcome, a seed, a clock, a label."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.endings import ending_columns
from ablation.analysis.data.epochs import is_clock
from ablation.analysis.data.factors import Ints, read_factor
from ablation.analysis.data.spelling import numbers_in
from ablation.results import OWN_COLUMNS
from ablation.results.direction import likely_direction, sounds_like_an_outcome

BLOCKS = {
    "seed", "seeds", "fold", "folds", "split", "replicate", "replication", "repeat", "repetition", "rep",
}  # fmt: skip
SETS = {"data", "dataset", "datasets", "task", "env", "environment", "benchmark", "problem"}
"""Words in the names of blocks: what repeats a cell, and the data sets on which it is repeated."""


def set_column(blocks: Sequence[str]) -> str | None:
    """Which of two blocks is the data set: by its name, or because the other repeats within it."""
    if len(blocks) != 2:
        return None
    sets = [name for name in blocks if words_of(name) & SETS and not words_of(name) & BLOCKS]
    sets = sets or [name for name in blocks if not words_of(name) & BLOCKS]
    return sets[0] if len(sets) == 1 else None


_LABELS = {"id", "name", "key", "uuid", "hash", "run", "trial", "index", "unnamed", "cell", "study", "number"}
_TIMES = {"created", "started", "finished", "start", "end", "date", "datetime", "timestamp", "updated"}
_PLACES = {
    "commit", "device", "host", "hostname", "user", "python", "gpu", "machine", "path", "notes", "tags",
}  # fmt: skip
_SPREADS = {"std", "sd", "se", "sem", "var", "stderr", "ci"}
_SETTINGS = {"params", "param", "config", "hparams", "hyperparameters", "flags", "args"}
_NUMERIC = {
    "lr", "lrate", "learning", "decay", "wd", "dropout", "momentum", "temperature", "depth", "width",
    "batch",
}  # fmt: skip
"""Words in the names of settings, also where every run has a number of its own, as in a random search."""

_COSTS = {
    "seconds", "second", "secs", "sec", "time", "duration", "runtime", "latency", "memory", "flops",
    "bytes",
}  # fmt: skip
ROLES = "roles"
"""In the `attrs` of a table that knows: column -> `flag` (it was set) or `response` (it was measured)."""

MANY = 12
"""A number with more values than this is looked at as a number and not as levels."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column and what it seems to be.

    Attributes:
        name: its name.
        kind: `response`, `cost` (an outcome that seldom comes first), `factor`, `numeric`, `block`, `set` (of
            data), `ending`, `clock`, `constant`, `mark` (one value, or none), `label` (names rows), `time`,
            `place`, `spread`, `unknown`.
        is_wide: whether its numbers are positive and span more than a decade.
        codes: its levels in rows, -1 for missing (n_rows,).
        levels: as text, in their order.
        direction: of an outcome, as far as its name tells.
    """

    name: str
    kind: str
    codes: Ints
    levels: tuple[str, ...]
    direction: str | None = None
    is_wide: bool = False


def describe(table: pd.DataFrame, response: str | None = None) -> list[Column]:
    """Describe every column of a table with one row per run; the response may be known."""
    roles = table.attrs.get(ROLES, {}) | ({response: "response"} if response else {})
    endings = ending_columns(table, list(roles))
    return [
        _column(table, name, name in endings, roles.get(name))
        for name in table.columns
        if isinstance(name, str)
    ]


def _column(table: pd.DataFrame, name: str, is_ending: bool, role: str | None) -> Column:
    column = table[name]
    factor = read_factor(column, name)
    kind = _kind(column, name, len(factor.levels), is_ending)
    if kind == "constant" and factor.levels and role != "response" and (factor.codes < 0).any():
        kind = "place" if words_of(name) & (_PLACES | _TIMES | _LABELS) else "mark"
    kind = _as_told(kind, role, column, words_of(name), len(factor.levels))
    direction = None
    if kind in ("response", "cost"):
        direction = table.attrs.get("directions", {}).get(name) or likely_direction(name)
    numbers = _numbers(column) if kind == "numeric" else None
    is_wide = numbers is not None and bool(numbers.min() > 0 and numbers.max() > 10 * numbers.min())
    return Column(name, kind, factor.codes, factor.levels, direction, is_wide)


def _kind(column: pd.Series, name: str, n_levels: int, is_ending: bool) -> str:
    words = words_of(name)
    if is_ending:
        return "ending"
    if n_levels < 2:
        return "constant"
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        return "factor"  # as results have it
    for kind, known in (("place", _PLACES), ("time", _TIMES), ("block", BLOCKS), ("set", SETS)):
        if words & known and not (kind == "time" and _numbers(column) is not None):
            return kind
    if is_clock(name):
        return "clock"
    return _kind_of_value(column, name, words, n_levels)


def _as_told(kind: str, role: str | None, column: pd.Series, words: set[str], n_levels: int) -> str:
    """The kind of a column that is known to be a flag or a response."""
    if role is None or kind in ("constant", "mark") or (role == "flag" and kind in ("block", "set")):
        return kind
    if role == "response":
        return "cost" if words & _COSTS else "response"
    if _numbers(column) is None:
        return "label" if n_levels > len(column) / 2 else "factor"
    return "numeric" if n_levels > MANY or n_levels > max(len(column) / 3, 2) else "factor"


def _kind_of_value(column: pd.Series, name: str, words: set[str], n_levels: int) -> str:
    """The kind of a column by its values, where no word in its name tells it."""
    numbers, n = _numbers(column), len(column)
    is_label = bool(words & _LABELS) or name in OWN_COLUMNS
    if numbers is None:
        return "label" if is_label or n_levels > n / 2 else "factor"
    is_count = bool((numbers.dropna() % 1 == 0).all())
    is_fine = n_levels > max(n / (2 if is_count else 3), 2)
    if words & _SPREADS:
        return "spread"
    if not words & _SETTINGS and sounds_like_an_outcome(name) and is_fine:
        return "cost" if words & _COSTS else "response"
    if not is_fine:
        return "numeric" if n_levels > MANY else "factor"
    if words & (_SETTINGS | _NUMERIC):
        return "numeric"
    return "label" if is_label or (is_count and n_levels == n) else "unknown"


def words_of(name: str) -> set[str]:
    """The words in a column's name, in lower case; a random state is a seed."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", name)
    words = {word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word}
    return words | {"seed"} if {"random", "state"} <= words else words


def _numbers(column: pd.Series) -> pd.Series | None:
    """The column's finite numbers; None for one that holds words."""
    numbers = numbers_in(column)
    return None if numbers is None else numbers.where(np.isfinite(numbers))
