"""Speed and memory of the analysis beside statsmodels' formula API and pyfixest.

    python -m benchmarks.analysis
    python -m benchmarks.analysis --pyfixest /tmp/venv/bin/python  # one that has pyfixest
    python -m benchmarks.analysis --size 200000 6 --parts page     # a report with its figures
    python -m benchmarks.analysis --size 40000 4 --blocks 5000 --parts whole

Each part runs alone in a process of its own with one thread, after a small table that pays for imports and
compilation. Seconds are of the processor, so that other work on the machine counts little; memory is the
process's peak, with the table.

- `whole`: everything the report asks for: effects, verdicts, forecasts, diagnostics, power …
- `formula`: a part of it with the formula API: the model, the type II table by two nested fits per term, HC3,
  and tests of the main effects.
- `model`: fit and effects alone. `pyfixest` does the same: `feols("y ~ (C(f0) + …) ** 2 | seed")`.
- `page`, `text`: the report, with its figures and without, if asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

TABLES = (
    "effects", "pairs", "letters", "marginal_means", "anova", "lack_of_fit", "interactions", "verdicts",
    "lenth", "failures", "robustness", "best_cells", "power", "equivalence", "warnings", "excluded",
    "rankings", "forecasts",
)  # fmt: skip
DIAGNOSTICS = ("influence", "outlier", "spread", "by_seed", "breusch_pagan", "box_cox", "block_variance")
SIZES = ((1000, 4), (10_000, 8), (200_000, 6), (1_000_000, 6))
LIMIT_SECONDS = 600
"""Of the processor; what takes longer is ended."""


def study(n_rows: int, n_factors: int, n_blocks: int = 10, seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    """A random fraction with levels 2, 2, 3, 4 in turn, some seeds, a loss with a few effects."""
    rng = np.random.default_rng(seed)
    names = [f"flags.f{i}" for i in range(n_factors)]
    sizes = [(2, 2, 3, 4)[i % 4] for i in range(n_factors)]
    codes = np.column_stack([rng.integers(0, k, n_rows) for k in sizes])
    table = pd.DataFrame({n: np.array(list("abcd"))[codes[:, i]] for i, n in enumerate(names)})
    table["seed"] = np.arange(n_rows) % n_blocks
    table["loss"] = np.exp(codes @ np.linspace(-0.1, 0.1, n_factors) + rng.normal(0, 0.1, n_rows))
    return table, names


def whole(table: pd.DataFrame, names: list[str]) -> None:
    from ablation.analysis import analyze

    analysis = analyze(table, "loss", names, block="seed", margin=2)
    for name in TABLES:
        getattr(analysis, name)
    for name in DIAGNOSTICS:
        getattr(analysis.diagnostics, name)


def model(table: pd.DataFrame, names: list[str]) -> None:
    from ablation.analysis import analyze

    analyze(table, "loss", names, block="seed", interactions=2).effects  # noqa: B018


def pyfixest(table: pd.DataFrame, names: list[str]) -> None:
    import pyfixest

    safe = {name: f"f{i}" for i, name in enumerate(names)}
    frame = table.rename(columns=safe).assign(y=np.log(table["loss"]))
    main = " + ".join(f"C({f})" for f in safe.values())
    pyfixest.feols(f"y ~ ({main}) ** 2 | seed", frame, vcov="iid").tidy()


def formula(table: pd.DataFrame, names: list[str]) -> None:
    import statsmodels.formula.api as smf

    safe = {name: f"f{i}" for i, name in enumerate(names)}
    frame = table.rename(columns=safe).assign(y=np.log(table["loss"]))
    main = [f"C({f}, Sum)" for f in safe.values()]
    pairs = [f"{a}:{b}" for i, a in enumerate(main) for b in main[i + 1 :]]
    full = smf.ols("y ~ C(seed, Sum) + " + " + ".join(main + pairs), frame).fit()
    full.get_robustcov_results("HC3", use_t=True)
    for term in main + pairs:
        bigger = [t for t in pairs if t != term and term in t.split(":")]
        base = [t for t in main + pairs if t != term and t not in bigger]
        small = smf.ols("y ~ C(seed, Sum) + " + " + ".join(base), frame).fit()
        large = smf.ols("y ~ C(seed, Sum) + " + " + ".join([*base, term]), frame).fit()
        large.compare_f_test(small)
    for i, term in enumerate(main):
        width = frame[f"f{i}"].nunique() - 1
        columns = [
            j for j, name in enumerate(full.model.exog_names) if name.startswith(term) and ":" not in name
        ]
        assert len(columns) == width
        rows = np.zeros((width, len(full.params)))
        rows[np.arange(width), columns] = 1.0
        full.t_test(rows)


def page(table: pd.DataFrame, names: list[str], figures: bool = True) -> None:
    from ablation import Study

    study = Study(table, responses={"loss": "lower"}, factors=names, block="seed", margin=2)
    with tempfile.TemporaryDirectory() as folder:
        study.report(folder, figures=figures)


def text(table: pd.DataFrame, names: list[str]) -> None:
    page(table, names, figures=False)


PARTS: dict[str, Callable[[pd.DataFrame, list[str]], None]] = {
    "whole": whole, "formula": formula, "model": model, "pyfixest": pyfixest, "page": page, "text": text,
}  # fmt: skip


def measure(part: str, n_rows: int, n_factors: int, n_blocks: int) -> dict[str, float]:
    """Seconds of the processor and peak memory in MB of one part in this process."""
    PARTS[part](*study(300, 2 if part == "formula" else 4))
    table, names = study(n_rows, n_factors, n_blocks)
    start = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(start) + LIMIT_SECONDS, resource.RLIM_INFINITY))
    PARTS[part](table, names)
    seconds = time.process_time() - start
    return {"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def alone(python: str, part: str, n_rows: int, n_factors: int, n_blocks: int) -> str:
    """The same in a process of its own, as a cell of the table."""
    command = [python, "-m", "benchmarks.analysis", "--part", part, "--size", str(n_rows), str(n_factors)]
    command += ["--blocks", str(n_blocks)]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    done = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGXCPU:
        return f"not within {LIMIT_SECONDS} s"
    if done.returncode:
        return (
            done.stderr.strip().splitlines()[-1][:40]
            if done.stderr.strip()
            else f"ended by {done.returncode}"
        )
    cost = json.loads(done.stdout.splitlines()[-1])
    return f"{cost['seconds']:.2f} s, {cost['memory']:.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pyfixest", default=sys.executable, help="a Python that has pyfixest")
    parser.add_argument("--parts", nargs="*", default=list(PARTS)[:4], choices=list(PARTS))
    parser.add_argument("--part", choices=list(PARTS))
    parser.add_argument("--size", nargs=2, type=int)
    parser.add_argument("--blocks", type=int, default=10)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(measure(options.part, *options.size, options.blocks)))
        return
    print(f"{platform.machine()}, Python {platform.python_version()}, one thread each")
    for n_rows, n_factors in [options.size] if options.size else SIZES:
        for part in options.parts:
            python = options.pyfixest if part == "pyfixest" else sys.executable
            cell = alone(python, part, n_rows, n_factors, options.blocks)
            print(f"{n_rows:>9} x {n_factors}  {part:<9} {cell}", flush=True)


if __name__ == "__main__":
    main()
