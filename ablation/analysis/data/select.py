"""Which rows are analysed, which are left out, and why."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.data.column_kinds import set_column
from ablation.analysis.data.duplicates import repeated_rows
from ablation.analysis.data.endings import OK, endings, is_unfinished
from ablation.analysis.data.factors import (
    Bools,
    Factor,
    Floats,
    Ints,
    Predictor,
    read_covariate,
    read_factor,
)
from ablation.analysis.data.left_out import (
    DUPLICATE,
    NO_WEIGHT,
    NOT_FINISHED,
    STATUS,
    failed_level_notices,
    left_out_notices,
    no_level,
    unfinished_notices,
)
from ablation.analysis.data.runs import Runs
from ablation.analysis.notices import Notice
from ablation.errors import UsageError
from ablation.naming import ELSEWHERE
from ablation.results.model_settings import LOG
from ablation.words import counted, listed, quoted


@dataclass(frozen=True, eq=False)
class Selection:
    """Runs that count (`used`) and their rows, all distinct runs and whether they failed, rows left out."""

    used: Runs
    positions: Ints
    attempted: Runs
    failed: Bools
    excluded: pd.DataFrame
    notices: tuple[Notice, ...]


def select_rows(table: pd.DataFrame, request: AnalysisRequest, diverged: Bools | None = None) -> Selection:
    """Sort the rows of a table into those that count and those that are left out, each with its reason.

    Left out are rows without a level, block or weight, duplicates, runs that had not finished, and failed
    runs: those whose response is not a finite number, or whose status says so (`endings`).

    Args:
        table: one row per run.
        request: what its columns mean.
        diverged: rows that count as failed although their response is finite (n_rows,).

    Raises:
        UsageError: no row is left.
    """
    runs = _read_roles(table, request)
    reason = np.full(len(table), "", dtype=object)
    for part in (*runs.predictors, *([runs.block] if runs.block else [])):
        _mark(reason, _missing(part), no_level(part.name))
    if runs.weights is not None:
        _mark(reason, ~(runs.weights > 0), f"{NO_WEIGHT} in '{request.trials or request.weights}'")
    _mark(reason, repeated_rows(table, runs, reason == ""), DUPLICATE)
    known, ended = reason == "", endings(table, request.columns)
    if ended is not None:
        _mark(reason, np.array([is_unfinished(word) for word in ended]), _of_status(ended, NOT_FINISHED))
    attempted = reason == ""
    failures = _failures(table[request.response], runs.response, ended)
    _mark(reason, failures != "", failures)
    if diverged is not None:
        far = [f"response is {value}, far from all others" for value in table[request.response]]
        _mark(reason, diverged, np.array(far, dtype=object))
    used = reason == ""
    if not used.any():
        raise UsageError(_nothing_left(table, request, reason))
    excluded = _excluded_table(table, request, runs, reason)
    counting, tried = runs.rows(used), runs.rows(attempted)
    notices = [
        *left_out_notices(request, reason, attempted, runs),
        *unfinished_notices(reason[known], runs.rows(known), ~attempted[known]),
        *failed_level_notices(counting, tried),
    ]
    return Selection(counting, np.flatnonzero(used), tried, ~used[attempted], excluded, tuple(notices))


def _read_roles(table: pd.DataFrame, request: AnalysisRequest) -> Runs:
    predictors: list[Predictor] = [
        read_covariate(table[name], str(name), request.numeric[name] == LOG)
        if name in request.numeric
        else factor_of(table, name, request)
        for name in request.factors
    ]
    block = None if request.block is None else read_factor(table[request.block], str(request.block))
    weighing = request.weights if request.trials is None else request.trials
    weights = None if weighing is None else read_covariate(table[weighing], weighing).values
    name = set_column(request.blocks)
    sets = None if name is None else read_factor(table[name], name)
    return Runs(_numbers(table[request.response]), tuple(predictors), block, weights, table.index, sets)


def factor_of(table: pd.DataFrame, name: str, request: AnalysisRequest) -> Factor:
    """A column as a factor, with the reference that was asked for.

    Raises:
        UsageError: no level is called so.
    """
    factor, reference = read_factor(table[name], str(name)), dict(request.reference)
    return factor.with_reference(reference[name]) if name in reference else factor


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


def _of_status(ended: np.ndarray, addition: str = "") -> np.ndarray:
    return np.array([f"{STATUS}{word}{addition}" for word in ended], dtype=object)


def _failures(raw: pd.Series, response: Floats, ended: np.ndarray | None) -> np.ndarray:
    """Why each run failed, '' for those that did not; size (n_rows,)."""
    reason = np.full(len(raw), "", dtype=object)
    broken = np.flatnonzero(~np.isfinite(response))
    reason[broken] = [f"response is {str(value).strip() or 'empty'}" for value in raw.iloc[broken]]
    if ended is not None:
        _mark(reason, ended != OK, _of_status(ended))
    return reason


def _excluded_table(
    table: pd.DataFrame, request: AnalysisRequest, runs: Runs, reason: np.ndarray
) -> pd.DataFrame:
    out = np.flatnonzero(reason != "")
    return pd.DataFrame(
        {
            "row": list(runs.labels[out]),
            "reason": [reason[i] for i in out],
            "cell": runs.texts_at(out),
            "response": [str(v) for v in table[request.response].iloc[out]],
        },
        columns=["row", "reason", "cell", "response"],
    )


def _nothing_left(table: pd.DataFrame, request: AnalysisRequest, reason: np.ndarray) -> str:
    shown = [str(v) for v in table[request.response].iloc[:3]]
    why = listed(list(dict.fromkeys(reason)), 3)
    return (
        f"Expected at least one run with a finite number in '{request.response}'. Received: {shown} …, "
        f"{counted(len(table), 'row')} all left out: {why}. Check the column and the runs' logs."
    )


def drop_constant(runs: Runs, request: AnalysisRequest) -> tuple[Runs, tuple[Notice, ...]]:
    """Leave out factors and blocks that have a single level (covariates: a single value), with a notice.

    Raises:
        UsageError: nothing varies.
    """
    nested = {each.factor for each in request.nested}
    constant = [p for p in runs.predictors if _single(p, p.name in nested)]
    varying = tuple(p for p in runs.predictors if not _single(p, p.name in nested))
    if not varying:
        raise UsageError(
            f"Expected a factor with at least two levels among {listed(quoted(request.factors))}. "
            "Received: one level of each in the runs that finished. Nothing can be compared."
        )
    notices = [_single_notice(p) for p in constant]
    block = runs.block
    if block is not None and len(block.levels) < 2:
        notices.append(Notice("single-block", {"block": block.name}))
        block = None
    return replace(runs, predictors=varying, block=block), tuple(notices)


def _single(part: Predictor, is_nested: bool) -> bool:
    if isinstance(part, Factor):
        return len(_values(part, is_nested)) < 2
    return bool(np.ptp(part.values) == 0)


def _values(factor: Factor, is_nested: bool) -> list[str]:
    """Its levels, but for that of runs that have none."""
    return [level for level in factor.levels if not (is_nested and level == ELSEWHERE)]


def _single_notice(part: Predictor) -> Notice:
    level = part.levels[0] if isinstance(part, Factor) else f"{part.values[0]:g}"
    return Notice("single-level", {"factor": part.name, "level": level})
