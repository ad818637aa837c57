"""Do verdicts on ratings err as rarely as they say, and do intervals cover: a simulation.

python -m benchmarks.ratings                # 400 simulated tables per row, some minutes
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis import analyze
from ablation.errors import UsageError

EVEN, SKEWED = (-1.5, -0.5, 0.5, 1.5), (-4.0, -2.5, -1.2, 0.0)
"""Cuts between ratings 1 to 5; the second has half of them at 5."""


@dataclass(frozen=True)
class World:
    """What ratings are drawn from.

    Attributes:
        name: in the table.
        seeds: of each of the 2 × 3 cells.
        of_seeds: standard deviation of what a seed adds to the log-odds.
        cuts: log-odds of a rating of at most 1, 2, 3 and 4.
        effect: of a = 1, in log-odds.
        has_block: whether seeds are blocks in the analysis.
    """

    name: str
    seeds: int
    of_seeds: float = 1.0
    cuts: tuple[float, ...] = EVEN
    effect: float = 0.0
    has_block: bool = True


WORLDS = (
    World("4 seeds", 4),
    World("8 seeds", 8),
    World("8 seeds that are alike", 8, 0.0),
    World("8 seeds, half of all ratings 5", 8, 1.0, SKEWED),
    World("5 seeds that are alike, without block", 5, 0.0, EVEN, 0.0, False),
    World("8 seeds, effect 1", 8, 1.0, EVEN, 1.0),
)


def drawn(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """A table of ratings."""
    cells = list(itertools.product((0, 1), "xyz", range(world.seeds)))
    table = pd.DataFrame(cells, columns=["a", "c", "seed"])
    seeds = rng.normal(0, world.of_seeds, world.seeds)
    linear = world.effect * table["a"] + seeds[table["seed"]] + rng.logistic(size=len(table))
    return table.assign(rating=1 + (linear.to_numpy()[:, None] > np.array(world.cuts)).sum(axis=1))


def row(world: World, n: int) -> str:
    """A line of the table."""
    rng = np.random.default_rng(2022)
    false, covers, classical, refused = [], [], [], 0
    for _ in range(n):
        block = "seed" if world.has_block else None
        try:
            analysis = analyze(
                drawn(world, rng), "rating", ["a", "c"], block=block, scale="ordinal", direction="higher",
                interactions=1,
            )  # fmt: skip
        except UsageError:
            refused += 1
            continue
        verdicts = analysis.verdicts
        null = verdicts["factor"] != "a" if world.effect else np.ones(len(verdicts), dtype=bool)
        false.append(bool((verdicts[null]["verdict"] != "inconclusive").any()))
        for table, into in ((verdicts, covers), (analysis.effects, classical)):
            truth = np.where(table["factor"] == "a", world.effect, 0.0)
            into += ((table["ci_low"] < truth) & (truth < table["ci_high"])).tolist()
    error = 200 * np.sqrt(np.mean(false) * (1 - np.mean(false)) / len(false))
    return (
        f"| {world.name} | {len(false)} | {100 * np.mean(false):.1f} ± {error:.1f} % | "
        f"{100 * np.mean(covers):.1f} % | {100 * np.mean(classical):.1f} % | {100 * refused / n:.0f} % |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=400)
    options = parser.parse_args()
    print("| ratings | tables | any false verdict | verdict CI covers | classical CI covers | refused |")
    print("|:--|--:|:--|:--|:--|--:|")
    for world in WORLDS:
        print(row(world, options.tables), flush=True)


if __name__ == "__main__":
    main()
