"""Section 1: what each component does, in sentences, a figure and a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.model.means import mean_row
from ablation.naming import clipped
from ablation.numbers import minus, p_value, percent, percent_interval, share, units, value
from ablation.report.document import (
    Beside,
    Block,
    Cell,
    Column,
    Folded,
    Prose,
    Section,
    Sentences,
    Table,
    Warned,
)
from ablation.report.drawing import Drawer
from ablation.report.sections.tables import component, contrast, interval_name, verdict_cell
from ablation.report.sentences import notice_sentence, verdict_sentence, with_words
from ablation.report.subject import ResponseResult, Subject


def verdicts(study: Subject, answer: ResponseResult, drawer: Drawer) -> Section:
    """Sentences beside the forest plot, then the table and the means behind it."""
    title = f"Verdicts: what each component does to {answer.response}"
    if answer.analysis is None:
        obstacle = f"Nothing can be concluded yet. {answer.obstacle}"
        return Section("verdicts", title, [*_warned(study, None), Prose(minus(obstacle))])
    analysis = answer.analysis
    asked = (analysis, answer.response, answer.direction)
    forest = drawer.blocks("effects_forest", *asked, prefix=answer.prefix)
    words = study.words(analysis)
    sentences = Sentences([verdict_sentence(found, words) for found in analysis.findings], lead=True)
    blocks: list[Block] = [
        *_warned(study, analysis),
        Beside([sentences], forest) if forest else sentences,
        verdict_table(study, answer, analysis),
        Prose(_reading(answer, analysis)),
        *_unreplicated(answer, analysis, drawer),
        *drawer.grid("marginal_means", *asked, prefix=answer.prefix),
        Folded("Main effects, means of every level, and all pairs", _details(study, answer, analysis)),
    ]
    return Section("verdicts", title, blocks)


def _warned(study: Subject, analysis: Analysis | None) -> list[Block]:
    """What must be known first; nothing where nothing triggered it."""
    found = []
    missing = len(study.table.attrs.get("missing", []))
    if missing and len(study.table):
        n_runs = len(study.record.keys)
        found.append(
            f"{missing} of {n_runs} runs are missing: what follows is what the others say. "
            "The same sweep command goes on where it stopped."
        )
    if analysis is not None:
        words = study.words(analysis)
        found += [notice_sentence(notice, words) for notice in analysis.warnings]
    return [Warned(found)] if found else []


def verdict_table(study: Subject, answer: ResponseResult, analysis: Analysis) -> Table:
    """Component, effect with its interval in % and in units, adjusted p, share of variance, verdict."""
    relative = analysis.scale == "log"
    omega = dict(zip(analysis.anova["term"], analysis.anova["partial_omega_sq"], strict=True))
    columns = [
        Column("component"),
        Column("level − reference"),
        Column("verdict"),
        Column("effect", True),
        Column(interval_name(analysis), True),
    ]
    columns += [Column(f"in {answer.response}", True)] if relative else []
    columns += [Column("p (Holm)", True), Column("partial ω²", True)]
    rows = []
    for row in analysis.verdicts.to_dict("records"):
        effect = [Cell(text) for text in effect_texts(analysis, row, relative)]
        told = Cell(share(float(omega.pop(row["factor"]))) if row["factor"] in omega else "")
        names = [Cell(component(study, row)), Cell(contrast(row)), verdict_cell(row["verdict"])]
        rows.append([*names, *effect, Cell(p_value(row["p_adjusted"])), told])
    caption = f"What each component does to {answer.response} ({answer.direction} is better)"
    return Table(
        f"{answer.prefix}verdicts",
        caption,
        columns,
        rows,
        with_words(analysis, study.words(analysis)),
        copies=True,
        limit=200,
    )


def effect_texts(analysis: Analysis, row: Mapping[str, Any], relative: bool) -> list[str]:
    """Effect and interval; on the log scale in %, and then in units at the reference's mean."""
    if not relative:
        e, low, high = (float(row[name]) for name in ("estimate", "ci_low", "ci_high"))
        return [units(e), f"{units(low)} to {units(high)}" if math.isfinite(low) else "unknown"]
    e, low, high = (float(row[name]) for name in ("percent", "percent_low", "percent_high"))
    return [percent(e), percent_interval(low, high), units(reference_mean(analysis, row) * e / 100)]


def reference_mean(analysis: Analysis, row: Mapping[str, Any]) -> float:
    """Geometric mean of the response at the reference level of a contrast, within what it is within."""
    predictors, at = analysis.runs.predictors, {}
    for i, part in enumerate(predictors):
        if part.name == row["factor"]:
            at[i] = 0
        for j, point in enumerate(part.points):
            if row.get("within") == f"{part.name}={point}":
                at[i] = j
    found = analysis.fit.estimates(np.array([mean_row(analysis.fit, predictors, at)]))
    return float(np.exp(found.estimate[0] + analysis.scaling.shift))


def _reading(answer: ResponseResult, analysis: Analysis) -> str:
    """How to read the table, in two or three sentences."""
    blocks = "no blocks"
    if analysis.runs.block is not None:
        blocks = f"values of {analysis.runs.block.name} are blocks"
    text = (
        f"Level − reference, {_averaged(analysis)}{_split(analysis)}; {blocks}. "
        "p-values are adjusted by Holm over all rows; intervals are not. "
        "Partial ω² is a whole component's, without its interactions."
    )
    if analysis.scale == "log":
        text += f" Effects in {answer.response} are the % of the reference level's mean."
    if analysis.request.margin is None:
        text += f" No margin applies to {answer.response}, so nothing can be said to do nothing."
    return text


def _averaged(analysis: Analysis) -> str:
    """Over what effects and means are averaged; nothing where the cells for it were not run."""
    if analysis.is_additive:
        return "as if no component changed the effect of another, which these cells cannot show"
    return "averaged equally over the levels of the other components"


def _split(analysis: Analysis) -> str:
    """What holds of rows that are about one level of another component."""
    return (
        ", in rows with “at” at that level of the other" if (analysis.verdicts["within"] != "").any() else ""
    )


def _unreplicated(answer: ResponseResult, analysis: Analysis, drawer: Drawer) -> list[Block]:
    """Lenth's method where no degree of freedom is left for the error."""
    if analysis.lenth is None or analysis.lenth.empty:
        return []
    lenth = analysis.lenth
    alone, among_all = value(lenth["ME"].iloc[0], 3), value(lenth["SME"].iloc[0], 3)
    text = (
        "Without replicates there is no error estimate; Lenth's method asks instead which contrasts stand "
        f"out from the others. Beyond the margin of error {alone} a contrast stands out by itself, beyond "
        f"{among_all} among all."
    )
    if analysis.scale == "log":
        text += " They are differences of natural logarithms: 0.1 is 10.5 %."
    rows = [
        [Cell(clipped(r["contrast"])), Cell(units(r["estimate"])), Cell(_beyond(r))]
        for r in lenth.to_dict("records")
    ]
    columns = [Column("contrast"), Column("estimate", True), Column("stands out")]
    table = Table(f"{answer.prefix}lenth", "Contrasts, largest first", columns, rows, lenth, limit=12)
    half_normal = drawer.blocks("half_normal", analysis, prefix=answer.prefix)
    return [Prose(text), Beside([table], half_normal) if half_normal else table]


def _beyond(row: Mapping[Any, Any]) -> str:
    return "among all" if row["beyond_SME"] else "by itself" if row["beyond_ME"] else "no"


def _details(study: Subject, answer: ResponseResult, analysis: Analysis) -> list[Block]:
    return [_effects(study, answer, analysis), *_means(study, answer, analysis)]


def _effects(study: Subject, answer: ResponseResult, analysis: Analysis) -> Table:
    """Main contrasts with the classical error and one that allows unequal spread."""
    relative = analysis.scale == "log"
    rows = []
    for r in analysis.effects.to_dict("records"):
        texts = [component(study, r), contrast(r), *effect_texts(analysis, r, relative)]
        texts += [p_value(r["p"]), p_value(r["p_adjusted"]), p_value(r["p_hc3"])]
        rows.append([Cell(text) for text in texts])
    columns = [Column("component"), Column("level − reference"), Column("effect", True)]
    columns += [Column(interval_name(analysis), True)]
    heads = ([f"in {answer.response}"] if relative else []) + ["p", "p (Holm)", "p (HC3)"]
    columns += [Column(head, True) for head in heads]
    caption = f"Main effects on {answer.response}, {_averaged(analysis)}, even where verdicts are per level"
    return Table(f"{answer.prefix}effects", caption, columns, rows, analysis.effects, limit=200)


def _means(study: Subject, answer: ResponseResult, analysis: Analysis) -> list[Block]:
    """Means of every level, and pairs of levels where there are more than two."""
    letters = {(r["factor"], r["level"]): r["letters"] for r in analysis.letters.to_dict("records")}
    columns = [
        Column("component"),
        Column("level"),
        Column("mean", True),
        Column(interval_name(analysis), True),
    ]
    columns += [Column("letters")] if letters else []
    rows = []
    for r in analysis.marginal_means.to_dict("records"):
        label = study.labels.get(r["factor"], r["factor"])
        interval = f"{value(r['response_low'])} to {value(r['response_high'])}"
        row = [label, clipped(r["level"]), value(r["response"]), interval if r["se"] > 0 else "unknown"]
        row += [letters.get((r["factor"], r["level"]), "")] if letters else []
        rows.append([Cell(text) for text in row])
    kind = "geometric means" if analysis.scale == "log" else "means"
    caption = f"{answer.response} by level: {kind}, {_averaged(analysis)}"
    means = Table(f"{answer.prefix}means", caption, columns, rows, analysis.marginal_means)
    if analysis.pairs.empty:
        return [means]
    text = "Levels that share a letter are not separated by Tukey's test."
    return [means, Prose(text), _pairs(study, answer, analysis)]


def _pairs(study: Subject, answer: ResponseResult, analysis: Analysis) -> Table:
    relative = analysis.scale == "log"
    rows = []
    for r in analysis.pairs.to_dict("records"):
        numbers = [r["estimate"], r["ci_low"], r["ci_high"]]
        changes = [100 * math.expm1(x) if relative else x for x in numbers]
        label = study.labels.get(r["factor"], r["factor"])
        shown = [percent(changes[0]), percent_interval(changes[1], changes[2])]
        if not relative:
            shown = [units(changes[0]), f"{units(changes[1])} to {units(changes[2])}"]
        row = [label, contrast(r), *shown, p_value(r["p_adjusted"])]
        rows.append([Cell(text) for text in row])
    columns = [Column("component"), Column("levels"), Column("effect", True)]
    columns += [Column("simultaneous interval", True), Column("p (Tukey)", True)]
    caption = f"All pairs of levels, {answer.response}"
    return Table(f"{answer.prefix}pairs", caption, columns, rows, analysis.pairs)
