"""From overrides to the runs of a study, before anything is trained."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from omegaconf import DictConfig

from ablation.design import Design
from ablation.errors import UsageError
from ablation.naming import levels_text
from ablation.sweep.cell import Cell

Runs = Mapping[str, tuple["PlannedCell", int]]
"""Key → cell and seed of a run."""


class Composing(Protocol):
    """What makes cells of levels.

    Attributes:
        config: of the reference cell; it has the study's name, where its results are, and `analysis`.
    """

    config: DictConfig

    @property
    def made(self) -> Collection[str]:
        """The factors whose levels no entry of the configuration holds."""

    def cells(self, design: Sequence[Mapping[str, Any]]) -> list[Cell]:
        """The cells of a design, given the levels of each."""


@dataclass(frozen=True)
class PlannedCell:
    """A cell of the design, and its level of each factor."""

    cell: Cell
    levels: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What people read, such as `batch_norm=true activation=relu`."""
        return levels_text(self.levels)


@dataclass(frozen=True)
class Plan:
    """All runs of a study.

    Args:
        design: which cells, and why.
        seeds: of every cell.
        cells: in the order of the design.
        made: factors whose levels no entry of a run's configuration holds.
    """

    design: Design
    seeds: Sequence[int]
    cells: Sequence[PlannedCell]
    made: Collection[str] = ()

    @property
    def factors(self) -> Mapping[str, Sequence[Any]]:
        """Factor → its levels as the app's configuration holds them, the reference first."""
        return self.design.factors

    @property
    def cell_levels(self) -> dict[str, dict[str, Any]]:
        """Of the factors that are made: factor → id of a cell → its level."""
        return {name: {p.cell.id: p.levels[name] for p in self.cells} for name in sorted(self.made)}

    @cached_property
    def runs(self) -> dict[str, tuple[PlannedCell, int]]:
        """Key → its cell and seed, in the order of the design."""
        return {planned.cell.key(seed): (planned, seed) for planned in self.cells for seed in self.seeds}


def make_plan(composer: Composing, design: Design, seeds: Sequence[int]) -> Plan:
    """The runs of a design.

    Raises:
        UsageError: two cells of the design give the same runs.
    """
    cells = [
        PlannedCell(cell, levels)
        for cell, levels in zip(composer.cells(design.cells), design.cells, strict=True)
    ]
    plan = Plan(design, seeds, cells, {*composer.made, *design.nesting})
    if len(plan.runs) < len(cells) * len(seeds):
        raise UsageError(f"Expected factors that change what a run gives. Received: {_same_runs(cells)}")
    return plan


def _same_runs(cells: Sequence[PlannedCell]) -> str:
    """A message that names two cells with the same runs."""
    seen: dict[str, PlannedCell] = {}
    for planned in cells:
        other = seen.setdefault(planned.cell.id, planned)
        if other is not planned:
            return f"the same runs for {other.label} and {planned.label}"
    return "cells that share runs"
