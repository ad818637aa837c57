"""Section 2: which cells are best, and which of them only luck sets apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

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
        told += f" ({value(best['seed_adjusted'])} seed-adjusted)" if _is_adjusted(best) else ""
    if not math.isfinite(best["se"]):
        return f"{told} ({counted(best['runs'], 'run')}). Without an error estimate, luck may have chosen it."
    return f"{told}. {_on_fresh_seeds(analysis)} {_ties(table)}"


def _on_fresh_seeds(analysis: Analysis) -> str:
    """What to expect of a cell that was chosen for its mean."""
    best, n = analysis.best_cell, int(analysis.best_cells["seed_adjusted"].notna().sum())
    interval = interval_name(analysis).replace("interval", "CI")
    expected = f"{value(best.shrunken)} ({interval} {value(best.low)} to {value(best.high)})"
    return (
        f"The best of {n} cells tends to look better than it is: expect {expected}, and rerun it on fresh "
        "seeds before quoting it."
    )


def _ties(table: pd.DataFrame) -> str:
    """How many cells only luck may set apart from the best."""
    near, n = int(table["within_noise"].sum()) - 1, int(table["seed_adjusted"].notna().sum())
    alone = "" if n == len(table) else f" {counted(len(table) - n, 'cell')} cannot be compared with it."
    if near == 0:
        return f"No other of the {n} cells is within its noise.{alone}"
    if near == n - 1:
        return f"All {n} cells are within its noise: none is better than another.{alone}"
    return f"{counted(near, 'other cell')} of {n} {'is' if near == 1 else 'are'} within its noise.{alone}"


def mean_kind(analysis: Analysis) -> str:
    """The mean that the cells have on the analysis scale."""
    return "geometric mean" if analysis.scale == "log" else "mean"


def _is_adjusted(row: Mapping[Any, Any]) -> bool:
    """Whether seeds that other cells have and this one lacks move its mean."""
    return not math.isclose(row["mean"], row["seed_adjusted"], rel_tol=1e-9)


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
    rows, table, best = [], analysis.best_cells, analysis.best_cell
    moved = any(map(_is_adjusted, table.to_dict("records")))
    for i, row in enumerate(table.to_dict("records")):
        near = "the best" if i == 0 else _against_the_best(row)
        chosen = {"ci_low": best.low, "ci_high": best.high} if i == 0 else {}
        means = [row["mean"], row["seed_adjusted"]] if moved else [row["mean"]]
        entries = [Cell(cell_of(study, analysis, row), strong=i == 0), *(Cell(value(m)) for m in means)]
        entries += [Cell(_interval(row | chosen)), Cell(_n_runs(row)), Cell(near)]
        rows.append(entries)
    columns = [Column("cell"), Column(mean_kind(analysis), True)]
    columns += [Column("seed-adjusted", True)] if moved else []
    columns += [Column(interval_name(analysis), True), Column("runs", True), Column("against the best")]
    caption = (
        f"Cells by {answer.better}. Within noise: not separated from the best by Tukey's test over all "
        "cells. The interval of the best allows for its choice among all"
    )
    return Table(f"{answer.prefix}best_cells", caption, columns, rows, table, limit=SHOWN)
