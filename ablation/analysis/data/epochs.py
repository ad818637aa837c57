"""Logs with a row per epoch: the last row of each run counts."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Bools, Floats, Ints, codes_of, group, read_factor
from ablation.analysis.notices import Notice

CLOCKS = (
    "step", "steps", "epoch", "epochs", "iteration", "iterations", "iter", "global_step",
    "trainer/global_step", "training_iteration", "round", "batch",
)  # fmt: skip
"""Columns, in lower case and without `_` before them, that count within a run."""

_RUNS = re.compile(r"(^|[^a-z])(run|runs|trial|id|name|key|uuid|version|seed|experiment|fold)([^a-z]|$)")
"""Names of columns that can tell runs apart."""

MIN_SHARE = 0.9
"""Of the stretches in which a clock runs, so many must look like a run's."""


def last_rows(
    table: pd.DataFrame, response: str, roles: Sequence[str]
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Keep the last row of each run, if a table has one row per epoch or step.

    It has where a column that is called so counts up within rows that are otherwise of one run, again and
    again from the same start in the same steps. Rows of one run have the same levels and block, and the same
    entry in every column that names runs (`run_id`, `seed` …); where these do not tell runs apart, one begins
    where the clock goes back. Where loggers wrote several rows per step, those without the response are
    passed over.

    Returns:
        The rows that count, and what is said of that.
    """
    for name in table.columns:
        if not is_clock(name) or name in (response, *roles):
            continue
        clock = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        identity = _identity(table, [*roles], exclude=(name, response))
        is_last = _last(identity, clock, np.ones(len(table), dtype=bool))
        is_last = _last(identity, clock, _logged(table[response])) if is_last is None else is_last
        if is_last is not None:
            facts = {"clock": str(name), "rows": len(table), "runs": int(is_last.sum())}
            ends = {"low": float(clock[is_last].min()), "high": float(clock[is_last].max())}
            return table[is_last], (Notice("last-rows", {**facts, **ends}),)
    return table, ()


def is_clock(name: object) -> bool:
    """Whether the name of a column is that of a counter within a run."""
    return str(name).lower().lstrip("_") in CLOCKS


def _identity(table: pd.DataFrame, roles: list[str], exclude: Sequence[str]) -> Ints:
    """The cell and block of each row, as far as other columns do not tell its run, (n_rows,)."""
    telling = [n for n in table.columns if _RUNS.search(str(n).lower()) and n not in (*roles, *exclude)]
    columns = [table[name] for name in [*roles, *telling]]
    codes = [codes_of(read_factor(column, str(column.name))) for column in columns]
    codes = [code for code in codes if code.max(initial=0) < len(table) - 1]  # a number per row tells no runs
    return group(codes) if codes else np.zeros(len(table), dtype=np.intp)


def _logged(response: pd.Series) -> Bools:
    """Rows that have something in the column of the response, be it `nan` in words."""
    return np.asarray(response.notna() & (response.astype(str).str.strip() != ""), dtype=bool)


def _last(identity: Ints, clock: Floats, looked_at: Bools) -> Bools | None:
    """The last row of each run among those looked at; None if they are not the log of a clock.

    A run of which no row is looked at keeps its last one.
    """
    rows = np.flatnonzero(looked_at)
    if len(rows) < 2 or not np.isfinite(clock[rows]).all():
        return None
    rows = rows[np.argsort(identity[rows], kind="stable")]
    ends = np.ones(len(rows), dtype=bool)
    ends[:-1] = (np.diff(identity[rows]) != 0) | (np.diff(clock[rows]) <= 0)
    if not _is_log(np.cumsum(ends) - ends, clock[rows]):
        return None
    is_last = np.zeros(len(clock), dtype=bool)
    is_last[rows[ends]] = True
    without = ~np.isin(identity, identity[rows])
    is_last[
        pd.Series(np.arange(len(clock)))[without].groupby(identity[without]).max().to_numpy(dtype=np.intp)
    ] = True
    return is_last


def _is_log(run: Ints, clock: Floats) -> bool:
    """Whether stretches of a growing clock are runs: one start, the same steps, most of some length."""
    grid, place = np.unique(clock, return_inverse=True)
    n = np.bincount(run)
    first, last = np.flatnonzero(np.diff(run, prepend=-1)), np.flatnonzero(np.diff(run, append=run[-1] + 1))
    on_grid = (place[first] == 0) & (place[last] == n - 1)
    within = np.diff(run) == 0
    shortest, longest = np.full(len(n), np.inf), np.zeros(len(n))
    np.minimum.at(shortest, run[1:][within], np.diff(clock)[within])
    np.maximum.at(longest, run[1:][within], np.diff(clock)[within])
    if (on_grid | ((shortest == longest) & (n >= 3))).mean() < MIN_SHARE:
        return False
    return len(grid) > 1 and bool(n.min() == n.max() or (n >= 3).mean() >= 0.5)
