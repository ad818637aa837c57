"""Section 5: which components change each other's effect."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ablation.analysis import Analysis
from ablation.numbers import p_value, plain, share
from ablation.report.document import Block, Cell, Prose, Section
from ablation.report.drawing import Drawer, figures
from ablation.report.sections.tables import ALL, made, term_labels
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted


def interactions(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """A strip of all pairs, and plots of those that matter."""
    if answer.analysis is None:
        return None
    analysis, words, title = answer.analysis, study.words(answer), "Interactions"
    found = analysis.interactions
    if found.empty:
        only = len(analysis.runs.predictors) < 2
        why = "only one component varies" if only else "the runs do not show them"
        return Section("interactions", title, [Prose(f"No interactions were estimated: {why}.")])
    heads = ("pair", "#partial ω²", "#df", "#F", "#p (Benjamini–Hochberg)")
    caption = f"All pairs of components, strongest evidence first, {words.response}"
    rows = _rows(words, analysis)
    table = made(f"{answer.prefix}interactions", caption, heads, rows, found, limit=15)
    blocks: list[Block] = [Prose(_sentence(analysis)), table, *_aliases(answer, words, analysis)]
    blocks += drawer.blocks(lambda: figures.interactions(analysis, words), answer.prefix)
    return Section("interactions", title, blocks)


def _rows(words: Wording, analysis: Analysis) -> Iterator[list[str | Cell]]:
    labels = term_labels(words, analysis)
    for r in analysis.interactions.to_dict("records"):
        omega = r["partial_omega_sq"]
        bar = min(max(omega, 0.0), 1.0) if math.isfinite(omega) else 0.0
        pair = Cell(labels.get(r["term"], r["term"]), strong=r["p_adjusted"] < words.alpha)
        numbers = [str(r["df"]), plain(r["F"]), p_value(r["p_adjusted"])]
        yield [pair, Cell(share(omega), share=bar), *numbers]


def _aliases(answer: ResponseResult, words: Wording, analysis: Analysis) -> list[Block]:
    """Interactions that always move together, a group a row."""
    groups = [
        group
        for notice in analysis.warnings
        if notice.code == "aliased-interaction"
        for group in notice.facts["groups"]
    ]
    if not groups:
        return []
    rows = [[words.term(group[0]), "; ".join(map(words.term, group[1:]))] for group in groups]
    caption = "Interactions that always move together in these runs"
    heads = ("interaction", "cannot be separated from")
    return [made(f"{answer.prefix}aliases", caption, heads, rows, limit=ALL)]


def _sentence(analysis: Analysis) -> str:
    table = analysis.interactions
    tested = table[table["p_adjusted"].notna()]
    passed = tested[tested["p_adjusted"] < analysis.request.alpha]
    if tested.empty:
        return "There is no error estimate, so it is not known whether components change each other's effect."
    n = counted(len(tested), "pair")
    told = f"None of {n} stands out. That shows none to be absent, only that these runs do not show it."
    if len(passed):
        told = (
            f"{len(passed)} of {n} passed the screen: the effect of one component there seems to depend on "
            "the level of the other, and an average over its levels is not the whole story."
        )
    if table["aliased"].any():
        told += " Pairs joined by + share one estimate in this design: which of them it is cannot be told."
    return told
