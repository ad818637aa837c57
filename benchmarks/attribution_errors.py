"""Do intervals of attributions cover, and are pairs named as often as is promised: a simulation.

    nice python -m benchmarks.attribution_errors --studies 1000    # minutes

Studies of three switches with effects that are known, each analysed by `analyze` as a user's table would be.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pandas as pd

from ablation.analysis import analyze

FACTORS = ("a", "b", "c")
CELLS = tuple(product((0, 1), repeat=3))
NOISE = 0.02


@dataclass(frozen=True)
class World:
    """A truth: the mean of each cell, noise of runs with b on, and how effects differ between seeds."""

    name: str
    mean: Callable[[Sequence[int]], float]
    seeds: int = 3
    noisier: float = 1.0
    spread: float = 0.0


WORLDS = (
    World("nothing", lambda _: 0.0),
    World("additive", lambda x: -0.1 * x[0] - 0.05 * x[1]),
    World("either will do", lambda x: -0.1 * (x[0] or x[1]) - 0.05 * x[2]),
    World("only together", lambda x: -0.1 * (x[0] and x[1]) - 0.05 * x[2]),
    World("either, but apart by a third", lambda x: -0.1 * (x[0] or x[1]) - 0.0375 * (x[0] and x[1]), 8),
    World("either will do, b 2.5 x noisier", lambda x: -0.1 * (x[0] or x[1]), noisier=2.5),
    World("either will do, effects differ by seed", lambda x: -0.1 * (x[0] or x[1]), spread=0.3),
    World("either will do, 5 seeds", lambda x: -0.1 * (x[0] or x[1]), seeds=5),
)  # fmt: skip


def study(world: World, rng: np.random.Generator) -> pd.DataFrame:
    slopes = world.spread * NOISE * rng.normal(size=(world.seeds, 3))
    shift = 0.05 * rng.normal(size=world.seeds)
    rows = []
    for cell, seed in product(CELLS, range(world.seeds)):
        noise = NOISE * (world.noisier if cell[1] else 1.0) * rng.normal()
        loss = np.exp(world.mean(cell) + slopes[seed] @ cell + shift[seed] + noise)
        rows.append((*cell, seed, loss))
    return pd.DataFrame(rows, columns=[*FACTORS, "seed", "loss"])


def truth(world: World) -> dict[str, list[float]]:
    """By definition: over all orders, one set of changes after the other."""
    values = {"first": [], "last": [], "shapley": []}
    for i in range(3):
        steps = []
        for order in permutations(range(3)):
            before = [int(order.index(j) < order.index(i)) for j in range(3)]
            after = [1 if j == i else on for j, on in enumerate(before)]
            steps.append((sum(before), world.mean(after) - world.mean(before)))
        values["shapley"].append(float(np.mean([step for _, step in steps])))
        values["first"].append(next(step for n, step in steps if n == 0))
        values["last"].append(next(step for n, step in steps if n == 2))
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    n = parser.parse_args().studies
    for world in WORLDS:
        rng, right, named = np.random.default_rng(1), truth(world), {}
        covered = dict.fromkeys(right, 0)
        apart = 0
        for _ in range(n):
            analysis = analyze(study(world, rng), "loss", list(FACTORS), block="seed")
            table = analysis.attribution
            for name, values in right.items():
                covered[name] += int(
                    table[f"{name}_low"].le(values).mul(table[f"{name}_high"].ge(values)).sum()
                )
            apart += bool((table["p_order"] < 0.05).any())
            for row in analysis.patterns.to_dict("records"):
                phrase = f"{row['kind']}: {row['factor']}={row['level']}, {row['other']}={row['other_level']}"
                named[phrase] = named.get(phrase, 0) + 1
        rates = ", ".join(f"{name} {100 * hits / (3 * n):.1f} %" for name, hits in covered.items())
        print(
            f"{world.name}, {world.seeds} seeds: covered {rates}; order told {100 * apart / n:.1f} %; {named}"
        )


if __name__ == "__main__":
    main()
