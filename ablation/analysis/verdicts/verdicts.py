"""One verdict per component, or per level of another where an interaction asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, Predictor
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.means import contrast_rows, mean_row
from ablation.analysis.model.terms import Group, Term
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.request import AnalysisRequest
from ablation.analysis.sequential.looks import FrozenRow, Looks
from ablation.analysis.tables.anova import term_tests, tested_interactions
from ablation.analysis.verdicts.conservative import Conservative
from ablation.analysis.verdicts.finding import Finding
from ablation.analysis.verdicts.judging import INCONCLUSIVE, NOTHING, Judgement, judge
from ablation.analysis.verdicts.power import Growth

LEVELS_SHARE = 0.1
"""Share of alpha that pays for looking at levels.

An interaction splits a verdict at this share (Holm over interactions), and contrasts are tested at the
rest: under no effect both together err with probability at most alpha.
"""


@dataclass(frozen=True)
class Row:
    """One contrast to judge: names and its combination of coefficients.

    `within` is a factor and its level, if it is about that level alone, and `along` the interaction `a:b`
    that asks for it.
    """

    factor: str
    level: str
    reference: str
    L: Floats
    within: tuple[str, str] | None = None
    along: str = ""


def contrast_alpha(fit: Fit, alpha: float) -> float:
    """The part of alpha that the contrasts' tests get."""
    return alpha * (1 - LEVELS_SHARE) if any(t.order > 1 for t in fit.matrix.terms) else alpha


def verdict_rows(
    fit: Fit, predictors: Sequence[Predictor], alpha: float, looks: Looks | None = None
) -> list[Row]:
    """Main contrasts; those whose effect depends on another factor give way to one row per level of it."""
    names, main = contrast_rows(fit, predictors)
    flagged = flagged_interactions(fit, alpha, looks)
    place = {p.name: i for i, p in enumerate(predictors)}
    rows: list[Row] = []
    for (factor, level, reference), L in zip(names.itertuples(index=False), main, strict=True):
        split = _split(fit, predictors, flagged, (place[factor], level), alpha)
        rows += split or [Row(factor, level, reference, L)]
    return rows


def flagged_interactions(fit: Fit, alpha: float, looks: Looks | None = None) -> list[Term]:
    """Pairs that stand out; of those that the runs cannot tell apart it is not known which one does.

    Over several looks each spends its part of alpha, and a flag stays.
    """
    groups = tested_interactions(fit)
    if not groups or np.isnan(fit.variance):
        return []
    classical = term_tests(fit, groups, 2)["p"]
    robust = [fit.robust_wald_p(_own_columns(fit, group)) for group in groups]
    p = holm(np.fmax(classical, robust))
    limit = alpha * LEVELS_SHARE if looks is None else looks.screen(alpha * LEVELS_SHARE)
    earlier = () if looks is None else looks.flagged
    return [
        group[0]
        for group, value in zip(groups, p, strict=True)
        if len(group) == 1 and group[0].order == 2 and (value < limit or group[0].name in earlier)
    ]


def _own_columns(fit: Fit, group: Group) -> Floats:
    """Combinations that pick the coefficients of terms, (columns that carry rank x p)."""
    own = np.intersect1d(np.concatenate([term.columns for term in group]), fit.kept)
    rows: Floats = np.eye(fit.matrix.X.shape[1])[own]
    return rows


def _split(
    fit: Fit, predictors: Sequence[Predictor], flagged: list[Term], contrast: tuple[int, str], alpha: float
) -> list[Row]:
    """Rows of a contrast at each level of the partner on which it depends most; none if on none."""
    index, level = contrast
    part = predictors[index]
    at = part.points.index(level)
    best: tuple[float, list[Row]] = (alpha, [])
    for term in (t for t in flagged if index in t.members):
        other = next(i for i in term.members if i != index)
        partner = predictors[other]
        rows = []
        for j, name in enumerate(partner.points):
            here, there = ({index: i, other: j} for i in (at, 0))
            L = mean_row(fit, predictors, here) - mean_row(fit, predictors, there)
            rows.append(Row(part.name, level, part.points[0], L, (partner.name, name), term.name))
        p = _differ(fit, np.array([row.L for row in rows]))
        if p < best[0]:
            best = (p, rows)
    return best[1]


def _differ(fit: Fit, L: Floats) -> float:
    """P value of 'these combinations are all equal', by the F test; those without data are left out."""
    L = L[fit.estimable(L)]
    return float(np.fmax(fit.wald_p(L[1:] - L[0]), fit.robust_wald_p(L[1:] - L[0]))) if len(L) > 1 else 1.0


def row_names(rows: Sequence[Row]) -> pd.DataFrame:
    """What the rows are called: factor, level, reference, within."""
    return pd.DataFrame(
        [(r.factor, r.level, r.reference, "=".join(r.within or ())) for r in rows],
        columns=["factor", "level", "reference", "within"],
    )


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
    margin = scale.margin(asked.margin)[1] if asked.margin else None
    share = contrast_alpha(fit, asked.alpha)
    frozen = _frozen(rows, asked.looks)
    found = found.with_frozen(frozen)
    judged = judge(found, margin, asked.alpha, share, asked.direction == "lower", asked.looks, frozen)
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
        table["decided_at"] = [frozen[i].seeds if i in frozen else now for i in range(len(rows))]
        table[["claim_sign", "claim_beyond", "claim_inside"]] = judged.claims.T
    return table, _findings(rows, found, judged, seeds, predictors, asked, failing, depends)


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
) -> list[Finding]:
    n_levels = {part.name: len(part.levels) if isinstance(part, Factor) else 0 for part in predictors}
    findings = []
    for i, row in enumerate(rows):
        tail = 2 * asked.alpha if judged.verdicts[i] == NOTHING else asked.alpha
        low, high = found.interval(tail if asked.looks is None else asked.looks.tail(tail))
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
