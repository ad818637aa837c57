"""What the sentences about one response share: names, and units of changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ablation.analysis import Analysis
from ablation.analysis.analysis_request import ORDINAL
from ablation.analysis.data.scale import Scale
from ablation.analysis.verdicts.judging import BETTER, WORSE
from ablation.analysis.verdicts.rows import places_of
from ablation.naming import cell_label, clipped, level_label
from ablation.numbers import NBSP, UNKNOWN, coverage, percent, plain, units
from ablation.words import counted


def verdict_words(code: str) -> str:
    """A verdict as tables name it, with what it leaves open; most codes are words already."""
    return f"{code}, perhaps by less than the margin" if code in (BETTER, WORSE) else code


def as_wide(widening: float) -> str:
    """How wide intervals would be: '1.4 times as wide'."""
    return f"{plain(widening)} times as wide" if math.isfinite(widening) else UNKNOWN


@dataclass(frozen=True)
class Wording:
    """How sentences, tables and figures on one response name and number things.

    Attributes:
        response: its name.
        direction: which of its values are better, `lower` or `higher`.
        unit: of the response; empty where it has none.
        is_log: whether effects are differences of logarithms, told in %.
        shares: the scale of log-odds, whose differences are told as changes of the share, or of the mean
            rating; else None.
        is_count: whether logarithms are those of means, as of counts.
        margin: the smallest effect that matters; None if none was declared.
        alpha: error rate of tests; intervals have level 1 - alpha.
        block: what repeats every cell, such as `seed`; empty if nothing does.
        labels: factor -> what to call it; factors without a label keep their name.
        levels: factor -> its levels, the reference first.
        nested: factor that has levels only at some levels of another -> that one, and these.
        has_diverged: whether some runs look diverged to a finite value.
        is_adaptive: whether the study adds seeds until its verdicts are settled.
    """

    response: str
    direction: str = "lower"
    unit: str = ""
    is_log: bool = False
    shares: Scale | None = None
    is_count: bool = False
    margin: float | None = None
    alpha: float = 0.05
    block: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nested: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)
    is_adaptive: bool = False
    has_diverged: bool = False

    @classmethod
    def of(cls, analysis: Analysis, **known: Any) -> Wording:
        """For an analysis, with names and levels as its table has them, unless better ones are given."""
        request, block = analysis.request, analysis.runs.block
        wording = cls(
            response=request.response,
            direction=request.direction,
            is_log=analysis.scaling.is_log,
            is_count=analysis.scaling.is_glm and analysis.scaling.is_log,
            shares=analysis.scaling if analysis.scaling.is_logit else None,
            margin=request.margin,
            alpha=request.alpha,
            block=block.name if block else "",
            is_adaptive=request.looks is not None,
            has_diverged=analysis.diverged is not None,
            nested=places_of(analysis.fit, analysis.runs.predictors),
            levels={factor.name: factor.levels for factor in analysis.selection.attempted.factors},
        )
        return replace(wording, **known)

    @property
    def better(self) -> str:
        """'loss, lower is better'."""
        return f"{self.response}, {self.direction} is better"

    @property
    def level(self) -> str:
        """Of intervals: '95 %'."""
        return coverage(1 - self.alpha)

    @property
    def share_kind(self) -> str:
        """What log-odds are told as changes of: 'share', or 'mean rating'."""
        return "mean rating" if self.shares and self.shares.name == ORDINAL else "share"

    @property
    def mean_kind(self) -> str:
        """The mean that adds up on the scale of the analysis."""
        return "geometric mean" if self.is_log and not self.is_count else "mean"

    def factor(self, name: str) -> str:
        """What to call a factor."""
        return clipped(self.labels.get(name, name))

    def at(self, factor: str, level: str) -> str:
        """'activation=relu'."""
        return f"{self.factor(factor)}={clipped(level)}"

    def place(self, factor: str, within: tuple[str, str] | None) -> str:
        """Where a contrast holds: 'at norm=true', 'within dropout=true' of a nested factor, or nothing."""
        if within:
            return f"at {self.at(*within)}"
        on, levels = self.nested.get(factor, ("", ()))
        return f"within {self.factor(on)}={clipped('|'.join(levels))}" if on else ""

    def placed(self, name: str, factor: str, within: tuple[str, str] | None) -> str:
        """A name, and in brackets where its contrast holds."""
        place = self.place(factor, within)
        return f"{name} ({place})" if place else name

    def choice(self, factor: str, level: str) -> str:
        """'relu', but 'activation=relu' where another factor has a level of this name."""
        is_shared = any(level in levels for name, levels in self.levels.items() if name != factor)
        return self.at(factor, level) if is_shared else level_label(self.factor(factor), level)

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

    @property
    def unit_of_change(self) -> str:
        """What follows a change: '%', or the unit of the response if it has one."""
        unit = "%" if self.is_log else self.unit
        return f"{NBSP}{unit}" if unit else ""

    def change(self, effect: float) -> str:
        """A change with its sign, in % or in units of the response."""
        if self.is_log or not math.isfinite(effect):
            return percent(100 * math.expm1(effect))
        return units(self.shares.change(effect) if self.shares else effect) + self.unit_of_change

    def size(self, effect: float) -> str:
        """A change without its sign."""
        return self.change(effect).lstrip("+−")

    def bounds(self, low: float, high: float) -> str:
        """Bounds of a change with their signs, without the unit."""
        if not math.isfinite(low + high):
            return UNKNOWN
        return " to ".join(self.change(bound).removesuffix(self.unit_of_change) for bound in (low, high))

    def interval(self, low: float, high: float) -> str:
        """The same with the unit, said once."""
        return self.bounds(low, high) + (self.unit_of_change if math.isfinite(low + high) else "")

    @property
    def margin_text(self) -> str:
        """'2 %' or '0.5 s'."""
        return f"{self.margin:g}{self.unit_of_change}"

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
