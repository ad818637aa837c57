"""Which components change each other's effect."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ablation.analysis import Analysis
from ablation.analysis.tables.anova import group_name, tested_interactions
from ablation.numbers import p_value, plain, share
from ablation.report.document import Block, Cell, Figure, Folded, Grid, Matrix, Prose, Section
from ablation.report.drawing import Drawer, figures
from ablation.report.figures.pair_grid import pairs
from ablation.report.figures.short_text import told_apart
from ablation.report.sections.board import pair_anchor
from ablation.report.sections.table_parts import ALL, table_of, term_labels
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted

ENOUGH, MAX_SHOWN = 4, 12
"""Pairs that are shown at once: at least, and at most of those that are significant."""


def interactions(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """A strip of all pairs, and plots of those that matter."""
    if answer.analysis is None:
        return None
    analysis, words, title = answer.analysis, study.words(answer), "Interactions"
    tests = analysis.interactions
    if tests.empty:
        only = len(analysis.runs.predictors) < 2
        why = "only one component varies" if only else "the runs do not show them"
        return Section("interactions", title, [Prose(f"No interactions were estimated: {why}.")])
    heads = ("pair", "#partial ω²", "#df", "#F", "#p (Benjamini–Hochberg)")
    caption = f"All pairs of components, strongest evidence first, {words.response}"
    rows = _rows(words, analysis)
    table = table_of(f"{answer.prefix}interactions", caption, heads, rows, tests, limit=15)
    plots = _plots(analysis, words, drawer, answer.prefix)
    blocks: list[Block] = [Prose(_sentence(analysis)), *_matrix(words, analysis, plots)]
    blocks += [Grid(list(plots.values()))] if plots else []
    blocks += [*_aliases(answer, words, analysis), Folded("As a table", [table])]
    return Section("interactions", title, blocks)


def _plots(analysis: Analysis, words: Wording, drawer: Drawer, prefix: str) -> dict[frozenset[str], Figure]:
    """A figure of each pair, with an anchor; those beyond the first few show when they are asked for."""
    each_pair = pairs(analysis)
    drawn = [
        block
        for each in drawer.blocks(lambda: figures.interactions(analysis, words), prefix)
        for block in (each.blocks if isinstance(each, Grid) else [each])
        if isinstance(block, Figure)
    ]
    n_clear = sum(pair.is_clear for pair in each_pair)
    shown = min(MAX_SHOWN, max(ENOUGH, n_clear))
    return {
        frozenset((pair.x.name, pair.lines.name)): replace(
            figure, anchor=f"{prefix}{pair_anchor(pair.x.name, pair.lines.name)}", is_extra=i >= shown
        )
        for i, (pair, figure) in enumerate(zip(each_pair, drawn, strict=False))
    }  # fmt: skip


def _matrix(words: Wording, analysis: Analysis, plots: Mapping[frozenset[str], Figure]) -> list[Block]:
    """Every pair of factors at a glance, where there are several."""
    names = [part.name for part in analysis.runs.predictors]
    if len(names) < 3:
        return []
    groups = {group_name(group): group for group in tested_interactions(analysis.fit)}
    of: dict[frozenset[str], tuple[str, float]] = {}
    for r in analysis.interactions.to_dict("records"):
        p = r["p_adjusted"]
        for term in groups.get(r["term"], ()):
            pair = frozenset(names[i] for i in term.members)
            of[pair] = p_value(p), _weight(p)
    rows = []
    for a in names:
        row: list[tuple[str, float, str] | None] = []
        for b in names:
            known = of.get(frozenset((a, b))) if a != b else None
            figure = plots.get(frozenset((a, b)))
            row.append(known and (*known, figure.anchor if figure else ""))
        rows.append(row)
    caption = "p of each pair's interaction (Benjamini–Hochberg); the darker, the clearer"
    if plots:
        caption += ". Choose one to see it"
    return [Matrix(told_apart(map(words.factor, names), 20), rows, caption)]


def _weight(p: float) -> float:
    """How dark an entry is: 0 at p = 1, 1 from p = 0.0001 on."""
    return 0.0 if math.isnan(p) else min(-math.log10(max(p, 1e-4)) / 4, 1.0)


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
    summary = f"{counted(len(rows), 'set')} of interactions that these runs cannot separate"
    caption = "Interactions that always move together in these runs"
    heads = ("interaction", "cannot be separated from")
    return [Folded(summary, [table_of(f"{answer.prefix}aliases", caption, heads, rows, limit=ALL)])]


def _sentence(analysis: Analysis) -> str:
    table = analysis.interactions
    tested = table[table["p_adjusted"].notna()]
    passed = tested[tested["p_adjusted"] < analysis.request.alpha]
    if tested.empty:
        return "There is no error estimate, so it is not known whether components change each other's effect."
    n = len(tested)
    text = "The one pair does not stand out" if n == 1 else f"None of the {n} pairs stands out"
    text += ". This does not prove that there is no interaction, only that these runs do not show one."
    if len(passed):
        text = (
            f"{len(passed)} of {counted(n, 'pair')} passed the screen: there the effect of one component "
            "seems to depend on the level of the other; an average over its levels is not the whole story."
        )
    if table["aliased"].any():
        text += " Pairs joined by + share one estimate: this design cannot tell which of them it is."
    return text
