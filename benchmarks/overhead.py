"""What a run costs beside its training: sweeps with a stand-in that trains nothing.

    python -m benchmarks.overhead [--runs 10 100 1000]

The stand-in is the toy app of the tests (`tests/sweep/toy.py`), in the sweep's own process: start, plan,
claim, store, and the report at the end. Cells grow with the runs, ten seeds each. `again` starts the same
sweep once more, when every run is done. Prints a Markdown table.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = 10
ACTIVATIONS = ["relu", "elu", "selu", "gelu", "silu", "tanh", "swish", "mish", "celu", "softplus"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[10, 100, 1000])
    print("| runs | seconds | seconds a run | again, seconds |\n| ---: | ---: | ---: | ---: |")
    for n_runs in parser.parse_args().runs:
        with tempfile.TemporaryDirectory() as folder:
            first, again = (_sweep(n_runs, folder) for _ in range(2))
        print(f"| {n_runs} | {first:.1f} | {first / n_runs:.3f} | {again:.1f} |", flush=True)


def _sweep(n_runs: int, folder: str) -> float:
    """Seconds of a sweep with so many runs."""
    n_cells = max(1, n_runs // SEEDS)
    activations = ACTIVATIONS[: min(n_cells, len(ACTIVATIONS))]
    rates = [str(0.1 * (i + 1)) for i in range(n_cells // len(activations))]
    arguments = [
        "flags.norm=false",
        f"flags.activation={','.join(activations)}",
        f"rate={','.join(rates)}",
        f"hydra.sweeper.replicates={n_runs // n_cells}",
        f"results.folder={folder}/runs",
    ]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tests.sweep.toy", "-m", *arguments],
        check=True, cwd=folder, env=environment, capture_output=True,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    _check(Path(folder) / "runs", n_runs)
    return seconds


def _check(folder: Path, n_runs: int) -> None:
    from ablation.results import read

    n_rows = len(read(folder))
    if n_rows != n_runs:
        sys.exit(f"Expected {n_runs} rows. Received: {n_rows}")


if __name__ == "__main__":
    main()
