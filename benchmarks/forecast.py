"""Forecasts of seeds, looking again, and the best cell: do they keep what they promise? A simulation.

    python -m benchmarks.forecast                 # some twenty minutes on one core
    python -m benchmarks.forecast --studies 100

Every simulated study goes through `ablation.analysis.analyze` as a user's table would.
"""

from __future__ import annotations

import argparse
import itertools
import platform
import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ablation.analysis import Analysis, analyze
from ablation.analysis.data.factors import Floats
from benchmarks.calibration import percent

NOISE = 0.02
"""Residual standard deviation of a run on the log scale."""

SEEDS, MOST = 3, 20
"""Seeds of a study at first, and at which whoever follows the forecasts gives up."""

Effect = Callable[[pd.DataFrame], Floats]


def study(sizes: Sequence[int], n_seeds: int, effect: Effect, rng: np.random.Generator) -> pd.DataFrame:
    """A full factorial of factors with so many levels; the seeds' own effect is as large as the noise."""
    names = "abcdefgh"[: len(sizes)]
    cells = list(itertools.product(*map(range, sizes)))
    rows = [(*cell, seed) for seed in range(n_seeds) for cell in cells]
    table = pd.DataFrame(rows, columns=[*names, "seed"])
    noise = rng.normal(size=n_seeds)[table["seed"]] + rng.normal(size=len(table))
    return table.assign(loss=np.exp(effect(table) + NOISE * noise))


def analysed(table: pd.DataFrame, margin: float | None) -> Analysis:
    """As a user would."""
    return analyze(
        table, "loss", [n for n in table if n not in ("seed", "loss")], block="seed", margin=margin
    )


def grown(analysis: Analysis, table: pd.DataFrame, more: int, rng: np.random.Generator) -> pd.DataFrame:
    """The table with so many more seeds from the fitted model."""
    fit, factors = analysis.fit, list(analysis.request.factors)
    fitted = pd.Series(fit.y - fit.residuals + analysis.scaling.shift, index=analysis.runs.labels)
    cells = table.assign(mean=fitted).groupby(factors, sort=False)["mean"].mean().reset_index()
    parts = [table]
    for s in range(more):
        noise = np.sqrt(fit.variance) * rng.normal(size=len(cells))
        parts.append(cells[factors].assign(seed=1000 + s, loss=np.exp(cells["mean"] + noise)))
    return pd.concat(parts, ignore_index=True)


WORLDS: dict[str, tuple[Sequence[int], Effect, float | None]] = {
    "2×2×3, no effects, margin 2 %": ((2, 2, 3), lambda t: 0.0 * t["a"], 2),
    "2×2×3, effects near the margin": ((2, 2, 3), lambda t: 0.02 * t["a"] + 0.01 * (t["c"] == 1), 2),
    "2×2×3, an interaction": ((2, 2, 3), lambda t: 0.03 * ((t["a"] == 1) & (t["b"] == 1)), 2),
    "2×2×2×4, small effects, no margin": ((2, 2, 2, 4), lambda t: 0.008 * t["a"] - 0.006 * t["b"], None),
}


def agreement(name: str, n_studies: int, n_futures: int, rng: np.random.Generator) -> dict[str, object]:
    """What forecasts say against what simulated futures of the same studies find, averaged over studies."""
    sizes, effect, margin = WORLDS[name]
    said, seen = [], []
    for _ in range(n_studies):
        table = study(sizes, SEEDS, effect, rng)
        analysis = analysed(table, margin)
        rows = analysis.forecasts.drop_duplicates(["factor", "level", "within"])
        rows = rows[(rows["seeds_needed"] <= MOST) & (rows["within"] == "")].reset_index(drop=True)
        if rows.empty:
            continue
        row = rows.loc[int(rng.integers(len(rows)))]
        settled = 0
        for _ in range(n_futures):
            later = analysed(grown(analysis, table, int(row["seeds_needed"]), rng), margin).verdicts
            mine = later[(later["factor"] == row["factor"]) & (later["level"] == row["level"])]
            settled += bool((mine["verdict"] != "inconclusive").all())
        said.append(row["chance"])
        seen.append(settled / n_futures)
    apart = np.array(said) - seen
    error = 200 * np.std(apart) / np.sqrt(len(said))
    return {
        "world": name,
        "studies": len(said),
        "forecast": f"{100 * np.mean(said):.1f} %",
        "happens": f"{100 * np.mean(seen):.1f} +- {error:.1f} %",
        "apart in a study (median)": f"{100 * np.median(np.abs(apart)):.1f} %",
    }


def looking_again(margin: float | None, n_studies: int, rng: np.random.Generator) -> dict[str, object]:
    """False verdicts where there is no effect, of those who look once, and who follow the forecasts."""

    def no_effect(table: pd.DataFrame) -> Floats:
        return np.zeros(len(table))

    once = again = looks = 0
    for _ in range(n_studies):
        table = study((2, 2, 2, 4), MOST, no_effect, rng)
        n_seeds = SEEDS
        for look in itertools.count(1):
            analysis = analysed(table[table["seed"] < n_seeds], margin)
            is_false = bool(analysis.verdicts["verdict"].isin(["keep", "hurts", "better", "worse"]).any())
            once += is_false and look == 1
            needed = analysis.forecasts["seeds_needed"].min()
            if is_false or pd.isna(needed) or n_seeds == MOST:
                break
            n_seeds = min(n_seeds + int(needed), MOST)
        again += is_false
        looks += look
    return {
        "margin": "none" if margin is None else f"{margin:g} %",
        "studies": n_studies,
        "false, looking once": percent(once / n_studies, n_studies),
        "false, following forecasts": percent(again / n_studies, n_studies),
        "looks": f"{looks / n_studies:.1f}",
    }


TRUTHS: dict[str, Effect] = {
    "no effects": lambda t: 0.0 * t["a"],
    "main effects": lambda t: NOISE * (1.5 * (t["a"] > 0) + 0.5 * (t["b"] > 0)),
    "an interaction": lambda t: 2 * NOISE * ((t["a"] > 0) != (t["b"] > 0)),
    "one cell stands out": lambda t: -2 * NOISE * ((t["a"] == 0) & (t["b"] == 0) & (t["c"] == 0)),
}


def best(sizes: Sequence[int], truth: str, n_studies: int, rng: np.random.Generator) -> dict[str, object]:
    """Coverage of the true mean of the chosen cell, and how far its estimates are off."""
    covers, own, raw, moved = [], [], [], []
    for _ in range(n_studies):
        table = study(sizes, 4, TRUTHS[truth], rng)
        analysis = analysed(table, None)
        cell, top = analysis.best_cell, analysis.best_cells.iloc[0]
        chosen = np.logical_and.reduce([table[f].astype(str) == level for f, level in cell.levels.items()])
        # Conditional on these seeds, whose own effect no fresh seed shares.
        seeds = np.log(table["loss"]) - TRUTHS[truth](table)
        shift = float(seeds.groupby(table["seed"]).mean().mean())
        true = float(TRUTHS[truth](table)[chosen].iloc[0]) + shift
        covers.append(np.log(cell.low) <= true <= np.log(cell.high))
        own.append(np.log(top["ci_low"]) <= true <= np.log(top["ci_high"]))
        raw.append((top["estimate"] - true) / top["se"])
        moved.append((np.log(cell.shrunken) - true) / top["se"])
    return {
        "cells": int(np.prod(sizes)),
        "truth": truth,
        "its own interval": percent(float(np.mean(own)), n_studies),
        "allowing for the choice": percent(float(np.mean(covers)), n_studies),
        "error of its mean (se)": f"{np.sqrt(np.mean(np.square(raw))):.2f}",
        "error of the shrunken one": f"{np.sqrt(np.mean(np.square(moved))):.2f}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--part", choices=("agreement", "looking", "best"), default=None)
    arguments = parser.parse_args()
    start, n = time.perf_counter(), arguments.studies
    rng = np.random.default_rng(arguments.seed)
    if arguments.part in (None, "agreement"):
        show([agreement(name, n // 10, n // 10, rng) for name in WORLDS])
    if arguments.part in (None, "looking"):
        show([looking_again(margin, n, rng) for margin in (None, 2.0)])
    if arguments.part in (None, "best"):
        designs = ((2, 2, 2), (2, 2, 2, 4), (4, 4, 4))
        show([best(sizes, truth, n, rng) for sizes in designs for truth in TRUTHS])
    machine = f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}"
    took = f"{time.perf_counter() - start:.0f} s on one core, {time.strftime('%Y-%m-%d')}"
    print(f"Seed {arguments.seed}; {machine}; {took}.")


def show(rows: list[dict[str, object]]) -> None:
    """Print a table."""
    print(pd.DataFrame(rows).to_markdown(index=False), flush=True)
    print()


if __name__ == "__main__":
    main()
