"""What gets a verdict: main contrasts, or a row per level of another factor if they interact."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats, Predictor
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.means import contrast_rows, mean_row
from ablation.analysis.model.terms import Group, Term
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.sequential.looks import Looks, RowName
from ablation.analysis.tables.anova import term_tests, tested_interactions

LEVELS_SHARE = 0.1
"""Share of alpha that pays for looking at levels.

An interaction splits a verdict at this share (Holm over interactions), and contrasts are tested at the
rest: under no effect both together err with probability at most alpha.
"""


@dataclass(frozen=True)
class Row:
    """One contrast that gets a verdict: its names and its combination of coefficients.

    `within` is a factor and its level, if it is about that level alone, and `along` the interaction `a:b`
    that asks for it. `inside` is where a nested factor has its levels: `dropout=true`, or `opt=sgd|adam`.
    """

    factor: str
    level: str
    reference: str
    L: Floats
    within: tuple[str, str] | None = None
    along: str = ""
    inside: str = ""

    @property
    def where(self) -> str:
        """Where the contrast holds, as text; empty for an average over all other factors."""
        return "=".join(self.within or ()) or self.inside


def contrast_alpha(fit: Fit, alpha: float) -> float:
    """The part of alpha that is spent on the contrasts' tests."""
    return alpha * (1 - LEVELS_SHARE) if any(t.order > 1 for t in fit.matrix.terms) else alpha


def verdict_rows(
    fit: Fit,
    predictors: Sequence[Predictor],
    alpha: float,
    flagged: Sequence[Term],
    frozen: Collection[RowName] = (),
) -> list[Row]:
    """Main contrasts; if an effect depends on another factor, one row per level of that factor instead.

    Args:
        fit: of the model.
        predictors: of the model.
        alpha: error rate.
        flagged: the pairs that stand out, as `flagged_interactions` finds them.
        frozen: verdicts whose runs have ended. They stay as they are: an average that is settled is not split
            into levels of which some get no more runs.
    """
    rows: list[Row] = []
    for row in main_rows(fit, predictors):
        ended = {within for factor, level, within in frozen if (factor, level) == (row.factor, row.level)}
        if not ended:
            rows += _split(fit, predictors, flagged, row, alpha) or [row]
            continue
        along = [
            one
            for term in flagged
            if _joins(term, row, ended, predictors)
            for one in rows_along(fit, predictors, row, term)
        ]
        rows += along or [row]
    return rows


def _joins(term: Term, row: Row, ended: Collection[str], predictors: Sequence[Predictor]) -> bool:
    """Whether an interaction is the one along which a row was split when its runs ended."""
    names = {predictors[i].name for i in term.members}
    return row.factor in names and bool({name.partition("=")[0] for name in ended} & (names - {row.factor}))


def main_rows(fit: Fit, predictors: Sequence[Predictor]) -> list[Row]:
    """One row per main contrast."""
    names, main = contrast_rows(fit, predictors)
    each = zip(names["factor"], names["level"], names["reference"], main, strict=True)
    places = places_of(fit, predictors)
    inside = {factor: f"{on}={'|'.join(levels)}" for factor, (on, levels) in places.items()}
    return [
        Row(factor, level, reference, L, inside=inside.get(factor, ""))
        for factor, level, reference, L in each
    ]


def places_of(fit: Fit, predictors: Sequence[Predictor]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Nested factor -> the factor that it is nested in, and the levels of that at which it has levels."""
    places = {}
    for condition in fit.matrix.grid.conditions:
        on = predictors[condition.on]
        places[predictors[condition.factor].name] = on.name, condition.where(on)
    return places


def rows_along(fit: Fit, predictors: Sequence[Predictor], row: Row, term: Term) -> list[Row]:
    """A main contrast at each level of the other factor of an interaction."""
    index = next(i for i in term.members if predictors[i].name == row.factor)
    other = next(i for i in term.members if i != index)
    partner, points = predictors[other], predictors[index].points
    level, reference = points.index(row.level), points.index(row.reference)
    rows = []
    for j, name in enumerate(partner.points):
        here, there = ({index: i, other: j} for i in (level, reference))
        L = mean_row(fit.matrix, predictors, here) - mean_row(fit.matrix, predictors, there)
        rows.append(Row(row.factor, row.level, row.reference, L, (partner.name, name), term.name))
    return rows


def _split(
    fit: Fit, predictors: Sequence[Predictor], flagged: Sequence[Term], row: Row, alpha: float
) -> list[Row]:
    """Rows of a contrast at each level of the partner on which it depends most; none if on none."""
    best: tuple[float, list[Row]] = (alpha, [])
    for term in (t for t in flagged if row.factor in {predictors[i].name for i in t.members}):
        rows = rows_along(fit, predictors, row, term)
        p = _differ(fit, np.array([row.L for row in rows]))
        if p < best[0]:
            best = (p, rows)
    return best[1]


def flagged_interactions(fit: Fit, alpha: float, looks: Looks | None = None) -> list[Term]:
    """Interactions that stand out. If the runs cannot separate several, it is unknown which one does.

    Over several looks each spends its part of alpha, and a flag stays.
    """
    groups = tested_interactions(fit)
    if not groups or np.isnan(fit.variance):
        return []
    classical = term_tests(fit, groups, 2)["p"]
    robust = [fit.robust_wald_p(own_columns(fit, group)) for group in groups]
    p = holm(np.fmax(classical, robust))
    limit = alpha * LEVELS_SHARE if looks is None else looks.screen(alpha * LEVELS_SHARE)
    earlier = () if looks is None else looks.flagged
    return [
        group[0]
        for group, value in zip(groups, p, strict=True)
        if len(group) == 1 and group[0].order == 2 and (value < limit or group[0].name in earlier)
    ]


def own_columns(fit: Fit, group: Group) -> Floats:
    """Combinations that pick the coefficients of terms, (columns that carry rank x p)."""
    own = np.intersect1d(np.concatenate([term.columns for term in group]), fit.kept)
    rows = np.zeros((len(own), fit.matrix.X.shape[1]))
    rows[np.arange(len(own)), own] = 1.0
    return rows


def _differ(fit: Fit, L: Floats) -> float:
    """P value of 'these combinations are all equal', by the F test; those without data are left out."""
    L = L[fit.estimable(L)]
    return float(np.fmax(fit.wald_p(L[1:] - L[0]), fit.robust_wald_p(L[1:] - L[0]))) if len(L) > 1 else 1.0


def row_names(rows: Sequence[Row]) -> pd.DataFrame:
    """The names of the rows: factor, level, reference, within."""
    return pd.DataFrame(
        [(r.factor, r.level, r.reference, r.where) for r in rows],
        columns=["factor", "level", "reference", "within"],
    )
