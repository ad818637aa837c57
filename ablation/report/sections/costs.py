"""What cells cost beside what they gain, and the price of one per cent of gain."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
from ablation.report.once import once
from ablation.report.sections.table_parts import ALL, between, contrast, one_look, table_of
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted, listed

COSTS = (
    "n_parameters",
    "parameters",
    "flops",
    "macs",
    "peak_memory",
    "peak_memory_bytes",
    "latency",
    "inference_seconds",
    "train_seconds",
)
"""What a cell may cost: those that do not depend on a machine's load first."""

_LATENCY = re.compile(r"latency_\d+_seconds")
"""What `ablation costs` calls the latency of a batch, with `_low` and `_high` for its bounds."""

SHOWN = 12
"""Cells in the page's table; all are in its CSV."""

READING = (
    "A cell is on the frontier where no cheaper one has a better mean. It is beaten where a cheaper one is "
    "better beyond noise (Tukey's test over all pairs of cells), and open where one is better within noise."
)


@dataclass(frozen=True, eq=False)
class Cost:
    """What the runs of an analysis cost by one measure.

    Args:
        analysis: of the response.
        name: the column.
        bounded: what each run that counts cost, (3 x n): its lower bound, itself, its upper bound.
    """

    analysis: Analysis
    name: str
    bounded: Floats

    @property
    def has_frontier(self) -> bool:
        """Whether there are not too many cells."""
        return len(self.analysis.best_cells) <= MAX_CELLS

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """See `Analysis.frontier`; empty where there are too many cells."""
        return self.analysis.frontier(self.bounded) if self.has_frontier else pd.DataFrame()

    @cached_property
    def prices(self) -> pd.DataFrame:
        """See `Analysis.prices`; empty where a run cost nothing, or it is not known what."""
        is_known = np.isfinite(self.bounded).all() and self.bounded.min() > 0
        return self.analysis.prices(self.bounded) if is_known else pd.DataFrame()


def costs(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Figures, the frontier and prices of every cost that was measured and differs."""
    measured = costs_of(study, answer)
    if not measured:
        return None
    words = study.words(answer)
    texts = [sentence for cost in measured for sentence in _sentences(words, cost)]
    folded = [
        Folded(
            f"{quantity(cost.name)}: frontier and prices".capitalize(), _tables(study, answer, words, cost)
        )
        for cost in measured
    ]
    sentences: list[Block] = [Sentences(texts)] if texts else []
    blocks = [*_loaded(measured), *_figures(study, answer, drawer, measured), *sentences, *folded]
    return Section("costs", "What it costs", blocks)


def costs_of(study: Subject, answer: ResponseResult) -> Sequence[Cost]:
    """Each cost that was measured and differs."""
    return _by_response(study)[answer.response]


@once  # the page, and the numbers for programs
def _by_response(study: Subject) -> Mapping[str, Sequence[Cost]]:
    return {answer.response: list(_measured(study, answer)) for answer in study.answers}


def _measured(study: Subject, answer: ResponseResult) -> Iterator[Cost]:
    analysis = answer.analysis
    if analysis is None or len(analysis.best_cells) < 2:
        return
    for name in (*COSTS, *filter(_LATENCY.fullmatch, map(str, study.table))):
        if name != answer.response and name in study.table:
            cost = Cost(analysis, name, _numbers(study, name)[:, study.places(analysis.runs.labels)])
            if varies(cost.bounded[1]):
                yield cost


def _numbers(study: Subject, cost: str) -> Floats:
    """What each run of the study cost, with bounds: (3 x n_runs)."""
    names = (f"{cost}_low", cost, f"{cost}_high")
    columns = [study.table[name if name in study.table else cost] for name in names]
    return np.array([pd.to_numeric(column, errors="coerce") for column in columns], dtype=np.float64)


def _figures(study: Subject, answer: ResponseResult, drawer: Drawer, measured: Sequence[Cost]) -> list[Block]:
    """The response against each cost."""
    within = measured[0].analysis.best_cells["within_noise"]
    ties = np.flatnonzero(within.to_numpy(dtype=bool)).tolist()
    ranking, words = study.ranking(answer), study.words(answer)
    drawn = (figures.cost(ranking, _numbers(study, cost.name), cost.name, words, ties) for cost in measured)
    return drawer.blocks(lambda: [plot for plot in drawn if plot is not None], answer.prefix)


def _loaded(measured: Sequence[Cost]) -> list[Block]:
    loaded = [quantity(cost.name).partition(" in s")[0] for cost in measured if depends_on_load(cost.name)]
    if not loaded:
        return []
    verb = "depends" if len(loaded) == 1 else "depend"
    text = (
        f"{listed(loaded)} {verb} on what else the machine did: runs of a cell may differ more than cells do."
    )
    return [Prose(text[0].upper() + text[1:])]


def _sentences(words: Wording, cost: Cost) -> Iterator[str]:
    """How many cells are worth their cost, and what a unit of gain costs."""
    if cost.has_frontier and not depends_on_load(cost.name):
        counts = cost.frontier["status"].value_counts()
        n = {status: int(counts.get(status, 0)) for status in (FRONTIER, BEATEN, OPEN)}
        yield (
            f"By {quantity(cost.name)}, {n[FRONTIER]} of {counted(sum(n.values()), 'cell')} are on the "
            f"frontier, {n[BEATEN]} beaten by a cheaper one, and {n[OPEN]} open."
        )
    for row in cost.prices.to_dict("records"):
        if row["price_low"] > 0:  # surely better and surely dearer
            bounds = f"{_more(row['price_low'])} to {_more(row['price_high'])}"
            yield (
                f"For {_unit(words, cost.analysis)}, {words.factor(row['factor'])} ({contrast(row)}) raises "
                f"the {quantity(cost.name)} by {_more(row['price'])} ({words.level} CI {bounds})."
            )


def _more(change: float) -> str:
    """A price, which is above zero."""
    return percent(change).removeprefix("+")


def _unit(words: Wording, analysis: Analysis) -> str:
    """'1 % less loss', '0.01 more accuracy'."""
    size = "1 %" if words.is_log else f"{abs(analysis.gain_unit):g}"
    return f"{size} {'less' if analysis.gain_unit < 0 else 'more'} {words.response}"


def _tables(study: Subject, answer: ResponseResult, words: Wording, cost: Cost) -> list[Block]:
    blocks: list[Block] = []
    if cost.has_frontier:
        blocks += [Prose(READING), *one_look(words), _frontier(study, answer, words, cost)]
    rows = [
        [words.factor(r["factor"]), contrast(r), words.change(r["estimate"]),
         words.interval(r["ci_low"], r["ci_high"]), percent(r["cost_percent"]),
         percent(r["price"]) if math.isfinite(r["price"]) else "–", _bounds(r["price_low"], r["price_high"])]
        for r in cost.prices.to_dict("records")
    ]  # fmt: skip
    if rows:
        spent = quantity(cost.name)
        heads = ["component", "levels", f"#{words.response}", "#its interval", f"#{spent}"]
        heads += [f"#price of {_unit(words, cost.analysis)}", "#its interval"]
        caption = f"Changes of {words.response} and of {spent}; a price where a level is better and dearer"
        name = f"{answer.prefix}prices_{cost.name}"
        blocks.append(table_of(name, caption, heads, rows, cost.prices, limit=ALL))
    return blocks


def _bounds(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}" if math.isfinite(low) else "–"


def _frontier(study: Subject, answer: ResponseResult, words: Wording, cost: Cost) -> Table:
    table = cost.frontier
    names = dict(zip(cost.analysis.best_cells["cell"], study.ranking(answer).names, strict=False))
    shown = pd.concat([table[table["status"] == status] for status in (FRONTIER, OPEN, BEATEN)])
    rows = [
        [Cell(names[r["cell"]], strong=r["status"] == FRONTIER), plain(r["cost"]), value(r["mean"]),
         between(r["ci_low"], r["ci_high"]),
         f"beaten by {names[r['by']]}" if r["status"] == BEATEN else r["status"]]
        for r in shown.to_dict("records")
    ]  # fmt: skip
    heads = (
        "cell",
        f"#{quantity(cost.name)}",
        f"#{words.mean_kind} {words.response}",
        f"#{words.level} interval",
        "status",
    )
    caption = f"Cells by {quantity(cost.name)}: on the frontier, open, beaten"
    return table_of(f"{answer.prefix}frontier_{cost.name}", caption, heads, rows, table, limit=SHOWN)
