"""From a table with a row per run and test item to one with a row per run."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.data.factors import Floats, Ints, read_factor
from ablation.errors import UsageError
from ablation.words import counted


@dataclass(frozen=True, eq=False)
class Items:
    """Responses by run and item; NaN in runs that failed.

    Attributes:
        name: the column of items.
        values: (n_runs x n_items).
        cells: of each run, factor -> level as text.
        blocks: the block of each run, as a number; 0 without one.
    """

    name: str
    values: Floats
    cells: list[dict[str, str]]
    blocks: Ints


def per_run(frame: pd.DataFrame, request: AnalysisRequest) -> tuple[pd.DataFrame, AnalysisRequest, Items]:
    """Average the items of each run; right and wrong items become a share of their number.

    Returns:
        A row per run, the request for it, and the responses by item.

    Raises:
        UsageError: there is one item, a run has an item twice or lacks one, or an item has no number.
    """
    item = str(request.item)
    items, keys = read_factor(frame[item], item), [*request.factors, *request.blocks]
    if len(items.levels) < 2:
        raise UsageError(f"item: expected at least two items in '{item}'. Received: {len(items.levels)}.")
    whole = frame[keys].notna().all(axis=1).to_numpy() & (items.codes >= 0)
    frame, codes = frame[whole], items.codes[whole]
    run = frame.groupby(keys, sort=False, observed=True).ngroup().to_numpy()
    n_runs, n_items = int(run.max(initial=-1)) + 1, len(items.levels)
    times = np.bincount(run * n_items + codes, minlength=n_runs * n_items).reshape(n_runs, n_items)
    _refuse_gaps(times, items.levels, item, keys, n_runs)
    numbers = pd.to_numeric(frame[request.response], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    values = np.empty((n_runs, n_items))
    values[run, codes] = numbers
    failed = ~np.isfinite(values).any(axis=1)
    if (~np.isfinite(values[~failed])).any():
        at = int(np.flatnonzero((~np.isfinite(values[~failed])).any(axis=0))[0])
        raise UsageError(
            f"'{request.response}': expected a number for every item of a run that finished. Received: none "
            f"for {item} {items.levels[at]}. Count it as wrong, or leave the item out (where=…)."
        )
    first = np.unique(run, return_index=True)[1]
    runs = _constant(frame, run, n_runs).iloc[first].reset_index(drop=True)
    runs[request.response] = values.mean(axis=1)
    may_be_share = request.scale == "auto" and request.target is None and request.weights is None
    is_right = may_be_share and bool(np.isin(values[~failed], (0, 1)).all())
    if is_right:
        runs[f"n_{item}"] = n_items
    blocks = np.zeros(n_runs, dtype=np.intp)
    if request.blocks:
        blocks = runs.groupby(list(request.blocks), sort=False, observed=True).ngroup().to_numpy()
    texts = {name: read_factor(runs[name], name).texts(np.arange(n_runs)) for name in request.factors}
    cells = [dict(zip(texts, levels, strict=True)) for levels in zip(*texts.values(), strict=True)]
    by_item = Items(item, values, cells, blocks)
    return runs, replace(request, item=None, trials=f"n_{item}" if is_right else request.trials), by_item


def _refuse_gaps(times: Ints, names: tuple[str, ...], item: str, keys: list[str], n_runs: int) -> None:
    if (times > 1).any():
        at = names[int(np.argwhere(times > 1)[0][1])]
        raise UsageError(
            f"item: expected each item once in a run, which is a combination of {', '.join(keys)}. Received: "
            f"{item} {at} more than once. Name what tells the runs apart, block=seed."
        )
    if (times == 0).any():
        _, at = np.argwhere(times == 0)[0]
        raise UsageError(
            f"item: expected every item in all {counted(n_runs, 'run')}. Received: {item} {names[int(at)]} "
            f"in {int(times[:, at].sum())} of them. Leave such items out (where=…)."
        )


def _constant(frame: pd.DataFrame, run: Ints, n_runs: int) -> pd.DataFrame:
    """The columns that are the same in all rows of each run."""
    constant = []
    for name in frame.columns:
        pairs = pd.DataFrame({"run": run, "value": frame[name].astype(str).to_numpy()}).drop_duplicates()
        if len(pairs) == n_runs:
            constant.append(name)
    return frame[constant]
