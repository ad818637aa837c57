"""One verdict per component, or per level of another factor if they interact."""

from collections.abc import Sequence

import pandas as pd

from ablation.analysis.analysis_request import AnalysisRequest
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.sequential.looks import FrozenRow, Looks
from ablation.analysis.verdicts.conservative import Conservative
from ablation.analysis.verdicts.judging import Judgement, Rules, judge
from ablation.analysis.verdicts.rows import Row, contrast_alpha, row_names


def verdicts_table(
    rows: Sequence[Row], contrasts: Conservative, fit: Fit, scale: Scale, request: AnalysisRequest
) -> tuple[pd.DataFrame, Conservative, Judgement, dict[int, FrozenRow]]:
    """One row per verdict, as at `Analysis.verdicts`; the estimates and tests behind it; frozen rows."""
    frozen = _frozen(rows, request.looks)
    contrasts = contrasts.with_frozen(frozen)
    judged = judge(contrasts, rules_of(fit, scale, request), request.looks, frozen)
    low, high = contrasts.interval(request.interval_alpha)
    for i, row in frozen.items():
        low[i], high[i] = row.low, row.high
    table = row_names(rows).assign(
        estimate=contrasts.estimate,
        se=contrasts.se,
        df=contrasts.df,
        ci_low=low,
        ci_high=high,
        p_adjusted=judged.p,
        p_beyond=judged.p_beyond,
        p_equivalence=judged.p_equivalence,
        percent=scale.percent(contrasts.estimate),
        percent_low=scale.percent(low),
        percent_high=scale.percent(high),
        verdict=judged.verdicts,
    )
    if request.looks is not None:
        now = request.looks.taken[-1]
        table["inside_low"], table["inside_high"] = contrasts.interval(request.looks.tail(2 * request.alpha))
        table["decided_at"] = [frozen[i].seeds if i in frozen else now for i in range(len(rows))]
        table[["claim_sign", "claim_beyond", "claim_inside"]] = judged.claims.T
    return table, contrasts, judged, frozen


def rules_of(fit: Fit, scale: Scale, request: AnalysisRequest) -> Rules:
    """The rules for the verdicts of an analysis."""
    margin = scale.margin(request.margin)[1] if request.margin else None
    return Rules(request.alpha, contrast_alpha(fit, request.alpha), margin, request.direction == "lower")


def _frozen(rows: Sequence[Row], looks: Looks | None) -> dict[int, FrozenRow]:
    """The rows that an earlier look has settled for good, by position."""
    frozen = {} if looks is None else looks.frozen
    names = [(row.factor, row.level, row.where) for row in rows]
    return {i: frozen[name] for i, name in enumerate(names) if name in frozen}
