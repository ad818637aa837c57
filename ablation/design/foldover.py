"""A fraction and its mirror, which clears aliases that have an odd number of switched factors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ablation.design.coding import Codes
from ablation.design.design import Alias
from ablation.errors import UsageError
from ablation.naming import find_factor
from ablation.words import counted


@dataclass(frozen=True)
class Mirror:
    """What a foldover switches.

    Args:
        switched: positions of the factors whose two levels change places.
        words: such as `full foldover` or `foldover of 'batch_norm'`.
    """

    switched: list[int]
    words: str

    def of(self, base: Codes) -> Codes:
        """The cells that the mirror adds to the base (n_new × n_factors).

        Raises:
            UsageError: none, so that the foldover is useless.
        """
        mirrored = base.copy()
        mirrored[:, self.switched] ^= 1
        known = set(map(tuple, base.tolist()))
        new = np.array([row for row in mirrored.tolist() if tuple(row) not in known], dtype=np.int64)
        if not len(new):
            single = len(self.switched) == 1
            advice = "Fold another factor" if single else "Take other runs, or fold one factor by its name"
            received = f"a {self.words}, which gives the same {counted(len(base), 'cell')} again: useless"
            raise UsageError(f"foldover: expected one that adds cells. Received: {received}. {advice}")
        return new

    def note(self, before: Sequence[Alias], after: Sequence[Alias]) -> str:
        """What the foldover cleared, or that it cleared nothing."""
        left = {(a.effect, a.other): a.share for a in after}
        cleared = [a for a in before if left.get((a.effect, a.other), 0) < a.share]
        if not cleared:
            return (
                f"The {self.words} is useless: it clears no alias of main effects or two-factor interactions."
            )
        return f"The {self.words} clears or lessens {len(cleared)} of {len(before)} aliases."


def plan_mirror(fold: bool | str, factors: Sequence[str], n_levels: Sequence[int]) -> Mirror:
    """Read what is to be switched: all factors of two levels, or the named one.

    Factors of more levels keep theirs: they have no opposite.

    Raises:
        UsageError: no such factor, or none of two levels.
    """
    two = [i for i, size in enumerate(n_levels) if size == 2]
    if isinstance(fold, str) and fold.lower() not in ("true", "full"):
        factor = find_factor(fold, factors, "foldover")
        if factors.index(factor) not in two:
            size = n_levels[factors.index(factor)]
            raise UsageError(f"foldover: expected a factor of two levels. Received: '{fold}' with {size}")
        return Mirror([factors.index(factor)], f"foldover of '{fold}'")
    if not two:
        raise UsageError("foldover: expected factors of two levels. Received: none of that kind")
    return Mirror(two, "full foldover")
