"""Which rows are analysed, which are left out, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ablation.analysis.data.duplicates import repeated_rows
from ablation.analysis.data.factors import (
    Bools,
    Factor,
    Floats,
    Predictor,
    read_covariate,
    read_factor,
)
from ablation.analysis.data.runs import Runs, statuses
from ablation.analysis.notices import Notice
from ablation.analysis.request import AnalysisRequest
from ablation.errors import UsageError
from ablation.words import counted, listed, quoted

DUPLICATE = "duplicate of an earlier row"


NO_WEIGHT = "no positive weight"


def _no_level(column: str) -> str:
    return f"no level of '{column}'"


@dataclass(frozen=True, eq=False)
class Selection:
    """Runs that count (`used`), all distinct runs and whether they failed, rows left out, notices."""

    used: Runs
    attempted: Runs
    failed: Bools
    excluded: pd.DataFrame
    notices: tuple[Notice, ...]


def select_rows(table: pd.DataFrame, asked: AnalysisRequest) -> Selection:
    """Sort the rows of a table into those that count and those that are left out, each with its reason.

    Left out are rows without a level, block or weight, duplicates, and failed runs: those whose response is
    not a finite number, or whose `status` is not `ok` in a table that has such a column.

    Raises:
        UsageError: no row is left.
    """
    runs = _read_roles(table, asked)
    reason = np.full(len(table), "", dtype=object)
    for part in (*runs.predictors, *([runs.block] if runs.block else [])):
        _mark(reason, _missing(part), _no_level(part.name))
    if runs.weights is not None:
        _mark(reason, ~(runs.weights > 0), f"{NO_WEIGHT} in '{asked.weights}'")
    _mark(reason, repeated_rows(table, runs, reason == ""), DUPLICATE)
    attempted = reason == ""
    failures = _failures(table, asked, runs.response)
    _mark(reason, failures != "", failures)
    used = reason == ""
    if not used.any():
        raise UsageError(_nothing_left(table, asked, reason))
    excluded = _excluded_table(table, asked, runs, reason)
    counting, tried = runs.rows(used), runs.rows(attempted)
    notices = (*_selection_notices(asked, reason, attempted, runs), *_failed_level_notices(counting, tried))
    return Selection(counting, tried, ~used[attempted], excluded, notices)


def _read_roles(table: pd.DataFrame, asked: AnalysisRequest) -> Runs:
    predictors: list[Predictor] = []
    for name in asked.factors:
        read = read_covariate if name in asked.numeric else read_factor
        predictors.append(read(table[name], str(name)))
    block = None if asked.block is None else read_factor(table[asked.block], str(asked.block))
    weights = None if asked.weights is None else read_covariate(table[asked.weights], asked.weights).values
    return Runs(_numbers(table[asked.response]), tuple(predictors), block, weights, table.index)


def _numbers(column: pd.Series) -> Floats:
    if pd.api.types.is_complex_dtype(column.dtype):
        raise UsageError(f"Expected real numbers in '{column.name}'. Received: complex numbers.")
    numbers: Floats = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _missing(part: Predictor) -> Bools:
    missing: Bools = part.codes < 0 if isinstance(part, Factor) else np.isnan(part.values)
    return missing


def _mark(reason: np.ndarray, where: Bools, text: object) -> None:
    fresh = where & (reason == "")
    reason[fresh] = text[fresh] if isinstance(text, np.ndarray) else text


def _failures(table: pd.DataFrame, asked: AnalysisRequest, response: Floats) -> np.ndarray:
    """Why each run failed, '' for those that did not; size (n_rows,)."""
    reason = np.full(len(table), "", dtype=object)
    broken = np.flatnonzero(~np.isfinite(response))
    raw = table[asked.response].iloc[broken]
    reason[broken] = [f"response is {str(value).strip() or 'empty'}" for value in raw]
    status = statuses(table, asked.columns)
    if status is not None:
        _mark(reason, status != "ok", np.array([f"status is {s}" for s in status], dtype=object))
    return reason


def _excluded_table(
    table: pd.DataFrame, asked: AnalysisRequest, runs: Runs, reason: np.ndarray
) -> pd.DataFrame:
    out = np.flatnonzero(reason != "")
    return pd.DataFrame(
        {
            "row": list(runs.labels[out]),
            "reason": [reason[i] for i in out],
            "cell": [runs.cell_text(int(i)) for i in out],
            "response": [str(v) for v in table[asked.response].iloc[out]],
        },
        columns=["row", "reason", "cell", "response"],
    )


def _selection_notices(
    asked: AnalysisRequest, reason: np.ndarray, attempted: Bools, runs: Runs
) -> tuple[Notice, ...]:
    left_out = dict.fromkeys(reason[(reason != "") & ~attempted])
    notices = [_left_out_notice(asked, text, int((reason == text).sum())) for text in left_out]
    failed = np.flatnonzero(attempted & (reason != ""))
    if len(failed):
        cells = runs.cells[failed]
        first = failed[np.sort(np.unique(cells, return_index=True)[1])]
        facts = {"failed": len(failed), "attempted": int(attempted.sum())}
        notices.append(Notice("failed-runs", {**facts, "cells": [runs.levels(int(i)) for i in first]}))
    return tuple(notices)


def _failed_level_notices(used: Runs, attempted: Runs) -> list[Notice]:
    """Levels of which no run is left, of factors that still have some to compare.

    Of a factor with one level left `drop_constant` speaks.
    """
    notices = []
    for before, after in zip(attempted.factors, used.factors, strict=True):
        for i, level in enumerate(before.levels):
            if level in after.levels or len(after.levels) < 2:
                continue
            facts = {"factor": before.name, "level": level, "runs": int((before.codes == i).sum())}
            notices.append(Notice("failed-level", {**facts, "reference": after.levels[0] if i == 0 else ""}))
    return notices


def _left_out_notice(asked: AnalysisRequest, reason: str, n: int) -> Notice:
    if reason == DUPLICATE:
        return Notice("duplicate-rows", {"rows": n})
    if reason.startswith(NO_WEIGHT):
        return Notice("missing-weight", {"rows": n, "column": asked.weights})
    column = next(name for name in asked.columns if reason == _no_level(name))
    return Notice("missing-level", {"rows": n, "column": column})


def _nothing_left(table: pd.DataFrame, asked: AnalysisRequest, reason: np.ndarray) -> str:
    shown = [str(v) for v in table[asked.response].iloc[:3]]
    why = listed(list(dict.fromkeys(reason)), 3)
    return (
        f"Expected at least one run with a finite number in '{asked.response}'. Received: {shown} …, "
        f"{counted(len(table), 'row')} all left out: {why}. Check the column and the runs' logs."
    )


def drop_constant(runs: Runs, asked: AnalysisRequest) -> tuple[Runs, tuple[Notice, ...]]:
    """Leave out factors and blocks that have a single level (covariates: a single value), with a notice.

    Raises:
        UsageError: nothing varies.
    """
    constant = [p for p in runs.predictors if _single(p)]
    kept = tuple(p for p in runs.predictors if not _single(p))
    if not kept:
        raise UsageError(
            f"Expected a factor with at least two levels among {listed(quoted(asked.factors))}. "
            "Received: one level of each in the runs that finished. Nothing can be compared."
        )
    notices = [_single_notice(p) for p in constant]
    block = runs.block
    if block is not None and len(block.levels) < 2:
        notices.append(Notice("single-block", {"block": block.name}))
        block = None
    return replace(runs, predictors=kept, block=block), tuple(notices)


def _single(part: Predictor) -> bool:
    return len(part.levels) < 2 if isinstance(part, Factor) else bool(np.ptp(part.values) == 0)


def _single_notice(part: Predictor) -> Notice:
    level = part.levels[0] if isinstance(part, Factor) else f"{part.values[0]:g}"
    return Notice("single-level", {"factor": part.name, "level": level})
