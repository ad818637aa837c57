"""What the sentences on one response have in common: names of things, and units of changes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ablation.analysis import Analysis
from ablation.naming import clipped
from ablation.numbers import percent, percent_interval, units, units_interval
from ablation.words import counted


@dataclass(frozen=True)
class Wording:
    """How the sentences on one response name and number things.

    Attributes:
        response: its name.
        is_log: whether effects are differences of logarithms, told in %.
        margin: the smallest effect that matters; None if none was declared.
        block: what repeats every cell, such as `seed`; empty if nothing does.
        labels: factor -> what to call it; factors without a label keep their name.
    """

    response: str
    is_log: bool
    margin: float | None = None
    block: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, analysis: Analysis, labels: Mapping[str, str] | None = None) -> Wording:
        """For an analysis; without labels, factors are called as the columns of its table."""
        asked, block = analysis.request, analysis.runs.block
        return cls(
            asked.response, analysis.scaling.is_log, asked.margin, block.name if block else "", labels or {}
        )

    def factor(self, name: str) -> str:
        """What to call a factor."""
        return clipped(self.labels.get(name, name))

    def at(self, factor: str, level: str) -> str:
        """'activation=relu'."""
        return f"{self.factor(factor)}={clipped(level)}"

    def change(self, effect: float) -> str:
        """A change with its sign, in % or in units of the response."""
        return percent(100 * math.expm1(effect)) if self.is_log else units(effect)

    def size(self, effect: float) -> str:
        """A change without its sign."""
        return self.change(effect).lstrip("+−")

    def interval(self, low: float, high: float) -> str:
        """Bounds of a change with their signs, the unit said once."""
        if self.is_log:
            return percent_interval(*(100 * math.expm1(bound) for bound in (low, high)))
        return units_interval(low, high)

    @property
    def margin_text(self) -> str:
        """'2 %' or '0.5'."""
        return f"{self.margin:g}{' %' if self.is_log else ''}"

    def repeats(self, n: int) -> str:
        """'3 more seeds', 'values of input' where that is the block, 'runs of every cell' without one."""
        if not self.block:
            return f"{counted(n, 'more run')} of every cell"
        if self.block == "seed":
            return counted(n, "more seed")
        return f"{counted(n, 'more value')} of {self.block}"
