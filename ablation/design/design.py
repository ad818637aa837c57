"""What a design is: its cells, and the effects that it cannot separate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Alias:
    """Two effects that a design cannot separate, wholly or in part.

    Args:
        effect: a main effect or a two-factor interaction, such as `batch_norm` or `batch_norm:dropout`.
        other: the effect that is added to it in the estimate.
        sign: the sign with which it is added, 1 or −1; 0 if a factor of more than two levels has no single
            sign.
        share: how much of it is added: with 1 the two are one, 1/3 is usual in Plackett–Burman designs.
        letters: the alias in the usual letters, such as `AB = −CD`.
    """

    effect: str
    other: str
    sign: int
    share: float = 1.0
    letters: str = field(default="", compare=False)

    @property
    def complete(self) -> bool:
        """Whether the data cannot separate the two at all."""
        return self.share > 1 - 1e-9


@dataclass(frozen=True)
class Design:
    """Which cells a study makes, and what they can show.

    Args:
        name: `full_factorial`, `fractional`, `leave_one_out`, `one_at_a_time`, `foldover` or `union`.
        factors: factor → its levels, as requested; a nested factor also has `none`, as its last level.
        cells: factor → level, each; first the reference cell, if the design has it; of a foldover first the
            base fraction.
        words: the design in one line.
        notes: what can be concluded and what cannot, one sentence each.
        aliases: aliases among main effects and two-factor interactions.
        reference: the cell that the others are compared with.
        nesting: nested factor → its parent, and the parent's levels at which it has levels.
    """

    name: str
    factors: Mapping[str, tuple[Any, ...]]
    cells: tuple[dict[str, Any], ...]
    words: str
    notes: tuple[str, ...]
    aliases: tuple[Alias, ...]
    reference: Mapping[str, Any]
    nesting: Mapping[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)
