"""The table for a paper: which parts are on, and mean ± SD, for every cell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.naming import clipped
from ablation.numbers import spread
from ablation.report.document import Cell, Column, Prose, Section, Table
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import table_of
from ablation.report.subject import ResponseResult, Subject
from ablation.words import OFF, ON

THERE, ABSENT = "✓", "–"


@dataclass(frozen=True)
class CellOfRuns:
    """A cell: its number, its levels, and for each response mean, SD and number of finite runs."""

    code: int
    levels: dict[str, str]
    mean: dict[str, float]
    sd: dict[str, float]
    n: dict[str, int]
    attempted: int


def paper(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """One row per cell, one column per factor and response."""
    if answer is not study.main or not len(study.table) or not study.factors:
        return None
    text = (
        "Arithmetic mean ± standard deviation over the runs of a cell that finished. The best cell of each "
        "response is in bold: the same as under Best cells, which says what its lead is worth."
    )
    return Section("paper", "Table for a paper", [Prose(text), paper_table(study)])


def paper_table(study: Subject) -> Table:
    """The table itself; a column of counts only where cells differ in it."""
    cells = summaries(study)
    responses = [answer.response for answer in study.answers if answer.response in study.table]
    best = {a.response: study.ranking(a).codes[0] for a in study.answers if a.analysis}
    names = [name for name, levels in study.factors.items() if len(levels) > 1] or list(study.factors)
    heads = [Column(clipped(study.labels[name])) for name in names]
    heads += [*(Column(response, True) for response in responses), Column("n", True)]
    rows = []
    for cell in cells:
        row: list[str | Cell] = [_level(cell.levels[name], study.factors[name]) for name in names]
        for r in responses:
            text = spread(cell.mean[r], cell.sd[r]) if cell.n[r] else "none finite"
            row.append(Cell(text, strong=cell.code == best.get(r)))
        n = cell.n.get(study.main.response, cell.attempted)
        rows.append([*row, str(n) if n == cell.attempted else f"{n} of {cell.attempted}"])
    caption = f"Every cell: {', '.join(responses) or 'no response yet'}, mean ± SD over n runs"
    return table_of("cells", caption, heads, rows, _frame(cells, responses))


def summaries(study: Subject) -> list[CellOfRuns]:
    """Every cell that occurs, in the order of the design."""
    values = {a.response: study.values(a.response) for a in study.answers}
    cells = []
    counted = np.flatnonzero(study.counted)
    by_cell = counted[np.argsort(study.cells[counted], kind="stable")]
    ends = np.cumsum(np.bincount(study.cells[counted], minlength=len(study.cell_names)))
    for code, here in enumerate(np.split(by_cell, ends[:-1])):
        if len(here) == 0:
            continue
        known = {r: v[here][np.isfinite(v[here])] for r, v in values.items()}
        cells.append(
            CellOfRuns(
                code=code,
                levels=study.levels_of(int(here[0])),
                mean={r: float(v.mean()) if len(v) else math.nan for r, v in known.items()},
                sd={r: float(v.std(ddof=1)) if len(v) > 1 else math.nan for r, v in known.items()},
                n={r: len(v) for r, v in known.items()},
                attempted=len(here),
            )
        )
    return cells


def _level(level: str, levels: Sequence[str]) -> str:
    """✓ or – for a switch, the level's name otherwise."""
    if len(levels) <= 2 and all(other.lower() in ON | OFF for other in levels):
        return THERE if level.lower() in ON else ABSENT
    return clipped(level)


def _frame(cells: list[CellOfRuns], responses: list[str]) -> pd.DataFrame:
    rows = []
    for cell in cells:
        numbers: dict[str, float] = {"runs": cell.attempted}
        for r in responses:
            numbers |= {f"{r} mean": cell.mean[r], f"{r} sd": cell.sd[r], f"{r} n": cell.n[r]}
        levels = {f"{f} (level)" if f in numbers else f: level for f, level in cell.levels.items()}
        rows.append({**levels, **numbers})
    return pd.DataFrame(rows)
