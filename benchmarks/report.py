"""Time and size of a report's page, side by side with another checkout, such as that of an older commit.

    python -m benchmarks.report [CHECKOUT]

Each page is written by a process of its own, with imports and figures: CPU seconds of the fastest of three,
one checkout after the other.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

ACTIVATIONS = {"relu": 0.0, "elu": -0.02, "selu": 0.03, "sigmoid": -0.12}
SEEDS = (3, 31, 312)
"""Of 32 cells each: 96, about 1,000 and about 10,000 runs."""

ROUNDS = 3


def table(n_seeds: int) -> pd.DataFrame:
    """A full factorial of 32 cells with a few effects and an interaction."""
    rng, rows = np.random.default_rng(1), []
    for norm, dropout, attention, activation in product((0, 1), (0, 1), ("none", "spatial"), ACTIVATIONS):
        push = -0.009 * norm + 0.12 * dropout + ACTIVATIONS[activation]
        push += 0.05 * (dropout and activation == "selu")
        for seed in range(n_seeds):
            loss = float(np.exp(-3.2 + push + 0.02 * (seed % 7) + rng.normal(0, 0.01)))
            row = {"norm": norm, "dropout": dropout, "attention": attention, "activation": activation}
            rows.append({**row, "seed": seed, "loss": loss, "n_parameters": 10_000 + 500 * norm})
    return pd.DataFrame(rows)


def cpu_seconds(checkout: Path, csv: Path, target: Path) -> float:
    """CPU seconds of one report, by the code of a checkout."""
    settings = ["response=loss", "factors=[norm,dropout,attention,activation]", "block=seed", "margin=1"]
    command = [sys.executable, "-m", "ablation.report", f"table={csv}", f"output={target}", *settings]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(checkout)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=checkout, env={**os.environ, **threads}, check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(others: list[str]) -> None:
    here = Path(__file__).resolve().parents[1]
    checkouts = [here, *(Path(other).resolve() for other in others)]
    with TemporaryDirectory() as folder:
        for n_seeds in SEEDS:
            csv, target = Path(folder, f"{32 * n_seeds}.csv"), Path(folder, "page")
            table(n_seeds).to_csv(csv, index=False)
            seconds: dict[Path, list[float]] = {checkout: [] for checkout in checkouts}
            sizes = dict.fromkeys(checkouts, 0.0)
            for checkout in checkouts * ROUNDS:
                seconds[checkout].append(cpu_seconds(checkout, csv, target))
                sizes[checkout] = (target / "index.html").stat().st_size / 1e6
            for checkout in checkouts:
                name = "this" if checkout == here else checkout.name
                ratio = min(seconds[here]) / min(seconds[checkout])
                fastest = f"{min(seconds[checkout]):5.2f} s, {ratio:.2f} of it here"
                print(
                    f"{32 * n_seeds:6d} runs, {name:>6}: {fastest}; page of {sizes[checkout]:.2f} MB",
                    flush=True,
                )


if __name__ == "__main__":
    main(sys.argv[1:])
