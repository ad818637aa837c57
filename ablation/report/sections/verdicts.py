"""What each component does, in sentences, a figure and a table."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.analysis_request import ORDINAL
from ablation.analysis.model.means import mean_row
from ablation.naming import clipped
from ablation.numbers import p_value, share, units, value
from ablation.report.document import Beside, Block, Cell, Folded, Prose, Section, Table
from ablation.report.drawing import Drawer, figures
from ablation.report.figures import Plot
from ablation.report.figures.pair_grid import drawn_pair, pairs
from ablation.report.sections.board import board
from ablation.report.sections.notices import missing, warned
from ablation.report.sections.table_parts import ALL, contrast, table_of, verdict_cell
from ablation.report.sentences import Wording, judged, with_words
from ablation.report.subject import ResponseResult, Subject


def verdicts(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section:
    """The figure-table beside the strongest interaction, cautions, and the means behind the verdicts."""
    words, title = study.words(answer), f"Verdicts: what each component does to {answer.response}"
    analysis, prefix = answer.analysis, answer.prefix
    if analysis is None:
        obstacle = f"Nothing can be concluded yet. {answer.obstacle}"
        return Section("verdicts", title, [Prose(obstacle), *missing(study)])
    rows = board(analysis, words, verdict_table(words, analysis, prefix), drawer, prefix)
    strongest = drawer.blocks(lambda: _strongest(analysis, words), prefix)
    places = study.places(analysis.runs.labels)
    blocks: list[Block] = [
        Beside([rows], strongest) if strongest else rows,
        *warned(study, words, analysis, prefix),
        *_unreplicated(words, analysis, prefix, drawer),
        Folded("How to read this", [Prose(_reading(words, analysis))]),
        Folded("Main effects, means of every level, and all pairs", _details(words, analysis, prefix)),
        *drawer.blocks(lambda: figures.marginal_means(analysis, words, places), prefix),
    ]
    return Section("verdicts", title, blocks)


def _strongest(analysis: Analysis, words: Wording) -> Plot | None:
    """The clearest interaction, whether it is significant or not."""
    known = pairs(analysis)
    return replace(drawn_pair(known[0], analysis, words), name="strongest_interaction") if known else None


def verdict_table(words: Wording, analysis: Analysis, prefix: str) -> Table:
    """Component, effect with its interval in % and in units, adjusted p, share of variance, verdict."""
    heads = ["component", "level − reference", "verdict", "#effect", f"#{words.level} interval"]
    heads += [*_in_units(words), "#p (verdict)", "#partial ω²"]
    omega = dict(zip(analysis.anova["term"], analysis.anova["partial_omega_sq"], strict=True))
    rows: list[list[str | Cell]] = []
    for finding, row in zip(analysis.findings, analysis.verdicts.to_dict("records"), strict=True):
        omega_share = share(float(omega.pop(finding.factor))) if finding.factor in omega else ""
        effect = effect_texts(words, analysis, row, finding.within)
        names: list[str | Cell] = [judged(words, finding), contrast(row), verdict_cell(finding.verdict)]
        rows.append([*names, *effect, p_value(row["p_adjusted"]), omega_share])
    data = with_words(analysis, words)
    return table_of(f"{prefix}verdicts", _caption(words), heads, rows, data, limit=ALL)


def brief_verdict_table(words: Wording, analysis: Analysis) -> Table:
    """The same for a terminal: without the columns that need explaining."""
    rows: list[list[str | Cell]] = []
    for finding, row in zip(analysis.findings, analysis.verdicts.to_dict("records"), strict=True):
        effect = [words.change(row["estimate"]), words.bounds(row["ci_low"], row["ci_high"])]
        names: list[str | Cell] = [judged(words, finding), contrast(row), verdict_cell(finding.verdict)]
        rows.append([*names, *effect, p_value(row["p_adjusted"])])
    heads = ["component", "levels", "verdict", "#effect", f"#{words.level} interval", "#p"]
    return table_of("verdicts", _caption(words), heads, rows)


def _caption(words: Wording) -> str:
    return f"What each component does to {words.response} ({words.direction} is better)"


def _in_units(words: Wording) -> list[str]:
    """The head of the column with effects in units, where the others are in %; with odds, of shares."""
    if words.shares:
        return ["#odds ratio"]
    return [f"#in {words.unit or words.response}"] if words.is_log else []


def effect_texts(
    words: Wording, analysis: Analysis, row: Mapping[Any, Any], within: tuple[str, str] | None = None
) -> list[str]:
    """Effect and interval; on the log scale in %, then in units at the reference's mean; odds of shares."""
    e, low, high = (float(row[name]) for name in ("estimate", "ci_low", "ci_high"))
    texts = [words.change(e), words.interval(low, high)]
    if words.shares:
        texts.append(value(math.exp(e)))
    if words.is_log:
        texts.append(units(reference_mean(analysis, row["factor"], within) * math.expm1(e)))
    return texts


def reference_mean(analysis: Analysis, factor: str, within: tuple[str, str] | None) -> float:
    """Geometric mean of the response at the reference level of a factor, within what it is within."""
    at = {}
    for i, part in enumerate(analysis.runs.predictors):
        if part.name == factor:
            at[i] = 0
        elif within and part.name == within[0]:
            at[i] = part.points.index(within[1])
    mean = analysis.fit.estimates(np.array([mean_row(analysis.fit.matrix, analysis.runs.predictors, at)]))
    return float(np.exp(mean.estimate[0] + analysis.scaling.shift))


def _reading(words: Wording, analysis: Analysis) -> str:
    """How to read the table, in short sentences."""
    block = analysis.runs.block
    split = any(finding.within for finding in analysis.findings)
    at = " A row with “at” holds at that level of the other component." if split else ""
    blocks = f"the values of {block.name} are blocks" if block else "there are no blocks"
    text = (
        f"Effects are level − reference, {_averaged(analysis)}; {blocks}.{at} "
        "The p of a verdict is the larger of the classical and the robust test's, adjusted by Holm over all "
        "rows; confidence intervals (CI) are not adjusted. Partial ω² is a whole component's, without its "
        "interactions."
    )
    if words.is_log:
        text += f" The effect in {words.unit or words.response} is that share of the reference level's mean."
    if words.shares:
        mean = words.shares.origin
        text += (
            f" Effects add up as log-odds, and are told as changes of the {words.share_kind} around "
            f"{value(mean, 3)}. {_dispersion(analysis)}"
        )
    if words.margin is None:
        text += f" Without a margin for {words.response}, no verdict can be “does nothing”."
    return text


def _dispersion(analysis: Analysis) -> str:
    """How much runs vary beyond counting."""
    if analysis.scale == ORDINAL:
        return "The odds are those of a better rating than any, by a proportional-odds model."
    if not analysis.fit.variance > 0 or analysis.request.trials is None:
        return "Their error is that of runs (quasi-binomial)."
    times = value(analysis.fit.variance, 3)
    return f"Shares vary {times} times as much as counting alone would have it; errors are those of runs."


def _averaged(analysis: Analysis) -> str:
    """Over what effects and means are averaged; nothing where the cells for it were not run."""
    if analysis.is_additive:
        text = "as if no component changed the effect of another"
        unseen = analysis.order.why in ("incomplete", "hidden")
        return f"{text}, which these cells cannot show" if unseen else text
    return "averaged equally over the levels of the other components"


def _unreplicated(words: Wording, analysis: Analysis, prefix: str, drawer: Drawer) -> list[Block]:
    """Lenth's method where no degree of freedom is left for the error."""
    lenth = analysis.lenth
    if lenth is None or lenth.empty:
        return []
    alone, among_all = value(lenth["ME"].iloc[0], 3), value(lenth["SME"].iloc[0], 3)
    false_alone, false_among = (f"{100 * lenth[name].iloc[0]:.1f} %" for name in ("rate_ME", "rate_SME"))
    text = (
        "Without replicates there is no error estimate. Lenth's method asks instead which contrasts stand "
        f"out from the others. Beyond the margin of error {alone} a contrast stands out by itself; beyond "
        f"{among_all}, among all. Of contrasts that are noise, {false_alone} lie beyond the first, and "
        f"{false_among} of such studies have one beyond the second."
    )
    if words.is_log:
        text += " They are differences of natural logarithms: 0.1 is 10.5 %."
    rows = [[clipped(r["contrast"]), units(r["estimate"]), _beyond(r)] for r in lenth.to_dict("records")]
    heads = ("contrast", "#estimate", "stands out")
    table = table_of(f"{prefix}lenth", "Contrasts, largest first", heads, rows, lenth, limit=12)
    half_normal = drawer.blocks(lambda: figures.half_normal(analysis), prefix)
    return [Prose(text), Beside([table], half_normal) if half_normal else table]


def _beyond(row: Mapping[Any, Any]) -> str:
    return "among all" if row["beyond_SME"] else "by itself" if row["beyond_ME"] else "no"


def _details(words: Wording, analysis: Analysis, prefix: str) -> list[Block]:
    """Main effects, means of every level, and pairs of levels where there are more than two."""
    blocks: list[Block] = [_effects(words, analysis, prefix), _means(words, analysis, prefix)]
    if not analysis.pairs.empty:
        text = "Levels that share a letter are not separated by Tukey's test."
        blocks += [Prose(text), _pairs(words, analysis, prefix)]
    return blocks


def _effects(words: Wording, analysis: Analysis, prefix: str) -> Table:
    """Main contrasts with the classical error and one that allows unequal spread."""
    rows = []
    for r in analysis.effects.to_dict("records"):
        tests = [p_value(r[name]) for name in ("p", "p_adjusted", "p_hc3")]
        rows.append([words.factor(r["factor"]), contrast(r), *effect_texts(words, analysis, r), *tests])
    heads = ["component", "level − reference", "#effect", f"#{words.level} interval", *_in_units(words)]
    heads += ["#p (classical)", "#p (classical, Holm)", "#p (HC3)"]
    caption = f"Main effects on {words.response}, {_averaged(analysis)}, even where verdicts are per level"
    return table_of(f"{prefix}effects", caption, heads, rows, analysis.effects, limit=ALL)


def _means(words: Wording, analysis: Analysis, prefix: str) -> Table:
    letters = {(r["factor"], r["level"]): r["letters"] for r in analysis.letters.to_dict("records")}
    heads = ["component", "level", f"#{words.mean_kind}", f"#{words.level} interval"]
    heads += ["letters"] if letters else []
    rows = []
    for r in analysis.marginal_means.to_dict("records"):
        low, high = value(r["response_low"]), value(r["response_high"])
        row = [words.factor(r["factor"]), clipped(r["level"]), value(r["response"])]
        row.append(f"{low} to {high}" if r["se"] > 0 else "unknown")
        rows.append([*row, letters.get((r["factor"], r["level"]), "")] if letters else row)
    caption = f"{words.response} by level, {_averaged(analysis)}"
    return table_of(f"{prefix}means", caption, heads, rows, analysis.marginal_means)


def _pairs(words: Wording, analysis: Analysis, prefix: str) -> Table:
    rows = []
    for r in analysis.pairs.to_dict("records"):
        effect = [words.change(r["estimate"]), words.interval(r["ci_low"], r["ci_high"])]
        rows.append([words.factor(r["factor"]), contrast(r), *effect, p_value(r["p_adjusted"])])
    heads = ("component", "levels", "#effect", "#simultaneous interval", "#p (Tukey)")
    return table_of(f"{prefix}pairs", f"All pairs of levels, {words.response}", heads, rows, analysis.pairs)
