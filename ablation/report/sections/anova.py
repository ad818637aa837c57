"""The analysis of variance, with the block's row and lack of fit."""

import math
from collections.abc import Iterator

from ablation.analysis import Analysis
from ablation.numbers import p_text, p_value, plain, share
from ablation.report.document import Folded, Prose, Section, Sentences
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import table_of, term_labels
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted

HEADS = ("term", "#df", "#sum of squares", "#F", "#p", "#p (HC3)", "#partial ω²", "#partial η² interval")


def anova(study: Subject, answer: ResponseResult, _: Drawer) -> Section | None:
    """The table, and what lack of fit and the block's share of the noise say."""
    if answer.analysis is None:
        return None
    analysis, words = answer.analysis, study.words(answer)
    sums = {1: "I", 2: "II", 3: "III"}[analysis.request.anova_type]
    text = f"Sums of squares of type {sums} by nested models, on the {analysis.scale} scale."
    caption = f"Analysis of variance of {words.response}"
    table = table_of(
        f"{answer.prefix}anova", caption, HEADS, _rows(words, analysis), analysis.anova, limit=90
    )
    sentences = Sentences([_lack_of_fit(words, analysis), *_block_share(words, analysis)])
    folded = Folded(f"Table of {counted(len(analysis.anova), 'term')}", [Prose(text), table])
    return Section("anova", "Analysis of variance", [sentences, folded])


def _rows(words: Wording, analysis: Analysis) -> Iterator[list[str]]:
    labels, block = term_labels(words, analysis), analysis.runs.block
    for r in analysis.anova.to_dict("records"):
        name, numbers = labels.get(r["term"], r["term"]), [str(r["df"]), plain(r["sum_sq"])]
        if r["term"] == "Residuals":
            yield [name, *numbers, "", "", "", "", ""]
            continue
        is_block = block is not None and r["term"] == block.name
        low, high = r["partial_eta_sq_low"], r["partial_eta_sq_high"]
        interval = f"{share(low)} to {share(high)}" if math.isfinite(low) else ""
        tests = [plain(r["F"]), p_value(r["p"]), "–" if is_block else p_value(r["p_hc3"])]
        yield [
            f"{name} (block)" if is_block else name,
            *numbers,
            *tests,
            share(r["partial_omega_sq"]),
            interval,
        ]


def _lack_of_fit(words: Wording, analysis: Analysis) -> str:
    row = analysis.lack_of_fit.iloc[0]
    if not math.isfinite(row["p"]):
        return "Lack of fit cannot be tested: the model has a mean for each cell, or no cell has two runs."
    outcome = "The model leaves something out" if row["p"] < words.alpha else "The model fits"
    test = f"F({row['df']:.0f}, {row['df_pure_error']:.0f}) = {plain(row['F'])}, {p_text(row['p'])}"
    return f"{outcome}: lack of fit against one mean per cell, {test}."


def _block_share(words: Wording, analysis: Analysis) -> list[str]:
    table = analysis.diagnostics.block_variance
    if table.empty or not math.isfinite(table["share"].iloc[0]):
        return []
    return [
        f"The {words.blocks} make {100 * float(table['share'].iloc[0]):.0f} % of the noise between runs of a "
        "cell (REML). Pairing takes that part out of every comparison."
    ]
