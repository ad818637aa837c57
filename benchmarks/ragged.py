"""Do verdicts hold on ragged tables? Studies in which runs are missing, popular levels, few runs of a level.

    python -m benchmarks.ragged --studies 400

3 x 3 x 2 levels, noise of 1, seeds as large as the noise. Without effects, and with effects of one margin
(1.5), of which none may be said to do nothing. Every table goes through `ablation.analysis.analyze`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
from tabulate import tabulate

from ablation.analysis import analyze
from benchmarks.adaptive import SIGNS

MARGIN = 1.5
FACTORS = ["f", "g", "h"]
Made = tuple[pd.DataFrame, np.ndarray]
"""Runs without a response, and the noise of each."""


def _grid(n_seeds: int, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """A full factorial with paired seeds, of which a share of the runs is there."""
    rows = [(*cell, seed) for cell in product("pqr", "uvw", "xy") for seed in range(n_seeds)]
    table = pd.DataFrame(rows, columns=[*FACTORS, "seed"])
    return table[rng.random(len(table)) < share]


def _noise(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=len(table)) + rng.normal(size=5)[table["seed"]]


def half_missing(rng: np.random.Generator) -> Made:
    table = _grid(5, 0.5, rng)
    return table, _noise(table, rng)


def noisy_reference(rng: np.random.Generator) -> Made:
    """The same, and the reference is 2.5 times as noisy."""
    table = _grid(5, 0.5, rng)
    return table, _noise(table, rng) * np.where(table["f"] == "p", 2.5, 1)


def few_runs(rng: np.random.Generator) -> Made:
    """A level that has a fifth of its runs and is twice as noisy."""
    table = _grid(4, 1, rng)
    table = table[(table["f"] != "r") | (rng.random(len(table)) < 0.2)]
    return table, _noise(table, rng) * np.where(table["f"] == "r", 2, 1)


def random_search(rng: np.random.Generator) -> Made:
    """Popular levels, no seeds, noise with heavy tails (t with 4 degrees of freedom)."""
    shares = {"f": ("pqr", (0.7, 0.2, 0.1)), "g": ("uvw", (0.1, 0.2, 0.7)), "h": ("xy", (0.5, 0.5))}
    table = pd.DataFrame({name: rng.choice(list(levels), 60, p=p) for name, (levels, p) in shares.items()})
    return table, rng.standard_t(4, size=60) / np.sqrt(2)


def differ_by_seed(rng: np.random.Generator) -> Made:
    """Four tenths of the runs missing, and effects that differ from seed to seed by half the noise."""
    table = _grid(4, 0.6, rng)
    noise = _noise(table, rng)
    for name in FACTORS:
        for level in sorted(table[name].unique())[1:]:
            noise = noise + 0.5 * rng.normal(size=5)[table["seed"]] * (table[name] == level)
    return table, noise


WORLDS: tuple[Callable[[np.random.Generator], Made], ...] = (
    half_missing, noisy_reference, few_runs, random_search, differ_by_seed,
)  # fmt: skip


def study(made: Made, effect: float) -> tuple[bool, bool, list[bool]]:
    """Whether any verdict claims a sign that is false, or nothing; which intervals cover."""
    table, noise = made
    table = table.assign(loss=noise + effect * sum(table[name] != table[name].min() for name in FACTORS))
    verdicts = analyze(
        table, "loss", FACTORS, block="seed" if "seed" in table else None, scale="identity", margin=MARGIN,
        reference={name: table[name].min() for name in FACTORS},
    ).verdicts  # fmt: skip
    is_true = np.where(verdicts["reference"] == verdicts["factor"].map(table[FACTORS].min()), effect, 0.0)
    sign = verdicts["verdict"].map(SIGNS).fillna(0)
    nothing = (verdicts["verdict"] == "does nothing") & (np.abs(is_true) >= MARGIN)
    known = verdicts["ci_low"].notna()
    covers = (verdicts["ci_low"] <= is_true) & (is_true <= verdicts["ci_high"])
    return bool(((sign != 0) & (sign * is_true <= 0)).any()), bool(nothing.any()), list(covers[known])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=400)
    options = parser.parse_args()
    rows = []
    for make in WORLDS:
        for effect in (0.0, MARGIN):
            rng = np.random.default_rng([2026, len(rows)])
            studies = [study(make(rng), effect) for _ in range(options.studies)]
            false, nothing = (100 * np.mean([each[i] for each in studies]) for i in (0, 1))
            covers = 100 * np.mean([hit for each in studies for hit in each[2]])
            rows.append((make.__name__.replace("_", " "), effect, false, nothing, covers))
            print(rows[-1], flush=True)
    columns = ["table", "effects", "any false sign, %", "any false 'does nothing', %", "intervals cover, %"]
    print(tabulate(rows, columns, "github", floatfmt=".1f"))


if __name__ == "__main__":
    main()
