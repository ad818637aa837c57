"""What the sentences on one response have in common: names of things, and units of changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ablation.analysis import Analysis
from ablation.naming import cell_label, clipped
from ablation.numbers import percent, percent_interval, units, units_interval
from ablation.words import counted

_VERDICTS = {
    "better": "better, perhaps by less than the margin",
    "worse": "worse, perhaps by less than the margin",
}


def verdict_words(code: str) -> str:
    """A verdict as tables and figures name it; most codes are words already."""
    return _VERDICTS.get(code, code)


@dataclass(frozen=True)
class Wording:
    """How the sentences on one response name and number things.

    Attributes:
        response: its name.
        is_log: whether effects are differences of logarithms, told in %.
        margin: the smallest effect that matters; None if none was declared.
        block: what repeats every cell, such as `seed`; empty if nothing does.
        labels: factor -> what to call it; factors without a label keep their name.
        levels: factor -> its levels, the reference first.
    """

    response: str
    is_log: bool
    margin: float | None = None
    block: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        analysis: Analysis,
        labels: Mapping[str, str] | None = None,
        levels: Mapping[str, Sequence[str]] | None = None,
    ) -> Wording:
        """For an analysis; by default with names and levels as its table has them."""
        asked, block = analysis.request, analysis.runs.block
        if levels is None:
            levels = {factor.name: factor.levels for factor in analysis.selection.attempted.factors}
        name = block.name if block else ""
        return cls(asked.response, analysis.scaling.is_log, asked.margin, name, labels or {}, levels)

    def factor(self, name: str) -> str:
        """What to call a factor."""
        return clipped(self.labels.get(name, name))

    def at(self, factor: str, level: str) -> str:
        """'activation=relu'."""
        return f"{self.factor(factor)}={clipped(level)}"

    def term(self, factors: Sequence[str]) -> str:
        """'batch_norm × dropout'."""
        return " × ".join(map(self.factor, factors))

    def cell(self, cell: Mapping[str, str]) -> str:
        """A cell in few words."""
        levels = {factor: self.levels.get(factor, [level]) for factor, level in cell.items()}
        return cell_label(cell, levels, {factor: self.labels.get(factor, factor) for factor in cell})

    def run(self, run: Mapping[str, Any], block: str) -> str:
        """'run 5 (batch_norm · elu, seed 1)': its label in the table, its cell and its block."""
        at = f", {block} {run['at']}" if block else ""
        return f"run {run['run']} ({self.cell(run['cell'])}{at})"

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

    @property
    def blocks(self) -> str:
        """What there can be more of: 'seeds', 'values of input', or 'runs of every cell'."""
        if not self.block:
            return "runs of every cell"
        return "seeds" if self.block == "seed" else f"values of {self.block}"

    def repeats(self, n: int) -> str:
        """'3 more seeds', 'values of input' where that is the block, 'runs of every cell' without one."""
        if not self.block:
            return f"{counted(n, 'more run')} of every cell"
        if self.block == "seed":
            return counted(n, "more seed")
        return f"{counted(n, 'more value')} of {self.block}"
