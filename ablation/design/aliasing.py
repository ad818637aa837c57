"""Which effects a design cannot separate, with sign, from its model matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ablation.design.coding import Matrix, Term
from ablation.design.design import Alias, Design
from ablation.naming import letters

EXACT = 1e-9


@dataclass(frozen=True)
class Namer:
    """Names of effects.

    Args:
        names: of the factors, short.
    """

    names: list[str]

    def effect(self, term: Term) -> str:
        """Such as `batch_norm:dropout`."""
        return ":".join(self.names[i] for i in term)

    def alias(self, term: Term, other: Term, weight: float, signed: bool) -> Alias:
        """The alias of two terms; `weight` carries the sign."""
        sign = (1 if weight > 0 else -1) if signed else 0
        share = round(min(abs(weight), 1.0), 9)
        letter = letters(len(self.names))
        left, right = ("".join(letter[i] for i in t) for t in (term, other))
        relation = ("=" if share > 1 - EXACT else "≈") if signed else "~"
        text = f"{left} {relation} {'−' if sign < 0 else ''}{right}"
        return Alias(self.effect(term), self.effect(other), sign, share, text)


def find_aliases(columns: dict[Term, Matrix], tied: set[str], namer: Namer) -> tuple[Alias, ...]:
    """Aliases of main effects (with each other and, by the alias matrix, interactions), then of interactions.

    The alias matrix (X1'X1)⁻¹X1'X2 says what interactions (X2) add to the estimates of main effects (X1)
    when a model leaves them out (Box & Wilson 1951; Montgomery, Design and Analysis of Experiments, §10.7).
    Effects of one order are listed only where they are one and the same.

    Args:
        columns: term → columns of the model with two-factor interactions.
        tied: effects that this model cannot estimate; no others are listed.
        namer: writes the effects.
    """
    mains = {t: x for t, x in columns.items() if len(t) < 2}
    pairs: dict[Term, Matrix] = {t: x for t, x in columns.items() if len(t) == 2 and namer.effect(t) in tied}
    centred = {t: x - x.mean(0) for t, x in mains.items() if t}
    aliases = _alike(centred, namer)
    if pairs:
        aliases += _with_interactions(mains, pairs, namer)
    return tuple(a for a in aliases if a.effect in tied and a.other in tied)


def _with_interactions(mains: dict[Term, Matrix], pairs: dict[Term, Matrix], namer: Namer) -> list[Alias]:
    """What interactions add to main effects, and which of the rest are one and the same."""
    X1, X2 = np.hstack(list(mains.values())), np.hstack(list(pairs.values()))
    matrix = np.linalg.pinv(X1.T @ X1, rcond=EXACT, hermitian=True) @ (X1.T @ X2)
    rest = dict(zip(pairs, np.split(X2 - X1 @ matrix, _cuts(pairs), axis=1), strict=True))
    return [*_added(mains, pairs, matrix, namer), *_alike(rest, namer)]


def _added(mains: dict[Term, Matrix], pairs: dict[Term, Matrix], matrix: Matrix, namer: Namer) -> list[Alias]:
    """What each main effect's estimate carries of interactions."""
    aliases = []
    rows = dict(zip(mains, np.split(matrix, _cuts(mains), axis=0), strict=True))
    for main in (t for t in mains if t):
        for pair, block in zip(pairs, np.split(rows[main], _cuts(pairs), axis=1), strict=True):
            if np.abs(block).max(initial=0) > EXACT:
                aliases.append(namer.alias(main, pair, _shared(block), signed=block.size == 1))
    return aliases


def _alike(columns: dict[Term, Matrix], namer: Namer) -> list[Alias]:
    """Effects that share a column once those of lower order are taken out; each chain from its first."""
    bases = {t: q for t, x in columns.items() if (q := _basis(x)).shape[1]}
    terms, aliases, chained = list(bases), [], set()
    if len(terms) < 2:
        return []
    Q = np.hstack(list(bases.values()))
    starts = np.array([0, *_cuts(bases)])
    overlap = Q.T @ Q
    squares = np.add.reduceat(np.add.reduceat(overlap**2, starts, axis=0), starts, axis=1)
    for i, j in zip(*np.nonzero(np.triu(squares > 1 - EXACT, 1)), strict=True):
        first, second = bases[terms[i]], bases[terms[j]]
        weight = _shared(first.T @ second)
        signed = columns[terms[i]].shape[1] == columns[terms[j]].shape[1] == 1
        if abs(weight) > 1 - EXACT and not (signed and i in chained):
            aliases.append(namer.alias(terms[i], terms[j], weight, signed))
            chained |= {j} if signed else set()
    return aliases


def _basis(x: Matrix) -> Matrix:
    """Orthonormal columns that span x; the sign of a single column is kept."""
    if x.shape[1] == 1:
        norm = float(np.linalg.norm(x))
        return x / norm if norm > EXACT * len(x) else x[:, :0]
    values, vectors = np.linalg.eigh(x.T @ x)
    positive = values > EXACT * len(x)
    return np.asarray(x @ (vectors[:, positive] / np.sqrt(values[positive])))


def _shared(block: Matrix) -> float:
    """The most that combinations of the two sides can have in common, signed where both are single."""
    return float(block[0, 0]) if block.size == 1 else float(np.linalg.norm(block, 2))


def _cuts(columns: dict[Term, Matrix]) -> list[int]:
    """Where one term's columns end and the next begin."""
    return [int(c) for c in np.cumsum([x.shape[1] for x in columns.values()])[:-1]]


MAX_PARTS = 4
"""Partial aliases of one effect that are written out."""


def alias_table(design: Design) -> list[str]:
    """One line for each effect that is aliased, such as `batch_norm:dropout = −attention:activation`.

    `=` joins effects that are one and the same in the data, and the sign says how they add. Where only a
    part is added, its share is given; effects of factors with more than two levels have no one sign.
    """
    effects = dict.fromkeys(a.effect for a in design.aliases)
    return [
        line
        for effect in effects
        for line in _lines(effect, [a for a in design.aliases if a.effect == effect])
    ]


def _lines(effect: str, aliases: Sequence[Alias]) -> list[str]:
    """What one effect is aliased with: wholly, in part, and where no one sign exists."""
    whole = [a for a in aliases if a.complete and a.sign]
    parts = [a for a in aliases if not a.complete and a.sign]
    mixed = [a for a in aliases if not a.sign]
    lines = []
    if whole:
        lines.append(" = ".join([effect, *(f"{'−' if a.sign < 0 else ''}{a.other}" for a in whole)]))
    if len(parts) > MAX_PARTS:
        largest = max(a.share for a in parts)
        lines.append(f"{effect}: in part with {len(parts)} interactions, at most {largest:.2f} of each")
    elif parts:
        terms = (f"{'−' if a.sign < 0 else '+'}{a.share:.2f} {a.other}" for a in parts)
        lines.append(f"{effect}: in part with {', '.join(terms)}")
    if mixed:
        lines.append(f"{effect}: shares contrasts with {', '.join(a.other for a in mixed)}")
    return lines
