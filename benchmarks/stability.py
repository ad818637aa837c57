"""How often are equal spreads and equal chances of failing called different, and planted ones found?

    nice python -m benchmarks.stability --studies 300    # minutes

Studies of a 2 × 2 × 2 × 4 factorial, analysed by `analyze` as a user's table would be. In worlds that say so
runs fail by chance; in the others none does.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from ablation.analysis import analyze

FACTORS = {"a": (0, 1), "b": (0, 1), "c": (0, 1), "d": tuple("wxyz")}


@dataclass(frozen=True)
class World:
    """Spread of runs at a = 1 (1 elsewhere), of seeds, tails of the noise, and how often runs fail."""

    name: str
    seeds: int = 3
    spread: float = 1.0
    shift: float = 0.0
    tails: float = np.inf
    failing: float = 0.0
    failing_a: float = 0.0


WORLDS = (
    World("normal, 3 seeds"),
    World("normal, 5 seeds", seeds=5),
    World("seeds shift all cells by 3 SD, 3 seeds", shift=3.0),
    World("t with 4 df, 3 seeds", tails=4.0),
    World("t with 4 df, 8 seeds", seeds=8, tails=4.0),
    World("a doubles the spread, 3 seeds", spread=2.0),
    World("a doubles the spread, 8 seeds", seeds=8, spread=2.0),
    World("3 % fail, 3 seeds", failing=0.03, failing_a=0.03),
    World("15 % fail, 3 seeds", failing=0.15, failing_a=0.15),
    World("3 % fail, 25 % with a, 3 seeds", failing=0.03, failing_a=0.25),
)


def study(world: World, rng: np.random.Generator) -> pd.DataFrame:
    shifts, rows = world.shift * rng.normal(size=world.seeds), []
    for cell, seed in product(product(*FACTORS.values()), range(world.seeds)):
        noise = rng.normal() if np.isinf(world.tails) else rng.standard_t(world.tails)
        y = shifts[seed] + (world.spread if cell[0] else 1.0) * noise
        fails = rng.random() < (world.failing_a if cell[0] else world.failing)
        rows.append((*cell, seed, float("nan") if fails else float(np.exp(0.02 * y))))
    return pd.DataFrame(rows, columns=[*FACTORS, "seed", "loss"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=300)
    n = parser.parse_args().studies
    for world in WORLDS:
        rng, name = np.random.default_rng(1), "failing" if world.failing else "dispersion"
        wrong = hits = 0
        for _ in range(n):
            table = getattr(analyze(study(world, rng), "loss", list(FACTORS), block="seed"), name)
            shown = set(table["factor"][table["verdict"] != "inconclusive"])
            planted = world.spread != 1.0 or world.failing_a != world.failing
            wrong += bool(shown - {"a"} if planted else shown)
            hits += planted and "a" in shown
        note = f", a found in {100 * hits / n:.0f} %" if planted else ""
        print(f"{name}, {world.name}: any false verdict in {100 * wrong / n:.1f} %{note}", flush=True)


if __name__ == "__main__":
    main()
