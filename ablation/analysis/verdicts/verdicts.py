"""One verdict per component, or per level of another where an interaction asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Predictor
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.request import AnalysisRequest
from ablation.analysis.sequential.looks import FrozenRow, Looks
from ablation.analysis.verdicts.conservative import Conservative
from ablation.analysis.verdicts.finding import Finding
from ablation.analysis.verdicts.judging import INCONCLUSIVE, NOTHING, Judgement, Rules, judge
from ablation.analysis.verdicts.power import Growth
from ablation.analysis.verdicts.rows import Row, contrast_alpha, row_names


def verdicts_table(
    rows: Sequence[Row],
    found: Conservative,
    fit: Fit,
    predictors: Sequence[Predictor],
    scale: Scale,
    asked: AnalysisRequest,
    growth: Growth,
    failing: Mapping[tuple[str, str], tuple[int, int]],
    depends: Mapping[str, tuple[tuple[str, ...], float]],
) -> tuple[pd.DataFrame, list[Finding]]:
    """One row per verdict, as described at `Analysis.verdicts`, and what a sentence on each needs to know.

    Args:
        rows: what is judged.
        found: their estimates.
        fit: the main model.
        predictors: its predictors.
        scale: to come back to % or units.
        asked: alpha, margin and direction.
        growth: what one more seed brings.
        failing: (factor, level) at which runs fail more often -> failed runs, runs.
        depends: factor -> what its effect may depend on, and the p value of that.
    """
    frozen = _frozen(rows, asked.looks)
    found = found.with_frozen(frozen)
    judged = judge(found, rules_of(fit, scale, asked), asked.looks, frozen)
    low, high = found.interval(asked.interval_alpha)
    for i, row in frozen.items():
        low[i], high[i] = row.low, row.high
    seeds = _seeds(found, judged.verdicts, fit, scale, asked, growth)
    table = row_names(rows).assign(
        estimate=found.estimate,
        se=found.se,
        df=found.df,
        ci_low=low,
        ci_high=high,
        p_adjusted=judged.p,
        p_beyond=judged.p_beyond,
        p_equivalence=judged.p_equivalence,
        percent=scale.percent(found.estimate),
        percent_low=scale.percent(low),
        percent_high=scale.percent(high),
        verdict=judged.verdicts,
        seeds_needed=pd.array(seeds, dtype="Int64"),
    )
    if asked.looks is not None:
        now = asked.looks.taken[-1]
        table["inside_low"], table["inside_high"] = found.interval(asked.looks.tail(2 * asked.alpha))
        table["decided_at"] = [frozen[i].seeds if i in frozen else now for i in range(len(rows))]
        table[["claim_sign", "claim_beyond", "claim_inside"]] = judged.claims.T
    return table, _findings(rows, found, judged, seeds, predictors, asked, failing, depends, frozen)


def rules_of(fit: Fit, scale: Scale, asked: AnalysisRequest) -> Rules:
    """What decides the verdicts of an analysis."""
    margin = scale.margin(asked.margin)[1] if asked.margin else None
    return Rules(asked.alpha, contrast_alpha(fit, asked.alpha), margin, asked.direction == "lower")


def _frozen(rows: Sequence[Row], looks: Looks | None) -> dict[int, FrozenRow]:
    """The rows that an earlier look has settled for good, by position."""
    kept = {} if looks is None else looks.frozen
    names = [(row.factor, row.level, "=".join(row.within or ())) for row in rows]
    return {i: kept[name] for i, name in enumerate(names) if name in kept}


def _seeds(
    found: Conservative, verdicts: list[str], fit: Fit, scale: Scale, asked: AnalysisRequest, growth: Growth
) -> list[int | None]:
    """Seeds more for a conclusion with 80 % power, the estimate being true; None: settled or out of reach."""
    alpha = contrast_alpha(fit, asked.alpha) / len(verdicts)
    strictest = asked.alpha / len(verdicts)
    margin = scale.margin(asked.margin)[1] if asked.margin else 0.0
    more: list[int | None] = []
    if asked.looks is not None:
        return [None] * len(verdicts)  # its plan says when it ends: more seeds than that would not be valid
    for verdict, e, errors in zip(verdicts, found.estimate, found.errors, strict=True):
        if verdict != INCONCLUSIVE:
            more.append(None)
            continue
        total = np.fmin(
            growth.seeds_for(e, errors, alpha), growth.seeds_for_equivalence(e, margin, errors, strictest)
        )
        more.append(None if np.isnan(total) else max(1, int(np.ceil(total - growth.seeds))))
    return more


def _findings(
    rows: Sequence[Row],
    found: Conservative,
    judged: Judgement,
    seeds: list[int | None],
    predictors: Sequence[Predictor],
    asked: AnalysisRequest,
    failing: Mapping[tuple[str, str], tuple[int, int]],
    depends: Mapping[str, tuple[tuple[str, ...], float]],
    frozen: Mapping[int, FrozenRow],
) -> list[Finding]:
    n_levels = {part.name: len(part.levels) if isinstance(part, Factor) else 0 for part in predictors}
    findings = []
    for i, row in enumerate(rows):
        tail = 2 * asked.alpha if judged.verdicts[i] == NOTHING else asked.alpha
        low, high = found.interval(tail if asked.looks is None else asked.looks.tail(tail))
        if i in frozen:
            bounds = frozen[i].inside if judged.verdicts[i] == NOTHING else (frozen[i].low, frozen[i].high)
            low[i], high[i] = bounds
        # Failures flatter the average of the level, or of the reference.
        levels = [level for level in (row.level, row.reference) if (row.factor, level) in failing]
        finding = Finding(
            factor=row.factor, level=row.level, reference=row.reference, within=row.within,
            n_levels=n_levels[row.factor], estimate=float(found.estimate[i]),
            low=float(low[i]), high=float(high[i]), p=float(judged.p[i]),
            verdict=judged.verdicts[i], coverage=1 - tail, seeds=seeds[i],
            depends=None if row.within else depends.get(row.factor),
            n_verdicts=len(rows),
            failing=tuple((level, *failing[row.factor, level]) for level in levels),
        )  # fmt: skip
        findings.append(finding)
    return findings
