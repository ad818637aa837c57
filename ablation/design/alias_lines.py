"""The signed alias table, as lines to print."""

from collections.abc import Sequence

from ablation.design.kinds import Alias, Design

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
