"""What `compare` says of two studies whose effects are the same: false changes, and what intervals cover.

    python -m benchmarks.changes --studies 120

2×2×3 cells of which all have become 3 % worse, with 3 and 5 seeds, effects that are the same for all seeds or
differ by 0.3 of the noise, in pairs (seeds do the same to both studies) and not in pairs.
"""

from __future__ import annotations

import argparse
from itertools import product

import numpy as np
import pandas as pd
from tabulate import tabulate

from ablation.analysis import analyze, compare
from ablation.analysis.data.factors import Floats

FACTORS = ["a", "b", "c"]
NOISE, SEEDS_SD, WORSE = 0.01, 0.03, 0.03


def study(rng: np.random.Generator, of_seeds: Floats, spread: float, is_later: bool) -> pd.DataFrame:
    """Runs of one study; `a` and `c` have effects."""
    rows = list(product([0, 1], [0, 1], ["x", "y", "z"], range(len(of_seeds))))
    table = pd.DataFrame(rows, columns=[*FACTORS, "seed"])
    slopes = rng.normal(0, spread, len(of_seeds)) if spread else np.zeros(len(of_seeds))
    log = 0.05 * table["a"] + 0.02 * (table["c"] == "y") + WORSE * is_later
    log += of_seeds[table["seed"]] + slopes[table["seed"]] * (2 * table["a"] - 1)
    return table.assign(loss=np.exp(log + rng.normal(0, NOISE, len(table))))


def simulated(studies: int, seeds: int, spread: float, is_paired: bool) -> list[float]:
    """Shares: of studies with a false change, of single contrasts below 5 %, and of intervals that cover."""
    rng, outcomes = np.random.default_rng(7), []
    for _ in range(studies):
        first = rng.normal(0, SEEDS_SD, seeds)
        second = first if is_paired else rng.normal(0, SEEDS_SD, seeds)
        tables = study(rng, first, spread, False), study(rng, second, spread, True)
        both = [analyze(t, "loss", FACTORS, block="seed", interactions=2, direction="lower") for t in tables]
        changes = compare(both[0], both[1], is_paired)
        effects, cells, average = changes.effects, changes.cells, changes.average
        assert average is not None
        inside = (cells["ci_low"] <= WORSE) & (cells["ci_high"] >= WORSE)
        outcomes.append(
            (
                bool((effects["p_adjusted"] < 0.05).any()),
                float((effects["p"] < 0.05).mean()),
                float(inside.mean()),
                average.low <= WORSE <= average.high,
            )
        )
    shares: list[float] = np.mean(outcomes, axis=0).tolist()
    return shares


def main() -> None:
    """Print a line for each kind of study."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=120)
    studies = parser.parse_args().studies
    rows = [
        [seeds, spread, "in pairs" if paired else "not in pairs", *simulated(studies, seeds, spread, paired)]
        for seeds, spread, paired in product((3, 5), (0.0, 0.003), (True, False))
    ]
    heads = [
        "seeds",
        "spread",
        "compared",
        "any false change",
        "one contrast",
        "cells covered",
        "average covered",
    ]
    print(tabulate(rows, heads, tablefmt="github", floatfmt=".3f"))


if __name__ == "__main__":
    main()
