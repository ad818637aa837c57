"""Section 9: the same effects by other methods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ablation.analysis import Analysis
from ablation.numbers import p_value, percent, units
from ablation.report.document import Cell, Column, Prose, Section, Table
from ablation.report.drawing import Drawer
from ablation.report.sections.tables import component, contrast
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted


def robustness(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """Classical, robust to unequal spread, one effect per seed, sign flips, and the response as it is."""
    if answer.analysis is None:
        return None
    table = answer.analysis.robustness
    if not table["p"].notna().any():
        text = "No effect can be tested, so there are no tests that could agree or not."
        return Section("robustness", "Robustness", [Prose(text)])
    shown = _table(study, answer, answer.analysis)
    return Section("robustness", "Robustness", [Prose(_sentence(study, answer.analysis)), shown])


def _sentence(study: Subject, analysis: Analysis) -> str:
    table = analysis.robustness
    apart = table[~table["agree"].astype(bool)].to_dict("records")
    if not apart:
        n = len(table)
        told = "Every method agrees on the main effect"
        told = told if n == 1 else f"Every method agrees on all {n} main effects"
        return f"{told}: the same side of α, unadjusted, and the same sign where they find one."
    names = "; ".join(f"{component(study, r)} ({contrast(r)})" for r in apart[:6])
    more = f"; and {len(apart) - 6} more" if len(apart) > 6 else ""
    told = f"Methods disagree on {counted(len(apart), 'effect')} of {len(table)}"
    return f"{told}: {names}{more}. Trust {'this one' if len(apart) == 1 else 'these'} less."


def _table(study: Subject, answer: ResponseResult, analysis: Analysis) -> Table:
    relative = analysis.scale == "log"
    rows = []
    for r in analysis.robustness.to_dict("records"):
        agrees = Cell("agree", tone="pass") if r["agree"] else Cell("disagree", tone="warn")
        numbers = [_change(r, "estimate", relative), p_value(r["p"]), p_value(r["p_hc3"])]
        numbers += [_change(r, "block_mean", relative), p_value(r["p_block"]), p_value(r["p_sign_flip"])]
        numbers += [units(r["estimate_raw"]), p_value(r["p_raw"])]
        rows.append([Cell(component(study, r)), Cell(contrast(r)), agrees, *map(Cell, numbers)])
    heads = ("effect", "p", "p (HC3)", "per seed", "p (per seed)", "p (sign flips)", "raw", "p (raw)")
    columns = [Column("component"), Column("levels"), Column("methods"), *(Column(h, True) for h in heads)]
    caption = f"Effects on {answer.response} by other methods; p-values are not adjusted"
    return Table(f"{answer.prefix}robustness", caption, columns, rows, analysis.robustness, limit=200)


def _change(row: Mapping[Any, Any], name: str, relative: bool) -> str:
    e = float(row[name])
    if not math.isfinite(e):
        return "unknown"
    return percent(100 * math.expm1(e)) if relative else units(e)
