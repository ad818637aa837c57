"""The order of interactions in the model: as high as the runs allow, judged by the design alone.

The response has no say, so tests in the model that is taken keep their error rates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.candidates import candidates
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.grid import grid_of
from ablation.analysis.model.means import comparisons, contrast_matrix
from ablation.analysis.model.separable import aliased_notices, factors_of, separable_notices
from ablation.analysis.model.terms import Term, columns_of, matrix_of
from ablation.analysis.notices import Notice
from ablation.analysis.probability.distributions import t_quantile
from ablation.results.model_settings import AUTO

MAX_WIDENING = 1.25
"""Pairs enter unless they make an interval of a main effect more than so many times as wide.

A study that finds an effect with probability 80 % without them then finds it with 61 % at worst.
"""

MAX_COLUMNS = 1000
"""A model of more parameters is fitted only when asked for."""

Answer = tuple[Fit, "Order", tuple[Notice, ...]]


@dataclass(frozen=True)
class Order:
    """How much is in the model, and why.

    Attributes:
        highest: order of its terms: 1 main effects, 2 pairs.
        why: `asked`; `carried` (the runs carry it); `single` (there is one factor); `incomplete` (every
            interaction lacks a combination of levels, or is one with main effects); `hidden` (main effects
            could not be separated from them); `wide` (they would widen intervals); `many` (there would be
            too many parameters).
        widening: how many times as wide the interactions make, or would make, the interval of a main effect
            at most; NaN where that was not asked.
    """

    highest: int
    why: str
    widening: float = float("nan")


def fit_model(runs: Runs, y: Floats, interactions: int | str, alpha: float) -> Answer:
    """Fit main effects and the interactions that the runs carry.

    An interaction of which some combination of levels was not run is not in the model: averages over it would
    be unknown. Nor is one that adds no rank to lower orders. If a main effect can be estimated only without
    interactions, there are none.

    Args:
        runs: the rows that count.
        y: their responses on the analysis scale (n,).
        interactions: `auto` for pairs, unless they widen intervals by more than `MAX_WIDENING`; or the
            highest order.
        alpha: level of the tests.

    Raises:
        UsageError: no main effect can be separated from the others.
    """
    grid, singles = grid_of(runs), [(i,) for i in range(len(runs.predictors))]
    main = fit_least_squares(matrix_of(runs, singles, grid), y, runs.weights)
    notices = separable_notices(main, runs)
    is_auto = interactions == AUTO
    highest = min(2 if is_auto else int(interactions), len(singles))
    if highest == 1:
        return main, Order(1, "single" if len(singles) == 1 else "asked"), notices
    may_enter, lacking = candidates(runs, grid, highest)
    n_columns = len(main.matrix.names) + sum(c.n_columns for c in may_enter)
    notices += _left_out([c.names for c in lacking], [c.lacks for c in lacking if c.lacks], runs)
    if is_auto and n_columns > MAX_COLUMNS:
        return main, Order(1, "many"), (*notices, Notice("many-interactions", {"columns": n_columns}))
    fit, mute = _with_interactions(runs, main, [c.members for c in may_enter])
    notices += _left_out([factors_of(t, runs) for t in mute], [], runs)
    return _decide(fit, main, runs, alpha if is_auto else None, notices)


def _decide(fit: Fit, main: Fit, runs: Runs, alpha: float | None, notices: tuple[Notice, ...]) -> Answer:
    """Whether interactions stay; `alpha` is None where they were asked for, so that width is no reason."""
    terms = [t for t in fit.matrix.terms if t.order > 1]
    if not terms:
        return main, Order(1, "incomplete"), notices
    pairs = comparisons(main, runs.predictors)
    of_main, of_both = (contrast_matrix(f.matrix, runs.predictors, pairs) for f in (main, fit))
    known = main.estimable(of_main)
    if not fit.estimable(of_both[known]).all():
        facts = {"terms": [factors_of(t, runs) for t in terms]}
        return main, Order(1, "hidden"), (*notices, Notice("only-main-effects", facts))
    highest = max(t.order for t in terms)
    if alpha is None:
        return fit, Order(highest, "asked"), (*notices, *aliased_notices(fit, runs))
    half_widths = [_half_widths(f, L[known], alpha) for f, L in ((main, of_main), (fit, of_both))]
    widening = float(np.max(half_widths[1] / half_widths[0]))
    if not widening <= MAX_WIDENING:
        width = {"widening": widening, "df": fit.df_resid, "df_main": main.df_resid}
        return main, Order(1, "wide", widening), (*notices, Notice("wide-interactions", width))
    return fit, Order(highest, "carried", widening), (*notices, *aliased_notices(fit, runs))


def _half_widths(fit: Fit, L: Floats, alpha: float) -> Floats:
    """Half widths of the intervals of combinations (m x p) for an error of 1, corrected for their number.

    NaN without residual degrees of freedom.
    """
    lengths: Floats = np.linalg.norm(fit.coordinates(L), axis=1)
    return lengths * t_quantile(1 - alpha / (2 * len(L)), fit.df_resid)


def _with_interactions(runs: Runs, main: Fit, members: Sequence[tuple[int, ...]]) -> tuple[Fit, list[Term]]:
    """The fit with these, but for those that say nothing beyond the terms of lower order, which come second.

    Fractions of low resolution have such interactions: their columns add no rank.
    """
    singles = [(i,) for i in range(len(runs.predictors))]
    matrix = matrix_of(runs, [*singles, *members], main.matrix.grid)
    whole = fit_least_squares(matrix, main.y, runs.weights)
    terms: list[Term] = [t for t in matrix.terms if t.order <= 1]
    mute: list[Term] = []
    for order in range(2, max((t.order for t in matrix.terms), default=1) + 1):
        lower = columns_of(terms)
        for term in (t for t in matrix.terms if t.order == order):
            (terms if whole.extra(lower, term.columns)[1] else mute).append(term)
    return fit_least_squares(matrix.keep(terms), main.y, runs.weights) if mute else whole, mute


def _left_out(
    terms: Sequence[tuple[str, ...]], empty: Sequence[dict[str, str]], runs: Runs
) -> tuple[Notice, ...]:
    block = runs.block.name if runs.block else ""
    facts = {"terms": list(terms), "block": block, "empty": list(empty)}
    return (Notice("left-out-interaction", facts),) if terms else ()
