"""Notices about rows that are left out: duplicates, failures, unfinished runs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.data.factors import Bools
from ablation.analysis.data.runs import Runs
from ablation.analysis.notices import Notice

DUPLICATE = "duplicate of an earlier row"
NO_WEIGHT = "no positive weight"
STATUS = "status is "
NOT_FINISHED = ", not finished"


def no_level(column: str) -> str:
    """The reason of rows without a level of a factor or block."""
    return f"no level of '{column}'"


def left_out_notices(
    request: AnalysisRequest, reason: np.ndarray, attempted: Bools, runs: Runs
) -> tuple[Notice, ...]:
    """How many rows are left out for which reason, and which runs failed.

    Args:
        request: names the columns.
        reason: why each row is left out, '' for those that count (n_rows,).
        attempted: rows that are runs which ended, by themselves or by an error (n_rows,).
        runs: all rows by role.
    """
    left_out = dict.fromkeys(reason[(reason != "") & ~attempted])
    notices = [
        _left_out_notice(request, text, int((reason == text).sum()))
        for text in left_out
        if not text.endswith(NOT_FINISHED)
    ]
    failed = np.flatnonzero(attempted & (reason != ""))
    if len(failed):
        cells = runs.cells[failed]
        first = failed[np.sort(np.unique(cells, return_index=True)[1])]
        facts = {"failed": len(failed), "attempted": int(attempted.sum()), "words": _words(reason[failed])}
        notices.append(Notice("failed-runs", {**facts, "cells": [runs.levels(int(i)) for i in first]}))
    return tuple(notices)


def unfinished_notices(reason: np.ndarray, runs: Runs, unfinished: Bools) -> list[Notice]:
    """Which runs had not finished, and at which levels they are more frequent than elsewhere.

    Args:
        reason: why each run is left out (n_runs,).
        runs: distinct runs, finished or not.
        unfinished: which of them had not finished (n_runs,).
    """
    n = int(unfinished.sum())
    facts = {"unfinished": n, "runs": len(reason), "words": _words(reason[unfinished])}
    return [Notice("unfinished-runs", {**facts, "levels": [*_uneven(runs, unfinished)]})] if n else []


def failed_level_notices(used: Runs, attempted: Runs) -> list[Notice]:
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


def _left_out_notice(request: AnalysisRequest, reason: str, n: int) -> Notice:
    if reason == DUPLICATE:
        return Notice("duplicate-rows", {"rows": n})
    if reason.startswith(NO_WEIGHT):
        return Notice("missing-weight", {"rows": n, "column": request.weights})
    names = [*request.factors, *([request.block] if request.block else [])]
    return Notice("missing-level", {"rows": n, "column": next(x for x in names if reason == no_level(x))})


def _words(reasons: np.ndarray) -> list[str]:
    """The words of runs whose status tells how they ended, the most frequent first."""
    words = [r.removeprefix(STATUS).removesuffix(NOT_FINISHED) for r in reasons if r.startswith(STATUS)]
    return [str(word) for word in pd.Series(words, dtype=object).value_counts().index]


def _uneven(runs: Runs, unfinished: Bools) -> Iterator[tuple[str, str, int, int]]:
    """Levels at which more had not finished than at the others: factor, level, how many, of all."""
    for factor in runs.factors:
        for i, level in enumerate(factor.levels):
            here = factor.codes == i
            if not here.all() and unfinished[here].mean() > unfinished[~here].mean():
                yield factor.name, level, int(unfinished[here].sum()), int(here.sum())
