"""Adaptive studies simulated run by run, through the real analysis: errors, coverage and cost.

    python -m benchmarks.adaptive --studies 1000 --worlds null margin

Each study is a 2 × 2 × 2 × 4 factorial with seeds as blocks (noise SD 1, seed SD 1, margin 0.6), looked at
after 2, 3, … seeds until every verdict is settled. Errors are counted at the end: a false sign (better,
worse, keep or hurts with the other sign or none) and a false 'does nothing' (an effect of a margin or more).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from tabulate import tabulate

from ablation.adaptive.plan import AdaptivePlan
from ablation.adaptive.replay import Replay
from ablation.analysis.data.factors import Floats

LEVELS = {"a": ["0", "1"], "b": ["0", "1"], "d": ["0", "1"], "c": ["w", "x", "y", "z"]}
CELLS = pd.DataFrame(list(product(*LEVELS.values())), columns=list(LEVELS))
MARGIN = 0.6


def _column(factor: str, level: str) -> Floats:
    return (CELLS[factor] == level).to_numpy(dtype=float)


def _every(size: float) -> Floats:
    contrasts = [("a", "1"), ("b", "1"), ("d", "1"), ("c", "x"), ("c", "y"), ("c", "z")]
    return size * np.sum([_column(*contrast) for contrast in contrasts], axis=0)


@dataclass(frozen=True)
class World:
    """What is true: means and noise SD of the cells, (32,) each, tails of the noise, share of failures."""

    means: Callable[[], Floats] = lambda: np.zeros(len(CELLS))
    sd: Callable[[], Floats] = lambda: np.ones(len(CELLS))
    df: float = np.inf
    failing: float = 0.0


WORLDS = {
    "null": World(),
    "margin": World(lambda: _every(MARGIN)),
    "one": World(lambda: -0.8 * _column("a", "1")),
    "noisy-level": World(sd=lambda: 1 + 1.5 * _column("c", "z")),
    "noisy-reference": World(sd=lambda: 1 + 1.5 * _column("c", "w")),
    "tails": World(df=4),
    "failures": World(failing=0.05),
    "margin-failures": World(lambda: _every(MARGIN), failing=0.05),
}


def table_of(world: World, maximum: int, rng: np.random.Generator) -> pd.DataFrame:
    """The runs of a whole study."""
    noise = rng.normal(size=(maximum, len(CELLS)))
    if np.isfinite(world.df):
        noise = rng.standard_t(world.df, size=noise.shape) / np.sqrt(world.df / (world.df - 2))
    loss = world.means() + world.sd() * noise + rng.normal(size=(maximum, 1))
    chance = world.failing * (1 + 2 * _column("c", "z"))
    loss[rng.random(loss.shape) < chance] = np.nan
    runs = pd.concat([CELLS.assign(seed=seed) for seed in range(maximum)], ignore_index=True)
    return runs.assign(loss=loss.ravel())


def simulate(world: World, maximum: int, dropping: bool, rng: np.random.Generator) -> dict[str, float]:
    """One study to its end."""
    plan = AdaptivePlan("loss", "lower", MARGIN, LEVELS, scale="identity", maximum=maximum, dropping=dropping)
    study, table = Replay(plan, range(maximum)), table_of(world, maximum, rng)
    while study.next is not None:
        study.take(table)
    last = study.looks[-1]
    verdicts, truth = last.verdicts, _truth(last.verdicts, world.means())
    sign = verdicts["verdict"].map({"keep": -1, "better": -1, "hurts": 1, "worse": 1}).fillna(0).to_numpy()
    nothing = (verdicts["verdict"] == "does nothing").to_numpy()
    covered = (verdicts["ci_low"] <= truth) & (truth <= verdicts["ci_high"])
    dropped = sum((last.seeds - n) * len(CELLS) / 4 for n in last.dropped.values())
    return {
        "false sign": float(((sign != 0) & (sign * truth <= 1e-12)).any()),
        "false nothing": float((nothing & (np.abs(truth) >= MARGIN - 1e-12)).any()),
        "all settled": float(last.open == 0),
        "seeds": last.seeds,
        "runs": last.seeds * len(CELLS) - dropped,
        "coverage": float(covered.mean()),
    }


def _truth(verdicts: pd.DataFrame, means: Floats) -> Floats:
    found = []
    for row in verdicts.itertuples(index=False):
        here = np.ones(len(CELLS), bool)
        if row.within:
            factor, _, level = row.within.partition("=")
            here = (CELLS[factor] == level).to_numpy()
        at, reference = (
            (CELLS[row.factor] == level).to_numpy() & here for level in (row.level, row.reference)
        )
        found.append(means[at].mean() - means[reference].mean())
    return np.array(found)


def main() -> None:
    """Simulate the worlds asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--maximum", type=int, default=12)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--whole", action="store_true", help="no level is dropped")
    asked = parser.parse_args()
    rows = []
    for name in asked.worlds:
        rng, start = np.random.default_rng([2026, sorted(WORLDS).index(name)]), time.perf_counter()
        studies = pd.DataFrame(
            [simulate(WORLDS[name], asked.maximum, not asked.whole, rng) for _ in range(asked.studies)]
        )
        rows.append({"world": name, "studies": asked.studies, **studies.mean()})
        rows[-1]["minutes"] = (time.perf_counter() - start) / 60
        print(tabulate(rows[-1:], headers="keys", tablefmt="github", floatfmt=".3f"), flush=True)
    print(tabulate(rows, headers="keys", tablefmt="github", floatfmt=".3f"))


if __name__ == "__main__":
    main()
