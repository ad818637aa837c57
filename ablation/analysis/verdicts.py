"""Keep, hurts, does nothing, inconclusive: one verdict per component, or per level if an interaction asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.anova import term_tests
from ablation.analysis.cautious import Cautious, cautious
from ablation.analysis.factors import Factor, Floats, Predictor
from ablation.analysis.fit import Fit
from ablation.analysis.means import contrast_rows, mean_row
from ablation.analysis.multiplicity import holm
from ablation.analysis.power import Growth
from ablation.analysis.request import Request
from ablation.analysis.scale import Scale
from ablation.analysis.sentences import Finding, component, sentence
from ablation.analysis.terms import Term

KEEP, HURTS, NOTHING, INCONCLUSIVE = "keep", "hurts", "does nothing", "inconclusive"

LEVELS_SHARE = 0.1
"""Share of alpha that pays for looking at levels.

An interaction splits a verdict at this share (Holm over interactions), and contrasts are tested at the
rest: under no effect both together err with probability at most alpha.
"""


@dataclass(frozen=True)
class Row:
    """One contrast to judge: names and its combination of coefficients; `within` is '' or 'factor=level'."""

    factor: str
    level: str
    reference: str
    within: str
    L: Floats


def contrast_alpha(fit: Fit, alpha: float) -> float:
    """The part of alpha that the contrasts' tests get."""
    return alpha * (1 - LEVELS_SHARE) if any(t.order > 1 for t in fit.matrix.terms) else alpha


def verdict_rows(fit: Fit, predictors: Sequence[Predictor], alpha: float) -> list[Row]:
    """Main contrasts; those whose effect depends on another factor give way to one row per level of it."""
    names, main = contrast_rows(fit, predictors)
    flagged = _flagged_interactions(fit, alpha)
    place = {p.name: i for i, p in enumerate(predictors)}
    rows: list[Row] = []
    for (factor, level, reference), L in zip(names.itertuples(index=False), main, strict=True):
        split = _split(fit, predictors, flagged, (place[factor], level), alpha)
        rows += split or [Row(factor, level, reference, "", L)]
    return rows


def _flagged_interactions(fit: Fit, alpha: float) -> list[Term]:
    # In a fraction, an interaction that is aliased with earlier terms has no column of its own to test.
    terms = [t for t in fit.matrix.terms if t.order > 1 and len(_own_columns(fit, t))]
    if not terms or np.isnan(fit.variance):
        return []
    classical = term_tests(fit, terms, 2)["p"]
    robust = [fit.robust_wald_p(_own_columns(fit, t)) for t in terms]
    p = holm(np.fmax(classical, robust))
    return [t for t, value in zip(terms, p, strict=True) if t.order == 2 and value < alpha * LEVELS_SHARE]


def _own_columns(fit: Fit, term: Term) -> Floats:
    """Combinations that pick the coefficients of a term, (columns that carry rank x p)."""
    return np.eye(fit.matrix.X.shape[1])[np.intersect1d(term.columns, fit.kept)]


def _split(
    fit: Fit, predictors: Sequence[Predictor], flagged: list[Term], contrast: tuple[int, str], alpha: float
) -> list[Row]:
    """Rows of a contrast at each level of the partner on which it depends most; none if on none."""
    index, level = contrast
    factor = predictors[index]
    best: tuple[float, list[Row]] = (alpha, [])
    for term in (t for t in flagged if index in t.members):
        other = next(i for i in term.members if i != index)
        partner = predictors[other]
        if not (isinstance(factor, Factor) and isinstance(partner, Factor)):
            continue
        at = factor.levels.index(level)
        rows = [
            Row(
                factor.name, level, factor.levels[0], f"{partner.name}={name}",
                mean_row(fit, predictors, {index: at, other: j}) - mean_row(fit, predictors, {index: 0,
                other: j}),
            )
            for j, name in enumerate(partner.levels)
        ]  # fmt: skip
        p = _differ(fit, np.array([row.L for row in rows]))
        if p < best[0]:
            best = (p, rows)
    return best[1]


def _differ(fit: Fit, L: Floats) -> float:
    """P value of 'these combinations are all equal', by the F test; those without data are left out."""
    L = L[fit.estimable(L)]
    return float(np.fmax(fit.wald_p(L[1:] - L[0]), fit.robust_wald_p(L[1:] - L[0]))) if len(L) > 1 else 1.0


def verdicts_table(
    fit: Fit,
    predictors: Sequence[Predictor],
    scale: Scale,
    asked: Request,
    growth: Growth,
    troubled: dict[tuple[str, str], str],
) -> pd.DataFrame:
    """One row per verdict; columns are described at `Analysis.verdicts`.

    Args:
        fit: the main model.
        predictors: its predictors.
        scale: to come back to % or units.
        asked: alpha, margin and direction.
        growth: what one more seed brings.
        troubled: (factor, level) -> words about levels at which runs fail more often.
    """
    rows = verdict_rows(fit, predictors, asked.alpha)
    found = cautious(fit, np.array([row.L for row in rows]), asked.alpha)
    p = np.minimum(holm(found.p) * asked.alpha / contrast_alpha(fit, asked.alpha), 1.0)
    low, high = found.interval(asked.alpha)
    band = scale.margin(asked.margin) if asked.margin else (np.nan, np.nan)
    p_equivalence = found.equivalence_p(*band)
    verdicts = [_judge(e, q, pe, asked) for e, q, pe in zip(found.estimate, p, p_equivalence, strict=True)]
    seeds = _seeds(found, verdicts, fit, scale, asked, growth)
    findings = _findings(rows, found, p, verdicts, seeds, predictors, asked)
    return pd.DataFrame(
        {
            "factor": [r.factor for r in rows],
            "level": [r.level for r in rows],
            "reference": [r.reference for r in rows],
            "within": [r.within for r in rows],
            "estimate": found.estimate,
            "se": found.se,
            "df": found.df,
            "ci_low": low,
            "ci_high": high,
            "p_adjusted": p,
            "p_equivalence": p_equivalence,
            "percent": scale.percent(found.estimate),
            "percent_low": scale.percent(low),
            "percent_high": scale.percent(high),
            "verdict": verdicts,
            "seeds_needed": pd.array(seeds, dtype="Int64"),
            "component": [component(f) for f in findings],
            "sentence": [sentence(f, scale, asked) + troubled.get((f.factor, f.level), "") for f in findings],
        }
    )


def _judge(estimate: float, p: float, p_equivalence: float, asked: Request) -> str:
    if p_equivalence < asked.alpha:
        return NOTHING
    if p < asked.alpha:
        better = estimate < 0 if asked.direction == "lower" else estimate > 0
        return KEEP if better else HURTS
    return INCONCLUSIVE


def _seeds(
    found: Cautious, verdicts: list[str], fit: Fit, scale: Scale, asked: Request, growth: Growth
) -> list[int | None]:
    """Seeds more for a conclusion with 80 % power, the estimate being true; None: settled or out of reach."""
    alpha = contrast_alpha(fit, asked.alpha) / len(verdicts)
    margin = scale.margin(asked.margin)[1] if asked.margin else 0.0
    more: list[int | None] = []
    for verdict, e, se, df in zip(verdicts, found.estimate, found.se, found.df, strict=True):
        if verdict != INCONCLUSIVE or np.isnan(se):
            more.append(None)
            continue
        total = np.fmin(
            growth.seeds_for(e, se, df, alpha), growth.seeds_for_equivalence(e, margin, se, df, asked.alpha)
        )
        more.append(None if np.isnan(total) else max(1, int(np.ceil(total - growth.seeds))))
    return more


def _findings(
    rows: list[Row],
    found: Cautious,
    p: Floats,
    verdicts: list[str],
    seeds: list[int | None],
    predictors: Sequence[Predictor],
    asked: Request,
) -> list[Finding]:
    """The numbers behind each sentence, with an interval as wide as the test that gave the verdict."""
    n_levels = {part.name: len(part.levels) if isinstance(part, Factor) else 0 for part in predictors}
    findings = []
    for i, row in enumerate(rows):
        tail = 2 * asked.alpha if verdicts[i] == NOTHING else asked.alpha
        low, high = found.interval(tail)
        finding = Finding(
            factor=row.factor, level=row.level, reference=row.reference, within=row.within,
            n_levels=n_levels[row.factor], estimate=float(found.estimate[i]),
            low=float(low[i]), high=float(high[i]), p=float(p[i]),
            verdict=verdicts[i], coverage=1 - tail, seeds=seeds[i],
        )  # fmt: skip
        findings.append(finding)
    return findings
