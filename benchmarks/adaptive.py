"""Adaptive studies simulated run by run, through the real analysis: errors, coverage and cost.

    python -m benchmarks.adaptive --studies 1000 --worlds null margin
    python -m benchmarks.adaptive --studies 1000 --maximum 20 --worlds population --fixed 14 16 18 20 22

A study has seeds as blocks (noise SD 1, seed SD 1) and a margin of 0.6 (leave one out: 1.8), and is looked at
after 2, 3, … seeds (leave one out: 4, 5, …) until every verdict is settled: with whole seeds, and with levels
dropped, on the same runs. Errors are counted at the end: a false sign (better, worse, keep or hurts with the
other sign or none) and a false 'does nothing' (an effect of a margin or more). A fixed design is analysed
once, with a number of seeds chosen before; the one 'as good' settles all verdicts in as many studies.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from tabulate import tabulate

from ablation.adaptive.plan import AdaptivePlan
from ablation.adaptive.replay import Look, Replay
from ablation.analysis import analyze
from ablation.analysis.data.factors import Floats
from ablation.analysis.verdicts.judging import INCONCLUSIVE

SWITCH = ["0", "1"]
SIGNS = {"keep": -1, "better": -1, "hurts": 1, "worse": 1}


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
        kept = [
            c for c in every if not self.one_factor or sum(x != y for x, y in zip(c, start, strict=True)) < 2
        ]
        cells = pd.DataFrame(kept, columns=list(self.levels))
        return cells.astype({name: pd.CategoricalDtype(levels) for name, levels in self.levels.items()})

    @property
    def contrasts(self) -> list[tuple[str, str]]:
        """Factor and level of each effect."""
        return [(name, level) for name, levels in self.levels.items() for level in levels[1:]]

    def means(self, effects: Floats) -> Floats:
        """Of the cells, (n_cells,), given the effect of each contrast."""
        table, each = self.table, zip(self.contrasts, effects, strict=True)
        found: Floats = sum(size * (table[name] == level).to_numpy(float) for (name, level), size in each)
        return found


FULL = Cells({"a": SWITCH, "b": SWITCH, "d": SWITCH, "c": ["w", "x", "y", "z"]})
SMALL = Cells({"a": SWITCH, "b": SWITCH, "c": ["w", "x", "y", "z"]})
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
    """

    truth: Callable[[np.random.Generator], Truth]
    cells: Cells = FULL
    df: float = np.inf
    failing: float = 0.0
    spread: float = 0.0


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
    "small": World(_same(SMALL), SMALL),
    "small-margin": World(_same(SMALL, 0.6), SMALL),
    "one-out": World(_same(ONE_OUT), ONE_OUT),
    "one-out-margin": World(_same(ONE_OUT, 1.8), ONE_OUT),
    "population": World(_population),
}


def draw(world: World, truth: Truth, n_seeds: int, rng: np.random.Generator) -> pd.DataFrame:
    """The runs of a study."""
    cells = world.cells.table
    noise = rng.normal(size=(n_seeds, len(cells)))
    if np.isfinite(world.df):
        noise = rng.standard_t(world.df, size=noise.shape) / np.sqrt(world.df / (world.df - 2))
    loss = truth.means + truth.sd * noise + rng.normal(size=(n_seeds, 1))
    for name, levels in world.cells.levels.items():
        if world.spread:
            loss += world.spread * rng.normal(size=(n_seeds, len(levels)))[:, cells[name].cat.codes]
    last = cells.columns[-1]
    chance = world.failing * (1 + 2 * (cells[last].cat.codes == len(world.cells.levels[last]) - 1).to_numpy())
    loss[rng.random(loss.shape) < chance] = np.nan
    runs = cells.iloc[np.tile(np.arange(len(cells)), n_seeds)].reset_index(drop=True)
    return runs.assign(seed=np.repeat(np.arange(n_seeds), len(cells)), loss=loss.ravel())


def simulate(
    world: World, maximum: int, fixed: Sequence[int], rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    """One study to its end, by each way to run it."""
    cells, truth = world.cells, world.truth(rng)
    plan = AdaptivePlan(
        "loss", "lower", cells.margin, cells.levels, scale="identity", maximum=maximum, first=cells.first,
        one_factor=cells.one_factor, start={name: levels[0] for name, levels in cells.levels.items()},
    )  # fmt: skip
    table = draw(world, truth, max([maximum, *fixed]), rng)
    dropping, whole = Replay(plan, range(maximum)), None
    while dropping.next is not None:
        dropping.take(table)
        if dropping.dropped and whole is None:
            # The looks so far are those of whole seeds as well.
            whole = replace(
                dropping, plan=replace(plan, dropping=False), looks=list(dropping.looks), _dropped={},
                _frozen={},
            )  # fmt: skip
    while whole is not None and whole.next is not None:
        whole.take(table)
    for way, study in (("adaptive", whole or dropping), ("dropping", dropping)):
        last = study.looks[-1]
        yield {"way": way, **_told(last, truth, cells), "seeds": last.seeds, "runs": _runs(last, cells)}
    for n in fixed:
        found = analyze(
            table[table["seed"] < n], "loss", list(cells.levels), block="seed", scale="identity",
            interactions=2, margin=cells.margin, direction="lower",
        )  # fmt: skip
        settled = float((found.verdicts["verdict"] != INCONCLUSIVE).all())
        yield {"way": f"fixed {n}", "all settled": settled, "seeds": n, "runs": n * len(cells.table)}


def _runs(last: Look, cells: Cells) -> int:
    """Runs that a study took until this look: of dropped levels fewer."""
    table, ends = cells.table, np.full(len(cells.table), last.seeds)
    for (name, level), n in last.dropped.items():
        ends = np.where(table[name] == level, np.minimum(ends, n), ends)
    return int(ends.sum())


def _told(last: Look, truth: Truth, cells: Cells) -> dict[str, float]:
    verdicts = last.verdicts
    is_true = _effects(verdicts, truth.means, cells)
    sign = verdicts["verdict"].map(SIGNS).fillna(0).to_numpy()
    nothing = (verdicts["verdict"] == "does nothing").to_numpy()
    covered = (verdicts["ci_low"] <= is_true) & (is_true <= verdicts["ci_high"])
    return {
        "false sign": float(((sign != 0) & (sign * is_true <= 1e-12)).any()),
        "false nothing": float((nothing & (np.abs(is_true) >= cells.margin - 1e-12)).any()),
        "all settled": float(last.open == 0),
        "settled": 1 - last.open / len(verdicts),
        "coverage": float(covered.mean()),
    }


def _effects(verdicts: pd.DataFrame, means: Floats, cells: Cells) -> Floats:
    """The true effect of each row, (n_rows,)."""
    table, found = cells.table, []
    for row in verdicts.itertuples(index=False):
        here = np.ones(len(table), bool)
        if row.within:
            factor, _, level = row.within.partition("=")
            here = (table[factor] == level).to_numpy()
        at, there = ((table[row.factor] == level).to_numpy() & here for level in (row.level, row.reference))
        there = np.arange(len(table)) == 0 if cells.one_factor else there
        found.append(means[at].mean() - means[there].mean())
    return np.array(found)


def summary(studies: pd.DataFrame) -> pd.DataFrame:
    """One row per way, shares in % with twice their simulation error."""
    rows = []
    fixed = studies[studies["way"].str.startswith("fixed")].groupby("seeds")["all settled"].mean()
    for way, found in studies.groupby("way", sort=False):
        n, row = len(found), {"way": way}
        for name in ("false sign", "false nothing"):
            rate = found[name].mean()
            error = 2 * np.sqrt(max(rate, 1 / n) * (1 - rate) / n)
            row[name] = "" if np.isnan(rate) else f"{100 * rate:.1f} ± {100 * error:.1f}"
        row |= {name: 100 * found[name].mean() for name in ("coverage", "settled", "all settled")}
        row |= {"seeds": found["seeds"].mean(), "runs": found["runs"].mean()}
        if len(fixed) and not str(way).startswith("fixed"):
            curve, share = np.maximum.accumulate(fixed.to_numpy()), found["all settled"].mean()
            per_seed = studies["runs"].max() / studies["seeds"].max()
            shares, first = np.unique(curve, return_index=True)
            enough = np.inf if share > curve[-1] else None
            equal = np.interp(share, shares, fixed.index[first], right=enough)
            row |= {"as good, seeds": equal, "ratio": row["runs"] / (equal * per_seed)}
        rows.append(row)
    return pd.DataFrame(rows)


def main() -> None:
    """Simulate the worlds asked for and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--maximum", type=int, default=12)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--fixed", nargs="*", type=int, default=[], help="seeds of fixed designs beside them")
    parser.add_argument("--every", type=int, default=0, help="print after so many studies as well")
    asked = parser.parse_args()
    for name in asked.worlds:
        rng, start = np.random.default_rng([2026, sorted(WORLDS).index(name)]), time.perf_counter()
        studies: list[dict[str, object]] = []
        for i in range(1, asked.studies + 1):
            studies += simulate(WORLDS[name], asked.maximum, asked.fixed, rng)
            if i == asked.studies or (asked.every and i % asked.every == 0):
                minutes = (time.perf_counter() - start) / 60
                print(f"\n{name}: {i} studies of at most {asked.maximum} seeds, {minutes:.1f} minutes\n")
                print(
                    tabulate(
                        summary(pd.DataFrame(studies)), "keys", "github", showindex=False, floatfmt=".2f"
                    )
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main()
