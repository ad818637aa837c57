"""What a request does to a table first: filter rows, keep one row per run, join blocks, compute distances."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.data.epochs import last_rows
from ablation.analysis.data.factors import Factor, group, read_factor, read_spellings
from ablation.analysis.data.items import Items, per_run
from ablation.analysis.data.level_order import is_starting_point
from ablation.analysis.data.nested_columns import found_nested, nearly_nested, with_elsewhere
from ablation.analysis.data.shares import share_column
from ablation.analysis.data.spelling import spelling_notices
from ablation.analysis.data.where import rows_where
from ablation.analysis.notices import Notice
from ablation.errors import UsageError
from ablation.results.direction import distance_name
from ablation.words import counted


class Prepared(NamedTuple):
    """A table as the analysis reads it, and the request in terms of its columns.

    Attributes:
        frame: a row per run.
        request: the same request in terms of its columns.
        notices: what a reader must know of the table.
        items: responses by run and item, where rows were of both.
    """

    frame: pd.DataFrame
    request: AnalysisRequest
    notices: tuple[Notice, ...]
    items: Items | None


def prepare(table: pd.DataFrame, request: AnalysisRequest) -> Prepared:
    """Do to a table what the request says of it as a whole.

    Rows that do not pass `where` go; of a log with rows per epoch the last of each run stays; several blocks
    become one column, their combination; with a target the response becomes the distance from it, and with
    trials the share of them.

    Raises:
        UsageError: a column is missing, or the filter is none or leaves nothing.
    """
    request.check(table)
    filtered, notices = _filtered(table, request)
    items = None
    if request.item is not None:
        filtered, request, items = per_run(filtered, request)
    frame, ended = last_rows(filtered, request.response, [*request.factors, *request.blocks])
    notices += ended
    read = {f: read_factor(frame[f], f) for f in request.factors if f not in request.numeric}
    request = replace(request, nested=(*request.nested, *found_nested(read, request.nested)))
    frame = with_elsewhere(frame, request.nested)
    if len(request.blocks) > 1:
        frame = frame.assign(**{str(request.block): _combined(frame, request.blocks)})
    if request.trials is not None or request.target is not None:
        measured = request.response
        name, values = computed_column(frame, replace(request, measured=measured))
        frame = frame.assign(**{name: values})
        request = replace(request, response=name, measured=measured if name != measured else "")
    if request.target is not None:
        notices += (Notice("target", {"measured": request.measured, "target": request.target}),)
    return Prepared(frame, request, (*notices, *_reading_notices(frame, request, read)), items)


def _filtered(table: pd.DataFrame, request: AnalysisRequest) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    if not request.where:
        return table, ()
    passed = rows_where(table, request.where)
    if not passed.any():
        raise UsageError(
            f"where: expected a filter that some of the {counted(len(table), 'row')} pass. "
            f"Received: {request.where}, which none does. Check names and values."
        )
    if passed.all():
        return table, ()
    facts = {"rows": len(table), "passed": int(passed.sum()), "where": request.where}
    return table[passed], (Notice("filtered-rows", facts),)


def _combined(frame: pd.DataFrame, blocks: tuple[str, ...]) -> pd.Categorical:
    """Each combination of blocks as one level, missing where one of them is."""
    parts = [read_factor(frame[name], str(name)) for name in blocks]
    codes = group([part.codes for part in parts])
    first = np.unique(codes, return_index=True)[1]
    names = [", ".join(column) for column in zip(*(part.texts(first) for part in parts), strict=True)]
    missing = np.any([part.codes < 0 for part in parts], axis=0)
    return pd.Categorical.from_codes(np.where(missing, -1, codes), categories=pd.Index(names))


def computed_column(frame: pd.DataFrame, request: AnalysisRequest) -> tuple[str, pd.Series]:
    """The name and the column of a response that is computed of what was measured."""
    if request.trials is not None:
        return share_column(frame, request.measured, request.trials)
    return distance_column(frame, request.measured, request.target or 0.0)


def distance_column(frame: pd.DataFrame, response: str, target: float) -> tuple[str, pd.Series]:
    """The name and the column of distances from a target; a run that failed keeps the word for it."""
    numbers = pd.to_numeric(frame[response], errors="coerce").astype(float)
    distances = (numbers - target).abs()
    if not pd.api.types.is_numeric_dtype(frame[response].dtype):
        distances = distances.astype(object).where(numbers.notna(), frame[response])
    return distance_name(response, target), distances


def _reading_notices(
    frame: pd.DataFrame, request: AnalysisRequest, read: Mapping[str, Factor]
) -> list[Notice]:
    """How columns were read where they could be read otherwise."""
    names = [name for name in (*request.factors, *request.blocks) if name not in request.numeric]
    notices = spelling_notices((str(name), read_spellings(frame[name])) for name in names)
    if request.is_direction_assumed:
        notices.append(Notice("direction"))
    notices += [
        Notice("nearly-nested", {"factor": one.factor, "on": one.on, "levels": one.levels, "rows": n})
        for one, n in nearly_nested(read, request.nested)
    ]
    return [*notices, *_reference_notices(frame, request, read)]


def _reference_notices(
    frame: pd.DataFrame, request: AnalysisRequest, read: Mapping[str, Factor]
) -> list[Notice]:
    """The references that nobody has set: neither a category, nor the request, nor a level's meaning."""
    known = {*request.blocks, *(name for name, _ in request.reference)}
    taken = [
        (str(name), factor.levels[0])
        for name, factor in read.items()
        if name not in known and not isinstance(frame[name].dtype, pd.CategoricalDtype)
        if len(factor.levels) > 1 and not is_starting_point(factor.levels[0])
    ]
    return [Notice("reference", {"levels": taken})] if taken else []
