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
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from ablation.design import check_factors
from ablation.design.nested import levels_meant
from ablation.errors import UsageError
from ablation.naming import ELSEWHERE, find_level, level_text
from ablation.sweep.cell import Cell, Change, difference
from ablation.sweep.meant import in_a_file, is_quoted, refuse_changed, refuse_read, refuse_text
from ablation.sweep.overrides import Overrides
from ablation.sweep.together import Condition, in_order, valid_when, zipped

N_CONFIRMED = 3
"""Cells that are composed to confirm those that are not."""

Levels = Mapping[str, Any]


class Composed(NamedTuple):
    """The result of composing some overrides.

    Args:
        config: what the framework reads: the study's name, where its results are, `analysis`.
        cell: that the configuration describes.
        choices: config group → the file that was chosen.
    """

    config: DictConfig
    cell: Cell
    choices: Mapping[str, str | None] = MappingProxyType({})


Lines = tuple[str, ...]
"""Overrides."""


@dataclass(frozen=True)
class _Level:
    """The overrides of a level, and what they change in the cell without it."""

    lines: Lines
    change: Change


class Composer:
    """Knows the factors of a sweep and makes cells of their levels.

    Args:
        overrides: fixed ones and the swept levels, as text.
        compose: overrides → what they make.
        by_choice: whether a config group's levels are the choices, even where its files set a `name`.

    Attributes:
        config: the configuration of the reference cell.
        fixed: the keys that have one value in all cells.
        factors: factor → its levels as the app's configuration holds them, the reference first.
        when: nested factor → {its parent: levels of that at which it has levels itself}.
        made: the factors whose levels no entry of the configuration holds: `cells` has them.

    Raises:
        UsageError: a factor without levels, with a level twice, or that changes no run; or factors that
            belong together in a way that cannot be meant.
    """

    def __init__(
        self,
        overrides: Overrides,
        compose: Callable[[Sequence[str]], Composed],
        by_choice: bool = False,
    ) -> None:
        check_factors(overrides.swept)
        self.fixed = list(overrides.fixed)
        self._fixed, self._compose, self._by_choice = tuple(overrides.fixed.values()), compose, by_choice
        self._zips = zipped(overrides.zips, overrides.swept)
        lines = _lines(overrides, self._zips)
        when = valid_when(overrides.when, list(lines), list(overrides.fixed))
        self._start = {key: each[0] for key, each in lines.items() if key not in when}
        self._first = self._composed_of(self._start)
        self.config, self.reference, _ = self._first
        self.made: set[str] = set()
        self._names: dict[str, str] = {}
        self._levels: dict[str, dict[str, _Level]] = {}
        self._parents: dict[str, dict[str, Any]] = {}
        known: dict[str, list[Any]] = {}
        for key in in_order(list(lines), when):
            name, levels = self._learn(key, lines, when.get(key), known)
            if name in known:
                raise UsageError(f"{key}: expected each factor once. Received: another that sets {name}")
            known[name], self._names[key] = levels, name
        self.factors = {self._names[key]: known[self._names[key]] for key in lines}
        self.when = {self._names[key]: {self._names[parent]: value} for key, (parent, value) in when.items()}
        check_factors(self.factors)
        self._refuse_other_texts(overrides)
        self._refuse_idle()

    def lines(self, levels: Levels) -> Lines:
        """The overrides that make Hydra compose the cell with these levels."""
        lines = (line for name, level in levels.items() for line in self._level(name, level).lines)
        return (*self._fixed, *lines)

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

    def _learn(
        self,
        key: str,
        lines: Mapping[str, Sequence[Lines]],
        condition: Condition | None,
        known: Mapping[str, list[Any]],
    ) -> tuple[str, list[Any]]:
        """Compose each level of a factor, the others at their first level and its parents as they must be."""
        parents: dict[str, Any] = {}
        start = self._start
        if condition:
            parent, value = condition
            name = self._names[parent]
            at = find_level(levels_meant(value, known[name])[0], name, known[name], f"when.{key}")
            parents = {**self._parents[name], name: known[name][at]}
            of_parents = {k: self._level(n, parents[n]).lines for k, n in self._names.items() if n in parents}
            start = {**start, **of_parents}
        base = self._first if start == self._start else self._composed_of(start)
        composed = [
            base if each == start.get(key) else self._composed_of({**start, key: each}) for each in lines[key]
        ]
        texts = [each[0].partition("=")[2] for each in lines[key]]
        name, levels = self._named(key, texts, composed)
        self._parents[name] = parents
        changes = [difference(base.cell, each.cell) for each in composed]
        each = zip(levels, lines[key], changes, strict=True)
        self._levels[name] = {repr(level): _Level(overrides, change) for level, overrides, change in each}
        if condition:
            self._levels[name].setdefault(repr(ELSEWHERE), _Level((), {}))
        return name, levels

    def _composed_of(self, lines: Mapping[str, Lines]) -> Composed:
        return self._compose([*self._fixed, *(line for each in lines.values() for line in each)])

    def _named(self, key: str, texts: Sequence[str], composed: Sequence[Composed]) -> tuple[str, list[Any]]:
        """What a swept key is called as a factor, and its levels.

        Levels are the values that the key has; of a config group the `name` that its files set, or else what
        was chosen; of mappings what was typed.
        """
        if key in self._zips:
            self.made.add(key)
            return key, list(self._zips[key])
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

    def _refuse_other_texts(self, overrides: Overrides) -> None:
        """Refuse levels that YAML or Hydra's grammar has turned into other values than the text says."""
        known = {key: levels for key, levels in self.factors.items() if key not in self.made}
        for key, value in overrides.read.items():
            levels = known.get(key, [self.reference.config.get(key)])
            refuse_read(key, value if isinstance(value, list) else [value], levels)
        for key, line in overrides.typed.items():
            if key not in overrides.read:
                refuse_changed(key, line, known.get(key, ()))
        self._refuse_texts(overrides, known)

    def _refuse_texts(self, overrides: Overrides, known: Mapping[str, Sequence[Any]]) -> None:
        """Refuse text without quotes where the app has a boolean or a number."""
        texts = [
            (key, level)
            for key, line in (overrides.typed | overrides.fixed).items()
            for level in known.get(key, [self.reference.config.get(key)])
            if key not in overrides.read and in_a_file(level) is not None and not is_quoted(level, line)
        ]
        if not texts:
            return
        lines = {key: (line,) for key, line in overrides.fixed.items()} | self._start
        others = [line for key in lines.keys() - dict(texts).keys() for line in lines[key]]
        try:
            own = self._compose(others).cell.config
        except (HydraException, OmegaConfBaseException, UsageError):  # it has no value of its own
            return
        for key, text in texts:
            refuse_text(key, text, own.get(key))

    def _refuse_idle(self) -> None:
        """Refuse a factor whose levels leave a cell's key as it is."""
        idle = []
        for name, levels in self.factors.items():
            first, *others = (self._derived({**self._parents[name], name: level}).id for level in levels)
            idle += [name] if first in others else []
        if idle:
            raise UsageError(f"Expected factors that change what a run gives. Received: {', '.join(idle)}")

    def _derived(self, levels: Levels) -> Cell:
        in_order = [name for name in self._levels if name in levels]  # parents first
        return self.reference.changed([self._level(name, levels[name]).change for name in in_order])

    def _composed(self, levels: Levels) -> Cell:
        return self._compose(self.lines(levels)).cell

    def _same(self, cell: Cell, levels: Levels) -> bool:
        return not difference(cell, self._composed(levels))


def _lines(
    overrides: Overrides, zips: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> dict[str, list[Lines]]:
    """Key, or name of a factor of several keys → the overrides of each of its levels."""
    lines: dict[str, list[Lines]] = {}
    owner = {key: name for name, levels in zips.items() for row in levels.values() for key in row}
    for key, texts in overrides.swept.items():
        if key not in owner:
            lines[key] = [(overrides.line(key, text),) for text in texts]
        elif owner[key] not in lines:
            rows = zips[owner[key]].values()
            lines[owner[key]] = [tuple(overrides.line(k, text) for k, text in row.items()) for row in rows]
    return lines


def _spread(n: int) -> list[int]:
    """The last cell and a few others, always the same."""
    return [n - 1, *map(int, np.random.default_rng(0).integers(0, n, N_CONFIRMED - 1))]
