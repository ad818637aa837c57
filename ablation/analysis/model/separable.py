"""Names what the runs cannot separate; an analysis is refused only if nothing can be estimated."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ablation.analysis.data.factors import Factor
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.model.terms import BLOCK, Term, takes_part
from ablation.analysis.notices import Notice
from ablation.errors import UsageError
from ablation.words import listed, quoted


def separable_notices(main: Fit, runs: Runs) -> tuple[Notice, ...]:
    """Say which main effects cannot be separated from each other or from the block, and what holds where.

    Args:
        main: the fit of the main effects (and block).
        runs: the rows that count.

    Raises:
        UsageError: no main effect can be estimated.
    """
    notices = _conditional_notices(main, runs)
    names, L = contrast_rows(main, runs.predictors)
    known = main.estimable(L)
    if known.all() and len(L):
        return notices
    groups = _groups(main)
    if not known.any():
        raise UsageError(_refusal(min(groups, key=len), main, runs))
    unknown = [tuple(row) for row in names[~known].itertuples(index=False)]
    facts: dict[str, Any] = {"contrasts": unknown, "groups": [], "block": "", "in_block": []}
    for group in groups:
        factors = tuple(t.name for t in group if t.kind != BLOCK)
        if len(factors) < len(group):
            facts["block"] = next(t.name for t in group if t.kind == BLOCK)
            facts["in_block"] += [name for name in factors if name not in facts["in_block"]]
        elif factors not in [names for names, _ in facts["groups"]]:
            facts["groups"].append((factors, _joint_effect(group, main, runs)))
    return (*notices, Notice("not-estimable", facts))


def _conditional_notices(main: Fit, runs: Runs) -> tuple[Notice, ...]:
    """Which factors have a value only at some levels of another."""
    notices = []
    for c in main.matrix.grid.conditions:
        factor, on = runs.predictors[c.factor], runs.predictors[c.on]
        facts = {
            "factor": factor.name,
            "inactive": factor.points[int(np.argmin(c.values))],
            "on": on.name,
            "levels": list(c.where(on)),
        }
        notices.append(Notice("conditional-factor", facts))
    return tuple(notices)


def _groups(fit: Fit) -> list[list[Term]]:
    """For each direction that no run informs, the terms that take part in it."""
    return [
        [t for t in fit.matrix.terms if takes_part(d, t) or (t.kind == BLOCK and fit.moves_blocks(d))]
        for d in fit.null_space.T
    ]


def _refusal(culprits: list[Term], main: Fit, runs: Runs) -> str:
    factors = [t.name for t in culprits if t.kind != BLOCK]
    if len(factors) < len(culprits):
        block = next(t.name for t in culprits if t.kind == BLOCK)
        return (
            f"Expected the same values of '{block}' at every level, so that runs are paired. Received: the "
            f"levels of {listed(quoted(factors))} were run with different values of '{block}', so "
            f"their effects cannot be separated. Run every cell with the same values of '{block}', or name "
            "no block."
        )
    how = "always move together" if len(factors) == 2 else "determine one another"
    joint = _joint_effect(culprits, main, runs)
    effect = "" if joint is None else f" (joint effect {joint:.5g} on the scale of the analysis)"
    return (
        f"Expected factors whose levels vary independently. Received: {listed(quoted(factors))}, which {how} "
        f"in the {main.n} runs that finished, so their effects cannot be separated{effect}. "
        "Run cells in which they differ, or leave one of them out of the factors."
    )


def _joint_effect(culprits: Sequence[Term], main: Fit, runs: Runs) -> float | None:
    """The effect of two switches that always move together; None for anything else."""
    first = runs.predictors[min(culprits[0].members)] if len(culprits) == 2 else None
    if not isinstance(first, Factor) or len(first.levels) != 2:
        return None
    rest = main.matrix.keep([t for t in main.matrix.terms if t is not culprits[1]])
    fit = fit_least_squares(rest, main.y, runs.weights)
    row = np.zeros((1, len(fit.norms)))
    column = next(t for t in fit.matrix.terms if t.same_as(culprits[0])).columns
    row[:, column] = first.coding[1] - first.coding[0]
    joint = float(fit.estimates(row).estimate[0])
    return None if np.isnan(joint) else joint


def aliased_notices(fit: Fit, runs: Runs) -> tuple[Notice, ...]:
    """Say which interactions move together, as A:B and C:D in a half fraction."""
    groups = [
        tuple(factors_of(t, runs) for t in group)
        for group in _groups(fit)
        if len(group) > 1 and all(t.order > 1 for t in group)
    ]
    return (Notice("aliased-interaction", {"groups": list(dict.fromkeys(groups))}),) if groups else ()


def factors_of(term: Term, runs: Runs) -> tuple[str, ...]:
    """Names of the factors of a term."""
    return tuple(runs.predictors[i].name for i in sorted(term.members))
