"""Cells from levels: Hydra composes the reference cell and each level once, and the rest follows.

Hydra needs some 35 ms for a configuration: minutes for a design of thousands of cells. As a rule, though,
factors change different keys. Then a cell is the reference cell with the changes of each of its levels; a few
composed cells confirm it. Where factors touch the same keys, every cell is composed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from omegaconf import DictConfig

from ablation.design import check_factors
from ablation.errors import UsageError
from ablation.sweep.cell import Cell, Change, difference
from ablation.sweep.overrides import Overrides

N_CONFIRMED = 3
"""Cells that are composed to confirm those that are not."""

Levels = Mapping[str, Any]


@dataclass(frozen=True)
class _Level:
    """A level as a launcher is told of it, and what it changes in the reference cell."""

    line: str
    change: Change


class Composer:
    """Knows the factors of a sweep and makes cells of their levels.

    Args:
        overrides: fixed ones and the swept levels, as text.
        compose: overrides → the configuration of a job.
        describe: configuration → cell.

    Attributes:
        config: the configuration of the reference cell.
        factors: factor → its levels as the app's configuration holds them, the reference first.

    Raises:
        UsageError: a factor without levels, with a level twice, or that changes no run.
    """

    def __init__(
        self,
        overrides: Overrides,
        compose: Callable[[Sequence[str]], DictConfig],
        describe: Callable[[DictConfig], Cell],
    ) -> None:
        check_factors(overrides.swept)
        self._fixed, self._compose, self._describe = tuple(overrides.fixed.values()), compose, describe
        first = [overrides.line(key, texts[0]) for key, texts in overrides.swept.items()]
        self.config = compose([*self._fixed, *first])
        self.reference = describe(self.config)
        self.factors: dict[str, list[Any]] = {}
        self._levels: dict[str, dict[str, _Level]] = {}
        for i, (key, texts) in enumerate(overrides.swept.items()):
            name = _factor(key, self.reference)
            if name in self.factors:
                raise UsageError(f"{key}: expected each factor once. Received: another that sets {name}")
            self._learn(name, [overrides.line(key, text) for text in texts], first, i)
        check_factors(self.factors)
        self._refuse_idle()

    def lines(self, levels: Levels) -> tuple[str, ...]:
        """The overrides that make Hydra compose the cell with these levels."""
        return (*self._fixed, *(self._level(name, level).line for name, level in levels.items()))

    def cells(self, design: Sequence[Levels]) -> list[Cell]:
        """The cells of a design.

        Args:
            design: the levels of each cell, factor → level.
        """
        if self._is_additive and len(design) > N_CONFIRMED:
            cells = [self._derived(levels) for levels in design]
            if all(self._same(cells[i], design[i]) for i in _spread(len(design))):
                return cells
        return [self._composed(levels) for levels in design]

    def _learn(self, name: str, lines: Sequence[str], first: Sequence[str], i: int) -> None:
        """Compose each level of a factor, with the others at their first."""
        self.factors[name], self._levels[name] = [], {}
        for line in lines:
            rest = [*first[:i], line, *first[i + 1 :]]
            is_first = line == first[i]
            cell = self.reference if is_first else self._describe(self._compose([*self._fixed, *rest]))
            if name not in cell.config:
                raise UsageError(f"{name}: expected levels that are values. Received a group: {line}")
            level = cell.config[name]
            self.factors[name].append(level)
            self._levels[name][repr(level)] = _Level(line, difference(self.reference, cell))

    def _level(self, name: str, level: Any) -> "_Level":
        return self._levels[name][repr(level)]  # 1, 1.0 and true are three levels

    @property
    def _is_additive(self) -> bool:
        """Whether no two factors change the same key."""
        touched = [
            set().union(*(level.change.keys() for level in levels.values()))
            for levels in self._levels.values()
        ]
        return sum(map(len, touched)) == len(set().union(*touched))

    def _refuse_idle(self) -> None:
        """Refuse a factor whose levels leave a cell's key as it is."""
        idle = [
            name
            for name, levels in self.factors.items()
            if any(self._derived({name: level}).id == self.reference.id for level in levels[1:])
        ]
        if idle:
            raise UsageError(f"Expected factors that change what a run gives. Received: {', '.join(idle)}")

    def _derived(self, levels: Levels) -> Cell:
        return self.reference.changed([self._level(name, level).change for name, level in levels.items()])

    def _composed(self, levels: Levels) -> Cell:
        return self._describe(self._compose(self.lines(levels)))

    def _same(self, cell: Cell, levels: Levels) -> bool:
        return not difference(cell, self._composed(levels))


def _spread(n: int) -> list[int]:
    """The last cell and a few others, always the same."""
    return [n - 1, *map(int, np.random.default_rng(0).integers(0, n, N_CONFIRMED - 1))]


def _factor(key: str, cell: Cell) -> str:
    """The config key that holds a factor's level: of a swept config group, its `name`."""
    for name in (key, f"{key}.name"):
        if name in cell.config:
            return name
    raise UsageError(f"{key}: expected a config key with one value, or a group whose files set `{key}.name`")
