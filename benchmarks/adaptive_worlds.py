"""Worlds in which adaptive studies are simulated: what is true, and how runs come about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats

SWITCH = ["0", "1"]


@dataclass(frozen=True)
class Cells:
    """The cells of a design; the first is the reference.

    Args:
        levels: factor → its levels.
        first: seeds at the first look.
        margin: smallest effect that matters.
        one_factor: whether it changes one factor at a time.
    """

    levels: dict[str, list[str]]
    first: int = 2
    margin: float = 0.6
    one_factor: bool = False

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per cell, categorical."""
        every = product(*self.levels.values())
        start = [levels[0] for levels in self.levels.values()]
        chosen = [
            c for c in every if not self.one_factor or sum(x != y for x, y in zip(c, start, strict=True)) < 2
        ]
        cells = pd.DataFrame(chosen, columns=list(self.levels))
        return cells.astype({name: pd.CategoricalDtype(levels) for name, levels in self.levels.items()})

    @property
    def contrasts(self) -> list[tuple[str, str]]:
        """Factor and level of each effect."""
        return [(name, level) for name, levels in self.levels.items() for level in levels[1:]]

    def means(self, effects: Floats) -> Floats:
        """Of the cells, (n_cells,), given the effect of each contrast."""
        table, each = self.table, zip(self.contrasts, effects, strict=True)
        means: Floats = sum(size * (table[name] == level).to_numpy(float) for (name, level), size in each)
        return means

    def runs(self, loss: Floats) -> pd.DataFrame:
        """The table of runs, seed by seed, given their losses (n_seeds x n_cells)."""
        runs = self.table.iloc[np.tile(np.arange(len(self.table)), len(loss))].reset_index(drop=True)
        return runs.assign(seed=np.repeat(np.arange(len(loss)), len(self.table)), loss=loss.ravel())

    def true_effects(self, rows: Iterable[tuple[str, str, str]], means: Floats) -> Floats:
        """The true effect of each row of verdicts (factor, level, within), given the means of the cells."""
        effects: Floats = np.array([self._comparison(row) @ means for row in rows])
        return effects

    def _comparison(self, row: tuple[str, str, str]) -> Floats:
        """What a row of verdicts compares, as weights of the cells."""
        if row not in self._comparisons:
            (factor, level, within), table = row, self.table
            other, _, held = within.partition("=")
            here = (table[other] == held).to_numpy() if within else np.ones(len(table), bool)
            at = (table[factor] == level).to_numpy() & here
            first = (table[factor] == self.levels[factor][0]).to_numpy() & here
            there = np.arange(len(table)) == 0 if self.one_factor else first
            self._comparisons[row] = at / at.sum() - there / there.sum()
        return self._comparisons[row]

    @cached_property
    def _comparisons(self) -> dict[tuple[str, str, str], Floats]:
        return {}


FULL = Cells({"a": SWITCH, "b": SWITCH, "d": SWITCH, "c": ["w", "x", "y", "z"]})
SMALL = Cells({"a": SWITCH, "b": SWITCH, "c": ["w", "x", "y", "z"]})
SWITCHES = Cells(dict.fromkeys("abcde", SWITCH))
ONE_OUT = Cells(dict.fromkeys("abcd", SWITCH), first=4, margin=1.8, one_factor=True)


@dataclass(frozen=True)
class Truth:
    """Of one study: means of the cells (n_cells,), noise SD of the cells, likewise or one number."""

    means: Floats
    sd: Floats | float = 1.0


@dataclass(frozen=True)
class World:
    """What may be true.

    Args:
        truth: draws the truth of one study.
        cells: of the design.
        df: degrees of freedom of the noise's t distribution.
        failing: share of runs that fail, three times as many at the last level of the last factor.
        spread: SD over the seeds of each level's deviation.
        spreading: the factors whose levels deviate so; all if empty.
    """

    truth: Callable[[np.random.Generator], Truth]
    cells: Cells = FULL
    df: float = np.inf
    failing: float = 0.0
    spread: float = 0.0
    spreading: str = ""


def _always(means: Floats, sd: Floats | float = 1.0) -> Callable[[object], Truth]:
    def truth(_: object) -> Truth:
        return Truth(means, sd)

    return truth


def _same(cells: Cells = FULL, size: float = 0.0) -> Callable[[object], Truth]:
    return _always(cells.means(np.full(len(cells.contrasts), size)))


def _noisy(level: str) -> Callable[[object], Truth]:
    return _always(np.zeros(32), 1 + 1.5 * (FULL.table["c"] == level).to_numpy())


def _population(rng: np.random.Generator) -> Truth:
    """Margin over noise SD log-uniform from 0.45 to 2; half of the effects 0, the others N(0, 2 margins)."""
    sizes = rng.normal(scale=2 * FULL.margin, size=6) * (rng.random(6) < 0.5)
    return Truth(FULL.means(sizes), FULL.margin / np.exp(rng.uniform(np.log(0.45), np.log(2))))


WORLDS = {
    "null": World(_same()),
    "margin": World(_same(size=0.6)),
    "one": World(_always(FULL.means(np.array([-0.8, 0, 0, 0, 0, 0])))),
    "noisy-level": World(_noisy("z")),
    "noisy-reference": World(_noisy("w")),
    "tails": World(_same(), df=4),
    "failures": World(_same(), failing=0.05),
    "margin-failures": World(_same(size=0.6), failing=0.05),
    "spread": World(_same(), spread=0.5),
    "spread-less": World(_same(), spread=0.3),
    "spread-one": World(_same(), spread=0.5, spreading="a"),
    "spread-margin": World(_same(size=0.6), spread=0.3),
    "small-spread": World(_same(SMALL), SMALL, spread=0.5),
    "switches-spread": World(_same(SWITCHES), SWITCHES, spread=0.5),
    "switches-spread-one": World(_same(SWITCHES), SWITCHES, spread=0.5, spreading="a"),
    "small": World(_same(SMALL), SMALL),
    "small-margin": World(_same(SMALL, 0.6), SMALL),
    "one-out": World(_same(ONE_OUT), ONE_OUT),
    "one-out-margin": World(_same(ONE_OUT, 1.8), ONE_OUT),
    "population": World(_population),
}


def responses(world: World, truth: Truth, n_seeds: int, rng: np.random.Generator) -> Floats:
    """The losses of a study, NaN of runs that fail, (n_seeds x n_cells)."""
    cells = world.cells.table
    noise = rng.normal(size=(n_seeds, len(cells)))
    if np.isfinite(world.df):
        noise = rng.standard_t(world.df, size=noise.shape) / np.sqrt(world.df / (world.df - 2))
    loss = truth.means + truth.sd * noise + rng.normal(size=(n_seeds, 1))
    for name, levels in world.cells.levels.items():
        if world.spread and name in (world.spreading or world.cells.levels):
            loss += world.spread * rng.normal(size=(n_seeds, len(levels)))[:, cells[name].cat.codes]
    last = cells.columns[-1]
    chance = world.failing * (1 + 2 * (cells[last].cat.codes == len(world.cells.levels[last]) - 1).to_numpy())
    loss[rng.random(loss.shape) < chance] = np.nan
    return loss
