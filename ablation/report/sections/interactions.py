"""Section 5: which components change each other's effect."""

from __future__ import annotations

import math

from ablation.analysis import Analysis
from ablation.numbers import p_value, plain, share
from ablation.report.document import Block, Cell, Column, Prose, Section, Table
from ablation.report.drawing import Drawer
from ablation.report.sections.tables import term_labels
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted


def interactions(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """A strip of all pairs, and plots of those that matter."""
    if answer.analysis is None:
        return None
    analysis, title = answer.analysis, "Interactions"
    found = analysis.interactions
    if found.empty:
        why = (
            "only one component varies" if len(analysis.runs.predictors) < 2 else "the runs do not tell them"
        )
        return Section("interactions", title, [Prose(f"No interactions were estimated: {why}.")])
    labels = term_labels(study, analysis)
    rows = [
        [
            Cell(labels.get(r["term"], r["term"]), strong=r["p_adjusted"] < analysis.request.alpha),
            Cell(share(r["partial_omega_sq"]), share=_bar(r["partial_omega_sq"])),
            Cell(str(r["df"])),
            Cell(plain(r["F"])),
            Cell(p_value(r["p_adjusted"])),
        ]
        for r in found.to_dict("records")
    ]
    columns = [Column("pair"), Column("partial ω²", True), Column("df", True), Column("F", True)]
    columns += [Column("p (Benjamini–Hochberg)", True)]
    caption = f"All pairs of components, strongest evidence first, {answer.response}"
    table = Table(f"{answer.prefix}interactions", caption, columns, rows, found, limit=15)
    blocks: list[Block] = [Prose(_sentence(analysis)), table]
    blocks += drawer.grid("interactions", analysis, answer.response, answer.direction, prefix=answer.prefix)
    return Section("interactions", title, blocks)


def _sentence(analysis: Analysis) -> str:
    table = analysis.interactions
    tested = table[table["p_adjusted"].notna()]
    passed = tested[tested["p_adjusted"] < analysis.request.alpha]
    if tested.empty:
        return "There is no error estimate, so it is not known whether components change each other's effect."
    n = counted(len(tested), "pair")
    told = f"None of {n} stands out; that shows none to be absent, only that these runs do not show it."
    if len(passed):
        told = (
            f"{len(passed)} of {n} passed the screen: the effect of one component there seems to depend on "
            "the level of the other, and an average over its levels is not the whole story."
        )
    if table["aliased"].any():
        told += " Pairs joined by + share one estimate in this design: which of them it is cannot be told."
    return told


def _bar(omega: float) -> float:
    return min(max(omega, 0.0), 1.0) if math.isfinite(omega) else 0.0
