"""Section 7: every run as a point, those that stand out by name, and how they learned."""

from __future__ import annotations

import numpy as np

from ablation.analysis import Analysis
from ablation.numbers import plain
from ablation.report.document import Block, Cell, Column, Grid, Prose, Section, Table
from ablation.report.drawing import Drawer
from ablation.report.subject import ResponseResult, Subject

FAR = 3.0
"""Studentized residuals beyond this are named."""

NAMED = 8


def seeds(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """Runs and learning curves."""
    if answer.analysis is None and not np.isfinite(study.values(answer.response)).any():
        return None
    asked = (answer.response, answer.direction)
    blocks: list[Block] = drawer.blocks(
        "seeds_strip", study.table, list(study.factors), *asked, prefix=answer.prefix
    )
    if answer.analysis is not None:
        blocks += _outliers(study, answer, answer.analysis)
    if answer is study.main:
        blocks += _curves(study, answer, drawer)
    return Section("seeds", "Seeds and learning curves" if answer is study.main else "Seeds", blocks)


def _outliers(study: Subject, answer: ResponseResult, analysis: Analysis) -> list[Block]:
    """Runs far from what the model says of them."""
    table = analysis.diagnostics.influence
    size = table["studentized"].abs()
    far = table[size > FAR].reindex(size[size > FAR].sort_values(ascending=False).index)
    if not size.notna().any():
        why = "from so few runs" if analysis.fit.variance > 0 else "without an error estimate"
        return [Prose(f"Whether a run stands out cannot be told {why}.")]
    if far.empty:
        largest = f"the largest studentized residual is {plain(size.max())}"
        return [Prose(f"No run is far from what the model says of it: {largest}.")]
    place = {label: i for i, label in enumerate(study.table.index)}
    rows = []
    for r in far.head(NAMED).to_dict("records"):
        at = place[r["run"]]
        entries = [study.label(study.levels_of(at)), str(study.table["seed"].iloc[at])]
        told = [plain(study.values(answer.response)[at]), plain(r["studentized"]), plain(r["cooks_distance"])]
        rows.append([Cell(text) for text in (*entries, *told)])
    heads = ("seed", answer.response, "studentized residual", "Cook's distance")
    columns = [Column("cell"), *(Column(head, True) for head in heads)]
    caption = f"Runs further than {FAR:g} standard errors from what the model says of them"
    return [Table(f"{answer.prefix}outliers", caption, columns, rows, far)]


def _curves(study: Subject, answer: ResponseResult, drawer: Drawer) -> list[Block]:
    """Learning curves by the levels of each factor; nothing where runs left none."""
    histories = {key: h for key, h in study.histories.items() if h}
    if not histories:
        return []
    blocks: list[Block] = []
    for factor in study.factors:
        asked = (histories, study.table, factor, answer.response, answer.direction)
        blocks += drawer.blocks("learning_curves", *asked)
    return [Grid(blocks)] if len(blocks) > 1 else blocks
