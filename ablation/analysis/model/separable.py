"""The guard against silent nonsense: what the runs cannot tell apart is refused or left out, by name."""

from __future__ import annotations

import numpy as np

from ablation.analysis.data.factors import Factor
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.model.terms import BLOCK, INVOLVED, Matrix, Term, columns_of, takes_part
from ablation.analysis.notices import Notice
from ablation.errors import UsageError
from ablation.words import listed, quoted


def refuse_inseparable(main: Fit, runs: Runs) -> None:
    """Compare rank and columns of the fit of main effects (and block).

    Raises:
        UsageError: factors always move together, or a factor moves with the block; names them.
    """
    if main.null_space.shape[1] == 0:
        return
    groups = _groups(main)
    for culprits in groups:
        if any(t.kind == BLOCK for t in culprits):
            raise UsageError(_confounded_with_block(culprits))
    raise UsageError(_inseparable(min(groups, key=len), main, runs))


def _groups(fit: Fit) -> list[list[Term]]:
    """For each direction that no run informs, the terms that take part in it."""
    return [
        [t for t in fit.matrix.terms if takes_part(d, t) or (t.kind == BLOCK and fit.moves_blocks(d))]
        for d in fit.null_space.T
    ]


def _confounded_with_block(culprits: list[Term]) -> str:
    block = next(t.name for t in culprits if t.kind == BLOCK)
    factors = [t.name for t in culprits if t.kind != BLOCK]
    return (
        f"Expected the same values of '{block}' at every level, so that runs are paired. Received: the "
        f"levels of {listed(quoted(factors))} were run with different values of '{block}', so their effects "
        f"cannot be separated. Run every cell with the same values of '{block}', or name no block."
    )


def _inseparable(culprits: list[Term], main: Fit, runs: Runs) -> str:
    how = "always move together" if len(culprits) == 2 else "determine one another"
    joint = _joint_effect(culprits, main, runs) if len(culprits) == 2 else ""
    names = listed(quoted(t.name for t in culprits))
    return (
        f"Expected factors whose levels vary independently. Received: {names}, which {how} in the {main.n} "
        f"runs that finished, so their effects cannot be separated{joint}. "
        "Run cells in which they differ, or leave one of them out of the factors."
    )


def _joint_effect(culprits: list[Term], main: Fit, runs: Runs) -> str:
    first = runs.predictors[min(culprits[0].members)]
    if not isinstance(first, Factor) or len(first.levels) != 2:
        return ""
    rest = main.matrix.keep([t for t in main.matrix.terms if t is not culprits[1]])
    fit = fit_least_squares(rest, main.y, runs.weights)
    row = np.zeros((1, len(fit.norms)))
    column = next(t for t in fit.matrix.terms if t.same_as(culprits[0])).columns
    row[:, column] = first.coding[1] - first.coding[0]
    joint = fit.estimates(row).estimate[0]
    return "" if np.isnan(joint) else f" (joint effect {joint:.5g} on the scale of the analysis)"


def fit_estimable(matrix: Matrix, main: Fit, runs: Runs) -> tuple[Fit, tuple[Notice, ...]]:
    """Fit the model without interactions about which the runs say nothing beyond the terms of lower order.

    Leave-one-out designs and fractions of low resolution have them: their columns add no rank. If the rest
    still hides main effects although every pair of levels was run together, only the main effects are kept.

    Args:
        matrix: all columns asked for.
        main: the fit of the main effects (and block).
        runs: the rows that count.
    """
    kept = [t for t in matrix.terms if t.order <= 1]
    dropped: list[Term] = []
    whole = fit_least_squares(matrix, main.y, runs.weights)
    for order in range(2, max(t.order for t in matrix.terms) + 1):
        lower = columns_of(kept)
        for term in (t for t in matrix.terms if t.order == order):
            (kept if whole.extra(lower, term.columns)[1] else dropped).append(term)
    fit = fit_least_squares(matrix.keep(kept), main.y, runs.weights) if dropped else whole
    hiding = _interactions_that_hide_main_effects(fit)
    return (main if hiding else fit), _left_out_notices(dropped, hiding, runs)


def _left_out_notices(dropped: list[Term], hiding: list[Term], runs: Runs) -> tuple[Notice, ...]:
    notices = []
    if dropped:
        block = runs.block.name if runs.block else ""
        facts = {"terms": [factors_of(t, runs) for t in dropped], "block": block}
        notices.append(Notice("left-out-interaction", facts))
    if hiding:
        notices.append(Notice("only-main-effects", {"terms": [factors_of(t, runs) for t in hiding]}))
    return tuple(notices)


def factors_of(term: Term, runs: Runs) -> tuple[str, ...]:
    """Names of the factors of a term."""
    return tuple(runs.predictors[i].name for i in sorted(term.members))


def _interactions_that_hide_main_effects(fit: Fit) -> list[Term]:
    """Interactions to give up, or none: only when all their cells were run, so that no cell is to blame."""
    higher = [t for t in fit.matrix.terms if t.order > 1]
    if not higher or fit.null_space.shape[1] == 0:
        return []
    main = columns_of([t for t in fit.matrix.terms if t.order == 1])[1:]
    if np.abs(fit.null_space[main]).max(initial=0) <= INVOLVED:
        return []
    return [] if any(_has_empty_cell(fit, t) for t in higher) else higher


def _has_empty_cell(fit: Fit, term: Term) -> bool:
    """Whether the term's own columns, with those marginal to it, lack rank."""
    family = [t for t in fit.matrix.terms if t is term or term.contains(t)]
    alone = fit_least_squares(fit.matrix.keep(family), fit.y)
    return alone.rank < len(alone.norms)


def unknown_notices(fit: Fit, runs: Runs) -> tuple[Notice, ...]:
    """Say which interactions move together (A:B and C:D in a half fraction) and which effects lack a cell."""
    if fit.null_space.shape[1] == 0:
        return ()
    notices = []
    if groups := [
        tuple(factors_of(t, runs) for t in group)
        for group in _groups(fit)
        if len(group) > 1 and all(t.order > 1 for t in group)
    ]:
        notices.append(Notice("aliased-interaction", {"groups": list(dict.fromkeys(groups))}))
    table, L = contrast_rows(fit, runs.predictors)
    unknown = list(dict.fromkeys(table.loc[~fit.estimable(L), "factor"]))
    if unknown:
        notices.append(Notice("not-estimable", {"factors": unknown, "empty": _empty_cells(fit, runs)}))
    return tuple(notices)


def _empty_cells(fit: Fit, runs: Runs) -> list[dict[str, str]]:
    """The combinations of two levels that no run has."""
    empty = []
    for term in (t for t in fit.matrix.terms if t.order == 2):
        a, b = (runs.predictors[i] for i in sorted(term.members))
        if isinstance(a, Factor) and isinstance(b, Factor):
            counts = np.zeros((len(a.levels), len(b.levels)), dtype=int)
            np.add.at(counts, (a.codes, b.codes), 1)
            empty += [{a.name: a.levels[i], b.name: b.levels[j]} for i, j in np.argwhere(counts == 0)]
    return empty
