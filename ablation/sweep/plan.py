"""From overrides to the runs of a study, before anything is trained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from omegaconf import DictConfig

from ablation.design import check_factors, full_factorial, short_name
from ablation.errors import UsageError
from ablation.sweep.cell import Cell
from ablation.sweep.overrides import Overrides


@dataclass(frozen=True)
class PlannedCell:
    """A cell of the design, and the overrides that make Hydra compose it."""

    cell: Cell
    levels: Mapping[str, Any]
    overrides: tuple[str, ...]

    @property
    def label(self) -> str:
        """What people read, such as `batch_norm=true activation=relu`."""
        return " ".join(f"{short_name(k)}={text(v)}" for k, v in self.levels.items()) or "(no factors)"


@dataclass(frozen=True)
class Plan:
    """All runs of a study.

    Args:
        factors: factor → its levels as the app's configuration holds them, the reference first.
        seeds: of every cell.
        cells: in the order of the design.
    """

    factors: Mapping[str, Sequence[Any]]
    seeds: Sequence[int]
    cells: Sequence[PlannedCell]

    @cached_property
    def runs(self) -> dict[str, tuple[PlannedCell, int]]:
        """Key → its cell and seed, in the order of the design."""
        return {planned.cell.key(seed): (planned, seed) for planned in self.cells for seed in self.seeds}


def make_plan(
    overrides: Overrides,
    seeds: Sequence[int],
    compose: Callable[[Sequence[str]], DictConfig],
    describe: Callable[[DictConfig], Cell],
) -> Plan:
    """Compose every cell and check that the cells are what the factors say.

    Args:
        overrides: fixed ones and the swept levels.
        seeds: of every cell.
        compose: overrides → the configuration of a job.
        describe: configuration → cell.

    Raises:
        UsageError: a factor without levels, with a level twice, or one that changes no run.
    """
    check_factors(overrides.swept)
    cells = []
    for combination in full_factorial(overrides.swept):
        lines = (*overrides.fixed.values(), *(f"{key}={level}" for key, level in combination.items()))
        cell = describe(compose(lines))
        levels = {name: cell.config[name] for name in (_factor(key, cell) for key in combination)}
        cells.append(PlannedCell(cell, levels, lines))
    plan = Plan(_levels(cells), seeds, cells)
    check_factors(plan.factors)
    if len(plan.runs) < len(cells) * len(seeds):
        raise UsageError(f"Expected factors that change what a run gives. Received: {_idle(plan)}")
    return plan


def text(level: Any) -> str:
    """A level as it is written in configurations."""
    return str(level).lower() if isinstance(level, bool) else str(level)


def _factor(key: str, cell: Cell) -> str:
    """The config key that holds a factor's level: of a swept config group, its `name`."""
    for name in (key, f"{key}.name"):
        if name in cell.config:
            return name
    raise UsageError(f"{key}: expected a config key with one value, or a group whose files set `{key}.name`")


def _levels(cells: Sequence[PlannedCell]) -> dict[str, list[Any]]:
    """Each factor's levels in order of appearance; the first cell has the references."""
    factors: dict[str, list[Any]] = {name: [] for name in cells[0].levels}
    for planned in cells:
        for name, level in planned.levels.items():
            if repr(level) not in map(repr, factors[name]):
                factors[name].append(level)
    return factors


def _idle(plan: Plan) -> str:
    """Names of the factors whose levels leave a cell's key as it is."""
    first = plan.cells[0]
    same = [p for p in plan.cells[1:] if p.cell.id == first.cell.id] or plan.cells[1:]
    names = {name for p in same for name in p.levels if p.levels[name] != first.levels[name]}
    return ", ".join(sorted(names))
