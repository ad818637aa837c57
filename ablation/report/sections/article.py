"""Section 3: the article's linear model, as statsmodels prints it, with what must be said beside it."""

from __future__ import annotations

from ablation.analysis import Analysis
from ablation.analysis.article.summary import article_deviations, article_summary
from ablation.numbers import minus, p_value, plain
from ablation.report.document import Block, Cell, Column, Prose, Section, Table, Verbatim
from ablation.report.drawing import Drawer
from ablation.report.sections.tables import interval_name
from ablation.report.subject import ResponseResult, Subject


def article(_: Subject, answer: ResponseResult, __: Drawer) -> Section | None:
    """OLS of the raw response on the article's columns."""
    if answer.analysis is None:
        return None
    blocks: list[Block] = [
        Prose(
            f"Ordinary least squares of the raw {answer.response} on one 0/1 column per component, "
            "without an intercept, as the article has it; seeds are no blocks here."
        ),
        Verbatim(
            article_summary(answer.analysis), f"OLS summary of {answer.response}", f"{answer.prefix}ols.txt"
        ),
        Prose(f"Caution: {answer.analysis.article_caution}"),
        *_deviations(answer, answer.analysis),
    ]
    return Section("article", "The article's linear model", blocks)


def _deviations(answer: ResponseResult, analysis: Analysis) -> list[Table]:
    """The one-per-level coefficients as deviations from their mean."""
    found = article_deviations(analysis)
    if found.empty:
        return []
    rows = [
        [
            Cell(str(r["column"])),
            Cell(minus(f"{r['deviation']:+.5f}")),
            Cell(minus(f"{r['ci_low']:+.5f}") + " to " + minus(f"{r['ci_high']:+.5f}"))
            if plain(r["ci_low"]) != "unknown"
            else Cell("unknown"),
            Cell(p_value(r["p"])),
        ]
        for r in found.to_dict("records")
    ]
    columns = [Column("column"), Column("deviation from their mean", True)]
    columns += [Column(interval_name(analysis), True), Column("p", True)]
    caption = "The columns that have one per level, as deviations from their mean"
    return [Table(f"{answer.prefix}deviations", caption, columns, rows, found)]
