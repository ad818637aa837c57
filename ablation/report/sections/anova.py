"""Section 4: the analysis of variance, with the block's row and lack of fit."""

from __future__ import annotations

import math

from ablation.analysis import Analysis
from ablation.numbers import minus, p_value, plain, share
from ablation.report.document import Block, Cell, Column, Prose, Section, Sentences, Table
from ablation.report.drawing import Drawer
from ablation.report.sections.tables import term_labels
from ablation.report.subject import ResponseResult, Subject


def anova(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """The table, and what lack of fit and the seeds' share of the noise say."""
    if answer.analysis is None:
        return None
    analysis = answer.analysis
    sums = {1: "I", 2: "II", 3: "III"}[analysis.request.anova_type]
    text = f"Sums of squares of type {sums} by nested models, on the {analysis.scale} scale."
    sentences = [*_lack_of_fit(analysis), *_seeds_share(analysis)]
    blocks: list[Block] = [Prose(text), _table(study, answer, analysis), Sentences(sentences)]
    return Section("anova", "Analysis of variance", blocks)


def _table(study: Subject, answer: ResponseResult, analysis: Analysis) -> Table:
    labels, block = term_labels(study, analysis), analysis.runs.block
    rows = []
    for r in analysis.anova.to_dict("records"):
        name = labels.get(r["term"], r["term"])
        if block is not None and r["term"] == block.name:
            name = f"{name} (block)"
        known = math.isfinite(r["partial_eta_sq_low"])
        interval = f"{share(r['partial_eta_sq_low'])} to {share(r['partial_eta_sq_high'])}" if known else ""
        numbers = [str(r["df"]), plain(r["sum_sq"])]
        if r["term"] == "Residuals":
            rows.append([Cell(text) for text in (name, *numbers, "", "", "", "", "")])
            continue
        robust = p_value(r["p_hc3"]) if block is None or r["term"] != block.name else "–"
        tests = [plain(r["F"]), p_value(r["p"]), robust, share(r["partial_omega_sq"]), interval]
        rows.append([Cell(text) for text in (name, *numbers, *tests)])
    heads = ("df", "sum of squares", "F", "p", "p (HC3)", "partial ω²", "partial η² interval")
    columns = [Column("term"), *(Column(head, True) for head in heads)]
    caption = f"Analysis of variance of {answer.response}"
    return Table(f"{answer.prefix}anova", caption, columns, rows, analysis.anova, limit=90)


def _lack_of_fit(analysis: Analysis) -> list[str]:
    row = analysis.lack_of_fit.iloc[0]
    if not math.isfinite(row["p"]):
        return ["Lack of fit cannot be tested: the model has a mean for each cell, or no cell has two runs."]
    word = "The model leaves something out" if row["p"] < analysis.request.alpha else "The model fits"
    test = f"F({row['df']:.0f}, {row['df_pure_error']:.0f}) = {plain(row['F'])}, p {_equals(row['p'])}"
    return [f"{word}: lack of fit against one mean per cell, {test}."]


def _seeds_share(analysis: Analysis) -> list[str]:
    table = analysis.diagnostics.block_variance
    if table.empty or not math.isfinite(table["share"].iloc[0]):
        return []
    part = float(table["share"].iloc[0])
    return [
        minus(
            f"Seeds (blocks) make {100 * part:.0f} % of the noise between runs of a cell (REML); pairing "
            "takes that part out of every comparison."
        )
    ]


def _equals(p: float) -> str:
    return p_value(p) if p < 1e-4 else f"= {p_value(p)}"
