"""Lenth's method: which contrasts stand out when no degrees of freedom are left for the error."""

from functools import cache

import numpy as np
import pandas as pd
from scipy import special

from ablation.analysis.data.factors import Factor, Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.terms import EFFECT, Term
from ablation.analysis.probability.distributions import t_quantile

N_STUDIES = 20_000
"""Simulated studies of pure noise that judge the margins."""


def lenth_table(fit: Fit, runs: Runs, alpha: float) -> pd.DataFrame | None:
    """One row per contrast of a saturated model, largest first; columns at `Analysis.lenth`.

    None for designs whose contrasts are not orthogonal, as those that leave one out: made so in turn, they
    would depend on the order of the factors and be no effects.

    Pseudo standard error PSE = 1.5 median of the contrasts below 2.5 s0, where s0 = 1.5 median of all;
    margins of error ME (each) and SME (all at once) with df = m / 3 (Lenth 1989, Technometrics 31:469).
    """
    contrasts = _contrasts(fit, runs)
    if contrasts is None:
        return None
    names, estimates = contrasts
    size = np.abs(estimates)
    order = np.argsort(-size, kind="stable")
    numbers = lenth_numbers(estimates, alpha)
    ranks = np.empty(len(size))
    ranks[order[::-1]] = np.arange(1, len(size) + 1)
    table = pd.DataFrame({"contrast": names, "estimate": estimates})
    table["half_normal"] = special.ndtri(0.5 + 0.5 * (ranks - 0.5) / len(size))
    for name, value in numbers.items():
        table[name] = value
    table["rate_ME"], table["rate_SME"] = lenth_rates(len(size), alpha)
    table["beyond_ME"], table["beyond_SME"] = size > numbers["ME"], size > numbers["SME"]
    return table.iloc[order].reset_index(drop=True)


@cache
def lenth_rates(m: int, alpha: float) -> tuple[float, float]:
    """Rates of exceeding the margins: of m pure-noise contrasts ME, and of pure-noise studies SME.

    Both are nominally alpha, and less: the median of few contrasts is no chi-squared variable, for which
    df = m / 3 is chosen. Simulated, always with the same noise; within 0.2 % of the truth.
    """
    size = np.abs(np.random.default_rng(0).normal(size=(N_STUDIES, m)))
    pse = _pse(size)[1][:, None]
    alone, at_once = (factor * pse for factor in _factors(m, alpha))
    return float((size > alone).mean()), float((size > at_once).any(axis=1).mean())


def lenth_numbers(estimates: Floats, alpha: float) -> dict[str, float]:
    """s0, PSE, df, ME and SME of contrasts (m,) that have equal standard errors."""
    m = len(estimates)
    s0, pse = (float(value[0]) for value in _pse(np.abs(estimates)[None]))
    me, sme = (factor * pse for factor in _factors(m, alpha))
    return {"s0": s0, "PSE": pse, "df": m / 3, "ME": me, "SME": sme}


def _pse(size: Floats) -> tuple[Floats, Floats]:
    """s0 and the pseudo standard error of each row of sizes of contrasts (n x m)."""
    s0 = 1.5 * np.median(size, axis=1)
    below = np.where((size < 2.5 * s0[:, None]) | (s0 == 0)[:, None], size, np.nan)
    return s0, np.where(s0 > 0, 1.5 * np.nanmedian(below, axis=1), 0.0)


def _factors(m: int, alpha: float) -> tuple[float, float]:
    """Margins of error over the pseudo standard error: of each of m contrasts, and of all at once."""
    simultaneous = (1 + (1 - alpha) ** (1 / m)) / 2
    return float(t_quantile(1 - alpha / 2, m / 3)), float(t_quantile(simultaneous, m / 3))


def _contrasts(fit: Fit, runs: Runs) -> tuple[list[str], Floats] | None:
    """Orthonormal contrasts, term by term; in units of effects if all factors have two levels."""
    columns, names, is_effect = [np.ones((fit.n, 1))], ["Intercept"], [False]
    for term in fit.matrix.terms:
        block, labels = _helmert(term, runs)
        columns.append(block)
        names += labels
        is_effect += [term.kind == EFFECT] * len(labels)
    X = np.hstack(columns)
    X = fit.root_weights[:, None] * X / np.linalg.norm(X, axis=0)
    y = fit.root_weights * fit.y
    projected = _project_in_turn(X, y)
    if projected is None:
        return None
    kept, z = projected
    chosen = [
        (name, value)
        for name, effect, keep, value in zip(names, is_effect, kept, z, strict=True)
        if effect and keep
    ]
    unit = 2 / np.sqrt(fit.n) if all(len(f.levels) == 2 for f in runs.factors) else 1.0
    return [name for name, _ in chosen], np.array([value for _, value in chosen]) * unit


def _helmert(term: Term, runs: Runs) -> tuple[Floats, list[str]]:
    """Columns of a term: level against the mean of the levels before it; products for interactions."""
    members = [runs.predictors[index] for index in sorted(term.members)]
    if term.kind != EFFECT:
        assert runs.block is not None
        members = [runs.block]
    block, names = np.ones((len(runs.response), 1)), [""]
    for part in members:
        if isinstance(part, Factor):
            codes = helmert_codes(len(part.levels))[part.codes]
            labels = (
                [part.name]
                if len(part.levels) == 2
                else [f"{part.name}[{level}]" for level in part.levels[1:]]
            )
        else:
            codes, labels = part.columns, [part.name]
        block = (block[:, :, None] * codes[:, None, :]).reshape(len(block), -1)
        names = [f"{left}:{right}" if left else right for left in names for right in labels]
    return block, names


def helmert_codes(n_levels: int) -> Floats:
    """Helmert coding, size (n_levels x n_levels - 1): each level against the mean of those before it."""
    codes = np.zeros((n_levels, n_levels - 1))
    for j in range(1, n_levels):
        codes[:j, j - 1], codes[j, j - 1] = -1.0, j
    return codes


def _project_in_turn(X: Floats, y: Floats) -> tuple[list[bool], Floats] | None:
    """Project y (n,) on columns of length 1, each orthogonal to those before or spanned by them.

    Those spanned are not kept. None if a column is neither.
    """
    basis = np.empty((len(y), 0))
    kept: list[bool] = []
    z = []
    for column in X.T:
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if 1e-8 < length < 1 - 1e-8:
            return None
        kept.append(length > 1e-8)
        z.append(float(rest @ y) / length if kept[-1] else float("nan"))
        if kept[-1]:
            basis = np.column_stack([basis, rest / length])
    return kept, np.array(z)
