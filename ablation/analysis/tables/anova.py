"""Analysis of variance by nested models, with effect sizes; right for unequal counts and empty cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.model.decompose import beyond
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.terms import BLOCK, INVOLVED, Group, Term, columns_of, takes_part
from ablation.analysis.probability.distributions import f_upper, root
from ablation.analysis.probability.multiplicity import benjamini_hochberg
from ablation.analysis.tables.cells import CellMeans

RESIDUALS = "Residuals"


def anova_table(fit: Fit, anova_type: int, alpha: float) -> pd.DataFrame:
    """One row per term and one for the residuals; columns are described at `Analysis.anova`.

    Sums of squares and degrees of freedom are differences of nested models, by rank
    (Langsrud 2003, Statistics and Computing 13:163 compares the types). With sum coding, type III is the
    model without the term's own columns.
    """
    groups = tested_terms(fit) if anova_type != 1 else [(t,) for t in fit.matrix.terms]
    table = term_tests(fit, groups, anova_type)
    table["partial_eta_sq"] = table["sum_sq"] / (table["sum_sq"] + fit.rss) if fit.variance > 0 else np.nan
    low, high = partial_eta_sq_interval(table["F"].to_numpy(), table["df"].to_numpy(), fit.df_resid, alpha)
    table["partial_eta_sq_low"], table["partial_eta_sq_high"] = low, high
    tests = [_nested(fit, group, anova_type) for group in groups]
    table["F_hc3"], table["p_hc3"] = robust_tests(fit, tests) if anova_type != 1 else (np.nan, np.nan)
    residuals = pd.DataFrame({"term": [RESIDUALS], "sum_sq": [fit.rss], "df": [fit.df_resid]})
    return pd.concat([table, residuals], ignore_index=True)


def interactions_table(fit: Fit) -> pd.DataFrame:
    """One row per interaction, smallest p first; columns are described at `Analysis.interactions`."""
    groups = tested_interactions(fit)
    table = term_tests(fit, groups, 2)
    table.insert(1, "aliased", [len(group) > 1 for group in groups])
    table.insert(6, "p_adjusted", benjamini_hochberg(table["p"]))
    return table.sort_values("p", kind="stable").reset_index(drop=True)


def tested_interactions(fit: Fit) -> list[Group]:
    """The interactions of a model, as they can be tested."""
    return [group for group in tested_terms(fit) if group[0].order > 1]


def tested_terms(fit: Fit) -> list[Group]:
    """The terms of a model; terms that the runs cannot separate are tested together.

    In a fraction `a:b` and `c:d` may be one contrast. Neither adds anything to a model with the other, so
    each alone would go untested, however large what they share.
    """
    groups: list[Group] = [(term,) for term in fit.matrix.terms]
    if fit.null_space.shape[1] == 0:
        return groups
    interactions = [t for t in fit.matrix.terms if t.order > 1]
    mute = {t for t in interactions if _adds_nothing(fit, t)}
    for direction in fit.null_space.T:
        shared = [t for t in interactions if takes_part(direction, t)]
        if not mute.isdisjoint(shared):
            touched = [g for g in groups if any(t in g for t in shared)]
            first = groups.index(touched[0])
            groups = [g for g in groups if g not in touched]
            groups.insert(first, tuple(t for g in touched for t in g))
    return groups


def _adds_nothing(fit: Fit, term: Term) -> bool:
    """Whether a term has no degree of freedom beside the others of its test.

    Beside all others it has as many as it has columns, less the rank of its part of the null space: of the
    directions that no run informs, those that vanish in the term are the others' own.
    """
    if any(other.contains(term) for other in fit.matrix.terms):
        return _extra(fit, (term,), 2)[1] == 0
    return int(np.linalg.matrix_rank(fit.null_space[term.columns], tol=INVOLVED)) == len(term.columns)


def group_name(group: Group) -> str:
    """The name in tables of terms that are tested together: `a:b + c:d`."""
    return " + ".join(term.name for term in group)


def term_tests(fit: Fit, groups: Sequence[Group], anova_type: int) -> pd.DataFrame:
    """F tests of terms by nested models: term, sum_sq, df, F, p, partial_omega_sq."""
    pieces = [_extra(fit, group, anova_type) for group in groups]
    df = np.array([df for _, df in pieces], dtype=int)
    ss = np.array([ss if df > 0 else np.nan for ss, df in pieces], dtype=float)
    F = ss / np.where(df > 0, df, 1) / fit.variance
    return pd.DataFrame(
        {
            "term": [group_name(group) for group in groups],
            "sum_sq": ss,
            "df": df,
            "F": F,
            "p": f_upper(F, df, fit.df_resid),
            "partial_omega_sq": df * (F - 1) / (df * (F - 1) + fit.n),
        }
    )


def _extra(fit: Fit, group: Group, anova_type: int) -> tuple[float, int]:
    """Sum of squares and degrees of freedom that the terms bring to the smaller model of their test."""
    if group[0].kind == BLOCK:
        return _of_block(fit, _smaller_model(fit, group, anova_type))
    return fit.extra(*_nested(fit, group, anova_type))


def _of_block(fit: Fit, others: Sequence[Term]) -> tuple[float, int]:
    """What the blocks bring to a model with other terms."""
    blocks = [t for t in fit.matrix.terms if t.kind == BLOCK]
    with_blocks = fit if len(others) + 1 == len(fit.matrix.terms) else _refit(fit, [*blocks, *others])
    without = _refit(fit, others)
    explained = float(with_blocks.z @ with_blocks.z - without.z @ without.z)
    return max(explained, 0.0), with_blocks.rank - without.rank


def _refit(fit: Fit, terms: Sequence[Term]) -> Fit:
    weighted = bool(np.ptp(fit.root_weights))
    return fit_least_squares(fit.matrix.keep(terms), fit.y, fit.root_weights**2 if weighted else None)


def _nested(fit: Fit, group: Group, anova_type: int) -> Nested:
    """Columns of the smaller model of the terms' test, and the terms' own."""
    return columns_of(_smaller_model(fit, group, anova_type)), np.concatenate([t.columns for t in group])


def _smaller_model(fit: Fit, group: Group, anova_type: int) -> list[Term]:
    terms = fit.matrix.terms
    if anova_type == 1:
        return list(terms[: terms.index(group[0])])
    others = [t for t in terms if t not in group]
    return others if anova_type == 3 else [t for t in others if not any(t.contains(one) for one in group)]


def lack_of_fit_table(fit: Fit, pure: CellMeans) -> pd.DataFrame:
    """The model against one mean per cell (plus block), one row; NaN if nothing is left to compare.

    `may_be` says in words what of the cells' means the model has no columns for.
    """
    df = fit.df_resid - pure.df
    ss = max(fit.rss - pure.rss, 0.0)
    comparable = df > 0 and pure.df > 0 and pure.rss > 0 and not fit.is_perfect
    F = ss / df / (pure.rss / pure.df) if comparable else float("nan")
    p = float(f_upper(F, df, pure.df))
    row = {"sum_sq": ss, "df": df, "df_pure_error": pure.df, "F": F, "p": p}
    return pd.DataFrame([{**row, "may_be": _left_out(fit)}])


def _left_out(fit: Fit) -> str:
    effects = [t for t in fit.matrix.terms if t.order > 0]
    main = [t for t in effects if t.order == 1]
    # Only the column of a number bears its name; those of a factor are `factor[level]`.
    curves = any(fit.matrix.names[t.columns[0]] == t.name for t in main)
    interactions = len(effects) < 2 ** len(main) - 1  # else all there are are in the model
    reasons = ["a numeric factor may act along a curve"] * curves
    order = "of higher order" if any(t.order > 1 for t in effects) else "between the factors"
    reasons += [f"interactions {order} may matter"] * interactions
    return ", or ".join(reasons)


def partial_eta_sq_interval(F: Floats, df: Floats, df_resid: int, alpha: float) -> tuple[Floats, Floats]:
    """Interval of partial eta squared at level 1 - 2 alpha, by inverting the noncentral F.

    It excludes 0 exactly when the F test rejects at alpha. As in R's effectsize, eta^2 = nc / (nc + df_resid)
    (Ben-Shachar, Ludecke & Makowski 2020, Journal of Open Source Software 5:2815).
    """
    low = [_noncentrality(f, d, df_resid, 1 - alpha) for f, d in zip(F, df, strict=True)]
    high = [_noncentrality(f, d, df_resid, alpha) for f, d in zip(F, df, strict=True)]
    return np.array(low) / (np.array(low) + df_resid), np.array(high) / (np.array(high) + df_resid)


def _noncentrality(F: float, df: int, df_resid: int, below: float) -> float:
    """Noncentrality at which P(F' <= F) = below; 0 if the central F is already there, NaN without a test."""
    if not np.isfinite(F) or df == 0:
        return float("nan")

    def gap(nc: float) -> float:
        return float(special.ncfdtr(df, df_resid, nc, F)) - below

    if special.fdtr(df, df_resid, F) <= below:
        return 0.0
    top = 2.0 * (F * df + 10)
    while gap(top) > 0:
        top *= 2
    return root(gap, 0.0, top)


Nested = tuple[Ints, Ints]
"""Columns of the smaller model of a test, and columns that its term adds to it."""


def robust_tests(fit: Fit, tests: Sequence[Nested]) -> tuple[Floats, Floats]:
    """F and p of the hypotheses that nested models test, (n_tests,), with the HC3 covariance.

    The hypothesis is that of the classical F in the same row; so in a balanced design a main effect is its
    contrasts. `car::Anova(type = 2, vcov. = hccm)` instead makes a term uncorrelated with those that contain
    it under the *robust* covariance: a strong interaction, known with an error of almost the same size,
    then leaks into main effects that are zero (2 x 2 cells, 6 seeds: it rejects in 8 of 10 such studies).

    NaN where HC3 is undefined, and for the block: a seed has few runs to tell its error from, and HC3
    rejects in 1 of 7 studies of 10 seeds without any seed effect, in most of 100 seeds.
    """
    both = [_test(fit, *columns) for columns in tests]
    F = np.array([F for F, _ in both], dtype=float)
    return F, f_upper(F, [df for _, df in both], fit.df_resid)


def _test(fit: Fit, smaller: Ints, added: Ints) -> tuple[float, int]:
    if not fit.has_hc3 or len(added) == 0:  # the block has no columns
        return float("nan"), 0
    directions = _directions(fit, smaller, added)
    df = directions.shape[1]
    if df == 0:
        return float("nan"), 0
    along = directions.T @ fit.z[fit.n_blocks :]
    a = np.hstack([np.zeros((df, fit.n_blocks)), directions.T])
    return float(along @ np.linalg.solve(fit.hc3_covariance(a), along)) / df, df


def _directions(fit: Fit, smaller: Ints, added: Ints) -> Floats:
    """What the added columns bring to the smaller model, orthonormal within blocks, (kept x df).

    With full rank it is what the added coefficients say beyond those in neither model: of these, terms that
    contain the tested one, there are few, which is quicker.
    """
    if fit.has_full_rank:
        above = np.setdiff1d(fit.kept, np.concatenate([smaller, added]))
        return beyond(_unit(fit.r_inverse[above - 1].T), _unit(fit.r_inverse[added - 1].T))
    return beyond(_unit(fit.triangle[:, smaller]), _unit(fit.triangle[:, added]))


def _unit(columns: Floats) -> Floats:
    unit: Floats = columns / np.linalg.norm(columns, axis=0).clip(np.finfo(float).tiny)
    return unit
