"""What cells cost beside what they bring, and what one per cent of gain costs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.costs.frontier import BEATEN, FRONTIER, MAX_CELLS, OPEN, varies
from ablation.analysis.data.factors import Floats
from ablation.numbers import percent, plain, value
from ablation.report.document import Block, Cell, Folded, Prose, Section, Sentences, Table
from ablation.report.drawing import Drawer, figures
from ablation.report.figures.costs import depends_on_load
from ablation.report.figures.ticks import quantity
from ablation.report.sections.tables import ALL, contrast, made, one_look
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted, listed

COSTS = (
    "n_parameters",
    "parameters",
    "flops",
    "macs",
    "peak_memory",
    "latency",
    "inference_seconds",
    "train_seconds",
)
"""What a cell may cost: those that do not depend on a machine's load first."""

SHOWN = 12
"""Cells in the page's table; all are in its CSV."""

READING = (
    "A cell is on the frontier where no cheaper one has a better mean. It is beaten where a cheaper one is "
    "better beyond noise (Tukey's test over all pairs of cells), and open where one is better within noise."
)


def costs(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Figures, the frontier and prices of every cost that was measured and differs."""
    analysis = answer.analysis
    if analysis is None:
        return None
    words = study.words(answer)
    spent = spent_of(study, answer)
    if not spent:
        return None
    told: list[str] = []
    folded: list[Block] = []
    for cost, found in spent.items():
        told += _sentences(words, analysis, cost, found)
        folded.append(
            Folded(f"{quantity(cost)}: frontier and prices".capitalize(), _tables(study, answer, cost, found))
        )
    sentences: list[Block] = [Sentences(told)] if told else []
    blocks = [*_loaded(spent), *_figures(study, answer, drawer, spent), *sentences, *folded]
    return Section("costs", "What it costs", blocks)


def spent_of(study: Subject, answer: ResponseResult) -> dict[str, Floats]:
    """Each cost that was measured and differs → what each run that counts cost, (n,)."""
    analysis = answer.analysis
    if analysis is None or len(analysis.best_cells) < 2:
        return {}
    there = [cost for cost in COSTS if cost != answer.response]
    return {cost: found for cost in there if varies(found := _spent(study, analysis, cost))}


def tables_of(analysis: Analysis, spent: Floats) -> dict[str, pd.DataFrame]:
    """The frontier and the prices of one cost, for programs."""
    frontier = analysis.frontier(spent) if len(analysis.best_cells) <= MAX_CELLS else pd.DataFrame()
    return {"frontier": frontier, "prices": pd.DataFrame(_priced(analysis, spent))}


def _spent(study: Subject, analysis: Analysis, cost: str) -> Floats:
    """What each run that counts cost, (n,)."""
    if cost not in study.table:
        return np.empty(0)
    return _numbers(study, cost)[[study.places[label] for label in analysis.runs.labels]]


def _numbers(study: Subject, cost: str) -> Floats:
    """What each run of the study cost."""
    numbers: Any = pd.to_numeric(study.table[cost], errors="coerce")
    spent: Floats = numbers.to_numpy(np.float64, na_value=np.nan)
    return spent


def _figures(study: Subject, answer: ResponseResult, drawer: Drawer, spent: dict[str, Floats]) -> list[Block]:
    """The response against each cost."""
    assert answer.analysis is not None
    ties = np.flatnonzero(answer.analysis.best_cells["within_noise"].to_numpy(dtype=bool)).tolist()
    ranking, words = study.ranking(answer), study.words(answer)
    drawn = (figures.cost(ranking, _numbers(study, cost), cost, words, ties) for cost in spent)
    return drawer.blocks(lambda: [plot for plot in drawn if plot is not None], answer.prefix)


def _loaded(spent: dict[str, Floats]) -> list[Block]:
    loaded = [quantity(cost) for cost in spent if depends_on_load(cost)]
    if not loaded:
        return []
    verb = "depends" if len(loaded) == 1 else "depend"
    text = (
        f"{listed(loaded)} {verb} on what else the machine did: runs of a cell may differ more than cells do."
    )
    return [Prose(text)]


def _sentences(words: Wording, analysis: Analysis, cost: str, found: Floats) -> Iterator[str]:
    """How many cells are worth their cost, and what a unit of gain costs."""
    if len(analysis.best_cells) <= MAX_CELLS and not depends_on_load(cost):
        counts = analysis.frontier(found)["status"].value_counts()
        n = {status: int(counts.get(status, 0)) for status in (FRONTIER, BEATEN, OPEN)}
        yield (
            f"By {quantity(cost)}, {n[FRONTIER]} of {counted(sum(n.values()), 'cell')} are on the frontier, "
            f"{n[BEATEN]} beaten by a cheaper one, {n[OPEN]} open."
        )
    for row in _priced(analysis, found):
        if row["price_low"] > 0:  # surely better and surely dearer
            bounds = f"{_more(row['price_low'])} to {_more(row['price_high'])}"
            yield (
                f"For {_unit(words, analysis)}, {words.factor(row['factor'])} ({contrast(row)}) raises "
                f"{quantity(cost)} by {_more(row['price'])} ({words.level} CI {bounds})."
            )


def _more(change: float) -> str:
    """A price, which is above zero."""
    return percent(change).removeprefix("+")


def _priced(analysis: Analysis, found: Floats) -> list[dict[Any, Any]]:
    if not (np.isfinite(found).all() and found.min() > 0):
        return []
    rows: list[dict[Any, Any]] = analysis.prices(found).to_dict("records")
    return rows


def _unit(words: Wording, analysis: Analysis) -> str:
    """'1 % less loss', '0.01 more accuracy'."""
    size = "1 %" if words.is_log else f"{abs(analysis.gain_unit):g}"
    return f"{size} {'less' if analysis.gain_unit < 0 else 'more'} {words.response}"


def _tables(study: Subject, answer: ResponseResult, cost: str, found: Floats) -> list[Block]:
    assert answer.analysis is not None
    analysis, words = answer.analysis, study.words(answer)
    blocks: list[Block] = []
    if len(analysis.best_cells) <= MAX_CELLS:
        blocks += [Prose(READING), *one_look(words), _frontier(study, answer, cost, found)]
    rows = [
        [words.factor(r["factor"]), contrast(r), words.change(r["estimate"]),
         words.interval(r["ci_low"], r["ci_high"]), percent(r["cost_percent"]),
         percent(r["price"]) if math.isfinite(r["price"]) else "–", _bounds(r["price_low"], r["price_high"])]
        for r in _priced(analysis, found)
    ]  # fmt: skip
    if rows:
        heads = ["component", "levels", f"#{words.response}", "#its interval", f"#{quantity(cost)}"]
        heads += [f"#price of {_unit(words, analysis)}", "#its interval"]
        caption = (
            f"Changes of {words.response} and of {quantity(cost)}; a price where a level is better and dearer"
        )
        blocks.append(
            made(f"{answer.prefix}prices_{cost}", caption, heads, rows, analysis.prices(found), limit=ALL)
        )
    return blocks


def _bounds(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}" if math.isfinite(low) else "–"


def _frontier(study: Subject, answer: ResponseResult, cost: str, found: Floats) -> Table:
    assert answer.analysis is not None
    analysis, words = answer.analysis, study.words(answer)
    table = analysis.frontier(found)
    names = dict(zip(analysis.best_cells["cell"], study.ranking(answer).names, strict=False))
    shown = pd.concat([table[table["status"] == status] for status in (FRONTIER, OPEN, BEATEN)])
    rows = [
        [Cell(names[r["cell"]], strong=r["status"] == FRONTIER), plain(r["cost"]), value(r["mean"]),
         f"{value(r['ci_low'])} to {value(r['ci_high'])}" if math.isfinite(r["ci_low"]) else "unknown",
         f"beaten by {names[r['by']]}" if r["status"] == BEATEN else r["status"]]
        for r in shown.to_dict("records")
    ]  # fmt: skip
    heads = (
        "cell",
        f"#{quantity(cost)}",
        f"#{words.mean_kind} {words.response}",
        f"#{words.level} interval",
        "status",
    )
    caption = f"Cells by {quantity(cost)}: on the frontier, open, beaten"
    return made(f"{answer.prefix}frontier_{cost}", caption, heads, rows, table, limit=SHOWN)
