"""Cells from levels: Hydra composes the reference cell and each level once, and the rest follows.

Hydra needs some 35 ms for a configuration: minutes for a design of thousands of cells. As a rule, though,
factors change different keys. Then a cell is the reference cell with the changes of each of its levels; a few
composed cells confirm it. Where factors touch the same keys, every cell is composed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from omegaconf import DictConfig

from ablation.design import check_factors
from ablation.errors import UsageError
from ablation.naming import level_text
from ablation.sweep.cell import Cell, Change, difference
from ablation.sweep.overrides import Overrides

N_CONFIRMED = 3
"""Cells that are composed to confirm those that are not."""

Levels = Mapping[str, Any]


class Composed(NamedTuple):
    """What Hydra made of some overrides.

    Args:
        config: what the framework reads: the study's name, where its results are, `analysis`.
        cell: that the configuration describes.
        choices: config group → the file that was chosen.
    """

    config: DictConfig
    cell: Cell
    choices: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True)
class _Level:
    """A level as a launcher is told of it, and what it changes in the reference cell."""

    line: str
    change: Change


class Composer:
    """Knows the factors of a sweep and makes cells of their levels.

    Args:
        overrides: fixed ones and the swept levels, as text.
        compose: overrides → what they make.
        by_choice: whether a config group's levels are the choices, even where its files set a `name`.

    Attributes:
        config: the configuration of the reference cell.
        factors: factor → its levels as the app's configuration holds them, the reference first.
        made: the factors whose levels no entry of the configuration holds.

    Raises:
        UsageError: a factor without levels, with a level twice, or that changes no run.
    """

    def __init__(
        self,
        overrides: Overrides,
        compose: Callable[[Sequence[str]], Composed],
        by_choice: bool = False,
    ) -> None:
        check_factors(overrides.swept)
        self._fixed, self._compose, self._by_choice = tuple(overrides.fixed.values()), compose, by_choice
        first = [overrides.line(key, texts[0]) for key, texts in overrides.swept.items()]
        self._first = compose([*self._fixed, *first])
        self.config, self.reference, _ = self._first
        self.factors: dict[str, list[Any]] = {}
        self.made: set[str] = set()
        self._levels: dict[str, dict[str, _Level]] = {}
        for i, (key, texts) in enumerate(overrides.swept.items()):
            self._learn(key, [overrides.line(key, text) for text in texts], first, i)
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

    @property
    def touched(self) -> set[str]:
        """The keys that levels change."""
        return {key for _, key in set().union(*self._touched())}

    def _learn(self, key: str, lines: Sequence[str], first: Sequence[str], i: int) -> None:
        """Compose each level of a factor, with the others at their first."""
        composed = [
            self._first
            if line == first[i]
            else self._compose([*self._fixed, *first[:i], line, *first[i + 1 :]])
            for line in lines
        ]
        texts = [line.partition("=")[2] for line in lines]
        name, levels = self._named(key, texts, composed)
        if name in self.factors:
            raise UsageError(f"{key}: expected each factor once. Received: another that sets {name}")
        self.factors[name] = levels
        self._levels[name] = {
            repr(level): _Level(line, difference(self.reference, each.cell))
            for level, line, each in zip(levels, lines, composed, strict=True)
        }

    def _named(self, key: str, texts: Sequence[str], composed: Sequence[Composed]) -> tuple[str, list[Any]]:
        """What a swept key is called as a factor, and its levels.

        Levels are the values that the key has; of a config group the `name` that its files set, or else what
        was chosen; of mappings what was typed.
        """
        group, _, package = key.partition("@")
        name = f"{package or group.replace('/', '.')}.name"
        for entry in (key,) if self._by_choice else (key, name):
            values = [each.cell.config.get(entry) for each in composed]
            is_there = all(entry in each.cell.config for each in composed)
            if is_there and (entry == key or len(set(map(repr, values))) == len(values)):
                return entry, values
        self.made.add(key)
        is_group = all(key in each.choices for each in composed)
        return key, [level_text(each.choices[key]) for each in composed] if is_group else list(texts)

    def _level(self, name: str, level: Any) -> "_Level":
        return self._levels[name][repr(level)]  # 1, 1.0 and true are three levels

    @property
    def _is_additive(self) -> bool:
        """Whether no two factors change the same key."""
        touched = self._touched()
        return sum(map(len, touched)) == len(set().union(*touched))

    def _touched(self) -> list[set[tuple[str, str]]]:
        """What the levels of each factor change."""
        return [
            set().union(*(level.change.keys() for level in levels.values()))
            for levels in self._levels.values()
        ]

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
        return self._compose(self.lines(levels)).cell

    def _same(self, cell: Cell, levels: Levels) -> bool:
        return not difference(cell, self._composed(levels))


def _spread(n: int) -> list[int]:
    """The last cell and a few others, always the same."""
    return [n - 1, *map(int, np.random.default_rng(0).integers(0, n, N_CONFIRMED - 1))]
