"""Speed of the whole analysis, side by side with statsmodels' formula API called term by term.

    python -m benchmarks.analysis

The peer does a part of the work: it fits the same model from a formula, makes the type II table by two nested fits
per term and HC3 errors, and tests the main-effect columns. It has no verdicts, pairs, diagnostics or power.
"""

from __future__ import annotations

import platform
import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from ablation.analysis import Analysis, analyze

TABLES = (
    "effects", "pairs", "letters", "marginal_means", "anova", "lack_of_fit", "interactions", "verdicts",
    "lenth", "failures", "robustness", "best_cells", "power", "equivalence", "warnings", "excluded",
)  # fmt: skip
DIAGNOSTICS = ("influence", "outlier", "spread", "breusch_pagan", "box_cox", "block_variance")


def study(n_rows: int, n_factors: int, seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    """A random fraction with levels 2, 2, 3, 4 in turn, ten seeds, a loss with a few effects."""
    rng = np.random.default_rng(seed)
    names = [f"flags.f{i}" for i in range(n_factors)]
    sizes = [(2, 2, 3, 4)[i % 4] for i in range(n_factors)]
    codes = np.column_stack([rng.integers(0, k, n_rows) for k in sizes])
    table = pd.DataFrame({n: np.array(list("abcd"))[codes[:, i]] for i, n in enumerate(names)})
    table["seed"] = np.arange(n_rows) % 10
    table["loss"] = np.exp(codes @ np.linspace(-0.1, 0.1, n_factors) + rng.normal(0, 0.1, n_rows))
    return table, names


def full_analysis(table: pd.DataFrame, names: list[str]) -> Analysis:
    found = analyze(table, "loss", names, block="seed", margin=2)
    for name in TABLES:
        getattr(found, name)
    for name in DIAGNOSTICS:
        getattr(found.diagnostics, name)
    return found


def formula_api(table: pd.DataFrame, names: list[str]) -> None:
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
        found = [
            j for j, name in enumerate(full.model.exog_names) if name.startswith(term) and ":" not in name
        ]
        assert len(found) == width
        rows = np.zeros((width, len(full.params)))
        rows[np.arange(width), found] = 1.0
        full.t_test(rows)


def seconds(call: Callable[[], object], repeats: int) -> float:
    """The median of the times of several calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def main() -> None:
    import statsmodels

    print(f"{platform.machine()}, Python {platform.python_version()}, statsmodels {statsmodels.__version__}")
    print(f"{'rows x factors':>16} {'ours [s]':>10} {'formula API [s]':>16} {'ratio':>7}")
    full_analysis(*study(200, 4))  # imports and first calls
    formula_api(*study(200, 2))
    for n_rows, n_factors, repeats in ((1000, 4, 5), (10_000, 8, 1)):
        table, names = study(n_rows, n_factors)
        ours = seconds(lambda t=table, n=names: full_analysis(t, n), repeats)  # type: ignore[misc]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{n_rows:>9} x {n_factors:<4} {ours:>10.2f}", end=" ", flush=True)
        peer = seconds(lambda t=table, n=names: formula_api(t, n), 1)  # type: ignore[misc]
        print(f"{peer:>16.2f} {peer / ours:>7.1f}   (peak memory so far, ours: {memory:.0f} MB)", flush=True)


if __name__ == "__main__":
    main()
