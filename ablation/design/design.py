"""What a design is, as the rest of the house sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Alias:
    """Two effects that a design cannot tell apart, wholly or in part.

    Args:
        effect: a main effect or a two-factor interaction, such as `batch_norm` or `batch_norm:dropout`.
        other: the effect that is added to it in what is measured.
        sign: with which it is added, 1 or −1; 0 where a factor of more than two levels leaves no one sign.
        share: how much of it is added: 1 makes the two one, 1/3 is usual in Plackett–Burman designs.
        letters: the same in the field's letters, such as `AB = −CD`.
    """

    effect: str
    other: str
    sign: int
    share: float = 1.0
    letters: str = field(default="", compare=False)

    @property
    def complete(self) -> bool:
        """Whether the data cannot tell the two apart at all."""
        return self.share > 1 - 1e-9


@dataclass(frozen=True)
class Design:
    """Which cells a study makes, and what they can show.

    Args:
        name: `full_factorial`, `fractional`, `leave_one_out`, `one_at_a_time`, `foldover` or `union`.
        factors: factor → its levels, as asked for; of a nested one `none` as well, its last.
        cells: the reference cell first where the design has it; of a foldover, the base fraction first.
        words: the design in one line.
        notes: what can be concluded and what cannot, one sentence each.
        aliases: among main effects and two-factor interactions, with sign.
        reference: the cell that others are compared with.
        nesting: nested factor → its parent, and the levels of that at which it has levels.
    """

    name: str
    factors: Mapping[str, tuple[Any, ...]]
    cells: tuple[dict[str, Any], ...]
    words: str
    notes: tuple[str, ...]
    aliases: tuple[Alias, ...]
    reference: Mapping[str, Any]
    nesting: Mapping[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)
