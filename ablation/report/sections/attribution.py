"""What each component contributes: one change by several definitions, and pairs that act as one."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ablation.analysis import Analysis
from ablation.analysis.attribution.attribution import Attribution
from ablation.analysis.attribution.patterns import TOGETHER
from ablation.numbers import p_text, share
from ablation.report.document import Block, Folded, Prose, Section, Sentences
from ablation.report.drawing import Drawer, figures
from ablation.report.sections.table_parts import ALL, contrast, one_look, table_of
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject

HEADS = (
    "component", "levels", "#average", "#alone (add one in)", "#last (leave one out)", "#Shapley value",
    "#its interval", "#share of variance", "#with interactions",
)  # fmt: skip

READING = (
    "Four questions about one change. On average: over all levels of the other components, as in the "
    "verdicts. Alone: everything else stays at its reference. Last: everything else is changed already. "
    "(Where the reference is the full model, the two change places.) Shapley: the mean over all orders in "
    "which the changes can be made; these values add up to what all changes do together. A component with "
    "several other levels counts as changed at any of them alike. The share of variance is what a component "
    "makes of the differences between cells, each cell counting the same and noise taken out (functional "
    "ANOVA): it has no sign, and depends on which levels were in the study."
)


def attribution(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section | None:
    """The sentences, and folded the table and the figure; nothing for one factor, or with numbers."""
    if answer.analysis is None or answer.analysis.attributed.obstacle in ("one", "numbers"):
        return None
    analysis, words, title = answer.analysis, study.words(answer), "What each component contributes"
    pairs = [_pair(words, row) for row in analysis.patterns.to_dict("records")]
    named: list[Block] = [Sentences(pairs)] if pairs else []
    refused = _refused(analysis.attributed, analysis)
    if refused and analysis.attribution[["first", "last", "shapley"]].isna().all(axis=None):
        return Section("attribution", title, [*named, Prose(refused)])
    sentences = [*_orders(words, analysis), *_total(words, analysis.attributed), refused]
    caption = f"What each change contributes to {words.response} by several definitions"
    table = table_of(
        f"{answer.prefix}attribution", caption, HEADS, _rows(words, analysis), analysis.attribution, limit=ALL
    )
    plot = drawer.blocks(lambda: figures.questions(analysis, words), answer.prefix)
    folded = Folded(
        "Average, alone, last, Shapley and share of variance, side by side",
        [Prose(READING), *one_look(words), *plot, table],
    )
    return Section("attribution", title, [*named, Prose(" ".join(filter(None, sentences))), folded])


def _pair(words: Wording, row: Mapping[Any, Any]) -> str:
    """'Either of the two will do: …' or 'Only together: …'."""
    one, other = words.at(row["factor"], row["level"]), words.at(row["other"], row["other_level"])
    size, bounds = words.size(row["estimate"]), words.interval(row["ci_low"], row["ci_high"])
    verb = "lower" if row["estimate"] < 0 else "higher"
    numbers = (
        f"{words.response} is {size} {verb} ({words.level} CI {bounds}, {p_text(row['p_adjusted'])}) than in "
        f"the three other combinations, which differ by {words.size(row['apart'])} at most."
    )
    if row["kind"] == TOGETHER:
        return f"Only together: with both {one} and {other}, {numbers}"
    return f"Either of the two will do, {one} or {other}: without both, {numbers}"


def _orders(words: Wording, analysis: Analysis) -> Iterator[str]:
    """Changes that are not worth the same alone and last."""
    table = analysis.attribution
    tested = table[table["p_order"].notna()]
    apart = tested[tested["p_order"] < words.alpha].to_dict("records")
    for row in apart:
        change = f"{words.factor(row['factor'])} ({contrast(row)})"
        yield (
            f"What {change} is worth depends on what else is changed: {words.change(row['first'])} alone, "
            f"{words.change(row['last'])} last ({p_text(row['p_order'])})."
        )
    if len(tested) and not apart:
        yield "No change was shown to contribute something else alone than last, after all others."


def _total(words: Wording, attributed: Attribution) -> Iterator[str]:
    estimate, low, high = attributed.total
    if not math.isnan(estimate):
        bounds = f" ({words.level} CI {words.interval(low, high)})" if math.isfinite(low) else ""
        yield f"All changes at once change {words.response} by {words.change(estimate)}{bounds}."


def _refused(attributed: Attribution, analysis: Analysis) -> str:
    """What the cells do not tell, and what would."""
    if attributed.obstacle == "shares":
        return "For shares, counts and ratings only average effects are computed; they are above."
    if attributed.obstacle == "many":
        return "Shapley values and shares are not computed for so many cells or runs. Averages are above."
    if missing := attributed.n_missing:
        total = missing + len(analysis.runs.one_per_cell)
        return (
            f"{missing} of {total} cells {'has' if missing == 1 else 'have'} no run that "
            "counts. Shares of variance need every cell, a Shapley value every cell between the reference "
            "and the changed levels: what lacks one is not computed. Effects on average are those of the "
            "verdicts; a full factorial would show the rest."
        )
    if math.isnan(attributed.p_cells):
        return "Without an error estimate there are no intervals, and shares of variance would include noise."
    if attributed.p_cells >= analysis.request.alpha:
        p = p_text(attributed.p_cells)
        return f"The cells do not differ beyond noise ({p}), so there is nothing to share out."
    return ""


def _rows(words: Wording, analysis: Analysis) -> Iterator[list[str]]:
    for row in analysis.attribution.to_dict("records"):
        effects = [words.change(row[name]) for name in ("average", "first", "last", "shapley")]
        interval = words.interval(row["shapley_low"], row["shapley_high"])
        shares = [share(row["share"]), share(row["share_with_interactions"])]
        yield [words.factor(row["factor"]), contrast(row), *effects, interval, *shares]
