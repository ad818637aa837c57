"""Which cells are best, and which of them differ only by chance."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis import Analysis
from ablation.naming import clipped
from ablation.numbers import value
from ablation.report.document import Block, Cell, Compare, Prose, Section
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import between, table_of
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted, listed

SHOWN = 1000
"""Cells in the page's table; all are in its CSV."""

TIES_ROOM = 90
"""Characters for the names of cells that tie with the best, on the first screen."""


def best_cells(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """The best cell, and those within its noise."""
    if answer.analysis is None:
        return None
    analysis, words = answer.analysis, study.words(answer)
    moved = any(map(_is_adjusted, analysis.best_cells.to_dict("records")))
    heads = ["cell", f"#{words.mean_kind}", *([f"#{words.block}-adjusted"] if moved else [])]
    heads += [f"#{words.level} interval", "#runs", "against the best"]
    caption = (
        f"Cells by {words.better}. Within noise: not separated from the best by Tukey's test over all "
        "cells. The interval of the best allows for its choice among all"
    )
    rows = _rows(study, answer, analysis, moved)
    codes = study.ranking(answer).codes[: len(analysis.best_cells)].tolist()
    table = table_of(
        f"{answer.prefix}best_cells", caption, heads, rows, analysis.best_cells, limit=SHOWN, cells=codes,
        ties=int(analysis.best_cells["within_noise"].sum()),
    )  # fmt: skip
    compare = [Compare()] if answer is study.main and len(study.cell_names) > 1 else []
    blocks: list[Block] = [Prose(best_sentence(study, answer)), table, *compare]
    return Section("best-cells", "Best cells", blocks)


def best_in_short(study: Subject, answer: ResponseResult) -> str:
    """The best cell and what ties with it, for the first screen."""
    assert answer.analysis is not None
    table, names = answer.analysis.best_cells, study.ranking(answer).names
    text = f"{clipped(names[0], 90)} ({value(table['mean'].iloc[0])})"
    near = [names[i] for i in np.flatnonzero(table["within_noise"].to_numpy(dtype=bool)).tolist() if i]
    if not math.isfinite(table["se"].iloc[0]):
        return f"{text}, without an error estimate."
    if not near:
        return f"{text}; none of the {len(table) - 1} others ties with it."
    text += f"; {_how_many_tie(len(near), len(table) - 1)} with it"
    names = [name for i, name in enumerate(near) if len("; ".join(near[: i + 1])) <= TIES_ROOM]
    end = "." if len(names) == len(near) else "; …"
    return f"{text}: {listed(names, between='; ')}{end}" if names else f"{text}."


def _how_many_tie(n: int, n_others: int) -> str:
    """'3 of 7 others tie'; of all, without counting twice."""
    if n == n_others:
        return "the other ties" if n == 1 else f"all {n} others tie"
    return f"{n} of {n_others} others {'ties' if n == 1 else 'tie'}"


def best_sentence(study: Subject, answer: ResponseResult) -> str:
    """The best cell in a sentence, for the page and the terminal."""
    analysis, words = answer.analysis, study.words(answer)
    assert analysis is not None
    table, name = analysis.best_cells, study.ranking(answer).names[0]
    best = table.iloc[0].to_dict()
    text = f"Best cell: {name}, {words.mean_kind} {words.response} {value(best['mean'])}"
    if best["failed"]:
        text += f" over the {best['runs']} of its {best['runs'] + best['failed']} runs that did not fail"
        text += f" ({value(best['seed_adjusted'])} {words.block}-adjusted)" if _is_adjusted(best) else ""
    if not math.isfinite(best["se"]):
        return f"{text} ({counted(best['runs'], 'run')}). Without an error estimate, luck may have chosen it."
    return f"{text}. {_on_fresh_seeds(words, analysis)} {_ties(table)}"


def _on_fresh_seeds(words: Wording, analysis: Analysis) -> str:
    """What to expect of a cell that was chosen for its mean."""
    best, n = analysis.best_cell, int(analysis.best_cells["seed_adjusted"].notna().sum())
    expected = f"{value(best.shrunken)} ({words.level} CI {value(best.low)} to {value(best.high)})"
    mean = analysis.best_cells.iloc[0]["seed_adjusted"]
    hardly = ", this one hardly" if value(best.shrunken) == value(mean) else ""
    return (
        f"The best of {n} cells tends to look better than it is{hardly}: expect {expected}, and rerun it on "
        f"fresh {words.blocks} before quoting it."
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


def _is_adjusted(row: Mapping[Any, Any]) -> bool:
    """Whether seeds that other cells have and this one lacks move its mean."""
    return not math.isclose(row["mean"], row["seed_adjusted"], rel_tol=1e-9)


def _rows(
    study: Subject, answer: ResponseResult, analysis: Analysis, moved: bool
) -> Iterator[list[str | Cell]]:
    names, best = study.ranking(answer).names, analysis.best_cell
    for i, row in enumerate(analysis.best_cells.to_dict("records")):
        low, high = (best.low, best.high) if i == 0 else (row["ci_low"], row["ci_high"])
        interval = between(low, high)
        runs = f"{row['runs']}, {row['failed']} failed" if row["failed"] else str(row["runs"])
        means = [value(row["mean"]), *([value(row["seed_adjusted"])] if moved else [])]
        near = "within noise" if row["within_noise"] else "no"
        near = "the best" if i == 0 else near if math.isfinite(row["se"]) else "unknown"
        yield [Cell(names[i], strong=i == 0), *means, interval, runs, near]
