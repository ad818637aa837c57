"""Section 2: which cells are best, and which of them only luck sets apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ablation.analysis import Analysis
from ablation.numbers import value
from ablation.report.document import Block, Cell, Column, Grid, Prose, Section, Table
from ablation.report.drawing import Drawer
from ablation.report.sections.tables import interval_name
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted

SHOWN = 12
"""Cells in the page's table; all are in its CSV."""


def best_cells(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """The best cell, those within its noise, and what they cost."""
    if answer.analysis is None:
        return None
    analysis = answer.analysis
    blocks: list[Block] = [Prose(best_sentence(study, answer)), _table(study, answer, analysis)]
    costs: list[Block] = []
    for cost in ("train_seconds", "n_parameters"):
        if cost in study.table and cost != answer.response:
            asked = (study.table, list(study.factors), answer.response, answer.direction, cost)
            costs += drawer.blocks("cost", *asked, prefix=answer.prefix)
    blocks += [Grid(costs)] if len(costs) > 1 else costs
    return Section("best-cells", "Best cells", blocks)


def cell_of(study: Subject, analysis: Analysis, row: Mapping[Any, Any]) -> str:
    """What a row of `best_cells` is called.

    It has no column for a factor with a single level left, which is that of every run that counts.
    """
    levels = {part.name: part.texts(np.arange(1))[0] for part in analysis.selection.used.predictors}
    for part in analysis.runs.predictors:
        column = f"{part.name} (level)"
        levels[part.name] = str(row[column if column in row else part.name])
    return study.label(levels)


def best_sentence(study: Subject, answer: ResponseResult) -> str:
    """The best cell in a sentence, for the page and the terminal."""
    analysis = answer.analysis
    assert analysis is not None
    table, kind = analysis.best_cells, mean_kind(analysis)
    best = table.iloc[0].to_dict()
    name = cell_of(study, analysis, best)
    told = f"Best cell: {name}, {kind} {answer.response} {value(best['mean'])}"
    if best["failed"]:
        told += f" over the {best['runs']} of its {best['runs'] + best['failed']} runs that did not fail"
    if not math.isfinite(best["se"]):
        return f"{told} ({counted(best['runs'], 'run')}). Without an error estimate, luck may have chosen it."
    told += f" ({interval_name(analysis).replace('interval', 'CI')} {_interval(best)})"
    near, n = int(table["within_noise"].sum()) - 1, int(table["mean"].notna().sum())
    alone = "" if n == len(table) else f" {counted(len(table) - n, 'cell')} cannot be compared with it."
    if near == 0:
        return f"{told}. No other of the {n} cells is within its noise.{alone}"
    if near == n - 1:
        return f"{told}. All {n} cells are within its noise: none is better than another.{alone}"
    others = f"{counted(near, 'other cell')} of {n} {'is' if near == 1 else 'are'}"
    return f"{told}. {others} within its noise.{alone}"


def mean_kind(analysis: Analysis) -> str:
    """The mean that the cells have on the analysis scale."""
    return "geometric mean" if analysis.scale == "log" else "mean"


def _interval(row: Mapping[Any, Any]) -> str:
    if not math.isfinite(row["ci_low"]):
        return "unknown"
    return f"{value(row['ci_low'])} to {value(row['ci_high'])}"


def _against_the_best(row: Mapping[Any, Any]) -> str:
    if not math.isfinite(row["se"]):
        return "unknown"
    return "within noise" if row["within_noise"] else "no"


def _n_runs(row: Mapping[Any, Any]) -> str:
    return f"{row['runs']}, {row['failed']} failed" if row["failed"] else str(row["runs"])


def _table(study: Subject, answer: ResponseResult, analysis: Analysis) -> Table:
    rows = []
    for i, row in enumerate(analysis.best_cells.to_dict("records")):
        near = "the best" if i == 0 else _against_the_best(row)
        entries = [Cell(cell_of(study, analysis, row), strong=i == 0)]
        entries += [Cell(value(row["mean"])), Cell(_interval(row)), Cell(_n_runs(row))]
        rows.append([*entries, Cell(near)])
    columns = [Column("cell"), Column(mean_kind(analysis), True)]
    columns += [Column(interval_name(analysis), True), Column("runs", True), Column("against the best")]
    caption = (
        f"Cells by {answer.better}. Within noise: not separated from the best by Tukey's test over all cells"
    )
    return Table(f"{answer.prefix}best_cells", caption, columns, rows, analysis.best_cells, limit=SHOWN)
